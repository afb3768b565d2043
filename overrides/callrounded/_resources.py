"""From list operations to what users call: `phone_numbers = SyncList(api.list_phone_numbers)` in the class of a client.

That line is all that one more list endpoint needs: the parameters of `list()` and the type of the records are the
operation's.
"""

from __future__ import annotations

import builtins
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Protocol, Self, TypeVar, overload

from ._async_listing import AsyncSource
from ._checkpoint import Checkpoint
from ._errors import APIError, PaginationError
from ._identity import in_order_of
from ._listing import Source
from ._page import Page, PageToCome, place_of_first
from ._pages import ListEnvelope, OnProgress
from ._reading import Reading, single_page

if TYPE_CHECKING:
    from callrounded_generated.operation import Operation

    from ._connection import AsyncConnection, Connection

P = ParamSpec("P")
T = TypeVar("T")


class _SyncClient(Protocol):
    @property
    def _connection(self) -> Connection: ...


class _AsyncClient(Protocol):
    @property
    def _connection(self) -> AsyncConnection: ...


class SyncList(Generic[P, T]):
    """Gives the clients of a class a resource with the methods of a list operation."""

    def __init__(self, operation: Operation[P, ListEnvelope[T], object]) -> None:
        self._operation = operation

    @overload
    def __get__(self, client: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, client: _SyncClient, owner: type[Any]) -> ListResource[P, T]: ...
    def __get__(self, client: _SyncClient | None, owner: type[Any]) -> Self | ListResource[P, T]:
        if client is None:
            return self
        # Private to users; the protocol says that a client has it.
        connection = client._connection  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        return ListResource(connection, self._operation)


class AsyncList(Generic[P, T]):
    """Gives the async clients of a class a resource with the methods of a list operation."""

    def __init__(self, operation: Operation[P, ListEnvelope[T], object]) -> None:
        self._operation = operation

    @overload
    def __get__(self, client: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, client: _AsyncClient, owner: type[Any]) -> AsyncListResource[P, T]: ...
    def __get__(self, client: _AsyncClient | None, owner: type[Any]) -> Self | AsyncListResource[P, T]:
        if client is None:
            return self
        # As above.
        connection = client._connection  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        return AsyncListResource(connection, self._operation)


class ListResource(Generic[P, T]):
    """The records of one kind: a page of them, an iterator of all, or a list of all."""

    def __init__(self, connection: Connection, operation: Operation[P, ListEnvelope[T], object]) -> None:
        self._source: Source[T] = Source(connection, operation)
        self._operation = operation

    def __repr__(self) -> str:
        return f"<{self._operation.name} of {self._source.connection!r}>"

    def iter_all(
        self,
        *,
        limit: int | None = 1000,
        page: int | None = None,
        use_cursor: bool | None = None,
        cursor: str | None = None,
        max_items: int | None = None,
        concurrency: int = 8,
        verify: bool = True,
        checkpoint: Checkpoint | None = None,
        on_progress: OnProgress | None = None,
        **filters: Any,
    ) -> Iterator[T]:
        """Yield every record, page after page, in the order of the server.

        Every record that was there throughout comes exactly once, or an error is raised: after the last record, if only
        the end shows that something is missing. What had to be looked for again comes when it is found. No more than
        the pages under way, and the ids, are held in memory. Nothing is requested before the first record is asked
        for. Leaving the loop ends the requests under way: the sync client waits for them, the async one hangs up.

        Args:
            limit: Records per page.
            page: The page to start with, the first by default. Other than in cursor mode.
            use_cursor: True goes from cursor to cursor, anything else from page number to page number.
            cursor: The cursor to start with; it implies cursor mode.
            max_items: So many records at most. What comes after them is neither requested nor verified.
            concurrency: So many pages at once at most, as soon as the consumer keeps up.
            verify: Whether to compare what came with the total that the API reports, and to repair what is missing.
            checkpoint: Where to go on: of a `Page`, or of an error. It brings limit and filters with it.
            on_progress: Called after each page with a `Progress`.
            **filters: Other parameters of the operation.

        Raises:
            ConfigurationError: an argument or the checkpoint cannot be used; at once.
            APIError: a page did not come; it has the checkpoint after the last record.
            IncompleteListingError: records were lost, or the listing kept changing.
            PaginationLoopError: the server keeps handing out the same page or cursor.
        """
        reading = Reading[T].begin(
            self._operation,
            limit=limit,
            page=page,
            use_cursor=use_cursor,
            cursor=cursor,
            max_items=max_items,
            concurrency=concurrency,
            verify=verify,
            checkpoint=checkpoint,
            on_progress=on_progress,
            filters=filters,
        )
        return self._records(reading)

    def list_all(
        self,
        *,
        limit: int | None = 1000,
        page: int | None = None,
        use_cursor: bool | None = None,
        cursor: str | None = None,
        max_items: int | None = None,
        concurrency: int = 8,
        verify: bool = True,
        checkpoint: Checkpoint | None = None,
        on_progress: OnProgress | None = None,
        **filters: Any,
    ) -> builtins.list[T]:
        """Return every record, in the order of the server, or raise an error.

        The arguments are those of `iter_all`; so many pages as *concurrency* says are under way at once.

        Raises:
            ConfigurationError: an argument or the checkpoint cannot be used.
            APIError, PaginationError: as in `iter_all`. `partial` has the records before it, `checkpoint` where to go
                on: together with what `list_all(checkpoint=error.checkpoint)` returns, they are the whole.
        """
        reading = Reading[T].begin(
            self._operation,
            limit=limit,
            page=page,
            use_cursor=use_cursor,
            cursor=cursor,
            max_items=max_items,
            concurrency=concurrency,
            verify=verify,
            checkpoint=checkpoint,
            on_progress=on_progress,
            filters=filters,
        )
        records: builtins.list[T] = []
        try:
            with self._source.read(reading.plan, reading.listing, reading.threaded_pace()) as batches:
                for batch in batches:
                    records += batch.records
        except (APIError, PaginationError) as error:
            error.partial = records
            raise
        return in_order_of(reading.listing.order, records)

    def list(self, *args: P.args, **kwargs: P.kwargs) -> Page[T]:
        """Request one page and return it; iterating it walks on to the last one.

        Args:
            *args: The parameters of the operation, by position.
            **kwargs: The same, by name. Those for paging are `page`, the number of the page; `limit`, records per page;
                `use_cursor`; and `cursor`, which implies cursor mode. What is not given, or None, is not sent; in
                cursor mode `page` is not sent.

        Raises:
            ConfigurationError: a parameter cannot be used, or not together with another.
            APIError: the page did not come.
        """
        asked = single_page(self._operation, args, kwargs)
        answer = self._source.get(asked.plan, asked.request)
        return Page(self._source, asked.plan, asked.request, answer, place_of_first(asked, answer))

    def _records(self, reading: Reading[T]) -> Generator[T, None, None]:
        with self._source.read(reading.plan, reading.listing, reading.opening_pace()) as batches:
            for batch in batches:
                yield from batch.records


