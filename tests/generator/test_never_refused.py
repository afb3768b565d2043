"""What this client has no use for is accepted and ignored: a document is not refused because it says more."""

import importlib
from types import ModuleType
from typing import Any

import pytest

from tests.generator.conftest import called


def build(package: Any, thing: str, operation: str = "", response: str = "", more: str = "") -> ModuleType:
    """Check, render and import a document with the schema *thing* and return its package."""
    found: ModuleType = package(f"""
    {more}
    paths:
      /things:
        put:
          operationId: store
          tags: [t]
          {operation}
          requestBody: {{content: {{application/json: {{schema: {{$ref: '#/components/schemas/Thing'}}}}}}}}
          responses:
            '200':
              description: Fine.
              {response}
              content: {{application/json: {{schema: {{$ref: '#/components/schemas/Thing'}}}}}}
    components:
      schemas:
        Thing: {thing}
        Level: {{type: string, enum: [low, high]}}
        Part: {{type: object, properties: {{n: {{type: integer}}}}}}
    """)
    importlib.import_module(f"{found.__name__}.models")
    return found


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ("{type: string, format: uri}", "not a uri"),
        ("{type: string, format: email}", "x"),
        ("{type: string, format: hostname}", "x"),
        ("{type: string, format: password}", "x"),
        ("{type: string, format: made-up}", "x"),
        ("{type: string, format: time}", "x"),
        ("{type: integer, format: int32}", 1),
        ("{type: integer, format: int64}", 2**40),
        ("{type: number, format: double}", 0.5),
        ("{type: number, format: decimal}", 0.5),
        ("{type: integer, readOnly: true}", 1),
        ("{type: integer, writeOnly: true}", 1),
        ("{type: array, uniqueItems: true, items: {type: integer}}", [1, 1]),
        ("{type: array, items: {type: integer}, minItems: 5}", [1, 2, 3, 4, 5]),
        ("{type: array, items: {type: integer}, contains: {const: 3}, minContains: 1}", [3]),
        ("{type: array, items: {}, unevaluatedItems: false}", [1]),
        ("{type: integer, multipleOf: 5}", 10),
        ("{type: number, multipleOf: 0.01}", 0.25),
        (r"{type: string, pattern: '^\d+$'}", "12"),
        (r"{type: string, pattern: '^\p{L}+$'}", "é"),
        ("{type: string, pattern: '^(?<a>x)$'}", "x"),
        (r"{type: string, pattern: '^\u0041[^]$'}", "A1"),
        (r"{type: string, pattern: '\cA|(?<!b)c'}", "c"),
        ("{type: string, contentEncoding: base64, contentMediaType: image/png}", "eA=="),
        ("{type: string, not: {const: a}}", "b"),
        ("{type: string, enum: [a, b], not: {const: c}}", "b"),
        ("{type: object, minProperties: 1, maxProperties: 3}", {"a": 1}),
        ("{type: object, propertyNames: {pattern: '^a'}}", {"a": 1}),
        ("{type: object, patternProperties: {'^a': {type: integer}}}", {"a": 1}),
        ("{type: object, dependentRequired: {a: [b]}}", {"a": 1, "b": 2}),
        ("{type: object, unevaluatedProperties: false}", {}),
        ("{type: integer, if: {minimum: 3}, then: {maximum: 5}, else: {}}", 4),
        ("{type: integer, $comment: Odd., externalDocs: {url: 'https://x.example'}, x-more: {a: [1]}}", 4),
        ("{type: object, xml: {name: a}}", {}),
        ("{$ref: '#/components/schemas/Level', default: low}", "high"),
        ("{$ref: '#/components/schemas/Level', description: How high., readOnly: true}", "high"),
        ("{$ref: '#/components/schemas/Part', nullable: true, x-a: 1}", {"n": 1}),
        ("{type: string, nullable: true}", "x"),
        ("{type: integer, examples: [1, 2], example: 3}", 1),
        ("{type: integer, example: many}", 1),
        ("{enum: [null]}", None),
        ("{type: integer, deprecated: true}", 1),
        ("{type: integer, foo: 1}", 1),
    ],
)
def test_keywords_of_schemas(package: Any, schema: str, value: Any) -> None:
    """A property with a keyword that is not expressed is read and sent as without it."""
    found = build(package, f"{{type: object, properties: {{a: {schema}}}}}")
    assert found.models.Thing.from_dict({"a": value}).to_dict() == {"a": value}


