"""Every default, example, const and enum value of the document is valid for the schema that it belongs to."""

from collections.abc import Iterator, Sequence

from generator.check._json_schema import Schema
from generator.check._nodes import Node
from generator.document import Document, Json, Pointer, Problem


def examples(document: Document, nodes: Sequence[Node]) -> Iterator[Problem]:
    """Yield each part of a sample value that the schema of the sample does not allow.

    The document must hold nothing but sound schemas and references that lead somewhere.
    """
    for node in nodes:
        samples = list(_schema_samples(node) if node.kind == "schema" else _samples(document, node))
        pointer = node.pointer if node.kind == "schema" else (*node.pointer, "schema")
        if samples and pointer in document.lines:
            schema = Schema.of_document(document.data, pointer)
            for place, value in samples:
                for violation in schema.violations(value):
                    yield document.located((*place, *violation.path), f"not valid for its schema: {violation.message}")


def _schema_samples(node: Node) -> Iterator[tuple[Pointer, Json]]:
    for keyword in ("default", "example", "const"):
        if keyword in node.fields:
            yield (*node.pointer, keyword), node.fields[keyword]
    for keyword in ("examples", "enum"):
        values = node.fields.get(keyword)
        for index, value in enumerate(values if isinstance(values, list) else []):
            yield (*node.pointer, keyword, index), value


def _samples(document: Document, node: Node) -> Iterator[tuple[Pointer, Json]]:
    """Yield the examples of a parameter, a header or a media type."""
    if node.kind in {"parameter", "header", "media type"}:
        if "example" in node.fields:
            yield (*node.pointer, "example"), node.fields["example"]
        named = node.fields.get("examples")
        for name, example in named.items() if isinstance(named, dict) else ():
            pointer, resolved = document.resolve(example, (*node.pointer, "examples", name))
            if isinstance(resolved, dict) and "value" in resolved:
                yield (*pointer, "value"), resolved["value"]
