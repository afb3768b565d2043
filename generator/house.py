"""The rules of this house for its own document, beyond what any document must hold: `nox -s spec` checks them.

They keep the generated client readable (names, docstrings), and listings alike (one set of parameters, one envelope).
"""

from collections.abc import Iterator
from typing import Any

from generator.document import Document, Pointer, Problem, fields, items, objects

ENVELOPE = "#/components/schemas/ListEnvelope"
PARAMETERS = tuple(f"#/components/parameters/{name}" for name in ("Page", "Limit", "UseCursor", "Cursor"))


def broken_rules(document: Document) -> Iterator[Problem]:
    """Yield what in *document*, which is valid, is against the rules."""
    for pointer, operation in document.operations():
        yield from _operation(document, pointer, operation)
    for name, schema in document.schemas.items():
        if not {"description", "$ref"} & fields(schema).keys():
            yield document.located(("components", "schemas", name), "has no description: it is the class's docstring")
    for _, pointer, schema in objects(document.data):
        for name, inner in fields(schema.get("properties")).items():
            if not {"description", "$ref"} & fields(inner).keys():
                at = (*pointer, "properties", name)
                yield document.located(at, "has no description: it is the attribute's docstring")


def _operation(document: Document, pointer: Pointer, operation: dict[str, Any]) -> Iterator[Problem]:
    reasons = {
        "operationId": "it names the function",
        "tags": "the first names the package of the function",
        "summary": "it is the first line of the docstring",
    }
    for name in reasons.keys() - operation.keys():
        yield document.located(pointer, f"has no {name}: {reasons[name]}")
    responses = fields(operation.get("responses"))
    if not any(status.startswith("2") for status in responses):
        yield document.located(pointer, "has no success among its responses: nobody knows what the function returns")
    if "default" not in responses:
        yield document.located(pointer, "has no default response: the body of an error would not be read")
    if _is_list(document, responses):
        yield from _list_operation(document, pointer, operation)


def _is_list(document: Document, responses: dict[str, Any]) -> bool:
    """Return whether a success has an array called `data`."""
    return any(
        fields(fields(part.get("properties")).get("data")).get("type") == "array"
        for part in _success_parts(document, responses)
    )


def _list_operation(document: Document, pointer: Pointer, operation: dict[str, Any]) -> Iterator[Problem]:
    given = [fields(each).get("$ref") for each in items(operation.get("parameters"))]
    for reference in PARAMETERS:
        if reference not in given:
            message = f"lists records, and has no $ref to {reference}: it could not be paged like the others"
            yield document.located((*pointer, "parameters"), message)
    if not any(part.get("$ref") == ENVELOPE for part in _success_parts(document, operation["responses"])):
        message = f"lists records, and its success has no $ref to {ENVELOPE} in its allOf: it could not be paged"
        yield document.located((*pointer, "responses"), message)


def _success_parts(document: Document, responses: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the schemas of JSON that a success consists of: references, what they lead to, and the parts of allOf."""
    pending = [
        fields(content.get("schema"))
        for status, response in responses.items()
        if status.startswith("2")
        for media_type, content in fields(document.resolve(response)[1].get("content")).items()
        if "json" in media_type
    ]
    while pending:
        schema = pending.pop()
        yield schema
        if "$ref" in schema and schema["$ref"] != ENVELOPE:
            pending.append(fields(document.resolve({"$ref": schema["$ref"]})[1]))
        pending += map(fields, items(schema.get("allOf")))
