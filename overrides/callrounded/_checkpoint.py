"""Where a listing stands, and the same as plain JSON that goes on in another process."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

import msgspec
from attrs import define, field
from msgspec import Meta

from ._errors import ConfigurationError


class Checkpoint(TypedDict):
    """Where a listing stands, as JSON data. It holds no key."""

    version: Literal[1]
    operation: str
    mode: Literal["page", "cursor"]
    limit: int | None
    filters: dict[str, Any]
    page: Annotated[int, Meta(ge=1)] | None
    cursor: str | None
    count: Annotated[int, Meta(ge=0)] | None
    total: int | None
    max_items: Annotated[int, Meta(ge=0)] | None
    at_end: bool
    changed: bool


@define(frozen=True, kw_only=True)
class Position:
    """Where a listing stands, as far as its records were handed out.

    Attributes:
        page: The number of the next page; None in cursor mode.
        cursor: The cursor of the next page; None for the first, and at the end until the total is compared.
        count: How many records come before this position; None if nobody knows.
        total: How many records there were when the last page was read, in page mode.
        max_items: Maximum number of records from here on.
        at_end: Whether there is no next page.
        changed: Whether the listing changed while it was read, so that nobody can go on from here.
    """

    page: int | None = 1
    cursor: str | None = None
    count: int | None = 0
    total: int | None = None
    max_items: int | None = None
    at_end: bool = False
    changed: bool = False


@define(frozen=True, kw_only=True)
class Plan:
    """What a listing reads, wherever it stands.

    Attributes:
        operation: The name of the operation.
        limit: Records per page; None for the server's default.
        filters: The other parameters of the operation.
        verify: Whether to make sure that the listing is complete.
    """

    operation: str
    limit: int | None = None
    filters: dict[str, Any] = field(factory=dict[str, Any])
    verify: bool = True

    def checkpoint(self, position: Position) -> Checkpoint:
        """Return *position* as JSON data."""
        return {
            "version": 1,
            "operation": self.operation,
            "mode": "cursor" if position.page is None else "page",
            "limit": self.limit,
            "filters": msgspec.to_builtins(self.filters),
            "page": position.page,
            "cursor": position.cursor,
            "count": position.count,
            "total": position.total,
            "max_items": position.max_items,
            "at_end": position.at_end,
            "changed": position.changed,
        }


def resume(checkpoint: object, operation: str, *, verify: bool) -> tuple[Plan, Position]:
    """Return the plan of the listing that *checkpoint* is of, and the position in it.

    Raises:
        ConfigurationError: it is damaged, of another operation, or of a release that writes checkpoints differently.
    """
    try:
        read = msgspec.convert(checkpoint, Checkpoint)
    except ValueError as error:  # msgspec.ValidationError is one
        raise ConfigurationError(f"The checkpoint is damaged, or of another release: {error}") from None
    if read["operation"] != operation:
        raise ConfigurationError(f"The checkpoint is of {read['operation']!r:.80}, this listing is of {operation!r}.")
    if (read["mode"] == "cursor") != (read["page"] is None):
        raise ConfigurationError("The checkpoint is damaged: its mode and its position do not belong together.")
    position = Position(
        page=read["page"],
        cursor=read["cursor"],
        count=read["count"],
        total=read["total"],
        max_items=read["max_items"],
        at_end=read["at_end"],
        changed=read["changed"],
    )
    return Plan(operation=operation, limit=read["limit"], filters=read["filters"], verify=verify), position
