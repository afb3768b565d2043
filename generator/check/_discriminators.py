"""What a discriminator maps its values to is there."""

from collections.abc import Iterator, Sequence

from generator.check._nodes import Node
from generator.document import Document, Json, Problem
from generator.problem import excerpt


def discriminators(document: Document, nodes: Sequence[Node]) -> Iterator[Problem]:
    """Yield each value of a discriminator that is mapped to no schema."""
    for node in nodes:
        found = node.fields.get("discriminator") if node.kind == "schema" else None
        mapping = found.get("mapping") if isinstance(found, dict) else None
        for value, target in mapping.items() if isinstance(mapping, dict) else ():
            if not _exists(document, target):
                pointer = (*node.pointer, "discriminator", "mapping", value)
                yield document.located(pointer, f"{excerpt(target)} does not exist")


def _exists(document: Document, target: Json) -> bool:
    """Return whether *target*, a reference or the bare name of a schema, leads to a schema."""
    if not isinstance(target, str):
        return False
    return document.find(target if target.startswith("#") else f"#/components/schemas/{target}") is not None
