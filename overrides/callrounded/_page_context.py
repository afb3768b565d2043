"""Where a page stands in its listing: a plain object without I/O."""

from __future__ import annotations

from typing import Any, Generic, TypeVar, cast

from attrs import define, evolve

from callrounded_generated.responses import Response

from ._checkpoint import Plan, Position
from ._errors import PaginationError
from ._listing import Listing, ReceivedPage, checkpoint_on_error
from ._paging import ListEnvelope, PageRequest, next_page_request

T = TypeVar("T")


@define(frozen=True, kw_only=True)
class PageContext(Generic[T]):
    """A page that has come, and where it stands.

    Attributes:
        plan: The listing that it is a part of.
        start: The position before it.
        request: The request for it.
        response: The response.
        data: Its records; of a page that is read again, those that are new.
        position: The position after it.
        cursors: Those that led here, step by step.
    """

    plan: Plan
    start: Position
    request: PageRequest
    response: Response[Any]
    data: list[T]
    position: Position
    cursors: frozenset[str | None] = frozenset()

    @classmethod
    def first(cls, plan: Plan, start: Position, request: PageRequest, response: Response[Any]) -> PageContext[T]:
        """Return the context of a page that was requested alone."""
        envelope: ListEnvelope[T] = cast(Any, response.parsed)
        following = next_page_request(request, envelope)
        position = Position(
            page=None if start.page is None else start.page + 1,
            cursor=None if following is None else following.cursor,
            count=None if start.count is None else start.count + len(envelope.data),
            total=envelope.total_items,
            at_end=following is None,
        )
        return cls(
            plan=plan,
            start=start,
            request=request,
            response=response,
            data=envelope.data,
            position=position,
            cursors=frozenset([request.cursor]),
        )

    def listing(self) -> Listing[T]:
        """Return the listing that begins with this page, which it has received.

        Raises:
            PaginationLoopError: it is another page than the one requested.
        """
        listing = Listing[T](self.plan, self.start)
        request = listing.next_request()
        assert request is not None, "a listing begins with a request"
        with checkpoint_on_error(listing):
            listing.receive(request, self.response)
        return listing

    def listing_after(self) -> Listing[T]:
        """Return the listing of the pages after this one."""
        return Listing(self.plan, self.position, cursors=self.cursors)

    def next(self, page: ReceivedPage[T]) -> PageContext[T]:
        """Return the context of a *page* after this one.

        Raises:
            PaginationError: there is none.
        """
        if page.response is None:
            raise PaginationError("No next page: the listing ends here.")
        return PageContext(
            plan=self.plan,
            # A page can be walked from, as if the listing began with it.
            start=Position(
                page=page.request.page, cursor=page.request.cursor, count=None if page.request.cursor else 0
            ),
            request=page.request,
            response=page.response,
            data=page.records,
            position=evolve(page.position, max_items=None),
            cursors=self.cursors | {page.request.cursor},
        )