@pytest.mark.parametrize(
    "keywords",
    [
        "minProperties: 1",
        "maxProperties: 9",
        "not: {required: [b]}",
        "dependentSchemas: {a: {required: [b]}}",
        "$id: 'https://x.example/thing'",
        "$anchor: thing",
        "propertyNames: {maxLength: 9}",
        "unevaluatedProperties: false",
        "additionalProperties: false",
        "example: {a: 1}",
        "title: Thing",
        "xml: {name: thing}",
        "$defs: {Inner: {type: integer}}",
    ],
)
def test_keywords_of_objects(package: Any, keywords: str) -> None:
    """An object with a keyword that is not expressed is read and sent as without it."""
    found = build(package, f"{{type: object, {keywords}, properties: {{a: {{type: integer}}}}}}")
    assert found.models.Thing.from_dict({"a": 1}).to_dict() == {"a": 1}


@pytest.mark.parametrize(
    "headers",
    [
        "headers: {X-Rate: {schema: {type: integer}, description: How many.}}",
        "headers: {X-Rate: {required: true, schema: {type: array, items: {type: string}}}, Location: {schema: {}}}",
        "links: {next: {operationId: store}}",
        "x-more: 1",
    ],
)
def test_what_else_a_response_has(package: Any, headers: str) -> None:
    """Headers and links of a response are accepted; headers can be read from the response."""
    found = build(package, "{type: object, properties: {a: {type: integer}}}", response=headers)
    assert called(found, "store", 200, b'{"a":1}', body=found.models.Thing()).parsed.a == 1


@pytest.mark.parametrize(
    "field",
    [
        "servers: [{url: 'https://other.example'}]",
        "externalDocs: {url: 'https://x.example'}",
        "callbacks: {done: {'{$request.body#/url}': {post: {responses: {'200': {description: Fine.}}}}}}",
        "parameters: [{name: q, in: query, allowReserved: true, schema: {type: string}}]",
        "parameters: [{name: q, in: query, allowEmptyValue: true, schema: {type: string}}]",
        "parameters: [{name: q, in: query, style: deepObject, schema: {type: object}}]",
        "parameters: [{name: q, in: query, style: pipeDelimited, schema: {type: array, items: {type: string}}}]",
        "parameters: [{name: q, in: query, schema: {type: string}, examples: {a: {value: b}}}]",
        "parameters: [{name: Accept, in: header, schema: {type: string}}]",
        "x-more: {a: 1}",
    ],
)
def test_what_else_an_operation_has(package: Any, field: str) -> None:
    """Fields of an operation that are not expressed are accepted."""
    found = build(package, "{type: object, properties: {a: {type: integer}}}", operation=field)
    assert called(found, "store", body=found.models.Thing(a=1)).http.request.content == b'{"a":1}'


@pytest.mark.parametrize(
    "field",
    [
        "webhooks: {changed: {post: {responses: {'200': {description: Fine.}}}}}",
        "externalDocs: {url: 'https://x.example'}",
        "jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema'",
        "tags: [{name: t, description: Things.}, {name: other}]",
        "x-more: {a: 1}",
    ],
)
def test_what_else_a_document_has(package: Any, field: str) -> None:
    """Fields of the document that are not expressed are accepted."""
    found = build(package, "{type: object, properties: {a: {type: integer}}}", more=field)
    assert found.models.Thing(a=1).to_dict() == {"a": 1}


@pytest.mark.parametrize(
    "operation",
    [
        "{responses: {'200': {description: Fine.}}}",
        "{tags: [t], responses: {'200': {description: Fine.}}}",
        "{operationId: load, responses: {'200': {description: Fine.}}}",
        "{operationId: load-it/now, tags: [a b, c], responses: {'200': {description: Fine.}}}",
        "{operationId: 3d, tags: [t], responses: {'400': {description: Wrong.}}}",
    ],
)
def test_operations_without_names(package: Any, operation: str) -> None:
    """An operation needs no operationId that is a name, no tag, and no success."""
    assert package(f"paths: {{/things: {{get: {operation}}}}}").Client


def test_text_where_openapi_has_no_field_for_it(package: Any) -> None:
    """A title or a comment of an operation changes no code."""
    built = build(package, "{type: object}", operation="title: Store it\n          $comment: Nobody reads this.")
    assert callable(importlib.import_module(f"{built.__name__}.api.t.store").sync)
