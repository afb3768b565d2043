"""A document knows the line of every value and follows its references; a problem reads as one clear line."""

import pickle
from pathlib import Path

import pytest

from generator.document import Document, Json, Problem, SpecError, excerpt, objects, place

TEXT = b"""\
components:
  schemas:
    Plain:
      type: string
    Link:
      $ref: "#/components/schemas/Plain"
    List:
      - x
paths:
  /v1/things:
    get: {}
"""
DOCUMENT = Document.parse(TEXT, "openapi/some.yaml")


def test_a_file_is_read_under_the_name_it_was_given(tmp_path: Path) -> None:
    """Messages name the file as the caller did."""
    path = tmp_path / "some.yaml"
    path.write_bytes(TEXT)
    document = Document.read(path)
    assert (document.path, document.data) == (str(path), DOCUMENT.data)


def test_a_file_that_cannot_be_read_is_a_spec_error(tmp_path: Path) -> None:
    """A missing file, or a folder in its place, is said in one line."""
    with pytest.raises(SpecError, match=r"missing\.yaml: cannot be read: No such file or directory$"):
        Document.read(tmp_path / "missing.yaml")
    with pytest.raises(SpecError, match="cannot be read"):
        Document.read(tmp_path)


@pytest.mark.parametrize("name", ["Plain", "Link"])
def test_references_are_followed_to_the_end(name: str) -> None:
    """A reference to a reference is followed."""
    reference = f"#/components/schemas/{name}"
    assert DOCUMENT.resolve({"$ref": reference}) == (("components", "schemas", "Plain"), {"type": "string"})


@pytest.mark.parametrize("value", [None, 3, "text", [], {"type": "string"}])
def test_what_is_no_reference_is_its_own_target(value: Json) -> None:
    """A value without `$ref` comes back with the place that was given."""
    assert DOCUMENT.resolve(value, ("paths",)) == (("paths",), value)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        *(
            (reference, f'"{reference}" does not exist in this document')
            for reference in (
                *("#/components/schemas/Missing", "#/components/Plain", "#/components/parameters/Plain", "#"),
                *("#/components/schemas/Plain/type", "#/components/schemas/List/0", "#/paths/~1v1~1things/get"),
                "other.yaml#/components/schemas/Plain",
            )
        ),
        (3, "3 does not exist in this document"),
    ],
)
def test_a_reference_that_cannot_be_followed_is_named_where_it_stands(reference: str | int, said: str) -> None:
    """The error has the place of the reference, not that of its target."""
    with pytest.raises(SpecError) as caught:
        DOCUMENT.resolve({"$ref": reference}, ("paths", "/v1/things", "get"))
    assert str(caught.value) == f"openapi/some.yaml:11: paths./v1/things.get.$ref: {said}"


def test_references_in_a_circle_are_refused() -> None:
    """Following them would have no end."""
    a, b = '{$ref: "#/components/schemas/A"}', '{$ref: "#/components/schemas/B"}'
    document = Document.parse(f"components: {{schemas: {{A: {b}, B: {a}}}}}\n".encode(), "loop.yaml")
    with pytest.raises(SpecError, match=r'^loop\.yaml:1: a\.\$ref: "#/components/schemas/B" leads back to itself$'):
        document.resolve(document.components("schemas")["A"], ("a",))


def test_a_problem_with_something_absent_has_the_line_of_what_should_hold_it() -> None:
    """A missing field has no line of its own."""
    problem = DOCUMENT.problem(("paths", "/v1/things", "get", "operationId"), "is missing")
    assert str(problem) == "openapi/some.yaml:11: paths./v1/things.get.operationId: is missing"


def test_problems_come_in_the_order_of_the_document_and_once() -> None:
    """The text has one line for each problem."""
    later, earlier, whole = Problem("b", 7, "second"), Problem("a", 3, "first"), Problem("", None, "at all")
    error = SpecError("x.yaml", [later, earlier, whole, later])
    assert str(error) == "x.yaml: at all\nx.yaml:3: a: first\nx.yaml:7: b: second"


def test_objects_are_found_by_their_place() -> None:
    """What only looks like an object, in an example, an extension or under the name of a property, is left out."""
    document = Document.parse(
        b"""
        paths:
          /a: {get: {responses: {default: {description: d}, x-more: {a: {}}}, x-more: {b: {}}}}
        components:
          schemas:
            example: {properties: {default: {default: {c: {}}, examples: [{d: {}}]}}}
          examples: {one: {value: {e: {}}}}
        """,
        "some.yaml",
    )
    assert [(keyword, place(pointer)) for keyword, pointer, _ in objects(document.data)] == [
        ("", ""),
        ("paths", "paths"),
        ("/a", "paths./a"),
        ("get", "paths./a.get"),
        ("responses", "paths./a.get.responses.default"),
        ("components", "components"),
        ("schemas", "components.schemas.example"),
        ("properties", "components.schemas.example.properties.default"),
        ("examples", "components.examples.one"),
    ]


def test_an_error_survives_pickling() -> None:
    """It may cross from one process to another."""
    error = DOCUMENT.problem(("paths",), "no")
    copied = pickle.loads(pickle.dumps(error))
    assert (str(copied), copied.problems) == (str(error), error.problems)


def test_what_is_long_is_cut() -> None:
    """Neither a place nor a value that is quoted fills the screen."""
    assert place(("a", 0, "b")) == "a[0].b"
    assert len(place(("x" * 300,))) == 200
    assert excerpt({"a": "ü\n"}) == '{"a": "ü\\n"}'
    assert excerpt("x" * 300) == f'"{"x" * 76}...'
