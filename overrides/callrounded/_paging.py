"""Which page comes next, and whether all records have come: plain objects without I/O.

A *pass* reads the listing once, from its start to its end: `PagePass` by page number, `CursorPass` from cursor to
cursor. It is given the pages in their order, and says at its end whether it is complete. `_listing` makes as many
passes as it takes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from contextlib import suppress
from operator import attrgetter
from typing import Any, Final, Generic, TypeAlias, TypeVar
from uuid import UUID

from attrs import asdict, define, field

from ._checkpoint import Checkpoint, ListEnvelope, PageRequest
from ._errors import IncompleteListingError, NotFoundError, PaginationLoopError

T = TypeVar("T")
Key: TypeAlias = Hashable
"""What identifies a record: the number of a UUID, another id, or its content and how many like it came before."""

# Maximum number of pages in a row that bring nothing new; one more, and the server goes round in circles.
MAX_FRUITLESS_PAGES: Final = 3


@define(frozen=True)
class PageBeyondEnd:
    """The page without records that a 404 stands for: there is no such page."""

    not_found: NotFoundError
    data: list[Any] = field(factory=list)
    message: str = "There is no page beyond the last one."
    status: int = 404
    error: None = None
    current_page: None = None
    total_pages: None = None
    total_items: None = None
    next_cursor: None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the page as JSON data."""
        return asdict(self, filter=lambda attribute, _: attribute.name != "not_found")


class _Pass(Generic[T]):
    """What both kinds of passes share: which *page* or *cursor* they receive next, and the records they have seen."""

    total: int | None = None  # How many records there are, in page mode.
    expected: int | None = None  # How many should be received, if that is known.
    ended = False  # Whether nothing more is to be requested or received.
    changed = False  # Whether the listing changed while it was read. Never in cursor mode, where it does not show.
    asks_total = False  # Whether the next request is not for a page but for the total alone.
    not_found: NotFoundError | None = None  # The 404 that came for a page that should be there.

    def __init__(self, start: Checkpoint) -> None:
        self.seen: set[Key] = set()
        self._received_before = 0  # How many records were received before the start, as far as they are compared.
        self._limit, self._filters = start["limit"], start["filters"]
        self._fruitless = 0

    @property
    def received(self) -> int:
        """How many distinct records were received; in cursor mode, those before the start included."""
        return self._received_before + len(self.seen)

    @property
    def is_complete(self) -> bool:
        """Whether the records that were received are all there are."""
        return not self.changed and self.expected in (None, self.received)

    def _unseen(self, data: list[T]) -> dict[Key, T]:
        """Note the records of a page; return those that this pass had not seen, by their identity."""
        unseen = {key: record for key, record in zip(keys_of(data), data, strict=True) if key not in self.seen}
        self.seen.update(unseen)
        self._fruitless = 0 if unseen else self._fruitless + 1
        return unseen

    def _check_progress(self, place: str) -> None:
        if self._fruitless > MAX_FRUITLESS_PAGES:
            raise PaginationLoopError(f"{self._fruitless} pages in a row have brought no new record, up to {place}.")