class AsyncListResource(Generic[P, T]):
    """The records of one kind: a page of them, an iterator of all, or a list of all."""

    def __init__(self, connection: AsyncConnection, operation: Operation[P, ListEnvelope[T], object]) -> None:
        self._source: AsyncSource[T] = AsyncSource(connection, operation)
        self._operation = operation

    def __repr__(self) -> str:
        return f"<{self._operation.name} of {self._source.connection!r}>"

    def iter_all(
        self,
        *,
        limit: int | None = 1000,
        page: int | None = None,
        use_cursor: bool | None = None,
        cursor: str | None = None,
        max_items: int | None = None,
        concurrency: int = 8,
        verify: bool = True,
        checkpoint: Checkpoint | None = None,
        on_progress: OnProgress | None = None,
        **filters: Any,
    ) -> AsyncIterator[T]:
        """Yield every record, page after page, in the order of the server: see `Rounded`."""
        reading = Reading[T].begin(
            self._operation,
            limit=limit,
            page=page,
            use_cursor=use_cursor,
            cursor=cursor,
            max_items=max_items,
            concurrency=concurrency,
            verify=verify,
            checkpoint=checkpoint,
            on_progress=on_progress,
            filters=filters,
        )
        return self._records(reading)

    async def list_all(
        self,
        *,
        limit: int | None = 1000,
        page: int | None = None,
        use_cursor: bool | None = None,
        cursor: str | None = None,
        max_items: int | None = None,
        concurrency: int = 8,
        verify: bool = True,
        checkpoint: Checkpoint | None = None,
        on_progress: OnProgress | None = None,
        **filters: Any,
    ) -> builtins.list[T]:
        """Return every record, in the order of the server, or raise an error: see `Rounded`."""
        reading = Reading[T].begin(
            self._operation,
            limit=limit,
            page=page,
            use_cursor=use_cursor,
            cursor=cursor,
            max_items=max_items,
            concurrency=concurrency,
            verify=verify,
            checkpoint=checkpoint,
            on_progress=on_progress,
            filters=filters,
        )
        records: builtins.list[T] = []
        try:
            async with self._source.read(reading.plan, reading.listing, reading.at_full_pace()) as batches:
                async for batch in batches:
                    records += batch.records
        except (APIError, PaginationError) as error:
            error.partial = records
            raise
        return in_order_of(reading.listing.order, records)

    def list(self, *args: P.args, **kwargs: P.kwargs) -> PageToCome[T]:
        """Request one page: `await` it, or iterate it with `async for` to walk on to the last record.

        Args:
            *args: The parameters of the operation, by position.
            **kwargs: The same, by name. Those for paging are `page`, the number of the page; `limit`, records per page;
                `use_cursor`; and `cursor`, which implies cursor mode. What is not given, or None, is not sent; in
                cursor mode `page` is not sent.

        Raises:
            ConfigurationError: a parameter cannot be used, or not together with another; at once.
            APIError: the page did not come.
        """
        return PageToCome(self._source, single_page(self._operation, args, kwargs))

    async def _records(self, reading: Reading[T]) -> AsyncGenerator[T, None]:
        async with self._source.read(reading.plan, reading.listing, reading.opening_pace()) as batches:
            async for batch in batches:
                for record in batch.records:
                    yield record


# The arguments and errors are the same; help() shows them here, too.
for _name in ("iter_all", "list_all"):
    vars(AsyncListResource)[_name].__doc__ = vars(ListResource)[_name].__doc__
