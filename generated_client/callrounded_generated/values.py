# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""Decode JSON values of every type that is not a model.

A `Type` is made once per annotation and decodes in two ways:

- `decode_batch` decodes a list of values, in C as far as possible. If one does not fit, it does not say which.
- `decode_one` decodes a single value, and its error names the place.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from itertools import chain, islice
from types import GenericAlias, NoneType
from typing import Annotated, Any, TypeGuard, TypeVar, get_args, get_origin
from uuid import UUID

import msgspec
from attrs import NOTHING, define

from .errors import DecodeError, excerpt, expectation
from .types import File, MalformedRecord, OnInvalid

K = TypeVar("K")

_JSON_TYPES: dict[type, tuple[type, ...]] = {
    str: (str,),
    UUID: (str,),
    date: (str,),
    bool: (bool,),
    int: (int, float),  # JSON Schema counts 1.0 among the integers.
    float: (float, int),
    NoneType: (NoneType,),
}
"""The JSON types that become a class or its subclasses."""
_JSON_NAMES = {str: "string", int: "integer", float: "number", bool: "boolean", list: "array", dict: "object"}
_ALL_JSON_TYPES = (*_JSON_NAMES, NoneType)

# RFC 9562 and RFC 3339. msgspec accepts a little more.
_STANDARD: dict[type, re.Pattern[str]] = {
    UUID: re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    datetime: re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"),
}
_LONGEST_NAME = 60

Mismatch = msgspec.ValidationError
"""A value is not of its type."""


@define(frozen=True)
class Place:
    """The place of a value.

    Attributes:
        path: From the top of the body, which is `$`: `data[3].created_at`.
        on_invalid: What a broken object in a list does.
    """

    path: str
    on_invalid: OnInvalid = "raise"

    def at(self, index: int) -> Place:
        """Return the place of an element of the array that is here."""
        return Place(f"{'' if self.path == '$' else self.path}[{index}]", self.on_invalid)

    def below(self, name: str) -> Place:
        """Return the place of a property of the object that is here."""
        if not name.isidentifier() or len(name) > _LONGEST_NAME:
            return Place(f"{self.path}[{excerpt(name)}]", self.on_invalid)
        return Place(name if self.path == "$" else f"{self.path}.{name}", self.on_invalid)

    def error(self, expected: str, value: Any) -> DecodeError:
        """Return the error that *value* is not what is *expected* here; `attrs.NOTHING` is no value at all."""
        return DecodeError(self.path, expected, "nothing" if value is NOTHING else excerpt(value))


TOP = Place("$")


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

    def decode_batch(self, values: list[Any]) -> list[Any]:
        """Decode values; raise `Mismatch` or `DecodeError` if one of them is not of this type.

        How they are written is not checked yet; see `decode_checked`.
        """
        if self.hint is None:
            return [self.decode_one(value, TOP) for value in values]
        decoded: list[Any] = msgspec.convert(values, GenericAlias(list, self.hint))
        return decoded

    def decode_checked(self, values: list[Any]) -> list[Any]:
        """Do the same, and check how they are written."""
        decoded = self.decode_batch(values)
        self.respelled(decoded, values)
        return decoded

    def respelled(self, decoded: list[Any], values: list[Any]) -> list[int]:
        """Return the indices of the JSON values that Python writes in another way than they were received.

        Raises:
            Mismatch: a UUID or date-time is written in a way that msgspec accepts, but no standard.
        """
        if not self.respells or self.writes_alike(decoded, values):
            return []
        pairs = zip(map(json_of, decoded), map(json_of, values), strict=True)
        indices = [index for index, (ours, theirs) in enumerate(pairs) if ours != theirs]
        for index in indices:
            check_spelling(decoded[index], values[index])
        return indices

    def writes_alike(self, decoded: list[Any], values: list[Any]) -> bool:
        """Return whether Python writes all values as they were received."""
        if self.hint in (UUID, UUID | None):  # Faster than to write them: 36 characters each, and no capitals.
            texts = list(filter(None, values))
            text = "".join(texts)
            return len(text) == 36 * len(texts) and text == text.lower()
        return json_of(values) == json_of(decoded)

    @abstractmethod
    def decode_one(self, value: Any, place: Place) -> Any:
        """Decode the value at *place*; raise `DecodeError` if it is not of this type."""


class Scalar(Type):
    """Anything but objects and arrays."""

    def __init__(self, hint: Any) -> None:
        inner = get_args(hint)[0] if get_origin(hint) is Annotated else hint
        classes: list[Any] = [type(constant) for constant in get_args(inner)] or [inner]  # The constants of a Literal.
        self.hint = hint
        self.json_types = tuple(dict.fromkeys(chain.from_iterable(map(_json_types, classes))))
        self.respells = any(issubclass(cls, UUID | datetime | int | float) for cls in classes if cls not in (Any, bool))

    def decode_one(self, value: Any, place: Place) -> Any:
        mismatch = Mismatch()
        for candidate in (value, int(value)) if isinstance(value, float) and value.is_integer() else (value,):
            try:
                return self.decode_checked([candidate])[0]
            except Mismatch as error:
                mismatch = error
        raise place.error(expectation(self.hint, mismatch), value)


