"""Models and their properties as Python source: annotations, defaults and attributes."""

# The objects of openapi-python-client, and the JSON of a document, are hardly typed: mypy in strict mode judges alone.
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from openapi_python_client.parser.errors import ParseError
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.any import AnyProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.schema import Reference, Schema

from generator import names
from generator.docstrings import described
from generator.document import fields
from generator.openapi import Reading, is_map, parts, properties, text
from generator.unions import Discriminator, Unions

Where: TypeAlias = Literal["object", "form", "body", "response"]
"""Where a value stands: in an object of JSON, in a multipart form, as a whole body or a whole response."""

_FILES: Mapping[Where, str] = {"object": "str", "form": "File", "body": "File | bytes", "response": "bytes"}
_DATES = {"datetime.date": "date", "datetime.datetime": "AwareDatetime"}
_SAID = {
    **{key: key for key in ("default", "deprecated", "description", "pattern", "readOnly", "writeOnly")},
    "format": "schema_format",
}
"""What docstrings say of a property, and what openapi-python-client calls it."""

_TYPES = {
    **dict.fromkeys(("bool", "bytes", "dict", "float", "int", "list", "str"), "builtins"),
    **dict.fromkeys(("date", "datetime"), "datetime"),
}
"""Types that annotations need, and the module that each comes from."""


@dataclass(frozen=True)
class Attribute:
    """An attribute of a model: type and default, empty if it must be given, are source.

    *is_nullable* is whether None may stand for null, and not only for what is absent.
    """

    wire_name: str
    annotation: str
    default: str
    description: str
    is_nullable: bool = True
    name: str = ""


class Annotations:
    """Writes the models of one document, in which *sent* are those that a request can contain."""

    def __init__(self, reading: Reading) -> None:
        """Find unions, and the models that are sent."""
        self.reading, self.models, self.unions = reading, reading.models, Unions(reading)
        self.sent = set[str]()
        self._open: list[str] = []
        pending: list[Any] = [body.prop for endpoint in reading.endpoints for body in endpoint.bodies]
        pending += [prop for endpoint in reading.endpoints for _, prop in endpoint.iter_all_parameters()]
        while pending:
            for model in (each for each in parts(pending.pop()) if isinstance(each, ModelProperty)):
                name = str(model.class_info.name)
                if name not in self.sent:
                    self.sent.add(name)
                    pending += properties(self.models.get(name, model))

    @property
    def names(self) -> set[str]:
        """The names of all classes and unions."""
        enums = {str(enum.class_info.name) for enum in self.reading.data.enums}
        return {*self.models, *enums, *(union.name for union in self.unions)}

    def properties(self, model: ModelProperty) -> list[tuple[Any, dict[str, Any]]]:
        """Return the properties of *model* in the order of the document, each with what is said of it there."""
        said: dict[str, dict[str, Any]] = {}
        for name, more in self._described(model.data):
            said[name] = said.get(name, {}) | more
        found = {text(prop.name): prop for prop in properties(model)}
        ordered = {name: found[name] for name in said if name in found} | found
        return [(prop, said.get(name, {})) for name, prop in ordered.items()]

    def _described(self, schema: Schema) -> Iterator[tuple[str, dict[str, Any]]]:
        for part in schema.allOf:
            target = self.reading.component(part.ref.get_untrusted_value())[1] if isinstance(part, Reference) else part
            yield from self._described(Schema.model_validate(target))
        for name, node in (schema.properties or {}).items():
            said = {key: getattr(node, name, None) for key, name in _SAID.items()}
            if isinstance(node, Reference) and said["default"] is None:
                said["default"] = fields(self.reading.component(node.ref.get_untrusted_value())[1]).get("default")
            yield text(name), {key: value for key, value in said.items() if value is not None}

    def of(self, prop: Any, where: Where = "object") -> str:
        """Return the annotation of the values of *prop*, whether it is required or not."""
        match prop:
            case FileProperty():
                return _FILES[where]
            case ConstProperty():
                value = prop.value.raw_value
                return f"Literal[{value!r}]" if isinstance(value, str | int) else "float"
            case ListProperty():
                return f"list[{self.of(prop.inner_property, where)}]"
            case ModelProperty():
                name = str(prop.class_info.name)
                model = self.models.get(name, prop)
                return self.map_of(model, where) if is_map(model) else name
            case UnionProperty():
                return self._union(prop, where)
            case _:
                source = str(prop.get_type_string(no_optional=True).as_unembedded_code())
                return _DATES.get(source, source)

    def map_of(self, model: ModelProperty, where: Where = "object") -> str:
        """Return the annotation of an object whose properties have any name; one that contains itself holds any."""
        if model.class_info.name in self._open:
            return "dict[str, Any]"
        self._open.append(str(model.class_info.name))
        inner = "Any" if model.additional_properties is None else self.of(model.additional_properties, where)
        self._open.pop()
        return f"dict[str, {inner}]"

    def _union(self, prop: UnionProperty, where: Where) -> str:
        found = self.unions.of(prop)
        inner = [self.of(each, where) for each in prop.inner_properties]
        return union_of([found.name, *(each for each in inner if each == "None")] if found else inner)

    def is_nullable(self, prop: Any) -> bool:
        """Return whether null is one of the values of *prop*."""
        return self.of(prop) == "Any" or self.of(prop).endswith("None")

    def value(self, prop: Any, value: Any) -> str:
        """Return the JSON *value* as source of the type of *prop*; `None` if it is none of that type."""
        match prop:
            case UnionProperty():
                found = (self.value(each, value) for each in prop.inner_properties)
                return next((source for source in found if source != "None"), "None")
            case ListProperty() if isinstance(value, list):
                listed = ", ".join(self.value(prop.inner_property, each) for each in value)
                return f"[{listed}]" if listed else "list()"
            case AnyProperty():
                return repr(value)
            case ModelProperty() if isinstance(value, dict) and self.of(prop).startswith("dict["):
                return repr(value) if value else "dict()"
            case FileProperty() | StringProperty() if isinstance(value, str):
                return repr(value)
            case ListProperty() | ModelProperty() | FileProperty() | StringProperty():
                return "None"
            case BooleanProperty() | FloatProperty() | IntProperty() if isinstance(value, str):
                # openapi-python-client would read the text.
                return "None"
            case _:
                converted = prop.convert_value(value)
                if converted is None or isinstance(converted, ParseError):
                    return "None"
                source = str(converted.python_code.as_unembedded_code()).removeprefix("datetime.")
                return repr(value) if isinstance(prop, ConstProperty) else source

    def attributes(self, model: ModelProperty) -> list[Attribute]:
        """Return the attributes of *model*, in the order of the document; the additional properties are the last."""
        is_sent = str(model.class_info.name) in self.sent
        where: Where = "form" if model.is_multipart_body else "object"
        listed = self._named(
            [self._attribute(prop, said, where, is_sent=is_sent) for prop, said in self.properties(model)]
        )
        return [*listed, _additional(self.map_of(model, where))]

    def _attribute(self, prop: Any, said: dict[str, Any], where: Where, *, is_sent: bool) -> Attribute:
        annotation, default, is_nullable = self.of(prop, where), "", True
        if not prop.required and is_sent:
            annotation, default = or_unset(annotation), "UNSET"
        elif not prop.required:
            # A number is taken for a text where there can be nothing else, as by openapi-python-client.
            value = said.get("default")
            default = self.value(prop, str(value) if isinstance(prop, StringProperty) and value is not None else value)
            if default == "None" and not self.is_nullable(prop):
                annotation, is_nullable = f"{annotation} | None", False
        # What is not sent, or what received objects have, shows as the default of the attribute.
        more = {key: text(value) if key in {"format", "pattern"} else value for key, value in said.items()}
        more["default"] = more.get("default") if default == "UNSET" else None
        description = described(text(said.get("description") or prop.description), more)
        return Attribute(text(prop.name), annotation, default, description, is_nullable)

    def shared(self, union: Discriminator) -> list[Attribute]:
        """Return the attributes of an object with an unknown discriminator value: that, and what all variants share."""
        variants = [self.models[name] for name in sorted(union.members)]
        tables = [{text(prop.name): prop for prop, _ in self.properties(model)} for model in variants]
        found = [Attribute(union.tag, "str", "", "Tells what the object is.")]
        for name, prop in tables[0].items():
            annotation = self.of(prop)
            if name != union.tag and all(name in each and self.of(each[name]) == annotation for each in tables):
                annotation += "" if self.is_nullable(prop) else " | None"
                found.append(Attribute(name, annotation, "None", text(prop.description)))
        return [*self._named(found), _additional("dict[str, Any]")]

    def _named(self, listed: list[Attribute]) -> list[Attribute]:
        taken = names.TAKEN_IN_MODELS | self.names
        chosen = names.unique(names.identifier(each.wire_name, taken) for each in listed)
        return [replace(each, name=name) for each, name in zip(listed, chosen, strict=True)]


