"""Where a listing stands, as plain data, and the requests for its pages.

The pagination parameters and the envelope are those of every list endpoint of the API; nothing else is known of them.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Protocol, TypedDict, TypeVar

import msgspec
from attrs import define, field
from msgspec import Meta

from callrounded_generated.encoding import encodable

from ._errors import ConfigurationError
from ._options import count_fault

T = TypeVar("T")
PAGING: Final = frozenset({"page", "limit", "use_cursor", "cursor"})


class ListEnvelope(Protocol[T]):
    """What surrounds every list of records, as far as a listing has to know it."""

    @property
    def data(self) -> list[T]: ...
    @property
    def next_cursor(self) -> str | None: ...
    @property
    def current_page(self) -> int | None: ...
    @property
    def total_pages(self) -> int | None: ...
    @property
    def total_items(self) -> int | None: ...


def check_count(name: str, value: int | None, *, at_least: int = 1) -> None:
    """Raise a ConfigurationError if *value* is neither None nor a whole number of at least *at_least*."""
    if value is not None and (fault := count_fault(value, at_least=at_least)):
        raise ConfigurationError(f"{name} {fault}: {value!r}")


@define(frozen=True, kw_only=True, eq=False)
class PageRequest:
    """The parameters of one request for a page; None is not sent."""

    page: int | None = None
    limit: int | None = None
    use_cursor: bool | None = None
    cursor: str | None = None
    filters: dict[str, Any] = field(factory=dict[str, Any])
    """The parameters of the operation that are not for pagination."""

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be used. A cursor implies cursor mode."""
        check_count("page", self.page)
        check_count("limit", self.limit)
        if self.cursor == "":
            raise ConfigurationError("cursor= is empty: leave it out to begin at the first record.")
        if self.cursor is not None:
            if self.use_cursor is False:
                raise ConfigurationError("cursor= implies cursor mode: leave out use_cursor=False.")
            object.__setattr__(self, "use_cursor", True)
        if self.use_cursor and self.page is not None:
            raise ConfigurationError("page= is for page mode: leave it out, or cursor= and use_cursor=True.")

    def arguments(self) -> dict[str, Any]:
        """Return the parameters by name."""
        return self.filters | {name: getattr(self, name) for name in PAGING}

    def has_next(self, page: ListEnvelope[Any]) -> bool:
        """Return whether there is a page after *page*, which came for this request.

        Where the number of pages is absent, a page without records is the last: the server may make pages shorter.
        """
        if self.use_cursor:
            return bool(page.next_cursor)
        return bool(page.data) if page.total_pages is None else (self.page or 1) < page.total_pages


class Checkpoint(TypedDict):
    """Where a listing stands, as far as its records were handed out. It is JSON data, and holds no key."""

    version: Literal[1]
    operation: str
    mode: Literal["page", "cursor"]
    limit: Annotated[int, Meta(ge=1)] | None
    """Records per page; None for the server's default."""
    filters: dict[str, Any]
    """The other parameters of the operation."""
    page: Annotated[int, Meta(ge=1)] | None
    """The number of the next page; None in cursor mode."""
    cursor: Annotated[str, Meta(min_length=1)] | None
    """The cursor of the next page; None for the first, and at the end until the total is compared."""
    count: Annotated[int, Meta(ge=0)] | None
    """How many records were handed out before. Only from 0 on can the listing be read again; None, after a cursor from
    elsewhere, leaves nothing to compare."""
    total: int | None
    """How many records there were when the last page was read, in page mode."""
    max_items: Annotated[int, Meta(ge=0)] | None
    """Maximum number of records from here on."""
    at_end: bool
    """Whether there is nothing more to hand out."""
    changed: bool
    """Whether the listing changed while it was read, so that nobody can go on from here."""


def new_checkpoint(operation: str, first: PageRequest, *, max_items: int | None = None) -> Checkpoint:
    """Return the checkpoint at the beginning of a listing whose *first* request this is."""
    return {
        "version": 1,
        "operation": operation,
        "mode": "cursor" if first.use_cursor else "page",
        "limit": first.limit,
        "filters": msgspec.to_builtins(encodable({k: v for k, v in first.filters.items() if v is not None})),
        "page": None if first.use_cursor else first.page or 1,
        "cursor": first.cursor,
        "count": 0 if first.cursor is None else None,
        "total": None,
        "max_items": max_items,
        "at_end": False,
        "changed": False,
    }


def checked(checkpoint: object, operation: str) -> Checkpoint:
    """Return *checkpoint*, which comes from elsewhere; refuse one that is damaged or of another operation."""
    try:
        read = msgspec.convert(checkpoint, Checkpoint)
    except ValueError as error:  # msgspec.ValidationError is one
        raise ConfigurationError(f"The checkpoint is damaged, or of another release: {error}") from None
    if read["operation"] != operation:
        raise ConfigurationError(f"The checkpoint is of {read['operation']!r:.80}, this listing is of {operation!r}.")
    if (read["mode"] == "cursor") != (read["page"] is None):
        raise ConfigurationError("The checkpoint is damaged: its mode and its position do not belong together.")
    return read


# Here, in one thread: msgspec may crash where two look at a class for the first time.
msgspec.convert(new_checkpoint("", PageRequest()), Checkpoint)
