"""Random histories of a listing against a model of the server: every record comes exactly once, or an error is raised.

A history is a small world (records, page size, what the server tells, how the listing is read) and a tape of bytes that
decides what happens next: which request the server handles, what is added or removed in between, and what fails.
Hypothesis makes worlds and tapes, and shortens those that break a property.

What a listing cannot see, and therefore may lose without an error, is stated once: `History.may_have_lost`.

Every run can afford a few hundred of each kind; `PAGING_HISTORIES=20000` tries so many, with
`pytest -o faulthandler_timeout=0`, since that takes a while.
"""

import asyncio
import itertools
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import aclosing, closing
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Literal
from uuid import UUID

import httpx
import hypothesis.strategies as st
from hypothesis import given, settings

from callrounded import APIConnectionError, IncompleteListingError, NotFoundError, PaginationError, RoundedError
from callrounded._checkpoint import PageRequest, checked, new_checkpoint
from callrounded._listing import MAX_PASSES, Listing, ListingOptions, ReceivedPage
from callrounded._prefetch import read_pages, read_pages_async

HISTORIES = int(os.environ.get("PAGING_HISTORIES", "400"))
OPERATION = "list_records"


@dataclass(frozen=True, eq=False)
class Record:
    """A record that knows when it was created; `at` is what cursors are made of."""

    id: UUID
    at: int


@dataclass(frozen=True)
class Envelope:
    """What a response holds."""

    data: list[Record]
    next_cursor: str | None = None
    current_page: int | None = None
    total_pages: int | None = None
    total_items: int | None = None
    message: str = "ok"
    status: int = 200


@dataclass(frozen=True)
class Answer:
    """A response, as far as a listing looks at it."""

    parsed: Envelope


@dataclass(frozen=True)
class World:
    """What a history begins with."""

    records: int
    limit: int
    cap: int
    order: Literal["newest first", "oldest first"]
    ties: int
    use_cursor: bool
    has_totals: bool
    names_page: bool
    beyond: Literal["an empty page", "404", "the last page"]
    concurrency: int
    is_list: bool
    max_items: int | None
    tape: bytes

    @property
    def size(self) -> int:
        """How many records a page has."""
        return min(self.limit, self.cap)


def random_bytes(seed: int, size: int) -> bytes:
    """So many bytes; always the same for a seed."""
    return Random(seed).randbytes(size)


# Bytes of Hypothesis are easy to shorten, but mostly tame; those of a seed are wild.
tapes = st.binary(max_size=60) | st.builds(random_bytes, st.integers(0, 2**32), st.sampled_from([8, 20, 50, 150, 400]))
all_worlds = st.builds(
    World,
    records=st.sampled_from([0, 1, 2, 5, 9, 10, 11, 20, 40]),
    limit=st.sampled_from([1, 2, 3, 5, 10, 100]),
    cap=st.sampled_from([1000, 7, 3]),
    order=st.sampled_from(["newest first", "oldest first"]),
    ties=st.sampled_from([1, 1, 2, 4]),
    use_cursor=st.booleans(),
    has_totals=st.sampled_from([True, True, False]),
    names_page=st.booleans(),
    beyond=st.sampled_from(["an empty page", "404", "the last page"]),
    concurrency=st.sampled_from([1, 2, 8]),
    is_list=st.booleans(),
    max_items=st.sampled_from([None, None, None, 1, 7, 20]),
    tape=tapes,
)
# Who repeats the last page for ever, and tells no total, cannot be listed.
worlds = all_worlds.filter(lambda world: world.has_totals or world.beyond != "the last page")


class Tape:
    """Decides; at its end, it decides for the first of all possibilities."""

    def __init__(self, tape: bytes) -> None:
        self._rest = iter(tape)

    def choose(self, possibilities: int) -> int:
        """Return one of so many possibilities."""
        return next(self._rest, 0) % possibilities


@dataclass(frozen=True)
class Moment:
    """What there was when the server handled a request."""

    version: int
    removals: int
    records: tuple[Record, ...]


