# Copied into every generated package, with a first line of its own.
"""Decode JSON text as models. What their attributes cannot say is noted on them; see `types.Received`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import deepcopy
from functools import cache, cached_property
from importlib import import_module
from itertools import repeat
from operator import itemgetter
from types import NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

import attrs
import msgspec

from .errors import DecodeError, excerpt
from .types import UNSET, File, Model, OnInvalid, Received, UnknownVariant
from .values import TOP, AnyOf, Array, Map, Place, Scalar, Type, decode_grouped, for_each, require


def decode_json(hint: Any, text: bytes | str, *, on_invalid: OnInvalid = "raise") -> Any:
    """Return the JSON *text* as an object of a model, or as another value, of which *hint* is the annotation.

    Raises:
        DecodeError: *text* is no JSON, or not what the OpenAPI document says.
    """
    type_, data = type_of(hint), _parsed(text)
    with suppress(DecodeError, RecursionError):
        return type_.decode_checked([data])[0]
    with suppress(RecursionError):  # One by one, to find out where it is not as it should be.
        return type_.decode([data], Place("$", on_invalid))[0]
    raise DecodeError("$", "values that are nested less deeply", excerpt(data))


def decode_copy(cls: type[Model], data: Mapping[str, Any]) -> Any:
    """Return a copy of JSON data as an object of *cls*, or raise `DecodeError`."""
    try:
        # Not with msgspec, which writes NaN as null.
        text = json.dumps(data, allow_nan=False, default=_as_dict)
    except (TypeError, ValueError, RecursionError) as error:
        raise DecodeError("$", "JSON data", f"{excerpt(data)} ({error})") from None
    return decode_json(cls, text)


def _as_dict(value: object) -> dict[object, object]:
    """Return a mapping that the json module cannot write as one that it can."""
    if isinstance(value, Mapping):
        return dict(cast("Mapping[object, object]", value))
    raise TypeError(f"{type(value).__name__} is no type of JSON")


def _parsed(text: bytes | str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        fault = error
    try:  # A byte order mark, or an escaped half of a surrogate pair: other readers accept it.
        data = json.loads(text)
        json.dumps(data, allow_nan=False)  # They accept NaN, too, and read numbers that are too large as infinite.
    except (ValueError, RecursionError):
        raise DecodeError("$", "a JSON document", f"{excerpt(text)} ({fault})" if text else "an empty body") from None
    return data


@attrs.define(frozen=True)
class Field:
    """An attribute of a model: its default is that of attrs, and `set` is for a model that is being made."""

    attribute: str
    type: Type
    default: Any
    set: Callable[[Model, Any], None]

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
        self.note = _setter(cls, "_received")
        self.add = _setter(cls, "_additional")

    @cached_property
    def hints(self) -> dict[str, Any]:
        """The annotations of the attributes. Not found in `__init__`, because a model may contain itself."""
        # By name: the models are another part of the package, which imports this one.
        models = import_module(".models", __package__)
        classes = {name: getattr(models, name) for name in models.__all__}
        return get_type_hints(self.cls, localns=classes, include_extras=True)

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The fields, by name of the property."""
        found: dict[str, Field] = {}
        for each in attrs.fields(self.cls):
            if each.name != "additional_properties":
                type_ = type_of(self.hints[each.name], nullable=each.metadata.get("nullable", True))
                name = each.metadata.get("name", each.name)
                found[name] = Field(each.name, type_, each.default, _setter(self.cls, each.name))
        return found

    @cached_property
    def additional(self) -> Type:
        """The type of all other properties."""
        return type_of(get_args(self.hints["additional_properties"])[1])

    @cached_property
    def is_flat(self) -> bool:
        """Whether msgspec writes the model as it should be: it contains no other, and its names are the properties'."""
        fields = self.fields.items()
        are_named_alike = all(field.attribute == name for name, field in fields)
        return are_named_alike and None not in (self.additional.hint, *(field.type.hint for _, field in fields))

    @cached_property
    def absent(self) -> Received:
        """What to note on a model without any of its optional properties, such as one that was made by hand."""
        defaults = {name: field.defaults(1)[0] for name, field in self.fields.items()}
        return {name: (each, UNSET) for name, each in defaults.items() if each not in (attrs.NOTHING, UNSET)}

    def decode(self, values: list[Any], place: Place | None = None) -> list[Any]:
        require(dict, values, place)
        try:
            if len(set(map(len, values))) == 1:
                return self.decode_alike(values, place)
        except KeyError:  # They have as many properties as the first, but others.
            pass
        return decode_grouped(list(map(frozenset, values)), values, lambda _, group: self.decode_alike(group, place))

    def decode_alike(self, values: list[dict[str, Any]], place: Place | None) -> list[Model]:
        """Decode objects one property after the other; raise KeyError if one has other properties than the first."""
        columns = {name: list(map(itemgetter(name), values)) for name in values[0]}
        models: list[Model] = list(map(object.__new__, repeat(self.cls, len(values))))
        received: list[Received] = [{name: noted for name, noted in self.absent.items() if name not in columns}]
        received *= len(values)
        for name, field in self.fields.items():
            if name in columns:
                decoded = self.decode_column(field.type, name, columns.pop(name), received, place)
            elif field.default is attrs.NOTHING:
                raise (place or TOP).below(name).error("a value, as it is required", attrs.NOTHING)
            else:
                decoded = field.defaults(len(values))
            for_each(field.set, models, decoded)
        additional: Any = [{} for _ in values] if columns else repeat(None)
        for name, column in columns.items():
            decoded = self.decode_column(self.additional, name, column, received, place)
            for_each(dict[str, Any].__setitem__, additional, repeat(name), decoded)
        for_each(self.add, models, additional)
        for_each(self.note, models, received)
        return models

    def decode_column(
        self, type_: Type, name: str, column: list[Any], received: list[Received], place: Place | None
    ) -> list[Any]:
        """Decode the same property of all objects; note in *received* which Python would write in another way."""
        decoded = type_.decode(column, place and place.below(name))
        for index in type_.respelled(decoded, column) if type_.respells else ():
            value = decoded[index]
            # A copy of what can be changed, to see whether it was.
            original = deepcopy(value) if type(value) in (list, dict) else value
            received[index] = {**received[index], name: (original, column[index])}
        return decoded


