"""Which page comes next, and whether all records have come: plain objects without I/O.

Every list endpoint of the API has the same pagination parameters and the same envelope; nothing else is known here.

A *pass* reads the listing once, from its start to its end: `PagePass` by page number, `CursorPass` from cursor to
cursor. It is given the pages in their order, and says at its end whether it is complete. `_listing` makes as many
passes as it takes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final, Generic, Protocol, TypeVar

from attrs import define

from ._errors import IncompleteListingError, PaginationLoopError
from ._identity import Key, keys_of

T = TypeVar("T")

# Maximum number of pages in a row that bring nothing new; one more, and the server goes round in circles.
MAX_FRUITLESS_PAGES: Final = 3


class ListEnvelope(Protocol[T]):
    """What surrounds every list of records."""

    @property
    def data(self) -> list[T]: ...
    @property
    def message(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def next_cursor(self) -> str | None: ...
    @property
    def current_page(self) -> int | None: ...
    @property
    def total_pages(self) -> int | None: ...
    @property
    def total_items(self) -> int | None: ...


@define(frozen=True, kw_only=True, eq=False)
class PageRequest:
    """The pagination parameters of one request; None is not sent."""

    page: int | None = None
    limit: int | None = None
    use_cursor: bool | None = None
    cursor: str | None = None

    def arguments(self) -> dict[str, Any]:
        """Return what is sent, by name."""
        named = {"page": self.page, "limit": self.limit, "use_cursor": self.use_cursor, "cursor": self.cursor}
        return {name: value for name, value in named.items() if value is not None}


def next_page_request(sent: PageRequest, page: ListEnvelope[Any]) -> PageRequest | None:
    """Return the request for the page after *page*, which was *sent* for, or None when it was the last.

    In page mode the last page is the one whose number is the number of pages; where that number is absent, it is a page
    without records, as the server may have made a page shorter than it was asked to.
    """
    if sent.use_cursor:
        if not page.next_cursor:
            return None
        return PageRequest(limit=sent.limit, use_cursor=sent.use_cursor, cursor=page.next_cursor)
    number = sent.page or 1
    more = bool(page.data) if page.total_pages is None else number < page.total_pages
    return PageRequest(page=number + 1, limit=sent.limit, use_cursor=sent.use_cursor) if more else None


class _Pass(Generic[T]):
    """What both kinds of passes share: the records that were seen."""

    def __init__(self) -> None:
        self.seen: set[Key] = set()
        self.ended = False
        self.changed = False
        """Whether the listing changed while it was read. From cursor to cursor that does not show."""
        self._fruitless = 0

    def _unseen(self, data: Sequence[T]) -> dict[Key, T]:
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

    It is complete when the total was the same in every page, and as many distinct records came. Where the API tells no
    total, it ends with an empty page, and is complete when no record came twice.
    """

    def __init__(
        self, limit: int | None, first: int = 1, *, max_items: int | None = None, resumed_total: int | None = None
    ) -> None:
        """Prepare a pass.

        Args:
            limit: Records per page.
            first: The number of the first page.
            max_items: Maximum number of records that are of interest.
            resumed_total: How many records there were when the pages before *first* were read.
        """
        super().__init__()
        self.total = resumed_total
        self.number = first
        """The number of the next page to receive."""
        self.expected: int | None = None
        """How many records there are from the first page on, if that is known."""
        self._limit = limit
        self._first = first
        self._max_items = max_items
        self._resumed_total = resumed_total
        self._to_request = first
        self._last: int | None = None

    def next_request(self) -> PageRequest | None:
        """Return the next request that can be made now, or None."""
        if self.ended or self._to_request > (self.number if self._last is None else self._last):
            return None
        self._to_request += 1
        return PageRequest(page=self._to_request - 1, limit=self._limit)

    def receive(self, page: ListEnvelope[T] | None) -> dict[Key, T]:
        """Take the next page, None for a 404 beyond the end; return the records that are new in this pass.

        Raises:
            PaginationLoopError: it is another page than the one requested.
            IncompleteListingError: the listing was resumed, and has changed.
        """
        number = self.number
        data: list[T] = [] if page is None else page.data
        total = None if page is None else page.total_items
        if page is not None and page.total_pages is not None and number > max(page.total_pages, 1):
            data = []  # Beyond the end, a server may send its last page.
        elif page is not None and page.current_page not in (None, number):
            raise PaginationLoopError(f"Page {number} was requested, but the server sent page {page.current_page}.")
        if number == self._first:
            self._begin(page, len(data))
        elif page is None:
            self.changed = self.changed or self._last is not None
        elif self.total is not None and total != self.total:
            self.changed = True
        unseen = self._unseen(data)
        self.changed = self.changed or len(unseen) < len(data)
        self.number += 1
        self.ended = not data if self._last is None else number >= self._last
        if self._last is None and not self.ended:
            self._check_progress(f"page {number}")
        return unseen

    @property
    def is_complete(self) -> bool:
        """Whether the records that were seen are all there are, from the first page on."""
        return not self.changed and (self.expected is None or len(self.seen) == self.expected)

    def _begin(self, page: ListEnvelope[T] | None, size: int) -> None:
        """Learn from the first page, of *size* records, how many pages and records there are."""
        total = None if page is None else page.total_items
        if self._resumed_total is not None and total != self._resumed_total:
            now = "the next page is gone" if page is None else f"{total} now"
            raise IncompleteListingError(
                f"The listing has changed since it was interrupted: {self._resumed_total} records then, {now}.",
                expected=total,
                received=0,
            )
        self.total = total
        if page is None or total is None:
            return
        if page.total_pages is None:
            self.expected = total if self._first == 1 else None
            return
        self._last = max(page.total_pages, self._first)
        # The server may cap the size: a page that others follow shows it. The last page alone proves nothing.
        proves_nothing = 1 < self._first == self._last
        self.expected = size if proves_nothing else total - (self._first - 1) * size
        if self._max_items is not None and size:
            last_of_interest = self._first - 1 - (-self._max_items // size)
            if last_of_interest < self._last:
                self._last, self.expected = last_of_interest, (last_of_interest - self._first + 1) * size


class CursorPass(_Pass[T]):
    """A pass from cursor to cursor, one page after the other. The API tells no total there."""

    def __init__(self, limit: int | None, cursor: str | None = None, *, seen: Collection[str | None] = ()) -> None:
        """Prepare a pass from *cursor* on, or from the beginning; cursors that were *seen* must not come again."""
        super().__init__()
        self.cursor = cursor
        """The cursor of the next page to receive."""
        self._limit = limit
        self._cursors = {cursor, *seen}
        self._is_requested = False

    def next_request(self) -> PageRequest | None:
        """Return the next request that can be made now, or None."""
        if self.ended or self._is_requested:
            return None
        self._is_requested = True
        return PageRequest(limit=self._limit, use_cursor=True, cursor=self.cursor)

    def receive(self, page: ListEnvelope[T]) -> dict[Key, T]:
        """Take the next page; return the records that are new in this pass.

        Raises:
            PaginationLoopError: its cursor was there before, or pages bring nothing new.
        """
        following = page.next_cursor
        if following and following in self._cursors:
            raise PaginationLoopError(f"The server sent a cursor a second time: {following!r:.200}.")
        unseen = self._unseen(page.data)
        self._is_requested = False
        self.cursor = following or None
        self._cursors.add(self.cursor)
        self.ended = not following
        if following:
            self._check_progress(f"cursor {following!r:.200}")
        return unseen
