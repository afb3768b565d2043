# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""From JSON to models.

A body is parsed first, in C: the objects of its lists into rows (see `rows`) if all of them have just the properties
that the document lists, else everything into dicts. Then a tree of `Type` objects, made once per class from the
annotations of the models, turns these values into models: all of a list at once, and only when that has failed one by
one, to find out where.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from importlib import import_module
from itertools import repeat
from operator import attrgetter
from types import GenericAlias, NoneType, UnionType
from typing import Annotated, Any, NoReturn, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import attrs
import msgspec

from .errors import DecodeError, excerpt
from .rows import are_rows, can_be_attributes, getter, parser, row_type, variant_type
from .types import Layout, Model, OnInvalid, Received, UnknownVariant, remember, show_properties_only
from .values import TOP, AnyOf, Array, Map, Mismatch, Nullable, Place, Scalar, Type, convert_by, scalar, union

ModelT = TypeVar("ModelT", bound=Model)


def decode_json(cls: type[ModelT], text: bytes | str, *, on_invalid: OnInvalid = "raise") -> ModelT:
    """Return the JSON *text* as an object of *cls*.

    Args:
        cls: A model.
        text: JSON text; bytes are UTF-8.
        on_invalid: `"keep"` leaves a `MalformedRecord` in the place of each broken object of a list.

    Raises:
        DecodeError: *text* is no JSON, or not what the OpenAPI document says.
    """
    record = record_of(cls)
    if record.parse_rows is not None:
        try:
            return cast(ModelT, record.many([record.parse_rows(text)])[0])
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            pass  # What follows reads any text, or finds what is wrong with it.
    return decode(cls, _parsed(text), on_invalid=on_invalid)


def decode_as(hint: Any, text: bytes | str, *, on_invalid: OnInvalid = "raise") -> Any:
    """Return the JSON *text* as a value of the type that the annotation *hint* stands for.

    The other args and the errors are those of `decode_json`.
    """
    if isinstance(hint, type) and issubclass(hint, Model):
        return decode_json(hint, text, on_invalid=on_invalid)
    return _decode(_type_of_response(hint), _parsed(text), on_invalid)


_TYPES: dict[Any, Type] = {}


