"""What one or several schemas say about a value: references followed, `allOf` put together."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

from generator.document import Document, Pointer
from generator.problem import excerpt

Part: TypeAlias = tuple[Pointer, dict[str, Any]]
"""A schema as it is written, and its place. A value has to satisfy all parts of what describes it."""

Parts: TypeAlias = tuple[Part, ...]

_SAYS_WHAT_IS_VALID = frozenset(
    {
        *("$ref", "type", "format", "enum", "const", "allOf", "anyOf", "oneOf", "discriminator"),
        *("properties", "required", "additionalProperties", "items"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *("minLength", "maxLength", "pattern", "minItems", "maxItems"),
    }
)


def part(pointer: Pointer, node: Any) -> Part:
    """Return the schema *node*, which stands at *pointer*, as a part; the schema `true` says nothing."""
    return pointer, cast("dict[str, Any]", node) if isinstance(node, dict) else {}


def _members(pointer: Pointer, node: dict[str, Any]) -> list[Part]:
    members: list[Any] = node.get("allOf", [])
    return [part((*pointer, "allOf", index), member) for index, member in enumerate(members)]


def essential(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield the schemas that *parts* consist of, those of `allOf` included; those that only describe are left out.

    Only keywords that say which values are valid remain, and `type` is a list.
    """
    for pointer, node in parts:
        yield from essential(_members(pointer, node))
        own = {keyword: value for keyword, value in node.items() if keyword in _SAYS_WHAT_IS_VALID - {"allOf"}}
        if isinstance(own.get("type"), str):
            own["type"] = [own["type"]]
        if own:
            yield pointer, own


def expanded(document: Document, parts: Iterable[Part]) -> Iterator[Part]:
    """Yield what `essential` does, with every reference replaced by what it leads to."""
    for pointer, node in essential(parts):
        if "$ref" in node:
            yield from expanded(document, [part(*document.resolve(node, pointer))])
        else:
            yield pointer, node


@dataclass(frozen=True, slots=True)
class Schema:
    """What several parts say together.

    Attributes:
        pointer: The place of what they describe.
        fields: Keywords that say which values are valid, apart from `properties`; `type` is a list of types.
        places: Where the keywords stand, `properties` included.
        properties: The parts that describe each property.
    """

    pointer: Pointer
    fields: dict[str, Any] = field(default_factory=dict[str, Any])
    places: dict[str, Pointer] = field(default_factory=dict[str, Pointer])
    properties: dict[str, Parts] = field(default_factory=dict[str, Parts])

    @property
    def types(self) -> list[str]:
        """The JSON types of the value; empty if any will do."""
        types: list[str] = self.fields.get("type", [])
        return types

    @property
    def required(self) -> list[str]:
        """The names of the properties that must be there."""
        names: list[str] = self.fields.get("required", [])
        return names


def merge(document: Document, pointer: Pointer, parts: Iterable[Part]) -> Schema:
    """Return what *parts*, which have neither `$ref` nor `allOf`, say together of what is described at *pointer*.

    Raises:
        SpecError: They contradict each other, or what they say together cannot be written down.
    """
    schema = Schema(pointer)
    for place, node in parts:
        for keyword, value in node.items():
            _add(document, schema, keyword, value, (*place, keyword))
    constant, values = schema.fields.get("const"), schema.fields.get("enum")
    if values is not None and "const" in schema.fields:
        if constant not in values:
            raise document.problem(
                schema.places["const"], f"{excerpt(constant)} is not in the enum it is combined with"
            )
        del schema.fields["enum"], schema.places["enum"]
    return schema


def _add(document: Document, schema: Schema, keyword: str, value: Any, place: Pointer) -> None:
    """Add one more *keyword* to what *schema* says."""
    if keyword == "properties":
        for name, node in value.items():
            schema.properties[name] = (*schema.properties.get(name, ()), part((*place, name), node))
    elif keyword == "additionalProperties" and isinstance(value, bool):
        return  # Properties that the document does not list are kept, whether it allows them or not.
    elif keyword not in schema.fields:
        schema.fields[keyword] = value
    else:
        before = schema.fields[keyword]
        both = _both(keyword, before, value)
        if both is None:
            message = f"{excerpt(value)} contradicts {excerpt(before)}, which holds too by allOf"
            raise document.problem(place, message)
        schema.fields[keyword] = both
    schema.places.setdefault(keyword, place)


def _both(keyword: str, before: Any, after: Any) -> Any:
    """Return the value of *keyword* that says as much as two values of it; None if they contradict each other."""
    match keyword:
        case "required":
            return list(dict.fromkeys([*before, *after]))
        case "type":
            kept = [name for name in before if name in after]
            if "integer" not in kept and {*before, *after} >= {"integer", "number"}:
                kept = ["integer", *(name for name in kept if name != "number")]
            return kept or None
        case "enum":
            return [value for value in before if value in after] or None
        case "minimum" | "exclusiveMinimum" | "minLength" | "minItems":
            return max(before, after)
        case "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems":
            return min(before, after)
        case _:
            return after if before == after else None


def words(node: Mapping[str, Any], keyword: str) -> str:
    """Return the text of a field that is there for readers; empty where there is none."""
    return str(node.get(keyword) or "").strip()


def description(parts: Iterable[Part]) -> str:
    """Return how *parts* are described: the last of them that is, by itself or in `allOf`."""
    texts: list[str] = []
    for pointer, node in parts:
        texts.append(words(node, "description") or words(node, "title") or description(_members(pointer, node)))
    return next((text for text in reversed(texts) if text), "")


def default(document: Document, parts: Iterable[Part]) -> tuple[Pointer, Any] | None:
    """Return place and value of the default of *parts*: the last of them that has one, by itself or by reference."""
    found = None
    for pointer, node in parts:
        inner = _members(pointer, node)
        if "$ref" in node:
            inner.append(part(*document.resolve(node, pointer)))
        own = ((*pointer, "default"), node["default"]) if "default" in node else None
        found = own or default(document, inner) or found
    return found
