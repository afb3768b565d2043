"""From the first use of a client to the last: shared, cancelled, abandoned, closed."""

import asyncio
import gc
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from pathlib import Path
from typing import Any, cast

import anyio
import pytest

from callrounded import AsyncRounded, ClientClosedError, ConfigurationError, PhoneNumber, Rounded
from callrounded.testing import FakeRounded, Fault, ReceivedRequest, Server
from tests.overrides.conftest import KEY, World
from tests.overrides.faults import (
    IDS,
    LIST_ALL,
    LIST_ALL_BY_CURSOR,
    PAGE_SIZE,
    PAGES,
    RECORDS,
    WAYS,
    Outcome,
    Way,
    eventually,
    outcome,
    pages_asked_for,
    the_rest,
)

PROC = Path("/proc/self/fd")
needs_proc = pytest.mark.skipif(not PROC.exists(), reason="what is open cannot be seen on this system")


@pytest.fixture
def fake() -> FakeRounded:
    """An API of five pages."""
    return FakeRounded(RECORDS, api_keys=[KEY])


def ids(records: list[PhoneNumber]) -> list[str]:
    """Return the ids of *records*."""
    return [str(record.id) for record in records]


def sockets_to(server: Server) -> int:
    """Return how many connections to *server* this process holds on the client's side."""
    # Columns: number, local address, remote address, state, ..., inode at 9; the port is in hexadecimal.
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    theirs = {row[9] for row in rows if int(row[2].rpartition(":")[2], 16) == server.port}
    held = set[str]()
    for entry in PROC.iterdir():
        try:
            held.add(str(entry.readlink()))
        except OSError:  # The one that lists them.
            continue
    return sum(f"socket:[{inode}]" in held for inode in theirs)


def open_files() -> int:
    """Return how many files and sockets this process has open."""
    return len(list(PROC.iterdir()))


def no_threads() -> bool:
    """Return whether the threads in which pages were requested have ended."""
    return not any(thread.name.startswith("callrounded") for thread in threading.enumerate())


async def no_tasks() -> bool:
    """Return whether this task is soon the only one: the event loop closes abandoned iterators in tasks."""
    await asyncio.sleep(0)
    if others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others, timeout=5)
    return asyncio.all_tasks() == {asyncio.current_task()}


def expect_little(fake: FakeRounded, taken: int) -> None:
    """No page was asked for twice, and where one record was *taken*, only one page ahead."""
    assert eventually(lambda: not fake.in_flight)
    asked = pages_asked_for(fake)
    assert max(asked.values()) == 1
    assert taken > 1 or len(asked) <= 2


class TestThreads:
    """One client, many threads."""

    @pytest.mark.parametrize("way", [LIST_ALL, LIST_ALL_BY_CURSOR, Way("iter_all")], ids=repr)
    def test_each_has_a_listing_of_its_own(self, fake: FakeRounded, server: Server, way: Way) -> None:
        """Complete, whatever happens to the others, and although together they want more connections than there are."""
        fake.delay = 0.002
        fake.fail(Fault.status(503, retry_after=0), when=lambda request: request.number % 7 == 0, times=30)
        fake.fail(Fault.reset(), when=lambda request: request.number % 11 == 0, times=10)
        with Rounded(KEY, base_url=server.url, max_retries=50, max_retry_wait=0) as client:

            def listed(_: int) -> list[str]:
                return asyncio.run(outcome(client, way)).ids

            with ThreadPoolExecutor(16) as threads:
                listings = list(threads.map(listed, range(16)))

        assert listings == [IDS] * 16
        assert eventually(no_threads)

    async def test_tasks_share_a_client_as_well(self, fake: FakeRounded, server: Server) -> None:
        """The same for asyncio."""
        fake.delay = 0.002
        fake.fail(Fault.status(503, retry_after=0), when=lambda request: request.number % 7 == 0, times=30)
        fake.fail(Fault.reset(), when=lambda request: request.number % 11 == 0, times=10)
        async with AsyncRounded(KEY, base_url=server.url, max_retries=50, max_retry_wait=0) as client:
            outcomes = await asyncio.gather(*(outcome(client, way) for way in WAYS * 3))

        assert [(got.ids, got.error) for got in outcomes] == [(IDS, None)] * len(WAYS) * 3


