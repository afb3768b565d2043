"""How pages are fetched: how many at once, when, in which threads and tasks, and what is left of them afterwards."""

import asyncio
import contextvars
import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator
from concurrent.futures import CancelledError
from itertools import islice
from types import SimpleNamespace
from typing import Any, cast

import pytest
import trio

from callrounded import (
    APIConnectionError,
    AsyncRounded,
    ClientClosedError,
    ConfigurationError,
    InternalServerError,
    PhoneNumber,
    RateLimitError,
    Rounded,
)
from callrounded._retry import Hold
from callrounded.testing import FakeRounded, Fault, ReceivedRequest
from tests.overrides.conftest import KEY, Client, World
from tests.overrides.test_resources import client_of, fake_of, ids, iter_all, list_all, listed, walk

WAYS = [list_all, iter_all]


class Reader:
    """Takes records one by one, in either world."""

    def __init__(self, client: Client, **arguments: Any) -> None:
        self.records: Any = client.phone_numbers.iter_all(**arguments)

    async def take(self, count: int) -> list[PhoneNumber]:
        """Take so many records."""
        if isinstance(self.records, Generator):
            return list(islice(cast("Generator[PhoneNumber]", self.records), count))
        return [await anext(self.records) for _ in range(count)]

    async def stop(self) -> None:
        """Take no more."""
        if isinstance(self.records, Generator):
            self.records.close()
        else:
            await cast("AsyncGenerator[PhoneNumber]", self.records).aclose()


def threads() -> list[str]:
    """The names of our threads."""
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("callrounded")]


