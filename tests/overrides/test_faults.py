"""Every fault in a page of a listing over real sockets: a complete list, or an error from which to resume."""

from typing import Literal

import httpx
import pytest

from callrounded import IncompleteListingError, NotFoundError
from callrounded.testing import FakeRounded, Fault, Server
from tests.overrides.conftest import KEY, Client, World
from tests.overrides.faults import (
    IDS,
    KINDS,
    LIST_ALL,
    LIST_ALL_BY_CURSOR,
    PAGE_SIZE,
    PAGES,
    RECORDS,
    ROWS,
    WALKS,
    WAYS,
    Outcome,
    Row,
    Way,
    asks_for,
    client_of,
    eventually,
    holds_no_key,
    outcome,
    the_rest,
)

# The first page, one in the middle, the last one.
POSITIONS = [1, 3, PAGES]
MIDDLE = 3

Position = int | Literal["total"]


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


async def listed_with(
    row: Row, fake: FakeRounded, client: Client, way: Way, position: Position, times: int | None
) -> Outcome:
    """List while the page at *position* has the fault of *row*, so many *times*."""
    fake.fail(row.fault, when=asks_for(position), times=times)
    if row.is_slow:
        client = client.with_options(timeout=httpx.Timeout(10, read=0.2))
    return await outcome(client, way)


def attempts(fake: FakeRounded, position: Position) -> int:
    """Return how many requests there were for the page at *position*."""
    return sum(map(asks_for(position), fake.requests))


def expect_all(row: Row, fake: FakeRounded, got: Outcome, position: Position) -> None:
    """A list with every record, once and in order, and one more request than without the fault."""
    assert got.error is None, got.error
    assert got.ids == IDS
    # On a busy machine, an honest response may take longer than a short timeout.
    assert attempts(fake, position) == 2 or (row.is_slow and attempts(fake, position) > 2)


async def expect_error(row: Row, fake: FakeRounded, client: Client, got: Outcome, position: Position) -> None:
    """The error of *row*, after so many attempts; what came before it and what comes after it are the whole."""
    error = got.api_error
    assert type(error) is row.error
    assert {name: getattr(error, name) for name in row.facts} == row.facts
    assert row.cause is None or type(error.__cause__) is row.cause
    assert error.attempts == row.attempts
    # After a timeout, the last attempt may still be on its way to the server.
    assert eventually(lambda: attempts(fake, position) >= row.attempts)
    assert attempts(fake, position) == row.attempts
    assert error.request is not None
    assert holds_no_key(error)

    before = PAGES if position == "total" else position - 1
    assert got.ids == IDS[: before * PAGE_SIZE]
    fake.reset()
    assert got.ids + await the_rest(client, got.checkpoint) == IDS


class TestEveryFault:
    """`list_all()` as it is called without any options, and all faults there are."""

    @pytest.mark.parametrize("row", [row for row in ROWS if row.retried], ids=repr)
    async def test_a_fault_that_passes_costs_a_request(
        self, world: World, fake: FakeRounded, client: Client, row: Row
    ) -> None:
        """The caller gets the whole, and notices nothing."""
        got = await listed_with(row, fake, client, LIST_ALL, MIDDLE, times=1)

        expect_all(row, fake, got, MIDDLE)

    @pytest.mark.parametrize("row", ROWS, ids=repr)
    async def test_a_fault_that_stays_is_an_error_to_resume_from(
        self, world: World, fake: FakeRounded, client: Client, row: Row
    ) -> None:
        """`partial` and the listing from `checkpoint` on are the whole, once the fault is gone."""
        # A 404 beyond the first page says that the listing has become shorter: see below.
        position = 1 if row.error is NotFoundError else MIDDLE
        got = await listed_with(row, fake, client, LIST_ALL, position, times=None)

        await expect_error(row, fake, client, got, position)


