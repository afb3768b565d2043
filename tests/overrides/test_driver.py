"""What the drivers of a listing do when something goes wrong beside the page whose turn it is."""

import subprocess
import sys
import threading
import time
from typing import Any

import httpx
import pytest

from callrounded import (
    APIConnectionError,
    ClientClosedError,
    ConfigurationError,
    PaginationLoopError,
    RateLimitError,
    Rounded,
)
from callrounded.testing import FakeRounded, Fault, Reply, Server
from tests.overrides.conftest import KEY, World


async def list_all(world: World, server: Server, **arguments: Any) -> Any:
    """Return the whole listing."""
    listed: Any = world.client(base_url=server.url).phone_numbers.list_all(**arguments)
    return listed if world.name == "sync" else await listed


@pytest.mark.parametrize("allowed", [0, 1, 2, 5])
def test_where_only_some_threads_start(
    fake: FakeRounded, server: Server, monkeypatch: pytest.MonkeyPatch, allowed: int
) -> None:
    """Where no more threads can be started, this one does the rest."""
    for _ in range(195):
        fake.add()
    start, left = threading.Thread.start, allowed

    def start_some(thread: threading.Thread) -> None:
        nonlocal left
        if thread.name.startswith("callrounded"):
            left -= 1
            if left < 0:
                raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_some)
    with Rounded(KEY, base_url=server.url) as client:
        assert len(client.phone_numbers.list_all(limit=10)) == 200
    assert sorted(request.page or 1 for request in fake.requests) == list(range(1, 21))


async def test_pages_after_one_that_failed_are_not_all_requested(
    world: World, fake: FakeRounded, server: Server
) -> None:
    """While a slow page is waited for, no more than those ahead of it are requested, whatever became of them."""
    for _ in range(995):
        fake.add()
    fake.fail(Fault.slow_headers(0.5), page=2)
    fake.fail(Fault.status(429, retry_after=60), page=3)
    with pytest.raises(RateLimitError):
        await list_all(world, server, limit=10)
    assert len(fake.requests) <= 1 + 2 * 8


LEAVES_AFTER_A_SECOND = """
import sys, time
from callrounded import Rounded
with Rounded("test-key", base_url=sys.argv[1]) as client:
    for number in client.phone_numbers.iter_all(limit=10):
        time.sleep(1)  # until the page that was requested ahead has failed
        break
"""


def test_a_retry_in_the_background_ends_with_the_listing() -> None:
    """Whoever leaves a listing does not wait at exit for a page that is to be requested again in 30 seconds."""
    fake = FakeRounded(60)
    fake.fail(Fault.status(500, retry_after=30), page=2, times=None)
    with fake.serve() as server:
        began = time.monotonic()
        subprocess.run([sys.executable, "-c", LEAVES_AFTER_A_SECOND, server.url], check=True)
        assert time.monotonic() - began < 25
    assert len(fake.requests) == 2


async def test_a_server_that_ignores_the_page(world: World, fake: FakeRounded, server: Server) -> None:
    """A server that sends its first page again and again, with totals and the right number, goes round in circles."""
    for _ in range(95):
        fake.add()

    def first_again(request: Any, reply: Reply) -> Reply:
        return Reply.of({**fake.answer_to(page=1, limit=10).envelope, "current_page": request.page})

    fake.override(first_again, times=None)
    with pytest.raises(PaginationLoopError, match="pages in a row"):
        await list_all(world, server, limit=10)


async def test_a_post_is_sent_once(world: World) -> None:
    """A redirect that httpx cannot read is no reason to send a POST again."""
    from callrounded_generated.operation import Request
    from callrounded_generated.responses import read

    sent: list[str] = []

    def redirect(request: httpx.Request) -> httpx.Response:
        sent.append(request.method)
        return httpx.Response(302, headers={"location": "http://xn--a/"})

    class create_line:  # noqa: N801 - stands for a generated module
        @staticmethod
        def sync_detailed(client: Any) -> Any:
            return read(client.send(Request(method="POST", path="/v1/lines")), (), (), "raise")

        @staticmethod
        async def asyncio_detailed(client: Any) -> Any:
            return read(await client.asend(Request(method="POST", path="/v1/lines")), (), (), "raise")

    http_client = world.httpx_client(transport=httpx.MockTransport(redirect))
    client: Any = world.client(http_client=http_client)

    async def call() -> None:
        called = client.call(create_line)
        if world.name == "async":
            await called

    with pytest.raises(APIConnectionError):
        await call()
    assert sent == ["POST"]


@pytest.mark.parametrize("limit", [0, float("nan"), "ten", True])
async def test_numbers_that_are_no_numbers_of_a_page(world: World, fake: FakeRounded, limit: Any) -> None:
    """`list()` refuses what `iter_all()` refuses."""
    error = await world.error(world.client(http_client=world.httpx_client(transport=fake.transport())), limit=limit)
    assert isinstance(error, ConfigurationError)
    assert str(error).startswith("limit must be a whole number, at least 1: ")
    assert fake.requests == []


async def test_an_empty_cursor(world: World, fake: FakeRounded) -> None:
    """An empty cursor is none."""
    client = world.client(http_client=world.httpx_client(transport=fake.transport()))
    assert isinstance(await world.error(client, cursor=""), ConfigurationError)


def test_a_proxy_with_a_password_that_is_no_url(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong with a proxy variable is said without any part of it."""
    monkeypatch.setenv("HTTPS_PROXY", "http://user:secret/pw@proxy.example:8080")
    with pytest.raises(ConfigurationError, match="HTTPS_PROXY") as caught:
        Rounded(KEY)
    assert "secret" not in str(caught.value)


def test_a_client_that_is_closed_meanwhile(fake: FakeRounded, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """The pages in flight are not retried, and no retry is logged."""
    for _ in range(95):
        fake.add()
    fake.fail(Fault.slow_headers(0.5), times=None)
    client = Rounded(KEY, base_url=server.url)
    threading.Timer(0.8, client.close).start()
    with caplog.at_level("INFO", "callrounded"), pytest.raises(ClientClosedError):
        client.phone_numbers.list_all(limit=10)
    assert "next attempt" not in caplog.text
