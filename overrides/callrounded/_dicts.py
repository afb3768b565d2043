"""Records as rows of a table."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import attrs

from callrounded_generated.types import Model


def to_dicts(records: Iterable[Model]) -> list[dict[str, Any]]:
    """Return one dict for each of *records*, for a data frame: `pandas.DataFrame(to_dicts(numbers))`.

    Args:
        records: Objects of the API, such as phone numbers.

    Returns:
        Their attributes by name. Date-times are `datetime`, UUIDs are text. Properties that are newer than this release
        are left out; `record.to_dict()` has them, as JSON data.
    """
    return [
        {
            name: str(value) if isinstance(value, UUID) else value
            for name, value in attrs.asdict(record, recurse=False, filter=_is_public).items()
        }
        for record in records
    ]


def _is_public(attribute: "attrs.Attribute[Any]", _: object) -> bool:
    return not attribute.name.startswith("_")
