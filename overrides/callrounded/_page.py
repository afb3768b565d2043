"""One page of a listing, and the way from it to those after it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator
from contextlib import aclosing, closing
from typing import Any, Generic, TypeAlias, TypeVar, cast

import httpx

from callrounded_generated.responses import Response

from ._checkpoint import Checkpoint, as_json, new_checkpoint
from ._errors import ConfigurationError, PaginationError
from ._listing import Listing, ReceivedPage, at_position
from ._page_request import ListEnvelope, next_page_request

T = TypeVar("T")
R = TypeVar("R")

Read: TypeAlias = Callable[[Listing[T]], Generator[ReceivedPage[T], None, None]]
"""Reads the pages of a listing, each when its turn comes."""
AsyncRead: TypeAlias = Callable[[Listing[T]], AsyncGenerator[ReceivedPage[T], None]]


class _AnyPage(Generic[T, R]):
    """What the pages of both worlds have in common."""

    def __init__(self, page: ReceivedPage[T], read: R, cursors: frozenset[str | None] = frozenset()) -> None:
        """Show *page*, to which *cursors* led; *read* reads those after it."""
        if page.response is None:
            raise PaginationError("No next page: the listing ends here.")
        self._request, self._data, self._checkpoint = page.request, page.records, page.checkpoint
        self._cursors = cursors | {page.request.cursor}
        self._envelope: ListEnvelope[T] = cast(Any, page.response.parsed)
        self._response: Response[Any] | None = page.response
        self._reader: R | None = read

    @property
    def data(self) -> list[T]:
        """The records of this page, in the order of the server.

        On a page that was read again because the listing changed, only those that are new.
        """
        return self._data

    @property
    def message(self) -> str:
        """What the API says about the response."""
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
        """The response; None when the page was pickled."""
        return None if self._response is None else self._response.http

    @property
    def checkpoint(self) -> Checkpoint:
        """The position after this page, for `iter_all(checkpoint=...)`; from the last page on there is nothing."""
        return as_json(self._checkpoint)

    def has_next_page(self) -> bool:
        """Return whether there is a page after this one."""
        return next_page_request(self._request, self._envelope) is not None

    def __repr__(self) -> str:
        number = "" if self.current_page is None else f" {self.current_page} of {self.total_pages}"
        return f"<{type(self).__name__}{number}: {len(self.data)} records>"

    def __getstate__(self) -> dict[str, Any]:
        # Without the client, which holds the key, and the response.
        return vars(self) | {"_reader": None, "_response": None}

    @property
    def _read(self) -> R:
        if self._reader is None:
            raise ConfigurationError(
                "This page was pickled or copied and has no client. Resume with iter_all(checkpoint=page.checkpoint)."
            )
        return self._reader

    def _listing(self) -> Listing[T]:
        """Return the listing that begins with this page, which it has received.

        Raises:
            PaginationLoopError: it is another page than the one requested.
        """
        sent, after = self._request, self._checkpoint
        start = new_checkpoint(
            after["operation"],
            limit=after["limit"],
            filters=after["filters"],
            page=sent.page,
            use_cursor=sent.use_cursor,
            cursor=sent.cursor,
        )
        listing = Listing[T](start)
        listing.next_request()
        with at_position(listing):
            listing.receive(sent, self._response)
        return listing

    def _listing_after(self) -> Listing[T]:
        """Return the listing of the pages after this one."""
        if not self.has_next_page():
            raise PaginationError("No next page; check has_next_page() first.")
        return Listing(self._checkpoint, cursors=self._cursors)


class Page(_AnyPage[T, Read[T]]):
    """One page of a listing. Iterating it yields its records and those of the pages after it, to the last one.

    The iteration is either complete or raises, as `iter_all` does; each page is requested when its turn comes.
    """

    def __iter__(self) -> Iterator[T]:
        """Yield the records of this page and of those after it."""
        for page in self.iter_pages():
            yield from page.data

    def iter_pages(self) -> Iterator[Page[T]]:
        """Yield this page and those after it.

        Raises:
            RoundedError: a page did not come, or records are missing; see `iter_all`.
        """
        read, cursors = self._read, self._cursors
        yield self
        with closing(read(self._listing())) as pages:
            for page in pages:
                if page.response is not None:
                    yield Page(page, read, cursors)

    def get_next_page(self) -> Page[T]:
        """Request the page after this one and return it.

        Raises:
            PaginationError: this is the last one; check `has_next_page()` first.
            IncompleteListingError: the number of records has changed.
            RoundedError: the page did not come.
        """
        with closing(self._read(self._listing_after())) as pages:
            return Page(next(pages), self._read, self._cursors)


class AsyncPage(_AnyPage[T, AsyncRead[T]]):
    """One page of a listing. Iterating it yields its records and those of the pages after it, to the last one.

    The iteration is either complete or raises, as `iter_all` does; each page is requested when its turn comes.
    """

    async def __aiter__(self) -> AsyncGenerator[T, None]:
        """Yield the records of this page and of those after it."""
        async with aclosing(self.iter_pages()) as pages:
            async for page in pages:
                for record in page.data:
                    yield record

    async def iter_pages(self) -> AsyncGenerator[AsyncPage[T], None]:
        """Yield this page and those after it.

        Raises:
            RoundedError: a page did not come, or records are missing; see `iter_all`.
        """
        read, cursors = self._read, self._cursors
        yield self
        async with aclosing(read(self._listing())) as pages:
            async for page in pages:
                if page.response is not None:
                    yield AsyncPage(page, read, cursors)

    async def get_next_page(self) -> AsyncPage[T]:
        """Request the page after this one and return it.

        Raises:
            PaginationError: this is the last one; check `has_next_page()` first.
            IncompleteListingError: the number of records has changed.
            RoundedError: the page did not come.
        """
        async with aclosing(self._read(self._listing_after())) as pages:
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