class TestCancellation:
    """A task that lists can be cancelled at any moment."""

    @needs_proc
    @pytest.mark.parametrize("way", WAYS, ids=repr)
    async def test_nothing_is_left_behind(self, fake: FakeRounded, server: Server, way: Way) -> None:
        """No task, no socket that is not in use; and the next listing is complete."""
        fake.delay = 0.003
        loop = asyncio.get_running_loop()
        async with AsyncRounded(KEY, base_url=server.url, max_retries=50) as client:
            for number in range(1, PAGES):
                fake.reset()
                fake.fail(Fault.status(503, retry_after=0.005), request=3)
                task = asyncio.create_task(outcome(client, way))
                fake.before(_cancels(loop, task), request=number)
                with pytest.raises(asyncio.CancelledError):
                    await task
                assert asyncio.all_tasks() == {asyncio.current_task()}
            # As many as a listing needs, not one for each that was cancelled.
            assert sockets_to(server) <= 8

            fake.reset()
            assert (await outcome(client, way)).ids == IDS
        assert sockets_to(server) == 0

    @needs_proc
    async def test_connections_of_requests_in_flight_are_closed(self, fake: FakeRounded, server: Server) -> None:
        """The server need not finish responses that nobody waits for."""
        fake.fail(Fault.slow_headers(60), when=lambda request: request.page != 1, times=None)
        async with AsyncRounded(KEY, base_url=server.url) as client:
            task = asyncio.create_task(client.phone_numbers.list_all(limit=PAGE_SIZE))
            assert await asyncio.to_thread(eventually, lambda: fake.in_flight == PAGES - 1)
            assert sockets_to(server) >= PAGES - 1
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

            # The connection of the first page is used again by now, or idle.
            assert sockets_to(server) <= 1

    @needs_proc
    async def test_a_scope_that_cancels_again_and_again(self, fake: FakeRounded, server: Server) -> None:
        """As those of anyio do until they are left: every connection is closed nevertheless."""
        fake.fail(Fault.slow_body(60), when=lambda request: request.page != 1, times=None)
        async with AsyncRounded(KEY, base_url=server.url) as client:
            for _ in range(3):
                with anyio.move_on_after(0.1) as scope:
                    await client.phone_numbers.list_all(limit=PAGE_SIZE)
                assert scope.cancelled_caught
            assert sockets_to(server) <= 1

    async def test_a_deadline_is_a_cancellation(self, fake: FakeRounded, server: Server) -> None:
        """asyncio.timeout() around a listing."""
        fake.fail(Fault.slow_body(60), page=3)
        async with AsyncRounded(KEY, base_url=server.url) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await client.phone_numbers.list_all(limit=PAGE_SIZE)

            assert asyncio.all_tasks() == {asyncio.current_task()}
            assert ids(await client.phone_numbers.list_all(limit=PAGE_SIZE)) == IDS


STREAMS = [way for way in WAYS if way.is_streaming]


class TestAbandonedIterators:
    """Whoever has seen enough stops, without anything to clean up."""

    @pytest.mark.parametrize("taken", [1, 2 * PAGE_SIZE + 1])
    @pytest.mark.parametrize("how", ["break", "close", "garbage"])
    @pytest.mark.parametrize("way", STREAMS, ids=repr)
    def test_in_the_sync_world(self, fake: FakeRounded, server: Server, way: Way, how: str, taken: int) -> None:
        """Nothing more is requested, and no thread is left."""
        with Rounded(KEY, base_url=server.url) as client:
            records = cast(Generator[PhoneNumber], client.phone_numbers.iter_all(limit=PAGE_SIZE, **way.options))
            came: list[str] = []
            for record in records:
                came.append(str(record.id))
                if len(came) == taken:
                    break
            if how == "close":
                records.close()
            elif how == "garbage":
                cycle: list[object] = [records]
                cycle.append(cycle)
                del cycle
            del records
            gc.collect()

            assert came == IDS[:taken]
            assert eventually(no_threads)
            expect_little(fake, taken)
            assert ids(client.phone_numbers.list(limit=7).data) == IDS[:7]

    @pytest.mark.parametrize("taken", [1, 2 * PAGE_SIZE + 1])
    @pytest.mark.parametrize("how", ["break", "close", "garbage"])
    @pytest.mark.parametrize("way", STREAMS, ids=repr)
    async def test_in_the_async_world(self, fake: FakeRounded, server: Server, way: Way, how: str, taken: int) -> None:
        """Nothing more is requested, and no task is left."""
        async with AsyncRounded(KEY, base_url=server.url) as client:
            records = cast(AsyncGenerator[PhoneNumber], client.phone_numbers.iter_all(limit=PAGE_SIZE, **way.options))
            came: list[str] = []
            async for record in records:
                came.append(str(record.id))
                if len(came) == taken:
                    break
            if how == "close":
                await records.aclose()
            elif how == "garbage":
                cycle: list[object] = [records]
                cycle.append(cycle)
                del cycle
            del records
            gc.collect()

            assert came == IDS[:taken]
            assert await no_tasks()
            expect_little(fake, taken)
            assert ids((await client.phone_numbers.list(limit=7)).data) == IDS[:7]

    async def test_one_that_was_never_begun_asks_for_nothing(
        self, world: World, fake: FakeRounded, server: Server
    ) -> None:
        """Nor does it warn."""
        client = world.client(base_url=server.url)
        records = client.phone_numbers.iter_all()
        del records
        gc.collect()

        assert not fake.requests

    def test_looking_at_the_first_record_costs_two_pages_at_most(self, fake: FakeRounded, server: Server) -> None:
        """The window grows as pages are consumed, not before."""
        with Rounded(KEY, base_url=server.url) as client:
            next(client.phone_numbers.iter_all(limit=PAGE_SIZE))
            assert eventually(no_threads)

        assert len(fake.requests) <= 2

    async def test_an_error_of_the_consumer_passes_as_it_is(self, fake: FakeRounded, server: Server) -> None:
        """It ends the listing like a break."""
        async with AsyncRounded(KEY, base_url=server.url) as client:

            async def consume() -> None:
                async with aclosing(cast(AsyncGenerator[PhoneNumber], client.phone_numbers.iter_all())) as records:
                    async for record in records:
                        raise ZeroDivisionError(record.id)

            with pytest.raises(ZeroDivisionError):
                await consume()
            assert asyncio.all_tasks() == {asyncio.current_task()}


