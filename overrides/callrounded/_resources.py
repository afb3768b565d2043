"""From list operations to what users call: `phone_numbers = ListResource(list_phone_numbers, ListingOptions)`.

What happens in `client.phone_numbers.list_all()`, from here to the API and back:

    ListResource.list_all        begins a `Listing`
    read_pages (_prefetch)       keeps pages in flight, with threads; with tasks in `read_pages_async`
      Listing (_listing)         says which page is next, and reads the listing again if it changed
        PagePass, CursorPass     (_paging) one pass over all pages, and whether it was complete
      Rounded._send (_client)    sends one request, again if that helps (_retry); a Hold makes all of a listing wait
        sync_detailed            of the generated client
        mapped_errors, checked_response   (_error_mapping) turn what came into errors of ours (_errors)
      Listing.receive            makes a `ReceivedPage` of the response: `iter_all` yields its records, `list_all`
                                 returns those that the listing has collected
"""

from __future__ import annotations

import builtins
import copy
import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterator
from contextlib import aclosing, closing
from types import MethodType
from typing import Any, Generic, ParamSpec, Self, TypeAlias, TypeVar

from attrs import fields_dict

from callrounded_generated.responses import Response

from ._checkpoint import PAGING, ListEnvelope, PageRequest
from ._errors import ConfigurationError
from ._listing import Listing, ListingOptions, ReceivedPage
from ._operation import AnyOperation, Operation, by_name, name_of, with_parameters
from ._page import AsyncPage, Page, PendingPage, single_page
from ._prefetch import read_pages, read_pages_async
from ._retry import Hold

P = ParamSpec("P")
L = ParamSpec("L")
T = TypeVar("T")
Send: TypeAlias = Callable[[AnyOperation, dict[str, Any], Hold], Response[Any]]
AsyncSend: TypeAlias = Callable[[AnyOperation, dict[str, Any], Hold], Awaitable[Response[Any]]]
S = TypeVar("S", Send, AsyncSend)


