"""Schemas of text, numbers, constants and enums as annotations."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from generator.document import Document
from generator.problem import excerpt
from generator.view.annotation import Bounds, Constant, Plain
from generator.view.naming import member_names
from generator.view.schema import Schema

_TEXT_FORMATS = {"uuid": "UUID", "date-time": "AwareDatetime", "date": "date"}

_TEXT_BOUNDS = {"minLength": "min_length", "maxLength": "max_length", "pattern": "pattern"}
_NUMBER_BOUNDS = {
    "minimum": "ge",
    "exclusiveMinimum": "gt",
    "maximum": "le",
    "exclusiveMaximum": "lt",
    "multipleOf": "multiple_of",
}
_ARRAY_BOUNDS = {"minItems": "min_length", "maxItems": "max_length"}

_LARGEST = 2**63 - 1
"""msgspec keeps bounds, and the values of enums and constants, in 64 bits."""

_INTEGER_FORMATS = {"int32": (-(2**31), 2**31 - 1), "int64": (-_LARGEST - 1, _LARGEST)}


@dataclass(frozen=True, slots=True)
class EnumView:
    """One of some texts or numbers.

    Attributes:
        base: The class that keeps values which are not listed.
        members: Name and value, as Python source, of each member.
    """

    name: str
    module: str
    base: str
    description: str
    members: list[tuple[str, str]]


def text(document: Document, schema: Schema) -> Plain:
    """Return the annotation of a string."""
    format_ = schema.fields.get("format")
    if format_ is None:
        _check_pattern(document, schema)
        return Plain("str", _bounds(schema, _TEXT_BOUNDS))
    if format_ not in _TEXT_FORMATS:
        message = (
            f"the format {excerpt(format_)} would not be checked; checked are {', '.join(_TEXT_FORMATS)}: "
            "say it in the description, or with a pattern"
        )
        raise document.problem(schema.places["format"], message)
    for keyword in _TEXT_BOUNDS:
        if keyword in schema.fields:
            raise document.problem(schema.places[keyword], f"cannot be combined with the format {format_}")
    return Plain(_TEXT_FORMATS[format_])


def _check_pattern(document: Document, schema: Schema) -> None:
    pattern = schema.fields.get("pattern", "")
    try:
        re.compile(pattern)
    except re.error as error:
        message = f"{excerpt(pattern)} is no regular expression of Python: {error}"
        raise document.problem(schema.places["pattern"], message) from error


def integer(document: Document, schema: Schema) -> Plain:
    """Return the annotation of an integer."""
    fields = dict(schema.fields)
    for keyword in _NUMBER_BOUNDS.keys() & fields.keys():
        value = fields[keyword]
        if value != int(value) or abs(value) > _LARGEST + (value < 0):
            message = f"{excerpt(value)} cannot bound an integer: write a whole number of at most 64 bits"
            raise document.problem(schema.places[keyword], message)
        fields[keyword] = int(value)
    format_ = fields.get("format")
    if format_ in _INTEGER_FORMATS:
        lowest, highest = _INTEGER_FORMATS[format_]
        if "exclusiveMinimum" not in fields:
            fields["minimum"] = max(fields.get("minimum", lowest), lowest)
        if "exclusiveMaximum" not in fields:
            fields["maximum"] = min(fields.get("maximum", highest), highest)
    elif format_ is not None:
        known = ", ".join(_INTEGER_FORMATS)
        message = f"the format {excerpt(format_)} of an integer would not be checked; checked are {known}"
        raise document.problem(schema.places["format"], message)
    return Plain("int", _number_bounds(document, schema, fields))


def number(document: Document, schema: Schema) -> Plain:
    """Return the annotation of a number."""
    format_ = schema.fields.get("format")
    if format_ not in (None, "float", "double"):
        message = f"the format {excerpt(format_)} of a number would not be checked: say it in the description"
        raise document.problem(schema.places["format"], message)
    step = schema.fields.get("multipleOf", 1)
    if step != int(step):
        message = f"a number cannot be checked to be a multiple of {step}, which binary fractions only approximate"
        raise document.problem(schema.places["multipleOf"], message)
    return Plain("float", _number_bounds(document, schema, schema.fields))


def _number_bounds(document: Document, schema: Schema, fields: Mapping[str, Any]) -> Bounds:
    for inclusive, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if inclusive in fields and exclusive in fields:
            message = f"{inclusive} holds too: keep the one that counts"
            raise document.problem(schema.places[exclusive], message)
    return tuple((ours, fields[theirs]) for theirs, ours in _NUMBER_BOUNDS.items() if theirs in fields)


def array_bounds(schema: Schema) -> Bounds:
    """Return the bounds of the length of an array."""
    return _bounds(schema, _ARRAY_BOUNDS)


def _bounds(schema: Schema, names: Mapping[str, str]) -> Bounds:
    return tuple(
        (ours, schema.fields[theirs] if theirs == "pattern" else int(schema.fields[theirs]))
        for theirs, ours in names.items()
        if theirs in schema.fields
    )


def constant(document: Document, schema: Schema) -> Constant:
    """Return the annotation of a constant."""
    value = schema.fields["const"]
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise document.problem(schema.places["const"], "only a text or an integer can be a constant")
    _check_size(document, schema, "const", [value])
    return Constant(value)


def enum_values(document: Document, schema: Schema) -> list[str] | list[int]:
    """Return the values of an enum, all of them texts or all of them integers; null is left out."""
    values: list[Any] = [value for value in schema.fields["enum"] if value is not None]
    if not values or not (all(type(value) is str for value in values) or all(type(value) is int for value in values)):
        message = "the values must be texts, or integers, and only beside them null"
        raise document.problem(schema.places["enum"], message)
    if len(set(values)) < len(values):
        twice = next(value for value in values if values.count(value) > 1)
        raise document.problem(schema.places["enum"], f"{excerpt(twice)} is listed twice")
    _check_size(document, schema, "enum", values)
    return values


def _check_size(document: Document, schema: Schema, keyword: str, values: list[Any]) -> None:
    for value in values:
        if isinstance(value, int) and not -_LARGEST - 1 <= value <= _LARGEST:
            raise document.problem(schema.places[keyword], f"{value} has more than 64 bits")


def enum_view(name: str, module: str, description: str, values: list[str] | list[int]) -> EnumView:
    """Return the class for an enum."""
    base = "OpenStrEnum" if isinstance(values[0], str) else "OpenIntEnum"
    members = list(zip(member_names(values), map(repr, values), strict=True))
    return EnumView(name, module, base, description, members)