class TestEnd:
    """What is left when all is done: nothing."""

    @needs_proc
    async def test_many_clients_in_turn(self, world: World, fake: FakeRounded, server: Server) -> None:
        """Each takes its sockets with it."""
        before = 0
        for number in range(3):
            client = world.client(base_url=server.url)
            assert (await outcome(client, WAYS[0])).ids == IDS
            assert sockets_to(server)
            await world.close(client)
            assert not sockets_to(server)
            if not number:
                # Server and event loop are set up by now.
                before = open_files()

        assert eventually(lambda: open_files() <= before)

    async def test_closing_in_the_middle_of_a_listing(self, fake: FakeRounded, server: Server) -> None:
        """The listing ends in an error from which another client resumes, once the request in flight has ended."""
        arrived, closed = threading.Event(), threading.Event()

        def wait(fake: FakeRounded, request: ReceivedRequest) -> None:
            arrived.set()
            closed.wait(30)

        fake.before(wait, page=3)
        fake.fail(Fault.reset(), page=3)
        client = Rounded(KEY, base_url=server.url, max_retry_wait=0)
        with ThreadPoolExecutor(1) as threads:
            listing = threads.submit(client.phone_numbers.list_all, limit=PAGE_SIZE, concurrency=1)
            assert arrived.wait(30)
            client.close()
            closed.set()
            error = listing.exception(timeout=30)

        assert isinstance(error, ClientClosedError)
        assert error.partial is not None
        assert error.checkpoint is not None
        assert eventually(no_threads)
        with Rounded(KEY, base_url=server.url) as another:
            assert ids(error.partial) + await the_rest(another, error.checkpoint) == IDS


class TestEventLoops:
    """An AsyncRounded belongs to the event loop that it is first used in."""

    async def test_another_event_loop_is_an_error_that_says_what_to_do(self, fake: FakeRounded, server: Server) -> None:
        """One page or all of them; the first event loop goes on."""
        async with AsyncRounded(KEY, base_url=server.url) as client:
            assert (await outcome(client, LIST_ALL)).ids == IDS
            for way in (LIST_ALL, Way("iter_all"), Way("list")):
                with pytest.raises(ConfigurationError, match="Create one in each event loop"):
                    await asyncio.to_thread(asyncio.run, _raised(outcome(client, way)))
            assert (await outcome(client, LIST_ALL)).ids == IDS

    def test_each_event_loop_may_have_a_client(self, server: Server) -> None:
        """Several at once, in threads."""

        async def listed() -> list[str]:
            async with AsyncRounded(KEY, base_url=server.url) as client:
                return (await outcome(client, LIST_ALL)).ids

        with ThreadPoolExecutor(3) as threads:
            assert list(threads.map(lambda _: asyncio.run(listed()), range(6))) == [IDS] * 6


async def _raised(listing: Coroutine[Any, Any, Outcome]) -> None:
    """Raise the error of *listing*."""
    error = (await listing).error
    assert error is not None
    raise error


def _cancels(loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any]) -> Callable[..., object]:
    """Return a hook that cancels *task* before the request that it is for is answered."""
    return lambda fake, request: loop.call_soon_threadsafe(task.cancel)
