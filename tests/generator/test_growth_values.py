"""Texts, numbers, constants, enums and defaults."""

import datetime as dt
import uuid
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import pytest

ID = "3c90c3cc-0d44-4b50-8888-8dd25736052a"

GOOD = {
    "uuid": [ID, ID.upper()],
    "moment": ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00.5+01:00"],
    "day": ["2024-02-29"],
    "bounded": ["a", "abcd", "x"],
    "integer": [0, -1, 2**70, 5.0],
    "bounded_integer": [0, 4],
    "int32": [2**31 - 1, -(2**31)],
    "int64": [2**63 - 1, -(2**63)],
    "number": [1.5, -3, 0],
    "boolean": [True, False],
    "list": [[], [1], [1, 2]],
    "anything_list": [[], [1, None, {"a": "b"}]],
    "text_const": ["on"],
    "quoted_const": ['it\'s "x"'],
    "number_const": [5],
    "text_enum": ["a", "new"],
    "number_enum": [-2, 7],
    "nullable_enum": ["a", "new", None],
    "never_null_enum": ["a"],
}

BAD = {
    "uuid": ["x", 1, ID.replace("-", "")],
    "moment": ["2024-01-01", "2024-01-01T00:00:00", 1704067200, "2024-13-01T00:00:00Z"],
    "day": ["2023-02-29", "2024-01-01T00:00:00Z", 20240101],
    "bounded": [12, None],
    "integer": [True, "1", 1.5, None],
    "bounded_integer": ["1", None],
    "int32": ["1", 0.5, True],
    "int64": ["1", 0.5, True],
    "number": ["1", True, None],
    "boolean": [0, "true", None],
    "list": [["1"], {}, None],
    "anything_list": [{}, "a", None],
    "text_const": ["off", True, None],
    "quoted_const": ["its x"],
    "number_const": [6, "5", True],
    "text_enum": [1, None, ["a"]],
    "number_enum": ["1", True, 1.5, None],
    "nullable_enum": [1],
    "never_null_enum": [None],
}


@pytest.fixture(scope="module")
def values(models: Any) -> ModuleType:
    """Return the models of values.yaml."""
    return models("values.yaml")


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, good in GOOD.items() for value in good])
def test_accepts_what_has_the_type(values: ModuleType, name: str, value: Any) -> None:
    """A value of the type and format is read, whatever its bounds are, and goes back as it came."""
    decoded = values.Values.from_dict({name: value})
    assert decoded.to_dict() == {name: value}
    assert values.Values.from_dict(decoded.to_dict()) == decoded


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, bad in BAD.items() for value in bad])
def test_refuses_what_has_another_type(values: ModuleType, name: str, value: Any) -> None:
    """A value of another type is an error that names its place; so is null for a property that may only be absent."""
    with pytest.raises(ValueError, match=rf"^{name}(\[\d\])?: expected"):
        values.Values.from_dict({name: value})


def fields(model: Any) -> set[str]:
    """Return the names of the attributes that stand for a property."""
    return {field.name for field in attrs.fields(model) if field.name != "additional_properties"}


def test_every_property_is_tried(values: ModuleType) -> None:
    """There is a good value and a bad one for each property of values.yaml, and an expected default."""
    assert fields(values.Values) == GOOD.keys() == BAD.keys()
    assert fields(values.Defaults) == DEFAULTS.keys()


def test_enums_are_open(values: ModuleType) -> None:
    """A value that an enum does not list survives as itself, and says so."""
    decoded = values.Values.from_dict({"text_enum": "new", "number_enum": 7, "nullable_enum": "a"})
    assert (decoded.text_enum, decoded.number_enum) == ("new", 7)
    assert (decoded.text_enum.is_known, decoded.number_enum.is_known) == (False, False)
    assert decoded.nullable_enum is values.Letter.A


@pytest.mark.parametrize("schema", ["{type: [string, 'null'], enum: [a, null]}", "{enum: [a, null]}"])
def test_null_in_an_enum(models: Any, schema: str) -> None:
    """An enum that lists null is one class, without null, and null is None."""
    small = models(f"Small:\n  type: object\n  properties:\n    kind: {schema}\n")
    assert [name for name in small.__all__ if name != "Small"] == ["SmallKindType1"]
    assert small.Small.from_dict({"kind": "a"}).kind is small.SmallKindType1.A
    for kind in ("a", "new", None):
        decoded = small.Small.from_dict({"kind": kind})
        assert decoded.kind == kind
        assert decoded.to_dict() == {"kind": kind}


ODD = ["a b", "A-B", "", "1", "+", "-", " ", "class", "x\ny", "ü", "mro", "_value_", "NAME", "name", "None", "{{ x }}"]


