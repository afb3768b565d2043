"""Every default, example, const and enum value of the document is valid for the schema that it belongs to."""

import json
from collections.abc import Callable

import pytest

from generator.check import check, invalid_examples
from generator.document import Document, SpecError


def check_with_examples(document: Document) -> None:
    """Raise SpecError if a sample of *document* is not valid."""
    check(document)
    if problems := list(invalid_examples(document)):
        raise SpecError(document.path, problems)


SaidOf = Callable[[str, str, str], list[str]]
PAGES = "components.schemas.Book.allOf[1].properties.pages"
LOAN = "components.examples.OneLoan.value.data[0]"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("default: 100", "default: 0", f"{PAGES}.default: not valid for its schema: 0 is less than the minimum of 1"),
        (
            "default: 100",
            "default: '100'",
            f"{PAGES}.default: not valid for its schema: \"100\" is not of type 'integer'",
        ),
        ("default: 100", "default: true", f"{PAGES}.default: not valid for its schema: true is not of type 'integer'"),
        ("default: 100", "example: null", f"{PAGES}.example: not valid for its schema: null is not of type 'integer'"),
        ("default: 100", "const: 3.5", f"{PAGES}.const: not valid for its schema: 3.5 is not of type 'integer'"),
        (
            "[No such shelf]",
            "[No such shelf, 3]",
            (
                "components.schemas.Error.properties.message.examples[1]: "
                "not valid for its schema: 3 is not of type 'string', 'null'"
            ),
        ),
        (
            'example: "2023-11-07T05:31:56Z"',
            'example: "2023-11-07T05:31:56"',
            (
                "paths./v1/shelves/{shelf}/loans.get.parameters[0].example: "
                "not valid for its schema: \"2023-11-07T05:31:56\" is not a 'date-time'"
            ),
        ),
        (
            "message: No such shelf",
            "message: 3",
            (
                "components.responses.Error.content.application/problem+json.example.message: "
                "not valid for its schema: 3 is not of type 'string', 'null'"
            ),
        ),
        (
            "3c90c3cc-0d44-4b50-8888-8dd25736052a",
            "3c90c3cc",
            f"{LOAN}.id: not valid for its schema: \"3c90c3cc\" is not a 'uuid'",
        ),
        ("pages: 3", "pages: many", f"{LOAN}.pages: not valid for its schema: \"many\" is not of type 'integer'"),
    ],
)
def test_a_sample_that_its_schema_does_not_allow(said_of: SaidOf, old: str, new: str, said: str) -> None:
    """A sample is wrong in its own place, behind a reference too, and down to the part that is."""
    assert f"here: {said}" in said_of(old, new, new)


def test_an_example_without_a_value_is_not_held_against_anything(said_of: SaidOf) -> None:
    """There is nothing to hold."""
    assert said_of('$ref: "#/components/examples/OneLoan"', "summary: Later", "summary: Later") == []


def test_an_enum_value_of_another_type(said_of: SaidOf) -> None:
    """A value that the rest of its schema rules out could never arrive."""
    said = said_of("enum: [cd, dvd]", "enum: [cd, dvd, 3]", "enum: [cd, dvd, 3]")
    assert "here: components.schemas.DiscKind.enum[2]: not valid for its schema: 3 is not of type 'string'" in said


def test_the_variant_that_the_tag_names_is_the_one_that_counts(said_of: SaidOf) -> None:
    """Of a discriminated union, what is said is what its own variant lacks."""
    assert said_of("kind: book\n            pages: 3", "kind: cd\n            parts: 3", "parts: 3") == [
        f"here: {LOAN}.parts: not valid for its schema: 3 is not of type 'array'"
    ]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ("{id: 1}", f"{LOAN}.id: not valid for its schema: 1 is not of type 'string'"),
        ("3", f"{LOAN}: not valid for its schema: 3 is not valid under any of the given schemas"),
    ],
)
def test_a_record_without_a_tag(said_of: SaidOf, record: str, said: str) -> None:
    """Where no tag helps, the part that is wrong deepest inside is named, or the union itself."""
    old = "- id: 3c90c3cc-0d44-4b50-8888-8dd25736052a\n            kind: book\n            pages: 3"
    assert said_of(old, f"- {record}", f"- {record}") == [f"here: {said}"]


