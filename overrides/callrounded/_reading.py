"""From the arguments of `list`, `iter_all` and `list_all` to what is to be read."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import msgspec

from ._checkpoint import Checkpoint, Plan, Position, from_checkpoint
from ._errors import ConfigurationError
from ._pace import Pace
from ._pages import ListRequest, OnProgress
from ._paging import Listing

if TYPE_CHECKING:
    from callrounded_generated.operation import Operation

T = TypeVar("T")

_PAGING = frozenset({"page", "limit", "use_cursor", "cursor"})


@dataclass(frozen=True, slots=True)
class SinglePage:
    """The request of `list`, and what belongs to it."""

    plan: Plan
    start: Position
    request: ListRequest


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """A listing that is about to begin."""

    plan: Plan
    listing: Listing[T]
    concurrency: int

    @classmethod
    def begin(
        cls,
        operation: Operation[..., object, object],
        *,
        limit: int | None,
        page: int | None,
        use_cursor: bool | None,
        cursor: str | None,
        max_items: int | None,
        concurrency: int,
        verify: bool,
        checkpoint: Checkpoint | None,
        on_progress: OnProgress | None,
        filters: dict[str, Any],
    ) -> Self:
        """Return the listing that these arguments of `iter_all` or `list_all` ask for.

        Raises:
            ConfigurationError: one of them cannot be used, or not together with another.
            TypeError: the operation has no such parameter.
        """
        _check("limit", limit, at_least=1)
        _check("page", page, at_least=1)
        _check("max_items", max_items, at_least=0)
        _check("concurrency", concurrency, at_least=1)
        if checkpoint is None:
            _bound(operation, (), filters, partly=True)
            use_cursor = _mode(use_cursor, cursor)
            plan = Plan(operation.name, use_cursor, limit, _plain(filters), verify)
            start = _start(page, use_cursor, cursor)
        else:
            if page is not None or use_cursor is not None or cursor is not None or filters:
                raise ConfigurationError(
                    "A checkpoint says where and how to go on: no page, use_cursor, cursor or filters beside it."
                )
            plan, start, left = from_checkpoint(checkpoint, operation.name, verify=verify)
            _check_filters(operation, plan.filters)
            max_items = left if max_items is None else max_items
        return cls(plan, Listing(plan, start, max_items=max_items, on_progress=on_progress), concurrency)

    def threaded_pace(self) -> Pace:
        """Return the pace for threads of a consumer that wants all there is."""
        return Pace(self.concurrency, window=1, reads_all=True)

    def at_full_pace(self) -> Pace:
        """Return the pace for a consumer that wants all there is."""
        return Pace(self.concurrency, window=self.concurrency, reads_all=True)

    def opening_pace(self) -> Pace:
        """Return the pace for a consumer of whom it is not known how fast, or how long, records are wanted."""
        # A cursor leads to one page at a time: that one may travel while the consumer works on the first.
        return Pace(self.concurrency, window=2 if self.plan.use_cursor else 1)


def single_page(
    operation: Operation[..., object, object], args: Sequence[object], kwargs: Mapping[str, object]
) -> SinglePage:
    """Return what these arguments of `list` ask for.

    Raises:
        ConfigurationError: one of them cannot be used, or not together with another.
        TypeError: the operation has no such parameter.
    """
    filters = _bound(operation, args, kwargs)
    page, limit, use_cursor, cursor = (filters.pop(name, None) for name in ("page", "limit", "use_cursor", "cursor"))
    _check("limit", limit, at_least=1)
    _check("page", page, at_least=1)
    use_cursor = _mode(use_cursor, cursor)
    plan = Plan(operation.name, use_cursor, limit, _plain(filters))
    request = ListRequest(None if use_cursor else page, limit, use_cursor, cursor)
    return SinglePage(plan, _start(page, use_cursor, cursor), request)


def _bound(
    operation: Operation[..., object, object],
    args: Sequence[object],
    kwargs: Mapping[str, object],
    *,
    partly: bool = False,
) -> dict[str, Any]:
    """Return arguments by the names of the parameters of *operation*; *partly*: even if some are lacking.

    Raises:
        TypeError: it has no such parameter, or needs another one.
    """
    signature = inspect.signature(operation.build)
    try:
        return (signature.bind_partial if partly else signature.bind)(*args, **kwargs).arguments
    except TypeError as error:
        fault = str(error)
    names = ", ".join(signature.parameters)
    raise TypeError(f"{fault}. The parameters of {operation.name} are {names}.")


def _mode(use_cursor: bool | None, cursor: str | None) -> bool | None:
    if cursor is None:
        return use_cursor
    if use_cursor is False:
        raise ConfigurationError("cursor= is for cursor mode, which use_cursor=False switches off.")
    return True


def _start(page: int | None, use_cursor: bool | None, cursor: str | None) -> Position:
    if use_cursor:
        # How many records stand before a cursor nobody knows.
        return Position(cursor=cursor, before=0 if cursor is None else None)
    return Position(page, before=0 if page in {None, 1} else None)


def _check_filters(operation: Operation[..., object, object], filters: dict[str, Any]) -> None:
    """Raise `ConfigurationError` when the *filters* of a checkpoint are none of *operation*."""
    try:
        fault = ", ".join(_PAGING.intersection(_bound(operation, (), filters, partly=True)))
    except TypeError as error:
        fault = str(error)
    if fault:
        raise ConfigurationError(f"The checkpoint is damaged: its filters cannot be used ({fault:.200}).")


def _plain(filters: dict[str, Any]) -> dict[str, Any]:
    """Return *filters* as JSON data: a request made from these is the same, and a checkpoint can hold them."""
    plain: dict[str, Any] = msgspec.to_builtins(filters)
    return plain


def _check(name: str, value: object, *, at_least: int) -> None:
    if value is None:
        return
    if not isinstance(value, int) or isinstance(value, bool) or value < at_least:
        raise ConfigurationError(f"{name} is a whole number, at least {at_least}: {value!r:.80}")
