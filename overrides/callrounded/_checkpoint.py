"""Where a listing stands, so that it can go on from there: in this process as an object, in another one as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeAlias, TypedDict

import msgspec

from ._errors import ConfigurationError
from ._identity import Key, from_text, to_text

Mode: TypeAlias = Literal["page", "cursor"]
Trail: TypeAlias = "tuple[str | None, Trail] | None"

_Count = Annotated[int, msgspec.Meta(ge=0)]
_Number = Annotated[int, msgspec.Meta(ge=1)]


class Checkpoint(TypedDict):
    """A position in a listing: plain JSON data, so that it can be stored, and be all that is needed to go on.

    Treat it as opaque: pass it to `iter_all(checkpoint=...)` or `list_all(checkpoint=...)` as it came. It has no key
    in it, but the filters of the listing and the ids of one page of records.
    """

    version: Literal[1]
    operation: str
    """The operation that lists, such as `listPhoneNumbers`."""
    mode: Mode
    limit: _Number | None
    """The page size that is asked for."""
    filters: dict[str, Any]
    """The other parameters of the request."""
    page: _Number | None
    """The number of the next page, in page mode."""
    cursor: str | None
    """The cursor of the next page, in cursor mode; None for the first."""
    at_end: bool
    """Whether there is no next page, and the listing is only to be checked."""
    count: _Count
    """How many records were handed out before."""
    before: _Count | None
    """How many records stand before the first of the listing: 0 from the top; None when nobody knows."""
    total: _Count | None
    """How many records there were when the last page was read."""
    changed: bool
    """Whether the total changed on the way."""
    doubtful: bool
    """Whether something else did not add up on the way."""
    ids: list[str]
    """The identities of the records of the last page."""
    max_items: _Count | None
    """How many records are still wanted at most."""


@dataclass(frozen=True, slots=True)
class Position:
    """A position in a listing, after some page and before the next.

    Attributes:
        page: The number of the next page, in page mode.
        cursor: The cursor of the next page, in cursor mode; None for the first.
        at_end: There is no next page.
        count: How many records were handed out before.
        before: How many records stand before the first of the listing; None when nobody knows.
        total: How many records there were when the last page was read.
        changed: Whether the total changed on the way.
        doubtful: Whether something else did not add up on the way.
        keys: The identities of the records of the last page.
        trail: The cursors that were sent, the latest first; None stands for the first page.
        read_anew: Time has passed, so that what is known of the last page may not hold any more.
    """

    page: int | None = None
    cursor: str | None = None
    at_end: bool = False
    count: int = 0
    before: int | None = 0
    total: int | None = None
    changed: bool = False
    doubtful: bool = False
    keys: Sequence[Key] = ()
    trail: Trail = field(default=None, repr=False)
    read_anew: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What a listing is to read, wherever it stands.

    Attributes:
        operation: The name of the operation that lists.
        use_cursor: Which mode was asked for; None, the server's default, is page mode.
        limit: The page size to ask for; None for the server's default.
        filters: The other parameters, as JSON data.
        verify: Whether to make sure that the listing is complete.
    """

    operation: str
    use_cursor: bool | None = None
    limit: int | None = None
    filters: dict[str, Any] = field(default_factory=dict[str, Any])
    verify: bool = True


def to_checkpoint(plan: Plan, position: Position, max_items: int | None = None) -> Checkpoint:
    """Return *position* in the listing of *plan* as JSON data."""
    return {
        "version": 1,
        "operation": plan.operation,
        "mode": "cursor" if plan.use_cursor else "page",
        "limit": plan.limit,
        "filters": dict(plan.filters),
        "page": None if plan.use_cursor else position.page or 1,
        "cursor": position.cursor,
        "at_end": position.at_end,
        "count": position.count,
        "before": position.before,
        "total": position.total,
        "changed": position.changed,
        "doubtful": position.doubtful,
        "ids": [to_text(key) for key in position.keys],
        "max_items": max_items,
    }


def from_checkpoint(checkpoint: object, operation: str, *, verify: bool) -> tuple[Plan, Position, int | None]:
    """Return the plan and the position in it that *checkpoint* is, and how many records are still wanted at most.

    Raises:
        ConfigurationError: it is damaged, of another operation, or of a release that writes them differently.
    """
    try:
        read = msgspec.convert(checkpoint, Checkpoint)
        keys = [from_text(text) for text in read["ids"]]
    except ValueError as error:  # msgspec.ValidationError is one
        raise ConfigurationError(f"The checkpoint is damaged, or not one of this release: {error}") from None
    if read["operation"] != operation:
        raise ConfigurationError(f"The checkpoint is of {read['operation']!r:.80}, this listing is of {operation!r}.")
    if (read["mode"] == "cursor") != (read["page"] is None):
        raise ConfigurationError("The checkpoint is damaged: its mode and its position do not belong together.")
    plan = Plan(operation, True if read["mode"] == "cursor" else None, read["limit"], read["filters"], verify)
    position = Position(
        page=read["page"],
        cursor=read["cursor"],
        at_end=read["at_end"],
        count=read["count"],
        before=read["before"],
        total=read["total"],
        changed=read["changed"],
        doubtful=read["doubtful"],
        keys=keys,
        read_anew=True,
    )
    return plan, position, read["max_items"]
