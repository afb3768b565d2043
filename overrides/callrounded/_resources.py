"""From list operations to what users call: `phone_numbers = ListResource(list_phone_numbers, listing_options)`.

That line in the class of a client is all that one more list endpoint needs. The parameters of `list()` are those of the
operation, the parameters of `iter_all()` and `list_all()` those of a function such as `listing_options`. An operation
with filters has a function of its own, of two lines:

    def call_listing_options(*, status: str | None = None, **listing: Unpack[ListingArguments]) -> ListingOptions:
        return with_filters(listing_options(**listing), status=status)
"""

from __future__ import annotations

import builtins
import copy
import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import aclosing, closing
from types import MethodType
from typing import Any, Generic, ParamSpec, Protocol, Self, TypeAlias, TypeVar

from callrounded_generated.responses import Response

from ._arguments import ListingArguments, ListingOptions, start_of
from ._checkpoint import Plan, Position
from ._errors import ConfigurationError, RoundedError
from ._listing import Listing, ReceivedPage
from ._operation import Operation, by_name, name_of
from ._page import AsyncPage, Page, PendingPage
from ._page_context import PageContext
from ._paging import ListEnvelope, PageRequest
from ._prefetch import read_pages, read_pages_async
from ._retry import Hold
from ._signatures import with_parameters

P = ParamSpec("P")
L = ParamSpec("L")
T = TypeVar("T")
Send: TypeAlias = Callable[[Operation[..., object], dict[str, Any], Hold | None], Response[Any]]
AsyncSend: TypeAlias = Callable[[Operation[..., object], dict[str, Any], Hold | None], Awaitable[Response[Any]]]
S = TypeVar("S", Send, AsyncSend)
S_co = TypeVar("S_co", Send, AsyncSend, covariant=True)

_PAGING = frozenset({"page", "limit", "use_cursor", "cursor"})
_OURS = frozenset(ListingArguments.__annotations__) - _PAGING


class _Client(Protocol[S_co]):
    @property
    def _send(self) -> S_co: ...


class _AnyListResource(Generic[P, L, T, S]):
    """What the resources of both worlds have in common. In the class of a client it is a descriptor."""

    def __init__(self, operation: Operation[P, ListEnvelope[T]], listing: Callable[L, ListingOptions]) -> None:
        """Make a resource.

        Args:
            operation: A generated module whose operation lists records.
            listing: Checks the arguments of `iter_all` and `list_all`; its parameters are theirs.
        """
        self._operation = operation
        self._options = listing
        self._send: S
        parameters = inspect.signature(operation.sync_detailed).parameters
        self._filters = set(parameters) - _PAGING - {"client"}
        self._ambiguous = _OURS & self._filters
        shown = [parameter for parameter in parameters.values() if parameter.name != "client"]
        # So that help() and notebooks show the real parameters.
        self._methods = {
            name: with_parameters(vars(type(self))[name], parameters)
            for name, parameters in (
                ("list", shown),
                ("iter_all", [*inspect.signature(listing).parameters.values()]),
                ("list_all", [*inspect.signature(listing).parameters.values()]),
            )
        }

    def __get__(self, client: _Client[S] | None, owner: type[Any]) -> Self:
        """Return the resource of *client*."""
        if client is None:
            return self
        bound = copy.copy(self)
        vars(bound).update({name: MethodType(method, bound) for name, method in self._methods.items()})
        # Private to users; the protocol says that a client has it.
        bound._send = client._send  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
        return bound

    def __repr__(self) -> str:
        return f"<list resource: {name_of(self._operation)}>"

    def _single(self, arguments: dict[str, Any]) -> tuple[Plan, Position, PageRequest]:
        """Return the listing that one page with these *arguments* is a part of, its start, and the request.

        Raises:
            ConfigurationError: pagination parameters contradict each other.
        """
        start = start_of(arguments.get("page"), arguments.get("use_cursor"), arguments.get("cursor"))
        if start.page is None:
            arguments["use_cursor"] = True
        filters = {name: value for name, value in arguments.items() if name not in _PAGING and value is not None}
        plan = Plan(operation=name_of(self._operation), limit=arguments.get("limit"), filters=filters)
        return plan, start, PageRequest(**{name: arguments.get(name) for name in _PAGING})

    def _begin(self, options: ListingOptions, arguments: dict[str, Any], *, starts_over: bool) -> Listing[T]:
        """Return the listing that these arguments of `iter_all` or `list_all` ask for.

        Raises:
            ConfigurationError: the checkpoint cannot be used, or an argument is ambiguous.
        """
        if ambiguous := self._ambiguous & set(arguments):
            raise ConfigurationError(
                f"{name_of(self._operation)} has a parameter {min(ambiguous)} of its own: pass it to list(), "
                "and iterate the page."
            )
        plan, start = options.plan(name_of(self._operation))
        if unknown := set(plan.filters) - self._filters:
            raise ConfigurationError(f"The checkpoint is damaged: {min(unknown)!r:.80} is no filter of this listing.")
        return Listing(plan, start, starts_over=starts_over)


