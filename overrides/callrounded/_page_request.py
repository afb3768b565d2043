"""The pagination parameters and the envelope that every list endpoint of the API has: nothing else is known of them."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from attrs import asdict, define

T = TypeVar("T")


class ListEnvelope(Protocol[T]):
    """What surrounds every list of records."""

    @property
    def data(self) -> list[T]: ...
    @property
    def message(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def next_cursor(self) -> str | None: ...
    @property
    def current_page(self) -> int | None: ...
    @property
    def total_pages(self) -> int | None: ...
    @property
    def total_items(self) -> int | None: ...


@define(frozen=True, kw_only=True, eq=False)
class PageRequest:
    """The pagination parameters of one request; None is not sent."""

    page: int | None = None
    limit: int | None = None
    use_cursor: bool | None = None
    cursor: str | None = None

    def arguments(self) -> dict[str, Any]:
        """Return the parameters by name."""
        return asdict(self)

    def next(self, page: ListEnvelope[Any]) -> PageRequest | None:
        """Return the request for the page after *page*, which this one was sent for; None if there is none.

        In page mode the last page is the one whose number is the number of pages; where that number is absent, it is a
        page without records, as the server may have made a page shorter than it was asked to.
        """
        if self.use_cursor:
            return PageRequest(limit=self.limit, use_cursor=True, cursor=page.next_cursor) if page.next_cursor else None
        number = self.page or 1
        more = bool(page.data) if page.total_pages is None else number < page.total_pages
        return PageRequest(page=number + 1, limit=self.limit, use_cursor=self.use_cursor) if more else None
