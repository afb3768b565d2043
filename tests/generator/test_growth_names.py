"""Names of the document that Python, or the generated code, has a use of its own for."""

import builtins
import datetime as dt
import importlib
import keyword
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_python_client.strings import ClassName

from generator import names
from tests.generator.conftest import called

ATTRIBUTES = {
    # Keywords, and names that every model has: a trailing underscore.
    **{name: f"{name}_" for name in ("class", "from", "import", "self", "to_dict", "raw", "tag", "variants")},
    # Builtins, soft keywords, and what attrs, msgspec and dataclasses have a use for: unchanged.
    **{
        name: name
        for name in ("id", "type", "list", "str", "dict", "int", "float", "bool", "print", "match", "property")
    },
    **{name: name for name in ("builtins", "field", "define", "attrs", "metadata", "default", "factory", "kw_only")},
    # Names of types that annotations use, and others: in snake_case.
    **{name: name for name in ("date", "datetime", "snake_case", "x9", "naïve", "日本")},
    **{name: name.lower() for name in ("UUID", "Literal", "Annotated", "Any", "Meta", "Model", "None", "UPPER")},
    "AwareDatetime": "aware_datetime",
    "camelCase": "camel_case",
    "PascalCase": "pascal_case",
    "trailing_": "trailing",
    # No Python names: recognisable ones.
    "with-dash": "with_dash",
    "with space": "with_space",
    "with.dots[]": "with_dots",
    "2nd": "field_2nd",
    "_private": "private",
    "__init__": "init",
    "_received": "received",
    "$": "field_",
    # Python reads this as `fi`.
    "\ufb01": "fi",
}

TYPES = {
    "list": ["a"],
    "dict": {"a": "b"},
    "int": 1,
    "float": 1.5,
    "bool": False,
    "date": "2024-01-02",
    "datetime": "2024-01-01T00:00:00Z",
    "UUID": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
    "Literal": "a",
    "Any": [1],
    "Color": "red",
    "Odd": {"class": "inner", "id": "1"},
}
"""Properties that are called like a type that their annotations need; in names.yaml they are of that type."""


@pytest.fixture(scope="module")
def odd(models: Any) -> ModuleType:
    """Return the models of names.yaml."""
    return models("names.yaml")


def test_attributes_have_the_name_of_the_property(odd: ModuleType) -> None:
    """Attributes are called like their property, in snake_case; each property comes in and goes out."""
    body = {name: TYPES.get(name, name) for name in (*ATTRIBUTES, *TYPES)}
    decoded = odd.Odd.from_dict(body)
    for name, attribute in ATTRIBUTES.items():
        if name not in TYPES:
            assert getattr(decoded, attribute) == name
    assert decoded.odd.class_ == "inner"
    assert decoded.color is odd.Color.RED
    assert decoded.list == ["a"]
    assert decoded.to_dict() == body


@pytest.mark.parametrize("name", ["list", "dict", "int", "float", "bool", "date", "UUID", "Literal", "class", "Odd"])
def test_types_mean_what_they_say(odd: ModuleType, name: str) -> None:
    """A property called like a type does not change what the other annotations mean."""
    with pytest.raises(ValueError, match=rf"^{name}(\.\w+)?: expected"):
        odd.Odd.from_dict({"class": "a", "id": "b", name: {"x": 1}})


CLASSES = [
    *("AnyModel", "MetaModel", "LiteralModel", "UUIDModel", "ModelModel", "RequestModel", "None_", "True_"),
    # Names that nothing imports: unchanged.
    *("Mapping", "ClassVar", "Layout"),
    *("Date", "List", "Str", "Int", "Dict", "Bool", "Float", "Type", "Datetime", "Field", "Builtins", "Bytes"),
    *("LowerCase", "DottedName", "Field404", "Private", "XMLHttpRequest", "Class", "Import", "Init"),
]


def test_classes_and_modules(odd: ModuleType) -> None:
    """Schemas that are called like something that generated modules import, or like a type, become classes as well."""
    assert odd.__all__ == sorted([*CLASSES, "Color", "Odd", "Usual"])
    body = {"list": ["abc"], "map": {"a": 1}, "date": "2024-01-01", "constant": "x", "any": None}
    for name in CLASSES:
        decoded = getattr(odd, name).from_dict(body)
        assert decoded.date == dt.date(2024, 1, 1)
        assert decoded.to_dict() == body
        with pytest.raises(ValueError, match=r"^list\[0\]: expected"):
            getattr(odd, name).from_dict({"list": [5]})


