"""The fake without a network: one transport for both kinds of httpx client, faults included."""

import asyncio
import time
from typing import Protocol

import httpx
import pytest

from callrounded.testing import FakeRounded, Fault, Reply

PATH = "/v1/phone-numbers"
BASE_URL = "https://api.callrounded.com"
KEY = {"X-Api-Key": "test-key"}


class Get(Protocol):
    """Sends one request and returns the answer, its body read."""

    def __call__(self, path: str = PATH, *, timeout: float | None = 60) -> httpx.Response:
        """Ask for *path*, and wait for the next bytes at most *timeout* seconds."""
        ...


@pytest.fixture(params=["sync", "async"])
def get(fake: FakeRounded, request: pytest.FixtureRequest) -> Get:
    """Ask the fake through a client of either kind."""

    def get_sync(path: str = PATH, *, timeout: float | None = 60) -> httpx.Response:
        with httpx.Client(transport=fake.transport(), base_url=BASE_URL, headers=KEY, timeout=timeout) as client:
            return client.get(path)

    async def get_async(path: str, timeout: float | None) -> httpx.Response:
        transport = fake.transport()
        async with httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=KEY, timeout=timeout) as client:
            return await client.get(path)

    def get_async_in_a_loop(path: str = PATH, *, timeout: float | None = 60) -> httpx.Response:
        return asyncio.run(get_async(path, timeout))

    return get_sync if request.param == "sync" else get_async_in_a_loop


def test_both_kinds_of_client_get_the_same_answer(get: Get, fake: FakeRounded) -> None:
    """The answer is that of the API, whichever client asks."""
    response = get(f"{PATH}?limit=7")

    assert response.status_code == 200
    assert response.json() == fake.answer_to(limit=7).envelope


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.refused(), httpx.ConnectError),
        (Fault.closed(), httpx.RemoteProtocolError),
        (Fault.reset(), httpx.ReadError),
        (Fault.reset_in_body(), httpx.ReadError),
        (Fault.truncated(), httpx.RemoteProtocolError),
    ],
    ids=str,
)
def test_a_fault_of_the_connection_is_the_exception_of_httpx(
    get: Get, fake: FakeRounded, fault: Fault, error: type[Exception]
) -> None:
    """Each raises what httpx raises for it over a network, and the next request is answered."""
    fake.fail(fault)

    with pytest.raises(error):
        get()
    assert get().status_code == 200
    assert fake.in_flight == 0


@pytest.mark.parametrize("fault", [Fault.slow_headers(30), Fault.slow_body(30)], ids=str)
def test_a_pause_counts_against_the_read_timeout(get: Get, fake: FakeRounded, fault: Fault) -> None:
    """A pause that outlasts the patience of the client is a read timeout, after that patience."""
    fake.fail(fault)
    began = time.monotonic()

    with pytest.raises(httpx.ReadTimeout):
        get(timeout=0.05)

    assert time.monotonic() - began > 0.04
    assert fake.in_flight == 0


@pytest.mark.parametrize("fault", [Fault.slow_headers(0.02), Fault.slow_body(0.005, pieces=4)], ids=str)
def test_a_pause_within_the_timeout_only_takes_time(get: Get, fake: FakeRounded, fault: Fault) -> None:
    """The answer comes whole, later; without a timeout any pause is waited for."""
    for timeout in (60, None):
        fake.fail(fault)
        began = time.monotonic()

        assert get(timeout=timeout).json() == fake.answer_to().envelope
        assert time.monotonic() - began > 0.015


def test_a_status_comes_with_body_and_headers(get: Get, fake: FakeRounded) -> None:
    """A fault of the status reads like any answer."""
    fake.fail(Fault.status(429, retry_after=3))

    response = get()

    assert (response.status_code, response.headers["retry-after"]) == (429, "3")
    assert response.json()["error"]["status"] == 429


def test_an_answer_without_a_body_has_none(get: Get, fake: FakeRounded) -> None:
    """A 204 is empty even if a reply of that status carries bytes."""
    fake.override(lambda request, reply: Reply(204, body=b"ignored"))

    response = get()

    assert (response.status_code, response.content) == (204, b"")
    assert "content-length" not in response.headers


def test_a_body_can_come_in_pieces(get: Get, fake: FakeRounded) -> None:
    """A body of unknown length arrives in its pieces."""
    fake.override(lambda request, reply: Reply(200, body=[b"a" * 50_000] * 2))

    response = get()

    assert (len(response.content), response.headers["transfer-encoding"]) == (100_000, "chunked")


def test_the_delay_of_the_fake_passes_before_each_answer(get: Get, fake: FakeRounded) -> None:
    """`delay` applies to answers and to faults, and can be changed on the way."""
    fake.delay = 0.03
    fake.fail(Fault.status(503), request=2)
    for _ in range(2):
        began = time.monotonic()
        get()
        assert time.monotonic() - began >= 0.03


def test_an_error_in_a_hook_reaches_the_test(get: Get, fake: FakeRounded) -> None:
    """Nothing stands between a hook and the one who sent the request."""
    fake.before(lambda fake, request: fake.remove("no such record"))

    with pytest.raises(KeyError, match="no such record"):
        get()
    fake.fail(Fault.status(500), when=lambda request: bool(request.params["page"]))
    with pytest.raises(KeyError, match="page"):
        get()
    assert fake.in_flight == 0


def test_a_request_is_in_flight_until_its_answer_is_read(fake: FakeRounded) -> None:
    """A streamed answer counts until it is closed."""
    with httpx.Client(transport=fake.transport(), base_url=BASE_URL, headers=KEY) as client:
        with client.stream("GET", PATH):
            assert fake.in_flight == 1
        assert fake.in_flight == 0


async def test_many_requests_can_be_in_flight(fake: FakeRounded) -> None:
    """Async requests overlap in one thread; the highest number of them is kept."""
    arrived = asyncio.Event()
    fake.before(lambda fake, request: arrived.set(), request=8)
    fake.delay = 600
    transport = fake.transport()
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=KEY, timeout=None) as client:
        requests = [asyncio.create_task(client.get(PATH, params={"page": page})) for page in range(1, 9)]
        await arrived.wait()
        for request in requests:
            request.cancel()
        await asyncio.wait(requests)

    assert fake.max_in_flight == 8
    assert fake.in_flight == 0


async def test_a_cancelled_request_is_no_longer_in_flight(fake: FakeRounded) -> None:
    """Cancelling ends the exchange as closing the connection would."""
    arrived = asyncio.Event()
    fake.before(lambda fake, request: arrived.set())
    fake.fail(Fault.slow_headers(600))
    transport = fake.transport()
    async with httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=KEY) as client:
        request = asyncio.create_task(client.get(PATH, timeout=None))
        await arrived.wait()
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request

    assert fake.in_flight == 0