def test_a_value_that_fits_two_alternatives(said_of: SaidOf) -> None:
    """`oneOf` means one of them."""
    said = said_of(
        "pages:\n              type: integer\n",
        "pages:\n              oneOf: [type: integer, type: number]\n",
        "default: 100",
    )
    assert any(
        each.startswith(f"here: {PAGES}.default: not valid for its schema: 100 is valid under each") for each in said
    )


def test_deep_samples_of_a_recursive_schema_are_checked(said_of: SaidOf) -> None:
    """As deep as a document may be nested, a sample can be told valid or not."""
    identifier = "3c90c3cc-0d44-4b50-8888-8dd25736052a"
    record: dict[str, object] = {"id": 1}
    for _ in range(27):
        record = {"id": identifier, "parts": [record]}
    (said,) = said_of("pages: 3", f"parts: [{json.dumps(record)}]", identifier + '", "parts')
    assert said.startswith(f"here: {LOAN}.parts[0].parts[0].parts[0]")
    assert said.endswith("not valid for its schema: 1 is not of type 'string'")


def test_samples_wait_until_schemas_are_sound(said_of: SaidOf) -> None:
    """Nothing can be held against a schema that is none: the sample is not blamed for it."""
    said = said_of("default: 100", "default: 0\n              maximum: all", "maximum: all")
    assert said == [f"here: {PAGES}.maximum: \"all\" is not of type 'number'"]


def said_of_schemas(version: str, schemas: str) -> str:
    """Return what is said of a document of this *version* with these *schemas*, empty if nothing."""
    text = f"openapi: {version}\ninfo: {{title: T, version: '1'}}\npaths: {{}}\ncomponents: {{schemas: {schemas}}}\n"
    try:
        check_with_examples(Document.parse(text.encode(), "small.yaml"))
    except SpecError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ("{type: string, nullable: true, example: null, default: null}", ""),
        ("{allOf: [{$ref: '#/components/schemas/B'}], nullable: true, example: null}", ""),
        ("{type: string, enum: [a, b], nullable: true, default: null}", ""),
        ("{type: integer, minimum: 0, exclusiveMinimum: true, example: 1}", ""),
        ("{type: integer, example: 1.0}", ""),
        ("{$ref: '#/components/schemas/B', nullable: true, example: null}", ""),
        ("{type: integer, example: '1'}", "A.example: not valid for its schema: \"1\" is not of type 'integer'"),
        ("{type: string, example: null}", "A.example: not valid for its schema: null is not of type 'string'"),
        (
            "{type: integer, minimum: 0, exclusiveMinimum: true, default: 0}",
            "A.default: not valid for its schema: 0 is",
        ),
        ("{type: string, format: uuid, example: x}", "A.example: not valid for its schema: \"x\" is not a 'uuid'"),
        (
            "{type: array, items: {$ref: '#/components/schemas/B'}, example: [[]]}",
            "A.example[0]: not valid for its schema: [] is not of type 'string'",
        ),
    ],
)
def test_samples_of_openapi_3_0(schema: str, said: str) -> None:
    """They are valid by the rules of its dialect: `nullable`, and bounds that are exclusive by a second keyword."""
    found = said_of_schemas("3.0.3", f"{{A: {schema}, B: {{type: string}}}}")
    assert found.startswith(f"small.yaml:4: components.schemas.{said}" if said else "")
    assert bool(found) == bool(said)


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize("keyword", ["readOnly", "writeOnly"])
def test_a_sample_may_be_of_a_request_or_a_response(version: str, keyword: str) -> None:
    """It may lack what is required of the other one alone."""
    properties = f"{{a: {{type: string, {keyword}: true}}, b: {{type: string}}}}"
    schema = f"{{type: object, required: [a, b], properties: {properties}, example: {{{{}}}}}}"
    assert said_of_schemas(version, f"{{A: {schema.replace('{{}}', '{b: x}')}}}") == ""
    assert "'b' is a required property" in said_of_schemas(version, f"{{A: {schema.replace('{{}}', '{a: x}')}}}")
