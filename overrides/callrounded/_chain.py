"""Numbered pages as a chain: what joins it without a gap, what is new on a page, and whether the whole is complete.

A page joins the chain only where no record can be missing between the two:

- it is the next page and the total is still the same, so both show one state of the listing; or
- it shows a record of the chain again, so whatever follows that record stands behind it.

A record that is removed moves those behind it forward, maybe onto a page that has been read: then the total differs, no
record comes again, and the page does not join. Read once more, the page before it joins, and has what moved onto it.
Records that are added move others backward, which shows as records that come again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from ._checkpoint import Position
from ._identity import Key, unmet
from ._pages import Step

if TYPE_CHECKING:
    from ._connection import Answer
    from ._pages import ListEnvelope, ListRequest

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReadPage(Generic[T]):
    """A page that has arrived.

    Attributes:
        total: How many records there are, as this answer has it.
        sent: When it was asked for, by the clock of the walk.
        received: When it came.
    """

    number: int
    data: list[T]
    keys: Sequence[Key]
    total: int | None
    sent: int
    received: int
    request: ListRequest
    answer: Answer[ListEnvelope[T]]


@dataclass(frozen=True, slots=True)
class Link:
    """What counts of the page that was added last."""

    number: int
    keys: Sequence[Key]
    total: int | None
    sent: int = 0
    received: int = 0


class Chain(Generic[T]):
    """The pages read so far, of which only the identities of their records are kept.

    Attributes:
        met: The identities of all records on them.
        last: The page that was added last, None before the first.
        received: How many records were new.
        total: How many records there are, as the last page has it.
        before: How many records stand before the first page; None when nobody knows.
        changed: Whether the total changed on the way.
        doubtful: Whether something else does not add up: then a chain without a gap proves nothing.
        has_all: Whether it began at the top, so that it knows every record that was handed out.
    """

    def __init__(self, start: Position) -> None:
        self.met: set[Key] = set(start.keys)
        self.last: Link | None = None
        self.received = 0
        self.total = start.total
        self.before = start.before
        self.changed = start.changed
        self.doubtful = start.doubtful
        self._start_total = start.total
        self._earlier = start.count
        self._page_size: int | None = None
        # The totals in the answers, and when these came.
        self._heard: list[tuple[int, int]] = []
        # Totals that others have followed, and when.
        self._left: dict[int, int] = {}
        first = start.page or 1
        self.has_all = first == 1 and not start.count
        if start.keys:
            self.last = Link(first - 1, start.keys, start.total)
        # Time has passed since the last page was read: an equal total says nothing.
        self._interrupted = start.read_anew

    @property
    def expected(self) -> int | None:
        """How many records should have been new, if there are as many as the total says."""
        if self.total is None or self.before is None:
            return None
        return max(0, self.total - self.before - self._earlier)

    @property
    def complete(self) -> bool:
        """Whether, when this was the last page, every record that was there throughout has come."""
        return not self.doubtful if self.changed else self.expected in {None, self.received}

    def joins(self, page: ReadPage[T]) -> bool:
        """Return whether no record can be missing between the chain and *page*."""
        if self.last is None or page.total == 0:
            return True
        return self._continues(page, self.last) or not self.met.isdisjoint(page.keys)

    def _continues(self, page: ReadPage[T], last: Link) -> bool:
        """Return whether *page* is the one after *last*, in the same state of the listing.

        That is where the total is the same, and no other one was heard of in between. If one of the two was asked for
        when the other had come, that includes what was heard while the other was under way: it may be the older.
        """
        if self._interrupted or page.number != last.number + 1 or _differ(page.total, last.total):
            return False
        pages: list[ReadPage[T] | Link] = [page, last]
        first, second = sorted(pages, key=lambda page: page.received)
        since = first.sent if second.sent > first.received else first.received
        between = self._heard[bisect_right(self._heard, (since,)) : bisect_right(self._heard, (second.received,))]
        return not any(_differ(total, page.total) for _, total in between)

    def hear(self, total: int | None, sent: int, received: int, *, alone: bool) -> None:
        """Take note of the total in an answer, whether or not its turn has come.

        Args:
            total: The total.
            sent: When the answer was asked for.
            received: When it came.
            alone: Whether no other request was under way meanwhile: then it is certain what came before what.
        """
        if total is None:
            return
        if sent > self._left.get(total, received):
            # It went, and came back: pages that show the same total may show different states.
            self.doubtful = True
        before = self._heard[-1][1] if self._heard else self._start_total
        if _differ(before, total) and before is not None and not alone:
            self._left[before] = received
        self._heard.append((received, total))

    def is_ahead_of(self, page: ReadPage[T]) -> bool:
        """Return whether the last page was read when *page*, the one after it, had come already."""
        return self.last is not None and page.number == self.last.number + 1 and page.received < self.last.sent

    def repeats(self, page: ReadPage[T]) -> bool:
        """Return whether *page* is the last page once more, under the next number, and no change explains it.

        A page of a single record does not count: one that was added and one that was removed between two requests show
        the same.
        """
        last = self.last
        return last is not None and len(page.keys) > 1 and page.keys == last.keys and self._continues(page, last)

    def add(self, page: ReadPage[T], pages: int | None, limit: int | None) -> Step[T]:
        """Add *page*, one of so many *pages* that were asked to be of *limit* records, and return what is new on it."""
        last = self.last
        distinct = set(page.keys)
        if len(distinct) == len(page.keys) and self.met.isdisjoint(distinct):
            new, new_keys = page.data, page.keys
        else:
            by_key = unmet(page.data, page.keys, self.met)
            # What comes twice although nothing has changed may stand in the place of what does not come at all.
            self.doubtful |= len(distinct) < len(page.keys)
            if last is not None and self._continues(page, last):
                self.doubtful |= not distinct.isdisjoint(last.keys)
            else:
                by_key = self._behind(page, by_key)
            new, new_keys = list(by_key.values()), list(by_key)
        self.met.update(new_keys)
        self.received += len(new)
        self.changed |= last is not None and _differ(page.total, last.total)
        if page.total is not None:
            self.total = page.total
        self._measure(page, pages, limit)
        self.last = Link(page.number, page.keys, self.total, page.sent, page.received)
        self._interrupted = False
        return Step(page.request, page.answer, page.keys, new, new_keys)

    def _behind(self, page: ReadPage[T], new: dict[Key, T]) -> dict[Key, T]:
        """Return those of the *new* records of *page* that stand behind all that were met before.

        Others were added meanwhile, or belong before the start of a listing that was started in the middle.
        """
        known = [index for index, key in enumerate(page.keys) if key not in new]
        if not known:
            return new
        # Unless they show that the order of the server is not stable. After an interruption that cannot be told.
        suspect = page.keys[0 if self.has_all else known[0] : known[-1]]
        self.doubtful |= not self._interrupted and any(key in new for key in suspect)
        return {key: new[key] for key in page.keys[known[-1] + 1 :] if key in new}

    def _measure(self, page: ReadPage[T], pages: int | None, limit: int | None) -> None:
        """Compare the length of *page* with what total and number of pages let expect."""
        total = page.total
        if total is None or pages is None:
            return
        if self._page_size is None and page.number < pages:
            # The server may have a limit of its own.
            fitting = (size for size in (len(page.data), limit) if size and pages == -(-total // size))
            self._page_size = next(fitting, None)
        if self.before is None and self._page_size is not None:
            self.before = (page.number - 1) * self._page_size
        if self._page_size is not None:
            expected = self._page_size if page.number < pages else total - (page.number - 1) * self._page_size
            self.doubtful |= len(page.data) != max(0, expected)


def _differ(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and one != other
