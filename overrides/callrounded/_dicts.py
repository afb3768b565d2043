"""Records as rows of a table."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

import attrs

from callrounded_generated.types import Model

_LISTED: Final = attrs.filters.exclude("additional_properties")


def to_dicts(records: Iterable[Model]) -> list[dict[str, Any]]:
    """Return one dict for each of *records*, for a data frame: `pandas.DataFrame(to_dicts(numbers))`.

    Args:
        records: Objects of the API, such as phone numbers.

    Returns:
        Their attributes by name. Date-times are `datetime`, UUIDs are text. Properties that are newer than this release
        are left out; `record.to_dict()` has them, as JSON data.
    """
    return [attrs.asdict(each, recurse=False, filter=_LISTED, value_serializer=_cell) for each in records]


def _cell(_: object, __: object, value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value