class Opaque(Type):
    """A file, which is only sent, and never in JSON."""

    json_types = _ALL_JSON_TYPES

    def decode_one(self, value: Any, place: Place) -> Any:  # noqa: ARG002 - nothing can be wrong with it
        return value


class Array(Type):
    """A list of values of one type."""

    json_types = (list,)

    def __init__(self, item: Type) -> None:
        self.item = item
        self.hint = item.hint and GenericAlias(list, item.hint)
        self.respells = item.respells

    def decode_batch(self, values: list[Any]) -> list[Any]:
        if self.hint is not None:
            return super().decode_batch(values)
        msgspec.convert(values, list[list[Any]])
        decoded = iter(self.item.decode_batch(list(chain.from_iterable(values))))
        return [list(islice(decoded, len(value))) for value in values]

    def decode_one(self, value: Any, place: Place) -> Any:
        if not is_list(value):
            raise place.error("array", value)
        return self.decode_part(value, 0, place)

    def decode_part(self, values: list[Any], start: int, place: Place) -> list[Any]:
        """Decode the part of the array at *place* that begins at *start*, halving it to find what is broken."""
        if len(values) == 1:
            return [self.decode_element(values[0], place.at(start))]
        try:
            return self.item.decode_checked(values)
        except (Mismatch, DecodeError):
            half = len(values) // 2
        return [*self.decode_part(values[:half], start, place), *self.decode_part(values[half:], start + half, place)]

    def decode_element(self, value: Any, place: Place) -> Any:
        """Decode one element. With `on_invalid="keep"` a broken object becomes a `MalformedRecord`."""
        try:
            return self.item.decode_one(value, place)
        except DecodeError as error:
            if place.on_invalid == "raise" or not self.item.is_object:
                raise
            # A new error, without the frames of this one, which hold the whole body.
            return MalformedRecord(place.path, DecodeError(error.path, error.expected, error.found), value)


class Map(Type):
    """An object whose properties have any name and one type."""

    json_types = (dict,)

    def __init__(self, item: Type) -> None:
        self.item = item
        self.hint = item.hint and GenericAlias(dict, (str, item.hint))
        self.respells = item.respells

    def decode_one(self, value: Any, place: Place) -> Any:
        if not is_dict(value):
            raise place.error("object", value)
        return {name: self.item.decode_one(element, place.below(name)) for name, element in value.items()}


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
        is_told_apart = all(len(candidates) == 1 for candidates in self.members.values())
        if is_told_apart and all(member.hint is not None for member in members):
            for member in members:
                self.hint = member.hint if self.hint is None else self.hint | member.hint

    def decode_batch(self, values: list[Any]) -> list[Any]:
        if self.hint is not None:
            return super().decode_batch(values)
        return decode_grouped(list(map(type, values)), values, self.decode_alike)

    def decode_alike(self, json_type: type, values: list[Any]) -> list[Any]:
        """Decode values of the same JSON type."""
        candidates = self.members.get(json_type, [])
        if len(candidates) == 1:
            return candidates[0].decode_batch(values)
        return [self.decode_one(value, TOP) for value in values]

    def decode_one(self, value: Any, place: Place) -> Any:
        candidates = self.members.get(value.__class__, self.others if len(self.others) == 1 else [])
        errors: list[DecodeError] = []
        for member in candidates:
            try:
                return member.decode_one(value, place)
            except DecodeError as error:
                errors.append(error)
        if len(errors) == 1:
            raise errors[0]
        expected = [f"{error.expected} at {error.path}" for error in errors]
        names = [_JSON_NAMES[member.json_types[0]] for member in self.others]
        raise place.error(" or ".join(dict.fromkeys(expected or names)), value)


def scalar(hint: Any) -> Type:
    """Return the type of an annotation that is neither a model nor an array, a map or a union."""
    return Opaque() if hint is File else Scalar(hint)


def _json_types(cls: Any) -> tuple[type, ...]:
    """Return the JSON types that become a class."""
    if cls is Any:
        return _ALL_JSON_TYPES
    return next(json_types for parent, json_types in _JSON_TYPES.items() if issubclass(cls, parent))


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


def json_of(value: Any) -> bytes:
    """Return *value* as JSON text in UTF-8."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:  # Half of a surrogate pair has no UTF-8, but an escape.
        return json.dumps(msgspec.to_builtins(value), separators=(",", ":")).encode()


def check_spelling(decoded: Any, value: Any) -> None:
    """Raise `Mismatch` if a UUID or date-time in *value* is not written as the standard says."""
    if is_list(decoded):
        list(map(check_spelling, decoded, value))
    elif is_dict(decoded):
        list(map(check_spelling, decoded.values(), value.values()))
    elif type(decoded) in _STANDARD and not _STANDARD[type(decoded)].fullmatch(value):
        raise Mismatch("Invalid UUID" if isinstance(decoded, UUID) else "Invalid RFC3339 encoded datetime")


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Return whether *value* is a list."""
    return isinstance(value, list)


def is_dict(value: Any) -> TypeGuard[dict[str, Any]]:
    """Return whether *value* is a dict."""
    return isinstance(value, dict)
