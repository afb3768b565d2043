"""What the template of an endpoint's module needs beside the endpoint of openapi-python-client."""

# The objects of openapi-python-client, and the JSON of a document, are hardly typed: mypy in strict mode judges alone.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from openapi_python_client.parser.bodies import Body
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.responses import Response

from generator import names
from generator.docstrings import described
from generator.document import Document, Pointer, excerpt, fields
from generator.models import Annotations, Where, members
from generator.openapi import text

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_KINDS = {"response.json()": "json", "response.text": "text", "response.content": "bytes", "None": "nothing"}
_BOUNDS = {
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
class Parameter:
    """A parameter of an operation; `wire_name` is its name in the document, `location` where it is sent."""

    name: str
    wire_name: str
    location: str
    annotation: str
    is_required: bool
    node: dict[str, Any]
    schema: dict[str, Any]

    @property
    def description(self) -> str:
        """What the document says of it, on one line."""
        said = self.node.get("description") or f"The {self.location} parameter {self.wire_name}."
        return " ".join(described(said, self.schema | self.node).split())


@dataclass(frozen=True)
class Expected:
    """What a response with a status from *first* to *last* holds, as source."""

    first: int
    last: int
    kind: str
    annotation: str

    @property
    def is_success(self) -> bool:
        """Whether all these statuses are successes."""
        return self.first // 100 == self.last // 100 == 2


@dataclass(frozen=True)
class Operation:
    """An operation: its path is percent-encoded, its bodies are media type, kind and annotation of each."""

    node: dict[str, Any]
    path: str
    parameters: list[Parameter]
    bodies: list[tuple[str, str, str]]
    request_body: dict[str, Any]
    responses: list[Expected]
    security: list[Any]

    def of(self, *locations: str) -> list[Parameter]:
        """Return the parameters that are sent in these places."""
        return [parameter for parameter in self.parameters if parameter.location in locations]


def operation(document: Document, annotations: Annotations, endpoint: Endpoint, pointer: Pointer) -> Operation:
    """Return the *endpoint* at *pointer*; SpecError if something in it cannot be sent."""
    node = document.data["paths"][pointer[1]][pointer[2]]
    return Operation(
        node=node,
        path=_quoted(str(pointer[1])),
        parameters=list(_parameters(document, annotations, endpoint, pointer)),
        bodies=[_body(annotations, body) for body in endpoint.bodies],
        request_body=document.resolve(node.get("requestBody") or {})[1],
        responses=[_expected(annotations, each) for each in endpoint.responses],
        security=node.get("security", document.data.get("security")) or [],
    )


def _body(annotations: Annotations, body: Body) -> tuple[str, str, str]:
    where: Where = "form" if body.body_type == "files" else "body"
    return text(body.content_type), str(body.body_type), annotations.of(body.prop, where)


def _expected(annotations: Annotations, response: Response) -> Expected:
    first, last = response.status_code.range or (100, 999)
    kind = _KINDS[response.source["attribute"]]
    type_ = {"nothing": "None", "text": "str", "bytes": "bytes"}.get(kind) or annotations.of(response.prop, "response")
    return Expected(first, last, kind, type_)


def _parameters(
    document: Document, annotations: Annotations, endpoint: Endpoint, pointer: Pointer
) -> Iterator[Parameter]:
    listed = [(location.value, text(prop.name), prop) for location, prop in endpoint.iter_all_parameters()]
    nodes = _parameter_nodes(document, pointer)
    for location, name in nodes.keys() - {(location, name) for location, name, _ in listed}:
        message = f"the {location} parameter {excerpt(name)} has no schema: it would be lost"
        raise document.problem((*pointer, "parameters"), message)
    wanted = [(location, names.identifier(name, names.TAKEN_IN_FUNCTIONS)) for location, name, _ in listed]
    # As openapi-python-client does: one name in two places is told apart by the place.
    shared = {name for _, name in wanted if len({location for location, other in wanted if other == name}) > 1}
    chosen = names.unique(
        f"{name}_{location}" if name in shared and location != "path" else name for location, name in wanted
    )
    for (location, wire_name, prop), name in zip(listed, chosen, strict=True):
        if location == "header":
            require_header_name(document, (*pointer, "parameters"), wire_name)
        node = nodes[location, wire_name]
        schema = fields(document.resolve(node["schema"])[1])
        annotation = _bounded(annotations.of(prop), schema)
        if not prop.required and not annotations.is_nullable(prop):
            annotation = f"{annotation} | None"
        yield Parameter(name, wire_name, location, annotation, prop.required, node, schema)


def require_header_name(document: Document, pointer: Pointer, name: str) -> None:
    """Raise a SpecError if *name*, at *pointer*, cannot be sent as the name of a header."""
    if not _HEADER_NAME.fullmatch(name):
        raise document.problem(pointer, f"{excerpt(name)} cannot be the name of a header")


def _parameter_nodes(document: Document, pointer: Pointer) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the parameters of the operation at *pointer* and of its path, by location and name."""
    item: Any = document.data["paths"][pointer[1]]
    listed = [*(item.get("parameters") or []), *(item[pointer[2]].get("parameters") or [])]
    resolved = [document.resolve(each)[1] for each in listed]
    return {(node["in"], node["name"]): node for node in resolved}


def _bounded(annotation: str, schema: Any) -> str:
    """Return *annotation* with the bounds of *schema*, which are those of its first member; null is the last."""
    bounds = {_BOUNDS[key]: value for key, value in schema.items() if key in _BOUNDS}
    bounded, *null = members(annotation)
    if not bounds or null not in ([], ["None"]):
        return annotation
    arguments = ", ".join(f"{name}={value!r}" for name, value in bounds.items())
    return " | ".join([f"Annotated[{bounded}, Meta({arguments})]", *null])


def _quoted(path: str) -> str:
    """Return *path* percent-encoded, but for the names of parameters in braces."""
    pieces = re.split(r"(\{[^{}/]+\})", path)
    return "".join(piece if piece.startswith("{") else quote(piece, safe="/:@!$&'()*+,;=~%") for piece in pieces)
