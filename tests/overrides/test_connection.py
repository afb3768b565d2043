"""Sending, waiting and reading over real sockets: what comes of every fault, and after how many attempts."""

import asyncio
import gzip
import os
import socket
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import stamina

from callrounded import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AsyncRounded,
    BadRequestError,
    ClientClosedError,
    ConfigurationError,
    InternalServerError,
    Page,
    PhoneNumber,
    RateLimitError,
    Rounded,
)
from callrounded.testing import FakeRounded, Fault, Reply, Server
from tests.overrides.conftest import KEY, Client, World


@pytest.fixture
def client(world: World, server: Server) -> Client:
    """A client of the server that retries at once."""
    return world.client(base_url=server.url, max_retry_wait=0)


# Each fault with the error after all attempts, and the httpx error behind it.
NO_ANSWER = [
    (Fault.closed(), (APIConnectionError, httpx.RemoteProtocolError)),
    (Fault.reset(), (APIConnectionError, httpx.ReadError)),
    (Fault.reset_in_body(), (APIConnectionError, httpx.ReadError)),
    (Fault.truncated(), (APIConnectionError, httpx.RemoteProtocolError)),
]
SILENCE = [Fault.slow_headers(2), Fault.slow_body(2)]
RETRIED = [
    *(Fault.status(status) for status in (408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 530)),
    *(Fault.in_band(429), Fault.in_band(503), Fault.html(502), Fault.empty(500), Fault.json([], 503)),
]
FINAL = [
    *(Fault.status(status) for status in (400, 401, 403, 404, 409, 418, 422, 499, 501, 505, 525)),
    *(Fault.in_band(422), Fault.html(404), Fault.empty(400), Fault.redirect("/elsewhere")),
]
NOT_THE_SPEC = [
    Fault.html(),
    Fault.empty(),
    Fault.no_content(),
    Fault.json([]),
    Fault.json(None),
    Fault.envelope(data=None),
    Fault.envelope(without=["data"]),
    Fault.broken_json(),
    Fault.invalid_utf8(),
    Fault.broken_gzip(),
    Fault.cut_gzip(),
]


