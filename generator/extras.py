"""What openapi-python-client leaves out of its reading: discriminators, bounds and styles of parameters, security."""

# The objects of openapi-python-client, and the JSON of a document, are hardly typed: mypy in strict mode judges alone.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownLambdaType=false, reportUnknownParameterType=false, reportPrivateUsage=false

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from openapi_python_client.config import Config
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.enum_property import EnumProperty
from openapi_python_client.parser.properties.model_property import ModelProperty
from openapi_python_client.parser.properties.schemas import Class
from openapi_python_client.schema.untrusted_string import UntrustedString

from generator import names
from generator.document import Document

BOUNDS = {
    "minimum": "ge",
    "maximum": "le",
    "exclusiveMinimum": "gt",
    "exclusiveMaximum": "lt",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_length",
    "maxItems": "max_length",
}
"""Keywords of JSON Schema, and what `msgspec.Meta` calls them."""


@dataclass(frozen=True)
class Discriminator:
    """What tells the variants of a union apart.

    Attributes:
        name: Name of the union.
        tag: Name of the property that tells.
        variants: The classes that are looked up for each value of that property: for a union, that of its unknown
            variants.
        members: All classes of the union but that of its unknown variants; of unions in it, too.
    """

    name: str
    tag: str
    variants: dict[str, str] = field(hash=False)
    members: frozenset[str]
    description: str = ""

    @property
    def unknown(self) -> str:
        """The class for an object with another value."""
        return f"Unknown{self.name}"

    @property
    def types(self) -> list[str]:
        """What the annotation of the union consists of: classes, and the names of unions in it."""
        return [
            name.removeprefix("Unknown") if name not in self.members else name
            for name in dict.fromkeys(self.variants.values())
        ]

    @property
    def module(self) -> str:
        """The module of the union."""
        return names.module_name(self.name)


def class_of(name: str, schema: Any, config: Config) -> str:
    """Return the name that openapi-python-client gives to the class of a component."""
    title = schema.get("title") if isinstance(schema, dict) else None
    return str(Class.from_string(string=title or name, config=config).name)


def discriminators(document: Document, config: Config) -> dict[frozenset[str], Discriminator]:
    """Return the unions of the document that have a discriminator, by the classes of their variants."""
    schemas: dict[str, Any] = document.data.get("components", {}).get("schemas", {})
    found: dict[frozenset[str], Discriminator] = {}
    for name, schema in _unions(document):
        property_name = str(schema["discriminator"]["propertyName"])
        variants, members = _variants(schemas, schema, property_name, config)
        if variants:
            described = str(schema.get("description", ""))
            union = Discriminator(names.class_name(name), property_name, variants, members, described)
            found.setdefault(members, union)
    return found