def _additional(annotation: str) -> Attribute:
    name, description = "additional_properties", "Properties that the OpenAPI document does not list, by name."
    return Attribute(name, annotation, "dict()", description, name=name)


def members(annotation: str) -> list[str]:
    """Return what the union *annotation* consists of."""
    node, found = ast.parse(annotation, mode="eval").body, list[str]()
    while isinstance(node, ast.BinOp):
        found, node = [ast.unparse(node.right), *found], node.left
    return [ast.unparse(node), *found]


def union_of(annotations: Iterable[str]) -> str:
    """Return the annotation of what any of *annotations* fits; None is the last."""
    found = dict.fromkeys(member for each in annotations for member in members(each))
    return "Any" if "Any" in found else " | ".join(sorted(found, key="None".__eq__)) or "None"


def or_unset(annotation: str) -> str:
    """Return *annotation* with Unset before None."""
    return f"{annotation.removesuffix(' | None')} | Unset{' | None' * annotation.endswith(' | None')}"


def hidden_types(attributes: list[Attribute]) -> tuple[list[Attribute], list[str]]:
    """Return *attributes* and import lines, so that an attribute called like a type does not hide it."""
    hidden = [name for name in _TYPES if any(each.name == name for each in attributes)]
    if not hidden:
        return attributes, []
    types = re.compile(rf"\b({'|'.join(hidden)})\b(?![\"'])")
    calls = re.compile(rf"\b({'|'.join(hidden)})(?=\.fromisoformat|\()")
    return [
        replace(each, annotation=types.sub(r"_\1", each.annotation), default=calls.sub(r"_\1", each.default))
        for each in attributes
    ], [f"from {_TYPES[name]} import {name} as _{name}" for name in hidden]
