"""Random histories of a listing against a model of the server: no record is lost in silence, none comes twice.

A history is a small world (records, page size, order, how many requests at once) and a tape of bytes that decides what
happens next: which request is answered, which answer arrives, what is added or removed in between, and what fails.
Hypothesis makes worlds and tapes, and shortens those that break a property.

Every run can afford a few hundred of each kind; `PAGING_HISTORIES=20000` tries so many, with
`pytest -o faulthandler_timeout=0`, since that takes a while.
"""

import itertools
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Literal
from uuid import UUID

import hypothesis.strategies as st
from hypothesis import example, given, settings

from callrounded import PaginationError
from callrounded._checkpoint import Plan, Position, from_checkpoint
from callrounded._identity import in_order_of
from callrounded._pages import ListRequest
from callrounded._paging import Listing

HISTORIES = int(os.environ.get("PAGING_HISTORIES", "600"))
MOST_REQUESTS = 2000


@dataclass(frozen=True, eq=False)
class Record:
    """A record that knows when it was created; `at` is what cursors are made of."""

    id: UUID
    at: int


@dataclass(frozen=True)
class Envelope:
    """An answer of the server."""

    data: list[Record]
    next_cursor: str | None = None
    current_page: int | None = None
    total_pages: int | None = None
    total_items: int | None = None
    message: str = "ok"
    status: int = 200


@dataclass(frozen=True)
class Answer:
    """What the connection makes of it."""

    value: Envelope
    response: Any = None


class Lost(Exception):  # noqa: N818 - stands for whatever a request can end in
    """No answer arrived."""


@dataclass(frozen=True)
class World:
    """What a history begins with."""

    records: int
    limit: int
    cap: int
    order: Literal["newest first", "oldest first"]
    at_once: int
    ties: int
    tape: bytes


# Bytes of Hypothesis are easy to shorten, but mostly tame; those of a seed are wild.
tapes = st.binary(max_size=60) | st.builds(
    lambda seed, size: Random(seed).randbytes(size), st.integers(0, 2**32), st.sampled_from([8, 20, 50, 150, 400])
)
worlds = st.builds(
    World,
    records=st.sampled_from([0, 1, 2, 5, 9, 10, 11, 20, 40]),
    limit=st.sampled_from([1, 2, 3, 5, 10, 100]),
    cap=st.sampled_from([1000, 7, 3]),
    order=st.sampled_from(["newest first", "oldest first"]),
    at_once=st.sampled_from([1, 2, 8]),
    ties=st.just(1),
    tape=tapes,
)


class Tape:
    """Decides; at its end, it decides for the first of all possibilities."""

    def __init__(self, tape: bytes) -> None:
        self._rest = iter(tape)

    def choose(self, possibilities: int) -> int:
        """Return one of so many possibilities."""
        return next(self._rest, 0) % possibilities


@dataclass
class Snapshot:
    """What the server showed to a request, and when, by its own clock and by that of who asked."""

    version: int
    total: int
    sent: int
    arrived: int | None = None


