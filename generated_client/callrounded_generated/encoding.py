# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""Encode models as JSON."""

from __future__ import annotations

from datetime import datetime
from math import isfinite
from typing import Any

from .decoding import record_of
from .types import UNSET, MalformedRecord, Model, noted_on
from .values import is_dict, is_list, json_of


def encodable(value: Any) -> Any:
    """Return *value* in a form in which msgspec writes what it was received as.

    Raises:
        ValueError: it cannot be written: NaN, or a date-time without an offset, of which the server would have to guess
            which time it is.
    """
    if isinstance(value, Model):
        received, additional = noted_on(value)
        nothing_noted = type(received) is dict and not received and not additional
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
    received, additional = noted_on(model)
    listed = {name: getattr(model, field.attribute) for name, field in record.fields.items()}
    others = dict(additional or {})
    for name, (original, text) in (record.absent if received is None else received).items():
        values = listed if name in listed else others
        value = values.get(name)
        if value is original or (type(value) is type(original) and value == original):
            values[name] = text
    given = {name: value for name, value in listed.items() if value is not UNSET}
    for name, value in others.items():
        given.setdefault(name, value)
    # What was received, and is not `Changed`, can be written.
    is_writable = type(received) is dict and record.is_flat
    return given if is_writable else {name: encodable(each) for name, each in given.items()}


def to_json(value: Any) -> bytes:
    """Return *value* as JSON text in UTF-8."""
    return json_of(encodable(value))