def test_attributes_do_not_hide_methods(odd: ModuleType) -> None:
    """No attribute can take the place of something that models have: all public names of theirs are reserved."""
    types = importlib.import_module(odd.__name__.replace(".models", ".types"))
    public = {name for model in (types.Model, types.UnknownVariant) for name in dir(model) if not name.startswith("_")}
    assert public <= names.TAKEN_IN_MODELS


@pytest.mark.parametrize("document", ["names.yaml", "unions.yaml", "values.yaml", "operations.yaml"])
def test_schemas_do_not_hide_what_modules_import(package: Any, document: str) -> None:
    """No class can take the place of something that generated modules import: all of these names are reserved."""
    folder = Path(str(package(document).__file__)).parent
    for path in (*folder.glob("models/*.py"), *folder.glob("api/*/*.py")):
        # What is not beside the module, or among the models, is no class of the document.
        for line in re.findall(
            r"^from (?!\.\w|\.\.\.models)\S+ import (.+)", path.read_text(encoding="utf-8"), re.MULTILINE
        ):
            for name in line.split(", "):
                assert name in names.TAKEN_BY_IMPORTS or ClassName(name, "field_") != name


@given(st.text() | st.sampled_from([*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "ª", "x·", "℘", "ℼ"]))
def test_identifiers(name: str) -> None:
    """Every name becomes one that Python reads as it is written."""
    namespace: dict[str, Any] = {}
    identifier = names.identifier(name)
    exec(f"{identifier} = 1", namespace)
    assert identifier in namespace
    assert not identifier.startswith("_")


def test_names_that_become_one_are_told_apart(package: Any) -> None:
    """Properties, parameters and members of enums with names that become one are told apart by number or place."""
    rendered = package("""
        paths:
          /v1/twins:
            get:
              operationId: getTwins
              tags: [twins]
              parameters:
                - {name: created-at, in: query, schema: {type: string}}
                - {name: created_at, in: query, schema: {type: integer}}
                - {name: created-at, in: header, schema: {type: boolean}}
                - {name: body, in: query, schema: {type: string}}
              responses:
                '200':
                  description: Twins.
                  content: {application/json: {schema: {$ref: '#/components/schemas/Twins'}}}
        components:
          schemas:
            Twins:
              type: object
              required: [created-at]
              properties:
                created-at: {type: string}
                created_at: {type: integer}
                createdAt: {type: boolean}
                created.at: {$ref: '#/components/schemas/Sign'}
            Sign: {type: string, enum: [a-b, a b, A_B, '+', '']}
        """)
    models = importlib.import_module(f"{rendered.__name__}.models")
    body = {"created-at": "a", "created_at": 1, "createdAt": True, "created.at": "a b"}
    twins = models.Twins.from_dict(body)
    found = (twins.created_at, twins.created_at_2, twins.created_at_3, twins.created_at_4)
    assert found == ("a", 1, True, models.Sign.A_B_2)
    assert twins.to_dict() == body
    assert {member.name: member.value for member in models.Sign} == {
        "A_B": "a-b",
        "A_B_2": "a b",
        "A_B_3": "A_B",
        "VALUE_4": "+",
        "EMPTY": "",
    }
    given = {"created_at_query": "a", "created_at_query_2": 1, "created_at_header": True, "body_": "b"}
    request = called(rendered, "get_twins", **given).http.request
    assert request.url.params.multi_items() == [("created-at", "a"), ("created_at", "1"), ("body", "b")]
    assert request.headers["created-at"] == "true"


def test_header_says_where_it_comes_from(odd: ModuleType) -> None:
    """The first line of every generated module says that it is generated, and by which command."""
    folder = Path(str(odd.__file__)).parents[1]
    for module in folder.rglob("*.py"):
        assert "`nox -s generate`. Do not edit" in module.read_text(encoding="utf-8").splitlines()[0]
