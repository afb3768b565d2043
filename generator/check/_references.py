"""References lead to a component of this document, of the kind that is expected, and never in a circle."""

from collections.abc import Iterator, Mapping, Sequence

from generator.check._nodes import Node
from generator.document import Document, Pointer, Problem, SpecError
from generator.problem import excerpt


def references(document: Document, nodes: Sequence[Node]) -> Iterator[Problem]:
    """Yield each `$ref` that cannot be followed or leads to something else than its place expects."""
    by_pointer = {node.pointer: node for node in nodes}
    for node in nodes:
        if "$ref" in node.fields:
            yield from _reference(document, node, by_pointer)
    yield from _circles(document, nodes)


def _reference(document: Document, node: Node, by_pointer: Mapping[Pointer, Node]) -> Iterator[Problem]:
    try:
        document.resolve(node.value, node.pointer)
    except SpecError as error:
        yield from error.problems
        return
    # The first step alone: a reference that this one leads to is looked at in its own place.
    reference = str(node.fields["$ref"])
    found = document.find(reference)
    target = by_pointer.get(found[0]) if found else None
    at = (*node.pointer, "$ref")
    if target is None or target.kind != node.kind:
        kind = f"a {target.kind}" if target else "none"
        yield document.located(at, f"a reference to a {node.kind} is expected, {excerpt(reference)} is {kind}")
    elif target.inside != "components":
        yield document.located(at, f"only components can be shared: give {excerpt(reference)} a place there")


def _circles(document: Document, nodes: Sequence[Node]) -> Iterator[Problem]:
    """Yield each schema that consists of itself (through allOf and the like): there is no end to what it says.

    A schema that has itself as property or as item is fine.
    """
    schemas = {node.pointer: node for node in nodes if node.kind == "schema"}
    for start in schemas.values():
        # References that lead straight back to themselves are reported as such.
        pending, passed = ([] if "$ref" in start.fields else _parts(document, start)), set[Pointer]()
        while pending:
            pointer = pending.pop()
            if pointer == start.pointer:
                yield document.located(pointer, "this schema consists of itself")
                break
            if pointer in schemas and pointer not in passed:
                passed.add(pointer)
                pending += _parts(document, schemas[pointer])


def _parts(document: Document, node: Node) -> list[Pointer]:
    """Return the schemas that say something about the same value as *node*."""
    found = document.find(str(node.fields["$ref"])) if "$ref" in node.fields else None
    parts = [found[0]] if found else []
    for keyword in ("allOf", "anyOf", "oneOf"):
        alternatives = node.fields.get(keyword)
        parts += (
            [(*node.pointer, keyword, index) for index in range(len(alternatives))]
            if isinstance(alternatives, list)
            else []
        )
    return parts