class PagePass(_Pass[T]):
    """A pass by page number. The first page tells how many there are; the others can then be requested at once.

    It is complete when the total was the same in every page, and as many distinct records came. Where the API gives no
    total, it ends with an empty page, and is complete when no record came twice.
    """

    def __init__(self, start: Checkpoint, *, resumed_total: int | None = None) -> None:
        """Prepare a pass from *start* on, before which others have read pages of *resumed_total* records."""
        super().__init__(start)
        self.page = start["page"] or 1
        self.cursor = None
        self.total = resumed_total
        self._first = self._to_request = self.page
        self._handed_out, self._max_items = start["count"], start["max_items"]
        self._last: int | None = None

    def next_request(self) -> PageRequest | None:
        """Return the next request that can be made now, or None."""
        if self.ended or self._to_request > (self.page if self._last is None else self._last):
            return None
        self._to_request += 1
        return PageRequest(page=self._to_request - 1, limit=self._limit, filters=self._filters)

    def receive(self, envelope: ListEnvelope[T]) -> dict[Key, T]:
        """Take the next *envelope*; return the records that are new in this pass."""
        number, data = self.page, envelope.data
        if envelope.total_pages is not None and number > max(envelope.total_pages, 1):
            data = []  # Beyond the end, a server may send its last page.
        elif envelope.current_page not in (None, number):
            raise PaginationLoopError(f"Page {number} was requested, but the server sent page {envelope.current_page}.")
        if number == self._first:
            self._refuse_other_total(envelope)
            self._learn_size(envelope, len(data))
        elif isinstance(envelope, PageBeyondEnd):
            if self._last is not None:
                self.changed, self.not_found = True, envelope.not_found
        elif self.total not in (None, envelope.total_items):
            self.changed = True
        unseen = self._unseen(data)
        self.changed = self.changed or len(unseen) < len(data)
        self.page += 1
        is_enough = self._max_items is not None and len(self.seen) >= self._max_items
        self.ended = (is_enough or not data) if self._last is None else number >= self._last
        # Where the total shows a change, records that come again are explained.
        if data and not self.ended and self.total in (None, envelope.total_items):
            self._check_progress(f"page {number}")
        return unseen

    def _refuse_other_total(self, envelope: ListEnvelope[T]) -> None:
        """Raise an IncompleteListingError if there are not as many records as before the listing was interrupted."""
        total = envelope.total_items
        if isinstance(envelope, PageBeyondEnd) and self._handed_out == self.total:
            return  # All of them had come, but not the number of pages.
        if self.total not in (None, total):
            now = "the next page is gone" if total is None else f"{total} now"
            raise IncompleteListingError(
                f"The listing has changed since it was interrupted: {self.total} records then, {now}.",
                expected=total,
                received=0,
            )

    def _learn_size(self, envelope: ListEnvelope[T], size: int) -> None:
        """Learn from the first page, of *size* records, how many pages and records there are.

        Of 403 records in pages of 100, a pass from page 3 on expects 203, and one from page 5 on the 3 that it has.
        """
        total = self.total = envelope.total_items
        if total is None:
            return
        if envelope.total_pages is None:  # Page by page, to an empty one or to as many as max_items.
            reads_all = self._first == 1 and (self._max_items is None or self._max_items >= total)
            self.expected = total if reads_all else None
            return
        self._last = max(envelope.total_pages, self._first)
        # A server may make pages shorter than they were asked for: a page that others follow shows how long they are.
        # The last one does not, so that nobody knows how many records came before it.
        on_earlier_pages = total - size if 1 < self._first == self._last else (self._first - 1) * size
        self.expected = total - on_earlier_pages
        if self._max_items is not None and size:  # What comes after them is of no interest.
            last_of_interest = self._first - 1 + math.ceil(self._max_items / size)
            if last_of_interest < self._last:
                self._last, self.expected = last_of_interest, (last_of_interest - self._first + 1) * size


class CursorPass(_Pass[T]):
    """A pass from cursor to cursor, one page after the other.

    The API gives no total there: at the end, a request in page mode supplies it. The pass is complete if as many
    distinct records came, those before the start included. After a cursor from elsewhere, or where page mode has no
    total either, there is nothing to compare with, and it counts as complete.
    """

    def __init__(self, start: Checkpoint, *, compares: bool, earlier_cursors: Collection[str | None] = ()) -> None:
        """Prepare a pass from *start* on; *earlier_cursors* must not come again."""
        super().__init__(start)
        self.page = None
        self.cursor = start["cursor"]
        self._received_before = start["count"] or 0
        self._compares_with_total = compares and start["count"] is not None
        only_total_is_left = self.cursor is None and start["count"] != 0  # In a listing that is resumed.
        self.asks_total = only_total_is_left
        self._cursors = {self.cursor, *earlier_cursors}
        self._is_requested = False

    def next_request(self) -> PageRequest | None:
        """Return the next request that can be made now, or None."""
        if self.ended or self._is_requested:
            return None
        self._is_requested = True
        if self.asks_total:
            return PageRequest(page=1, limit=1, filters=self._filters)
        return PageRequest(limit=self._limit, use_cursor=True, cursor=self.cursor, filters=self._filters)

    def receive(self, envelope: ListEnvelope[T]) -> dict[Key, T]:
        """Take the next *envelope*, or the total; return the records that are new in this pass."""
        self._is_requested = False
        if self.asks_total:
            self.expected = envelope.total_items
            self.ended = True
            return {}
        following = envelope.next_cursor or None
        if following and following in self._cursors:
            raise PaginationLoopError(f"The server sent a cursor a second time: {following!r:.200}.")
        unseen = self._unseen(envelope.data)
        self.cursor = following
        self._cursors.add(following)
        if following:
            self._check_progress(f"cursor {following!r:.200}")
        else:
            self.asks_total = self._compares_with_total
            self.ended = not self._compares_with_total
        return unseen


def keys_of(records: Sequence[object]) -> list[Key]:
    """Return the identity of each of *records*, the records of one page.

    A record without a readable id (of a type that is newer than this release, or a malformed one that was kept) is
    known by its content. Two in one page that are alike are two records; one that returns in another page is the same.
    """
    try:
        # The ordinary case, at the speed of C: every record has a UUID.
        return list(map(attrgetter("id.int"), records))
    except AttributeError:
        alike = Counter[str]()
        return [_key_of(record, alike) for record in records]


def _key_of(record: object, alike: Counter[str]) -> Key:
    raw: Any = getattr(record, "raw", None)
    identity: Any = getattr(record, "id", None)
    if identity is None:
        with suppress(TypeError, LookupError):  # It is no object, or has no id.
            identity = raw["id"]
    if identity is not None:
        with suppress(ValueError):
            return UUID(str(identity)).int
        return str(identity)
    content = repr(record if raw is None else raw)
    alike[content] += 1
    return content, alike[content]
