"""Listings: as many passes as it takes until one is complete, three at most. Plain objects without I/O.

A *listing* is one call: a *list* is a `list_all`, an *iterator* an `iter_all`. A pass is complete if the records did
not change while it was read, and as many distinct ones came as were expected (what that is, `_paging` says). If it is
not, they are read again from the start; a listing that was resumed fails at once. A list forgets what came before; an
iterator yields only what is new, and cannot be resumed from then on. With `max_items`, pages beyond them are neither
requested nor compared; with `verify=False`, nothing is compared, and one pass is all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from contextlib import contextmanager
from typing import Any, Final, Generic, NamedTuple, TypeAlias, TypeVar, cast

from attrs import define, fields_dict

from callrounded_generated.responses import Response

from ._checkpoint import PAGING, Checkpoint, ListEnvelope, PageRequest, check_count, checked, new_checkpoint
from ._errors import ConfigurationError, IncompleteListingError, NotFoundError, RoundedError
from ._paging import CursorPass, Key, PageBeyondEnd, PagePass

T = TypeVar("T")

Result: TypeAlias = Callable[[], Response[Any]]
"""Returns the response to a request, or raises what came instead."""

MAX_PASSES: Final = 3


class Progress(NamedTuple):
    """How far a listing is: what `on_progress` is called with after each page.

    Attributes:
        records: Records so far. A list that is read again forgets them, and begins at 0.
        total: How many there are, where the API has said so.
        pages: Pages so far.
        checkpoint: Where to resume once the records so far are dealt with; `iter_all` yields those of the page next.
    """

    records: int
    total: int | None
    pages: int
    checkpoint: Checkpoint


@define(frozen=True, kw_only=True)
class ListingOptions:
    """The arguments of `iter_all` and `list_all`: see `ListResource.iter_all`.

    The filters of an operation are the attributes that a subclass adds.
    """

    limit: int | None = 1000
    page: int | None = None
    use_cursor: bool | None = None
    cursor: str | None = None
    max_items: int | None = None
    concurrency: int = 8
    verify: bool = True
    checkpoint: Checkpoint | None = None
    on_progress: Callable[[Progress], object] | None = None

    def __attrs_post_init__(self) -> None:
        check_count("max_items", self.max_items, at_least=0)
        check_count("concurrency", self.concurrency or 0)

    def start_checkpoint(self, operation: str) -> Checkpoint:
        """Return where a listing of *operation* with these arguments begins."""
        given = {name: value for name in fields_dict(type(self)) if (value := getattr(self, name)) is not None}
        filters = {name: value for name, value in given.items() if name not in fields_dict(ListingOptions)}
        if self.checkpoint is None:
            first = PageRequest(**{name: getattr(self, name) for name in PAGING}, filters=filters)
            return new_checkpoint(operation, first, max_items=self.max_items)
        if contradicting := given.keys() & {"page", "use_cursor", "cursor", *filters}:
            raise ConfigurationError(
                f"A checkpoint says where to resume, with which filters: leave out {', '.join(sorted(contradicting))}."
            )
        start = checked(self.checkpoint, operation)
        if self.max_items and start["max_items"] == 0:
            raise ConfigurationError("The checkpoint is of a listing that has its max_items: nothing comes after them.")
        return start if self.max_items is None else {**start, "max_items": self.max_items}


@define(frozen=True, kw_only=True)
class ReceivedPage(Generic[T]):
    """A page that was received: the records to hand out, and the position after it."""

    request: PageRequest
    response: Response[Any]
    records: list[T]
    checkpoint: Checkpoint
    is_page: bool = True  # False for a 404 beyond the end, and of the total alone.


class Listing(Generic[T]):
    """Tells which pages to request, takes them in that order, and knows at the end whether all records came.

    The *window* is how many pages may be requested, or even have come, before their turn.
    """

    def __init__(
        self,
        start: Checkpoint,
        options: ListingOptions | None = None,
        *,
        collects: bool = False,
        cursors: Collection[str | None] = (),
    ) -> None:
        """Prepare a listing from *start* on; *cursors* led there. With *collects*, it keeps the records, for a list.

        Without *options*, it is a walk from page to page, on which no page is requested before its turn.
        """
        self.start = start
        self.options = options or ListingOptions()
        # An iterator begins with one page ahead; a list keeps a backlog, so that a free slot is filled at once.
        self.window = 0 if options is None else 2 * options.concurrency if collects else 1
        self.collected: list[T] | None = [] if collects else None
        self.passes = 1
        self.progress = Progress(0, start["total"], 0, start)
        self.is_done = start["at_end"] or start["max_items"] == 0
        self._seen_before: set[Key] = set()  # Of an iterator, in the passes before this one.
        # Only a listing that has handed out nothing before; one from a cursor from elsewhere (None) may have.
        self._can_read_again = start["count"] == 0
        self._handed_out = 0
        self._failure: str | None = None
        if start["changed"] and self.options.verify:
            self._fail("The listing changed while it was read, and cannot be resumed from this checkpoint.")
        self._pass: PagePass[T] | CursorPass[T]
        if start["page"] is None:
            self._pass = CursorPass(start, compares=self.options.verify, earlier_cursors=cursors)
        else:
            self._pass = PagePass(start, resumed_total=start["total"] if self.options.verify else None)

    def next_request(self) -> PageRequest | None:
        """Return the next request that can be made now, or None."""
        return None if self.is_done else self._pass.next_request()

    def receive(self, request: PageRequest, result: Result) -> ReceivedPage[T]:
        """Take the *result* of the next *request*; an error gets the position before it. A 404 may be the end."""
        with self._errors_with_checkpoint():
            try:
                response = result()
            except NotFoundError as error:
                response = self._page_beyond_end(error)
            return self._take(request, response)

    def _page_beyond_end(self, error: NotFoundError) -> Response[Any]:
        """Return the empty page that a 404 for the next page may stand for, or raise it: there was no page before."""
        has_records = not self._can_read_again or self.passes > 1 or bool(self._pass.seen)
        if not has_records or isinstance(self._pass, CursorPass) or self._pass.page == 1:
            raise error
        page = PageBeyondEnd(error.with_traceback(None))
        return Response(parsed=page, is_documented_success=False, http=error.response)

    def _take(self, request: PageRequest, response: Response[Any]) -> ReceivedPage[T]:
        current = self._pass
        is_page = not current.asks_total and not isinstance(response.parsed, PageBeyondEnd)
        unseen = current.receive(cast(ListEnvelope[T], response.parsed))
        new = [record for key, record in unseen.items() if key not in self._seen_before]
        records = new[: self._left]
        self._handed_out += len(records)
        if self.collected is not None:
            self.collected += records
        if self._seen_before and len(records) < len(new):
            self._fail("The listing was read again, and max_items leaves no room for a record that was missed before.")
        elif self._left == 0 and not (self._seen_before or (self.options.verify and current.changed)):
            self.is_done = True
        elif current.ended:
            self._end_pass()  # From here on, self._pass may be the next one.
        checkpoint = self._position()
        self.progress = Progress(self._handed_out, current.total, self.progress.pages + is_page, checkpoint)
        return ReceivedPage(request=request, response=response, records=records, checkpoint=checkpoint, is_page=is_page)

    def report(self, page: ReceivedPage[T]) -> None:
        """Tell the caller how far the listing is after *page*."""
        if self.options.on_progress is not None and page.is_page:
            self.options.on_progress(self.progress)

    def widen(self) -> None:
        """Double the window, up to `concurrency`: the consumer keeps pace."""
        self.window = max(self.window, min(2 * self.window, self.options.concurrency))

    def raise_if_incomplete(self) -> None:
        """Raise an IncompleteListingError if the listing is not complete."""
        if self._failure is None:
            return
        error = IncompleteListingError(self._failure, expected=self._pass.expected, received=self._pass.received)
        with self._errors_with_checkpoint():
            raise error from self._pass.not_found

    @contextmanager
    def _errors_with_checkpoint(self) -> Generator[None, None, None]:
        """Give every error of ours the position after the last page, and the records of a list."""
        try:
            yield
        except RoundedError as error:
            error.checkpoint, error.partial = self.progress.checkpoint, self.collected
            raise

    @property
    def _left(self) -> int | None:
        """How many more records are of interest; None for all."""
        max_items = self.start["max_items"]
        return None if max_items is None else max_items - self._handed_out

    def _position(self) -> Checkpoint:
        mixes_passes = self.passes > 1 and self.collected is None
        count = self.start["count"]
        return {
            **self.start,
            "mode": "page" if isinstance(self._pass, PagePass) else "cursor",
            "page": self._pass.page,
            "cursor": self._pass.cursor,
            "count": None if count is None else count + self._handed_out,
            "total": self._pass.total,
            "max_items": self._left,
            "at_end": self.is_done and self._failure is None,
            "changed": mixes_passes or self._pass.changed or self._failure is not None,
        }

    def _end_pass(self) -> None:
        """End the listing, or begin the next pass."""
        if self._pass.is_complete or not self.options.verify:
            self.is_done = True
        elif not self._can_read_again or self.passes == MAX_PASSES:
            self._fail(self._what_is_missing())
        else:
            self.passes += 1
            if self.collected is None:
                self._seen_before |= self._pass.seen
            else:
                self.collected.clear()
                self._handed_out = 0
            self._pass = PagePass(self.start)  # After cursors, too: only page mode has a total.

    def _fail(self, what: str) -> None:
        self.is_done, self._failure = True, what

    def _what_is_missing(self) -> str:
        read = self._pass
        reason = "the listing changed while it was read" if read.changed else f"{read.expected} were expected"
        reason += " (there was a 404 for a page)" if read.not_found else ""
        how_often = f"; none of {self.passes} passes was complete" if self.passes > 1 else ""
        return f"{read.received} records came, but {reason}{how_often}."
