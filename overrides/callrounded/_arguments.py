"""The arguments of `iter_all` and `list_all`, and the checks of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from attrs import define, fields_dict

from ._checkpoint import Checkpoint, PageRequest, checked, new_checkpoint
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


@define(frozen=True, kw_only=True)
class ListingOptions:
    """The arguments of `iter_all` and `list_all`: see `ListResource.iter_all`.

    The filters of an operation are the attributes that a subclass adds.
    """

    limit: int | None = 1000
    page: int | None = None
    use_cursor: bool | None = None
    cursor: str | None = None
    max_items: int | None = None
    concurrency: int = 8
    verify: bool = True
    checkpoint: Checkpoint | None = None
    on_progress: OnProgress | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse numbers that cannot be used."""
        for name, at_least in (("limit", 1), ("page", 1), ("max_items", 0), ("concurrency", 1)):
            value = getattr(self, name)
            if (value is not None or name == "concurrency") and (fault := count_fault(value, at_least=at_least)):
                raise ConfigurationError(f"{name} {fault}: {value!r}")

    def start(self, operation: str) -> Checkpoint:
        """Return where a listing of *operation* with these arguments begins."""
        given = {name: value for name in fields_dict(type(self)) if (value := getattr(self, name)) is not None}
        filters: dict[str, Any] = {name: given[name] for name in given.keys() - fields_dict(ListingOptions)}
        if self.checkpoint is None:
            first = PageRequest(page=self.page, limit=self.limit, use_cursor=self.use_cursor, cursor=self.cursor)
            return new_checkpoint(operation, filters, first, max_items=self.max_items)
        if contradicting := given.keys() & {"page", "use_cursor", "cursor", *filters}:
            raise ConfigurationError(
                f"A checkpoint says where to resume, with which filters: leave out {', '.join(sorted(contradicting))}."
            )
        start = checked(self.checkpoint, operation)
        return start if self.max_items is None else {**start, "max_items": self.max_items}
