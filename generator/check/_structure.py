"""Is the document OpenAPI 3.1 at all: the fields that each object may and must have, and schemas that are schemas."""

from collections.abc import Iterator, Sequence
from typing import Any

from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from generator.check._json_schema import Schema, Violation
from generator.check._nodes import Node
from generator.document import Document, Json, Pointer, Problem


def structure(document: Document) -> Iterator[Problem]:
    """Yield what the published JSON Schema of OpenAPI documents finds wrong. It does not look into schemas."""
    # Only the schema is taken: what openapi-spec-validator itself reports names no place in the document.
    is_older = str(document.data.get("openapi")).startswith("3.0")
    openapi: Any = (OpenAPIV30SpecValidator if is_older else OpenAPIV31SpecValidator).schema_validator.schema
    violations = list(Schema(dict(openapi)).violations(document.data))
    known = _names(openapi) if violations else frozenset[str]()
    for violation in violations:
        yield from _problems(document, violation, spurious=known if _secondary(violation, violations) else frozenset())


def schemas(document: Document, nodes: Sequence[Node]) -> Iterator[Problem]:
    """Yield what the published JSON Schema of JSON Schemas finds wrong with those of the document."""
    schema = Schema.of_schemas()
    for node in nodes:
        # A schema inside a schema is checked along with it.
        if node.kind == "schema" and node.inside != "schema":
            for violation in schema.violations(node.value):
                yield from _problems(document, violation, node.pointer)


def _problems(
    document: Document, violation: Violation, base: Pointer = (), spurious: frozenset[str] = frozenset()
) -> Iterator[Problem]:
    pointer = (*base, *violation.path)
    if not violation.unknown:
        yield document.located(pointer, violation.message)
    for name in violation.unknown:
        if name not in spurious:
            yield document.located((*pointer, name), "OpenAPI has no field of this name here")


def _secondary(violation: Violation, violations: Sequence[Violation]) -> bool:
    """May *violation* call fields unknown only because something else is wrong with their object?

    JSON Schema counts a field as known where the part of the schema that declares it passes, and that part may fail for
    another field.
    """
    depth = len(violation.path)
    near = (other.path for other in violations if not other.unknown)
    return any(path[:depth] == violation.path and len(path) <= depth + 1 for path in near)


def _names(schema: Json) -> frozenset[str]:
    """Return every name of a property that *schema* declares anywhere."""
    if isinstance(schema, dict):
        properties = schema.get("properties")
        inner = frozenset[str]().union(*map(_names, schema.values()))
        return inner.union(properties) if isinstance(properties, dict) else inner
    return frozenset[str]().union(*map(_names, schema)) if isinstance(schema, list) else frozenset()
