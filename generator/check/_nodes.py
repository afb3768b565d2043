"""Every object of an OpenAPI document with what it is: an operation, a parameter, a schema...

The kind of an object follows from its place alone, so that an example that happens to hold a `$ref`, or a property that
is called `deprecated`, is not taken for more than it is. References are nodes of the kind that is expected in their
place; they are not followed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from generator.document import Document, Json, Pointer

Kind: TypeAlias = Literal[
    "document",
    "components",
    "server",
    "path item",
    "operation",
    "parameter",
    "request body",
    "media type",
    "response",
    "header",
    "link",
    "callback",
    "example",
    "security scheme",
    "schema",
]

_Shape: TypeAlias = Literal["one", "list", "map"]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
"""The fields of a path item that are operations."""

# OpenAPI 3.1.0, section 4.8, and for schemas JSON Schema 2020-12: what each field of an object holds.
_FIELDS: Mapping[Kind, Mapping[str, tuple[_Shape, Kind]]] = {
    "document": {
        "servers": ("list", "server"),
        "paths": ("map", "path item"),
        "webhooks": ("map", "path item"),
        "components": ("one", "components"),
    },
    "components": {
        "schemas": ("map", "schema"),
        "responses": ("map", "response"),
        "parameters": ("map", "parameter"),
        "examples": ("map", "example"),
        "requestBodies": ("map", "request body"),
        "headers": ("map", "header"),
        "securitySchemes": ("map", "security scheme"),
        "links": ("map", "link"),
        "callbacks": ("map", "callback"),
        "pathItems": ("map", "path item"),
    },
    "path item": {
        "servers": ("list", "server"),
        "parameters": ("list", "parameter"),
        **dict.fromkeys(METHODS, ("one", "operation")),
    },
    "operation": {
        "servers": ("list", "server"),
        "parameters": ("list", "parameter"),
        "requestBody": ("one", "request body"),
        "responses": ("map", "response"),
        "callbacks": ("map", "callback"),
    },
    "parameter": {"schema": ("one", "schema"), "content": ("map", "media type"), "examples": ("map", "example")},
    "request body": {"content": ("map", "media type")},
    "media type": {"schema": ("one", "schema"), "examples": ("map", "example")},
    "response": {"headers": ("map", "header"), "content": ("map", "media type"), "links": ("map", "link")},
    "header": {"schema": ("one", "schema"), "content": ("map", "media type"), "examples": ("map", "example")},
    "schema": {
        **dict.fromkeys(("properties", "patternProperties", "dependentSchemas", "$defs"), ("map", "schema")),
        **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), ("list", "schema")),
        **dict.fromkeys(
            (
                *("items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else"),
                *("unevaluatedItems", "unevaluatedProperties", "contentSchema"),
            ),
            ("one", "schema"),
        ),
    },
}

# Maps that may hold extensions (x-...) beside their entries.
_EXTENSIBLE: frozenset[Kind] = frozenset({"path item", "response"})


@dataclass(frozen=True, slots=True)
class Node:
    """One object of a document.

    Attributes:
        kind: What is expected in its place.
        inside: The kind of the object around it; None for the document itself.
        pointer: Its place.
        value: The object as it is written. A document that is checked may hold anything here.
    """

    kind: Kind
    inside: Kind | None
    pointer: Pointer
    value: Json

    @property
    def fields(self) -> Mapping[str, Json]:
        """The fields of the object; none where it is no mapping (a schema may be a boolean)."""
        return self.value if isinstance(self.value, dict) else {}


def walk(document: Document) -> list[Node]:
    """Return every object of *document*, in the order of the file; an object stands before those inside it."""
    return list(_walk(Node("document", None, (), document.data)))


def _walk(node: Node) -> Iterator[Node]:
    yield node
    expected = _FIELDS.get(node.kind, {})
    for name, value in node.fields.items():
        if name in expected:
            shape, kind = expected[name]
            for key, item in _items(shape, kind, value):
                yield from _walk(Node(kind, node.kind, (*node.pointer, name, *key), item))


def _items(shape: _Shape, kind: Kind, value: Json) -> Iterator[tuple[Pointer, Json]]:
    """Yield the objects in a field that holds *value*, each with its key or index inside the field."""
    if shape == "one":
        yield (), value
    elif shape == "list" and isinstance(value, list):
        yield from (((index,), item) for index, item in enumerate(value))
    elif shape == "map" and isinstance(value, dict):
        extensions = kind in _EXTENSIBLE
        yield from (((name,), item) for name, item in value.items() if not (extensions and name.startswith("x-")))
