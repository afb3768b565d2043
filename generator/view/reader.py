"""Schemas as annotations, and the classes that these name."""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from generator.document import Document, Pointer
from generator.problem import excerpt, place
from generator.view import scalars, schema
from generator.view.annotation import (
    ANY,
    NULL,
    Annotation,
    Array,
    Class,
    Map,
    Plain,
    json_type,
    or_null,
    union,
)
from generator.view.naming import class_name_at, module_name
from generator.view.scalars import EnumView
from generator.view.schema import Part, Parts, Schema


@dataclass(frozen=True, slots=True)
class Found:
    """A schema that becomes a class, a model or a union, whose attributes are not read yet."""

    name: Class
    schema: Schema
    description: str


class SchemaReader:
    """Reads the schemas of one document, which has passed `generator.check`.

    The attributes of classes are left for later, so that a class may contain itself, and a document may have more
    classes than Python has stack.

    Attributes:
        document: The document.
        found: The models and unions so far.
        pending: Those of them whose attributes are to be read.
        enums: The enums so far.
        sent: The models and unions that a body of a request can contain.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.found: dict[Class, Found] = {}
        self.pending = deque[Found]()
        self.enums: list[EnumView] = []
        self.sent = set[Class]()
        self._annotations: dict[tuple[Pointer, ...], Annotation] = {}
        self._reading = set[tuple[Pointer, ...]]()
        self._owners: dict[str, Pointer] = {}

    def read_components(self) -> None:
        """Read all schemas under `components`, used or not."""
        schemas: dict[str, Any] = self.document.data.get("components", {}).get("schemas", {})
        for name, node in schemas.items():
            self.annotation((schema.part(("components", "schemas", name), node),))

    def annotation(self, parts: Parts, name: str = "") -> Annotation:
        """Return the annotation of a value that *parts* describe.

        Args:
            parts: The schemas that the value has to satisfy.
            name: How a class is called that several parts make up together; else it is named after its place.

        Raises:
            SpecError: The templates cannot express it.
        """
        needed = tuple(schema.essential(parts))
        if not needed:
            return ANY
        if len(needed) == 1 and "$ref" in needed[0][1]:
            return self.annotation((schema.part(*self.document.resolve(needed[0][1], needed[0][0])),))
        places = tuple(pointer for pointer, _ in needed)
        if places not in self._annotations:
            if places in self._reading:
                message = "contains itself without an object in between: give it properties"
                raise self.document.problem(places[0], message)
            self._reading.add(places)
            merged = schema.merge(self.document, parts[0][0], schema.expanded(self.document, needed))
            title = name or class_name_at(self.document, places[0])
            self._annotations[places] = self._read(merged, title, schema.description(parts))
            self._reading.remove(places)
        return self._annotations[places]

    def _read(self, merged: Schema, title: str, description: str) -> Annotation:
        """Return the annotation of a schema; a class that it needs is called *title*."""
        fields = merged.fields
        alternatives = next((keyword for keyword in ("oneOf", "anyOf") if keyword in fields), "")
        if "discriminator" in fields:
            self._require_only(merged, {"oneOf", "discriminator", "type"}, "a union with a discriminator")
            found = self._class(title, merged, description, "union")
            return or_null(found) if {"type": "null"} in fields["oneOf"] else found
        if alternatives:
            self._require_only(merged, {alternatives}, alternatives)
            return self._alternatives(merged, alternatives)
        if "const" in fields:
            self._require_only(merged, {"const", "type"}, "a constant")
            return scalars.constant(self.document, merged)
        if "enum" in fields:
            self._require_only(merged, {"enum", "type"}, "an enum")
            return self._enum(merged, title, description)
        if "properties" in merged.places:
            if set(merged.types) - {"object", "null"}:
                raise self.document.problem(merged.places["type"], "only an object has properties")
            self._require_only(merged, {"type", "properties", "required"}, "an object with properties")
            self._require_described(merged)
            model = self._class(title, merged, description, "model")
            return or_null(model) if "null" in merged.types else model
        return self._of_types(merged)

    def _require_only(self, merged: Schema, keywords: Collection[str], what: str) -> None:
        """Refuse any other keyword: what it says would be lost."""
        for keyword in merged.places:
            if keyword not in keywords:
                message = f"{excerpt(keyword)} is not supported for {what}"
                raise self.document.problem(merged.places[keyword], message)

    def _require_described(self, merged: Schema) -> None:
        for name in merged.required:
            if name not in merged.properties:
                message = f"{excerpt(name)} is required but not described: add it to properties"
                raise self.document.problem(merged.places["required"], message)

    def _of_types(self, merged: Schema) -> Annotation:
        """Return the annotation of a value of one of some JSON types."""
        if not merged.types and merged.places:
            keyword, pointer = next(iter(merged.places.items()))
            raise self.document.problem(pointer, f"{excerpt(keyword)} needs a type beside it")
        known = {"type"}.union(*(_KEYWORDS[name] for name in merged.types))
        self._require_only(merged, known, f"a value of type {' or '.join(merged.types)}")
        members = [self._of_type(name, merged) for name in merged.types]
        return self._union(members, merged.places["type"]) if members else ANY

    def _of_type(self, name: str, merged: Schema) -> Annotation:
        match name:
            case "string":
                return scalars.text(self.document, merged)
            case "integer":
                return scalars.integer(self.document, merged)
            case "number":
                return scalars.number(self.document, merged)
            case "boolean":
                return Plain("bool")
            case "array":
                return Array(self._inner(merged, "items"), scalars.array_bounds(merged))
            case "object":
                self._require_described(merged)
                return Map(self._inner(merged, "additionalProperties"))
            case _:
                return NULL

    def _inner(self, merged: Schema, keyword: str) -> Annotation:
        """Return the annotation of items or values; without a schema anything will do."""
        if keyword not in merged.fields:
            return ANY
        return self.annotation((schema.part(merged.places[keyword], merged.fields[keyword]),))

    def _enum(self, merged: Schema, title: str, description: str) -> Annotation:
        values = scalars.enum_values(self.document, merged)
        kind: Literal["text enum", "number enum"] = "text enum" if isinstance(values[0], str) else "number enum"
        name = Class(module_name(title), title, kind)
        self._claim(name.name, merged.pointer)
        self.enums.append(scalars.enum_view(name.name, name.module, description, values))
        return or_null(name) if None in merged.fields["enum"] else name

    def _class(self, title: str, merged: Schema, description: str, kind: Literal["model", "union"]) -> Class:
        name = Class(module_name(title), title, kind)
        self._claim(title, merged.pointer)
        if kind == "union":
            self._claim(unknown(title), merged.pointer)
        self.found[name] = Found(name, merged, description)
        self.pending.append(self.found[name])
        return name

    def _claim(self, name: str, pointer: Pointer) -> None:
        """Note that the schema at *pointer* becomes the class *name*; no other class has its module."""
        other = self._owners.setdefault(module_name(name), pointer)
        if other != pointer:
            message = f"becomes the class {name}, which is too much like that of {place(other)}: rename one"
            raise self.document.problem(pointer, message)

    def alternatives(self, merged: Schema, keyword: str) -> list[Part]:
        """Return the alternatives of `oneOf` or `anyOf` but for null."""
        nodes: list[Any] = merged.fields[keyword]
        listed = (schema.part((*merged.places[keyword], index), node) for index, node in enumerate(nodes))
        return [(pointer, node) for pointer, node in listed if node != {"type": "null"}]

    def _alternatives(self, merged: Schema, keyword: str) -> Annotation:
        listed = self.alternatives(merged, keyword)
        members = [self.annotation((alternative,)) for alternative in listed]
        nulls = [NULL] if len(listed) < len(merged.fields[keyword]) else []
        return self._union([*members, *nulls], merged.places[keyword])

    def _union(self, members: list[Annotation], pointer: Pointer) -> Annotation:
        """Return a union of *members*, which must be told apart by their JSON type alone."""
        joined = union(members)
        others = [member for member in getattr(joined, "members", ()) if member != NULL]
        kinds = [json_type(member) for member in others]
        if len(others) > 1 and any(isinstance(member, Class) and member.kind == "union" for member in others):
            message = "beside a union with a discriminator only null is supported"
        elif kinds.count("object") > 1:
            message = "several kinds of objects can only be told apart by a discriminator: add one"
        elif len(set(kinds)) < len(kinds) or (len(kinds) > 1 and "anything" in kinds):
            message = "the types in JSON of two alternatives are the same: they cannot be told apart"
        else:
            return joined
        raise self.document.problem(pointer, message)


def unknown(union: str) -> str:
    """Return the name of the class for objects of a *union* whose tag is unknown."""
    return f"Unknown{union}"


_KEYWORDS = {
    "string": {"format", "minLength", "maxLength", "pattern"},
    "integer": {"format", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"},
    "number": {"format", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf"},
    "boolean": set[str](),
    "array": {"items", "minItems", "maxItems"},
    "object": {"additionalProperties", "required"},
    "null": set[str](),
}
"""The keywords that say something about values of a type."""
