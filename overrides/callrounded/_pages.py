"""What a list endpoint is asked and what it answers, and what one answer says about the next request.

Every list endpoint of the API has the same pagination parameters and the same envelope; nothing else is known here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from callrounded_generated.operation import Operation, Request

    from ._connection import Answer
    from ._identity import Key

T = TypeVar("T")

# So many pages in a row may bring nothing; one more, and the server has gone astray.
MAX_BARREN_PAGES = 3


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


@dataclass(frozen=True, slots=True, eq=False)
class ListRequest:
    """The pagination parameters of one request; None is not sent. Two requests that look alike are still two."""

    page: int | None = None
    limit: int | None = None
    use_cursor: bool | None = None
    cursor: str | None = None

    def arguments(self) -> dict[str, Any]:
        """Return what is to be sent, by name."""
        named = {"page": self.page, "limit": self.limit, "use_cursor": self.use_cursor, "cursor": self.cursor}
        return {name: value for name, value in named.items() if value is not None}


class Progress(NamedTuple):
    """How far a listing is: what `on_progress` is called with after each page."""

    records: int
    """Records so far."""
    total: int | None
    """How many there are, where the API has said so."""
    pages: int
    """Pages so far."""


OnProgress: TypeAlias = Callable[[Progress], object]


def build(operation: Operation[..., object, object], filters: dict[str, Any], request: ListRequest) -> Request:
    """Return *request* as one that can be sent, with *filters*, the other parameters of *operation*."""
    return operation.build(**filters, **request.arguments())


def next_request(sent: ListRequest, page: ListEnvelope[Any]) -> ListRequest | None:
    """Return the request for the page after *page*, which answered *sent*, or None when it was the last.

    In cursor mode the answer says it all. In page mode the last page is the one whose number is the number of pages;
    an answer that does not tell that number is the last one when it has no records, since the server may have made the
    page shorter than it was asked to.
    """
    if sent.use_cursor:
        return ListRequest(None, sent.limit, sent.use_cursor, page.next_cursor) if page.next_cursor else None
    number = sent.page or 1
    more = bool(page.data) if page.total_pages is None else number < page.total_pages
    return ListRequest(number + 1, sent.limit, sent.use_cursor) if more else None


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """A page in its turn: what a walk hands out.

    Attributes:
        keys: The identities of all of its records.
        new: Those of its records that were not handed out before.
        new_keys: Their identities.
    """

    request: ListRequest
    answer: Answer[ListEnvelope[T]]
    keys: Sequence[Key]
    new: list[T]
    new_keys: Sequence[Key]