def _unions(document: Document) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a name and the schema of each union with a discriminator: components first."""

    def inside(value: Any, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        if isinstance(value, dict):
            if isinstance(value.get("discriminator"), dict) and ("oneOf" in value or "anyOf" in value):
                yield name, value
            for key, inner in value.items():
                if key not in {"example", "examples", "default", "const", "enum"}:
                    plain = key in {"properties", "schema", "content", "responses", "items", "paths"}
                    yield from inside(inner, name if plain else f"{name} {key}")
        elif isinstance(value, list):
            for inner in value:
                yield from inside(inner, name)

    for name, schema in document.data.get("components", {}).get("schemas", {}).items():
        yield from inside(schema, name)
    yield from inside({key: value for key, value in document.data.items() if key != "components"}, "")


def _variants(
    schemas: dict[str, Any], schema: dict[str, Any], tag: str, config: Config
) -> tuple[dict[str, str], frozenset[str]]:
    """Return the classes by value, and all of them.

    There are none where a variant is no component, as nothing then says what its value is.
    """
    listed = schema.get("oneOf") or schema.get("anyOf") or []
    references = [each["$ref"] for each in listed if "$ref" in each]
    if len(references) < sum(each != {"type": "null"} for each in listed):
        return {}, frozenset()
    mapping = {value: _component(each) for value, each in (schema["discriminator"].get("mapping") or {}).items()}
    for component in map(_component, references):
        if component not in mapping.values():
            mapping[component] = component
    chosen: dict[str, str] = {}
    members = frozenset[str]()
    for value, component in mapping.items():
        name, target = _resolved(schemas, component)
        if not isinstance(target, dict) or not ("oneOf" in target or "anyOf" in target):
            chosen[value] = class_of(name, target, config)
            members |= {chosen[value]}
            continue
        inner = (target.get("discriminator") or {}).get("propertyName")
        nested, nested_members = _variants(schemas, target, inner, config) if inner else ({}, frozenset[str]())
        if not nested:
            return {}, frozenset()
        members |= nested_members
        if inner != tag:
            chosen[value] = f"Unknown{names.class_name(name)}"
        else:
            chosen |= {value: nested[value]} if value in nested else nested
    return chosen, members


def _resolved(schemas: dict[str, Any], name: str) -> tuple[str, Any]:
    """Return name and schema of the component that *name*, which may be a mere reference, leads to."""
    target = schemas.get(name, {})
    passed = {name}
    while isinstance(target, dict) and "$ref" in target and _component(target["$ref"]) not in passed:
        name = _component(target["$ref"])
        passed.add(name)
        target = schemas.get(name, {})
    return name, target


def _component(reference: str) -> str:
    return reference.rpartition("/")[2]


def constants(models: list[ModelProperty]) -> tuple[str, dict[str, str], frozenset[str]] | None:
    """Return the property that each of *models* pins to a value of its own, and the classes by that value."""
    pinned = [dict(_pinned(model)) for model in models]
    for name in pinned[0] if pinned else ():
        values = [each.get(name) for each in pinned]
        if None not in values and len(set(values)) == len(models):
            classes = {str(value): str(model.class_info.name) for value, model in zip(values, models, strict=True)}
            return name, classes, frozenset(classes.values())
    return None


def _pinned(model: ModelProperty) -> Iterator[tuple[str, str]]:
    for prop in model.required_properties or []:
        if isinstance(prop, ConstProperty) and isinstance(prop.value.raw_value, str):
            yield raw(prop), prop.value.raw_value
        elif isinstance(prop, EnumProperty) and len(prop.values) == 1 and prop.value_type is str:
            yield raw(prop), str(next(iter(prop.values.values())))


def raw(prop: Any) -> str:
    """Return the name of the property *prop* in the document."""
    name: Any = prop.name
    return name.get_untrusted_value() if isinstance(name, UntrustedString) else str(name)


def aliases(document: Document, config: Config) -> dict[str, str]:
    """Return the components that are nothing but a reference to another, with the class of that one."""
    schemas: dict[str, Any] = document.data.get("components", {}).get("schemas", {})
    found: dict[str, str] = {}
    for name in schemas:
        component, target = _resolved(schemas, name)
        if component != name:
            found[names.class_name(name)] = class_of(component, target, config)
    return found


@dataclass(frozen=True)
class ParameterExtras:
    """What is known of a parameter beside its type."""

    bounds: dict[str, int | float]
    description: str
    explode: bool
    is_deprecated: bool


def parameters(document: Document, path: str, operation: dict[str, Any]) -> dict[tuple[str, str], ParameterExtras]:
    """Return what is known of the parameters of *operation*, by location and name."""
    found: dict[tuple[str, str], ParameterExtras] = {}
    for reference in [*(document.data["paths"][path].get("parameters") or []), *(operation.get("parameters") or [])]:
        node: Any = document.resolve(reference)[1]
        schema: Any = document.resolve(node.get("schema") or {})[1]
        found[node["in"], node["name"]] = ParameterExtras(
            bounds={BOUNDS[key]: value for key, value in schema.items() if key in BOUNDS},
            description=str(node.get("description") or ""),
            explode=bool(node.get("explode", node.get("style", "form") == "form")),
            is_deprecated=bool(node.get("deprecated")),
        )
    return found


def needs_token(document: Document, operation: dict[str, Any]) -> bool:
    """Return whether requests of *operation* carry the token."""
    security: list[Any] = operation.get("security", document.data.get("security")) or []
    return bool(security) and {} not in security
