"""Sending, waiting and reading over real sockets: what comes of every fault, and after how many attempts."""

import asyncio
import copy
import os
import pickle
import subprocess
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

import callrounded
from callrounded import (
    APIConnectionError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AsyncRounded,
    BadRequestError,
    ConfigurationError,
    InternalServerError,
    Page,
    PhoneNumber,
    RateLimitError,
    Rounded,
)
from callrounded.testing import FakeRounded, Fault, Reply, Server
from tests.overrides.conftest import KEY, Client, World
from tests.overrides.faults import CUT_GZIP, NOT_GZIP, NOT_UTF8


@pytest.fixture
def client(world: World, server: Server) -> Client:
    """A client of the server that retries at once."""
    return world.client(base_url=server.url, max_retry_wait=0)


# Each fault with the httpx error behind it.
NO_RESPONSE = [
    (Fault.closed(), httpx.RemoteProtocolError),
    (Fault.reset(), httpx.ReadError),
    (Fault.reset_in_body(), httpx.ReadError),
    (Fault.truncated(), httpx.RemoteProtocolError),
    (CUT_GZIP, httpx.DecodingError),
    (NOT_GZIP, httpx.DecodingError),
]
SILENCE = [Fault.slow_headers(2), Fault.slow_body(2)]
RETRIED = [
    *(Fault.status(status) for status in (408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 530)),
    *(Fault.in_band(429), Fault.in_band(503), Fault.html(502), Fault.status(500, body=b""), Fault.json([], 503)),
]
FINAL = [
    *(Fault.status(status) for status in (400, 401, 403, 404, 409, 418, 422, 499, 501, 505, 525)),
    *(
        Fault.in_band(422),
        Fault.html(404),
        Fault.status(400, body=b""),
        Fault.status(302, headers={"Location": "/elsewhere"}, body=b""),
    ),
]
NOT_THE_SPEC = [
    Fault.html(),
    Fault.status(200, body=b""),
    Fault.status(204),
    Fault.json([]),
    Fault.json(None),
    Fault.envelope(data=None),
    Fault.envelope(without=["data"]),
    Fault.broken_json(),
    NOT_UTF8,
]


