"""What is OpenAPI, but would not be expressed by the generated code, is refused: nothing is left out silently."""

from collections.abc import Callable

import pytest

from generator.check._nodes import Kind
from generator.check._supported import FIELDS

SaidOf = Callable[[str, str, str], list[str]]

PROBLEM = "        application/problem+json:\n"
BODIES = """        content:
          application/merge-patch+json: {}
          application/json:
            schema:
              $"""

# What to replace and by what, so that the document makes use of the field.
USES = {
    "document": {
        "webhooks": ("tags:\n", "webhooks: {}\ntags:\n"),
        "jsonSchemaDialect": ("tags:\n", "jsonSchemaDialect: https://json-schema.org/draft/2020-12/schema\ntags:\n"),
    },
    "components": {
        "securitySchemes": ("    key:\n", "    other: {type: apiKey, in: header, name: Y}\n    key:\n"),
        "pathItems": ("components:\n", "components:\n  pathItems: {}\n"),
    },
    "server": {"variables": ("example\nsecurity", "example/{v}\n    variables: {v: {default: a}}\nsecurity")},
    "path item": {
        "$ref": ("    get:\n", "    $ref: '#/components/pathItems/a'\n    get:\n"),
        "trace": ("    post:\n", "    trace:\n"),
        "servers": ("    get:\n", "    servers: []\n    get:\n"),
    },
    "operation": {
        "callbacks": ("operationId: createLoan", "callbacks: {}\n      operationId: createLoan"),
        "security": ("operationId: createLoan", "security: []\n      operationId: createLoan"),
        "servers": ("operationId: createLoan", "servers: []\n      operationId: createLoan"),
    },
    "parameter": {
        "in": ("in: query", "in: cookie"),
        "name": ("name: X-Trace", "name: Content-Type"),
        "style": ("in: query", "in: query\n          style: deepObject"),
        "explode": ("in: query", "in: query\n          explode: false"),
        "allowReserved": ("in: query", "in: query\n          allowReserved: true"),
        "allowEmptyValue": ("in: query", "in: query\n          allowEmptyValue: true"),
        "content": ("    Shelf:\n", "    Old: {name: a, in: query, content: {application/json: {}}}\n    Shelf:\n"),
    },
    "request body": {
        "content": ("        content:\n          application/json:\n            schema:\n              $", BODIES),
    },
    "media type": {"encoding": (PROBLEM, f"{PROBLEM}          encoding: {{}}\n")},
    "response": {
        "content": (PROBLEM, f"        application/json: {{}}\n{PROBLEM}"),
        "headers": ("description: Created.", "description: Created.\n          headers: {}"),
        "links": ("description: Created.", "description: Created.\n          links: {}"),
    },
    "example": {
        "externalValue": ("  examples:\n    One", "  examples:\n    Far: {externalValue: 'https://a.b'}\n    One")
    },
    "security scheme": {
        "type": ("type: apiKey\n      in: header\n      name: X-Key", "type: http\n      scheme: bearer"),
        "in": ("in: header\n      name: X-Key", "in: query\n      name: key"),
    },
}


def test_the_whole_table_is_tested() -> None:
    """There is a use of every field in the table."""
    assert {kind: fields.keys() for kind, fields in USES.items()} == {
        kind: fields.keys() for kind, fields in FIELDS.items()
    }