def test_members_of_odd_enums(models: Any) -> None:
    """Every value of an enum has a member with a name of its own, and exactly that value."""
    odd = models(f"Odd:\n  type: string\n  enum: {ODD!r}\n".replace("'x\\ny'", '"x\\ny"')).Odd
    assert [member.value for member in odd] == ODD
    assert [member.name for member in odd] == [
        *("A_B", "A_B_2", "EMPTY", "VALUE_1", "VALUE_5", "VALUE_6", "VALUE_7", "CLASS", "X_Y", "VALUE_10", "MRO"),
        *("VALUE", "NAME", "NAME_2", "NONE", "X"),
    ]


DEFAULTS = {
    "text": "q\"'\\{{ x }}",
    "integer": 5,
    "whole": 5,
    "number": 5.0,
    "boolean": False,
    "list": [1, 2],
    "empty": [],
    "ids": [uuid.UUID(ID)],
    "any": {"a": [1, None]},
    "id": uuid.UUID(ID),
    "moment": dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
    "day": dt.date(2024, 1, 1),
    "kind": "two",
    "constant": "x",
    "either": 4,
    "list_or_text": ["a"],
    "flag_or_number": True,
    "number_or_flag": 0.0,
    "nothing": None,
    "number_enum": 2,
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_applies_defaults(values: ModuleType, name: str) -> None:
    """An absent property has the default of the document, in the type it would be read as."""
    value = getattr(values.Defaults.from_dict({}), name)
    assert value == DEFAULTS[name]
    assert type(value) is type(DEFAULTS[name]) or value.is_known


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ("{type: [integer, string], default: a}", "a"),
        ("{anyOf: [{type: string, format: uuid}, {type: integer}], default: 3}", 3),
        ("{anyOf: [{type: boolean}, {type: string}], default: x}", "x"),
    ],
)
def test_applies_defaults_of_unions(models: Any, schema: str, value: Any) -> None:
    """The default of a union is read as the one of its types that it has."""
    small = models(f"Small:\n  type: object\n  properties:\n    either: {schema}\n").Small
    assert small.from_dict({}).either == value


def test_does_not_send_defaults_back(values: ModuleType) -> None:
    """What was absent stays absent, whatever its default is."""
    assert values.Defaults.from_dict({}).to_dict() == {}
    assert values.Defaults().to_dict() == {}


def test_each_object_has_its_own_default(values: ModuleType) -> None:
    """A list that is a default is not shared between objects."""
    values.Defaults().list.append(3)
    assert values.Defaults().list == [1, 2]


def test_an_attribute_called_like_the_type_of_a_default(models: Any) -> None:
    """An empty default is made anew for each object, also below an attribute that has the name of its type."""
    empty = "properties: {list: {type: integer}, a: {type: array, items: {type: integer}, default: []}"
    small = models(
        f"Empty: {{type: object, {empty}, b: {{type: object, additionalProperties: {{}}, default: {{}}}}}}}}"
    )
    first, second = small.Empty.from_dict({}), small.Empty.from_dict({})
    assert (first.a, first.b, first.a is second.a) == ([], {}, False)


def test_what_changes_no_type_is_documented(package: Any) -> None:
    """Docstrings of attributes have what annotations do not tell; several lines get one more."""
    models = package(
        """
        components:
          schemas:
            Small:
              type: object
              properties:
                a: {type: string, description: An a, readOnly: true, format: email}
                b: {type: string, description: "One.\\nTwo.", writeOnly: true, deprecated: true}
                c: {type: integer, default: 3}
                d: {type: string, pattern: '^a'}
        """
    ).__path__[0]
    source = (Path(models) / "models" / "small.py").read_text(encoding="utf-8")
    for said in (
        '"""An a. Read-only. Format: email."""',
        "Deprecated. One.\n    Two.\n\n    Write-only.",
        "Pattern: `^a`.",
    ):
        assert said in source
    assert "Default:" not in source


def test_a_number_as_the_default_of_a_text(models: Any) -> None:
    """It stands for its text, but where it may be a number."""
    small = models(
        "Small: {type: object, properties: {a: {type: string, default: 1}, b: {type: [string, integer], default: 2}}}"
    )
    assert (small.Small.from_dict({}).a, small.Small.from_dict({}).b) == ("1", 2)


def test_a_schema_that_is_true(models: Any) -> None:
    """It allows any value."""
    small = models("{Any: true, Small: {type: object, properties: {a: true, b: {type: array, items: true}}}}")
    body = {"a": [1], "b": [None, "x"]}
    assert small.Small.from_dict(body).to_dict() == body
