# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""What can be wrong with a response."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from itertools import islice
from typing import Any, Literal, cast, get_args, get_origin

import httpx
from attrs import define, field

_LONGEST_EXCERPT = 200
_LONGEST_TEXT = 60
_MOST_ELEMENTS = 4
_LEVELS = 2
_WORDS = {"str": "string", "int": "integer", "float": "number", "bool": "boolean", "datetime": "date-time"}


@define(eq=False)
class DecodeError(ValueError):
    """A response is not what the OpenAPI document says.

    Attributes:
        path: Where, from the top of the body: `data[3].created_at`; `$` is the whole body.
        expected: What the document asks for, in words.
        found: What was there: a short excerpt, never a long value as a whole.
        response: The response of httpx, where one was read; not kept by a pickle.
    """

    path: str
    expected: str
    found: str
    response: httpx.Response | None = field(default=None, init=False)

    def __reduce__(self) -> tuple[type[DecodeError], tuple[Any, ...]]:
        # Without the response, whose request has the key.
        return type(self), (self.path, self.expected, self.found)

    def __str__(self) -> str:
        return f"{self.path}: expected {self.expected}, found {self.found}"


@define(eq=False)
class UnexpectedStatus(Exception):  # noqa: N818 - the name that users of openapi-python-client know
    """A response that is not one of the successes that the OpenAPI document lists.

    Attributes:
        status_code: The HTTP status.
        content: The body.
        headers: The headers.
        parsed: What the body holds, if the document says so for this status and the body is like that; else None.
    """

    status_code: int
    content: bytes
    headers: httpx.Headers
    parsed: Any = None

    def __str__(self) -> str:
        return f"unexpected status {self.status_code}: {excerpt(self.content) if self.content else 'an empty body'}"


def excerpt(value: Any) -> str:
    """Return the beginning of a JSON value, or of a text, in at most 200 characters."""
    shown = _beginning(value, _LEVELS)
    return shown if len(shown) <= _LONGEST_EXCERPT else f"{shown[: _LONGEST_EXCERPT - 3]}..."


def _beginning(value: object, levels: int) -> str:
    """Return the beginning of *value*, without a look at the rest of it."""
    match value:
        case None | bool():
            return json.dumps(value)
        case str():
            return f"{value[:_LONGEST_TEXT]!r}{'...' if len(value) > _LONGEST_TEXT else ''}"
        case bytes():
            return repr(value[: 4 * _LONGEST_EXCERPT].decode("utf-8", "replace"))  # A whole body.
        case int() if abs(value) >= 10**_LONGEST_TEXT:
            return f"an integer of {value.bit_length()} bits"  # Its digits would take long to find.
        case int() | float():
            return repr(value)
        case list():
            elements = cast("list[object]", value)
            return f"[{_first((_beginning(element, levels - 1) for element in elements), len(elements), levels)}]"
        case dict():
            items = cast("dict[object, object]", value).items()
            pairs = (f"{_beginning(name, 0)}: {_beginning(element, levels - 1)}" for name, element in items)
            return "{" + _first(pairs, len(items), levels) + "}"
        case _:
            return type(value).__name__  # No JSON value.


def _first(shown: Iterable[str], count: int, levels: int) -> str:
    """Return the first of *count* elements, which are *shown* one by one."""
    if levels == 0 and count:
        return "..."
    return ", ".join(islice(shown, _MOST_ELEMENTS)) + (", ..." if count > _MOST_ELEMENTS else "")


def expectation(hint: Any, message: str, value: object) -> str:
    """Return in words what msgspec expected of *value*, of type *hint*, where its error says *message*."""
    if get_origin(hint) is Literal:
        return " or ".join(map(repr, get_args(hint)))
    message = message.partition(", got ")[0].partition(" - at ")[0]
    message = re.sub(r"`(\w+)`", lambda name: _WORDS.get(name[1], name[1]), message)
    message = message.replace("RFC3339 encoded datetime", "RFC 3339 date-time")
    message = message.replace("Number out of range", "a number in range")
    message = message.removeprefix("Expected ").replace("Invalid", "a valid", 1)
    is_leap_second = message.endswith("date-time") and isinstance(value, str) and ":60" in value
    return f"{message} that is no leap second, which datetime cannot hold" if is_leap_second else message