class TestEveryWay:
    """Whatever the way to list: all at once or one by one, pages side by side or in turn, from cursor to cursor."""

    @pytest.mark.parametrize("position", POSITIONS)
    @pytest.mark.parametrize("row", [row for row in KINDS if row.retried], ids=repr)
    @pytest.mark.parametrize("way", WAYS, ids=repr)
    async def test_a_fault_that_passes_costs_a_request(
        self, world: World, fake: FakeRounded, client: Client, way: Way, row: Row, position: int
    ) -> None:
        """The caller gets the whole, and notices nothing."""
        got = await listed_with(row, fake, client, way, position, times=1)

        expect_all(row, fake, got, position)

    @pytest.mark.parametrize("position", POSITIONS)
    @pytest.mark.parametrize("row", KINDS, ids=repr)
    @pytest.mark.parametrize("way", WAYS, ids=repr)
    async def test_a_fault_that_stays_is_an_error_to_resume_from(
        self, world: World, fake: FakeRounded, client: Client, way: Way, row: Row, position: int
    ) -> None:
        """An iterator has handed out what `partial` would have."""
        got = await listed_with(row, fake, client, way, position, times=None)

        assert (got.api_error.partial is None) == way.is_streaming
        await expect_error(row, fake, client, got, position)

    @pytest.mark.parametrize("position", POSITIONS[1:])
    @pytest.mark.parametrize("row", KINDS, ids=repr)
    @pytest.mark.parametrize("way", WALKS, ids=repr)
    async def test_iterating_a_page_is_listing(
        self, world: World, fake: FakeRounded, client: Client, way: Way, row: Row, position: int
    ) -> None:
        """The same errors, the same checkpoints."""
        got = await listed_with(row, fake, client, way, position, times=1)
        if row.retried:
            expect_all(row, fake, got, position)
        else:
            await expect_error(row, fake, client, got, position)

    @pytest.mark.parametrize("row", KINDS, ids=repr)
    async def test_the_total_that_a_listing_by_cursors_is_compared_with_can_fail_too(
        self, world: World, fake: FakeRounded, client: Client, row: Row
    ) -> None:
        """Then every record has come; whether one is missing is not known yet."""
        got = await listed_with(row, fake, client, LIST_ALL_BY_CURSOR, "total", times=None)

        await expect_error(row, fake, client, got, "total")


class TestNotFound:
    """A 404 behind a page with records is the end of the listing; the total decides whether it came too early."""

    @pytest.mark.parametrize("way", [way for way in WAYS if not way.is_by_cursor], ids=repr)
    async def test_one_that_passes_has_the_listing_read_again(
        self, world: World, fake: FakeRounded, client: Client, way: Way
    ) -> None:
        """The caller gets the whole, once."""
        fake.fail(Fault.status(404), page=MIDDLE)

        got = await outcome(client, way)

        assert got.error is None, got.error
        assert sorted(got.ids) == sorted(IDS)
        assert attempts(fake, MIDDLE) == 2

    async def test_one_that_stays_is_an_incomplete_listing(
        self, world: World, fake: FakeRounded, client: Client
    ) -> None:
        """After three passes."""
        fake.fail(Fault.status(404), page=MIDDLE, times=None)

        got = await outcome(client, LIST_ALL)

        assert isinstance(got.error, IncompleteListingError)
        assert (got.error.expected, got.error.received) == (len(IDS), len(IDS) - PAGE_SIZE)
        assert attempts(fake, MIDDLE) == 3
        assert got.error.checkpoint is not None
        assert "404" in str(got.error)
        assert isinstance(got.error.__cause__, NotFoundError)

    async def test_in_cursor_mode_it_is_an_error(self, world: World, fake: FakeRounded, client: Client) -> None:
        """The server itself has named the page."""
        fake.fail(Fault.status(404), page=MIDDLE)

        got = await outcome(client, LIST_ALL_BY_CURSOR)

        assert type(got.error) is NotFoundError
        assert got.ids == IDS[: 2 * PAGE_SIZE]
        assert got.ids + await the_rest(client, got.checkpoint) == IDS
