"""Listings: as many passes as it takes until one is complete, three at most. Plain objects without I/O."""

from __future__ import annotations

from collections.abc import Collection, Generator
from contextlib import contextmanager
from typing import Any, Final, Generic, TypeVar

from attrs import define, evolve

from callrounded_generated.responses import Response

from ._arguments import Progress
from ._checkpoint import Checkpoint, Plan, Position
from ._errors import IncompleteListingError, RoundedError
from ._identity import Key
from ._paging import CursorPass, ListEnvelope, PagePass, PageRequest

T = TypeVar("T")

MAX_PASSES: Final = 3


@define(frozen=True, kw_only=True)
class ReceivedPage(Generic[T]):
    """A page as a listing hands it out.

    Attributes:
        request: The request for it.
        response: The response; None where that was no page of the listing: a 404 beyond its end, or its total alone.
        records: Those of its records that are handed out.
        reads_again: Whether the listing is read again after it. A list then forgets what has come so far.
        position: The position after it.
        progress: How far the listing is.
    """

    request: PageRequest
    response: Response[Any] | None
    records: list[T]
    reads_again: bool
    position: Position
    progress: Progress


class Listing(Generic[T]):
    """Tells which pages to request, takes them in that order, and knows at the end whether all records came.

    There are two ways to hand out records when the listing has to be read again. For an iterator, a later pass hands
    out only records that no earlier pass has handed out. For a list, it starts over.
    """

    def __init__(
        self, plan: Plan, start: Position, *, starts_over: bool = False, cursors: Collection[str | None] = ()
    ) -> None:
        """Prepare a listing of *plan* from *start* on; *cursors* led there."""
        self.plan = plan
        self.position = start
        """Where the listing stands, as far as its records were handed out."""
        self.passes = 1
        """The number of the pass that is being read."""
        self._start = start
        self._starts_over = starts_over
        self._is_resumed = start.count != 0
        self._earlier: set[Key] = set()
        self.is_done = start.at_end or start.max_items == 0
        """Whether nothing more is to be requested or received."""
        self._handed_out = 0
        self._pages = 0
        self._total: int | None = start.total
        self._total_request: PageRequest | None = None
        self._has_requested_total = False
        self._failure: IncompleteListingError | None = None
        if start.changed and plan.verify:
            self.is_done = True
            self._failure = IncompleteListingError(
                "The listing changed while it was read, and cannot be resumed from this checkpoint.",
                expected=None,
                received=0,
            )
        self._pass: PagePass[T] | CursorPass[T]
        if start.page is None:
            self._pass = CursorPass(plan.limit, start.cursor, seen=cursors)
            if start.cursor is None and self._is_resumed:  # All pages were read; the total is still to be compared.
                self._total_request = PageRequest(page=1, limit=1)
        else:
            total = start.total if plan.verify else None
            self._pass = PagePass(plan.limit, start.page, max_items=start.max_items, resumed_total=total)

    def next_request(self) -> PageRequest | None:
        """Return the next request that can be made now, or None."""
        if self.is_done:
            return None
        if self._total_request is None:
            return self._pass.next_request()
        if self._has_requested_total:
            return None
        self._has_requested_total = True
        return self._total_request

    def may_end_with_404(self) -> bool:
        """Return whether a 404 for the next page means that the listing ends before it."""
        has_records = self._is_resumed or self.passes > 1 or bool(self._pass.seen)
        return has_records and isinstance(self._pass, PagePass) and self._pass.number > 1

    def receive(self, request: PageRequest, response: Response[Any] | None) -> ReceivedPage[T]:
        """Take the *response* to the next *request*, None for a 404 beyond the end.

        Raises:
            PaginationLoopError: the server goes round in circles.
            IncompleteListingError: the listing was resumed, and has changed.
        """
        envelope: ListEnvelope[T] | None = None if response is None else response.parsed
        passes, records = self.passes, list[T]()
        if request is self._total_request:
            assert envelope is not None, "page 1 is never beyond the end"
            response = None
            self._compare(envelope.total_items)
        else:
            records = self._records(envelope)
            self._pages += 1
            if self._left == 0 and not (self.plan.verify and self._pass.changed):
                self.is_done = True
            elif self._pass.ended:
                self._end_pass(self._pass)
        progress = Progress(self._handed_out, self._total, self._pages)
        reads_again = self.passes > passes
        if reads_again and self._starts_over:
            self._handed_out = 0
        self.position = self._position()
        return ReceivedPage(
            request=request,
            response=response,
            records=records,
            reads_again=reads_again,
            position=self.position,
            progress=progress,
        )

    def finish(self) -> None:
        """Confirm that the listing is complete.

        Raises:
            IncompleteListingError: it is not.
        """
        if self._failure is not None:
            raise self._failure

    @property
    def checkpoint(self) -> Checkpoint:
        """Where to resume after the records that were handed out."""
        return self.plan.checkpoint(self.position)

    def _records(self, page: ListEnvelope[T] | None) -> list[T]:
        """Have the pass take *page*, and return those of its records that are handed out."""
        if isinstance(self._pass, CursorPass):
            assert page is not None, "there is no page beyond the end"
            unseen = self._pass.receive(page)
        else:
            unseen = self._pass.receive(page)
            self._total = self._pass.total
        records = [record for key, record in unseen.items() if key not in self._earlier][: self._left]
        self._handed_out += len(records)
        return records

    @property
    def _left(self) -> int | None:
        """How many more records are of interest; None for all."""
        return None if self._start.max_items is None else self._start.max_items - self._handed_out

    def _position(self) -> Position:
        mixes_passes = self.passes > 1 and not self._starts_over
        position = Position(
            page=None,
            count=None if self._start.count is None else self._start.count + self._handed_out,
            max_items=self._left,
            at_end=self.is_done and self._failure is None,
            changed=mixes_passes or self._pass.changed or self._failure is not None,
        )
        if isinstance(self._pass, PagePass):
            return evolve(position, page=self._pass.number, total=self._pass.total)
        return evolve(position, cursor=self._pass.cursor)

    def _can_compare(self) -> bool:
        """Return whether the number of records in cursor mode can be compared with the total."""
        return self.plan.verify and self._start.count is not None

    def _end_pass(self, ended: PagePass[T] | CursorPass[T]) -> None:
        if isinstance(ended, PagePass):
            self._settle(ended.is_complete)
        elif self._can_compare():
            self._total_request = PageRequest(page=1, limit=1)
        else:
            self._settle(is_complete=True)

    def _compare(self, total: int | None) -> None:
        """Compare the *total*, as page mode tells it, with what came in cursor mode."""
        self._total = total
        self._total_request = None
        self._settle(total is None or total == (self._start.count or 0) + len(self._pass.seen))

    def _settle(self, is_complete: bool) -> None:
        """End the listing, or begin the next pass."""
        if is_complete or not self.plan.verify:
            self.is_done = True
        elif self._is_resumed or self.passes == MAX_PASSES:
            self.is_done = True
            self._failure = self._incomplete()
        else:
            self.passes += 1
            if not self._starts_over:
                self._earlier |= self._pass.seen
            self._pass = PagePass(self.plan.limit, self._start.page or 1, max_items=self._start.max_items)

    def _incomplete(self) -> IncompleteListingError:
        received = len(self._pass.seen)
        if isinstance(self._pass, PagePass):
            expected = self._pass.expected
            reason = "the listing changed while it was read" if self._pass.changed else f"{expected} were expected"
        else:
            expected = self._total
            received += self._start.count or 0
            reason = f"{expected} were expected"
        how_often = f"; so it was in each of {self.passes} passes" if self.passes > 1 else ""
        return IncompleteListingError(
            f"{received} records came, but {reason}{how_often}.",
            expected=expected,
            received=received,
        )


@contextmanager
def checkpoint_on_error(listing: Listing[Any]) -> Generator[None, None, None]:
    """Give every error of ours the position after the last page."""
    try:
        yield
    except RoundedError as error:
        error.checkpoint = listing.checkpoint
        raise