class Unknown(Object):
    """An object with an unknown discriminator value: what all variants share is decoded as far as possible."""

    def decode(self, values: list[Any], place: Place | None = None) -> list[Any]:
        require(dict, values, place)
        try:
            return super().decode(values)
        except DecodeError:
            return [self.decode_readable(value, place or TOP) for value in values]

    def decode_readable(self, value: dict[str, Any], place: Place) -> Model:
        """Decode an object without the properties that cannot be read; those are kept beside it."""
        readable, others = {}, dict(value)
        for name, field in self.fields.items():
            with suppress(DecodeError, KeyError):
                if field.default is not attrs.NOTHING:
                    field.type.decode([value[name]], TOP)
                readable[name] = others.pop(name)
        model: Model = super().decode([readable], place)[0]
        self.add(model, others or None)
        return model


class OneOf(Type):
    """One of several objects, told apart by the value of one property, the discriminator."""

    json_types = (dict,)
    is_object = True

    def __init__(self, unknown: type[UnknownVariant]) -> None:
        self.discriminator = unknown.tag
        # A variant may be a union itself, named by its unknown variant.
        self.variants: dict[str, Type] = {
            value: OneOf(cls) if issubclass(cls, UnknownVariant) else record_of(cls)
            for value, cls in unknown.variants.items()
        }
        self.unknown = record_of(unknown)

    def decode(self, values: list[Any], place: Place | None = None) -> list[Any]:
        try:
            found: list[Any] = list(map(itemgetter(self.discriminator), values))
        except (KeyError, TypeError):
            require(dict, values, place)
            found = [attrs.NOTHING]
        if set(map(type, found)) - {str}:
            raise (place or TOP).below(self.discriminator).error("a string that tells what the object is", found[0])
        types: list[Type] = list(map(self.variants.get, found, repeat(self.unknown)))
        return decode_grouped(types, values, lambda type_, group: type_.decode(group, place))


def _record_of(cls: type[Model]) -> Object:
    return Unknown(cls) if issubclass(cls, UnknownVariant) else Object(cls)


record_of: Callable[[Any], Object] = cache(_record_of)
"""Return the type of a model; there is one of each. (mypy takes the class of an attrs object for not hashable.)"""


def _setter(cls: type[Model], attribute: str) -> Callable[[Model, Any], None]:
    setter: Callable[[Model, Any], None] = getattr(cls, attribute).__set__
    return setter


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
    # A file is only sent, and never in JSON.
    return Scalar(Any if hint is File else NoneType if hint is None else hint)


def _type_of_union(members: list[Any]) -> Type:
    """Return the type of a value of any of *members*, of which some may be the variants of a union."""
    unknown = [member for member in members if isinstance(member, type) and issubclass(member, UnknownVariant)]
    variants: list[Any] = [variant for cls in unknown for variant in cls.variants.values()]
    outermost = [member for member in members if member not in variants]
    types = [OneOf(member) if member in unknown else type_of(member) for member in outermost]
    return types[0] if len(types) == 1 else AnyOf(types)