@dataclass
class Server:
    """A list endpoint: the records in their order, and what there was at each request."""

    world: World
    records: list[Record] = field(default_factory=list)
    removed: set[UUID] = field(default_factory=set)
    moments: dict[PageRequest, Moment] = field(default_factory=dict)
    version: int = 0
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        for _ in range(self.world.records):
            self.add_newest()
        self.initial = {record.id for record in self.records}
        self.version = 0
        self.has_ties = self.world.ties > 1

    def add_newest(self) -> None:
        """Add a record where new ones appear."""
        number = next(self._ids)
        record = Record(UUID(int=number * 7919), number // self.world.ties)
        self.records.insert(0 if self.world.order == "newest first" else len(self.records), record)
        self.version += 1

    def add_in_the_middle(self, place: int) -> None:
        """Add a record that is as old as one that is there."""
        if self.records:
            index = place % len(self.records)
            self.records.insert(index, Record(UUID(int=next(self._ids) * 7919), self.records[index].at))
            self.has_ties = True
            self.version += 1

    def remove(self, place: int) -> None:
        """Remove a record, if there is one."""
        if self.records:
            self.removed.add(self.records.pop(place % len(self.records)).id)
            self.version += 1

    def change(self, tape: Tape) -> None:
        """Let the tape decide what changes."""
        kind, place = tape.choose(5), tape.choose(256)
        if kind == 0:
            self.add_in_the_middle(place)
        elif kind == 1:
            self.add_newest()
        elif kind == 2:
            self.remove(place)
        else:
            for _ in range(place % 8):
                if kind == 3:
                    self.add_newest()
                else:
                    self.remove(tape.choose(256))

    def handle(self, request: PageRequest) -> Answer | None:
        """Return what there is now; None stands for 404."""
        self.moments[request] = Moment(self.version, len(self.removed), tuple(self.records))
        size = min(request.limit or 50, self.world.cap)
        if request.use_cursor:
            return Answer(self._cursor_page(request.cursor, size))
        number = request.page or 1
        pages = -(-len(self.records) // size)
        if number > max(pages, 1):
            if self.world.beyond == "404":
                return None
            if self.world.beyond == "the last page":
                number = max(pages, 1)
        data = self.records[(number - 1) * size : number * size]
        envelope = Envelope(data, current_page=number if self.world.names_page else None)
        if self.world.has_totals:
            envelope = replace(envelope, total_pages=pages, total_items=len(self.records))
        return Answer(envelope)

    def _cursor_page(self, cursor: str | None, size: int) -> Envelope:
        rest = self.records
        if cursor is not None:
            # Strictly beyond: records that tie with the last one are skipped.
            newest_first, at = self.world.order == "newest first", int(cursor)
            rest = [record for record in rest if (record.at < at if newest_first else record.at > at)]
        page = rest[:size]
        return Envelope(page, str(page[-1].at) if len(rest) > size else None)


class History:
    """A listing of a server, and what it has handed out."""

    def __init__(self, world: World, server: Server | None = None, first_page: int = 1) -> None:
        self.world = world
        self.server = server or Server(world)
        self.tape = Tape(world.tape)
        first = PageRequest(
            page=None if world.use_cursor else first_page, limit=world.limit, use_cursor=world.use_cursor
        )
        self.start = new_checkpoint(OPERATION, first, max_items=world.max_items)
        self.first_page = first_page
        self.received: list[Record] = []
        self.first = Moment(0, 0, tuple(self.server.records))
        self.moments: list[Moment] = []
        """Of the requests of the last pass."""
        self.shown: list[UUID] = []
        """The records on the pages of the last pass, as far as the process that ends it has seen them."""
        self.passes = 1
        self.resumed = 0

    def listing(self) -> Listing[Record]:
        """Begin, or resume."""
        return Listing[Record](
            self.start,
            ListingOptions(concurrency=self.world.concurrency),
            collects=self.world.is_list,
        )

    def take(self, listing: Listing[Record], page: ReceivedPage[Record]) -> None:
        """Take a page, as `list_all` and `iter_all` do."""
        self.moments.append(self.server.moments[page.request])
        self.received += page.records
        if page.is_page:
            self.shown += [record.id for record in page.response.parsed.data]
        if listing.passes > self.passes:
            self.moments.clear()
            self.shown.clear()
            if self.world.is_list:
                self.received.clear()
        self.passes = listing.passes

    def resume(self, checkpoint: Any) -> None:
        """Go on in another process."""
        self.start = checked(json.loads(json.dumps(checkpoint)), OPERATION)
        self.passes = 1
        self.resumed += 1
        self.shown.clear()

    @property
    def is_by_cursor(self) -> bool:
        """Whether the last pass was by cursor; one that was resumed may be the second one, by page number."""
        return self.passes == 1 and self.start["mode"] == "cursor"

    @property
    def may_have_lost(self) -> bool:
        """Whether the documented loss may have happened, which no listing can see.

        - By page number: the total was the same in every page of the last pass, and no record was on two of them; but
          between two requests as many records were added as were removed.
        - By page number, where the server tells no total: no record was on two pages; but between two requests one was
          removed; or added, and the listing did not begin with page 1, so that it had not seen what moved there.
        - By cursor: the server skips records that tie with the last one of a page. As many as were skipped (or were
          added where the listing had already passed) had come and were removed, so that the total is right. Where the
          server tells no total, nothing shows a skipped record.
        """
        if self.is_by_cursor:
            came = {record.id for record in self.received}
            return self.server.has_ties and (not self.world.has_totals or not came.isdisjoint(self.server.removed))
        if len(set(self.shown)) < len(self.shown):
            return False
        if self.world.has_totals:
            return self.differ(lambda moment: moment.version) and not self.differ(lambda moment: len(moment.records))
        if self.first_page > 1:
            return self.differ(lambda moment: moment.version)
        return self.differ(lambda moment: moment.removals)

    def differ(self, what: Callable[[Moment], int]) -> bool:
        """Return whether something was not the same at all requests of the last pass."""
        return len({what(moment) for moment in self.moments}) > 1

    def check(self) -> None:
        """Every record that was there throughout came once, in the order of the server; nothing came twice."""
        if not self.moments:
            assert self.world.max_items == 0 or self.resumed
            return
        ids = [record.id for record in self.received]
        lost = self.may_have_lost
        # Whoever resumes does not know the ids that came before, and only a total can tell that the listing changed.
        is_unknown = lost or not self.world.has_totals
        assert len(ids) == len(set(ids)) or (self.resumed and is_unknown and self.differ(lambda moment: moment.version))
        limit = self.world.max_items
        assert limit is None or len(ids) <= limit
        if lost:
            return
        if self.world.is_list and self.world.has_totals and not self.is_by_cursor:
            start = (self.first_page - 1) * self.world.size
            assert self.received == list(self.moments[-1].records)[start:][:limit]
        there = self.server.initial - self.server.removed
        if self.first_page == 1 and (limit is None or len(ids) < limit):
            assert there <= set(ids)
        if self.first_page == 1 and not self.resumed and not self.is_by_cursor:
            # With max_items, too: of the records that they let through at first and at last.
            first, *_, last = [self.first, *self.moments]
            let_through = set(first.records[:limit]).intersection(last.records[:limit])
            assert there.intersection(record.id for record in let_through) <= set(ids)
        if self.world.is_list or self.passes == 1:
            in_order = [record.id for record in self.server.records if record.id in there]
            assert [id_ for id_ in dict.fromkeys(ids) if id_ in there] == [id_ for id_ in in_order if id_ in ids]

    def may_fail(self) -> bool:
        """Whether an error is in order: something changed, or was skipped and cannot be made up for."""
        is_bound = self.resumed > 0 or (self.world.max_items is not None and not self.world.is_list)
        return self.server.version > 0 or (self.world.use_cursor and self.server.has_ties and is_bound)


class Lost(Exception):  # noqa: N818 - stands for whatever a request can end in
    """No response arrived."""


def read(history: History, *, faults: bool = False, changes: bool = True) -> None:
    """Read a listing to its end, without a driver, as the tape says.

    Raises:
        PaginationError: it is not complete.
        Lost: a request failed.
        NotFoundError: a 404 was not the end.
    """
    listing, server, tape = history.listing(), history.server, history.tape
    in_flight: list[PageRequest] = []
    handled: dict[PageRequest, Answer | None] = {}
    try:
        while not listing.is_done:
            while len(in_flight) < listing.window and (request := listing.next_request()) is not None:
                in_flight.append(request)
            assert in_flight, "waits for nothing"
            while in_flight[0] not in handled:
                if tape.choose(3) == 1 and changes:
                    server.change(tape)
                    continue
                waiting = [request for request in in_flight[: history.world.concurrency] if request not in handled]
                request = waiting[tape.choose(len(waiting))]
                handled[request] = server.handle(request)
            fails = faults and tape.choose(6) == 5
            request = in_flight.pop(0)
            history.take(listing, receive(listing, request, Lost() if fails else handled[request]))
            listing.widen()
        listing.raise_if_incomplete()
    except Lost:
        history.resume(listing.progress.checkpoint)
        raise


def receive(listing: Listing[Record], request: PageRequest, came: Any) -> ReceivedPage[Record]:
    """Have *listing* take what came, as the drivers do; None stands for 404."""
    error = not_found() if came is None else came

    def result() -> Any:
        if isinstance(error, Exception):
            raise error
        return came

    return listing.receive(request, result)


def not_found() -> NotFoundError:
    """What the connection makes of a 404."""
    return NotFoundError("Not found", response=httpx.Response(404, request=httpx.Request("GET", "https://api.example")))


@settings(max_examples=3 * HISTORIES)
@given(worlds)
def test_nothing_is_lost_in_silence(world: World) -> None:
    """Whatever is added and removed while it is read, page by page or many pages at once, in both modes."""
    history = History(world)

    try:
        read(history)
    except PaginationError:
        assert history.may_fail(), "nothing had changed"
    else:
        history.check()


@settings(max_examples=3 * HISTORIES)
@given(worlds, tapes)
def test_an_interrupted_listing_goes_on(world: World, between: bytes) -> None:
    """Requests fail; each time it is resumed from its checkpoint, in another process and some time later."""
    history, meanwhile = History(world), Tape(between)

    for _ in range(1000):
        try:
            read(history, faults=True)
        except Lost:
            if meanwhile.choose(3) == 2:
                history.server.change(meanwhile)
            continue
        except PaginationError:
            assert history.may_fail(), "nothing had changed"
        else:
            history.check()
        return
    raise AssertionError("the listing does not end")


@settings(max_examples=HISTORIES)
@given(worlds, st.integers(0, 12), st.integers(0, 255), st.sampled_from(["add", "insert", "remove"]))
def test_a_single_change_does_no_harm(world: World, when: int, place: int, what: str) -> None:
    """A record that is added or removed during the listing never costs the listing: it is read again.

    But of an iterator that has yielded its max_items, nobody knows whether a record is new or was missed.
    """

    class ChangingServer(Server):
        def handle(self, request: PageRequest) -> Answer | None:
            if len(self.moments) == when and what == "add":
                self.add_newest()
            elif len(self.moments) == when and what == "insert":
                self.add_in_the_middle(place)
            elif len(self.moments) == when:
                self.remove(place)
            return super().handle(request)

    history = History(world, ChangingServer(world))

    try:
        read(history, changes=False)
    except IncompleteListingError:
        assert (history.world.is_list, len(history.received)) == (False, history.world.max_items)
    else:
        history.check()


@settings(max_examples=HISTORIES)
@given(worlds, st.integers(2, 8))
def test_a_listing_from_the_middle_has_what_stands_there(world: World, first_page: int) -> None:
    """It has what stands on that page and behind it when it is read, and none of what stands before."""
    history = History(replace(world, use_cursor=False), first_page=first_page)

    try:
        read(history)
    except NotFoundError:
        assert len(history.server.moments) == 1, "only the first page may be beyond the end"
    except PaginationError:
        assert history.may_fail(), "nothing had changed"
    else:
        history.check()


@settings(max_examples=HISTORIES)
@given(worlds)
def test_without_changes_nothing_is_requested_twice(world: World) -> None:
    """One request per page; one more where only an empty page is the end, or for the total in cursor mode."""
    world = replace(world, ties=1, max_items=None)
    history = History(world)

    read(history, changes=False)

    assert history.received == history.server.records
    pages = max(1, -(-world.records // world.size))
    extra = world.use_cursor or (not world.has_totals and world.records > 0)
    assert len(history.server.moments) == pages + extra


@settings(max_examples=HISTORIES)
@given(worlds)
def test_the_number_of_requests_is_bounded(world: World) -> None:
    """Three passes at most, whatever happens; each has so many pages as its first page tells."""
    history = History(replace(world, has_totals=True))
    total: list[int] = []

    try:
        read(history)
    except PaginationError:
        pass
    finally:
        total += [-(-len(moment.records) // world.size) for moment in history.server.moments.values()]

    assert len(history.server.moments) <= MAX_PASSES * max(1, *total, 1) + 1 + world.concurrency


class TestDrivers:
    """The same with the drivers that users' calls go through."""

    @settings(max_examples=HISTORIES)
    @given(worlds, tapes)
    def test_tasks(self, world: World, between: bytes) -> None:
        """The tape decides how long each request travels."""
        history, meanwhile = History(world), Tape(between)

        async def travel() -> None:
            for _ in range(history.tape.choose(4)):
                await asyncio.sleep(0)

        async def send(request: PageRequest, _: object) -> Any:
            await travel()
            answer = handle(history)(request)
            await travel()
            return answer()

        async def listed() -> None:
            listing = history.listing()
            async with aclosing(read_pages_async(listing, send)) as pages:
                async for page in pages:
                    history.take(listing, page)

        drive(history, meanwhile, lambda: asyncio.run(listed()))

    @settings(max_examples=max(20, HISTORIES // 8))
    @given(worlds, tapes)
    def test_threads(self, world: World, between: bytes) -> None:
        """The operating system decides which request comes first."""
        history, meanwhile, lock = History(world), Tape(between), threading.Lock()

        def send(request: PageRequest, _: object) -> Any:
            with lock:
                answer = handle(history)(request)
            return answer()

        def listed() -> None:
            listing = history.listing()
            with closing(read_pages(listing, send)) as pages:
                for page in pages:
                    history.take(listing, page)

        drive(history, meanwhile, listed)


def handle(history: History) -> Callable[[PageRequest], Callable[[], Answer]]:
    """Return what handles a request, and lets its response come, or an error in its place."""

    def handled(request: PageRequest) -> Callable[[], Answer]:
        if history.tape.choose(3) == 1:
            history.server.change(history.tape)
        answer = history.server.handle(request)
        fails = history.tape.choose(8) == 7

        def come() -> Answer:
            if fails:
                raise APIConnectionError("lost")
            if answer is None:
                raise not_found()
            return answer

        return come

    return handled


def error_of(listed: Callable[[], None]) -> RoundedError | None:
    """Return the error that ends a listing, if any."""
    try:
        listed()
    except RoundedError as error:
        return error
    return None


def drive(history: History, meanwhile: Tape, listed: Callable[[], None]) -> None:
    """Read a listing to its end, resuming it where a request fails, and check it."""
    for _ in range(1000):
        error = error_of(listed)
        if error is None:
            history.check()
            return
        assert error.checkpoint is not None
        if isinstance(error, PaginationError):
            assert history.may_fail(), "nothing had changed"
            return
        assert isinstance(error, APIConnectionError)
        history.resume(error.checkpoint)
        if meanwhile.choose(3) == 2:
            history.server.change(meanwhile)
    raise AssertionError("the listing does not end")