@dataclass
class Server:
    """A list endpoint: the records in their order, and the log of what it showed."""

    world: World
    records: list[Record] = field(default_factory=list)
    removed: set[UUID] = field(default_factory=set)
    snapshots: list[Snapshot] = field(default_factory=list)
    version: int = 0
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _clock: Iterator[int] = field(default_factory=itertools.count)
    _sent: dict[ListRequest, int] = field(default_factory=dict)
    _shown: dict[ListRequest, Snapshot] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for _ in range(self.world.records):
            self.add_newest()
        self.initial = {record.id for record in self.records}
        self.version = 0

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
            self.version += 1

    def remove(self, place: int) -> None:
        """Remove a record, if there is one."""
        if self.records:
            self.removed.add(self.records.pop(place % len(self.records)).id)
            self.version += 1

    def change(self, tape: Tape, *, in_the_middle: bool = True) -> None:
        """Let the tape decide what changes."""
        kind, place = tape.choose(5), tape.choose(256)
        if kind == 0 and in_the_middle:
            self.add_in_the_middle(place)
        elif kind <= 1:
            self.add_newest()
        elif kind == 2:
            self.remove(place)
        else:
            for _ in range(place % 8):
                if kind == 3:
                    self.add_newest()
                else:
                    self.remove(tape.choose(256))

    def was_asked(self, requests: list[ListRequest]) -> list[ListRequest]:
        """Note when requests were made."""
        self._sent |= {request: next(self._clock) for request in requests}
        return requests

    def answer(self, request: ListRequest) -> Answer:
        """Show what there is now."""
        shown = Snapshot(self.version, len(self.records), self._sent[request])
        self.snapshots.append(shown)
        self._shown[request] = shown
        size = min(request.limit or 50, self.world.cap)
        if request.use_cursor:
            return Answer(self._cursor_page(request.cursor, size))
        number = request.page or 1
        data = self.records[(number - 1) * size : number * size]
        return Answer(Envelope(data, None, number, -(-len(self.records) // size), len(self.records)))

    def _cursor_page(self, cursor: str | None, size: int) -> Envelope:
        rest = self.records
        if cursor is not None:
            # Strictly beyond: records that tie with the last one seen are passed over.
            newest_first, at = self.world.order == "newest first", int(cursor)
            rest = [record for record in rest if (record.at < at if newest_first else record.at > at)]
        page = rest[:size]
        return Envelope(page, str(page[-1].at) if len(rest) > size else None)

    def has_arrived(self, request: ListRequest) -> None:
        """Note when the answer to a request arrived."""
        if request in self._shown:
            self._shown[request].arrived = next(self._clock)

    def was_in_vain(self, request: ListRequest) -> None:
        """Forget what was shown to a request whose answer could not be used."""
        shown = self._shown.pop(request)
        self.snapshots = [snapshot for snapshot in self.snapshots if snapshot is not shown]

    @property
    def changed_unseen(self) -> bool:
        """Whether what was added and removed between two answers cancelled out, so that the total stayed the same.

        Also where answers in between had another total, but were under way together with one of the two, so that
        nobody can tell which the server gave first; unless the total is seen to have come back afterwards.
        """
        pairs = itertools.combinations(enumerate(self.snapshots), 2)
        return any(
            one.total == other.total
            and one.version != other.version
            and all(
                self._may_not_lie_between(one, shown, other)
                for shown in self.snapshots[i + 1 : j]
                if shown.total != one.total
            )
            for (i, one), (j, other) in pairs
        )

    def _may_not_lie_between(self, one: Snapshot, shown: Snapshot, other: Snapshot) -> bool:
        late = 2 * MOST_REQUESTS
        in_flight_with_one = shown.sent < (one.arrived or late)
        in_flight_with_other = other.sent < (shown.arrived or late)
        came_back = any(later.total == one.total and later.sent > (shown.arrived or late) for later in self.snapshots)
        return (in_flight_with_one or in_flight_with_other) and not came_back


def read(listing: Listing[Record], server: Server, tape: Tape, received: list[Record], *, faults: bool = False) -> None:
    """Drive *listing* to its end as the tape says, and add what it hands out to *received*."""
    waiting: list[ListRequest] = []
    under_way: list[tuple[ListRequest, Answer | None]] = []
    room = server.world.at_once
    reads_all = tape.choose(2) == 1
    repeated = 0

    def ask(room: int) -> None:
        waiting.extend(server.was_asked(listing.wanted(room, None if reads_all else room)))

    for _ in range(MOST_REQUESTS):
        if (batch := listing.advance()) is not None:
            received += batch.records
            ask(room - 1)
            continue
        if listing.finished:
            return
        ask(room)
        assert 0 < len(waiting) + len(under_way) <= room + repeated, "waits for nothing, or asks for too much"
        travel(server, tape, waiting, under_way, faults=faults)
        request, answer = under_way.pop(tape.choose(len(under_way)))
        if reads_all and answer is not None and tape.choose(2):
            # As the drivers do: others are made before the answer is read, and then this one may be repeated.
            listing.arrived(request)
            ask(room)
            if tape.choose(4) == 3:
                listing.repeats(request)
                server.was_in_vain(request)
                waiting.append(request)
                repeated += 1
                continue
        server.has_arrived(request)
        if answer is None:
            listing.fail(request, Lost())
        else:
            listing.receive(request, answer)  # type: ignore[arg-type]
    raise AssertionError("the listing does not end")


def travel(
    server: Server,
    tape: Tape,
    waiting: list[ListRequest],
    under_way: list[tuple[ListRequest, Answer | None]],
    *,
    faults: bool,
) -> None:
    """Let things happen, as the tape says, until one of the answers *under_way* arrives."""
    while True:
        what = tape.choose(4)
        if what == 1:
            server.change(tape, in_the_middle=not faults)
        elif what == 2 and under_way:
            return
        elif what == 3 and faults and waiting:
            under_way.append((waiting.pop(tape.choose(len(waiting))), None))
        elif waiting:
            request = waiting.pop(tape.choose(len(waiting)))
            under_way.append((request, server.answer(request)))
        else:
            return


def check(server: Server, received: list[Record], *, forgiven: bool = False, ordered: bool = True) -> None:
    """Every record that was there throughout came once, in the order of the server; nothing came twice."""
    ids = [record.id for record in received]
    throughout = server.initial - server.removed
    in_order = [record.id for record in server.records if record.id in throughout]
    complete = throughout <= set(ids)
    orderly = not ordered or [id_ for id_ in ids if id_ in throughout] == in_order
    once = len(ids) == len(set(ids))
    assert (once and (forgiven or (complete and orderly))) or server.changed_unseen


@settings(max_examples=HISTORIES)
@given(worlds)
def test_page_mode_loses_nothing_in_silence(world: World) -> None:
    """Whatever is added and removed while pages are read, one by one or many at once."""
    server, received = Server(world), list[Record]()
    listing = Listing[Record](Plan("listRecords", None, world.limit), Position())

    try:
        read(listing, server, Tape(world.tape), received)
    except PaginationError:
        assert server.version > 0, "nothing had changed"
    else:
        check(server, in_order_of(listing.order, received))


@settings(max_examples=HISTORIES)
@given(worlds, st.sampled_from([1, 2, 4]))
def test_cursor_mode_loses_nothing_in_silence(world: World, ties: int) -> None:
    """Records that tie at the border of a page are found by their number, in page mode.

    What the number cannot tell: as many records were removed after they had come as were passed over at a border.
    """
    server, received = Server(replace(world, ties=ties)), list[Record]()
    listing = Listing[Record](Plan("listRecords", True, world.limit), Position())

    try:
        read(listing, server, Tape(world.tape), received)
    except PaginationError:
        assert server.version > 0, "nothing had changed"
    else:
        came_and_went = server.removed & {record.id for record in received}
        check(server, in_order_of(listing.order, received), forgiven=len(came_and_went) > 0)


@settings(max_examples=HISTORIES)
@given(worlds, st.booleans(), st.integers(0, 12), st.integers(0, 255), st.sampled_from(["add", "insert", "remove"]))
def test_a_single_change_is_repaired(world: World, use_cursor: bool, when: int, place: int, what: str) -> None:
    """A record that is added or removed during the listing never costs the listing."""

    class ChangingServer(Server):
        def answer(self, request: ListRequest) -> Answer:
            if len(self.snapshots) == when and what == "add":
                self.add_newest()
            elif len(self.snapshots) == when and what == "insert":
                self.add_in_the_middle(place)
            elif len(self.snapshots) == when:
                self.remove(place)
            return super().answer(request)

    server, received = ChangingServer(world), list[Record]()
    listing = Listing[Record](Plan("listRecords", use_cursor or None, world.limit), Position())
    # The tape decides on the order of requests and answers only.
    tape = Tape(bytes(byte & ~3 | byte & 2 for byte in world.tape))

    read(listing, server, tape, received)

    check(server, in_order_of(listing.order, received))


@settings(max_examples=HISTORIES)
@given(worlds, st.booleans(), st.sampled_from([1, 1, 3]), tapes)
def test_an_interrupted_listing_goes_on(world: World, use_cursor: bool, ties: int, between: bytes) -> None:
    """Requests fail; each time the listing goes on from its checkpoint, in another process and some time later."""
    server, received = Server(replace(world, ties=ties if use_cursor else 1)), list[Record]()
    plan, position = Plan("listRecords", use_cursor or None, world.limit), Position()
    tape, meanwhile = Tape(world.tape), Tape(between)

    for _ in range(MOST_REQUESTS):
        listing = Listing[Record](plan, position)
        try:
            read(listing, server, tape, received, faults=True)
        except Lost:
            stored = json.dumps(listing.checkpoint)
            plan, position, _ = from_checkpoint(json.loads(stored), "listRecords", verify=True)
            assert position.count == len(received)
            if meanwhile.choose(2):
                server.change(meanwhile, in_the_middle=False)
            continue
        except PaginationError:
            assert server.version > 0 or ties > 1, "nothing had changed, and nothing can have been passed over"
            check(server, received, forgiven=True)
            return
        break
    came_and_went = server.removed & {record.id for record in received}
    # Where it was repaired they are out of order: an iterator cannot take back what it has handed out.
    check(server, received, forgiven=use_cursor and len(came_and_went) > 0, ordered=False)


# Page 3 came with the total of a moment ago, which the listing had again when page 2 was read again.
OLD_PAGE_WITH_THE_TOTAL_OF_NOW = bytes.fromhex("000000010000000001000000010100000000000100000001" + "01cf07")


@settings(max_examples=HISTORIES)
@given(worlds, st.integers(1, 8))
@example(World(9, 3, 1000, "newest first", 2, 1, OLD_PAGE_WITH_THE_TOTAL_OF_NOW), 1)
def test_a_listing_from_the_middle_has_what_stood_there(world: World, first_page: int) -> None:
    """It has every record that stood on its first page or behind it throughout, and none that stood before."""
    server, received = Server(world), list[Record]()
    size = min(world.limit, world.cap)
    start = Position(first_page, before=0 if first_page == 1 else None)
    listing = Listing[Record](Plan("listRecords", None, world.limit), start)
    there: list[UUID] = []
    show = server.answer

    def answer(request: ListRequest) -> Answer:
        if not server.snapshots:
            there[:] = [record.id for record in server.records[(first_page - 1) * size :]]
            server.removed.clear()
            server.version = 0
        return show(request)

    server.answer = answer  # type: ignore[method-assign]
    try:
        read(listing, server, Tape(world.tape), received)
    except PaginationError:
        assert server.version > 0, "nothing had changed"
        return
    ids = {record.id for record in received}
    complete = set(there) - server.removed <= ids
    none_before = first_page == 1 or not (ids & server.initial) - set(there)
    assert (len(received) == len(ids) and complete and none_before) or server.changed_unseen


@settings(max_examples=HISTORIES)
@given(worlds, st.booleans())
def test_without_changes_nothing_is_requested_twice(world: World, use_cursor: bool) -> None:
    """One request per page; in cursor mode one more, which supplies the total."""
    server, received = Server(world), list[Record]()
    listing = Listing[Record](Plan("listRecords", use_cursor or None, world.limit), Position())
    tape = Tape(bytes(byte & ~3 | byte & 2 for byte in world.tape))

    read(listing, server, tape, received)

    assert received == server.records
    pages = max(1, -(-world.records // min(world.limit, world.cap)))
    assert len(server.snapshots) == pages + use_cursor
