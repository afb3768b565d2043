# Copied into every generated package, with a first line of its own.
"""Rows: the objects of a list while they are being parsed, if each has all of the listed properties and no others.

JSON text can be parsed into dicts without knowing anything about it. Where the names of the properties are known, an
object can become a row instead: a Struct of msgspec with an attribute per property, which holds any JSON value. That
takes less time and less memory. Text with any other object is refused, and then has to be parsed into dicts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from keyword import iskeyword
from operator import attrgetter, itemgetter
from types import GenericAlias
from typing import Any, cast

import msgspec


def row_type(names: Iterable[str]) -> type[msgspec.Struct]:
    """Return the class of rows with properties of these *names*."""
    # Without the garbage collector: JSON has no cycles.
    return msgspec.defstruct("Row", [(name, Any) for name in names], forbid_unknown_fields=True, gc=False)


def variant_type(names: Iterable[str], tag: str, value: str) -> type[msgspec.Struct]:
    """Return the class of rows with properties of these *names*, of which *tag* has this *value*."""
    fields = [(name, Any) for name in names if name != tag]
    # msgspec looks at the tag, but does not keep it.
    return msgspec.defstruct(
        "Row", fields, tag_field=tag, tag=value, namespace={tag: value}, forbid_unknown_fields=True, gc=False
    )


def parser(names: Collection[str], rows: Mapping[str, Any]) -> Callable[[bytes | str], dict[str, Any]]:
    """Return what parses the text of an object with properties of these *names*, any of which may be absent.

    Those in *rows* are lists, of rows of the types there. What it returns raises `msgspec.MsgspecError` for any other
    text.
    """
    fields = [(name, GenericAlias(list, rows[name]) if name in rows else Any, msgspec.UNSET) for name in names]
    decoder = msgspec.json.Decoder(msgspec.defstruct("Body", fields, forbid_unknown_fields=True))

    def parse(text: bytes | str) -> dict[str, Any]:
        body = decoder.decode(text)
        values = ((name, getattr(body, name)) for name in names)
        return {name: value for name, value in values if value is not msgspec.UNSET}

    return parse


def can_be_attributes(names: Iterable[str]) -> bool:
    """Return whether properties of these *names* can be attributes of a Struct."""
    return all(name.isidentifier() and not iskeyword(name) and not name.startswith("__") for name in names)


def are_rows(values: list[Any]) -> bool:
    """Return whether *values* are rows, and not dicts or any other JSON values."""
    return bool(values) and isinstance(values[0], msgspec.Struct)


def getter(values: list[Any], *names: str) -> Callable[[Any], Any]:
    """Return what gets the properties of these *names* from each of *values*, which are rows or dicts."""
    if are_rows(values):
        return attrgetter(*names)
    return cast("Callable[[Any], Any]", itemgetter(*names))
