"""JSON Schema and the rendered models agree about every value: on what has its type, and on what it is."""

import copy
import importlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from generator.check import validator
from generator.document import Document

GROWTH = Path(__file__).parent / "specs" / "growth"

Values = st.SearchStrategy[Any]

TEXTS = {
    "uuid": ["3c90c3cc-0d44-4b50-8888-8dd25736052a", "3C90C3CC-0D44-4B50-8888-8DD25736052A", "3c90c3cc"],
    "date-time": ["2024-01-01T00:00:00Z", "2024-01-01t00:00:00.5+01:00", "2024-01-01T00:00:00", "2024-02-30T00:00:00Z"],
    "date": ["2024-02-29", "2023-02-29", "20240101", "2024-01-01T00:00:00Z"],
}
NUMBERS = [*range(-2, 12), 100, 101, 2**31, -(2**31), 2**63, -(2**63) - 1, 0.5, 1.0, 1.5, 2.5, 20.0, 1e300]
BOUNDS = {
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    *("minLength", "maxLength", "pattern", "minItems", "maxItems"),
}
"""What is not checked."""
ANYTHING: Values = st.recursive(
    st.none() | st.booleans() | st.sampled_from(NUMBERS) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)


def plausible(document: Document, node: Any) -> Values:
    """Return values that look like those of a schema; many, but not all of them, are valid."""
    fitting = _fitting(document, node) if isinstance(node, dict) else ANYTHING
    return st.integers(0, 15).flatmap(lambda choice: fitting if choice else ANYTHING)


def _fitting(document: Document, node: dict[str, Any]) -> Values:
    if "$ref" in node:
        return st.deferred(lambda: plausible(document, document.resolve(node)[1]))
    if "const" in node:
        return st.just(node["const"])
    if "enum" in node:
        return st.sampled_from([*node["enum"], "new", 77])
    for keyword in ("oneOf", "anyOf"):
        if keyword in node:
            return st.one_of([plausible(document, alternative) for alternative in node[keyword]])
    if "allOf" in node or "properties" in node:
        own = {name: plausible(document, inner) for name, inner in node.get("properties", {}).items()}
        required = set(node.get("required", [])) & own.keys()
        inherited = [_fitting(document, part) for part in node.get("allOf", []) if part.keys() - {"description"}]
        new = st.dictionaries(st.text(max_size=3), ANYTHING, max_size=1)
        return st.tuples(
            new,
            *inherited,
            st.fixed_dictionaries(
                {name: own[name] for name in own if name in required},
                optional={name: own[name] for name in own if name not in required},
            ),
        ).map(_merged)
    types = node.get("type", [])
    return st.one_of(
        [_of_type(document, node, name) for name in ([types] if isinstance(types, str) else types)] or [ANYTHING]
    )


def _merged(parts: tuple[Any, ...]) -> Any:
    if not all(isinstance(part, dict) for part in parts):
        return parts[1]
    return {name: value for part in parts for name, value in part.items()}


def _of_type(document: Document, node: dict[str, Any], name: str) -> Values:
    match name:
        case "string":
            return st.sampled_from(TEXTS.get(node.get("format", ""), ["", "a", "ab", "abc", "abcd", "\u00e4\u00f6"]))
        case "integer" | "number":
            return st.sampled_from(NUMBERS)
        case "boolean":
            return st.booleans()
        case "array":
            return st.lists(plausible(document, node.get("items", True)), max_size=3)
        case "object":
            return st.dictionaries(
                st.text(max_size=3), plausible(document, node.get("additionalProperties", True)), max_size=2
            )
        case _:
            return st.none()


def forgiving(document: Document, node: Any) -> Any:
    """Return a schema that also allows what is not checked: new values of enums, new tags of unions, any bounds."""
    if isinstance(node, list):
        return [forgiving(document, item) for item in node]
    if not isinstance(node, dict):
        return node
    forgiven = {name: forgiving(document, value) for name, value in node.items() if name not in BOUNDS}
    if isinstance(node.get("enum"), list):
        names = {str: "string", int: "integer", type(None): "null"}
        forgiven["type"] = sorted({names[type(value)] for value in forgiven.pop("enum")})
    if "discriminator" in node:
        tag = node["discriminator"]["propertyName"]
        new = {"type": "string", "not": {"enum": list(node["discriminator"]["mapping"])}}
        # A variant that is a union with another tag forgives too, but never a tag of this one that is unknown to it.
        known = {"required": [tag], "properties": {tag: {"enum": list(node["discriminator"]["mapping"])}}}
        variants = [variant for each in forgiven.pop("oneOf") for variant in _variants(document, each, tag)]
        forgiven["anyOf"] = [
            *({"allOf": [variant, known]} for variant in variants),
            {"type": "object", "required": [tag], "properties": {tag: new}},
        ]
    return forgiven


def _variants(document: Document, alternative: Any, tag: str) -> list[Any]:
    """Return the alternatives of a union with the same tag instead of the union."""
    _, inner = document.resolve(alternative)
    same = isinstance(inner, dict) and inner.get("discriminator", {}).get("propertyName") == tag
    return list(inner["oneOf"]) if same else [alternative]


DOCUMENTS = {path.name: Document.read(path) for path in sorted(GROWTH.glob("*.yaml"))}
SCHEMAS = [
    (source, name)
    for source, document in DOCUMENTS.items()
    for name, node in document.data["components"]["schemas"].items()
    # The objects; in names.yaml all others are like this one, but for their names.
    if isinstance(node, dict) and {"properties", "allOf"} & node.keys() and (source != "names.yaml" or name == "Odd")
]


@pytest.mark.parametrize(("source", "name"), SCHEMAS)
def test_models_accept_exactly_what_has_the_type(package: Any, source: str, name: str) -> None:
    """What the schema allows is read, and goes back as it came; what it does not is the one typed error."""
    model: Any = getattr(importlib.import_module(f"{package(source).__name__}.models"), name, None)
    error: type[ValueError] = importlib.import_module(f"{package(source).__name__}.errors").DecodeError
    document = DOCUMENTS[source]
    components = forgiving(document, document.data["components"])
    forgiven = replace(document, data={**document.data, "components": components})
    schema = validator(forgiven, {"$ref": f"#/components/schemas/{name}"})

    # Without the phase that explains a failure: it takes minutes here.
    @settings(max_examples=40, suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink])
    @given(plausible(document, document.data["components"]["schemas"][name]))
    def agree(value: Any) -> None:
        wrong = [error.message for error in schema.iter_errors(value)]
        try:
            decoded = model.from_json(json.dumps(value))
        except error:
            # A class stands for objects alone, though its schema may allow null as well.
            assert wrong or value is None
        else:
            assert not wrong
            assert decoded.to_dict() == value
            assert json.loads(decoded.to_json()) == value
            assert model.from_dict(value) == copy.deepcopy(decoded) == decoded

    if hasattr(model, "from_json"):  # Others are maps, or have no name of their own.
        agree()
