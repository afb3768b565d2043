"""The generated client by itself, against a real server: requests that are sent, responses that are read."""

import gzip
import json
import os
import pickle
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from callrounded_generated import AuthenticatedClient, DecodeError, UnexpectedStatus
from callrounded_generated.api.phone_numbers import list_phone_numbers
from callrounded_generated.models import ErrorEnvelope, PhoneNumberList

KEY = "key-0123456789"
EMPTY = {"data": [], "status": 200}
ERROR = {"error": {"message": "No such page.", "status": 404}, "status": 404}


class Server:
    """A server on loopback that gives the same response to every request, and keeps the requests."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.reply(200, EMPTY)
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                owner.requests.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
                self.send_response(owner.status)
                for name, value in {**owner.headers, "Content-Length": str(len(owner.body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(owner.body)

            def log_message(self, *_: Any) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    def reply(self, status: int, body: Any, **headers: str) -> None:
        """Give this response from now on."""
        self.status, self.headers = status, headers
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()


@pytest.fixture
def server() -> Iterator[Server]:
    """Return a server that runs."""
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()


@pytest.fixture
def client(server: Server) -> Iterator[AuthenticatedClient]:
    """Return a client of the server."""
    with AuthenticatedClient(token=KEY, base_url=server.url) as client:
        yield client


async def test_gzip_is_unpacked_to_its_end(server: Server, client: AuthenticatedClient) -> None:
    """All members of it; half of it is not taken for the whole."""
    packed = gzip.compress(b'{"data": [], ') + gzip.compress(b'"status": 200}')
    server.reply(200, packed, **{"Content-Encoding": "gzip"})
    async with client:
        assert list_phone_numbers.sync(client=client).status == 200
        assert (await list_phone_numbers.asyncio(client=client)).status == 200

        server.reply(200, packed[:-1], **{"Content-Encoding": "gzip"})
        with pytest.raises(httpx.DecodingError, match="not complete"):
            list_phone_numbers.sync(client=client)
        with pytest.raises(httpx.DecodingError, match="not complete"):
            await list_phone_numbers.asyncio(client=client)


def test_sync_returns_the_model(server: Server, client: AuthenticatedClient) -> None:
    """The parameters that were given are sent with the key; what was not given is not sent."""
    page = list_phone_numbers.sync(client=client, limit=5, cursor=None)
    assert isinstance(page, PhoneNumberList)
    assert page.data == []
    ((method, path, headers),) = server.requests
    assert (method, path, headers["x-api-key"]) == ("GET", "/v1/phone-numbers?limit=5", KEY)


async def test_asyncio_returns_the_model(server: Server) -> None:
    """The async functions take and return the same."""
    async with AuthenticatedClient(token=KEY, base_url=server.url) as client:
        page = await list_phone_numbers.asyncio(client, limit=5)
        response = await list_phone_numbers.asyncio_detailed(client, limit=5)
    assert page == response.parsed == PhoneNumberList(data=[])
    assert [path for _, path, _ in server.requests] == ["/v1/phone-numbers?limit=5"] * 2


def test_detailed_never_raises_for_a_status(server: Server, client: AuthenticatedClient) -> None:
    """A status is an int, registered or not; `parsed` is what the document describes, or None."""
    server.reply(404, ERROR, **{"X-Request-Id": "r-1"})
    response = list_phone_numbers.sync_detailed(client=client)
    assert isinstance(response.parsed, ErrorEnvelope)
    assert response.parsed.error.message == "No such page."
    assert (response.status_code, response.headers["x-request-id"]) == (404, "r-1")
    assert json.loads(response.content) == json.loads(response.http.content) == ERROR

    server.reply(520, b"<html>")
    response = list_phone_numbers.sync_detailed(client=client)
    assert (response.status_code, type(response.status_code), response.parsed) == (520, int, None)


def test_everything_but_a_documented_success_raises(server: Server, client: AuthenticatedClient) -> None:
    """The exception has status, body, headers and what the document describes for the status."""
    server.reply(404, ERROR)
    with pytest.raises(UnexpectedStatus, match=r"unexpected status 404: .*No such page") as caught:
        list_phone_numbers.sync(client=client)
    assert caught.value.status_code == 404
    assert json.loads(caught.value.content) == ERROR
    assert caught.value.headers["content-length"] == str(len(caught.value.content))
    assert isinstance(caught.value.parsed, ErrorEnvelope)

    server.reply(503, b"")
    with pytest.raises(UnexpectedStatus, match="unexpected status 503: an empty body") as caught:
        list_phone_numbers.sync(client=client)
    assert caught.value.parsed is None


async def test_async_errors_are_the_same(server: Server) -> None:
    """The async functions raise what the sync ones raise."""
    async with AuthenticatedClient(token=KEY, base_url=server.url) as client:
        server.reply(401, ERROR)
        with pytest.raises(UnexpectedStatus, match="unexpected status 401"):
            await list_phone_numbers.asyncio(client)
        server.reply(200, b"{}")
        with pytest.raises(DecodeError):
            await list_phone_numbers.asyncio(client)


@pytest.mark.parametrize("body", [b"<html>", b"", b'{"data": null}', b"[]"])
def test_a_success_that_is_not_what_the_document_says(server: Server, client: AuthenticatedClient, body: bytes) -> None:
    """All four functions raise an error that names the place and has the response."""
    server.reply(200, body)
    for function in (list_phone_numbers.sync, list_phone_numbers.sync_detailed):
        with pytest.raises(DecodeError) as caught:
            function(client=client)
        assert caught.value.response is not None
        assert caught.value.response.content == body
        pickled = pickle.dumps(caught.value)
        assert KEY.encode() not in pickled
        assert str(pickle.loads(pickled)) == str(caught.value)


def test_redirects_are_followed_only_on_request(server: Server) -> None:
    """By default a redirect is a response like any other, so that the key goes to no other host."""
    server.reply(302, b"", Location=f"{server.url}/elsewhere")
    with AuthenticatedClient(token=KEY, base_url=server.url) as client:
        assert list_phone_numbers.sync_detailed(client=client).status_code == 302
    with (
        AuthenticatedClient(token=KEY, base_url=server.url, follow_redirects=True) as client,
        pytest.raises(httpx.TooManyRedirects),
    ):
        list_phone_numbers.sync_detailed(client=client)


def test_settings_reach_httpx(server: Server) -> None:
    """Headers, cookies, timeout, the name of the key's header and its prefix are sent as they are set."""
    with (
        AuthenticatedClient(token=KEY, base_url=server.url, auth_header_name="Authorization", prefix="Bearer")
        .with_headers({"X-A": "1"})
        .with_cookies({"c": "2"})
        .with_timeout(5) as client
    ):
        response = list_phone_numbers.sync_detailed(client=client)
    ((_, _, headers),) = server.requests
    assert (headers["authorization"], headers["x-a"], headers["cookie"]) == (f"Bearer {KEY}", "1", "c=2")
    assert "x-api-key" not in headers
    assert set(response.http.request.extensions["timeout"].values()) == {5}