def _type_of_response(hint: Any) -> Type:
    if hint not in _TYPES:
        _TYPES.setdefault(hint, type_of(hint))
    return _TYPES[hint]


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
    found = f"{excerpt(text)} ({fault})" if text else "an empty body"
    raise DecodeError("$", "a JSON document", found)


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def decode_copy(cls: type[ModelT], data: Mapping[str, Any]) -> ModelT:
    """Return a copy of JSON data as an object of *cls*.

    Raises:
        DecodeError: *data* is no JSON, or not what the OpenAPI document says.
    """
    try:
        # Not with msgspec, which writes NaN as null.
        text = json.dumps(data, allow_nan=False, default=plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise DecodeError("$", "JSON data", f"{excerpt(data)} ({error})") from None
    return decode_json(cls, text)


def plain(value: object) -> dict[object, object]:
    """Return a mapping that is no dict as one; whatever else the json module cannot write is no JSON data."""
    if isinstance(value, Mapping):
        return dict(cast("Mapping[object, object]", value))
    raise TypeError(f"{type(value).__name__} is no type of JSON")


def decode(cls: type[ModelT], data: Any, *, on_invalid: OnInvalid = "raise") -> ModelT:
    """Return JSON data as an object of *cls*, which may share lists and objects with it.

    Args and errors are those of `decode_json`, for text that is parsed already.
    """
    return cast(ModelT, _decode(record_of(cls), data, on_invalid))


def _decode(type_: Type, data: Any, on_invalid: OnInvalid) -> Any:
    try:
        return type_.many([data])[0]
    except (Mismatch, RecursionError):
        pass  # What follows finds the place, and reads what is valid but rare.
    try:
        return type_.one(data, Place("$", on_invalid))
    except RecursionError:
        pass
    raise DecodeError("$", "values that are nested less deeply", excerpt(data))


@attrs.define(frozen=True)
class Field:
    """An attribute of a model and the property it stands for.

    Attributes:
        default: The attribute's value when the property is absent; `attrs.NOTHING` if it must be there.
    """

    attribute: str
    name: str
    type: Type
    default: Any

    @property
    def is_required(self) -> bool:
        """Whether the property must be there."""
        return self.default is attrs.NOTHING

    def is_default(self, value: Any) -> bool:
        """Return whether *value* is what the attribute has when the property is absent."""
        factory = getattr(self.default, "factory", None)  # That of an attrs.Factory, for a list.
        default = factory() if factory else self.default
        return type(value) is type(default) and value == default


class Object(Type):
    """An object with listed properties: a model."""

    json_types = (dict,)
    is_object = True

    def __init__(self, cls: type[Model]) -> None:
        self.cls = cls
        self.models = GenericAlias(list, cls)
        # Each page of a listing has the same. Only of known names, so that an answer cannot fill the memory.
        self.noted = lru_cache(maxsize=64)(self.all_known)

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The attributes, by name of the property. Not made in `__init__`, because a model may contain itself."""
        return {field.name: field for field in fields_of(self.cls)}

    @cached_property
    def is_flat(self) -> bool:
        """Whether no other model is in it."""
        return all(field.type.hint is not None for field in self.fields.values())

    @cached_property
    def is_made_in_c(self) -> bool:
        """Whether msgspec can make the model by itself: all there is to know is in the annotations."""
        return self.is_flat and all(name == field.attribute for name, field in self.fields.items())

    @cached_property
    def row(self) -> Any:
        return row_type(self.fields) if self.is_made_in_c and can_be_attributes(self.fields) else None

    @cached_property
    def parse_rows(self) -> Callable[[bytes | str], dict[str, Any]] | None:
        """What parses text with rows in its lists, if it has such lists; see `parser`."""
        types = {name: without_null(field.type) for name, field in self.fields.items()}
        items = {name: type_.item for name, type_ in types.items() if isinstance(type_, Array)}
        rows = {name: item.row for name, item in items.items() if item.row is not None}
        return parser(list(self.fields), rows) if rows and can_be_attributes(self.fields) else None

    @cached_property
    def not_null(self) -> list[str]:
        """The properties that may be absent but not null, which annotations cannot say."""
        optional = [field for field in self.fields.values() if field.default is None]
        return [field.name for field in optional if NoneType not in field.type.json_types]

    @cached_property
    def respelling(self) -> list[tuple[str, Type]]:
        """The properties that Python may write in another way than they were received."""
        return [(name, field.type) for name, field in self.fields.items() if field.type.respells]

    def many(self, values: list[Any]) -> list[Any]:
        if not values:
            return []  # A model that contains itself would go on for ever.
        models = self.in_c(values) if self.is_made_in_c else self.by_column(values)
        remember(models, self.received(values))
        return models

    def in_c(self, values: list[dict[str, Any]]) -> list[Model]:
        """Make models in C."""
        models: list[Model] = msgspec.convert(values, self.models, from_attributes=True)
        for name in self.not_null:
            if None in column(name, values):
                raise Mismatch("Expected a value, got `null`")
        return models

    def by_column(self, values: list[dict[str, Any]]) -> list[Model]:
        """Make models one attribute after the other, each for all of them at once."""
        check_objects(values)
        attributes: list[dict[str, Any]] = [{} for _ in values]
        for name, field in self.fields.items():
            present = [index for index, value in enumerate(values) if name in value]
            if field.is_required and len(present) < len(values):
                raise Mismatch(f"Object missing required field `{name}`")
            converted = field.type.many([values[index][name] for index in present])
            for index, element in zip(present, converted, strict=True):
                attributes[index][field.attribute] = element
        return [self.cls(**each) for each in attributes]

    def received(self, values: list[dict[str, Any]]) -> Iterable[Received]:
        """Return what to note on the model of each object."""
        respelled = self.respelled(values)
        # A list in an attribute can be changed, an attribute cannot.
        is_sure = all(isinstance(without_null(self.fields[name].type), Scalar) for name in respelled)
        if are_rows(values) or are_alike(values):
            names = tuple(self.fields if are_rows(values) else values[0])
            if not respelled and self.fields.keys() >= set(names):
                return repeat(self.noted(names))  # One tuple for all.
            layout = self.layout(names, respelled)
            return zip(repeat(layout), pick(layout.kept, values), repeat(is_sure))
        orders = list(map(tuple, values))
        layout_of = {order: self.layout(order, respelled) for order in set(orders)}
        layouts = [layout_of[order] for order in orders]
        kept = [tuple(map(value.get, layout.kept)) for layout, value in zip(layouts, values, strict=True)]
        return zip(layouts, kept, repeat(is_sure))

    def all_known(self, names: tuple[str, ...]) -> Received:
        """Return what to note on a model that was received with properties of these *names*, none of which is kept."""
        return self.layout(names, ()), (), True

    def respelled(self, values: list[dict[str, Any]]) -> set[str]:
        """Return the properties that Python may write in another way than they were received in some of the objects."""
        found: set[str] = set()
        for name, type_ in self.respelling:
            if not type_.is_usual(column(name, values)):
                found.add(name)
        return found

    def layout(self, names: tuple[str, ...], respelled: Container[str], unreadable: Container[str] = ()) -> Layout:
        """Return the layout of objects with properties of these *names*."""
        known = [name for name in names if name in self.fields and name not in unreadable]
        unknown = tuple(name for name in names if name not in self.fields or name in unreadable)
        kept = (*unknown, *(name for name in known if name in respelled))
        others = [name for name in known if name not in respelled]
        attributes = [self.fields[name].attribute for name in others]
        return Layout(
            names=names,
            unknown=unknown,
            kept=kept,
            values=attrgetter(*attributes) if len(attributes) > 1 else None,
            written=(*others, *kept),
            is_flat=self.is_flat,
            is_plain=self.is_made_in_c and len(others) == len(names) == len(self.fields),
        )

    def one(self, value: Any, place: Place) -> Any:
        check_object(value, place)
        attributes: dict[str, Any] = {}
        respelled: set[str] = set()
        unreadable: set[str] = set()
        for name, field in self.fields.items():
            if name in value:
                read = self.read(field, value[name], place.below(name))
                attributes[field.attribute] = read
                if read is None and value[name] is not None:
                    unreadable.add(name)
                elif field.type.hint is not None and msgspec.json.encode(read) != msgspec.json.encode(value[name]):
                    respelled.add(name)
            elif field.is_required:
                raise place.below(name).error("a value, as it is required", attrs.NOTHING)
        layout = self.layout(tuple(value), respelled, unreadable)
        model = self.cls(**attributes)
        remember([model], [(layout, tuple(value[name] for name in layout.kept), False)])
        return model

    def read(self, field: Field, value: Any, place: Place) -> Any:
        """Convert the property at *place*; raise `DecodeError` when it is broken."""
        return field.type.one(value, place)


class Unknown(Object):
    """An object with an unknown tag: what all variants share is read as far as it can be."""

    def many(self, values: list[Any]) -> list[Any]:
        try:
            return super().many(values)
        except Mismatch:
            if are_rows(values):
                raise
        return [self.one(value, TOP) for value in values]

    def read(self, field: Field, value: Any, place: Place) -> Any:
        """Convert the property at *place*; return None when it is broken, unless it is the tag."""
        try:
            return super().read(field, value, place)
        except DecodeError:
            if field.is_required:
                raise
            return None


class OneOf(Type):
    """One of several objects, told apart by the value of one property: the tag."""

    json_types = (dict,)
    is_object = True

    def __init__(self, unknown: type[UnknownVariant]) -> None:
        self.tag = unknown.tag
        self.variants = {tag: variant_of(cls) for tag, cls in unknown.variants.items()}
        self.unknown = record_of(unknown)

    @cached_property
    def row(self) -> Any:
        if not all(isinstance(variant, Object) and variant.row is not None for variant in self.variants.values()):
            return None
        variants = [(variant.fields, tag) for tag, variant in self.variants.items() if isinstance(variant, Object)]
        return union([variant_type(fields, self.tag, tag) for fields, tag in variants])

    def one(self, value: Any, place: Place) -> Any:
        check_object(value, place)
        tag = value.get(self.tag, attrs.NOTHING)
        if not isinstance(tag, str):
            raise place.below(self.tag).error("a string that tells what the object is", tag)
        return self.variant(tag).one(value, place)

    def many(self, values: list[Any]) -> list[Any]:
        try:
            tags = list(map(getter(values, self.tag), values))
            types = {tag: self.variant(tag) for tag in set(tags)}
        except (KeyError, TypeError):  # No object, no tag, or a tag that is an object or array itself.
            raise Mismatch(f"Object missing required field `{self.tag}`") from None
        return convert_by(tags, values, types)

    def variant(self, tag: object) -> Type:
        """Return the type of the objects with this *tag*; raise `Mismatch` when it is no string."""
        if not isinstance(tag, str):
            raise Mismatch("Expected `str`")
        return self.variants.get(tag, self.unknown)


_RECORDS: dict[type[Model], Object] = {}


def record_of(cls: type[Model]) -> Object:
    """Return the type of a model; there is one of each."""
    if cls not in _RECORDS:
        _RECORDS.setdefault(cls, Unknown(cls) if issubclass(cls, UnknownVariant) else Object(cls))
    return _RECORDS[cls]


def prepare(classes: Iterable[object]) -> None:
    """Do for the models among *classes* what has to be done before anyone uses them."""
    for cls in classes:
        if isinstance(cls, type) and issubclass(cls, Model) and record_of(cls).is_made_in_c:
            show_properties_only(cls)


def variant_of(cls: type[Model]) -> Type:
    """Return the type of a variant of a union, which may be a union itself, named by its unknown variant."""
    return OneOf(cls) if issubclass(cls, UnknownVariant) else record_of(cls)


def fields_of(cls: type[Model]) -> Iterator[Field]:
    """Return the attributes of a model that stand for a property."""
    # By name: the models are another part of the package, which imports this one.
    models = import_module(".models", __package__)
    classes = {name: getattr(models, name) for name in models.__all__}
    hints = get_type_hints(cls, localns=classes, include_extras=True)
    for attribute in attrs.fields(cls):
        if attribute.metadata.get("property", True):
            type_ = type_of(hints[attribute.name])
            if not attribute.metadata.get("nullable", True):
                type_ = without_null(type_)
            yield Field(attribute.name, attribute.metadata.get("name", attribute.name), type_, attribute.default)


def type_of(hint: Any) -> Type:
    """Return the type that an annotation of a model stands for."""
    if hint is None:
        return scalar(NoneType, ())
    hint, *bounds = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    arguments = get_args(hint)
    if get_origin(hint) in (Union, UnionType):
        return type_of_union(arguments)
    if get_origin(hint) is list:
        return Array(type_of(arguments[0]), bounds)
    if get_origin(hint) is dict:
        return Map(type_of(arguments[1]), bounds)
    if isinstance(hint, type) and issubclass(hint, Model):
        return record_of(hint)
    return scalar(hint, bounds)


def type_of_union(members: tuple[Any, ...]) -> Type:
    """Return the type that an annotation `X | Y` with these *members* stands for."""
    members = tuple(member for member in members if member is not msgspec.UnsetType)  # No value that can arrive.
    if len(members) == 1:
        return type_of(members[0])
    others = [member for member in members if member is not NoneType]
    unknown = [member for member in others if isinstance(member, type) and issubclass(member, UnknownVariant)]
    inner = [variant for cls in unknown for variant in cls.variants.values()]  # Of unions within the union.
    if unknown:
        type_: Type = OneOf(next(cls for cls in unknown if cls not in inner))
    elif len(others) > 1:
        type_ = AnyOf(list(map(type_of, others)))
    else:
        type_ = type_of(others[0])
    return Nullable(type_) if len(others) < len(members) else type_


def without_null(type_: Type) -> Type:
    """Return the type of values other than null."""
    return type_.inner if isinstance(type_, Nullable) else type_


def pick(names: Sequence[str], values: list[Any]) -> Iterable[tuple[Any, ...]]:
    """Return the properties *names*, which all of *values* have, of each as a tuple."""
    if len(names) < 2:
        return zip(*(map(getter(values, name), values) for name in names), strict=True)
    return map(getter(values, *names), values)


def column(name: str, values: list[Any]) -> list[Any]:
    """Return the property *name* of those of *values* that have it."""
    try:
        return list(map(getter(values, name), values))
    except KeyError:
        return [value[name] for value in values if name in value]


def are_alike(values: list[dict[str, Any]]) -> bool:
    """Return whether all objects have the same properties."""
    names = set[str]().union(*values)
    return set(map(len, values)) == {len(names)}


def check_object(value: Any, place: Place) -> None:
    """Raise `DecodeError` when the JSON value at *place* is no object."""
    if type(value) is not dict:
        raise place.error("an object", value)


def check_objects(values: list[Any]) -> None:
    """Raise `Mismatch` when one of some JSON values is no object."""
    if set(map(type, values)) - {dict}:
        raise Mismatch("Expected `object`")
