"""One page of a listing, and the way from it to those after it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from ._checkpoint import Checkpoint, Plan, Position, to_checkpoint
from ._errors import ConfigurationError, PaginationError
from ._pace import Pace
from ._pages import ListEnvelope, ListRequest, next_request
from ._paging import Batch, Listing

if TYPE_CHECKING:
    import httpx

    from ._async_listing import AsyncBatches, AsyncSource
    from ._connection import Answer
    from ._listing import Batches, Source
    from ._reading import SinglePage

T = TypeVar("T")
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Place(Generic[T]):
    """Where a page stands in the listing that it belongs to.

    Attributes:
        data: The records that the page shows.
        records: Those that count when its listing is walked.
        position: The position after them.
        start: Where the listing began, if it began with this page.
    """

    data: list[T]
    records: list[T]
    position: Position
    start: Position | None = None


def place_of(batch: Batch[T]) -> Place[T]:
    """Return the place of a page that a listing has handed out."""
    return Place(batch.records, batch.records, batch.position)


def place_of_first(asked: SinglePage, answer: Answer[ListEnvelope[T]]) -> Place[T]:
    """Return the place of a page that was *asked* for alone: it shows what the server has put on it."""
    data = answer.value.data
    try:
        batch = _begin(asked.plan, asked.start, answer)[1]
    except PaginationError:
        # It is not the page that was asked for; that matters when somebody walks on from it.
        return Place(data, data, asked.start, asked.start)
    return Place(data, batch.records, batch.position, asked.start)


def _begin(plan: Plan, start: Position, answer: Answer[ListEnvelope[T]]) -> tuple[Listing[T], Batch[T]]:
    """Return a listing that has received its first *answer*, and what it handed out of that.

    Raises:
        PaginationLoopError: it is another page than the one asked for.
    """
    listing = Listing[T](plan, start)
    (request,) = listing.wanted(1, 1)
    listing.receive(request, answer)
    batch = listing.advance()
    assert batch is not None, "the answer was there"
    return listing, batch


class _AnyPage(Generic[T]):
    """What the pages of both worlds have in common."""

    def __init__(self, plan: Plan, request: ListRequest, answer: Answer[ListEnvelope[T]], place: Place[T]) -> None:
        self._plan = plan
        self._request = request
        self._envelope = answer.value
        self._answer: Answer[ListEnvelope[T]] | None = answer
        self._place = place

    @property
    def data(self) -> list[T]:
        """The records of this page, in the order of the server.

        On a page that another one led to, those are left out that come again because others were added meanwhile.
        """
        return self._place.data

    @property
    def message(self) -> str:
        """What the API says about the answer."""
        return self._envelope.message

    @property
    def status(self) -> int:
        """The status as the body names it."""
        return self._envelope.status

    @property
    def current_page(self) -> int | None:
        """The number of this page, in page mode."""
        return self._envelope.current_page

    @property
    def total_pages(self) -> int | None:
        """How many pages there are, in page mode."""
        return self._envelope.total_pages

    @property
    def total_items(self) -> int | None:
        """How many records there are, in page mode."""
        return self._envelope.total_items

    @property
    def next_cursor(self) -> str | None:
        """The cursor of the next page, in cursor mode."""
        return self._envelope.next_cursor

    @property
    def response(self) -> httpx.Response | None:
        """The answer as it came; None when the page was pickled."""
        return None if self._answer is None else self._answer.response

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The position after this page, for `iter_all(checkpoint=...)`; None on the last one."""
        return to_checkpoint(self._plan, self._place.position) if self.has_next_page() else None

    def has_next_page(self) -> bool:
        """Return whether there is a page after this one."""
        return next_request(self._request, self._envelope) is not None

    def __repr__(self) -> str:
        number = "" if self.current_page is None else f" {self.current_page} of {self.total_pages}"
        return f"<{type(self).__name__}{number}: {len(self.data)} records>"

    def __getstate__(self) -> dict[str, Any]:
        # Without the client, which holds the key, and the answer, which knows the request. And without the cursors that
        # led here: a chain as long as the listing, too long to be pickled.
        position = replace(self._place.position, trail=None)
        return vars(self) | {"_source": None, "_answer": None, "_place": replace(self._place, position=position)}

    def _check_next_page(self) -> None:
        if not self.has_next_page():
            raise PaginationError("This is the last page; has_next_page() says so.")

    def _listing_after(self) -> Listing[T]:
        """Return the listing of the records after this page.

        Raises:
            PaginationLoopError: this page is not the one that was asked for.
        """
        if self._place.start is None or self._answer is None:
            return Listing(self._plan, self._place.position)
        # With what came already, so that it knows the whole.
        return _begin(self._plan, self._place.start, self._answer)[0]


