# Copied into every generated package, with a first line of its own.
"""Encode models as JSON."""

from __future__ import annotations

from datetime import datetime
from math import isfinite
from typing import Any, cast

from .decoding import record_of
from .types import UNSET, MalformedRecord, Model, received_with
from .values import is_dict, is_list, json_of

__all__ = ["encodable", "encodable_properties", "fields_set", "is_list", "to_json"]


def encodable(value: Any) -> Any:
    """Return *value* in a form in which msgspec writes what it was received as.

    Raises:
        ValueError: it cannot be written: NaN, or a date-time without an offset, of which the server would have to guess
            which time it is.
    """
    if isinstance(value, Model):
        nothing_noted = received_with(value) == {}
        return value if nothing_noted and record_of(type(value)).is_flat else encodable_properties(value)
    if isinstance(value, MalformedRecord):
        return value.raw
    if is_list(value):
        return list(map(encodable, value))
    if is_dict(value):
        return {name: encodable(element) for name, element in value.items()}
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError(f"{value!r} has no offset from UTC: use an aware datetime, such as datetime.now(UTC)")
    if isinstance(value, float) and not isfinite(value):
        raise ValueError(f"{value} is no number of JSON")
    return value


def encodable_properties(model: Model) -> dict[str, Any]:
    """Return the properties of *model*: those received, and those whose attributes differ from their default."""
    record = record_of(type(model))
    received = received_with(model)
    found = {name: getattr(model, attribute) for name, attribute in record.attributes.items()}
    for name, noted in (record.absent if received is None else received).items():
        if isinstance(noted, tuple):
            original, text = cast("tuple[Any, Any]", noted)
            value = found[name]
            if value is original or (type(value) is type(original) and value == original):
                found[name] = text
        elif found.get(name) is None:
            found[name] = noted
    given = {name: value for name, value in found.items() if value is not UNSET}
    # What was received can be written.
    return given if record.is_flat and received is not None else {name: encodable(each) for name, each in given.items()}


def fields_set(model: Model) -> frozenset[str]:
    """Return the names of the attributes of *model* that were received, or that differ from their default."""
    found = encodable_properties(model)
    return frozenset(attribute for name, attribute in record_of(type(model)).attributes.items() if name in found)


def to_json(value: Any) -> bytes:
    """Return *value* as JSON text in UTF-8."""
    return json_of(encodable(value))
