"""Objects: composed by allOf, with names that are not listed, containing themselves, written inside one another."""

import json
import re
from types import ModuleType
from typing import Any

import pytest

ID = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
COMPOSED = {"kind": "one", "extra": "e"}


@pytest.fixture(scope="module")
def small(models: Any) -> ModuleType:
    """Return the models of objects.yaml."""
    return models("objects.yaml")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("Composed", {**COMPOSED, "size": 50, "nested": {"a": "x", "b": "y"}, "when": None, "own": False, "new": [1]}),
        ("Composed", COMPOSED),
        ("Plain", {}),
        ("Plain", {"ids": [ID], "scores": {"a b": 1}, "anything": [1, {}], "whatever": None, "any_object": {"x": {}}}),
        ("Plain", {"nothing": None, "to_base": {"kind": "two"}, "only_base": {"kind": "three", "size": None}}),
        ("Plain", {"maybe_open": None, "either": {"a": None, "b": 1}, "bases": {"": {"kind": "one", "x": 1}}}),
        ("Plain", {"maybe_open": {"b": 1}, "deep": {"a": {"b": [{"kind": "one"}], "c": []}, "d": {}}}),
        ("Plain", {"inline": None, "list_of_inline": [{"level": "low"}, {"level": "medium"}]}),
        ("Plain", {"inline": {"z": "z"}, "map_of_inline": {"a": {"q": "q"}, "b": {"new": 1}}}),
        ("Tree", {"list": [{"list": []}, {"itself": {"leaf": {"tree": {}}}}], "map": {"q": {"map": {}}}}),
        ("Tree", {"branch": {"tree": {"branch": {}}}}),
        ("Empty", {}),
        ("Empty", {"a": 1}),
    ],
)
def test_gives_back_what_came(small: ModuleType, name: str, body: dict[str, Any]) -> None:
    """An object goes back as it came: absent properties absent, null null, unknown ones kept."""
    decoded = getattr(small, name).from_dict(body)
    assert decoded.to_dict() == body
    assert type(decoded).from_json(decoded.to_json()) == decoded


@pytest.mark.parametrize(
    ("name", "body", "path"),
    [
        ("Composed", {**COMPOSED, "kind": "two"}, "kind"),
        ("Composed", {"kind": "one"}, "extra"),
        ("Composed", {"extra": "e"}, "kind"),
        ("Composed", {**COMPOSED, "size": 4}, "size"),
        ("Composed", {**COMPOSED, "size": 101}, "size"),
        ("Composed", {**COMPOSED, "size": 5.5}, "size"),
        ("Composed", {**COMPOSED, "size": None}, "size"),
        ("Composed", {**COMPOSED, "nested": {"a": "x"}}, "nested.b"),
        ("Composed", {**COMPOSED, "nested": {"a": 1, "b": "y"}}, "nested.a"),
        ("Composed", {**COMPOSED, "when": "2024-01-01T00:00:00"}, "when"),
        ("Plain", {"ids": [ID, "x"]}, "ids[1]"),
        ("Plain", {"ids": []}, "ids"),
        ("Plain", {"ids": [ID, ID, ID]}, "ids"),
        ("Plain", {"ids": None}, "ids"),
        ("Plain", {"scores": {"a": 1, "b": -1}}, "scores.b"),
        ("Plain", {"scores": None}, "scores"),
        ("Plain", {"any_object": []}, "any_object"),
        ("Plain", {"nothing": 0}, "nothing"),
        ("Plain", {"to_base": {}}, "to_base.kind"),
        ("Plain", {"to_base": None}, "to_base"),
        ("Plain", {"maybe_open": {"a": 1}}, "maybe_open.a"),
        ("Plain", {"bases": {"a b": {}}}, "bases['a b'].kind"),
        ("Plain", {"deep": {"a": {"b": [{"kind": "one"}, {"kind": 1}]}}}, "deep.a.b[1].kind"),
        ("Plain", {"inline": "x"}, "inline"),
        ("Plain", {"list_of_inline": [{"level": "low"}, {}]}, "list_of_inline[1].level"),
        ("Tree", {"list": [{}, {"map": {"q": {"leaf": {"tree": {"list": [1]}}}}}]}, "list[1].map.q.leaf.tree.list[0]"),
        ("Empty", [], "$"),
    ],
)
def test_says_where_a_value_is_wrong(small: ModuleType, name: str, body: Any, path: str) -> None:
    """Whatever a schema says of a value holds, wherever in allOf it is said, and an error names the place."""
    with pytest.raises(ValueError, match=f"^{re.escape(path)}: expected"):
        getattr(small, name).from_json(json.dumps(body))


def test_what_allof_says_together(small: ModuleType) -> None:
    """A description beside a schema describes it; a constant narrows an enum; a class is named after the whole."""
    composed = small.Composed.from_dict({**COMPOSED, "nested": {"b": "y"}})
    assert composed.own is True
    assert type(composed.nested) is small.ComposedNested
    assert composed.kind == "one"
    assert composed.fields_set == {"kind", "extra", "nested"}


def test_only_what_is_an_object_or_enum_becomes_a_class(small: ModuleType) -> None:
    """Schemas of texts, lists and maps are no classes; another name for a class is that class."""
    assert small.__all__ == sorted(
        [
            *("Base", "BaseNested", "Composed", "ComposedNested", "Empty", "Kind", "Leaf", "MaybeOpen", "Plain"),
            *("PlainInline", "PlainListOfInlineItem", "PlainListOfInlineItemLevel", "PlainMapOfInlineValue"),
            *("Tree", "TreeBranch"),
        ]
    )
    assert type(small.Plain.from_dict({"only_base": {"kind": "one"}}).only_base) is small.Base
