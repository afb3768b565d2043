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
        wire_name: The name of the property.
        annotation: Its type, as source.
        default: Its default, as source; empty if it must be given.
        is_nullable: Whether None may stand for null, and not only for what is absent.
        name: Its name in Python.
    """

    wire_name: str
    annotation: str
    default: str
    description: str
    is_nullable: bool = True
    name: str = ""

    @property
    def value(self) -> str:
        """What stands behind the equals sign, as source; empty for nothing."""
        metadata: dict[str, Any] = {} if self.name == self.wire_name else {"name": self.wire_name}
        if not self.is_nullable:
            metadata["nullable"] = False
        is_mutable = self.default.startswith(("[", "{"))
        if not metadata and not is_mutable:
            return self.default
        arguments = {"factory": f"lambda: {self.default}"} if is_mutable else {"default": self.default}
        arguments["metadata"] = repr(metadata) if metadata else ""
        return f"_field({', '.join(f'{key}={source}' for key, source in arguments.items() if source)})"


def attributes(annotations: Annotations, model: ModelProperty) -> list[Attribute]:
    """Return the attributes of *model*, in the order of the document."""
    is_sent = str(model.class_info.name) in annotations.sent
    where: Where = "form" if model.is_multipart_body else "object"
    listed = annotations.properties(model)
    return _named(annotations, [_attribute(annotations, prop, said, where, is_sent=is_sent) for prop, said in listed])


def _attribute(annotations: Annotations, prop: Any, said: dict[str, Any], where: Where, *, is_sent: bool) -> Attribute:
    annotation, default, is_nullable = annotations.of(prop, where), "", True
    if not prop.required and is_sent:
        annotation, default = f"{annotation} | Unset", "UNSET"
    elif not prop.required:
        default = annotations.value(prop, said.get("default"))
        if default == "None" and not annotations.is_nullable(prop):
            annotation, is_nullable = f"{annotation} | None", False
    description = text(said.get("description") or prop.description)
    if said.get("deprecated"):
        description = f"Deprecated. {description}".strip()
    return Attribute(text(prop.name), annotation, default, description, is_nullable)


def shared(annotations: Annotations, union: Discriminator) -> list[Attribute]:
    """Return the attributes of an object with an unknown discriminator value: that, and what all variants share."""
    variants = [annotations.models[name] for name in sorted(union.members)]
    tables = [{text(prop.name): prop for prop, _ in annotations.properties(model)} for model in variants]
    found = [Attribute(union.tag, "str", "", "Tells what the object is.")]
    for name, prop in tables[0].items():
        annotation = annotations.of(prop)
        if name != union.tag and all(name in each and annotations.of(each[name]) == annotation for each in tables):
            annotation += "" if annotations.is_nullable(prop) else " | None"
            found.append(Attribute(name, annotation, "None", text(prop.description)))
    return _named(annotations, found)


def _named(annotations: Annotations, listed: list[Attribute]) -> list[Attribute]:
    chosen = names.unique([each.wire_name for each in listed], names.TAKEN_IN_MODELS | annotations.names)
    return [replace(each, name=name) for each, name in zip(listed, chosen, strict=True)]


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
        replace(each, annotation=types.sub(r"_\1", each.annotation), default=calls.sub(r"_\1", each.default))
        for each in listed
    ], [f"from {_TYPES[name]} import {name} as _{name}" for name in hidden]
