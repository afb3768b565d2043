"""Objects: composed by allOf, with names that are not listed, containing themselves, written inside one another."""

import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
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
        ("Plain", {"nothing": None, "to_base": {"kind": "two"}, "only_base": {"kind": "three", "size": 0.5}}),
        ("Plain", {"maybe_open": None, "either": {"a": None, "b": 1}, "bases": {"": {"kind": "one", "x": 1}}}),
        ("Plain", {"maybe_open": {"b": 1}, "deep": {"a": {"b": [{"kind": "one"}], "c": []}, "d": {}}}),
        ("Plain", {"inline": None, "list_of_inline": [{"level": "low"}, {"level": "medium"}]}),
        ("Plain", {"inline": {"z": "z"}, "map_of_inline": {"a": {"q": "q"}, "b": {"new": 1}}}),
        ("Tree", {"list": [{"list": []}, {"itself": {"leaf": {"tree": {}}}}], "map": {"q": {"map": {}}}}),
        ("Tree", {"branch": {"tree": {"branch": {}}}}),
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
        ("Composed", {**COMPOSED, "kind": 2}, "kind"),
        ("Composed", {"kind": "one"}, "extra"),
        ("Composed", {"extra": "e"}, "kind"),
        ("Composed", {**COMPOSED, "size": 5.5}, "size"),
        ("Composed", {**COMPOSED, "size": None}, "size"),
        ("Composed", {**COMPOSED, "nested": {"a": "x"}}, "nested.b"),
        ("Composed", {**COMPOSED, "nested": {"a": 1, "b": "y"}}, "nested.a"),
        ("Composed", {**COMPOSED, "when": "2024-01-01T00:00:00"}, "when"),
        ("Plain", {"ids": [ID, "x"]}, "ids[1]"),
        ("Plain", {"ids": None}, "ids"),
        ("Plain", {"scores": {"a": 1, "b": "1"}}, "scores.b"),
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
    ],
)
def test_says_where_a_value_is_wrong(small: ModuleType, name: str, body: Any, path: str) -> None:
    """The type of a value is checked, wherever in allOf it is said, and an error names the place."""
    with pytest.raises(ValueError, match=f"^{re.escape(path)}: expected"):
        getattr(small, name).from_json(json.dumps(body))


def test_what_allof_says_together(small: ModuleType) -> None:
    """A default of the whole applies beside allOf, and the properties of all parts are those of one class."""
    composed = small.Composed.from_dict({**COMPOSED, "nested": {"b": "y"}})
    assert composed.own is True
    assert type(composed.nested) is small.Nested
    assert composed.kind == "one"
    assert composed.fields_set == {"kind", "extra", "nested"}


def test_the_classes(small: ModuleType) -> None:
    """Every object and enum becomes a class, those written inside another one as well, and a map keeps its name."""
    assert {"Base", "Composed", "Kind", "Leaf", "Nested", "Plain", "Tree"} <= set(small.__all__)
    assert {"PlainListOfInlineItem", "TreeBranch"} <= set(small.__all__)
    assert not {"Id", "Ids", "Anything", "Whatever", "Nothing"} & set(small.__all__)
    assert small.ToBase is small.Base
    assert small.Scores == dict[str, int]


def test_properties_come_in_the_order_of_the_document(models: Any) -> None:
    """Those of allOf come first, part by part, whether they are required or not."""
    small = models(
        """
        Late:
          allOf: [{$ref: "#/components/schemas/Base"}, {properties: {d: {}, a2: {}}, required: [a2]}]
          required: [d]
        Base: {type: object, required: [c], properties: {b: {}, c: {}}}
        Own: {allOf: [{$ref: "#/components/schemas/Late"}], properties: {a: {type: integer}}, required: [a]}
        """
    )
    names = [[field.name for field in attrs.fields(cls)] for cls in (small.Late, small.Own)]
    listed = ["b", "c", "d", "a2"]
    assert names == [[*listed, "additional_properties"], [*listed, "a", "additional_properties"]]


def test_what_an_alias_adds_is_kept(models: Any) -> None:
    """A schema of one reference and some properties of its own has both; without any it is that reference."""
    small = models(
        """
        Base: {type: object, title: Base, properties: {inner: {type: object, properties: {a: {type: integer}}}}}
        More: {allOf: [{$ref: "#/components/schemas/Base"}], properties: {b: {type: integer}}, required: [b]}
        Same: {allOf: [{$ref: "#/components/schemas/Base"}], description: The same.}
        Alias: {$ref: "#/components/schemas/Same"}
        Holder: {type: object, properties: {alias: {$ref: "#/components/schemas/Alias"}}}
        """
    )
    assert small.Same is small.Alias is small.Base
    assert isinstance(small.Holder.from_dict({"alias": {}}).alias, small.Base)
    body = {"inner": {"a": 1}, "b": 2}
    assert small.More.from_dict(body).to_dict() == body
    with pytest.raises(ValueError, match=r"^b: expected"):
        small.More.from_dict({"inner": {}})


def test_components_that_may_be_null_keep_their_name(models: Any) -> None:
    """The class is called like the component; null is allowed wherever it is referred to."""
    small = models(
        """
        Level: {type: [string, "null"], enum: [low, high, null]}
        Part: {type: [object, "null"], properties: {inner: {type: object, properties: {n: {type: integer}}}}}
        Alias: {$ref: "#/components/schemas/Part"}
        Thing:
          type: object
          required: [part]
          properties:
            level: {$ref: "#/components/schemas/Level"}
            part: {$ref: "#/components/schemas/Alias"}
            either: {oneOf: [{$ref: "#/components/schemas/Part"}, {type: string}]}
        """
    )
    assert small.Level.LOW.value == "low"
    body = {"level": None, "part": None, "either": None}
    assert small.Thing.from_dict(body).to_dict() == body
    thing = small.Thing.from_dict({"level": "high", "part": {"inner": {"n": 1}}, "either": "x"})
    assert (thing.level, thing.part.inner.n, thing.either) == (small.Level.HIGH, 1, "x")


def test_objects_inside_of_a_union(models: Any) -> None:
    """A component that is a union may hold objects, and these others."""
    small = models(
        """
        Union:
          oneOf: [{type: object, properties: {a: {type: object, properties: {b: {type: integer}}}}}, {type: string}]
        Thing: {type: object, properties: {union: {$ref: "#/components/schemas/Union"}}}
        """
    )
    assert small.Thing.from_dict({"union": {"a": {"b": 1}}}).union.a.b == 1


def test_what_is_said_of_a_property_is_inherited(models: Any) -> None:
    """A default that is a list, and that a property is deprecated, hold for what takes the property over by allOf."""
    small = models(
        """
        Base:
          type: object
          properties:
            list: {type: array, items: {type: integer}, default: [1], deprecated: true}
        Child:
          allOf: [{$ref: "#/components/schemas/Base"}, {type: object, properties: {b: {type: string}}}]
        """
    )
    assert small.Child.from_dict({}).list == [1]
    source = Path(str(sys.modules[small.Child.__module__].__file__)).read_text(encoding="utf-8")
    assert '"""Deprecated."""' in source


@pytest.mark.parametrize(
    ("component", "default"), [("{type: integer, default: 3}", 3), ("{enum: [a, b], default: b}", "b")]
)
def test_a_component_can_have_a_default(models: Any, component: str, default: Any) -> None:
    """A property that refers to the component has it, too."""
    small = models(
        f"""
        Size: {component}
        Small: {{type: object, properties: {{size: {{$ref: "#/components/schemas/Size"}}}}}}
        """
    )
    assert small.Small.from_dict({}).size == default
