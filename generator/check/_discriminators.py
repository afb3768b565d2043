"""A discriminator can be relied upon: each tag leads to one variant, and each variant carries exactly its tags."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from generator.check._nodes import Node
from generator.document import Document, Json, Pointer, Problem
from generator.problem import excerpt

_NULL: Json = {"type": "null"}


def discriminators(document: Document, nodes: Sequence[Node]) -> Iterator[Problem]:
    """Yield what keeps a tag from naming exactly one alternative of its `oneOf`.

    The references of the document must lead somewhere.
    """
    for node in nodes:
        if node.kind == "schema" and "discriminator" in node.fields:
            yield from _union(document, node)


def _union(document: Document, node: Node) -> Iterator[Problem]:
    at = (*node.pointer, "discriminator")
    match node.fields["discriminator"], node.fields.get("oneOf"):
        case {"propertyName": str() as name, **rest}, list() as alternatives:
            members: dict[Pointer, Pointer] = {}
            for index, alternative in enumerate(alternatives):
                place = (*node.pointer, "oneOf", index)
                found = _referenced(document, alternative)
                if found:
                    members[found] = place
                elif alternative != _NULL:
                    # OpenAPI 3.1.0, section 4.8.25: inline schemas are not considered.
                    yield document.located(place, "beside a discriminator an alternative is a reference to a schema")
            mapping = rest.get("mapping", {})
            if isinstance(mapping, dict):
                yield from _mapping(document, (*at, "mapping"), mapping, name, members)
            else:
                yield document.located((*at, "mapping"), "a mapping of tags to schemas is expected")
        case {"propertyName": str()}, _:
            yield document.located(at, "a discriminator is supported beside oneOf only")
        case _:
            yield document.located(at, "a discriminator needs a propertyName, a string")


def _mapping(
    document: Document, at: Pointer, mapping: Mapping[str, Json], name: str, members: Mapping[Pointer, Pointer]
) -> Iterator[Problem]:
    """Yield what is wrong with *mapping* and the *members* of the oneOf, of which it is said where each is listed."""
    tags: defaultdict[Pointer, list[str]] = defaultdict(list)
    for tag, target in mapping.items():
        found = _mapped(document, target)
        if found is None:
            yield document.located((*at, tag), f"{excerpt(target)} leads to no schema")
        elif found not in members:
            yield document.located((*at, tag), f"{excerpt(target)} is no alternative of the oneOf")
        else:
            tags[found].append(tag)
    for member, place in members.items():
        own_name = str(member[-1])
        if member in tags:
            yield from _variant(document, member, name, frozenset(tags[member]), (*at, tags[member][0]))
        elif own_name in mapping:
            yield document.located(place, f"no tag is mapped to it, and its own name is that of another: {own_name}")
        else:
            yield from _variant(document, member, name, frozenset({own_name}), place)


def _referenced(document: Document, schema: Json) -> Pointer | None:
    """Return where the `$ref` of *schema* leads to, None where it has none."""
    found = document.find(str(schema["$ref"])) if isinstance(schema, dict) and "$ref" in schema else None
    return found[0] if found else None


def _mapped(document: Document, target: Json) -> Pointer | None:
    """Return the schema that *target*, a value of a mapping, stands for: a reference or the bare name of a schema."""
    if not isinstance(target, str):
        return None
    found = document.find(target) if target.startswith("#") else document.find(f"#/components/schemas/{target}")
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class _Tag:
    """What a schema says about the property that holds the tag; *values* is None where any value will do."""

    declared: bool = False
    required: bool = False
    values: frozenset[str] | None = None

    def __and__(self, other: "_Tag") -> "_Tag":
        """Return what two schemas say that both hold, as in allOf."""
        if self.values is None or other.values is None:
            values = self.values if other.values is None else other.values
        else:
            values = self.values & other.values
        return _Tag(self.declared or other.declared, self.required or other.required, values)

    def __or__(self, other: "_Tag") -> "_Tag":
        """Return what two schemas say of which one holds, as in oneOf."""
        values = None if self.values is None or other.values is None else self.values | other.values
        return _Tag(self.declared and other.declared, self.required and other.required, values)


def _variant(
    document: Document, pointer: Pointer, name: str, expected: frozenset[str], place: Pointer
) -> Iterator[Problem]:
    """Yield what the schema at *pointer* lacks to be the variant of the tags *expected* in the property *name*."""
    tag = _in_object(document, {"$ref": f"#/{'/'.join(map(str, pointer))}"}, name)
    variant = pointer[-1]
    if not tag.declared:
        yield document.located(place, f"{variant} has no property {excerpt(name)} to hold the tag")
        return
    if not tag.required:
        yield document.located(place, f"{variant} does not require {excerpt(name)}, which holds the tag")
    if tag.values is None:
        message = f"{variant} leaves {excerpt(name)} open: it must be const or enum, of strings, as it holds the tag"
        yield document.located(place, message)
    elif tag.values != expected:
        message = (
            f"{variant} allows {_listed(tag.values)} in {excerpt(name)}, the discriminator says {_listed(expected)}"
        )
        yield document.located(place, message)


def _listed(values: frozenset[str]) -> str:
    return ", ".join(excerpt(value) for value in sorted(values)) or "nothing"


def _in_object(document: Document, schema: Json, name: str) -> _Tag:
    """Return what *schema*, that of an object, says about its property *name*."""

    def own(fields: Mapping[str, Json]) -> _Tag:
        properties, required = fields.get("properties"), fields.get("required")
        is_required = isinstance(required, list) and name in required
        if not isinstance(properties, dict) or name not in properties:
            return _Tag(required=is_required)
        return _Tag(True, is_required, _composed(document, properties[name], _own_values).values)

    return _composed(document, schema, own)


def _own_values(fields: Mapping[str, Json]) -> _Tag:
    values = [fields["const"]] if "const" in fields else fields.get("enum")
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        return _Tag()
    return _Tag(values=frozenset(map(str, values)))


def _composed(document: Document, schema: Json, own: Callable[[Mapping[str, Json]], _Tag]) -> _Tag:
    """Return what *schema* says with all that it is composed of; *own* reads what stands in one schema itself."""
    _, fields = document.resolve(schema)
    if not isinstance(fields, dict):
        return _Tag()
    tag = own(fields)
    for keyword in ("allOf", "oneOf", "anyOf"):
        parts = fields.get(keyword)
        # A null beside the variants carries no tag.
        kept = [part for part in parts if part != _NULL] if isinstance(parts, list) else []
        if kept:
            tag &= reduce(
                _Tag.__and__ if keyword == "allOf" else _Tag.__or__, [_composed(document, part, own) for part in kept]
            )
    return tag
