"""Operations can be called by name: unique operationIds, and parameters that fit the path."""

import re
from collections.abc import Iterator, Sequence

from generator.check._nodes import Node
from generator.document import Document, Json, Pointer, Problem, SpecError
from generator.problem import excerpt


def operations(document: Document, nodes: Sequence[Node]) -> Iterator[Problem]:
    """Yield what keeps an operation from becoming one entry of the operation table."""
    found = [node for node in nodes if node.kind == "operation" and node.pointer[0] == "paths"]
    if not found:
        yield document.located(("paths",), "there is no operation: a client of it could do nothing")
    yield from _identifiers(document, found)
    yield from _templates(document, [node for node in nodes if node.kind == "path item" and node.pointer[0] == "paths"])
    yield from _security(document, nodes)
    listed = {node.pointer: node for node in nodes if node.kind == "path item"}
    for operation in found:
        yield from _parameters(document, operation, listed[operation.pointer[:-1]])


def _identifiers(document: Document, nodes: Sequence[Node]) -> Iterator[Problem]:
    first: dict[str, Pointer] = {}
    for node in nodes:
        identifier = node.fields.get("operationId")
        pointer = (*node.pointer, "operationId")
        if isinstance(identifier, str) and first.setdefault(identifier, pointer) != pointer:
            message = f"operationId {excerpt(identifier)} is already used at line {document.line(first[identifier])}"
            yield document.located(pointer, message)


def _templates(document: Document, paths: Sequence[Node]) -> Iterator[Problem]:
    """Yield paths that no request can be told apart by, and braces that belong to no parameter."""
    first: dict[str, Pointer] = {}
    for node in paths:
        if "$ref" in node.fields:
            message = "shared path items are not supported, their operations would be lost: write them here"
            yield document.located((*node.pointer, "$ref"), message)
        shape = re.sub(r"\{[^{}/]+\}", "\0", str(node.pointer[-1]))
        if "{" in shape or "}" in shape:
            yield document.located(node.pointer, "the braces of this path do not enclose the name of a parameter")
        before = first.setdefault(shape, node.pointer)
        if before != node.pointer:
            message = f"this path cannot be told from {before[-1]} at line {document.line(before)}"
            yield document.located(node.pointer, message)


def _parameters(document: Document, operation: Node, path: Node) -> Iterator[Problem]:
    template = re.findall(r"\{([^{}/]+)\}", str(path.pointer[-1]))
    # OpenAPI 3.1.0, section 4.8.10.1: an operation may override a parameter of its path, by name and location.
    listed: dict[tuple[str, str], Pointer] = {}
    complete = True
    for pointer, value in [*_items(path), *_items(operation)]:
        match _resolved(document, value):
            case {"name": str() as name, "in": str() as location}:
                before = listed.get((name, location))
                if before and before[:-1] == pointer[:-1]:
                    message = f"{location} parameter {excerpt(name)} is already listed at line {document.line(before)}"
                    yield document.located(pointer, message)
                listed[name, location] = pointer
                if location == "path" and name not in template:
                    yield document.located(pointer, f"path parameter {excerpt(name)} does not occur in the path")
            case _:
                # What is wrong with it is reported elsewhere; it may be the very parameter that the path needs.
                complete = False
    for name in template if complete else ():
        if (name, "path") not in listed:
            yield document.located(operation.pointer, f"{{{name}}} in the path is declared by no path parameter")


def _items(node: Node) -> list[tuple[Pointer, Json]]:
    parameters = node.fields.get("parameters")
    listed = parameters if isinstance(parameters, list) else []
    return [((*node.pointer, "parameters", index), value) for index, value in enumerate(listed)]


def _resolved(document: Document, value: Json) -> Json:
    try:
        return document.resolve(value)[1]
    except SpecError:
        return None


def _security(document: Document, nodes: Sequence[Node]) -> Iterator[Problem]:
    """Yield requirements of a security scheme that is not there."""
    schemes = {node.pointer[-1] for node in nodes if node.kind == "security scheme"}
    for node in nodes:
        requirements: Json = node.fields.get("security") if node.kind in {"document", "operation"} else None
        for index, requirement in enumerate(requirements if isinstance(requirements, list) else []):
            for name in requirement if isinstance(requirement, dict) else ():
                if name not in schemes:
                    pointer = (*node.pointer, "security", index, name)
                    yield document.located(pointer, f"there is no security scheme {excerpt(name)} in components")
