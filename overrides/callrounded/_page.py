"""One page of a listing, and the way from it to those after it.

`Page` is what users see of a `ReceivedPage`, which has come from a `Listing` or, for `list()`, from `single_page`.
`PendingPage` is what the async `list()` returns before it is awaited.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator
from contextlib import aclosing, closing
from typing import Any, Generic, NoReturn, TypeAlias, TypeVar, cast

import httpx

from callrounded_generated.responses import Response

from ._checkpoint import Checkpoint, ListEnvelope, PageRequest, new_checkpoint
from ._errors import PaginationError
from ._listing import Listing, ReceivedPage
from ._paging import keys_of

T = TypeVar("T")
R = TypeVar("R")

Read: TypeAlias = Callable[[Listing[T]], Generator[ReceivedPage[T], None, None]]
"""Reads the pages of a listing, each when its turn comes."""
AsyncRead: TypeAlias = Callable[[Listing[T]], AsyncGenerator[ReceivedPage[T], None]]


class _AnyPage(Generic[T, R]):
    """One page of a listing. Iterating it yields its records and those of the pages after it, to the last one.

    The iteration is either complete or raises, as `iter_all` does; each page is requested when its turn comes.

    Attributes:
        data: The records of this page, in the order of the server. On a page that was read again because the listing
            changed, only those that are new.
        message: What the API says about the response.
        status: The status as the body names it.
        current_page: The number of this page, in page mode.
        total_pages: How many pages there are, in page mode.
        total_items: How many records there are, in page mode.
        next_cursor: The cursor of the next page, in cursor mode.
        checkpoint: The position after this page, for `iter_all(checkpoint=...)`; after the last page there is nothing.
        response: The response. Where the API tells no total, that of an empty page after the last one may be a 404.
    """

    def __init__(self, page: ReceivedPage[T], read: R, cursors: frozenset[str | None] = frozenset()) -> None:
        """Show *page*, to which *cursors* led; *read* reads those after it."""
        envelope: Any = page.response.parsed
        self._envelope = envelope
        self.data: list[T] = list(page.records)
        self.message: str = envelope.message
        self.status: int = envelope.status
        self.current_page: int | None = envelope.current_page
        self.total_pages: int | None = envelope.total_pages
        self.total_items: int | None = envelope.total_items
        self.next_cursor: str | None = envelope.next_cursor
        self.checkpoint: Checkpoint = page.checkpoint
        self.response: httpx.Response = page.response.http
        self._received = page
        self._cursors = cursors | {page.request.cursor}
        self._read = read

    def has_next_page(self) -> bool:
        """Return whether there is a page after this one."""
        return not self.checkpoint["at_end"] and self._received.request.has_next(self._envelope)

    def to_dict(self) -> dict[str, Any]:
        """Return the page as JSON data, as it was received: what a web framework can send on."""
        data: dict[str, Any] = self._envelope.to_dict()
        return data

    def __repr__(self) -> str:
        number = "" if self.current_page is None else f" {self.current_page} of {self.total_pages}"
        return f"<{type(self).__name__}{number}: {len(self.data)} records>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A page leads to its client, which holds the key: pickle page.data and page.checkpoint.")

    def _listing_from_here(self) -> Listing[T]:
        """Return a listing that begins with this page, and has received it: its records, its total and its cursor."""
        page = self._received
        start = new_checkpoint(page.checkpoint["operation"], page.request)
        if page.request.cursor and (count := page.checkpoint["count"]) is not None:
            start["count"] = count - len(page.records)
        listing = Listing[T](start, cursors=self._cursors)
        listing.next_request()
        listing.receive(page.request, lambda: page.response)
        return listing

    def _listing_of_rest(self) -> Listing[T]:
        """Return the listing of the pages after this one."""
        if not self.has_next_page():
            raise PaginationError("No next page; check has_next_page() first.")
        return Listing(self._received.checkpoint, cursors=self._cursors)


class Page(_AnyPage[T, Read[T]]):
    __doc__ = _AnyPage.__doc__

    def __iter__(self) -> Iterator[T]:
        """Yield the records of this page and of those after it."""
        for page in self.iter_pages():
            yield from page.data

    def iter_pages(self) -> Iterator[Page[T]]:
        """Yield this page and those after it.

        Raises:
            RoundedError: a page did not come, or records are missing; see `iter_all`.
        """
        yield self
        with closing(self._read(self._listing_from_here())) as pages:
            last = self
            for page in pages:
                if page.is_page:
                    yield (last := Page(page, self._read, last._cursors))

    def get_next_page(self) -> Page[T]:
        """Request the page after this one and return it.

        Raises:
            PaginationError: this is the last one; check `has_next_page()` first.
            IncompleteListingError: the number of records has changed.
            RoundedError: the page did not come.
        """
        with closing(self._read(self._listing_of_rest())) as pages:
            return Page(next(pages), self._read, self._cursors)


class AsyncPage(_AnyPage[T, AsyncRead[T]]):
    __doc__ = _AnyPage.__doc__

    async def __aiter__(self) -> AsyncGenerator[T, None]:
        """Yield the records of this page and of those after it."""
        async with aclosing(self.iter_pages()) as pages:
            async for page in pages:
                for record in page.data:
                    yield record

    async def iter_pages(self) -> AsyncGenerator[AsyncPage[T], None]:
        """Yield this page and those after it: see `Page.iter_pages`."""
        yield self
        async with aclosing(self._read(self._listing_from_here())) as pages:
            last = self
            async for page in pages:
                if page.is_page:
                    yield (last := AsyncPage(page, self._read, last._cursors))

    async def get_next_page(self) -> AsyncPage[T]:
        """Request the page after this one and return it: see `Page.get_next_page`."""
        async with aclosing(self._read(self._listing_of_rest())) as pages:
            return AsyncPage(await anext(pages), self._read, self._cursors)


class PendingPage(Generic[T]):
    """A page that has not been requested yet: `await` it, or iterate the records from it on with `async for`."""

    def __init__(self, get: Callable[[], Awaitable[AsyncPage[T]]]) -> None:
        self._get = get

    def __await__(self) -> Generator[Any, None, AsyncPage[T]]:
        """Request the page and return it."""
        return self._get().__await__()

    async def __aiter__(self) -> AsyncGenerator[T, None]:
        """Request the page, and yield its records and those of the pages after it."""
        async with aclosing(aiter(await self)) as records:
            async for record in records:
                yield record

    def __repr__(self) -> str:
        return "<a page that is not requested yet: await it>"


def single_page(operation: str, request: PageRequest, response: Response[Any]) -> ReceivedPage[Any]:
    """Return the page of *operation* that was requested alone, whatever the server says of it."""
    page: ListEnvelope[Any] = cast(Any, response.parsed)
    start = new_checkpoint(operation, request)
    distinct = len(set(keys_of(page.data)))
    checkpoint: Checkpoint = {
        **start,
        "page": None if start["page"] is None else start["page"] + 1,
        "cursor": page.next_cursor or None if request.use_cursor else None,
        "count": None if start["count"] is None else start["count"] + distinct,
        "total": None if start["page"] is None else page.total_items,
        "at_end": not request.has_next(page),
        "changed": start["page"] is not None and distinct < len(page.data),
    }
    return ReceivedPage(request=request, response=response, records=page.data, checkpoint=checkpoint)
