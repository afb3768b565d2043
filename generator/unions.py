"""What tells the variants of a union apart: its discriminator, or a property that each of them pins to one value."""

# The objects of openapi-python-client, and the JSON of a document, are hardly typed: mypy in strict mode judges alone.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from openapi_python_client.parser.properties import EnumProperty, ModelProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.schemas import Class
from openapi_python_client.parser.properties.union import UnionProperty

from generator.document import Pointer, fields, objects
from generator.openapi import NULL, Reading, is_map, parts, properties, text


@dataclass(frozen=True)
class Discriminator:
    """What tells the variants of a union apart.

    Attributes:
        tag: Name of the property that tells.
        variants: The class for each value of that property; for a union, that of its unknown variants.
        members: All classes of the union, and of unions in it, but those of unknown variants.
        unions: The unions in it, by the class of their unknown variants.
    """

    class_info: Class
    tag: str
    variants: dict[str, str]
    members: frozenset[str]
    unions: dict[str, str] = field(default_factory=dict)
    description: str = ""

    @property
    def name(self) -> str:
        """The name of the union."""
        return str(self.class_info.name)

    @property
    def unknown(self) -> str:
        """The class for an object with another value."""
        return f"Unknown{self.name}"

    @property
    def types(self) -> list[str]:
        """What the annotation of the union consists of: classes, and the names of unions in it."""
        return list(dict.fromkeys(self.unions.get(name, name) for name in self.variants.values()))


class Unions:
    """The unions of a document whose variants are told apart.

    The same classes told apart by the same values are one union, wherever they stand. Other unions of the same classes
    are none of it.
    """

    def __init__(self, reading: Reading) -> None:
        """Take those that have a discriminator, then those whose variants pin one property each, components first."""
        self._reading = reading
        self._models = reading.models
        self._found: dict[object, Discriminator] = {}
        self._keys = {place: self._add(union) for place, union in _discriminators(reading)}
        for name, schema in reading.document.components("schemas").items():
            # Those whose variants are components need not be used anywhere.
            listed = [fields(each) for each in (schema.get("oneOf") or schema.get("anyOf") or []) if each != NULL]
            if ("components", "schemas", name) not in self._keys and all("$ref" in each for each in listed):
                classes = [str(reading.class_of(reading.component(each["$ref"])[0]).name) for each in listed]
                if self._models.keys() >= set(classes):
                    self._pin([self._models[each] for each in classes], ("components", "schemas", name), name)
        owned = [(str(endpoint.name), each.prop) for endpoint in reading.endpoints for each in endpoint.responses]
        owned += [(name, prop) for name, model in self._models.items() for prop in properties(model)]
        for owner, prop in owned:
            for union in (each for each in parts(prop) if isinstance(each, UnionProperty)):
                self._pin(self._variants(union), reading.place(union), f"{owner} {text(prop.name)}".replace("/", " "))

    def __iter__(self) -> Iterator[Discriminator]:
        """Yield them by name."""
        return iter(sorted(self._found.values(), key=lambda union: union.name))

    def of(self, union: UnionProperty) -> Discriminator | None:
        """Return what tells the variants of *union* apart, if anything does."""
        variants = self._variants(union)
        pinned = _pinned_property(variants)
        key = self._keys.get(self._reading.place(union)) or (pinned and _key(*pinned))
        found = self._found.get(key)
        return found if found and found.members == frozenset(str(each.class_info.name) for each in variants) else None

    def _add(self, union: Discriminator) -> object:
        """Return the key of *union*, or of one that is like it."""
        key = _key(union.tag, union.variants)
        self._found.setdefault(key, union)
        return key

    def _pin(self, variants: list[ModelProperty], place: Pointer, name: str) -> None:
        """Take the union of *variants* at *place*; it is called *name* if it is no component."""
        pinned = None if place in self._keys else _pinned_property(variants)
        if pinned:
            is_component = place[:-1] == ("components", "schemas")
            class_info = self._reading.class_of(str(place[-1])) if is_component else self._reading.class_named(name)
            self._add(Discriminator(class_info, *pinned, frozenset(pinned[1].values())))

    def _variants(self, union: UnionProperty) -> list[ModelProperty]:
        """Return the models that *union* consists of, apart from null; none if there is anything else in it."""
        others = [each for each in union.inner_properties if not isinstance(each, NoneProperty)]
        models = [
            self._models.get(str(each.class_info.name), each) for each in others if isinstance(each, ModelProperty)
        ]
        return models if len(models) == len(others) and not any(map(is_map, models)) else []