@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind, fields in FIELDS.items() for field in fields])
def test_a_field_that_is_not_supported(said_of: SaidOf, kind: Kind, field: str) -> None:
    """Each field of the table is refused in its own place, with the reason."""
    said = said_of(*USES[kind][field], "openapi")
    assert any(problem.endswith(f"{field}: {FIELDS[kind][field].reason}") for problem in said)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("in: query", "in: query\n          style: form\n          explode: true\n          allowReserved: false"),
        (
            "in: header\n          schema",
            "in: header\n          style: simple\n          explode: false\n          schema",
        ),
        ("application/problem+json", "application/json; charset=utf-8"),
        (
            "maxLength: 5",
            "minLength: 1\n            pattern: ^a\n            x-note: n\n            deprecated: true",
        ),
        ("example\nsecurity", "example\n  - url: https://test.example\nsecurity"),
        ("tags:\n", "jsonSchemaDialect: https://spec.openapis.org/oas/3.1/dialect/base\nx-a: 1\ntags:\n"),
        (
            '$ref: "#/components/schemas/DiscKind"',
            'description: d\n              $ref: "#/components/schemas/DiscKind"',
        ),
        ("type: integer\n              minimum: 1\n              default: 100", "true"),
    ],
)
def test_what_says_no_more_than_the_default_is_supported(said_of: SaidOf, old: str, new: str) -> None:
    """A default that is written down, and what only informs the reader, is no reason to refuse a document."""
    new = new if new != "true" else "{}"
    assert said_of(old, new, new.splitlines()[0]) == []


KEYWORD = "components.schemas.Thing.properties.labels.additionalProperties"


@pytest.mark.parametrize(
    ("keyword", "reason"),
    [
        ("not: {}", 'the keyword "not" is not supported'),
        ("if: {}", 'the keyword "if" is not supported'),
        ("prefixItems: [{}]", 'the keyword "prefixItems" is not supported'),
        ("patternProperties: {}", 'the keyword "patternProperties" is not supported'),
        ("dependentSchemas: {}", 'the keyword "dependentSchemas" is not supported'),
        ("unevaluatedProperties: false", 'the keyword "unevaluatedProperties" is not supported'),
        ("$dynamicRef: '#a'", 'the keyword "$dynamicRef" is not supported'),
        ("contains: {}", 'the keyword "contains" is not supported'),
        ("maxLenght: 3", 'the keyword "maxLenght" is not supported'),
        ("uniqueItems: true", "uniqueItems is not supported: it is not checked"),
        ("readOnly: true", "readOnly is not supported: write one schema for requests and one for responses"),
        ("nullable: true", 'nullable is OpenAPI 3.0: write type: [..., "null"]'),
        ("$defs: {}", "schemas inside a schema are not supported: move them to components/schemas"),
    ],
)
def test_a_keyword_that_is_not_supported(said_of: SaidOf, keyword: str, reason: str) -> None:
    """A schema says nothing that the generated code does not hold its values against, not even by a slip."""
    assert f"here: {KEYWORD}.{keyword.partition(':')[0]}: {reason}" in said_of("maxLength: 5", keyword, keyword)


def test_a_keyword_beside_a_reference(said_of: SaidOf) -> None:
    """What stands beside `$ref` must not change which values are valid."""
    said = said_of(
        '$ref: "#/components/schemas/DiscKind"',
        'maxLength: 2\n              $ref: "#/components/schemas/DiscKind"',
        "maxLength: 2",
    )
    assert said == [
        (
            "here: components.schemas.Disc.allOf[1].properties.kind.maxLength: "
            '"maxLength" beside $ref is not supported: put both into allOf'
        )
    ]


def test_a_schema_that_allows_nothing(said_of: SaidOf) -> None:
    """`false` means something as additionalProperties only."""
    assert (
        said_of(
            "additionalProperties:\n            type: string\n            maxLength: 5",
            "additionalProperties: false",
            "tags:",
        )
        == []
    )
    said = said_of("parts:\n", "none: false\n        parts:\n", "none:")
    assert said == [
        "here: components.schemas.Thing.properties.none: the schema false, which no value satisfies, is not supported"
    ]


@pytest.mark.parametrize(
    "media_type", ["text/plain", "multipart/form-data", "application/x-www-form-urlencoded", '"*/*"']
)
def test_a_body_that_is_no_json(said_of: SaidOf, media_type: str) -> None:
    """Only JSON is encoded and decoded."""
    assert said_of("application/problem+json", media_type, media_type) == [
        (
            f"here: components.responses.Error.content.{media_type.strip(chr(34))}: "
            "only JSON bodies are supported: application/json or .../...+json"
        )
    ]
