"""What openapi-python-client cannot read fails the generation, with its words, the place and the line."""

import json
from pathlib import Path
from typing import Any

import pytest

from generator.check import check
from generator.document import Document, SpecError
from generator.render import render

ROOT = Path(__file__).parents[2]
TEXT = {"type": "string"}
OBJECT: dict[str, Any] = {"type": "object", "properties": {"a": TEXT}}


def document(*parameters: dict[str, Any], **schemas: Any) -> Document:
    """Return a document with one operation, one value a line."""
    operation = {
        "operationId": "small",
        "tags": ["things"],
        "parameters": list(parameters),
        "responses": {"204": {"description": ""}},
    }
    whole = {
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "servers": [{"url": "https://api.example"}],
        "paths": {"/v1/things": {"get": operation}},
        "components": {"schemas": schemas},
    }
    return Document.parse(json.dumps(whole, indent=1).encode(), "small.yaml")


def refusal(refused: Document, folder: Path) -> str:
    """Return why *refused* is."""
    check(refused)
    with pytest.raises(SpecError) as error:
        render(refused, ROOT / "generator" / "config.yaml", ROOT / "generator" / "templates", folder / "package")
    return str(error.value)


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"enum": ["a", 1]}, "Enum values must all be the same type"),
        ({"enum": [True]}, "Unsupported enum type <class 'bool'>"),
        ({"enum": [0.5]}, "Unsupported enum type <class 'float'>"),
        ({"type": "array"}, "type array must have items or prefixItems defined"),
        ({"anyOf": [{"type": "array"}, TEXT]}, "Invalid property in union"),
        (
            {"type": "array", "items": {"$ref": "#/components/schemas/Small"}},
            "Recursive and circular references are not supported directly in an array schema's 'items' section",
        ),
    ],
)
def test_schemas(tmp_path: Path, schema: dict[str, Any], message: str) -> None:
    """A schema that openapi-python-client would leave out is refused, with its name and reason."""
    said = refusal(document(Small=schema), tmp_path)
    assert said.startswith("small.yaml:30: components.schemas.Small: openapi-python-client: Unable to p")
    assert "/components/schemas/Small" in said
    assert message in said
    assert "object at 0x" not in said


@pytest.mark.parametrize("names", [("FooBar", "Foo-Bar"), ("FooBar", "foo_bar"), ("Small", "SmallA")])
def test_classes_of_one_name(tmp_path: Path, names: tuple[str, str]) -> None:
    """Two schemas cannot become one class."""
    inline = {"type": "object", "properties": {"a": OBJECT}}
    said = refusal(document(**dict.fromkeys(names, inline)), tmp_path)
    assert 'Attempted to generate duplicate models with name "' in said


@pytest.mark.parametrize(
    ("schemas", "said"),
    [
        (
            {"FOOBar": OBJECT, "FooBar": OBJECT},
            "small.yaml:38: components.schemas.FooBar: FooBar becomes the module foo_bar",
        ),
        (
            {
                "Small": {
                    "oneOf": [{"$ref": "#/components/schemas/One"}, {"$ref": "#/components/schemas/Two"}],
                    "discriminator": {"propertyName": "a"},
                },
                "One": OBJECT,
                "Two": OBJECT,
                "UnknownSmall": OBJECT,
            },
            ": components.schemas.UnknownSmall: UnknownSmall becomes the class UnknownSmall",
        ),
    ],
)
def test_classes_and_modules_of_one_name(tmp_path: Path, schemas: dict[str, Any], said: str) -> None:
    """Two schemas cannot be written to one module, and none can be called like the rest of a union."""
    assert f"{said}, as another schema does: rename one" in refusal(document(**schemas), tmp_path)


def test_parameters(tmp_path: Path) -> None:
    """An operation that openapi-python-client would leave out is refused, at its place in the document."""
    parameter = {"name": "a", "in": "header", "schema": {"type": "array", "items": TEXT}}
    said = refusal(document(parameter), tmp_path)
    assert said.startswith("small.yaml:14: paths./v1/things.get: openapi-python-client: ")
    assert "is not allowed in header" in said


def test_names_of_headers(tmp_path: Path) -> None:
    """A parameter that could not be sent is refused."""
    said = refusal(document({"name": "a:b", "in": "header", "schema": TEXT}), tmp_path)
    assert said.endswith(': "a:b" cannot be the name of a header')


def test_a_schema_that_is_false(tmp_path: Path) -> None:
    """The place is named, and no page of pydantic."""
    said = refusal(document(Small={"type": "object", "properties": {"x": False}}), tmp_path)
    assert said.startswith("small.yaml:33: components.schemas.Small.properties.x: openapi-python-client: Input should")
    assert "http" not in said
