"""The walk through numbered pages: which page to read next, and which ones ahead of their turn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ._chain import Chain, ReadPage
from ._checkpoint import Plan, Position
from ._errors import PaginationLoopError
from ._identity import Key, keys_of
from ._pages import MAX_BARREN_PAGES, ListEnvelope, ListRequest, Step, next_request

if TYPE_CHECKING:
    from ._connection import Answer

T = TypeVar("T")

_SPARE_REQUESTS = 30
_SPARE_REQUESTS_PER_PAGE = 3


class Spare:
    """The requests of a listing besides one for each page that there was at first, of which it has not many.

    They are for pages that are read again, and for pages that are added meanwhile.
    """

    def __init__(self) -> None:
        self._pages: int | None = None
        self._highest = 0
        self._used = 0

    @property
    def is_used_up(self) -> bool:
        """Whether there are none left."""
        return self._used > _SPARE_REQUESTS + _SPARE_REQUESTS_PER_PAGE * (self._pages or 0)

    def told(self, pages: int | None) -> None:
        """Take note of the number of pages in an answer."""
        if self._pages is None:
            self._pages = pages

    def take(self, number: int) -> None:
        """Take one for page *number*, if the request for it is not a matter of course."""
        self._used += number <= self._highest or (self._pages is not None and number > self._pages)
        self._highest = max(self._highest, number)


class PageWalk(Generic[T]):
    """Walks through numbered pages, several of which may be under way at once.

    Attributes:
        chain: The pages handed out so far.
        finished: Whether the last page has been handed out.
        gave_up: Whether it was too much to make sure that nothing is missing.
    """

    def __init__(self, plan: Plan, start: Position, spare: Spare) -> None:
        self.chain = Chain[T](start)
        self.finished = start.at_end
        self._plan = plan
        # The page whose turn it is.
        self._at = start.page or 1
        if start.keys and start.read_anew and plan.verify:
            self._at -= 1
        self._first_request = start.page is None
        # Pages asked for, with the moment; pages that have come, or what came instead.
        self._asked: dict[int, tuple[ListRequest, int]] = {}
        self._held: dict[int, ReadPage[T] | Exception] = {}
        self._clock = 0
        # The pages to look at, one by one, until one joins the chain.
        self._search: Iterator[int] | None = None
        self._pages: int | None = None
        self._failed_at: int | None = None
        self._spare = spare
        self.gave_up = False
        self._barren = 0

    @property
    def met(self) -> set[Key]:
        """The identities of all records on the pages so far."""
        return self.chain.met

    @property
    def complete(self) -> bool:
        """Whether, now that it is finished, every record that was there throughout has come."""
        return not self.gave_up and (self.chain.complete or not self._plan.verify)

    def wanted(self, room: int, ahead: int | None) -> list[ListRequest]:
        """Return the requests to make now, the most urgent first: *room*, if so many are of use.

        Only for *ahead* pages, from the one whose turn it is; None for any number of them.
        """
        wanted = [] if self._is_under_way(self._at) else [self._ask(self._at)]
        # Behind a page that failed, and while a page is searched, nothing is needed for now.
        if self._search is None and self._pages is not None and self._failed_at is None:
            last = self._pages if ahead is None else min(self._pages, self._at + ahead - 1)
            for number in range(self._at + 1, last + 1):
                if len(wanted) >= room:
                    break
                if not self._is_under_way(number):
                    wanted.append(self._ask(number))
        return wanted

    def receive(self, request: ListRequest, answer: Answer[ListEnvelope[T]]) -> None:
        """Take the answer to *request*, or leave it if it is not waited for any more."""
        sent = self._taken_off(request)
        if sent is None:
            return
        page, number = answer.value, request.page or 1
        if not self.gave_up:
            self._pages = page.total_pages
        self._spare.told(page.total_pages)
        received = self._tick()
        self.chain.hear(page.total_items, sent, received, alone=not self._asked)
        data = [] if _is_beyond_the_end(number, page) else page.data
        self._held[number] = ReadPage(number, data, keys_of(data), page.total_items, sent, received, request, answer)

    def fail(self, request: ListRequest, error: Exception) -> None:
        """Take the error that *request* brought; it counts when the turn comes to that page."""
        if self._taken_off(request) is not None:
            self._failed_at = request.page or 1
            self._held[self._failed_at] = error

    def advance(self) -> Step[T] | None:
        """Return the page whose turn it is, or None as long as it has not come.

        Raises:
            PaginationLoopError: the server handed out a page that it had handed out.
            Exception: what the request for that page brought.
        """
        while not self.finished and (page := self._held.pop(self._at, None)) is not None:
            if isinstance(page, Exception):
                raise page
            if self.gave_up or not self._plan.verify or self.chain.joins(page):
                return self._add(page)
            self._look_for_the_chain(page)
        return None

    def _add(self, page: ReadPage[T]) -> Step[T]:
        envelope = page.answer.value
        if page.data and envelope.current_page not in {None, page.number}:
            raise PaginationLoopError(
                f"Page {page.number} was asked for, and the server handed out page {envelope.current_page}."
            )
        if self.chain.repeats(page):
            raise PaginationLoopError(f"Page {page.number} has the same records as the page before it.")
        step = self.chain.add(page, envelope.total_pages, self._plan.limit)
        # Where the number of pages is known it ends the walk; nothing else ends it than an empty page if it is not.
        self._barren = 0 if step.new or (page.data and envelope.total_pages is not None) else self._barren + 1
        self.finished = next_request(page.request, envelope) is None or (
            self.gave_up and page.number >= (self._pages or 0)
        )
        if self._barren > MAX_BARREN_PAGES and not self.finished:
            raise PaginationLoopError(f"{self._barren} pages in a row brought nothing, up to page {page.number}.")
        self._at = page.number + 1
        self._search = None
        return step

    def _look_for_the_chain(self, page: ReadPage[T]) -> None:
        """Choose which page to read next, since *page* does not join."""
        if self.chain.is_ahead_of(page):
            # It is out of date, and is asked for again.
            return
        last = self.chain.last
        assert last is not None, "the first page joins"
        if self._search is None:
            self._search = self._outwards(last.number)
            if page.number == last.number:
                next(self._search)
            else:
                # Likely to join once the page before it has been read again.
                self._held[page.number] = page
        following = next(self._search, None)
        if following is None:
            self._give_up()
        else:
            self._at = following

    def _outwards(self, center: int) -> Iterator[int]:
        """Yield the numbers of pages from *center* outwards, for as long as there are pages so far away."""
        yield center
        distance = 1
        while distance < center or center + distance <= (self._pages or 0):
            if distance < center:
                yield center - distance
            if center + distance <= (self._pages or 0):
                yield center + distance
            distance += 1

    def _give_up(self) -> None:
        """Only read to the end now: no page is read again, and the listing does not become longer.

        Not even that if it is a search that is given up, and nobody knows what was handed out before.
        """
        self.gave_up = True
        self.chain.changed = self.chain.doubtful = True
        if self._search is not None:
            assert self.chain.last is not None, "the first page joins"
            self._search = None
            self._at = self.chain.last.number + 1
            self.finished = not self.chain.has_all

    def _is_under_way(self, number: int) -> bool:
        return number in self._asked or number in self._held

    def _ask(self, number: int) -> ListRequest:
        self._spare.take(number)
        if self._spare.is_used_up and not self.gave_up:
            self._give_up()
        request = ListRequest(None if self._first_request else number, self._plan.limit, self._plan.use_cursor)
        self._first_request = False
        self._asked[number] = request, self._tick()
        return request

    def _taken_off(self, request: ListRequest) -> int | None:
        """Return when *request* was made, or None if its answer is not waited for."""
        asked, sent = self._asked.get(request.page or 1, (None, 0))
        if asked is not request:
            return None
        del self._asked[request.page or 1]
        return sent

    def _tick(self) -> int:
        self._clock += 1
        return self._clock


def _is_beyond_the_end(number: int, page: ListEnvelope[Any]) -> bool:
    """Return whether *page* is the last one, handed out in the place of a page beyond it."""
    return page.current_page is not None and page.current_page == page.total_pages and page.current_page < number
