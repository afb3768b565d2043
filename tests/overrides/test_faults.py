"""Every fault at every page of a listing over real sockets: a complete list, or an error from which to go on."""

from collections.abc import Iterator
from typing import Literal

import httpx
import pytest
import stamina

from callrounded.testing import FakeRounded, Server
from tests.overrides.conftest import KEY, Client, World
from tests.overrides.faults import (
    IDS,
    KINDS,
    LIST_ALL,
    LIST_ALL_BY_CURSOR,
    PAGE_SIZE,
    PAGES,
    PATIENCE_SECONDS,
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

RETRIED = [row for row in ROWS if row.retried]
# The first page, one in the middle, the last one.
POSITIONS = [1, 3, PAGES]

Position = int | Literal["total"]


@pytest.fixture(autouse=True)
def _no_waits() -> Iterator[None]:
    """Retries come at once; how many there are is ours to say."""
    with stamina.set_testing(True, attempts=100):
        yield


@pytest.fixture
def fake() -> FakeRounded:
    """An API of five pages."""
    return FakeRounded(RECORDS, api_keys=[KEY])


@pytest.fixture
def client(world: World, server: Server) -> Client:
    """A client of it."""
    return client_of(world, server)


async def listed_under(
    row: Row, fake: FakeRounded, client: Client, way: Way, position: Position, times: int | None
) -> Outcome:
    """List while the fault of *row* befalls the page at *position* so many *times*."""
    fake.fail(row.fault, when=asks_for(position), times=times)
    if row.is_slow:
        client = client.with_options(timeout=httpx.Timeout(10, read=PATIENCE_SECONDS))
    return await outcome(client, way)


def attempts(fake: FakeRounded, position: Position) -> int:
    """Return how many requests there were for the page at *position*."""
    return sum(map(asks_for(position), fake.requests))


def expect_all(fake: FakeRounded, got: Outcome, position: Position) -> None:
    """A list with every record, once and in order, and one more request than without the fault."""
    assert got.error is None, got.error
    assert got.ids == IDS
    assert attempts(fake, position) == 2


async def expect_error(row: Row, fake: FakeRounded, client: Client, got: Outcome, position: Position) -> None:
    """The error of *row*, after so many attempts; what came before it and what comes after it are the whole."""
    error = got.api_error
    assert type(error) is row.error
    assert {name: getattr(error, name) for name in row.facts} == row.facts
    assert row.cause is None or type(error.__cause__) is row.cause
    # Where the client was not patient, the last attempt may be on its way to the server still.
    assert eventually(lambda: attempts(fake, position) >= row.attempts)
    assert attempts(fake, position) == row.attempts
    assert error.request is not None
    assert holds_no_key(error)

    before = PAGES if position == "total" else position - 1
    assert got.ids == IDS[: before * PAGE_SIZE]
    fake.reset()
    assert got.ids + await the_rest(client, got.checkpoint) == IDS


class TestListAll:
    """`list_all()` as it is called without any options."""

    @pytest.mark.parametrize("position", POSITIONS)
    @pytest.mark.parametrize("row", RETRIED, ids=repr)
    async def test_a_fault_that_passes_costs_a_request(
        self, world: World, fake: FakeRounded, client: Client, row: Row, position: int
    ) -> None:
        """The caller gets the whole, and notices nothing."""
        got = await listed_under(row, fake, client, LIST_ALL, position, times=1)

        expect_all(fake, got, position)

    @pytest.mark.parametrize("position", POSITIONS)
    @pytest.mark.parametrize("row", ROWS, ids=repr)
    async def test_a_fault_that_stays_is_an_error_to_go_on_from(
        self, world: World, fake: FakeRounded, client: Client, row: Row, position: int
    ) -> None:
        """`partial` and the listing from `checkpoint` on are the whole, once the fault is gone."""
        got = await listed_under(row, fake, client, LIST_ALL, position, times=None)

        await expect_error(row, fake, client, got, position)


class TestEveryWay:
    """Whatever the way to list: all at once or one by one, pages side by side or in turn, from cursor to cursor."""

    @pytest.mark.parametrize("position", POSITIONS)
    @pytest.mark.parametrize("row", [row for row in KINDS if row.retried], ids=repr)
    @pytest.mark.parametrize("way", WAYS[1:], ids=repr)
    async def test_a_fault_that_passes_costs_a_request(
        self, world: World, fake: FakeRounded, client: Client, way: Way, row: Row, position: int
    ) -> None:
        """As with `list_all()`."""
        got = await listed_under(row, fake, client, way, position, times=1)

        expect_all(fake, got, position)

    @pytest.mark.parametrize("position", POSITIONS)
    @pytest.mark.parametrize("row", KINDS, ids=repr)
    @pytest.mark.parametrize("way", WAYS[1:], ids=repr)
    async def test_a_fault_that_stays_is_an_error_to_go_on_from(
        self, world: World, fake: FakeRounded, client: Client, way: Way, row: Row, position: int
    ) -> None:
        """An iterator has handed out what `partial` would have."""
        got = await listed_under(row, fake, client, way, position, times=None)

        assert (got.api_error.partial is None) == way.is_streaming
        await expect_error(row, fake, client, got, position)

    @pytest.mark.parametrize("position", POSITIONS[1:])
    @pytest.mark.parametrize("row", KINDS, ids=repr)
    @pytest.mark.parametrize("way", WALKS, ids=repr)
    async def test_walking_on_from_a_page_is_listing(
        self, world: World, fake: FakeRounded, client: Client, way: Way, row: Row, position: int
    ) -> None:
        """The same errors, the same checkpoints."""
        got = await listed_under(row, fake, client, way, position, times=1)
        if row.retried:
            expect_all(fake, got, position)
        else:
            await expect_error(row, fake, client, got, position)

    @pytest.mark.parametrize("row", KINDS, ids=repr)
    async def test_the_total_that_a_listing_by_cursors_is_compared_with_can_fail_too(
        self, world: World, fake: FakeRounded, client: Client, row: Row
    ) -> None:
        """Then every record has come; only that none is missing is not known yet."""
        got = await listed_under(row, fake, client, LIST_ALL_BY_CURSOR, "total", times=None)

        await expect_error(row, fake, client, got, "total")