class TestAttempts:
    """What each fault comes to, and how often it was tried."""

    @pytest.mark.parametrize(("fault", "cause"), NO_RESPONSE, ids=repr)
    async def test_no_complete_response_is_retried(
        self, world: World, fake: FakeRounded, client: Client, fault: Fault, cause: type[httpx.HTTPError]
    ) -> None:
        """Twice by default; then the error says so, with the httpx error as its cause."""
        fake.fail(fault, times=None)

        error = await world.api_error(client)

        assert (type(error), type(error.__cause__)) == (APIConnectionError, cause)
        assert cause.__name__ in str(error)
        assert len(fake.requests) == 3

    @pytest.mark.parametrize("fault", SILENCE, ids=repr)
    async def test_silence_is_a_timeout(self, world: World, fake: FakeRounded, client: Client, fault: Fault) -> None:
        """Before the first byte and between two of them; retried like any response that did not come."""
        fake.fail(fault, times=2)

        error = await world.api_error(client.with_options(timeout=httpx.Timeout(30, read=0.2), max_retries=1))
        assert isinstance(error, APITimeoutError)
        assert isinstance(error.__cause__, httpx.ReadTimeout)
        assert len(fake.requests) == 2

        assert len((await world.list(client)).data) == 5

    @pytest.mark.parametrize("fault", [*(fault for fault, _ in NO_RESPONSE), *RETRIED], ids=repr)
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
    async def test_a_complete_response_that_is_not_what_the_spec_says_is_raised_at_once(
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


class TestTelling:
    """What the error of a call says about it."""

    @pytest.mark.parametrize("fault", [Fault.status(503), Fault.reset(), Fault.truncated()], ids=repr)
    async def test_an_error_says_how_many_attempts_were_made(
        self, world: World, fake: FakeRounded, client: Client, fault: Fault
    ) -> None:
        """As an attribute and in its text; one attempt goes without saying."""
        fake.fail(fault, times=None)

        for retries in (0, 1, 4):
            error = await world.api_error(client.with_options(max_retries=retries))
            assert error.attempts == retries + 1
            assert (f"{retries + 1} attempts" in str(error)) is (retries > 0)

    async def test_attempts_before_a_final_error_count(self, world: World, fake: FakeRounded, client: Client) -> None:
        """A 503, then a 404, which is final: two attempts."""
        fake.fail(Fault.status(503))
        fake.fail(Fault.status(404))

        assert (await world.api_error(client)).attempts == 2

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

    @pytest.mark.parametrize(
        "fault",
        [
            Fault.status(429),
            Fault.in_band(503),
            Fault.status(302, headers={"Location": "/x"}, body=b""),
            Fault.html(),
            Fault.reset(),
        ],
        ids=repr,
    )
    @pytest.mark.parametrize("way", ["pickle", "copy", "deepcopy"])
    async def test_an_error_of_a_real_response_survives_pickle_and_copy(
        self, world: World, fake: FakeRounded, client: Client, fault: Fault, way: str
    ) -> None:
        """With its attributes, of which some are read from the response when they are asked for."""
        fake.fail(fault, times=None)
        error = await world.api_error(client)

        twin = {"pickle": lambda: pickle.loads(pickle.dumps(error)), "copy": lambda: copy.copy(error)}.get(
            way, lambda: copy.deepcopy(error)
        )()

        assert (type(twin), str(twin), twin.attempts) == (type(error), str(error), error.attempts)
        assert twin.request.url == error.request.url if error.request else twin.request is None
        if isinstance(error, APIStatusError | APIResponseValidationError):
            for name in ("status_code", "headers", "body", "request_id"):
                assert getattr(twin, name) == getattr(error, name)
            assert twin.response.content == error.response.content

    async def test_a_traceback_shows_few_frames_of_ours(self, world: World, fake: FakeRounded, client: Client) -> None:
        """They say nothing about what went wrong."""
        fake.fail(Fault.status(503), times=None)

        error = await world.api_error(client)

        files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
        assert len([file for file in files if file.startswith(str(Path(callrounded.__file__).parent))]) <= 3


class TestWaiting:
    """How long it takes until the next attempt."""

    async def test_a_retry_comes_when_the_server_asked_for_it(
        self, world: World, fake: FakeRounded, server: Server
    ) -> None:
        """Not earlier; seconds and dates are both understood. Our own first wait would be shorter."""
        date, a_second_later = "Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:38 GMT"
        for fault, seconds in (
            (Fault.status(429, retry_after=0.7), 0.7),
            (Fault.status(503, retry_after=a_second_later, headers={"Date": date}), 1),
        ):
            fake.reset()
            fake.fail(fault)
            await world.list(world.client(base_url=server.url))
            first, second = fake.requests
            assert second.received_at - first.received_at >= seconds

    @pytest.mark.parametrize(
        ("retry_after", "seconds"), [(3600, 3600), (31, 31), ("9" * 11, float("9" * 11))], ids=repr
    )
    @pytest.mark.parametrize("status", [429, 503])
    async def test_a_wait_that_is_too_long_is_left_to_the_caller(
        self, world: World, fake: FakeRounded, server: Server, status: int, retry_after: float | str, seconds: float
    ) -> None:
        """The error comes at once and says how long it would have been."""
        fake.fail(Fault.status(status, retry_after=retry_after))

        error = await world.api_error(world.client(base_url=server.url))

        assert isinstance(error, RateLimitError | InternalServerError)
        assert error.retry_after == seconds
        assert len(fake.requests) == 1

    async def test_a_header_that_came_twice_is_read_whole(
        self, world: World, fake: FakeRounded, server: Server
    ) -> None:
        """One of a proxy and one of the API: the longer wait counts."""
        twice = (("Retry-After", "0"), ("Retry-After", "3600"))
        fake.override(lambda request, reply: Reply(429, twice, b"{}"))

        error = await world.api_error(world.client(base_url=server.url))

        assert isinstance(error, RateLimitError)
        assert error.retry_after == 3600
        assert len(fake.requests) == 1

    async def test_retries_go_on_as_long_as_their_number_allows(
        self, world: World, fake: FakeRounded, client: Client
    ) -> None:
        """Nothing but max_retries ends them."""
        fake.fail(Fault.status(503), times=14)

        await world.list(client.with_options(max_retries=14))

        assert len(fake.requests) == 15


class TestResponse:
    """The httpx.Response that comes with a page or an error."""

    async def test_it_is_complete_and_knows_no_key(self, world: World, fake: FakeRounded, client: Client) -> None:
        """Content, headers, time and request are there; the request is one to show."""
        response = (await world.list(client)).response

        assert response is not None
        assert response.json()["total_items"] == fake.total_items
        assert response.headers["x-request-id"] == "fake-1"
        assert response.elapsed > timedelta(0)
        assert response.http_version == "HTTP/1.1"
        assert response.request.url == response.url
        assert response.is_closed
        assert "x-api-key" not in response.request.headers
        assert response.request.headers["user-agent"].startswith("callrounded/")
        assert response.next_request is None

    async def test_the_body_of_an_error_is_bounded(self, world: World, fake: FakeRounded, client: Client) -> None:
        """What a proxy has to say stands at the beginning."""
        fake.fail(Fault.status(501, body=b"<html>" + b"x" * 2_000_000))

        error = await world.api_error(client)

        assert isinstance(error, APIStatusError)
        assert error.body.startswith("<html>x")
        assert len(error.body) == 4096
        assert "<html>" in str(error)
        assert len(str(error)) < 1000


class TestSharing:
    """One client in many threads and tasks."""

    def test_threads_share_a_client(self, fake: FakeRounded, server: Server) -> None:
        """Each gets its own responses, faults or not."""
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
        """While it waits for headers, for the body, for the next attempt: no task is left, no response is mixed up."""
        async with AsyncRounded(KEY, base_url=server.url) as client:
            arrived, loop = asyncio.Event(), asyncio.get_running_loop()
            fake.before(lambda fake, request: loop.call_soon_threadsafe(arrived.set))
            fake.fail(fault)
            task = asyncio.create_task(_list(client))
            await arrived.wait()
            await asyncio.sleep(0.05)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

            assert asyncio.all_tasks() == {asyncio.current_task()}
            assert len((await client.phone_numbers.list(limit=2)).data) == 2

    async def test_a_retry_can_be_cancelled_too(self, fake: FakeRounded, server: Server) -> None:
        """The cancellation passes through the retries as it is."""
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


def test_another_event_loop_is_told_to_make_a_client_of_its_own(server: Server) -> None:
    """Connections are of use in one event loop; a second asyncio.run() is another."""
    client = AsyncRounded(KEY, base_url=server.url)

    with asyncio.Runner() as first, asyncio.Runner() as second:
        first.run(_list(client))
        with pytest.raises(ConfigurationError, match="Create one in each event loop"):
            second.run(_list(client))
        first.run(_list(client))
        first.run(client.aclose())


def test_without_asyncio_the_error_says_so(server: Server) -> None:
    """Under trio, for one; here nothing runs at all."""
    call = _list(AsyncRounded(KEY, base_url=server.url))

    with pytest.raises(ConfigurationError, match="asyncio only"):
        call.send(None)


FROZEN = """
import datetime, sys
import freezegun
from callrounded import Rounded
key, url = sys.argv[1:]
with Rounded(key, base_url=url) as client:
    with freezegun.freeze_time("2020-01-01"):
        frozen = client.phone_numbers.list()
    later = client.phone_numbers.list()
    assert later.data == frozen.data == client.phone_numbers.list_all()
    assert type(later.data[0].created_at) is datetime.datetime
"""


def test_a_first_call_under_a_frozen_clock_is_like_any_other(fake: FakeRounded, server: Server) -> None:
    """Tests of an application freeze time; nothing that is set up in the meantime may stay frozen."""
    done = subprocess.run(
        [sys.executable, "-c", FROZEN, KEY, server.url], capture_output=True, text=True, check=False, timeout=60
    )

    assert (done.returncode, done.stderr) == (0, "")


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
