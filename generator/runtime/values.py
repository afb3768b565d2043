# Copied into every generated package, with a first line of its own.
"""Decode JSON values of every type that is not a model.

A `Type` is made once per annotation. It decodes many values at once, in C as far as possible, without a word which one
does not fit; or a single one, with an error that names the place.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import cached_property, reduce
from itertools import chain, compress, count, islice
from operator import ne
from types import GenericAlias, NoneType
from typing import Annotated, Any, TypeGuard, TypeVar, get_args, get_origin
from uuid import UUID

import msgspec
from attrs import NOTHING, define

from .errors import DecodeError, excerpt, expectation
from .types import MalformedRecord, OnInvalid

K = TypeVar("K")

_JSON_NAMES = {str: "string", int: "integer", float: "number", bool: "boolean", list: "array", dict: "object"}
_JSON_TYPES: dict[type, tuple[type, ...]] = {
    str: (str,),
    UUID: (str,),
    datetime: (str,),
    date: (str,),
    bool: (bool,),
    int: (int, float),  # JSON Schema counts 1.0 among the integers.
    float: (float, int),
    NoneType: (NoneType,),
    object: (*_JSON_NAMES, NoneType),  # That is, Any.
}
"""The JSON types that become a class or its subclasses; the first class in question counts."""

# RFC 9562 and RFC 3339. msgspec accepts a little more.
_STANDARD: dict[type, re.Pattern[str]] = {
    UUID: re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    datetime: re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"),
}


@define(frozen=True)
class Place:
    """The place of a value, from the top of the body, which is `$`; and what a broken object in a list does."""

    path: str = "$"
    on_invalid: OnInvalid = "raise"

    def below(self, key: str | int) -> Place:
        """Return the place of a property of the object, or of an element of the array, that is here."""
        parent = "" if self.path == "$" else self.path
        if isinstance(key, int):
            path = f"{parent}[{key}]"
        elif key.isidentifier() and len(key) <= 60:
            path = f"{parent}.{key}" if parent else key
        else:
            path = f"{self.path}[{excerpt(key)}]"
        return Place(path, self.on_invalid)

    def error(self, expected: str, value: Any) -> DecodeError:
        """Return the error that *value* is not what is *expected* here; `attrs.NOTHING` is no value at all."""
        return DecodeError(self.path, expected, "nothing" if value is NOTHING else excerpt(value))


TOP = Place()


class Type(ABC):
    """A type of the OpenAPI document.

    Attributes:
        json_types: The JSON types of its values.
        hint: The annotation with which msgspec decodes it alone; None if it contains models.
        is_object: Whether its values are models.
        respells: Whether Python may write a value in another way than it was received, such as a UUID in capitals.
    """

    json_types: tuple[type, ...]
    hint: Any = None
    is_object: bool = False
    respells: bool = False

    @abstractmethod
    def decode(self, values: list[Any], place: Place | None = None) -> list[Any]:
        """Return the decoded JSON *values*: many at once, or one whose *place* is known.

        Raises:
            DecodeError: one is not of this type. Of many nothing tells which, and how they are written is not checked
                yet; see `respelled`.
        """

    def decode_checked(self, values: list[Any]) -> list[Any]:
        """Return many decoded *values*, and check how they are written."""
        decoded = self.decode(values)
        if self.respells:
            self.respelled(decoded, values)
        return decoded

    def respelled(self, decoded: list[Any], values: list[Any]) -> list[int]:
        """Return the indices of the JSON values that Python writes in another way than they were received.

        Raises:
            DecodeError: a UUID or date-time is written in a way that msgspec accepts, but no standard.
        """
        if self.hint in (UUID, UUID | None):  # Faster than to write them: 36 characters each, and no capitals.
            texts: list[str] = list(filter(None, values))
            text = "".join(texts)
            is_alike = len(text) == 36 * len(texts) and text == text.lower()
        else:
            is_alike = json_of(values) == json_of(decoded)
        if is_alike:
            return []
        # The repr tells 1 from 1.0.
        differ = map(ne, map(repr, msgspec.to_builtins(decoded)), map(repr, values))
        indices = list(compress(count(), differ))
        for index in indices:
            check_spelling(decoded[index], values[index])
        return indices

    @cached_property
    def batch(self) -> Any:
        """A class that holds values: msgspec looks at a class once, at an annotation each time."""
        made = msgspec.defstruct("Batch", [("values", GenericAlias(list, self.hint))], array_like=True)
        # Here, where no other thread has the class: msgspec may crash where two look at one for the first time.
        msgspec.convert([[]], made)
        return made

    def convert(self, values: list[Any]) -> list[Any]:
        """Do what `decode` does for many values, in C; there is a `hint`."""
        try:
            decoded: list[Any] = msgspec.convert([values], self.batch).values
        except msgspec.ValidationError as error:
            raise DecodeError("$", str(error), "") from None
        return decoded


class Scalar(Type):
    """Anything but objects and arrays."""

    def __init__(self, hint: Any) -> None:
        inner = get_args(hint)[0] if get_origin(hint) is Annotated else hint
        classes: list[Any] = [type(constant) for constant in get_args(inner)] or [inner]  # The constants of a Literal.
        found = [next(parent for parent in _JSON_TYPES if issubclass(cls, parent)) for cls in classes]
        self.hint = hint
        self.json_types = tuple(dict.fromkeys(chain.from_iterable(map(_JSON_TYPES.__getitem__, found))))
        self.respells = not {UUID, datetime, int, float}.isdisjoint(found)

    def decode(self, values: list[Any], place: Place | None = None) -> list[Any]:
        if place is None:
            return self.convert(values)
        value, expected = values[0], ""
        for candidate in (value, int(value)) if isinstance(value, float) and value.is_integer() else (value,):
            try:
                return self.decode_checked([candidate])
            except DecodeError as error:
                expected = error.expected
        raise place.error(expectation(self.hint, expected, value), value)


class Array(Type):
    """A list of values of one type."""

    json_types = (list,)

    def __init__(self, item: Type) -> None:
        self.item, self.respells = item, item.respells
        self.hint = item.hint and GenericAlias(list, item.hint)

    def decode(self, values: list[Any], place: Place | None = None) -> list[Any]:
        require(list, values, place)
        if place is not None:
            return [self.decode_part(values[0], 0, place)]
        if self.hint is not None:
            return self.convert(values)
        decoded = iter(self.item.decode(list(chain.from_iterable(values))))
        return [list(islice(decoded, len(value))) for value in values]

    def decode_part(self, values: list[Any], start: int, place: Place) -> list[Any]:
        """Decode the part of the array at *place* that begins at *start*, halving it to find what is broken."""
        below = place.below(start)
        try:
            return self.item.decode(values, below) if len(values) == 1 else self.item.decode_checked(values)
        except DecodeError as error:
            if len(values) == 1 and (place.on_invalid == "raise" or not self.item.is_object):
                raise
            # A new error, without the frames of this one, which hold the whole body.
            fault = DecodeError(*error.args)
        if len(values) == 1:
            return [MalformedRecord(below.path, fault, values[0])]
        half = len(values) // 2
        return [*self.decode_part(values[:half], start, place), *self.decode_part(values[half:], start + half, place)]


class Map(Type):
    """An object whose properties have any name and one type."""

    json_types = (dict,)

    def __init__(self, item: Type) -> None:
        self.item, self.respells = item, item.respells
        self.hint = item.hint and GenericAlias(dict, (str, item.hint))

    def decode(self, values: list[Any], place: Place | None = None) -> list[Any]:
        require(dict, values, place)
        if place is not None:
            items = values[0].items()
            return [{name: self.item.decode([element], place.below(name))[0] for name, element in items}]
        if self.hint is not None:
            return self.convert(values)
        return [dict(zip(value, self.item.decode(list(value.values())), strict=True)) for value in values]


class AnyOf(Type):
    """One of several types. Those of the same JSON type are tried in the order of the document."""

    def __init__(self, members: Sequence[Type]) -> None:
        self.members: dict[type, list[Type]] = {}
        for member in members:
            for json_type in member.json_types:
                self.members.setdefault(json_type, []).append(member)
        self.others = [member for member in members if member.json_types != (NoneType,)]
        self.json_types = tuple(self.members)
        self.is_object = all(member.is_object for member in self.others)
        self.respells = any(member.respells for member in members)
        hints = [member.hint for member in members]
        if None not in hints and all(len(candidates) == 1 for candidates in self.members.values()):
            self.hint = reduce(lambda one, other: one | other, hints)

    def decode(self, values: list[Any], place: Place | None = None) -> list[Any]:
        if place is None and self.hint is not None:
            return self.convert(values)
        kinds = list(map(type, values))
        return decode_grouped(kinds, values, lambda kind, group: self.decode_alike(kind, group, place))

    def decode_alike(self, json_type: type, values: list[Any], place: Place | None) -> list[Any]:
        """Decode values of the same JSON type."""
        candidates = self.members.get(json_type, self.others if len(self.others) == 1 else [])
        if len(candidates) == 1:
            return candidates[0].decode(values, place)
        return [self.decode_first(candidates, value, place or TOP) for value in values]

    def decode_first(self, candidates: list[Type], value: Any, place: Place) -> Any:
        """Decode a value by the first of *candidates* whose type it is of."""
        expected: list[str] = []
        for member in candidates:
            try:
                return member.decode([value], place)[0]
            except DecodeError as error:
                expected.append(f"{error.expected} at {error.path}")
        names = [_JSON_NAMES[member.json_types[0]] for member in self.others]
        raise place.error(" or ".join(dict.fromkeys(expected or names)), value)


def decode_grouped(keys: list[K], values: list[Any], decode: Callable[[K, list[Any]], list[Any]]) -> list[Any]:
    """Decode the values with the same key together, and return all in their order."""
    # In the order of the values: that of a set differs from run to run.
    groups: dict[K, list[Any]] = {key: [] for key in dict.fromkeys(keys)}
    if len(groups) == 1:
        return decode(keys[0], values)
    for_each(list[Any].append, map(groups.__getitem__, keys), values)
    decoded = {key: iter(decode(key, group)) for key, group in groups.items()}
    return list(map(next, map(decoded.__getitem__, keys)))


def for_each(function: Callable[..., Any], *arguments: Iterable[Any]) -> None:
    """Call a function that is written in C for each of some *arguments*, in a loop that is written in C."""
    deque(map(function, *arguments), maxlen=0)


def require(cls: type, values: list[Any], place: Place | None) -> None:
    """Raise `DecodeError` if one of *values* is none of the JSON type *cls*."""
    if set(map(type, values)) - {cls}:
        raise (place or TOP).error("array" if cls is list else "an object", values[0])


def json_of(value: Any) -> bytes:
    """Return *value* as JSON text in UTF-8."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:  # Half of a surrogate pair has no UTF-8, but an escape.
        return json.dumps(msgspec.to_builtins(value), separators=(",", ":")).encode()


def check_spelling(decoded: Any, value: Any) -> None:
    """Raise `DecodeError` if a UUID or date-time in *value* is not written as the standard says."""
    if type(decoded) in _STANDARD:
        if not _STANDARD[type(decoded)].fullmatch(value):
            raise DecodeError("$", "a valid UUID" if isinstance(decoded, UUID) else "a valid RFC 3339 date-time", "")
    elif is_list(decoded):
        list(map(check_spelling, decoded, value))
    elif is_dict(decoded):
        list(map(check_spelling, decoded.values(), value.values()))


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Return whether *value* is a list."""
    return isinstance(value, list)


def is_dict(value: Any) -> TypeGuard[dict[str, Any]]:
    """Return whether *value* is a dict."""
    return isinstance(value, dict)