class _AnyListResource(Generic[P, L, T, S]):
    """What the sync and the async resource share. In the class of a client it is a descriptor."""

    _send: S

    def __init__(self, operation: Operation[P, ListEnvelope[T]], options: Callable[L, ListingOptions]) -> None:
        """Make a resource.

        Args:
            operation: A generated module whose operation lists records, and has the four parameters of pagination.
            options: The class of the arguments of `iter_all` and `list_all`.
        """
        self._operation = operation
        self._options_class: Callable[..., ListingOptions] = options
        parameters = dict(inspect.signature(operation.sync_detailed).parameters)
        del parameters["client"]
        self._filters = parameters.keys() - PAGING
        self._signature = inspect.signature(options)
        listing = self._signature.parameters
        # So that help() and notebooks show the real parameters.
        self._methods = {
            name: with_parameters(vars(type(self))[name], shown.values())
            for name, shown in (("list", parameters), ("iter_all", listing), ("list_all", listing))
        }

    def __get__(self, client: Any, owner: type[Any]) -> Self:
        """Return the resource of *client*, which keeps it: tests may replace its methods."""
        if client is None:
            return self
        resources: dict[object, Self] = client._resources  # noqa: SLF001 - private to users
        if self not in resources:
            bound = copy.copy(self)
            bound._send = client._send  # noqa: SLF001 - private to users
            vars(bound).update({name: MethodType(method, bound) for name, method in self._methods.items()})
            resources.setdefault(self, bound)
        return resources[self]

    def __repr__(self) -> str:
        return f"<list resource: {name_of(self._operation)}>"

    def _page_request(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> PageRequest:
        """Return the request that these arguments of `list` ask for."""
        given = by_name(self._operation, args, kwargs)
        filters = {name: value for name, value in given.items() if name not in PAGING}
        return PageRequest(**{name: given[name] for name in PAGING if name in given}, filters=filters)

    def _new_listing(self, args: tuple[Any, ...], given: dict[str, Any], *, collects: bool) -> Listing[T]:
        """Return the listing that these arguments of `iter_all` or `list_all` ask for."""
        operation = name_of(self._operation)
        self._signature.bind(*args, **given)  # For its TypeError, which names no class of ours.
        if ambiguous := given.keys() & self._filters & fields_dict(ListingOptions).keys():
            raise ConfigurationError(
                f"{operation} has a parameter {min(ambiguous)} of its own: pass it to list(), and iterate the page."
            )
        options = self._options_class(**given)
        start = options.start_checkpoint(operation)
        if given.get("limit") not in (None, start["limit"]):
            raise ConfigurationError(f"A checkpoint says how long pages are: leave out limit={given['limit']!r}.")
        if unknown := start["filters"].keys() - self._filters:
            raise ConfigurationError(f"The checkpoint is damaged: {min(unknown)!r:.80} is no filter of this listing.")
        return Listing(start, options, collects=collects)


class ListResource(_AnyListResource[P, L, T, Send]):
    """The records of one kind: a page of them, an iterator of all, or a list of all."""

    def iter_all(self, *args: L.args, **kwargs: L.kwargs) -> Iterator[T]:  # noqa: D417 - these are the keywords
        """Yield every record, page after page, in the order of the server.

        Every record that was there throughout comes exactly once, or an error is raised: after the last record, if only
        the end shows that something is missing. If the listing changes while it is read, it is read again, and records
        that are new come then. What no client can see, such as a record that is removed and another that is added
        between the same two requests, is in the guide to listings. Only the pages in flight, and the ids, are held in
        memory. Nothing is requested before the first record is asked for. Leaving the loop does not wait for the
        requests in flight.

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
        return self._records(self._new_listing(args, kwargs, collects=False))

    def list_all(self, *args: L.args, **kwargs: L.kwargs) -> builtins.list[T]:
        """Return every record, in the order of the server, or raise an error.

        The arguments are those of `iter_all`; up to *concurrency* pages are fetched at once.

        Raises:
            ConfigurationError: an argument or the checkpoint cannot be used.
            APIError, PaginationError: as in `iter_all`. `partial` has the records before it, `checkpoint` where to
                resume: of an APIError, they and what `list_all(checkpoint=error.checkpoint)` returns are the whole.
        """
        listing = self._new_listing(args, kwargs, collects=True)
        for _ in self._read(listing):
            pass
        return listing.collected or []

    def list(self, *args: P.args, **kwargs: P.kwargs) -> Page[T]:
        """Request one page and return it; iterating it goes on to the last one.

        The parameters are those of the operation. `cursor` implies cursor mode. None omits a parameter; the API applies
        its default.

        Raises:
            ConfigurationError: a parameter cannot be used, or not together with another.
            APIError: the page did not come.
        """
        request = self._page_request(args, kwargs)
        response = self._fetch(request, Hold())
        return Page(single_page(name_of(self._operation), request, response), self._read)

    def _records(self, listing: Listing[T]) -> Generator[T, None, None]:
        with closing(self._read(listing)) as pages:
            for page in pages:
                yield from page.records

    def _read(self, listing: Listing[T]) -> Generator[ReceivedPage[T], None, None]:
        return read_pages(listing, self._fetch)

    def _fetch(self, request: PageRequest, hold: Hold) -> Response[Any]:
        return self._send(self._operation, request.arguments(), hold)


class AsyncListResource(_AnyListResource[P, L, T, AsyncSend]):
    """The records of one kind: a page of them, an iterator of all, or a list of all."""

    def iter_all(self, *args: L.args, **kwargs: L.kwargs) -> AsyncIterator[T]:
        """Yield every record, page after page, in the order of the server: see `ListResource.iter_all`."""
        return self._records(self._new_listing(args, kwargs, collects=False))

    async def list_all(self, *args: L.args, **kwargs: L.kwargs) -> builtins.list[T]:
        """Return every record, in the order of the server, or raise an error: see `ListResource.list_all`."""
        listing = self._new_listing(args, kwargs, collects=True)
        async for _ in self._read(listing):
            pass
        return listing.collected or []

    def list(self, *args: P.args, **kwargs: P.kwargs) -> PendingPage[T]:
        """Request one page: `await` it, or iterate it with `async for`, which goes on to the last record.

        The parameters are those of the operation: see `ListResource.list`.
        """
        request = self._page_request(args, kwargs)

        async def get() -> AsyncPage[T]:
            response = await self._fetch(request, Hold())
            return AsyncPage(single_page(name_of(self._operation), request, response), self._read)

        return PendingPage(get)

    async def _records(self, listing: Listing[T]) -> AsyncGenerator[T, None]:
        async with aclosing(self._read(listing)) as pages:
            async for page in pages:
                for record in page.records:
                    yield record

    def _read(self, listing: Listing[T]) -> AsyncGenerator[ReceivedPage[T], None]:
        return read_pages_async(listing, self._fetch)

    async def _fetch(self, request: PageRequest, hold: Hold) -> Response[Any]:
        return await self._send(self._operation, request.arguments(), hold)
