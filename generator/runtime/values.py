# Copied into every generated package, with a first line of its own.
"""From JSON values to Python values: the types of the OpenAPI document, apart from objects with a class of their own.

A type is made once, from an annotation, and converts values in two ways:

- `many` converts a list of values at once, in C as far as possible. Where a value does not fit, it raises `Mismatch`
  without saying which.
- `one` converts a single value and knows its path, so that the error it raises names the place.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from itertools import chain, islice
from types import GenericAlias, NoneType
from typing import Annotated, Any, TypeVar, get_args
from uuid import UUID

import msgspec
from attrs import NOTHING, define

from .errors import DecodeError, excerpt, expectation
from .spelling import is_standard, is_usual
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
"""How values arrive, by the class that they, or its subclasses, become."""
_JSON_NAMES = {str: "string", int: "integer", float: "number", bool: "boolean", list: "array", dict: "object"}

_LONGEST_NAME = 60

Mismatch = msgspec.ValidationError
"""Some value is not of its type."""


@define(frozen=True)
class Place:
    """Where a value is, and what a broken object in a list does there.

    Attributes:
        path: From the top of the body, which is `$`: `data[3].created_at`.
    """

    path: str
    on_invalid: OnInvalid

    def at(self, index: int) -> Place:
        """Return the place of an element of the array that is here."""
        return Place(f"{'' if self.path == '$' else self.path}[{index}]", self.on_invalid)

    def below(self, name: str) -> Place:
        """Return the place of a property of the object that is here."""
        if not name.isidentifier() or len(name) > _LONGEST_NAME:
            path = f"{self.path}[{excerpt(name)}]"
        else:
            path = name if self.path == "$" else f"{self.path}.{name}"
        return Place(path, self.on_invalid)

    def error(self, expected: str, value: Any) -> DecodeError:
        """Return the error that *value* is not what is *expected* here; `attrs.NOTHING` is no value at all."""
        return DecodeError(self.path, expected, "nothing" if value is NOTHING else excerpt(value))


TOP = Place("$", "raise")


class Type(ABC):
    """A type of the OpenAPI document.

    Attributes:
        hint: The same as an annotation, if msgspec can do all of the work; otherwise `None`.
        json_types: How values of this type arrive.
        is_object: Whether it is an object with a class of its own, or one of several.
        respells: Whether Python may write a value in another way than it was received.
        row: What msgspec parses the objects of a list into, as an annotation; None if they cannot be rows.
    """

    hint: Any = None
    json_types: tuple[type, ...]
    is_object: bool = False
    respells: bool = False

    @cached_property
    def row(self) -> Any:
        return None

    @abstractmethod
    def many(self, values: list[Any]) -> list[Any]:
        """Convert JSON values; raise `Mismatch` when one of them is not of this type."""

    @abstractmethod
    def one(self, value: Any, place: Place) -> Any:
        """Convert the JSON value at *place*; raise `DecodeError` when it is not of this type."""

    def is_usual(self, values: list[Any]) -> bool:
        """Return whether Python writes *values*, which fit, as they were received. May be wrong in saying no.

        Raises:
            Mismatch: a value is written in a way that msgspec lets pass, but no standard.
        """
        return not (self.respells and values)


class Scalar(Type):
    """Anything but objects and arrays."""

    def __init__(self, hint: Any, json_types: tuple[type, ...]) -> None:
        self.hint = hint
        self.hints = GenericAlias(list, hint)
        self.json_types = json_types

    def one(self, value: Any, place: Place) -> Any:
        try:
            return self.many([value])[0]
        except Mismatch as error:
            mismatch = error
        if isinstance(value, float) and value.is_integer():
            try:
                return self.many([int(value)])[0]
            except Mismatch as error:
                mismatch = error
        raise place.error(expectation(self.hint, mismatch), value)

    def many(self, values: list[Any]) -> list[Any]:
        converted: list[Any] = msgspec.convert(values, self.hints)
        return converted


class Spelled(Scalar):
    """A scalar that JSON can write in several ways: a UUID, a date-time, a number."""

    respells = True

    def __init__(self, hint: Any, json_types: tuple[type, ...], kind: type) -> None:
        super().__init__(hint, json_types)
        self.kind = kind

    def many(self, values: list[Any]) -> list[Any]:
        converted = super().many(values)
        self.is_usual(values)
        return converted

    def is_usual(self, values: list[Any]) -> bool:
        if is_usual(self.kind, values):
            return True
        if is_standard(self.kind, values):
            return False
        raise Mismatch(f"Invalid {'UUID' if self.kind is UUID else 'RFC3339 encoded datetime'}")


class Nullable(Type):
    """Another type, or null."""

    def __init__(self, inner: Type) -> None:
        self.inner = inner
        self.hint = None if inner.hint is None else inner.hint | None
        self.json_types = (*inner.json_types, type(None))
        self.is_object = inner.is_object
        self.respells = inner.respells

    def one(self, value: Any, place: Place) -> Any:
        return None if value is None else self.inner.one(value, place)

    def many(self, values: list[Any]) -> list[Any]:
        converted = iter(self.inner.many([value for value in values if value is not None]))
        return [None if value is None else next(converted) for value in values]

    def is_usual(self, values: list[Any]) -> bool:
        return self.inner.is_usual([value for value in values if value is not None])


class Array(Type):
    """A list of values of one type; *bounds* are those of its length."""

    json_types = (list,)

    def __init__(self, item: Type, bounds: Sequence[Any]) -> None:
        self.item = item
        self.outline = Scalar(annotated(list[Any], bounds), self.json_types)
        self.hint = None if item.hint is None else annotated(GenericAlias(list, item.hint), bounds)
        self.respells = item.respells

    def one(self, value: Any, place: Place) -> Any:
        self.outline.one(value, place)
        return self.elements(value, 0, place)

    def elements(self, values: list[Any], start: int, place: Place) -> list[Any]:
        """Convert the part of the array at *place* that begins at *start*. The broken ones are found by halving it."""
        if len(values) == 1:
            return [self.element(values[0], place.at(start))]
        try:
            return self.item.many(values)
        except Mismatch:
            half = len(values) // 2
        return [*self.elements(values[:half], start, place), *self.elements(values[half:], start + half, place)]

    def element(self, value: Any, place: Place) -> Any:
        """Convert one element. With `on_invalid="keep"` a broken object becomes a `MalformedRecord`."""
        try:
            return self.item.one(value, place)
        except DecodeError as error:
            if place.on_invalid == "raise" or not self.item.is_object:
                raise
            # A new error, without the frames of this one, which hold the whole body.
            return MalformedRecord(place.path, DecodeError(error.path, error.expected, error.found), value)

    def many(self, values: list[Any]) -> list[Any]:
        self.outline.many(values)
        if len(values) == 1:
            return [self.item.many(values[0])]
        converted = iter(self.item.many(list(chain.from_iterable(values))))
        return [list(islice(converted, len(value))) for value in values]

    def is_usual(self, values: list[Any]) -> bool:
        return self.item.is_usual(list(chain.from_iterable(values)))


class Map(Type):
    """An object whose properties have any name and one type; *bounds* are those of their number."""

    json_types = (dict,)

    def __init__(self, item: Type, bounds: Sequence[Any]) -> None:
        self.item = item
        self.outline = Scalar(annotated(dict[str, Any], bounds), self.json_types)
        self.hint = None if item.hint is None else annotated(GenericAlias(dict, (str, item.hint)), bounds)
        self.respells = item.respells

    def one(self, value: Any, place: Place) -> Any:
        self.outline.one(value, place)
        return {name: self.item.one(element, place.below(name)) for name, element in value.items()}

    def many(self, values: list[Any]) -> list[Any]:
        self.outline.many(values)
        converted = iter(self.item.many(self.elements(values)))
        return [dict(zip(value, islice(converted, len(value)), strict=True)) for value in values]

    def is_usual(self, values: list[Any]) -> bool:
        return self.item.is_usual(self.elements(values))

    def elements(self, values: list[dict[str, Any]]) -> list[Any]:
        """Return the values of all properties of some maps."""
        return list(chain.from_iterable(value.values() for value in values))


class AnyOf(Type):
    """One of several types. Those that JSON does not tell apart are tried in the order of the document."""

    def __init__(self, members: Sequence[Type]) -> None:
        self.members: dict[type, list[Type]] = {}
        for member in members:
            for json_type in member.json_types:
                self.members.setdefault(json_type, []).append(member)
        self.is_told_apart = all(len(candidates) == 1 for candidates in self.members.values())
        self.hint = union([member.hint for member in members]) if self.is_told_apart else None
        self.json_types = tuple(self.members)
        self.respells = any(member.respells for member in members)

    def one(self, value: Any, place: Place) -> Any:
        candidates = self.members.get(value.__class__, [])
        errors: list[DecodeError] = []
        for member in candidates:
            try:
                return member.one(value, place)
            except DecodeError as error:
                errors.append(error)
        if len(errors) == 1:
            raise errors[0]
        if errors:
            raise place.error(
                " or ".join(dict.fromkeys(f"{error.expected} at {error.path}" for error in errors)), value
            )
        names = dict.fromkeys(
            _JSON_NAMES.get(member.json_types[0], "null") for members in self.members.values() for member in members
        )
        raise place.error(" or ".join(names), value)

    def many(self, values: list[Any]) -> list[Any]:
        json_types = list(map(type, values))
        if not set(json_types) <= self.members.keys():
            raise Mismatch("Expected a value of another type")
        if self.is_told_apart:
            return convert_by(json_types, values, {kind: members[0] for kind, members in self.members.items()})
        return [self.first(value) for value in values]

    def first(self, value: Any) -> Any:
        """Convert *value* to the first type that it is of."""
        for member in self.members[type(value)]:
            try:
                return member.many([value])[0]
            except Mismatch:
                continue
        raise Mismatch("Expected a value of another type")

    def is_usual(self, values: list[Any]) -> bool:
        return self.is_told_apart and all(
            members[0].is_usual([value for value in values if type(value) is json_type])
            for json_type, members in self.members.items()
        )


def scalar(hint: Any, bounds: Sequence[Any]) -> Scalar:
    """Return the type that an annotation stands for which is neither a model nor an array, a map or a union."""
    if hint is File:
        opaque = Scalar(Any, (*_JSON_NAMES, NoneType))  # Files are sent, and never in JSON.
        opaque.hint = None  # Nothing for msgspec to make.
        return opaque
    if hint is Any:
        return Scalar(hint, (*_JSON_NAMES, NoneType))
    constants: tuple[object, ...] = get_args(hint)
    cls = type(constants[0]) if constants else hint
    json_types = next(json_types for parent, json_types in _JSON_TYPES.items() if issubclass(cls, parent))
    if cls in (UUID, datetime, float):
        return Spelled(annotated(hint, bounds), json_types, cls)
    return Scalar(annotated(hint, bounds), json_types)


def annotated(hint: Any, bounds: Sequence[Any]) -> Any:
    """Return *hint* with *bounds* on its values."""
    return Annotated[hint, *bounds] if bounds else hint


def union(hints: Sequence[Any]) -> Any:
    """Return the annotation for a value of any of *hints*; None if one of these is None."""
    joined, *others = hints
    for hint in others:
        joined = None if joined is None or hint is None else joined | hint
    return joined


def convert_by(kinds: list[K], values: list[Any], types: Mapping[K, Type]) -> list[Any]:
    """Convert *values* of several types: those of the same type together, and then back into their order."""
    groups: dict[Type, list[Any]] = {type_: [] for type_ in types.values()}
    group_of = {kind: groups[type_] for kind, type_ in types.items()}
    for kind, value in zip(kinds, values, strict=True):
        group_of[kind].append(value)
    converted = {type_: type_.many(group) for type_, group in groups.items()}
    if len(converted) == 1:
        return next(iter(converted.values()))
    rest = {type_: iter(group) for type_, group in converted.items()}
    rest_of = {kind: rest[type_] for kind, type_ in types.items()}
    return list(map(next, map(rest_of.__getitem__, kinds)))
