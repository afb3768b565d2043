"""References lead to a component of this document, of the kind that is expected, and never in a circle."""

from collections.abc import Callable

import pytest

SaidOf = Callable[[str, str, str], list[str]]
SHELF = "#/components/parameters/Shelf"
AT = "here: paths./v1/shelves/{shelf}/loans.parameters[0].$ref"


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("#/components/parameters/Shelv", '"#/components/parameters/Shelv" does not exist in this document'),
        ("shared.yaml#/Shelf", 'expected a reference to #/components/parameters/, found "shared.yaml#/Shelf"'),
        (
            "#/components/schemas/Book",
            'expected a reference to #/components/parameters/, found "#/components/schemas/Book"',
        ),
        ("#/info", 'expected a reference to #/components/parameters/, found "#/info"'),
    ],
)
def test_a_reference_that_does_not_lead_where_it_should(said_of: SaidOf, reference: str, said: str) -> None:
    """A dangling, a remote and a misled reference are named, and nothing is concluded from what they hide."""
    assert said_of(SHELF, reference, reference) == [f"{AT}: {said}"]


def test_a_reference_to_what_is_no_component(said_of: SaidOf) -> None:
    """What two places share has a name; a parameter of one operation has none, although it can be pointed at."""
    reference = "#/paths/~1v1~1shelves~1%7Bshelf%7D~1loans/get/parameters/0"
    said = said_of(SHELF, reference, reference)
    assert said[0] == f'{AT}: expected a reference to #/components/parameters/, found "{reference}"'


def test_a_reference_that_is_no_string(said_of: SaidOf) -> None:
    """The type of `$ref` is checked before it is followed."""
    assert f"{AT}: 3 is not of type 'string'" in said_of(f'"{SHELF}"', "3", "$ref: 3")


def test_a_reference_to_itself(said_of: SaidOf) -> None:
    """A schema that is nothing but a reference to itself is no schema."""
    said = said_of("enum: [cd, dvd]", "enum: [cd, dvd]\n    Loop:\n      $ref: '#/components/schemas/Loop'", "$ref: '#")
    assert said == ['here: components.schemas.Loop.$ref: "#/components/schemas/Loop" leads back to itself']


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_a_schema_that_consists_of_itself(said_of: SaidOf, keyword: str) -> None:
    """There is no end to a schema that is composed of itself; one that has itself as an item is fine."""
    said = said_of(
        "    Thing:\n", f"    Thing:\n      {keyword}: [{{$ref: '#/components/schemas/Book'}}]\n", "Thing:\n"
    )
    assert any(each.startswith("here: components.schemas.Thing: openapi-python-client: Unable to p") for each in said)
    assert any(each.startswith("library.yaml:96: components.schemas.Book: openapi-python-client: ") for each in said)


def test_an_example_may_hold_what_looks_like_a_reference(said_of: SaidOf) -> None:
    """Only what stands in the place of an object of OpenAPI is a reference."""
    assert said_of("pages: 3", "$ref: '#/nowhere'", "nowhere") == []
