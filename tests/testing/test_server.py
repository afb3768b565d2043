"""The fake on loopback: a server that keeps connections, serves many at once and ends when told."""

import io
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx
import pytest

from callrounded.testing import FakeRounded, Fault, ReceivedRequest, Reply, Server

PATH = "/v1/phone-numbers"
KEY = {"X-Api-Key": "test-key"}
GET = f"GET {PATH}?limit=1 HTTP/1.1\r\nHost: x\r\nX-Api-Key: test-key\r\n".encode()


def say(server: Server, *pieces: bytes) -> bytes:
    """Send *pieces* one after the other and return everything that comes back until the server ends."""
    with socket.create_connection((server.host, server.port), timeout=60) as connection:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(0.01)
        received = io.BytesIO()
        # A server that closes without having read everything resets the connection.
        with suppress(ConnectionResetError):
            while data := connection.recv(65536):
                received.write(data)
        return received.getvalue()


def test_the_answer_is_that_of_the_fake(web: httpx.Client, fake: FakeRounded) -> None:
    """Over a socket the answer is the same as without one."""
    response = web.get(PATH, params={"limit": 1000})

    assert response.http_version == "HTTP/1.1"
    assert response.json() == fake.answer_to(limit=1000).envelope


def test_a_connection_serves_many_requests(web: httpx.Client, server: Server) -> None:
    """Requests of one client follow each other on one connection, whatever status they had."""
    ports = set[int]()
    for path in (PATH, "/nowhere", f"{PATH}?page=0", PATH):
        with web.stream("GET", path) as response:
            ports.add(response.extensions["network_stream"].get_extra_info("client_addr")[1])
            response.read()

    assert len(ports) == 1


def test_a_body_that_nobody_asked_for_is_passed_over(web: httpx.Client) -> None:
    """After a request with a body the connection is still in step."""
    assert web.request("GET", PATH, content=b"x" * 100_000).status_code == 200
    assert web.request("POST", PATH, content=b"GET / HTTP/1.1\r\n\r\n").status_code == 405
    assert web.get(PATH).status_code == 200


def test_requests_can_follow_each_other_without_waiting(server: Server) -> None:
    """Pipelined requests are answered in turn, and one that comes in pieces is put together."""
    received = say(server, GET + b"\r\n" + GET[:20], GET[20:], b"Connection: close\r\n\r\n")

    assert received.count(b"HTTP/1.1 200 OK\r\n") == 2


@pytest.mark.parametrize(
    "request_bytes",
    [
        GET + b"Connection: close\r\n\r\n",
        GET.replace(b"HTTP/1.1", b"HTTP/1.0") + b"\r\n",
        GET + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ids=["asked", "HTTP/1.0", "chunked"],
)
def test_a_connection_that_cannot_go_on_is_closed(server: Server, request_bytes: bytes) -> None:
    """Whoever wants no further request on a connection, or makes one impossible, is answered and told so."""
    received = say(server, request_bytes)

    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Connection: close\r\n" in received


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"NONSENSE\r\n\r\n",
        b"\r\n\r\n",
        GET + b"no colon\r\n\r\n",
        GET + b"Space : before colon\r\n\r\n",
        GET + b"Content-Length: many\r\n\r\n",
        GET.replace(b"HTTP/1.1", b"HTTP/3") + b"\r\n",
        GET + b"X: " + b"x" * 70_000,
    ],
)
def test_what_is_no_request_is_refused(server: Server, fake: FakeRounded, request_bytes: bytes) -> None:
    """Bytes that are no HTTP get the error envelope and the end of the connection; the fake never sees them."""
    received = say(server, request_bytes)

    assert received.startswith(b"HTTP/1.1 400 ")
    assert b'"status":400' in received
    assert fake.requests == []


def test_a_repeated_header_is_one_header(server: Server, fake: FakeRounded) -> None:
    """Its values are joined, so that two keys are no key."""
    received = say(server, GET + b"x-api-key: test-key\r\nX-Trace: a\r\nX-Trace: b\r\nConnection: close\r\n\r\n")

    assert received.startswith(b"HTTP/1.1 401 ")
    assert fake.requests[0].headers["x-trace"] == "a, b"


def test_a_client_that_leaves_early_is_forgotten(server: Server, web: httpx.Client, fake: FakeRounded) -> None:
    """Connections that end before, within or after a request disturb nobody."""
    for sent in (b"", GET, GET + b"Content-Length: 10\r\n\r\n123", GET + b"\r\n"):
        socket.create_connection((server.host, server.port)).close()
        with socket.create_connection((server.host, server.port)) as connection:
            connection.sendall(sent)
    fake.override(lambda request, reply: Reply(200, body=[b"a" * 50_000] * 1000))
    with socket.create_connection((server.host, server.port)) as connection:
        connection.sendall(GET + b"\r\n")
        connection.recv(100)

    assert web.get(PATH).status_code == 200
    deadline = time.monotonic() + 60
    while fake.in_flight and time.monotonic() < deadline:
        time.sleep(0.005)
    assert fake.in_flight == 0


def test_many_connections_are_served_at_once(server: Server, fake: FakeRounded) -> None:
    """Requests of many threads overlap: eight meet before one of them is answered."""
    barrier = threading.Barrier(8)
    fake.before(lambda fake, request: barrier.wait(60), times=None)
    limits = httpx.Limits(max_connections=8)
    with httpx.Client(base_url=server.url, headers=KEY, limits=limits) as client, ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(client.get, PATH, params={"page": page}, timeout=60) for page in range(1, 9)]
        answers = [answer.result() for answer in waiting]

    assert [answer.json()["current_page"] for answer in answers] == list(range(1, 9))
    assert fake.max_in_flight == 8


