# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""Decode JSON text as models.

msgspec parses the text into dicts and lists. A `Type`, made once per annotation, turns these into models: the objects
of a list together in C where they fit, else one by one, to find out where they do not.

What the attributes of a model cannot say is noted on it; see `types.Received`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import cache, cached_property
from importlib import import_module
from itertools import repeat
from operator import itemgetter
from types import NoneType, UnionType
from typing import Any, NoReturn, Union, cast, get_args, get_origin, get_type_hints

import attrs
import msgspec

from .errors import DecodeError, excerpt
from .types import UNSET, Model, OnInvalid, Received, UnknownVariant, received_with
from .values import TOP, AnyOf, Array, Map, Place, Type, decode_grouped, for_each, require, scalar


def decode_json(hint: Any, text: bytes | str, *, on_invalid: OnInvalid = "raise") -> Any:
    """Return the JSON *text* as an object of a model, or as another value that an annotation stands for.

    Args:
        hint: A model, or an annotation.
        text: JSON text; bytes are UTF-8.
        on_invalid: `"keep"` leaves a `MalformedRecord` in the place of each broken object of a list.

    Raises:
        DecodeError: *text* is no JSON, or not what the OpenAPI document says.
    """
    type_, data = type_of(hint), _parsed(text)
    try:
        return type_.decode_checked([data])[0]
    except (DecodeError, RecursionError):
        pass
    try:  # One by one, to find out where it is not as it should be.
        return type_.decode([data], Place("$", on_invalid))[0]
    except RecursionError:
        pass
    raise DecodeError("$", "values that are nested less deeply", excerpt(data))


def decode_copy(cls: type[Model], data: Mapping[str, Any]) -> Any:
    """Return a copy of JSON data as an object of *cls*.

    Raises:
        DecodeError: *data* is no JSON, or not what the OpenAPI document says.
    """
    try:
        # Not with msgspec, which writes NaN as null.
        text = json.dumps(data, allow_nan=False, default=_as_dict)
    except (TypeError, ValueError, RecursionError) as error:
        raise DecodeError("$", "JSON data", f"{excerpt(data)} ({error})") from None
    return decode_json(cls, text)


def _as_dict(value: object) -> dict[object, object]:
    """Return a mapping that is no dict as one; the json module cannot write anything else either."""
    if isinstance(value, Mapping):
        return dict(cast("Mapping[object, object]", value))
    raise TypeError(f"{type(value).__name__} is no type of JSON")


