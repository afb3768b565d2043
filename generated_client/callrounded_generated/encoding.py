# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""From models to JSON."""

from __future__ import annotations

import json
from typing import Any, TypeGuard

import msgspec

from .decoding import Field, record_of
from .errors import DecodeError
from .types import MalformedRecord, Model, received_with
from .values import TOP


def encodable(value: Any) -> Any:
    """Return *value* in a form in which msgspec writes what it was received as."""
    if isinstance(value, Model):
        received = received_with(value)
        if received is None:
            return encodable_properties(value)
        layout, kept, is_sure = received
        if not is_sure or layout.values is None:
            return encodable_properties(value)
        if layout.is_plain:
            return value
        values = layout.values(value) + kept
        return dict(zip(layout.written, values if layout.is_flat else map(encodable, values), strict=True))
    if isinstance(value, MalformedRecord):
        return value.raw
    if is_list(value):
        return list(map(encodable, value))
    if is_dict(value):
        return {name: encodable(element) for name, element in value.items()}
    return value


def to_json(value: Any) -> bytes:
    """Return *value* as JSON text in UTF-8."""
    written = encodable(value)
    try:
        return msgspec.json.encode(written)
    except UnicodeEncodeError:  # Half of a surrogate pair has no UTF-8, but an escape.
        return json.dumps(msgspec.to_builtins(written), separators=(",", ":")).encode()


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Return whether *value* is a list."""
    return isinstance(value, list)


def is_dict(value: Any) -> TypeGuard[dict[str, Any]]:
    """Return whether *value* is a dict."""
    return isinstance(value, dict)


def encodable_properties(model: Model) -> dict[str, Any]:
    """Return the properties of a *model* made by hand or changed: what was received, and what differs from defaults."""
    received = received_with(model)
    names: tuple[str, ...] = ()
    originals: dict[str, Any] = {}
    if received is not None:
        layout, kept, _ = received
        names = layout.names
        originals = dict(zip(layout.kept, kept, strict=True))
    fields = record_of(type(model)).fields
    found: dict[str, Any] = {}
    for name in names:
        if name in fields and not (name in originals and is_read_from(originals[name], fields[name], model)):
            found[name] = encodable(getattr(model, fields[name].attribute))
        else:
            found[name] = originals[name]
    for name, field in fields.items():
        value = getattr(model, field.attribute)
        if name not in found and not field.is_default(value):
            found[name] = encodable(value)
    return found


def is_read_from(original: Any, field: Field, model: Model) -> bool:
    """Return whether the attribute of *model* is what is read from a JSON value, or None for one that is unreadable."""
    try:
        read = field.type.one(original, TOP)
    except DecodeError:
        read = None
    return bool(read == getattr(model, field.attribute))


def fields_set(model: Model) -> frozenset[str]:
    """Return the names of the attributes of *model* that were received, or that differ from their default."""
    received = received_with(model)
    names = frozenset(received[0].names if received else ())
    fields = record_of(type(model)).fields.values()
    return frozenset(
        field.attribute
        for field in fields
        if field.name in names or not field.is_default(getattr(model, field.attribute))
    )