def test_hundreds_of_requests_are_served(server: Server, fake: FakeRounded) -> None:
    """Four threads and 400 requests: none is lost."""
    with httpx.Client(base_url=server.url, headers=KEY) as client, ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(client.get, PATH, params={"page": page, "limit": 1}) for page in range(1, 401)]
        answers = [answer.result() for answer in waiting]

    assert {answer.status_code for answer in answers} == {200}
    assert len(fake.requests) == 400


def test_closing_is_quick_and_leaves_nothing_behind(fake: FakeRounded) -> None:
    """Idle connections, answers under way and endless pauses all end at once; the port is free again."""
    before = set(threading.enumerate())
    fake.fail(Fault.slow_headers(600), request=2)
    fake.fail(Fault.slow_body(600), request=3)
    server = fake.serve()
    with httpx.Client(base_url=server.url, headers=KEY) as idle, ThreadPoolExecutor(2) as pool:
        idle.get(PATH)
        waiting = [pool.submit(httpx.get, server.url + PATH, headers=KEY, timeout=300) for _ in range(2)]
        while fake.in_flight < 2:
            time.sleep(0.005)

        server.close()

        for answer in waiting:
            assert isinstance(answer.exception(), httpx.TransportError)
    assert set(threading.enumerate()) == before
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url)
    with fake.serve(port=server.port) as again:
        assert again.url == server.url
    server.close()


def test_closing_waits_for_connections_that_have_just_been_accepted(fake: FakeRounded) -> None:
    """A thread that has not begun to read is ended, too."""
    before = set(threading.enumerate())
    for _ in range(60):
        server = fake.serve()
        connections = [socket.create_connection((server.host, server.port)) for _ in range(20)]
        server.close()
        left = set(threading.enumerate()) - before
        for connection in connections:
            connection.close()
        assert not left


def test_a_hook_can_close_the_server(fake: FakeRounded) -> None:
    """Its own thread is not waited for: the client gets no response, and nothing else happens."""
    with fake.serve() as server:
        fake.before(lambda fake, request: server.close())
        with pytest.raises(httpx.TransportError):
            httpx.get(server.url + PATH, headers=KEY)


def test_one_fake_can_have_several_servers(fake: FakeRounded) -> None:
    """They share its records and its log."""
    with fake.serve() as one, fake.serve() as other:
        assert one.port != other.port
        for server in (one, other):
            httpx.get(server.url + PATH, headers=KEY)

    assert len(fake.requests) == 2


def test_a_port_that_is_taken_is_an_error(fake: FakeRounded, server: Server) -> None:
    """Starting a second server on the port of the first is an OSError, at once."""
    with pytest.raises(OSError, match="in use"):
        fake.serve(port=server.port)


def test_a_server_can_listen_on_ipv6(fake: FakeRounded) -> None:
    """The URL then has the address in brackets."""
    with fake.serve(host="::1") as server:
        assert server.url == f"http://[::1]:{server.port}"
        assert httpx.get(server.url + PATH, headers=KEY).status_code == 200


def test_serving_for_ever_ends_with_close(fake: FakeRounded) -> None:
    """`serve_forever` blocks its thread until another one closes the server."""
    server = fake.serve()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    assert httpx.get(server.url + PATH, headers=KEY).status_code == 200
    assert thread.is_alive()
    server.close()
    thread.join(60)
    assert not thread.is_alive()


def test_a_server_that_is_down_refuses_connections(server: Server, web: httpx.Client) -> None:
    """While it is down nobody can connect, idle connections are gone, and afterwards the port is the same."""
    web.get(PATH)

    with server.down():
        for _ in range(2):
            with pytest.raises(httpx.TransportError):
                web.get(PATH)
        with pytest.raises(httpx.ConnectError), server.down():
            httpx.get(server.url)
        with pytest.raises(httpx.ConnectError):
            httpx.get(server.url)

    assert web.get(PATH).status_code == 200


def test_an_answer_under_way_is_finished_when_the_server_goes_down(fake: FakeRounded, server: Server) -> None:
    """A request that had arrived is answered; its connection then ends, and the server may be closed while down."""
    arrived, go_on = threading.Event(), threading.Event()

    def wait(fake: FakeRounded, request: ReceivedRequest) -> None:
        arrived.set()
        go_on.wait(60)

    fake.before(wait)
    with httpx.Client(base_url=server.url, headers=KEY) as client, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(client.get, PATH)
        arrived.wait(60)
        with server.down():
            go_on.set()
            assert answer.result().status_code == 200
            with pytest.raises(httpx.TransportError):
                client.get(PATH)
            server.close()
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url)


def test_an_error_in_a_hook_is_raised_at_the_end_of_the_block(fake: FakeRounded) -> None:
    """The client gets no answer, and the test learns why."""

    def use(server: Server) -> None:
        with server:
            with pytest.raises(httpx.RemoteProtocolError):
                httpx.get(server.url + PATH, headers=KEY)
            assert httpx.get(server.url + PATH, headers=KEY).status_code == 200

    fake.before(lambda fake, request: fake.remove("no such record"))

    with pytest.raises(KeyError, match="no such record"):
        use(fake.serve())


def test_an_error_of_the_test_comes_before_that_of_a_hook(fake: FakeRounded) -> None:
    """What went wrong inside the block is not hidden by what went wrong on the server."""
    fake.before(lambda fake, request: fake.remove("no such record"))

    with pytest.raises(httpx.RemoteProtocolError), fake.serve() as server:
        httpx.get(server.url + PATH, headers=KEY)