def test_another_transport_or_httpx_client() -> None:
    """`httpx_args` and `set_httpx_client` decide what sends the requests."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=EMPTY))
    with AuthenticatedClient(token=KEY, httpx_args={"transport": transport}) as client:
        assert list_phone_numbers.sync(client=client).data == []
    with httpx.Client(transport=transport) as http:
        client = AuthenticatedClient(token=KEY).set_httpx_client(http)
        assert client.get_httpx_client() is http
        assert list_phone_numbers.sync(client=client).data == []


async def test_another_async_httpx_client() -> None:
    """The same for the async functions."""
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json=EMPTY))
    async with httpx.AsyncClient(transport=transport) as http:
        client = AuthenticatedClient(token=KEY).set_async_httpx_client(http)
        assert client.get_async_httpx_client() is http
        assert (await list_phone_numbers.asyncio(client)).data == []


async def test_closing() -> None:
    """A client that is closed has closed its connections; one that never sent anything has none to close."""
    client = AuthenticatedClient(token=KEY)
    client.close()
    await client.aclose()
    http, async_http = client.get_httpx_client(), client.get_async_httpx_client()
    client.close()
    await client.aclose()
    assert http.is_closed
    assert async_http.is_closed


def test_a_copy_has_connections_of_its_own() -> None:
    """Closing a copy leaves the original open."""
    with AuthenticatedClient(token=KEY) as client:
        http = client.get_httpx_client()
        with client.with_timeout(5) as copy:
            assert copy.get_httpx_client() is not http
        assert not http.is_closed
        assert client.get_httpx_client() is http


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
def test_a_forked_child_opens_its_own_connections(server: Server, client: AuthenticatedClient) -> None:
    """Parent and child never share a socket, on which one would read the other's response."""
    list_phone_numbers.sync(client=client)
    http = client.get_httpx_client()
    child = os.fork()
    if child == 0:
        # No exception and no clean-up of the parent's may leave this branch.
        status = 1
        try:
            list_phone_numbers.sync(client=client)
            status = 0 if client.get_httpx_client() is not http else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    list_phone_numbers.sync(client=client)
    assert client.get_httpx_client() is http