class Page(_AnyPage[T]):
    """One page of a listing. Iterating it walks its records and those of the pages after it, to the last one.

    The walk is complete or ends in an error, as `iter_all` is; each page is requested when its turn comes.
    """

    def __init__(
        self,
        source: Source[T],
        plan: Plan,
        request: ListRequest,
        answer: Answer[ListEnvelope[T]],
        place: Place[T],
    ) -> None:
        super().__init__(plan, request, answer, place)
        self._source: Source[T] | None = source

    def __iter__(self) -> Iterator[T]:
        """Walk the records of this page and of those after it."""
        yield from self._place.records
        with self._batches_after() as batches:
            for batch in batches:
                yield from batch.records

    def iter_pages(self) -> Iterator[Page[T]]:
        """Yield this page and those after it.

        Raises:
            RoundedError: a page did not come, or records were lost; see `iter_all`.
        """
        yield self
        with self._batches_after() as batches:
            for batch in batches:
                yield self._page_of(batch)

    def get_next_page(self) -> Page[T]:
        """Request the page after this one and return it.

        Raises:
            PaginationError: this is the last one; ask `has_next_page()`.
            RoundedError: the page did not come.
        """
        self._check_next_page()
        with self._batches_after() as batches:
            return self._page_of(next(batches))

    def _batches_after(self) -> Batches[T]:
        return _not_gone(self._source).read(self._plan, self._listing_after(), Pace(1, window=1))

    def _page_of(self, batch: Batch[T]) -> Page[T]:
        return Page(_not_gone(self._source), self._plan, batch.request, batch.answer, place_of(batch))


class AsyncPage(_AnyPage[T]):
    """One page of a listing. Iterating it walks its records and those of the pages after it, to the last one.

    The walk is complete or ends in an error, as `iter_all` is; each page is requested when its turn comes.
    """

    def __init__(
        self,
        source: AsyncSource[T],
        plan: Plan,
        request: ListRequest,
        answer: Answer[ListEnvelope[T]],
        place: Place[T],
    ) -> None:
        super().__init__(plan, request, answer, place)
        self._source: AsyncSource[T] | None = source

    def __aiter__(self) -> AsyncIterator[T]:
        """Walk the records of this page and of those after it."""
        return _walk(self)

    async def iter_pages(self) -> AsyncIterator[AsyncPage[T]]:
        """Yield this page and those after it.

        Raises:
            RoundedError: a page did not come, or records were lost; see `iter_all`.
        """
        yield self
        async with self._batches_after() as batches:
            async for batch in batches:
                yield self._page_of(batch)

    async def get_next_page(self) -> AsyncPage[T]:
        """Request the page after this one and return it.

        Raises:
            PaginationError: this is the last one; ask `has_next_page()`.
            RoundedError: the page did not come.
        """
        self._check_next_page()
        async with self._batches_after() as batches:
            return self._page_of(await anext(batches))

    def _batches_after(self) -> AsyncBatches[T]:
        return _not_gone(self._source).read(self._plan, self._listing_after(), Pace(1, window=1))

    def _page_of(self, batch: Batch[T]) -> AsyncPage[T]:
        return AsyncPage(_not_gone(self._source), self._plan, batch.request, batch.answer, place_of(batch))


class PageToCome(Generic[T]):
    """A page that has not been requested yet: `await` it, or iterate the records from it on with `async for`."""

    def __init__(self, source: AsyncSource[T], asked: SinglePage) -> None:
        self._source = source
        self._asked = asked

    def __await__(self) -> Generator[Any, None, AsyncPage[T]]:
        """Request the page and return it."""
        return self._get().__await__()

    def __aiter__(self) -> AsyncIterator[T]:
        """Request the page, and walk its records and those of the pages after it."""
        return _walk(self)

    def __repr__(self) -> str:
        return "<a page that is not requested yet: await it>"

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            hint = ": await it first, page = await client.….list(…)" if hasattr(AsyncPage, name) else ""
            raise AttributeError(f"A page that is not requested yet has no attribute {name!r}{hint}.")

    async def _get(self) -> AsyncPage[T]:
        asked = self._asked
        answer = await self._source.get(asked.plan, asked.request)
        return AsyncPage(self._source, asked.plan, asked.request, answer, place_of_first(asked, answer))


async def _walk(page: AsyncPage[T] | PageToCome[T]) -> AsyncIterator[T]:
    # One generator for both: the event loop does not close a generator within a generator in good order.
    if isinstance(page, PageToCome):
        page = await page
    for record in page._place.records:  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        yield record
    async with page._batches_after() as batches:  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        async for batch in batches:
            for record in batch.records:
                yield record


def _not_gone(source: S | None) -> S:
    if source is None:
        raise ConfigurationError(
            "This page was pickled or copied and has no client. To go on from it: iter_all(checkpoint=page.checkpoint)."
        )
    return source