def _pinned_property(models: list[ModelProperty]) -> tuple[str, dict[str, str]] | None:
    """Return the property that each of *models* pins to a value of its own, and the classes by that value."""
    pinned = [dict(_constants(model)) for model in models]
    for name in pinned[0] if len(pinned) > 1 else ():
        values = [each.get(name) for each in pinned]
        if None not in values and len(set(values)) == len(models):
            return name, {str(value): str(model.class_info.name) for value, model in zip(values, models, strict=True)}
    return None


def _constants(model: ModelProperty) -> Iterator[tuple[str, str]]:
    for prop in model.required_properties or []:
        if isinstance(prop, ConstProperty) and isinstance(prop.value.raw_value, str):
            yield text(prop.name), prop.value.raw_value
        elif isinstance(prop, EnumProperty) and len(prop.values) == 1 and prop.value_type is str:
            yield text(prop.name), str(next(iter(prop.values.values())))


# Fields that say nothing in the name of a union that has none of its own.
_PLAIN = {"components", "content", "items", "paths", "properties", "responses", "schema", "schemas"}


def _key(tag: str, variants: dict[str, str]) -> object:
    return tag, frozenset(variants.items())


def _discriminators(reading: Reading) -> Iterator[tuple[Pointer, Discriminator]]:
    """Yield the unions of the document that have a discriminator by place, those with a name of their own first."""
    listed = [
        (pointer, schema)
        for _, pointer, schema in objects(reading.document.data)
        if isinstance(schema.get("discriminator"), dict) and ("oneOf" in schema or "anyOf" in schema)
    ]
    for pointer, schema in sorted(listed, key=lambda each: each[0][:2] != ("components", "schemas")):
        name = " ".join(part.replace("/", " ") for part in pointer if isinstance(part, str) and part not in _PLAIN)
        union = _discriminator(reading, name, schema)
        if union:
            yield pointer, union


def _discriminator(reading: Reading, name: str, schema: dict[str, Any]) -> Discriminator | None:
    """Return what tells the variants of *schema* apart.

    That is nothing where a variant is no component, as nothing then says what its value is.
    """
    listed = schema.get("oneOf") or schema.get("anyOf") or []
    references = [each["$ref"] for each in listed if "$ref" in each]
    if len(references) < sum(each != NULL for each in listed):
        return None
    tag = str(schema["discriminator"]["propertyName"])
    mapping = {value: reading.component(each) for value, each in (schema["discriminator"].get("mapping") or {}).items()}
    mapping |= {
        reference.rpartition("/")[2]: target
        for reference in references
        if (target := reading.component(reference)) not in mapping.values()
    }
    union = Discriminator(reading.class_named(name), tag, {}, frozenset(), {}, str(schema.get("description", "")))
    members = set[str]()
    for value, (inner_name, target) in mapping.items():
        if not isinstance(target, dict) or not ("oneOf" in target or "anyOf" in target):
            union.variants[value] = str(reading.class_of(inner_name).name)
            members.add(union.variants[value])
            continue
        inner = _discriminator(reading, inner_name, target) if "discriminator" in target else None
        if inner is None:
            return None
        members |= inner.members
        union.unions.update(inner.unions)
        if inner.tag != tag:
            union.variants[value] = inner.unknown
            union.unions[inner.unknown] = inner.name
        else:
            union.variants.update({value: inner.variants[value]} if value in inner.variants else inner.variants)
    return replace(union, members=frozenset(members))
