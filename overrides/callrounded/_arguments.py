"""The arguments of `iter_all` and `list_all`, and the checks of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias, TypedDict

from attrs import define, evolve, field

from ._checkpoint import Checkpoint, Plan, Position, resume
from ._errors import ConfigurationError
from ._options import count_fault


class Progress(NamedTuple):
    """How far a listing is: what `on_progress` is called with after each page."""

    records: int
    """Records so far."""
    total: int | None
    """How many there are, where the API has said so."""
    pages: int
    """Pages so far."""


OnProgress: TypeAlias = Callable[[Progress], object]


class ListingArguments(TypedDict, total=False):
    """The arguments of `iter_all` and `list_all`: see `listing_options`."""

    limit: int | None
    page: int | None
    use_cursor: bool | None
    cursor: str | None
    max_items: int | None
    concurrency: int
    verify: bool
    checkpoint: Checkpoint | None
    on_progress: OnProgress | None


@define(frozen=True, kw_only=True)
class ListingOptions:
    """The arguments of `iter_all` and `list_all`, checked: see `listing_options`."""

    limit: int | None
    start: Position
    concurrency: int
    verify: bool
    checkpoint: Checkpoint | None
    on_progress: OnProgress | None
    filters: dict[str, Any] = field(factory=dict[str, Any])

    def plan(self, operation: str) -> tuple[Plan, Position]:
        """Return the plan for *operation*, and the position to start from.

        Raises:
            ConfigurationError: the checkpoint cannot be used.
        """
        if self.checkpoint is None:
            return Plan(operation=operation, limit=self.limit, filters=self.filters, verify=self.verify), self.start
        return resume(self.checkpoint, operation, verify=self.verify)


def listing_options(
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
) -> ListingOptions:
    """Check the arguments of `iter_all` and `list_all`.

    Args:
        limit: Records per page.
        page: The number of the page to start with. Not with a cursor.
        use_cursor: True reads from cursor to cursor, otherwise by page number.
        cursor: The cursor to start with; it implies cursor mode.
        max_items: Maximum number of records. What comes after them is neither requested nor verified.
        concurrency: Maximum number of pages in flight. Ignored in cursor mode.
        verify: Whether to make sure that the listing is complete, and to read it again if it is not.
        checkpoint: Where to resume: of a `Page`, or of an error. It brings limit and filters with it.
        on_progress: Called after each page with a `Progress`.

    Raises:
        ConfigurationError: one of them cannot be used, or not together with another.
    """
    for name, value, at_least in (("limit", limit, 1), ("page", page, 1), ("max_items", max_items, 0)):
        if value is not None and (fault := count_fault(value, at_least=at_least)):
            raise ConfigurationError(f"{name} {fault}: {value!r}")
    if fault := count_fault(concurrency, at_least=1):
        raise ConfigurationError(f"concurrency {fault}: {concurrency!r}")
    if checkpoint is not None and (page is not None or use_cursor is not None or cursor is not None):
        raise ConfigurationError("A checkpoint says where to resume: no page, use_cursor or cursor beside it.")
    start = start_of(page, use_cursor, cursor, max_items)
    return ListingOptions(
        limit=limit,
        start=start,
        concurrency=concurrency,
        verify=verify,
        checkpoint=checkpoint if checkpoint is None or max_items is None else {**checkpoint, "max_items": max_items},
        on_progress=on_progress,
    )


def with_filters(options: ListingOptions, **filters: Any) -> ListingOptions:
    """Return *options* with the other parameters of an operation; None is not sent.

    Raises:
        ConfigurationError: there is a checkpoint, which brings the filters with it.
    """
    given = {name: value for name, value in filters.items() if value is not None}
    if given and options.checkpoint is not None:
        raise ConfigurationError(f"A checkpoint brings its filters with it: leave out {', '.join(given)}.")
    return evolve(options, filters=given)


def start_of(page: int | None, use_cursor: bool | None, cursor: str | None, max_items: int | None = None) -> Position:
    """Return the position that a listing starts from.

    Raises:
        ConfigurationError: these pagination parameters contradict each other.
    """
    if cursor is not None and use_cursor is False:
        raise ConfigurationError("cursor= implies cursor mode: leave out use_cursor=False.")
    if not use_cursor and cursor is None:
        return Position(page=page or 1, max_items=max_items)
    if page is not None:
        raise ConfigurationError("page= is for page mode: leave it out, or cursor= and use_cursor=True.")
    return Position(page=None, cursor=cursor, count=0 if cursor is None else None, max_items=max_items)
