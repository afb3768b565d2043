# Copied into every generated package, with a first line of its own.
"""Values that JSON can write in more ways than Python does.

Python writes a UUID in small letters and a date-time with all six decimals or none; it has one kind of number for what
the document calls `number`. What arrives can be written in another way and must go back as it came, so every value is
looked at: a whole column of a list at a time, since looking at each would cost more than converting it.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from uuid import UUID

_LENGTH_OF_UUID = 36
_SHORTEST = "2024-01-01T00:00:00Z"
_SHORTEST_DATETIME = len(_SHORTEST)
_PLACE_OF_T, _PLACE_OF_Z = _SHORTEST.index("T"), _SHORTEST.index("Z")
_LONGEST_DATETIME = len("2024-01-01T00:00:00.000000Z")

# What the standards allow (RFC 9562, RFC 3339). msgspec accepts a little more.
_STANDARD = {
    UUID: re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    datetime: re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"),
}


def is_usual(kind: type, values: list[Any]) -> bool:
    """Return whether *values*, all valid for *kind*, are written as Python does. May be wrong in saying no."""
    if kind is float:
        return set(map(type, values)) <= {float}  # 1 would go back as 1.0, and 2**63 + 1 not at all.
    joined = "".join(values)
    if kind is UUID:
        return len(joined) == _LENGTH_OF_UUID * len(values) and not any(capital in joined for capital in "ABCDEF")
    if len(joined) == _SHORTEST_DATETIME * len(values):  # So all have this length, since none is shorter.
        return {*joined[_PLACE_OF_T::_SHORTEST_DATETIME]} | {*joined[_PLACE_OF_Z::_SHORTEST_DATETIME]} <= {"T", "Z"}
    if not joined.count("T") == joined.count("Z") == len(values):
        return False
    return set(map(len, values)) <= {_SHORTEST_DATETIME, _LONGEST_DATETIME} and ".000000Z" not in joined


def is_standard(kind: type, values: list[Any]) -> bool:
    """Return whether the standard for *kind* allows to write *values* like that."""
    return kind is float or all(map(_STANDARD[kind].fullmatch, values))
