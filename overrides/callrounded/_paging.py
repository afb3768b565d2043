"""A listing: which requests to make, which records to hand out, where it stands, and whether it is complete.

Nothing here sends or waits. A driver asks `wanted()` what to request, tells `receive()` what came, and hands out what
`advance()` gives, in whatever order requests are answered; so threads, tasks and a simple loop share one logic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from ._checkpoint import Checkpoint, Plan, Position, to_checkpoint
from ._cursor_walk import CursorWalk, TotalCheck
from ._errors import IncompleteListingError
from ._identity import unmet
from ._page_walk import PageWalk, Spare
from ._pages import ListEnvelope, ListRequest, OnProgress, Progress, Step

if TYPE_CHECKING:
    from ._connection import Answer
    from ._identity import Key

T = TypeVar("T")

# A listing that does not add up is read so many times again, in page mode, for the records that are missing.
_REPAIRS = 2


@dataclass(frozen=True, slots=True)
class Batch(Generic[T]):
    """The records of one page that were not handed out before, and the position after it."""

    records: list[T]
    request: ListRequest
    answer: Answer[ListEnvelope[T]]
    position: Position


class Listing(Generic[T]):
    """A listing of *plan* from *start* on: at most *max_items* records, all there are if None.

    It is complete when the distinct records that came are as many as the total says, and the total was the same in
    every answer; or, when the total changed, when the pages join without a gap (see `_chain`). If it is not, it is
    read again in page mode for what is missing, a bounded number of times.

    Attributes:
        finished: Whether it is complete, or has as many records as were wanted.
        order: After a repair, the identities of all records in the server's order.
    """

    def __init__(
        self,
        plan: Plan,
        start: Position,
        *,
        max_items: int | None = None,
        on_progress: OnProgress | None = None,
    ) -> None:
        self.finished = max_items == 0
        self.order: list[Key] = []
        self._plan = plan
        self._start = start
        self._left = max_items
        self._on_progress = on_progress
        self._count = start.count
        self._pages = 0
        self._page_length = 0
        self._position = start
        self._met: set[Key] = set()
        self._repairs = 0
        self._under_way = 0
        # By id: a walk and the one after it can make equal requests.
        self._arrived: set[int] = set()
        self._spare = Spare()
        self._steady_total: int | None = None
        self._walk: PageWalk[T] | CursorWalk[T] | TotalCheck[T]
        self._walk = CursorWalk(plan, start) if plan.use_cursor else PageWalk(plan, start, self._spare)

    @property
    def checkpoint(self) -> Checkpoint:
        """Where to go on, after the records that were handed out."""
        return to_checkpoint(self._plan, self._position, self._left)

    @property
    def under_way(self) -> int:
        """How many requests have been made that no answer has come to."""
        return self._under_way

    def wanted(self, room: int, ahead: int | None) -> list[ListRequest]:
        """Return the requests to make now, the most urgent first.

        Args:
            room: How many pages may be under way.
            ahead: How many pages, from the one whose turn it is, may be under way or here; None for any number.
        """
        room -= self._under_way
        if room < 1 or self.finished or self._walk.finished:
            return []
        if self._left is not None and self._page_length:
            needed = -(-self._left // self._page_length)
            ahead = needed if ahead is None else min(ahead, needed)
        requests = self._walk.wanted(room, ahead)
        self._under_way += len(requests)
        return requests

    def arrived(self, request: ListRequest) -> None:
        """Take note that *request* is not under way any more, though it is not yet known what its answer means."""
        self._arrived.add(id(request))
        self._under_way -= 1

    def repeats(self, request: ListRequest) -> None:
        """Take note that *request* is made again."""
        self._depart(request)
        self._under_way += 1

    def receive(self, request: ListRequest, answer: Answer[ListEnvelope[T]]) -> None:
        """Take the answer to *request*."""
        self._depart(request)
        self._walk.receive(request, answer)

    def fail(self, request: ListRequest, error: Exception) -> None:
        """Take the error that *request* brought; it is raised when the turn comes to that page."""
        self._depart(request)
        self._walk.fail(request, error)

    def advance(self) -> Batch[T] | None:
        """Return what is to be handed out next, or None when answers are lacking, or when all is done.

        Raises:
            PaginationLoopError: the server hands out what it handed out before.
            IncompleteListingError: records are missing, and reading again did not bring them.
            Exception: what the request for the next page brought.
        """
        while not self.finished:
            walk = self._walk
            step = walk.advance()
            if step is not None and not isinstance(walk, TotalCheck):
                return self._hand_out(step, walk)
            if not walk.finished:
                return None
            self._conclude()
        return None

    def report(self) -> None:
        """Tell the consumer's `on_progress` about what was handed out. What it raises is no error of the listing."""
        if self._on_progress is not None:
            self._on_progress(Progress(self._count, self._position.total, self._pages))

    def _depart(self, request: ListRequest) -> None:
        if id(request) in self._arrived:
            self._arrived.remove(id(request))
        else:
            self._under_way -= 1

    def _hand_out(self, step: Step[T], walk: PageWalk[T] | CursorWalk[T]) -> Batch[T]:
        records, keys = step.new, step.new_keys
        if self._repairs:
            # New to this walk, but maybe not to those before.
            self.order.extend(step.keys)
            by_key = unmet(records, keys, self._met)
            records, keys = list(by_key.values()), list(by_key)
            self._met.update(keys)
        if self._left is not None:
            records = records[: self._left]
            self._left -= len(records)
            self.finished = not self._left
        self._count += len(records)
        self._pages += 1
        self._page_length = max(self._page_length, len(step.keys))
        if not self._repairs:
            self._position = self._position_after(step, walk)
        if (self._repairs and records) or (isinstance(walk, PageWalk) and walk.gave_up):
            # These can stand anywhere: to go on behind them, all that was handed out had to be known.
            self._position = replace(
                self._position, at_end=True, count=self._count, keys=(), changed=True, doubtful=True
            )
        return Batch(records, step.request, step.answer, self._position)

    def _position_after(self, step: Step[T], walk: PageWalk[T] | CursorWalk[T]) -> Position:
        keys = step.new_keys
        if len(keys) < self._page_length:
            keys = [*self._position.keys, *keys][-self._page_length :]
        at_end, count, before = walk.finished, self._count, self._start.before
        if isinstance(walk, PageWalk):
            chain, page = walk.chain, (step.request.page or 1) + 1
            return Position(page, None, at_end, count, chain.before, chain.total, chain.changed, chain.doubtful, keys)
        trail = step.request.cursor, self._position.trail
        return Position(None, step.answer.value.next_cursor, at_end, count, before, keys=keys, trail=trail)

    def _conclude(self) -> None:
        """Decide what follows after the last page: nothing, a check, another walk.

        Raises:
            IncompleteListingError: another walk would not help, or is one too many.
        """
        walk, before = self._walk, self._start.before
        if isinstance(walk, CursorWalk):
            self._met = walk.met
            if self._plan.verify and before is not None:
                self._walk = TotalCheck()
            else:
                self.finished = True
            return
        if isinstance(walk, PageWalk):
            before, total, changed = walk.chain.before, walk.chain.total, walk.chain.changed
            if not self._repairs:
                self._met = walk.met
                self._steady_total = None if changed else total
            self.finished = walk.complete
            # Where the order of the server is not stable, one walk after the other brings some more.
            can_count = not changed and total == self._steady_total
        else:
            total, changed, can_count = walk.total, False, True
            self.finished = total is None
        expected = None if total is None or before is None else total - before
        self.finished |= can_count and expected == self._count
        if not self.finished:
            self._repair(expected, changed=changed)

    def _repair(self, expected: int | None, *, changed: bool) -> None:
        """Begin to read the listing again, in page mode, if that can help.

        Raises:
            IncompleteListingError: it cannot, or has been done often enough.
        """
        again = self._start_of_repair()
        if again is None or self._repairs == _REPAIRS or self._spare.is_used_up:
            message = f"The listing is not complete: {self._count} records came, there should be {expected}."
            if changed:
                message = (
                    f"The listing kept changing while it was read: {self._count} records came, "
                    "and whether others were missed cannot be told."
                )
            raise IncompleteListingError(message, expected=expected, received=self._count)
        self._repairs += 1
        self.order.clear()
        self._walk = PageWalk(replace(self._plan, use_cursor=None), again, self._spare)

    def _start_of_repair(self) -> Position | None:
        """Return where to begin to read the listing again in page mode, None if that cannot help.

        - What did not add up before an interruption does not afterwards, and what was read from cursor to cursor
          before one can have lost records too.
        - After an interrupted repair nobody knows what was handed out.
        - The place where a listing began that began in the middle can have moved.
        """
        start = self._start
        is_from_top = start.page in {None, 1} and start.before == 0 and not start.count
        is_anchored = len(start.keys) > 0 and not self._plan.use_cursor and not start.doubtful
        if self._plan.verify and (is_from_top or is_anchored):
            return replace(start, cursor=None, at_end=False)
        return None
