"""Is it OpenAPI at all: what the published JSON Schemas say, with a place and in few words."""

from collections.abc import Callable

import pytest

SaidOf = Callable[[str, str, str], list[str]]
GET = "paths./v1/shelves/{shelf}/loans.get"
LABELS = "components.schemas.Thing.properties.labels.additionalProperties"
TYPES = "['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']"


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        ("  title: Library\n", "", "info:", "info: 'title' is a required property"),
        ("info:", "inof: {}\ninfo:", "inof:", "inof: OpenAPI has no field of this name here"),
        ("tags: [loans]", "tags: loans", "tags: loans", f"{GET}.tags: \"loans\" is not of type 'array'"),
        ("          in: query\n", "", "- name: since", f"{GET}.parameters[0]: 'in' is a required property"),
        (
            "          in: query\n          schema:",
            "          in: query\n          scheme:",
            "- name: since",
            f"{GET}.parameters[0]: 'schema' is a required property",
        ),
        (
            "  Shelf:\n",
            "  She lf:\n",
            "She lf",
            "components.parameters.She lf: \"She lf\" does not match '^[a-zA-Z0-9._-]+$'",
        ),
        (
            "type: integer",
            "type: int",
            "type: int",
            f'components.parameters.Shelf.schema.type: "int" is not one of {TYPES}',
        ),
        (
            "type: integer",
            "type: [int]",
            "type: [int]",
            f'components.parameters.Shelf.schema.type[0]: "int" is not one of {TYPES}',
        ),
        (
            "minimum: 1",
            "minimum: one",
            "minimum: one",
            "components.parameters.Shelf.schema.minimum: \"one\" is not of type 'number'",
        ),
        ("type: integer", "anyOf: []", "anyOf: []", "components.parameters.Shelf.schema.anyOf: [] should be non-empty"),
    ],
)
def test_what_is_no_openapi_is_named_with_its_place(said_of: SaidOf, old: str, new: str, at: str, said: str) -> None:
    """A missing, an unknown and a wrong field are each named where they stand."""
    assert f"here: {said}" in said_of(old, new, at)


def test_only_what_is_wrong_is_named(said_of: SaidOf) -> None:
    """Fields that JSON Schema counts as unknown, merely as their neighbour is wrong, are not reported."""
    assert said_of("in: header\n      name: X-Key", "in: body\n      name: X-Key", "in: body") == [
        "here: components.securitySchemes.key.in: \"body\" is not one of ['query', 'header', 'cookie']",
    ]


def test_an_unknown_field_beside_a_wrong_one_is_named_too(said_of: SaidOf) -> None:
    """A name that OpenAPI does not have is reported whatever else is wrong with its object."""
    said = said_of("in: header\n      name: X-Key", "in: body\n      nmae: X-Key", "nmae")
    assert "here: components.securitySchemes.key.nmae: OpenAPI has no field of this name here" in said


def test_a_long_value_is_cut(said_of: SaidOf) -> None:
    """A message shows at most the beginning of what was found."""
    (said,) = said_of("tags: [loans]", f"tags: {'x' * 500}", "xxx")
    assert said.endswith("xxx... is not of type 'array'")
    assert len(said) < 200
