"""Operations as functions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from generator.document import Document, Pointer
from generator.problem import excerpt
from generator.view import annotation as py
from generator.view import schema
from generator.view.annotation import Annotation, Array, Class, Map, Scope, Union
from generator.view.answers import Answers, read_answers
from generator.view.naming import TAKEN_IN_FUNCTIONS, header_parameter, identifier, operation_name, tag_name, value_at
from generator.view.reader import SchemaReader

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")

# RFC 9110, section 5.1.
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation.

    Attributes:
        name: Its name in Python.
        wire_name: Its name in the document.
        location: Where it is sent: `path`, `query` or `header`.
        annotation: Its type, as Python source; of an optional one with `None`.
    """

    name: str
    wire_name: str
    location: str
    annotation: str
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a request; the annotation of an optional one has `Unset`."""

    annotation: str
    media_type: str
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True)
class OperationView:
    """An operation of the API.

    Attributes:
        operation_id: Its name in the document.
        name: Its name in Python, and that of its module.
        tag: The folder of its module.
        method: HTTP method, in capitals.
        path: As it is in the document.
        quoted_path: The same, percent-encoded but for the names of parameters.
        parameters: In the order of its signature.
        imports: Import lines for annotations.
        classes: Module and name of all classes that it names.
    """

    operation_id: str
    name: str
    tag: str
    method: str
    path: str
    quoted_path: str
    summary: str
    description: str
    parameters: list[Parameter]
    body: Body | None
    answers: Answers
    imports: list[str]
    classes: list[tuple[str, str]]

    def of(self, location: str) -> list[Parameter]:
        """Return the parameters in one place: `path`, `query` or `header`."""
        return [parameter for parameter in self.parameters if parameter.location == location]


def read_operations(document: Document, reader: SchemaReader) -> list[OperationView]:
    """Return all operations of the document, in its order.

    Raises:
        SpecError: The templates cannot express one of them.
    """
    operations = {pointer: _OperationReader(document, reader, pointer).read() for pointer in _pointers(document)}
    tags = {operation.tag for operation in operations.values()}
    for pointer, operation in operations.items():
        if operation.name in tags:
            message = f"becomes the name {operation.name}, as a tag does: rename one"
            raise document.problem((*pointer, "operationId"), message)
    return list(operations.values())


def _pointers(document: Document) -> Iterator[Pointer]:
    paths: dict[str, dict[str, Any]] = document.data.get("paths", {})
    for path, item in paths.items():
        if path.startswith("/"):
            yield from (("paths", path, method) for method in item if method in _METHODS)


class _OperationReader:
    """Reads one operation."""

    def __init__(self, document: Document, reader: SchemaReader, pointer: Pointer) -> None:
        self.document = document
        self.reader = reader
        self.pointer = pointer
        self.node: dict[str, Any] = value_at(document, pointer)
        self.path = str(pointer[1])
        self.scope = Scope("...")

    def read(self) -> OperationView:
        answers = read_answers(self.document, self.reader, self.pointer, self.node["responses"])
        parameters = self._parameters()
        body = self._body()
        for name in answers.classes:
            self.scope.write(name)
        return OperationView(
            operation_id=self.node["operationId"],
            name=operation_name(self.node["operationId"]),
            tag=self._tag(),
            method=str(self.pointer[-1]).upper(),
            path=self.path,
            quoted_path=quoted(self.path),
            summary=schema.words(self.node, "summary"),
            description=schema.words(self.node, "description"),
            parameters=parameters,
            body=body,
            answers=answers,
            imports=self.scope.imports(),
            classes=sorted([*self.scope.enums(), *self.scope.classes()]),
        )

    def _tag(self) -> str:
        tag = str(self.node["tags"][0])
        if not tag.isascii():
            message = f"{excerpt(tag)} becomes the name of a folder: use ASCII letters and digits"
            raise self.document.problem((*self.pointer, "tags", 0), message)
        return tag_name(tag)

    def _parameters(self) -> list[Parameter]:
        found: dict[str, tuple[Pointer, Parameter]] = {}
        for pointer, node in self._listed():
            parameter = self._parameter(pointer, node)
            if parameter.name in found:
                other = found[parameter.name][1].wire_name
                message = f"becomes the parameter {parameter.name}, as {excerpt(other)} does: they cannot have one name"
                raise self.document.problem(pointer, message)
            found[parameter.name] = (pointer, parameter)
        places = ["path", "query", "header"]
        return sorted(
            (parameter for _, parameter in found.values()),
            key=lambda parameter: (places.index(parameter.location), self.path.find(f"{{{parameter.wire_name}}}")),
        )

    def _listed(self) -> list[tuple[Pointer, dict[str, Any]]]:
        """Return place and value of the parameters, those of the path item included."""
        found: dict[tuple[str, str], tuple[Pointer, dict[str, Any]]] = {}
        for owner in (self.pointer[:2], self.pointer):
            listed: list[Any] = value_at(self.document, owner).get("parameters", [])
            for index, reference in enumerate(listed):
                pointer, node = self.document.resolve(reference, (*owner, "parameters", index))
                assert isinstance(node, dict)
                found[str(node["in"]), str(node["name"])] = (pointer, node)
        return list(found.values())

    def _parameter(self, pointer: Pointer, node: dict[str, Any]) -> Parameter:
        location, wire_name = str(node["in"]), str(node["name"])
        annotation = self.reader.annotation((schema.part((*pointer, "schema"), node.get("schema")),))
        is_required = bool(node.get("required"))
        problem = _not_sendable(annotation, location)
        if is_required and py.is_nullable(annotation):
            problem = "a required parameter cannot be null: there is no text for it"
        if problem:
            raise self.document.problem((*pointer, "schema"), problem)
        if location == "header" and not _HEADER_NAME.fullmatch(wire_name):
            raise self.document.problem((*pointer, "name"), f"{excerpt(wire_name)} cannot be the name of a header")
        return Parameter(
            name=header_parameter(wire_name) if location == "header" else identifier(wire_name, TAKEN_IN_FUNCTIONS),
            wire_name=wire_name,
            location=location,
            annotation=self.scope.write(annotation if is_required else py.or_null(annotation)),
            is_required=is_required,
            description=schema.words(node, "description"),
        )

    def _body(self) -> Body | None:
        if "requestBody" not in self.node:
            return None
        pointer, node = self.document.resolve(self.node["requestBody"], (*self.pointer, "requestBody"))
        assert isinstance(node, dict)
        content: Any = node["content"]
        ((media_type, media),) = content.items()
        parts = (schema.part((*pointer, "content", media_type, "schema"), media.get("schema")),)
        annotation = self.reader.annotation(parts)
        is_required = bool(node.get("required"))
        self.reader.sent.update(part for part in py.walk(annotation) if isinstance(part, Class))
        return Body(
            annotation=self.scope.write(annotation) + ("" if is_required else " | Unset"),
            media_type=media_type,
            is_required=is_required,
            description=schema.words(node, "description"),
        )


def _not_sendable(annotation: Annotation, location: str) -> str:
    """Return why a parameter cannot be sent as text; empty if it can."""
    for part in py.walk(annotation):
        match part:
            case Map() | Class(kind="model" | "union"):
                return "a parameter cannot be an object"
            case Array() if location != "query":
                return "a list is supported as a parameter in the query only"
            case Array(Array() | Union()):
                return "a list in a parameter can hold values of one type only, and no lists"
            case _:
                pass
    return ""


def quoted(path: str) -> str:
    """Return *path* percent-encoded, but for the names of parameters in braces."""
    pieces = re.split(r"(\{[^{}/]+\})", path)
    return "".join(piece if piece.startswith("{") else quote(piece, safe="/:@!$&'()*+,;=~%") for piece in pieces)


def header_name(document: Document) -> str:
    """Return the header that holds the API key; empty if the API needs none."""
    schemes: dict[str, Any] = document.data.get("components", {}).get("securitySchemes", {})
    for name, scheme in schemes.items():
        if not _HEADER_NAME.fullmatch(scheme["name"]):
            pointer = ("components", "securitySchemes", name, "name")
            raise document.problem(pointer, f"{excerpt(scheme['name'])} cannot be the name of a header")
        return str(scheme["name"])
    return ""


def base_url(document: Document) -> str:
    """Return the address of the first server."""
    servers: list[dict[str, Any]] = document.data.get("servers") or []
    url = str(servers[0]["url"]) if servers else ""
    if not re.match("https?://", url):
        pointer = ("servers", 0, "url")
        raise document.problem(pointer, "an absolute address is needed, https://...: clients send their requests there")
    return url