def _parsed(text: bytes | str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        fault = error
    try:
        # A byte order mark, or an escaped half of a surrogate pair: other readers accept it.
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        pass
    raise DecodeError("$", "a JSON document", f"{excerpt(text)} ({fault})" if text else "an empty body")


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


@attrs.define(frozen=True)
class Field:
    """An attribute of a model and the property it stands for.

    Attributes:
        default: That of attrs: `attrs.NOTHING` if the property is required.
        set: Sets the attribute of a model that is being made. For everyone else models are frozen.
    """

    attribute: str
    name: str
    type: Type
    default: Any
    set: Callable[[Model, Any], None]

    @property
    def is_required(self) -> bool:
        """Whether the property must be there."""
        return self.default is attrs.NOTHING

    def defaults(self, count: int) -> list[Any]:
        """Return the attribute's value for an absent property, for as many models."""
        factory = getattr(self.default, "factory", None)  # That of an attrs.Factory, for a list.
        return [factory() for _ in range(count)] if factory else [self.default] * count


class Object(Type):
    """An object with listed properties: a model."""

    json_types = (dict,)
    is_object = True

    def __init__(self, cls: type[Model]) -> None:
        self.cls = cls
        self.note: Callable[[Model, Received], None] = _setter(cls, "_received")

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The fields, by name of the property. Not made in `__init__`, because a model may contain itself."""
        return {field.name: field for field in _fields_of(self.cls)}

    @cached_property
    def attributes(self) -> dict[str, str]:
        """Names of the attributes, by name of the property."""
        return {name: field.attribute for name, field in self.fields.items()}

    @cached_property
    def is_flat(self) -> bool:
        """Whether msgspec writes the model as it should be: it contains no other, and its names are the properties'."""
        return all(field.type.hint is not None and field.attribute == name for name, field in self.fields.items())

    @cached_property
    def absent(self) -> Received:
        """What to note on a model without any of its optional properties, such as one that was made by hand."""
        defaults = {name: field.defaults(1)[0] for name, field in self.fields.items() if not field.is_required}
        return {name: (default, UNSET) for name, default in defaults.items() if default is not UNSET}

    def decode(self, values: list[Any], place: Place | None = None) -> list[Any]:
        require(dict, values, place)
        try:
            if len(set(map(len, values))) == 1:
                return self.decode_alike(values, place)
        except KeyError:  # They have as many properties as the first, but others.
            pass
        return decode_grouped(list(map(frozenset, values)), values, lambda _, group: self.decode_alike(group, place))

    def decode_alike(self, values: list[dict[str, Any]], place: Place | None) -> list[Model]:
        """Decode objects that all have the same properties: one property of all objects after the other.

        Raises:
            KeyError: one has other properties than the first.
        """
        columns = {name: list(map(itemgetter(name), values)) for name in values[0]}
        decoded: dict[str, list[Any]] = {}
        for name, field in self.fields.items():
            below = place and place.below(name)
            if name in columns:
                decoded[name] = field.type.decode(columns[name], below)
            elif field.is_required:
                raise (below or TOP).error("a value, as it is required", attrs.NOTHING)
        return self.make(len(values), columns, decoded)

    def make(self, count: int, columns: dict[str, list[Any]], decoded: dict[str, list[Any]]) -> list[Model]:
        """Return as many models as *count* says.

        Args:
            count: How many.
            columns: The properties that were received, by name: the JSON values in all objects.
            decoded: What those with an attribute were decoded as.
        """
        models: list[Model] = list(map(object.__new__, repeat(self.cls, count)))
        received: list[Received] = [{name: noted for name, noted in self.absent.items() if name not in columns}] * count
        if columns.keys() - self.fields.keys():  # Before, all share one dict.
            received = list(map(dict[str, Any].copy, received))
        for name, column in columns.items():
            if name not in self.fields:
                for_each(dict[str, Any].__setitem__, received, repeat(name), column)
        for name, field in self.fields.items():
            values = decoded[name] if name in decoded else field.defaults(count)
            for_each(field.set, models, values)
            for index in field.type.respelled(values, columns[name]) if name in decoded and field.type.respells else ():
                # A copy of what can be changed, to see whether it was.
                original = deepcopy(values[index]) if isinstance(values[index], list | dict) else values[index]
                received[index] = {**received[index], name: (original, columns[name][index])}
        for_each(self.note, models, received)
        return models


class Unknown(Object):
    """An object with an unknown discriminator value: what all variants share is decoded as far as possible."""

    def decode(self, values: list[Any], place: Place | None = None) -> list[Any]:
        if place is None:
            try:
                return super().decode(values)
            except DecodeError:
                return [self.decode_readable(value, TOP) for value in values]
        require(dict, values, place)
        return [self.decode_readable(values[0], place)]

    def decode_readable(self, value: dict[str, Any], place: Place) -> Model:
        """Decode an object without the properties that cannot be read; those are kept beside it."""
        unreadable = {name: element for name, element in value.items() if not self.can_read(name, element)}
        readable = {name: value[name] for name in value.keys() - unreadable.keys()}
        model: Model = super().decode([readable], place)[0]
        self.note(model, {**(received_with(model) or {}), **unreadable})
        return model

    def can_read(self, name: str, value: Any) -> bool:
        """Return whether a property is unknown or required, or *value* is of its type."""
        field = self.fields.get(name)
        if field is None or field.is_required:
            return True
        try:
            field.type.decode([value], TOP)
        except DecodeError:
            return False
        return True


class OneOf(Type):
    """One of several objects, told apart by the value of one property, the discriminator."""

    json_types = (dict,)
    is_object = True

    def __init__(self, unknown: type[UnknownVariant]) -> None:
        self.discriminator = unknown.tag
        self.variants = {value: _variant_of(cls) for value, cls in unknown.variants.items()}
        self.unknown = record_of(unknown)

    def decode(self, values: list[Any], place: Place | None = None) -> list[Any]:
        try:
            found: list[Any] = list(map(itemgetter(self.discriminator), values))
        except (KeyError, TypeError):
            require(dict, values, place)
            found = [attrs.NOTHING]
        if set(map(type, found)) - {str}:
            below = place and place.below(self.discriminator)
            raise (below or TOP).error("a string that tells what the object is", found[0])
        types: list[Type] = list(map(self.variants.get, found, repeat(self.unknown)))
        return decode_grouped(types, values, lambda type_, group: type_.decode(group, place))


def _record_of(cls: type[Model]) -> Object:
    return Unknown(cls) if issubclass(cls, UnknownVariant) else Object(cls)


record_of: Callable[[Any], Object] = cache(_record_of)
"""Return the type of a model; there is one of each. (mypy takes the class of an attrs object for not hashable.)"""


def _setter(cls: type[Model], attribute: str) -> Callable[[Model, Any], None]:
    setter: Callable[[Model, Any], None] = getattr(cls, attribute).__set__
    return setter


def _variant_of(cls: type[Model]) -> Type:
    """Return the type of a variant of a union, which may be a union itself, named by its unknown variant."""
    return OneOf(cls) if issubclass(cls, UnknownVariant) else record_of(cls)


def _fields_of(cls: type[Model]) -> Iterator[Field]:
    """Yield the attributes of a model that stand for a property."""
    # By name: the models are another part of the package, which imports this one.
    models = import_module(".models", __package__)
    classes = {name: getattr(models, name) for name in models.__all__}
    hints = get_type_hints(cls, localns=classes, include_extras=True)
    for attribute in attrs.fields(cls):
        if attribute.name != "_received":
            type_ = type_of(hints[attribute.name], nullable=attribute.metadata.get("nullable", True))
            name = attribute.metadata.get("name", attribute.name)
            yield Field(attribute.name, name, type_, attribute.default, _setter(cls, attribute.name))


def type_of(hint: Any, *, nullable: bool = True) -> Type:
    """Return the type that an annotation stands for, without null unless it is *nullable*."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        never = (msgspec.UnsetType,) if nullable else (msgspec.UnsetType, NoneType)
        return _type_of_union([member for member in arguments if member not in never])
    if origin is list:
        return Array(type_of(arguments[0]))
    if origin is dict:
        return Map(type_of(arguments[1]))
    if isinstance(hint, type) and issubclass(hint, Model):
        return record_of(hint)
    return scalar(NoneType if hint is None else hint)


def _type_of_union(members: list[Any]) -> Type:
    """Return the type of a value of any of *members*, of which some may be the variants of a union."""
    unknown = [member for member in members if isinstance(member, type) and issubclass(member, UnknownVariant)]
    variants: list[Any] = [variant for cls in unknown for variant in cls.variants.values()]
    outermost = [member for member in members if member not in variants]
    types = [OneOf(member) if member in unknown else type_of(member) for member in outermost]
    return types[0] if len(types) == 1 else AnyOf(types)
