"""Models of openapi-python-client as the templates need them: attributes as Python source."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from openapi_python_client.parser.properties.model_property import ModelProperty

from generator import names
from generator.annotations import Annotations, Where
from generator.openapi import text
from generator.unions import Discriminator


@dataclass(frozen=True)
class Attribute:
    """An attribute of a model.

    Attributes:
        name: Its name in Python.
        annotation: Its type, as source.
        value: What stands behind the equals sign, as source; empty for nothing.
    """

    name: str
    annotation: str
    value: str
    description: str


def attributes(annotations: Annotations, model: ModelProperty) -> list[Attribute]:
    """Return the attributes of *model*, in the order of the document."""
    where: Where = "form" if model.class_info.name in annotations.forms else "object"
    listed = annotations.properties(model)
    chosen = names.unique([text(prop.name) for prop in listed], names.TAKEN_IN_MODELS | annotations.names)
    return [_attribute(annotations, model, prop, name, where) for prop, name in zip(listed, chosen, strict=True)]


def _attribute(annotations: Annotations, model: ModelProperty, prop: Any, name: str, where: Where) -> Attribute:
    annotation = annotations.of(prop, where)
    schema: Any = (model.data.properties or {}).get(prop.name)
    arguments: dict[str, str] = {}
    metadata: dict[str, Any] = {} if name == text(prop.name) else {"name": text(prop.name)}
    if not prop.required and str(model.class_info.name) in annotations.sent:
        annotation += " | Unset"
        arguments["default"] = "UNSET"
    elif not prop.required:
        arguments["default"] = annotations.default(prop, schema)
        if arguments["default"][0] in "[{":
            arguments = {"factory": f"lambda: {arguments['default']}"}
        elif arguments["default"] == "None" and not annotations.is_nullable(prop):
            # It may be absent, which is None in Python, but not null.
            annotation += " | None"
            metadata["nullable"] = False
    description = text(getattr(schema, "description", None) or prop.description)
    if getattr(schema, "deprecated", None):
        description = f"Deprecated. {description}".strip()
    return Attribute(name, annotation, _value(arguments, metadata), description)


def _value(arguments: dict[str, str], metadata: dict[str, Any]) -> str:
    """Return what makes an attribute with these *arguments* and *metadata* for attrs, as source."""
    if not metadata and "factory" not in arguments:
        return arguments.get("default", "")
    if metadata:
        arguments["metadata"] = repr(metadata)
    return f"_field({', '.join(f'{key}={source}' for key, source in arguments.items())})"


def shared(annotations: Annotations, union: Discriminator) -> list[Attribute]:
    """Return the attributes of an object with an unknown discriminator value: that, and what all variants share."""
    variants = [annotations.models[name] for name in sorted(union.members)]
    tables = [{text(prop.name): prop for prop in annotations.properties(model)} for model in variants]
    common = [
        prop
        for name, prop in tables[0].items()
        if name != union.tag
        and all(name in table and annotations.of(table[name]) == annotations.of(prop) for table in tables)
    ]
    wire_names = [union.tag, *(text(prop.name) for prop in common)]
    chosen = names.unique(wire_names, names.TAKEN_IN_MODELS | annotations.names)
    metadata = [{} if name == wire else {"name": wire} for name, wire in zip(chosen, wire_names, strict=True)]
    result = [Attribute(chosen[0], "str", _value({}, metadata[0]), "Tells what the object is.")]
    for prop, name, more in zip(common, chosen[1:], metadata[1:], strict=True):
        annotation = annotations.of(prop) + ("" if annotations.is_nullable(prop) else " | None")
        result.append(Attribute(name, annotation, _value({"default": "None"}, more), text(prop.description)))
    return result


_TYPES = {
    **dict.fromkeys(("bool", "bytes", "dict", "float", "int", "list", "str"), "builtins"),
    **dict.fromkeys(("date", "datetime"), "datetime"),
    "UUID": "uuid",
}
"""Types that annotations need, and the module that each comes from."""


def hidden_types(attributes: Iterable[Attribute]) -> tuple[list[Attribute], list[str]]:
    """Return *attributes* and import lines, so that an attribute called like a type does not hide it."""
    listed = list(attributes)
    hidden = [name for name in _TYPES if any(each.name == name for each in listed)]
    if not hidden:
        return listed, []
    types = re.compile(rf"\b({'|'.join(hidden)})\b(?![\"'])")
    calls = re.compile(rf"\b({'|'.join(hidden)})(?=\.fromisoformat|\()")
    return [
        replace(each, annotation=types.sub(r"_\1", each.annotation), value=calls.sub(r"_\1", each.value))
        for each in listed
    ], [f"from {_TYPES[name]} import {name} as _{name}" for name in hidden]
