"""The walk from cursor to cursor, and the one request that says how many records it should have met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from ._checkpoint import Plan, Position
from ._errors import PaginationLoopError
from ._identity import Key, keys_of, unmet
from ._pages import MAX_BARREN_PAGES, ListEnvelope, ListRequest, Step, next_request

if TYPE_CHECKING:
    from ._connection import Answer

T = TypeVar("T")


class CursorWalk(Generic[T]):
    """Walks from cursor to cursor: which page is the next is known when the one before it has come.

    Attributes:
        met: The identities of all records on the pages so far.
        finished: Whether the last page has been handed out.
    """

    def __init__(self, plan: Plan, start: Position) -> None:
        self.met: set[Key] = set(start.keys)
        self.finished = start.at_end
        self._asked: ListRequest | None = None
        self._held: tuple[ListRequest, Answer[ListEnvelope[T]]] | Exception | None = None
        self._request: ListRequest | None = None
        # Those that were sent.
        self._cursors = set[str | None]()
        trail = start.trail
        while trail is not None:
            cursor, trail = trail
            self._cursors.add(cursor)
        self._go_on(ListRequest(None, plan.limit, plan.use_cursor, start.cursor))
        self._barren = 0

    def wanted(self, _room: int, _ahead: int | None) -> list[ListRequest]:
        """Return the request to make now, if any."""
        if self._request is None or self._held is not None:
            return []
        self._asked, self._request = self._request, None
        return [self._asked]

    def receive(self, request: ListRequest, answer: Answer[ListEnvelope[T]]) -> None:
        """Take the answer to *request*."""
        if request is self._asked:
            self._held = request, answer

    def fail(self, request: ListRequest, error: Exception) -> None:
        """Take the error that *request* brought."""
        if request is self._asked:
            self._held = error

    def advance(self) -> Step[T] | None:
        """Return the next page, or None as long as it has not come.

        Raises:
            PaginationLoopError: the server handed out a cursor that it had handed out.
            Exception: what the request brought.
        """
        held, self._held = self._held, None
        if held is None:
            return None
        if isinstance(held, Exception):
            raise held
        request, answer = held
        page = answer.value
        keys = keys_of(page.data)
        distinct = set(keys)
        if len(distinct) == len(keys) and self.met.isdisjoint(distinct):
            new, new_keys = page.data, keys
        else:
            unmet_records = unmet(page.data, keys, self.met)
            new, new_keys = list(unmet_records.values()), list(unmet_records)
        self.met |= distinct
        self._barren = 0 if new else self._barren + 1
        following = next_request(request, page)
        if following is None:
            self.finished = True
        elif self._barren > MAX_BARREN_PAGES:
            # Raised when its turn comes: after the records of this page.
            self._held = PaginationLoopError(
                f"{self._barren} pages in a row brought nothing, up to the cursor {request.cursor!r:.60}."
            )
        else:
            self._go_on(following)
        return Step(request, answer, keys, new, new_keys)

    def _go_on(self, following: ListRequest) -> None:
        if following.cursor in self._cursors:
            # Raised when its turn comes, as above.
            self._held = PaginationLoopError(
                f"The server handed out a cursor that it had handed out before: {following.cursor!r:.60}."
            )
        else:
            self._cursors.add(following.cursor)
            self._request = following


class TotalCheck(Generic[T]):
    """Asks page mode for the total, since answers in cursor mode have none. A walk without pages.

    Attributes:
        finished: Whether the answer has come.
        total: How many records there are, if it says so.
    """

    def __init__(self) -> None:
        self.finished = False
        self.total: int | None = None
        self._asked: ListRequest | None = None
        self._error: Exception | None = None

    def wanted(self, _room: int, _ahead: int | None) -> list[ListRequest]:
        """Return the request to make now, if any."""
        if self._asked is not None:
            return []
        self._asked = ListRequest(page=1, limit=1)
        return [self._asked]

    def receive(self, request: ListRequest, answer: Answer[ListEnvelope[T]]) -> None:
        """Take the answer to *request*."""
        if request is self._asked:
            self.total = answer.value.total_items
            self.finished = True

    def fail(self, request: ListRequest, error: Exception) -> None:
        """Take the error that *request* brought."""
        if request is self._asked:
            self._error = error

    def advance(self) -> None:
        """Raise the error that the request brought, if it did; there is no page."""
        if self._error is not None:
            raise self._error
