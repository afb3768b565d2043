"""Default values as Python source."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from generator.view.annotation import Annotation, Array, Class, Map, Plain, Scope, Union, json_type


class InexpressibleError(Exception):
    """A value cannot be a default; the text says why."""


# The types of texts that are more than texts: how Python reads one, and the source for it.
_MORE_THAN_TEXT: Mapping[str, tuple[Callable[[str], object], str, str]] = {
    "UUID": (UUID, "UUID", ""),
    "AwareDatetime": (datetime.fromisoformat, "datetime", ".fromisoformat"),
    "date": (date.fromisoformat, "date", ".fromisoformat"),
}


def write_default(value: Any, annotation: Annotation, scope: Scope) -> str:
    """Return the JSON *value*, valid for *annotation*, as Python source in the module of *scope*.

    Raises:
        InexpressibleError: There is no source for it.
    """
    if value is None:
        return "None"
    match annotation:
        case Union(members):
            fitting = next(member for member in members if json_type(member) == _json_type(value))
            return write_default(value, fitting, scope)
        case Array(item):
            return f"[{', '.join(write_default(element, item, scope) for element in value)}]"
        case Map(inner):
            entries = (f"{name!r}: {write_default(element, inner, scope)}" for name, element in value.items())
            return f"{{{', '.join(entries)}}}"
        case Class(is_enum=False):
            raise InexpressibleError("an object with properties cannot be a default")
        case Class():
            return f"{scope.write(annotation)}({value!r})"
        case Plain(name) if name in _MORE_THAN_TEXT:
            return _more_than_text(name, value, scope)
        case Plain("int" | "float" as name):
            # JSON has one kind of numbers: 1.0 is an integer, and 1 a number.
            return repr(int(value) if name == "int" else float(value))
        case _:
            return repr(value)


def _more_than_text(name: str, value: str, scope: Scope) -> str:
    parse, constructor, method = _MORE_THAN_TEXT[name]
    try:
        parse(value)
    except ValueError as error:
        # The standard may allow more.
        raise InexpressibleError(f"Python cannot read {json.dumps(value)}: {error}") from error
    return f"{scope.name(constructor)}{method}({value!r})"


def _json_type(value: Any) -> str:
    match value:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"