class TestAttempts:
    """What each fault comes to, and how often it was tried."""

    @pytest.mark.parametrize(("fault", "errors"), NO_ANSWER, ids=repr)
    async def test_no_complete_answer_is_retried(
        self, world: World, fake: FakeRounded, client: Client, fault: Fault, errors: tuple[type[APIError], type]
    ) -> None:
        """Twice by default; then the error says so, with the httpx error as its cause."""
        fake.fail(fault, times=None)

        error = await world.api_error(client)

        assert (type(error), type(error.__cause__)) == errors
        assert errors[1].__name__ in str(error)
        assert len(fake.requests) == 3

    @pytest.mark.parametrize("fault", SILENCE, ids=repr)
    async def test_silence_is_a_timeout(self, world: World, fake: FakeRounded, client: Client, fault: Fault) -> None:
        """Before the first byte and between two of them; retried like any answer that did not come."""
        fake.fail(fault, times=2)

        error = await world.api_error(client.with_options(timeout=0.2, max_retries=1))
        assert isinstance(error, APITimeoutError)
        assert isinstance(error.__cause__, httpx.ReadTimeout)
        assert len(fake.requests) == 2

        assert len((await world.list(client)).data) == 5

    @pytest.mark.parametrize("fault", [*(fault for fault, _ in NO_ANSWER), *RETRIED], ids=repr)
    async def test_what_passes_is_survived(self, world: World, fake: FakeRounded, client: Client, fault: Fault) -> None:
        """Two faults in a row, and the caller gets the page all the same."""
        fake.fail(fault, times=2)

        page = await world.list(client)

        assert len(page.data) == 5
        assert len(fake.requests) == 3

    @pytest.mark.parametrize("fault", RETRIED, ids=repr)
    async def test_a_status_that_may_pass_is_retried_and_then_raised(
        self, world: World, fake: FakeRounded, client: Client, fault: Fault
    ) -> None:
        """The error is the one that the last attempt got."""
        fake.fail(fault, times=None)

        error = await world.api_error(client.with_options(max_retries=1))

        assert isinstance(error, APIStatusError)
        assert len(fake.requests) == 2

    @pytest.mark.parametrize("fault", FINAL, ids=repr)
    async def test_any_other_status_is_raised_at_once(
        self, world: World, fake: FakeRounded, client: Client, fault: Fault
    ) -> None:
        """The API has said what it thinks; asking again would not change it."""
        fake.fail(fault)

        assert isinstance(await world.api_error(client), APIStatusError)
        assert len(fake.requests) == 1

    @pytest.mark.parametrize("fault", NOT_THE_SPEC, ids=repr)
    async def test_a_complete_answer_that_is_not_what_the_spec_says_is_raised_at_once(
        self, world: World, fake: FakeRounded, client: Client, fault: Fault
    ) -> None:
        """It was not cut short on the way: it is what the server meant to send."""
        fake.fail(fault)

        assert isinstance(await world.api_error(client), APIResponseValidationError)
        assert len(fake.requests) == 1

    async def test_a_server_that_is_down_is_a_connection_error(
        self, world: World, fake: FakeRounded, server: Server, client: Client
    ) -> None:
        """Refused, and retried until the server is back."""
        with server.down():
            error = await world.api_error(client)
            assert isinstance(error.__cause__, httpx.ConnectError)

        assert len((await world.list(client)).data) == 5

    async def test_nobody_listening_for_a_name_is_a_connection_error(self, world: World) -> None:
        """A name that does not resolve: the tests let nobody ask, so the transport says it."""

        def unknown_host(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("[Errno -2] Name or service not known")

        http_client = world.httpx_client(transport=httpx.MockTransport(unknown_host))

        error = await world.error(world.client(http_client=http_client, max_retries=0))

        assert isinstance(error, APIConnectionError)
        assert "Name or service not known" in str(error)

    async def test_no_retries_is_one_attempt(self, world: World, fake: FakeRounded, client: Client) -> None:
        """max_retries=0."""
        fake.fail(Fault.status(503), times=None)

        await world.api_error(client.with_options(max_retries=0))

        assert len(fake.requests) == 1

    async def test_every_attempt_is_the_same_request(self, world: World, fake: FakeRounded, client: Client) -> None:
        """Parameters and headers go again as they went."""
        fake.fail(Fault.status(503), times=2)

        await world.list(client, limit=2, page=2)

        assert len({(request.path, request.query, str(request.headers)) for request in fake.requests}) == 1

    async def test_stamina_can_switch_retries_off(self, world: World, fake: FakeRounded, client: Client) -> None:
        """An application that tests itself without retries means ours too."""
        fake.fail(Fault.status(503), times=None)
        stamina.set_active(False)
        try:
            await world.api_error(client)
        finally:
            stamina.set_active(True)

        assert len(fake.requests) == 1

    async def test_stamina_can_test_without_waiting(self, world: World, fake: FakeRounded, server: Server) -> None:
        """In its testing mode retries come at once, as many as it says."""
        client = world.client(base_url=server.url)
        for attempts, made in ((1, 1), (2, 2), (9, 3)):
            fake.reset()
            fake.fail(Fault.status(503, retry_after=20), times=None)
            with stamina.set_testing(True, attempts=attempts):
                await world.api_error(client)
            assert len(fake.requests) == made

    async def test_a_fault_that_stops_half_way_through_the_attempts_leaves_its_own_error(
        self, world: World, fake: FakeRounded, client: Client
    ) -> None:
        """A 503, then a 404: the 404 is final."""
        fake.fail(Fault.status(503))
        fake.fail(Fault.status(404))

        error = await world.api_error(client)

        assert isinstance(error, APIStatusError)
        assert error.status_code == 404
        assert error.__context__ is None
        assert len(fake.requests) == 2


class TestWaiting:
    """How long it takes until the next attempt."""

    async def test_a_retry_comes_when_the_server_asked_for_it(
        self, world: World, fake: FakeRounded, server: Server
    ) -> None:
        """Not earlier; seconds and dates are both understood."""
        client = world.client(base_url=server.url)
        fake.fail(Fault.status(429, retry_after=0.2))
        await world.list(client)
        first, second = fake.requests
        assert 0.2 <= second.received_at - first.received_at < 5

        fake.reset()
        moment = datetime.now(UTC) + timedelta(seconds=1.6)
        fake.fail(Fault.status(503, retry_after=moment))
        await world.list(client)
        first, second = fake.requests
        assert 0.2 <= second.received_at - first.received_at < 5

    @pytest.mark.parametrize(
        "fault", [Fault.status(429, retry_after=3600), Fault.status(503, retry_after=31)], ids=repr
    )
    async def test_a_wait_that_is_too_long_is_left_to_the_caller(
        self, world: World, fake: FakeRounded, server: Server, fault: Fault
    ) -> None:
        """The error comes at once and says how long it would have been."""
        fake.fail(fault)

        error = await world.api_error(world.client(base_url=server.url))

        assert isinstance(error, RateLimitError | InternalServerError)
        assert error.retry_after in {3600, 31}
        assert len(fake.requests) == 1

    async def test_retries_go_on_as_long_as_their_number_allows(
        self, world: World, fake: FakeRounded, client: Client
    ) -> None:
        """Nothing but max_retries ends them: not stamina's own 45 seconds, not its 10 attempts."""
        fake.fail(Fault.status(503), times=14)

        await world.list(client.with_options(max_retries=14))

        assert len(fake.requests) == 15

    async def test_whoever_asks_can_wait_instead(self, world: World, fake: FakeRounded, server: Server) -> None:
        """`wait` gets the error and the seconds, and not the last error, which nobody waits for."""
        told: list[tuple[int, float]] = []

        def wait(error: Exception, seconds: float) -> None:
            assert isinstance(error, APIStatusError)
            told.append((error.status_code, seconds))

        client = world.client(base_url=server.url, max_retry_wait=0.05)
        fake.fail(Fault.status(503, retry_after=0.01))
        fake.fail(Fault.status(500))
        fake.fail(Fault.status(502))
        with pytest.raises(InternalServerError):
            await world.call(client, wait)

        assert told == [(503, 0.01), (500, 0.05)]


class TestSize:
    """No answer takes more memory than allowed."""

    @pytest.mark.parametrize(
        "fault",
        [Fault.huge(20_000_000), Fault.huge(20_000_000, announced=True), Fault.gzip_bomb(200_000_000)],
        ids=repr,
    )
    async def test_a_body_beyond_the_limit_is_not_read(
        self, world: World, fake: FakeRounded, server: Server, fault: Fault
    ) -> None:
        """It is an answer against the spec, the connection is let go, and the next call works."""
        client = world.client(base_url=server.url, max_response_bytes=1_000_000)
        await world.list(client)
        fake.fail(fault)

        tracemalloc.start()
        error = await world.api_error(client)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

        assert isinstance(error, APIResponseValidationError)
        assert error.expected == "at most 1000000 bytes (max_response_bytes)"
        assert peak < 8_000_000
        assert len((await world.list(client)).data) == 5

    async def test_an_error_is_that_error_however_long_its_body(
        self, world: World, fake: FakeRounded, client: Client
    ) -> None:
        """A megabyte of it is enough, whatever the limit."""
        fake.override(lambda request, reply: Reply(418, (), lambda: (b"x" * 65536 for _ in range(100))))

        error = await world.api_error(client)

        assert isinstance(error, APIStatusError)
        assert error.status_code == 418
        assert len(error.body) == 4096

    async def test_an_error_that_announces_a_long_body_is_read_at_its_beginning(
        self, world: World, fake: FakeRounded, client: Client
    ) -> None:
        """What a proxy has to say stands there."""
        fake.fail(Fault.status(501, body=b"<html>" + b"x" * 2_000_000))

        error = await world.api_error(client)

        assert isinstance(error, APIStatusError)
        assert error.body.startswith("<html>x")
        assert "<html>" in str(error)

    async def test_packed_answers_are_asked_for_and_understood(
        self, world: World, fake: FakeRounded, client: Client
    ) -> None:
        """Packing saves most of a page."""
        fake.override(lambda request, reply: Reply(200, (("Content-Encoding", "gzip"),), gzip.compress(reply.content)))

        page = await world.list(client)

        assert len(page.data) == 5
        assert fake.requests[0].headers["accept-encoding"] == "gzip"
        assert page.response is not None
        assert page.response.json()["status"] == 200


class TestResponse:
    """The httpx.Response that comes with a page."""

    async def test_it_is_complete_and_knows_no_key(self, world: World, fake: FakeRounded, client: Client) -> None:
        """Content, headers, time and request are there; the request is one to show."""
        response = (await world.call(client)).response

        assert response.json()["total_items"] == 5
        assert response.headers["x-request-id"] == "fake-1"
        assert response.elapsed > timedelta(0)
        assert response.http_version == "HTTP/1.1"
        assert response.request.url == response.url
        assert response.is_closed
        assert "x-api-key" not in response.request.headers
        assert response.request.headers["user-agent"].startswith("callrounded/")
        assert response.next_request is None

    async def test_an_error_carries_what_was_sent(self, world: World, fake: FakeRounded, client: Client) -> None:
        """Method, URL and headers, but no credential."""
        fake.fail(Fault.status(400))

        error = await world.api_error(
            client.with_options(default_headers={"X-Trace": "t", "Authorization": "Bearer hunter2"}), page=2
        )

        assert isinstance(error, BadRequestError)
        assert error.request is not None
        assert error.request.method == "GET"
        assert error.request.url.query == b"page=2"
        assert error.request.headers["x-trace"] == "t"
        assert not {"x-api-key", "authorization"} & set(error.request.headers)
        assert fake.requests[0].headers["authorization"] == "Bearer hunter2"


class TestRedirects:
    """They are not followed, whatever the injected client says."""

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    async def test_the_key_stays_with_its_host(
        self, world: World, fake: FakeRounded, server: Server, status: int
    ) -> None:
        """Plain httpx would take X-Api-Key along to another host."""
        thief = FakeRounded(records=1, api_keys=[KEY])
        with thief.serve() as elsewhere:
            fake.fail(Fault.redirect(f"{elsewhere.url}/v1/phone-numbers", status))
            client = world.client(base_url=server.url, http_client=world.httpx_client(follow_redirects=True))

            error = await world.error(client)

        assert isinstance(error, APIStatusError)
        assert error.status_code == status
        assert elsewhere.url in str(error)
        assert not thief.requests

    async def test_a_redirect_without_a_usable_location_is_an_error_too(
        self, world: World, fake: FakeRounded, client: Client
    ) -> None:
        """Plain httpx reads a Location even where it is not followed, and stumbles over one that is no URL."""
        for location in ("https://elsewhere.example:port/", "https://xn--.example/"):
            fake.fail(Fault.redirect(location))
            assert isinstance(await world.api_error(client.with_options(max_retries=0)), APIConnectionError)

        fake.fail(Fault.status(304))
        assert isinstance(await world.api_error(client), APIStatusError)


class TestInjectedClient:
    """An httpx client of the caller: theirs to set up, and theirs to close."""

    async def test_its_timeout_counts_unless_one_is_given(
        self, world: World, fake: FakeRounded, server: Server
    ) -> None:
        """timeout= goes before it, None included."""
        fake.delay = 0.3
        impatient = world.httpx_client(timeout=0.05)
        options: dict[str, Any] = {"base_url": server.url, "http_client": impatient, "max_retries": 0}

        assert isinstance(await world.error(world.client(**options)), APITimeoutError)
        await world.list(world.client(**options, timeout=None))
        await world.list(world.client(**options).with_options(timeout=5))

    async def test_its_headers_are_sent_and_ours_go_before_them(
        self, world: World, fake: FakeRounded, server: Server
    ) -> None:
        """Its X-Api-Key is not the one of this client."""
        theirs = world.httpx_client(headers={"X-Theirs": "1", "X-Api-Key": "other", "User-Agent": "theirs"})

        await world.list(world.client(base_url=server.url, http_client=theirs))

        assert fake.requests[0].headers["x-theirs"] == "1"
        assert fake.requests[0].headers["user-agent"].startswith("callrounded/")

    async def test_transports_that_know_no_stream_will_do(self, world: World, fake: FakeRounded) -> None:
        """httpx.MockTransport hands out bodies that are read already."""
        content = fake.answer_to().content
        transport = httpx.MockTransport(lambda request: httpx.Response(200, content=content))

        page = await world.list(world.client(http_client=world.httpx_client(transport=transport)))

        assert len(page.data) == 5

    async def test_the_fakes_own_transport_needs_no_network(self, world: World, fake: FakeRounded) -> None:
        """callrounded.testing without a server."""
        fake.fail(Fault.status(503, retry_after=0))
        http_client = world.httpx_client(transport=fake.transport())

        assert len((await world.list(world.client(http_client=http_client))).data) == 5

    async def test_a_hook_that_raises_for_status_means_the_same_error(
        self, world: World, fake: FakeRounded, server: Server
    ) -> None:
        """A hook that has not read the body costs the error its details, not its kind."""

        def check(response: httpx.Response) -> None:
            response.raise_for_status()

        async def acheck(response: httpx.Response) -> None:
            response.raise_for_status()

        async def read_and_check(response: httpx.Response) -> None:
            await response.aread()
            response.raise_for_status()

        def read_and_check_sync(response: httpx.Response) -> None:
            response.read()
            response.raise_for_status()

        for hook, message in (
            (check if world.name == "sync" else acheck, "The answer has no body."),
            (read_and_check_sync if world.name == "sync" else read_and_check, "An error occurred while processing"),
        ):
            fake.reset()
            fake.fail(Fault.status(503, retry_after=7), times=2)
            fake.fail(Fault.status(404))
            http_client = world.httpx_client(event_hooks={"response": [hook]})
            client = world.client(base_url=server.url, http_client=http_client)

            error = await world.error(client.with_options(max_retry_wait=0.01))
            assert isinstance(error, InternalServerError)
            assert error.retry_after == 7
            assert error.message.startswith(message)
            assert isinstance(error.__cause__, httpx.HTTPStatusError)
            assert "x-api-key" not in error.__cause__.response.request.headers

    async def test_an_exception_of_the_callers_own_code_passes_as_it_is(self, world: World) -> None:
        """A mistake in their transport is theirs to see, and not retried."""
        asked: list[int] = []

        def broken(request: httpx.Request) -> httpx.Response:
            asked.append(1)
            raise ZeroDivisionError("in the transport")

        client = world.client(http_client=world.httpx_client(transport=httpx.MockTransport(broken)))

        with pytest.raises(ZeroDivisionError, match="in the transport"):
            await world.list(client)
        assert len(asked) == 1

    async def test_closing_it_in_the_middle_is_a_closed_client(self, world: World) -> None:
        """There is a RuntimeError of httpx for that."""

        def close(request: httpx.Request) -> httpx.Response:
            http_client.close()
            raise RuntimeError("Cannot send a request, as the client has been closed.")

        async def aclose(request: httpx.Request) -> httpx.Response:
            await http_client.aclose()
            raise RuntimeError("Cannot send a request, as the client has been closed.")

        http_client = world.httpx_client(transport=httpx.MockTransport(close if world.name == "sync" else aclose))

        assert isinstance(await world.error(world.client(http_client=http_client)), ClientClosedError)

    async def test_a_runtime_error_of_another_kind_passes(self, world: World) -> None:
        """Only that of a closed client is ours."""

        def broken(request: httpx.Request) -> httpx.Response:
            raise RuntimeError("no")

        with pytest.raises(RuntimeError, match="no"):
            await world.list(world.client(http_client=world.httpx_client(transport=httpx.MockTransport(broken))))


class TestRequests:
    """What cannot be sent."""

    @pytest.mark.parametrize("cursor", ["x" * 100_000, "\ud800"], ids=["too long for a URL", "no text"])
    async def test_parameters_that_fit_no_url_are_refused(self, world: World, client: Client, cursor: str) -> None:
        """Nothing is sent, and nothing of httpx shows."""
        error = await world.error(client, cursor=cursor)

        assert isinstance(error, ConfigurationError)
        assert "cannot be sent with these parameters" in str(error)
        assert error.__context__ is None

    async def test_a_gateway_before_the_api_is_a_path_of_the_base_url(
        self, world: World, fake: FakeRounded, server: Server
    ) -> None:
        """The path of the operation follows it."""
        await world.error(world.client(base_url=f"{server.url}/gateway/v2/"))

        assert fake.requests[0].path == "/gateway/v2/v1/phone-numbers"

    async def test_a_proxy_of_the_environment_does_not_come_between_us_and_this_machine(
        self, world: World, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The key of a local server is not shown to a proxy."""
        for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")

        assert len((await world.list(world.client(base_url=server.url))).data) == 5

    @pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
    async def test_ipv6_will_do(self, world: World, fake: FakeRounded, monkeypatch: pytest.MonkeyPatch) -> None:
        """Brackets and all."""
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
        with fake.serve(host="::1") as server:
            assert len((await world.list(world.client(base_url=server.url))).data) == 5


class TestSharing:
    """One client in many threads, tasks, processes and event loops."""

    def test_threads_share_a_client(self, fake: FakeRounded, server: Server) -> None:
        """Each gets its own answers, faults or not."""
        fake.fail(Fault.status(503, retry_after=0), times=20)
        with Rounded(KEY, base_url=server.url, max_retries=50) as client, ThreadPoolExecutor(16) as threads:

            def page(number: int) -> Page[PhoneNumber]:
                return client.phone_numbers.list(page=number % 5 + 1, limit=1)

            pages = list(threads.map(page, range(100)))

        ids = [record["id"] for record in fake.records]
        assert [str(page.data[0].id) for page in pages] == [ids[n % 5] for n in range(100)]

    async def test_tasks_share_a_client(self, fake: FakeRounded, server: Server) -> None:
        """The same for asyncio."""
        fake.fail(Fault.status(503, retry_after=0), times=20)
        async with AsyncRounded(KEY, base_url=server.url, max_retries=50) as client:
            pages = await asyncio.gather(*(client.phone_numbers.list(page=n % 5 + 1, limit=1) for n in range(100)))

        ids = [record["id"] for record in fake.records]
        assert [str(page.data[0].id) for page in pages] == [ids[n % 5] for n in range(100)]

    @pytest.mark.parametrize(
        "fault", [Fault.slow_headers(5), Fault.slow_body(5), Fault.status(503, retry_after=5)], ids=repr
    )
    async def test_a_cancelled_call_leaves_the_client_usable(
        self, fake: FakeRounded, server: Server, fault: Fault
    ) -> None:
        """While it waits for headers, for the body, for the next attempt: no task is left, no answer is mixed up."""
        async with AsyncRounded(KEY, base_url=server.url) as client:
            fake.fail(fault)
            task = asyncio.create_task(_list(client))
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

            assert asyncio.all_tasks() == {asyncio.current_task()}
            assert len((await client.phone_numbers.list(limit=2)).data) == 2

    async def test_a_retry_can_be_cancelled_too(self, fake: FakeRounded, server: Server) -> None:
        """The cancellation passes through stamina as it is."""
        arrived, loop = asyncio.Event(), asyncio.get_running_loop()
        fake.before(lambda fake, request: loop.call_soon_threadsafe(arrived.set), request=2)
        fake.fail(Fault.status(503, retry_after=0))
        fake.fail(Fault.slow_headers(5))
        async with AsyncRounded(KEY, base_url=server.url) as client:
            task = asyncio.create_task(_list(client))
            await arrived.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

            assert len((await client.phone_numbers.list(limit=2)).data) == 2
        assert len(fake.requests) == 3

    async def test_a_deadline_of_the_caller_is_theirs(self, fake: FakeRounded, server: Server) -> None:
        """asyncio.timeout() works around a call."""
        fake.fail(Fault.slow_headers(5))
        async with AsyncRounded(KEY, base_url=server.url) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await client.phone_numbers.list()


async def _list(client: AsyncRounded) -> None:
    await client.phone_numbers.list()


# In a process of its own, because connections of an event loop that has ended are for the garbage collector.
LOOPS = """
import asyncio, sys
from callrounded import AsyncRounded, ClientClosedError
key, url = sys.argv[1:]
client = AsyncRounded(key, base_url=url)

async def sizes():
    return [len((await client.phone_numbers.list()).data) for _ in range(2)]

assert asyncio.run(sizes()) == asyncio.run(sizes()) == [5, 5]
asyncio.run(client.close())
try:
    asyncio.run(sizes())
except ClientClosedError:
    sys.exit(0)
"""


def test_another_event_loop_gets_connections_of_its_own(server: Server) -> None:
    """asyncio.run() twice with one client works, and a third one closes it."""
    done = subprocess.run([sys.executable, "-c", LOOPS, KEY, server.url], check=False, timeout=60)

    assert done.returncode == 0


FORKS = """
import os, sys
import httpx
from callrounded import ConfigurationError, Rounded
key, url, whose = sys.argv[1:]
http_client = httpx.Client() if whose == "theirs" else None
client = Rounded(key, base_url=url, http_client=http_client)
unused = Rounded(key, base_url=url)
client.phone_numbers.list()
children = []
for child in range(3):
    if not (pid := os.fork()):
        status = 1
        try:
            if whose == "theirs":
                try:
                    client.phone_numbers.list()
                except ConfigurationError as error:
                    assert "in the child" in str(error)
                else:
                    raise AssertionError("the parent's socket was used")
            else:
                for page in range(1, 21):
                    assert client.phone_numbers.list(page=page % 5 + 1, limit=1).current_page == page % 5 + 1
            assert len(unused.phone_numbers.list().data) == 5
            client.close()
            status = 0
        finally:
            os._exit(status)
    children.append(pid)
for page in range(1, 21):
    assert client.phone_numbers.list(page=page % 5 + 1, limit=1).current_page == page % 5 + 1
sys.exit(any(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_a_forked_process_does_not_touch_the_connections_of_its_parent(server: Server, whose: str) -> None:
    """With our httpx client it opens its own; with the caller's it is told to make one."""
    done = subprocess.run([sys.executable, "-c", FORKS, KEY, server.url, whose], check=False, timeout=60)

    assert done.returncode == 0
