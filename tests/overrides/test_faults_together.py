"""Faults that come in numbers: side by side, one interruption after the other, and a server that is down."""

import copy
import pickle
import random
from contextlib import ExitStack
from dataclasses import replace

import httpx
import pytest

from callrounded import APIConnectionError, APIError, NotFoundError, PermissionDeniedError
from callrounded.testing import FakeRounded, Fault, Pause, ReceivedRequest, Reply, Server
from tests.overrides.conftest import KEY, Client, World
from tests.overrides.faults import (
    IDS,
    KINDS,
    LIST_ALL,
    LIST_ALL_BY_CURSOR,
    PAGE_SIZE,
    PAGES,
    RECORDS,
    RETRIES,
    ROWS,
    WAYS,
    Outcome,
    Row,
    Way,
    asks_for,
    client_of,
    outcome,
    pages_asked_for,
    the_rest,
)

# A 404 says that the listing has become shorter: see test_faults.py.
QUICK = [row for row in ROWS if not row.is_slow and row.error is not NotFoundError]
IN_TURN = Way("list_all", {"concurrency": 1})


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries come at once."""
    monkeypatch.setattr("callrounded._retry.Hold._waits", lambda *_: [0.0])


@pytest.fixture
def fake() -> FakeRounded:
    """An API of five pages."""
    return FakeRounded(RECORDS, api_keys=[KEY])


@pytest.fixture
def client(world: World, server: Server) -> Client:
    """A client of it."""
    return client_of(world, server)


class TestSideBySide:
    """Several pages of one listing, each with a fault of its own."""

    async def test_every_page_may_fail(self, world: World, fake: FakeRounded, client: Client) -> None:
        """The attempts are counted for each page, not for the listing."""
        retried = [row for row in QUICK if row.retried]
        for page in range(1, PAGES + 1):
            for row in retried[page::PAGES][:RETRIES]:
                fake.fail(row.fault, page=page)

        got = await outcome(client, LIST_ALL)

        assert (got.ids, got.error) == (IDS, None)
        assert pages_asked_for(fake) == dict.fromkeys(range(1, PAGES + 1), 1 + RETRIES)

    @pytest.mark.parametrize("way", [LIST_ALL, Way("iter_all")], ids=repr)
    async def test_the_error_of_the_earliest_page_counts(
        self, world: World, fake: FakeRounded, client: Client, way: Way
    ) -> None:
        """However long it takes; what came of later pages is not mixed in."""

        def late(reply: Reply) -> Reply:
            return replace(Fault.status(403).spoil(reply), before=(Pause(0.1),))

        fake.fail(Fault("late 403", late), page=2)
        fake.fail(Fault.status(422), page=3)
        fake.fail(Fault.reset(), page=5, times=None)

        got = await outcome(client, way)

        assert type(got.error) is PermissionDeniedError
        assert got.ids == IDS[:PAGE_SIZE]
        fake.reset()
        assert got.ids + await the_rest(client, got.checkpoint) == IDS

    @pytest.mark.parametrize("way", WAYS, ids=repr)
    async def test_an_error_is_the_end(self, world: World, fake: FakeRounded, client: Client, way: Way) -> None:
        """No page is asked for twice, and nothing more afterwards."""
        fake.fail(Fault.status(403), page=3)

        got = await outcome(client, way)

        assert got.api_error.checkpoint is not None
        await world.list(client, limit=7)
        assert max(pages_asked_for(fake).values()) == 1


class TestInterruptions:
    """A listing that is interrupted again and again."""

    @pytest.mark.parametrize("seed", range(2))
    @pytest.mark.parametrize("way", WAYS, ids=repr)
    async def test_all_the_pieces_are_the_whole(
        self, world: World, fake: FakeRounded, client: Client, way: Way, seed: int
    ) -> None:
        """Half of all requests go wrong in any way there is; whoever resumes from the checkpoints has it all."""

        def spoiled(request: ReceivedRequest, reply: Reply) -> Reply:
            # Of the request, not of the order in which threads come here.
            fortune = random.Random(f"{seed} {request.number}")
            return fortune.choice(QUICK).fault.spoil(reply) if fortune.random() < 0.5 else reply

        fake.override(spoiled, times=None)
        ids: list[str] = []
        got = await outcome(client, way)
        for _ in range(100):
            ids += got.ids
            if got.error is None:
                break
            got = await outcome(client, Way(way.method), limit=None, checkpoint=got.checkpoint)

        assert got.error is None, got.error
        assert ids == IDS

    @pytest.mark.parametrize("way", WAYS, ids=repr)
    async def test_enough_attempts_need_no_interruption(
        self, world: World, fake: FakeRounded, client: Client, way: Way
    ) -> None:
        """Half of all requests go wrong in a way that passes, and the caller sees nothing of it."""
        passing = [row for row in QUICK if row.retried]
        fortune = random.Random(0)
        for row in fortune.choices(passing, k=50):
            number = fortune.randrange(1, 200)
            fake.fail(row.fault, request=number)

        got = await outcome(client.with_options(max_retries=60), way)

        assert (got.ids, got.error) == (IDS, None)


class TestDown:
    """A server that refuses connections."""

    @pytest.mark.parametrize("after", [0, PAGES - 1])
    @pytest.mark.parametrize("way", [IN_TURN, LIST_ALL_BY_CURSOR, Way("iter_all", {"concurrency": 1})], ids=repr)
    async def test_for_good(self, world: World, fake: FakeRounded, server: Server, way: Way, after: int) -> None:
        """An error after all attempts, none of which arrived; once the server is back, the rest can be listed."""
        client = client_of(world, server)
        with ExitStack() as outage:
            if after:
                fake.before(lambda fake, request: outage.enter_context(server.down()), page=after)
            else:
                outage.enter_context(server.down())

            got = await outcome(client, way)

        assert type(got.error) is APIConnectionError
        assert type(got.error.__cause__) is httpx.ConnectError
        assert got.ids == IDS[: after * PAGE_SIZE]
        assert len(fake.requests) == after
        assert got.error.attempts == 1 + RETRIES
        assert got.ids + await the_rest(client, got.checkpoint) == IDS

    @pytest.mark.parametrize("page", [1, 3, PAGES])
    async def test_while_pages_are_on_their_way(
        self, world: World, fake: FakeRounded, server: Server, client: Client, page: int
    ) -> None:
        """Which of them still arrive is chance; what came before the error and what comes after it are the whole."""
        with ExitStack() as outage:
            # A moment, and whatever was accepted before is answered.
            fake.before(lambda fake, request: outage.enter_context(server.down()), page=page)
            fake.fail(Fault.reset(), page=page, times=None)

            got = await outcome(client, LIST_ALL)

        assert isinstance(got.error, APIConnectionError)
        assert got.ids == IDS[: len(got.ids)]
        assert len(got.ids) < page * PAGE_SIZE
        fake.reset()
        assert got.ids + await the_rest(client, got.checkpoint) == IDS

    @pytest.mark.parametrize("page", [1, 3])
    @pytest.mark.parametrize("way", [LIST_ALL, IN_TURN, LIST_ALL_BY_CURSOR], ids=repr)
    async def test_for_a_moment(
        self, world: World, fake: FakeRounded, client: Client, way: Way, page: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """With enough attempts, a restart is waited for; here the waits are real."""
        monkeypatch.undo()
        fake.fail(Fault.refused(0.05), when=asks_for(page))
        got = await outcome(client.with_options(max_retries=500, max_retry_wait=0.02), way)

        assert (got.ids, got.error) == (IDS, None)


class TestErrors:
    """What an error of a listing carries."""

    @pytest.mark.parametrize("row", KINDS, ids=repr)
    async def test_an_error_travels_with_all_it_has(
        self, world: World, fake: FakeRounded, client: Client, row: Row
    ) -> None:
        """Pickled or copied, it still has its checkpoint and its records."""
        fake.fail(row.fault, page=4, times=None)
        error = (await outcome(client, LIST_ALL)).api_error
        assert error.partial is not None
        fake.reset()

        copies: list[APIError] = [pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)]
        for another in copies:
            assert (type(another), str(another)) == (type(error), str(error))
            assert (another.partial, another.checkpoint) == (error.partial, error.checkpoint)
            got = Outcome(IDS[: 3 * PAGE_SIZE], another)
            assert got.ids + await the_rest(client, got.checkpoint) == IDS
