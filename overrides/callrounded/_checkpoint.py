"""Where a listing stands: plain data from which it goes on, in another process too."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

import msgspec
from msgspec import Meta

from ._errors import ConfigurationError
from ._page_request import PageRequest


class Checkpoint(TypedDict):
    """Where a listing stands, as far as its records were handed out. It is JSON data, and holds no key."""

    version: Literal[1]
    operation: str
    mode: Literal["page", "cursor"]
    limit: int | None
    """Records per page; None for the server's default."""
    filters: dict[str, Any]
    """The other parameters of the operation."""
    page: Annotated[int, Meta(ge=1)] | None
    """The number of the next page; None in cursor mode."""
    cursor: str | None
    """The cursor of the next page; None for the first, and at the end until the total is compared."""
    count: Annotated[int, Meta(ge=0)] | None
    """How many records were handed out before; None if nobody knows."""
    total: int | None
    """How many records there were when the last page was read, in page mode."""
    max_items: Annotated[int, Meta(ge=0)] | None
    """Maximum number of records from here on."""
    at_end: bool
    """Whether there is no next page."""
    changed: bool
    """Whether the listing changed while it was read, so that nobody can go on from here."""


def new_checkpoint(
    operation: str, filters: dict[str, Any], first: PageRequest, *, max_items: int | None = None
) -> Checkpoint:
    """Return where a listing begins whose *first* request this is."""
    if first.cursor is not None and first.use_cursor is False:
        raise ConfigurationError("cursor= implies cursor mode: leave out use_cursor=False.")
    by_cursor = first.use_cursor or first.cursor is not None
    if by_cursor and first.page is not None:
        raise ConfigurationError("page= is for page mode: leave it out, or cursor= and use_cursor=True.")
    return {
        "version": 1,
        "operation": operation,
        "mode": "cursor" if by_cursor else "page",
        "limit": first.limit,
        "filters": filters,
        "page": None if by_cursor else first.page or 1,
        "cursor": first.cursor,
        "count": 0 if first.cursor is None else None,
        "total": None,
        "max_items": max_items,
        "at_end": False,
        "changed": False,
    }


def checked(checkpoint: object, operation: str) -> Checkpoint:
    """Return *checkpoint*, which comes from elsewhere; refuse one that is damaged, or of another operation or release."""
    try:
        read = msgspec.convert(checkpoint, Checkpoint)
    except ValueError as error:  # msgspec.ValidationError is one
        raise ConfigurationError(f"The checkpoint is damaged, or of another release: {error}") from None
    if read["operation"] != operation:
        raise ConfigurationError(f"The checkpoint is of {read['operation']!r:.80}, this listing is of {operation!r}.")
    if (read["mode"] == "cursor") != (read["page"] is None):
        raise ConfigurationError("The checkpoint is damaged: its mode and its position do not belong together.")
    return read


def as_json(checkpoint: Checkpoint) -> Checkpoint:
    """Return *checkpoint* with filters that JSON can hold."""
    return {**checkpoint, "filters": msgspec.to_builtins(checkpoint["filters"])}