class ListResource(_AnyListResource[P, L, T, Send]):
    """The records of one kind: a page of them, an iterator of all, or a list of all."""

    def iter_all(self, *args: L.args, **kwargs: L.kwargs) -> Iterator[T]:  # noqa: D417 - these are the keywords
        """Yield every record, page after page, in the order of the server.

        Every record that was there throughout comes exactly once, or an error is raised: after the last record, if only
        the end shows that something is missing. If the listing changes while it is read, it is read again, and records
        that are new come then. Only the pages in flight, and the ids, are held in memory. Nothing is requested before
        the first record is asked for. Leaving the loop waits for the requests in flight.

        Args:
            limit: Records per page, 1000 by default.
            page: The number of the page to start with. Not with a cursor.
            use_cursor: True reads from cursor to cursor, otherwise by page number.
            cursor: The cursor to start with; it implies cursor mode.
            max_items: Maximum number of records. What comes after them is neither requested nor verified.
            concurrency: Maximum number of pages in flight, 8 by default. Ignored in cursor mode.
            verify: Whether to make sure that the listing is complete, and to read it again if it is not.
            checkpoint: Where to resume: of a `Page`, or of an error. It brings limit and filters with it.
            on_progress: Called after each page with a `Progress`.

        Raises:
            ConfigurationError: an argument or the checkpoint cannot be used; at once.
            APIError: a page did not come; it has the checkpoint after the last record.
            IncompleteListingError: records are missing, or the listing kept changing.
            PaginationLoopError: the server keeps handing out the same page or cursor.
        """
        options = self._options(*args, **kwargs)
        return self._records(self._begin(options, kwargs, starts_over=False), options)

    def list_all(self, *args: L.args, **kwargs: L.kwargs) -> builtins.list[T]:
        """Return every record, in the order of the server, or raise an error.

        The arguments are those of `iter_all`; up to *concurrency* pages are fetched at once.

        Raises:
            ConfigurationError: an argument or the checkpoint cannot be used.
            APIError, PaginationError: as in `iter_all`. `partial` has the records before it, `checkpoint` where to
                resume: together with what `list_all(checkpoint=error.checkpoint)` returns, they are the whole.
        """
        options = self._options(*args, **kwargs)
        records: builtins.list[T] = []
        try:
            with closing(
                self._read(self._begin(options, kwargs, starts_over=True), window=None, options=options)
            ) as pages:
                for page in pages:
                    records += page.records
                    if page.reads_again:
                        records.clear()
        except RoundedError as error:
            error.partial = records
            raise
        return records

    def list(self, *args: P.args, **kwargs: P.kwargs) -> Page[T]:
        """Request one page and return it; iterating it goes on to the last one.

        The parameters are those of the operation. `cursor` implies cursor mode. None omits a parameter; the API applies
        its default.

        Raises:
            ConfigurationError: a parameter cannot be used, or not together with another.
            APIError: the page did not come.
        """
        plan, start, request = self._single(by_name(self._operation, args, kwargs))
        response = self._send(self._operation, kwargs, None)
        context = PageContext[T].first(plan, start, request, response)
        return Page(context, lambda listing: self._read(listing, window=0))

    def _records(self, listing: Listing[T], options: ListingOptions) -> Generator[T, None, None]:
        with closing(self._read(listing, window=1, options=options)) as pages:
            for page in pages:
                yield from page.records

    def _read(
        self, listing: Listing[T], *, window: int | None, options: ListingOptions | None = None
    ) -> Generator[ReceivedPage[T], None, None]:
        def send(request: PageRequest, hold: Hold) -> Response[Any]:
            return self._send(self._operation, listing.plan.filters | request.arguments(), hold)

        concurrency, on_progress = (1, None) if options is None else (options.concurrency, options.on_progress)
        return read_pages(listing, send, concurrency=concurrency, window=window, on_progress=on_progress)


class AsyncListResource(_AnyListResource[P, L, T, AsyncSend]):
    """The records of one kind: a page of them, an iterator of all, or a list of all."""

    def iter_all(self, *args: L.args, **kwargs: L.kwargs) -> AsyncIterator[T]:
        """Yield every record, page after page, in the order of the server: see `ListResource.iter_all`."""
        options = self._options(*args, **kwargs)
        return self._records(self._begin(options, kwargs, starts_over=False), options)

    async def list_all(self, *args: L.args, **kwargs: L.kwargs) -> builtins.list[T]:
        """Return every record, in the order of the server, or raise an error: see `ListResource.list_all`."""
        options = self._options(*args, **kwargs)
        records: builtins.list[T] = []
        try:
            async with aclosing(
                self._read(self._begin(options, kwargs, starts_over=True), window=None, options=options)
            ) as pages:
                async for page in pages:
                    records += page.records
                    if page.reads_again:
                        records.clear()
        except RoundedError as error:
            error.partial = records
            raise
        return records

    def list(self, *args: P.args, **kwargs: P.kwargs) -> PendingPage[T]:
        """Request one page: `await` it, or iterate it with `async for`, which goes on to the last record.

        The parameters are those of the operation. `cursor` implies cursor mode. None omits a parameter; the API applies
        its default.

        Raises:
            ConfigurationError: a parameter cannot be used, or not together with another.
            APIError: the page did not come.
        """
        plan, start, request = self._single(by_name(self._operation, args, kwargs))

        async def get() -> AsyncPage[T]:
            response = await self._send(self._operation, kwargs, None)
            return AsyncPage(
                PageContext[T].first(plan, start, request, response), lambda listing: self._read(listing, window=0)
            )

        return PendingPage(get)

    async def _records(self, listing: Listing[T], options: ListingOptions) -> AsyncGenerator[T, None]:
        async with aclosing(self._read(listing, window=1, options=options)) as pages:
            async for page in pages:
                for record in page.records:
                    yield record

    def _read(
        self, listing: Listing[T], *, window: int | None, options: ListingOptions | None = None
    ) -> AsyncGenerator[ReceivedPage[T], None]:
        async def send(request: PageRequest, hold: Hold) -> Response[Any]:
            return await self._send(self._operation, listing.plan.filters | request.arguments(), hold)

        concurrency, on_progress = (1, None) if options is None else (options.concurrency, options.on_progress)
        return read_pages_async(listing, send, concurrency=concurrency, window=window, on_progress=on_progress)