async def until(condition: Callable[[], bool]) -> None:
    """Wait until *condition* holds; half a minute at most."""
    for _ in range(6000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came to that")


def assert_all_quiet(fake: FakeRounded) -> None:
    """No task of ours is left, and soon no thread and no request: nobody waits for those."""
    for _ in range(2000):
        if not threads() and not fake.in_flight:
            break
        time.sleep(0.005)
    assert threads() == []
    assert fake.in_flight == 0
    try:
        tasks = asyncio.all_tasks()
    except RuntimeError:
        return
    assert [task for task in tasks if task is not asyncio.current_task()] == []


class TestAtOnce:
    """How many pages are under way at once."""

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize(("concurrency", "expected"), [(None, 8), (3, 3), (1, 1)])
    async def test_as_many_as_allowed(self, world: World, way: Any, concurrency: int | None, expected: int) -> None:
        """Eight unless said otherwise; and the order is the server's."""
        fake = fake_of(200, delay=0.0 if expected == 1 else 0.05)
        options = {} if concurrency is None else {"concurrency": concurrency}

        records = await way(client_of(world, fake), limit=5, **options)

        assert ids(records) == listed(fake)
        assert fake.max_in_flight == expected
        assert_all_quiet(fake)

    async def test_a_list_does_not_wait_for_a_slow_page(self, world: World) -> None:
        """All others are fetched meanwhile; the order is the server's."""
        fake = fake_of(200)
        last = threading.Event()
        fake.before(lambda _, __: last.wait(60), page=10)
        fake.before(lambda _, __: last.set(), page=40)

        with fake.serve() as server:
            records = await list_all(world.client(base_url=server.url, timeout=60), limit=5, concurrency=4)

        assert ids(records) == listed(fake)
        assert fake.max_in_flight <= 4

    async def test_an_iterator_does_not_run_ahead_of_a_slow_page(self, world: World) -> None:
        """It holds only a few pages in memory."""
        fake = fake_of(200)
        ahead: list[int] = []

        def look(*_: object) -> None:
            time.sleep(0.1)
            ahead.append(max(request.page or 0 for request in fake.requests))

        fake.before(look, page=10)
        with fake.serve() as server:
            records = await iter_all(world.client(base_url=server.url), limit=5, concurrency=4)

        assert ids(records) == listed(fake)
        assert ahead[0] < 10 + 4

    async def test_one_page_needs_no_thread(self, world: World) -> None:
        """Nor does the first page of several."""
        fake = fake_of(30)
        seen = set[str]()
        fake.before(lambda _, __: seen.add(threading.current_thread().name), page=1, times=None)

        await list_all(client_of(world, fake), limit=30)
        await list_all(client_of(world, fake), limit=10)

        assert seen == {threading.current_thread().name}

    async def test_an_iterator_opens_as_its_consumer_keeps_up(self, world: World) -> None:
        """It begins with one page ahead, then two, four and eight."""
        fake = fake_of(400, delay=0.002)
        reader = Reader(client_of(world, fake), limit=10)

        assert fake.requests == []
        for page in range(1, 20):
            await reader.take(10)
            assert page <= len(fake.requests) <= page + min(2 ** (page - 1), 8)
        assert fake.max_in_flight > 1
        await reader.stop()
        assert_all_quiet(fake)

    async def test_a_slow_consumer_is_not_run_ahead_of(self, world: World) -> None:
        """What has been fetched waits for it; no more is."""
        fake = fake_of(400)
        reader = Reader(client_of(world, fake), limit=10)
        for _ in range(10):
            await reader.take(10)
            await asyncio.sleep(0.03)

        assert len(fake.requests) <= 10 + 8
        await reader.stop()

    async def test_the_next_cursor_is_followed_while_the_consumer_works(self, world: World) -> None:
        """One page ahead: its cursor is known."""
        fake = fake_of(50)
        reader = Reader(client_of(world, fake), limit=10, use_cursor=True)

        await reader.take(1)
        await until(lambda: len(fake.requests) == 2)

        assert [request.page for request in fake.requests] == [1, 2]
        await reader.stop()

    async def test_max_items_needs_no_more_pages(self, world: World) -> None:
        """However many could be under way."""
        fake = fake_of(400)

        await list_all(client_of(world, fake), limit=10, max_items=45)

        assert sorted(request.page or 0 for request in fake.requests) == [1, 2, 3, 4, 5]


class TestStopping:
    """What is left when the consumer stops."""

    @pytest.mark.parametrize("taken", [0, 1, 55])
    async def test_nothing_more_is_requested(self, world: World, taken: int) -> None:
        """And no thread and no task is left."""
        fake = fake_of(400, delay=0.005)
        reader = Reader(client_of(world, fake), limit=10)

        await reader.take(taken)
        await reader.stop()

        assert_all_quiet(fake)
        requested = len(fake.requests)
        await asyncio.sleep(0.05)
        assert len(fake.requests) == requested

    async def test_letting_go_is_enough(self, world: World) -> None:
        """The garbage collector stops it."""
        fake = fake_of(400, delay=0.005)
        reader = Reader(client_of(world, fake), limit=10)
        await reader.take(55)

        del reader
        gc.collect()
        # asyncio closes it in a task of its own.
        await until(lambda: len(asyncio.all_tasks()) == 1)

        assert_all_quiet(fake)

    @pytest.mark.parametrize("way", WAYS)
    async def test_an_error_ends_the_others(self, world: World, way: Any) -> None:
        """Soon after it is raised, nothing is under way any more."""
        fake = fake_of(400, delay=0.005)
        fake.fail(Fault.status(500), page=5)

        with pytest.raises(InternalServerError):
            await way(client_of(world, fake, max_retries=0), limit=10)

        assert_all_quiet(fake)

    async def test_an_error_waits_for_its_turn(self, world: World) -> None:
        """The pages before it come first, however fast it was; those behind it are not asked for."""
        fake = fake_of(400)
        fake.fail(Fault.slow_headers(0.05), page=3)
        fake.fail(Fault.status(400), page=5)
        received: list[PhoneNumber] = []

        with pytest.raises(Exception, match="400"):
            await iter_all(client_of(world, fake), received, limit=10)

        assert ids(received) == listed(fake)[:40]
        assert max(request.page or 0 for request in fake.requests) < 15

    async def test_a_closed_client_ends_the_listing(self, world: World) -> None:
        """In the middle of it."""
        client = client_of(world, fake_of(400))
        reader = Reader(client, limit=10, concurrency=1)
        await reader.take(10)
        await world.close(client)

        with pytest.raises(ClientClosedError) as caught:
            await reader.take(20)

        assert caught.value.checkpoint is not None

    async def test_an_error_of_on_progress_ends_the_listing(self, world: World) -> None:
        """It is the caller's, and goes to the caller."""
        fake = fake_of(400, delay=0.005)

        def on_progress(_: object) -> None:
            raise LookupError

        with pytest.raises(LookupError):
            await list_all(client_of(world, fake), limit=10, on_progress=on_progress)

        assert_all_quiet(fake)

    async def test_an_api_error_of_on_progress_gets_no_checkpoint(self, world: World) -> None:
        """It says nothing about this listing; going on from it would lose the page that had just come."""
        theirs = APIConnectionError("another call")

        def on_progress(_: object) -> None:
            raise theirs

        with pytest.raises(APIConnectionError, match="another call"):
            await list_all(client_of(world, fake_of(40)), limit=10, on_progress=on_progress)

        assert theirs.checkpoint is None


class TestHold:
    """The server says that there are too many requests."""

    async def test_whoever_stops_does_not_wait_for_a_retry(self, world: World) -> None:
        """Nor is the page requested again."""
        fake = fake_of(400)
        fake.fail(Fault.status(429, retry_after=20), page=3)
        reader = Reader(client_of(world, fake), limit=10)
        await reader.take(11)
        await until(lambda: 3 in [request.page for request in fake.requests] and not fake.in_flight)
        began = time.monotonic()

        await reader.stop()

        assert time.monotonic() - began < 10
        assert [request.page for request in fake.requests].count(3) == 1
        assert_all_quiet(fake)

    @pytest.mark.parametrize("status", [429, 503])
    async def test_all_requests_are_held(self, world: World, status: int) -> None:
        """Until the time that the server asks for; then the page that was refused comes again."""
        fake = fake_of(300, delay=0.2)
        fake.fail(Fault.status(status, retry_after=1), page=10)

        records = await list_all(client_of(world, fake), limit=5)

        assert ids(records) == listed(fake)
        refused, repeated = (request for request in fake.requests if request.page == 10)
        assert repeated.received_at - refused.received_at >= 0.99
        # Half a second for those that were on their way, of which the last would come after more than that.
        meanwhile = [r for r in fake.requests if 0.7 < r.received_at - refused.received_at < 0.99]
        assert meanwhile == []

    async def test_the_latest_time_counts(self, world: World) -> None:
        """Also for a request that already waits for an earlier one."""
        hold = Hold()
        hold.extend(0.2)
        began = time.monotonic()
        waiting = asyncio.create_task(hold.wait_async() if world.name == "async" else asyncio.to_thread(hold.wait))
        await asyncio.sleep(0.05)

        hold.extend(0.6)
        hold.extend(0.1)
        await waiting

        assert time.monotonic() - began >= 0.6

    def test_of_two_that_come_at_once_the_later_time_counts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A thread that is interrupted while it extends the hold does not undo what another one asks for."""
        hold, is_extending = Hold(), threading.Event()
        short = threading.Thread(target=hold.extend, args=(1,))

        def monotonic() -> float:
            if threading.current_thread() is short:
                is_extending.set()
                time.sleep(0.1)
            return 100.0

        monkeypatch.setattr("callrounded._retry.time", SimpleNamespace(monotonic=monotonic))
        short.start()
        is_extending.wait()
        hold.extend(30)
        short.join()

        assert hold._until == 130.0

    async def test_a_clock_that_stands_still_does_not_hold_for_ever(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As that of a test does: what was asked for is waited for once."""
        monkeypatch.setattr("callrounded._retry.time", SimpleNamespace(monotonic=lambda: 0.0))
        hold = Hold()
        hold.extend(0.01)
        waiting = threading.Thread(target=hold.wait if world.name == "sync" else lambda: asyncio.run(hold.wait_async()))

        waiting.start()
        await asyncio.to_thread(waiting.join, 10)

        assert not waiting.is_alive()

    def test_leaving_ends_it(self) -> None:
        """What still waits is given up."""
        hold = Hold()
        hold.extend(60)
        hold.stop()

        with pytest.raises(CancelledError):
            hold.wait()

    async def test_it_can_last(self, world: World) -> None:
        """Until the retries are used up: an error that has what came before."""
        fake = fake_of(100)
        fake.fail(Fault.status(429, retry_after=0), page=3, times=None)

        with pytest.raises(RateLimitError) as caught:
            await list_all(client_of(world, fake), limit=10)

        assert ids(caught.value.partial or []) == listed(fake)[:20]
        assert len([request for request in fake.requests if request.page == 3]) == 3


class TestThreads:
    """The sync world."""

    def test_one_client_serves_many_threads(self) -> None:
        """Each lists for itself."""
        fake = fake_of(100)
        found: list[list[str]] = []
        with fake.serve() as server, Rounded(KEY, base_url=server.url) as client:
            workers = [
                threading.Thread(target=lambda: found.append(ids(client.phone_numbers.list_all(limit=10))))
                for _ in range(8)
            ]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()

        assert found == [listed(fake)] * 8

    def test_requests_have_the_context_of_the_consumer(self, world: World) -> None:
        """Tracing finds what it has put there."""
        trace: contextvars.ContextVar[str] = contextvars.ContextVar("trace", default="none")
        fake = fake_of(100)
        seen = set[str]()
        fake.before(lambda _, __: seen.add(trace.get()), times=None)
        with Rounded(KEY, http_client=World("sync").httpx_client(transport=fake.transport())) as client:
            trace.set("mine")
            client.phone_numbers.list_all(limit=10)

        assert seen == {"mine"}

    def test_a_request_is_not_repeated_for_nobody(self) -> None:
        """The consumer stops while it is under way; then it fails."""
        fake = fake_of(100)
        fake.before(lambda _, __: time.sleep(0.5), page=2)
        fake.fail(Fault.status(503, retry_after=0), page=2, times=None)
        client = client_of(World("sync"), fake)
        assert isinstance(client, Rounded)
        with client:
            records = client.phone_numbers.iter_all(limit=10, use_cursor=True)
            next(records)
            cast("Generator[PhoneNumber]", records).close()

        assert_all_quiet(fake)
        assert [request.page for request in fake.requests] == [1, 2]

    def test_leaving_the_loop_does_not_wait(self) -> None:
        """Neither for the response to the request in flight nor for its thread."""
        fake, released = fake_of(100), threading.Event()
        fake.before(lambda _, __: released.wait(60), page=2)
        with fake.serve() as server, Rounded(KEY, base_url=server.url) as client:
            for _ in client.phone_numbers.iter_all(limit=10):
                break

            assert threads()
            released.set()
            assert_all_quiet(fake)

    @pytest.mark.skipif(os.name != "posix", reason="Windows has no signal that stands for Ctrl-C of another process")
    def test_ctrl_c_ends_it_at_once(self) -> None:
        """Although the server never responds: the listing does not wait for its threads."""
        program = """
            import os, signal, sys
            from callrounded import Rounded
            signal.signal(signal.SIGINT, signal.default_int_handler)  # Or else ignored in the background of a shell.
            client = Rounded("key", base_url=sys.argv[1], timeout=60)
            try:
                client.phone_numbers.list_all(limit=10)
            except KeyboardInterrupt:
                print("interrupted", flush=True)
                os._exit(0)  # The interpreter itself would wait for them.
        """
        fake = FakeRounded(100, api_keys=["key"])
        fake.fail(Fault.slow_headers(60), when=lambda request: request.number > 1, times=None)
        with fake.serve() as server:
            process = subprocess.Popen(
                [sys.executable, "-c", textwrap.dedent(program), server.url], stdout=subprocess.PIPE, text=True
            )
            while len(fake.requests) < 9:
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=30)

        assert output == "interrupted\n"

    @pytest.mark.parametrize("way", WAYS)
    async def test_where_no_thread_can_be_started(self, way: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """Pages are read in this thread, in order; an error ends the listing there, too."""

        def start(*_: object) -> None:
            raise RuntimeError("can't start new thread")

        fake = fake_of(100)
        client = client_of(World("sync"), fake, max_retries=0)
        monkeypatch.setattr(threading.Thread, "start", start)

        assert ids(await way(client, limit=10)) == listed(fake)
        assert [request.page for request in fake.requests] == list(range(1, 11))
        fake.fail(Fault.status(500), page=3)
        with pytest.raises(InternalServerError):
            await way(client, limit=10)
        assert len(fake.requests) == 13
        await World("sync").close(client)

    @pytest.mark.parametrize("method", ["iter_all", "list_all"])
    def test_while_the_interpreter_exits(self, method: str) -> None:
        """In a function that atexit calls: no thread can be started any more."""
        program = f"""
            import atexit, sys
            from callrounded import Rounded
            client = Rounded("key", base_url=sys.argv[1])
            atexit.register(lambda: print(len(list(client.phone_numbers.{method}(limit=10)))))
            client.phone_numbers.list_all(limit=10)
        """
        with FakeRounded(100, api_keys=["key"]).serve() as server:
            done = subprocess.run(
                [sys.executable, "-c", textwrap.dedent(program), server.url],
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )

        assert (done.stdout, done.stderr) == ("100\n", "")


class TestTasks:
    """The async world."""

    @pytest.mark.parametrize("after", [0.0, 0.02, 0.06])
    async def test_a_cancelled_listing_leaves_a_usable_client(self, after: float) -> None:
        """And no task."""
        fake = fake_of(400, delay=0.02)
        with fake.serve() as server:
            async with AsyncRounded(KEY, base_url=server.url) as client:
                listing = asyncio.ensure_future(client.phone_numbers.list_all(limit=10))
                await asyncio.sleep(after)
                listing.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await listing

                assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []
                fake.delay = 0
                assert ids(await client.phone_numbers.list_all(limit=100)) == listed(fake)

    async def test_a_timeout_of_the_caller(self) -> None:
        """asyncio.timeout() ends a listing in the middle."""
        fake = fake_of(400, delay=0.02)
        client = client_of(World("async"), fake)
        assert isinstance(client, AsyncRounded)
        received: list[PhoneNumber] = []

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await iter_all(client, received, limit=10, concurrency=2)

        assert ids(received) == listed(fake)[: len(received)]
        assert_all_quiet(fake)
        await client.aclose()

    async def test_a_break_ends_it(self) -> None:
        """Without aclose(): the loop closes the iterator as soon as it is let go."""
        fake = fake_of(400, delay=0.005)
        client = client_of(World("async"), fake)
        assert isinstance(client, AsyncRounded)

        async for _ in client.phone_numbers.iter_all(limit=10):
            break
        await until(lambda: len(asyncio.all_tasks()) == 1)

        assert_all_quiet(fake)
        await client.aclose()

    @pytest.mark.parametrize("way", ["iter_all", "list", "page", "pages"])
    def test_an_iterator_that_is_kept_is_closed_with_the_loop(self, caplog: pytest.LogCaptureFixture, way: str) -> None:
        """In good order, so that nothing is reported."""
        fake = fake_of(400, delay=0.005)
        kept: list[object] = []

        async def main() -> None:
            client = client_of(World("async"), fake)
            assert isinstance(client, AsyncRounded)
            records: Any = client.phone_numbers.list(limit=10)
            if way == "iter_all":
                records = client.phone_numbers.iter_all(limit=10)
            elif way != "list":
                page = await client.phone_numbers.list(limit=10)
                records = page.iter_pages() if way == "pages" else page
            kept.append(aiter(records))
            for _ in range(2 if way == "pages" else 25):
                await anext(cast("AsyncGenerator[object]", kept[0]))

        asyncio.run(main())

        assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []
        assert_all_quiet(fake)

    @pytest.mark.parametrize("way", ["iter_all", "list_all", "list"])
    def test_a_second_event_loop(self, way: str) -> None:
        """Its connections belong to the first one: an error that says what to do, not one of asyncio."""
        client = client_of(World("async"), fake_of(40))

        async def use() -> None:
            if way == "iter_all":
                await iter_all(client, limit=10)
            else:
                await getattr(client.phone_numbers, way)(limit=10)

        asyncio.run(use())

        with pytest.raises(ConfigurationError, match=r"another event loop\. Create one in each event loop"):
            asyncio.run(use())

    @pytest.mark.parametrize("way", ["iter_all", "list_all", "list", "walk"])
    def test_trio(self, way: str) -> None:
        """It is not supported: the error says so, and what to use."""
        client = client_of(World("async"), fake_of(40))

        async def use() -> None:
            if way == "iter_all":
                await iter_all(client, limit=10)
            elif way == "walk":
                await walk(client, limit=10)
            else:
                await getattr(client.phone_numbers, way)(limit=10)

        with pytest.raises(ConfigurationError, match="not under trio: use Rounded there"):
            trio.run(use)
        trio.run(client.close)

    async def test_many_tasks_share_one_client(self) -> None:
        """Each lists for itself."""
        fake = fake_of(100)
        client = client_of(World("async"), fake)
        assert isinstance(client, AsyncRounded)

        found = await asyncio.gather(*(client.phone_numbers.list_all(limit=10) for _ in range(8)))

        assert [ids(records) for records in found] == [listed(fake)] * 8
        await client.aclose()


async def test_a_connection_that_breaks_now_and_then_costs_nothing(world: World) -> None:
    """Every page fails once, each in another way; the listing is whole."""
    fake = fake_of(80)
    faults = [Fault.reset(), Fault.closed(), Fault.truncated(), Fault.status(503, retry_after=0), Fault.in_band(500)]
    for page in range(1, 9):
        fake.fail(faults[page % len(faults)], page=page)
    with fake.serve() as server:
        client = world.client(base_url=server.url)

        assert ids(await list_all(client, limit=10)) == listed(fake)


async def test_what_arrives_after_an_error_is_of_no_interest(world: World) -> None:
    """The first page that fails is the one that is raised."""
    fake = fake_of(100)

    def number(request: ReceivedRequest) -> bool:
        return request.page is not None and request.page > 2

    fake.fail(Fault.reset(), when=number, times=None)

    with pytest.raises(APIConnectionError) as caught:
        await list_all(client_of(world, fake, max_retries=0), limit=10)

    assert caught.value.request is not None
    assert caught.value.request.url.params["page"] == "3"
    assert len(caught.value.partial or []) == 20
