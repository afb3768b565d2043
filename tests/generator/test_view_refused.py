"""What the templates cannot express fails the generation, with the place, the line and a way out."""

import json
from typing import Any

import pytest

from generator.document import Document, SpecError
from generator.view import read_view

TEXT = {"type": "string"}
OBJECT: dict[str, Any] = {"type": "object", "properties": {"a": TEXT}}


def document(**changes: Any) -> Document:
    """Return a small document with these changes, one value a line."""
    whole = {
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "servers": [{"url": "https://api.example"}],
        "paths": {},
        **changes,
    }
    return Document.parse(json.dumps(whole, indent=1).encode(), "small.yaml")


def refusal(refused: Document) -> tuple[str, str]:
    """Return the place and the message of why *refused* is; its line is that of the place."""
    with pytest.raises(SpecError) as error:
        read_view(refused)
    (problem,) = error.value.problems
    line = str(problem.line)
    assert str(error.value) == f"small.yaml:{line}: {problem.where}: {problem.message}"
    return problem.where, problem.message


SCHEMAS: dict[str, tuple[dict[str, Any], str, str]] = {
    "another type by allOf": (
        {"allOf": [TEXT, {"type": "integer"}]},
        "allOf[1].type",
        'contradicts ["string"], which holds too by allOf',
    ),
    "another pattern by allOf": (
        {"allOf": [{"type": "string", "pattern": "a"}, {"pattern": "b"}]},
        "allOf[1].pattern",
        '"b" contradicts "a"',
    ),
    "another enum by allOf": (
        {"allOf": [{"enum": ["a"]}, {"enum": ["b"]}]},
        "allOf[1].enum",
        '["b"] contradicts ["a"]',
    ),
    "constant out of another enum": (
        {"allOf": [{"enum": ["a"]}, {"const": "b"}]},
        "allOf[1].const",
        '"b" is not in the enum it is combined with',
    ),
    "object and text by allOf": ({"allOf": [OBJECT, TEXT]}, "allOf[1].type", "contradicts"),
    "object and union by allOf": (
        {"allOf": [{"oneOf": [TEXT, {"type": "null"}]}, OBJECT]},
        "allOf[1].type",
        '"type" is not supported for oneOf',
    ),
    "format of a text": ({"type": "string", "format": "email"}, "format", "checked are uuid, date-time, date"),
    "bound of a uuid": (
        {"type": "string", "format": "uuid", "minLength": 3},
        "minLength",
        "cannot be combined with the format uuid",
    ),
    "pattern": (
        {"type": "string", "pattern": r"\p{L}"},
        "pattern",
        r'"\\p{L}" is no regular expression of Python: bad escape \p',
    ),
    "fraction that bounds an integer": ({"type": "integer", "minimum": 0.5}, "minimum", "0.5 cannot bound an integer"),
    "huge bound": ({"type": "integer", "maximum": 2**63}, "maximum", "at most 64 bits"),
    "huge lower bound": ({"type": "integer", "minimum": -(2**63) - 1}, "minimum", "at most 64 bits"),
    "format of an integer": ({"type": "integer", "format": "uint8"}, "format", "checked are int32, int64"),
    "format of a number": ({"type": "number", "format": "decimal"}, "format", "would not be checked"),
    "multiples of a fraction": ({"type": "number", "multipleOf": 0.01}, "multipleOf", "to be a multiple of 0.01"),
    "two lower bounds": (
        {"type": "number", "minimum": 1, "exclusiveMinimum": 1},
        "exclusiveMinimum",
        "minimum holds too: keep the one that counts",
    ),
    "two upper bounds": ({"type": "integer", "maximum": 1, "exclusiveMaximum": 1}, "exclusiveMaximum", "keep the one"),
    "constant that is a boolean": ({"const": True}, "const", "only a text or an integer can be a constant"),
    "constant that is null": ({"const": None}, "const", "only a text or an integer"),
    "huge constant": ({"const": 2**63}, "const", "has more than 64 bits"),
    "enum of texts and numbers": ({"enum": ["a", 1]}, "enum", "the values must be texts, or integers"),
    "enum of booleans": ({"enum": [True]}, "enum", "the values must be texts, or integers"),
    "enum of fractions": ({"enum": [0.5]}, "enum", "the values must be texts, or integers"),
    "enum of null": ({"enum": [None]}, "enum", "the values must be texts, or integers"),
    "value twice": ({"enum": ["a", "b", "a"]}, "enum", '"a" is listed twice'),
    "huge value": ({"enum": [1, -(2**63) - 1]}, "enum", "has more than 64 bits"),
    "items without a type": ({"items": TEXT}, "items", '"items" needs a type beside it'),
    "bound without a type": ({"minLength": 3}, "minLength", '"minLength" needs a type beside it'),
    "bound of another type": (
        {"type": "string", "minimum": 3},
        "minimum",
        '"minimum" is not supported for a value of type string',
    ),
    "bound of none of the types": (
        {"type": ["string", "integer"], "maxItems": 3},
        "maxItems",
        '"maxItems" is not supported for a value of type string or integer',
    ),
    "bound beside an enum": ({"enum": ["a"], "maxLength": 3}, "maxLength", '"maxLength" is not supported for an enum'),
    "bound beside a constant": ({"const": "a", "maxLength": 3}, "maxLength", "is not supported for a constant"),
    "properties beside a union": (
        {"anyOf": [TEXT, {"type": "null"}], "properties": {}},
        "properties",
        '"properties" is not supported for anyOf',
    ),
    "two kinds of union": ({"anyOf": [TEXT], "oneOf": [TEXT]}, "anyOf", '"anyOf" is not supported for oneOf'),
    "properties of a text": (
        {"type": ["object", "string"], "properties": {}},
        "type",
        "only an object has properties",
    ),
    "properties with other names too": (
        {**OBJECT, "additionalProperties": TEXT},
        "additionalProperties",
        '"additionalProperties" is not supported for an object with properties',
    ),
    "required but not described": (
        {**OBJECT, "required": ["a", "b"]},
        "required",
        '"b" is required but not described: add it to properties',
    ),
    "required in a map": ({"type": "object", "required": ["b"]}, "required", '"b" is required but not described'),
    "itself in a list": (
        {"type": "array", "items": {"$ref": "#/components/schemas/Small"}},
        "",
        "contains itself without an object in between: give it properties",
    ),
    "itself in a map": (
        {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/Small"}},
        "",
        "contains itself without an object in between",
    ),
    "objects without a tag": (
        {"oneOf": [OBJECT, OBJECT]},
        "oneOf",
        "several kinds of objects can only be told apart by a discriminator: add one",
    ),
    "object or map": ({"oneOf": [OBJECT, {"type": "object"}]}, "oneOf", "several kinds of objects"),
    "two kinds of text": ({"anyOf": [TEXT, {"const": "a"}]}, "anyOf", "the types in JSON of two alternatives"),
    "two formats": ({"anyOf": [TEXT, {"type": "string", "format": "uuid"}]}, "anyOf", "the types in JSON of two"),
    "two kinds of numbers": ({"type": ["integer", "number"]}, "type", "the types in JSON of two alternatives"),
    "two kinds of lists": (
        {"anyOf": [{"type": "array"}, {"type": "array", "items": TEXT}]},
        "anyOf",
        "the types in JSON of two alternatives are the same: they cannot be told apart",
    ),
    "anything or text": ({"anyOf": [{}, TEXT]}, "anyOf", "the types in JSON of two alternatives"),
    "two properties of one name": (
        {"type": "object", "properties": {"a-b": TEXT, "a_b": TEXT}},
        "properties.a_b",
        'becomes the attribute a_b, as "a-b" does: they cannot have one name',
    ),
    "default that is an object": (
        {"type": "object", "properties": {"a": {**OBJECT, "default": {}}}},
        "properties.a.default",
        "an object with properties cannot be a default",
    ),
    "default of many objects": (
        {"type": "object", "properties": {"a": {"type": "array", "items": OBJECT, "default": [{}]}}},
        "properties.a.default",
        "an object with properties cannot be a default",
    ),
    "default that Python cannot read": (
        {
            "type": "object",
            "properties": {"a": {"type": "string", "format": "date-time", "default": "1990-12-31T23:59:60Z"}},
        },
        "properties.a.default",
        'Python cannot read "1990-12-31T23:59:60Z"',
    ),
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas(name: str) -> None:
    """A schema that would be read in another way than it says is refused."""
    schema, place, message = SCHEMAS[name]
    where, said = refusal(document(components={"schemas": {"Small": schema}}))
    assert where == ".".join(filter(None, ["components.schemas.Small", place]))
    assert message in said


@pytest.mark.parametrize(
    ("names", "refused", "message"),
    [
        (["FooBar", "Foo-Bar"], "Foo-Bar", "becomes the class FooBar, which is too much like that of"),
        (["FooBar", "foo_bar"], "foo_bar", "becomes the class FooBar, which is too much like that of"),
        (["FOOBar", "FooBar"], "FooBar", "becomes the class FooBar, which is too much like that of"),
        (["Small", "SmallA"], "SmallA", "becomes the class SmallA, which is too much like that of"),
    ],
)
def test_classes_of_one_name(names: list[str], refused: str, message: str) -> None:
    """Two schemas cannot become one class, nor two classes one module."""
    inline = {"type": "object", "properties": {"a": OBJECT}}
    refused_document = document(components={"schemas": dict.fromkeys(names, inline)})
    where, said = refusal(refused_document)
    assert message in said
    assert {where, said.partition("that of ")[2].partition(": rename one")[0]} >= {f"components.schemas.{refused}"}


def test_a_union_beside_others() -> None:
    """A union with a discriminator is asked for its tag first, so that it stands alone, or beside null."""
    cat = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "Cat"}}}
    pet = {"oneOf": [{"$ref": "#/components/schemas/Cat"}], "discriminator": {"propertyName": "kind"}}
    either = {"anyOf": [{"$ref": "#/components/schemas/Pet"}, TEXT]}
    where, said = refusal(document(components={"schemas": {"Cat": cat, "Pet": pet, "Either": either}}))
    assert (where, said) == (
        "components.schemas.Either.anyOf",
        "beside a union with a discriminator only null is supported",
    )


def test_unknown_variants_need_a_name() -> None:
    """The class for objects whose tag is unknown is not hidden by a schema of the same name."""
    cat = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "Cat"}}}
    pet = {"oneOf": [{"$ref": "#/components/schemas/Cat"}], "discriminator": {"propertyName": "kind"}}
    where, said = refusal(document(components={"schemas": {"Cat": cat, "UnknownPet": cat, "Pet": pet}}))
    assert where == "components.schemas.Pet"
    assert (
        said == "becomes the class UnknownPet, which is too much like that of components.schemas.UnknownPet: rename one"
    )


def operation(**changes: Any) -> dict[str, Any]:
    """Return an operation with these changes."""
    return {"operationId": "small", "tags": ["things"], "responses": {"204": {"description": ""}}, **changes}


def parameter(name: str, schema: dict[str, Any], place: str = "query", *, required: bool = False) -> dict[str, Any]:
    """Return a parameter."""
    return {"name": name, "in": place, "schema": schema, "required": required}


def answer(schema: dict[str, Any]) -> dict[str, Any]:
    """Return responses with a body."""
    return {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}


LIST = {"type": "array", "items": TEXT}
SCHEMA = "parameters[0].schema"
BODY = "responses.200.content.application/json.schema"

OPERATIONS: dict[str, tuple[dict[str, Any], str, str]] = {
    "object in a query": ({"parameters": [parameter("a", OBJECT)]}, SCHEMA, "a parameter cannot be an object"),
    "map in a query": ({"parameters": [parameter("a", {"type": "object"})]}, SCHEMA, "a parameter cannot be an object"),
    "list in a path": (
        {"parameters": [parameter("id", LIST, "path", required=True)]},
        SCHEMA,
        "a list is supported as a parameter in the query only",
    ),
    "list in a header": (
        {"parameters": [parameter("a", LIST, "header")]},
        SCHEMA,
        "a list is supported as a parameter",
    ),
    "list of lists": (
        {"parameters": [parameter("a", {"type": "array", "items": LIST})]},
        SCHEMA,
        "a list in a parameter can hold values of one type only",
    ),
    "list with null": (
        {"parameters": [parameter("a", {"type": "array", "items": {"type": ["string", "null"]}})]},
        SCHEMA,
        "a list in a parameter can hold values of one type only",
    ),
    "required or null": (
        {"parameters": [parameter("a", {"type": ["string", "null"]}, required=True)]},
        SCHEMA,
        "a required parameter cannot be null: there is no text for it",
    ),
    "name of a header": (
        {"parameters": [parameter("a:b", TEXT, "header")]},
        "parameters[0].name",
        "the name of a header",
    ),
    "two parameters of one name": (
        {"parameters": [parameter("a-b", TEXT), parameter("A_B", TEXT), parameter("A-b", TEXT, "header")]},
        "parameters[2]",
        'becomes the parameter a_b, as "a-b" does: they cannot have one name',
    ),
    "tag": ({"tags": ["Bücher"]}, "tags[0]", '"Bücher" becomes the name of a folder: use ASCII letters and digits'),
    "name of a tag": ({"operationId": "things"}, "operationId", "becomes the name things, as a tag does: rename one"),
    "answer that is a list": ({"responses": answer(LIST)}, BODY, "must be one kind of object, with properties"),
    "answer that is a map": ({"responses": answer({"type": "object"})}, BODY, "must be one kind of object"),
    "answer that may be null": (
        {"responses": answer({**OBJECT, "type": ["object", "null"]})},
        BODY,
        "must be one kind",
    ),
    "answer that is anything": ({"responses": answer({})}, BODY, "must be one kind of object, with properties"),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_operations(name: str) -> None:
    """A parameter, an answer or a name that would be lost or sent in another way than it says is refused."""
    changes, place, message = OPERATIONS[name]
    where, said = refusal(document(paths={"/v1/{id}": {"get": operation(**changes)}}))
    assert where == f"paths./v1/{{id}}.get.{place}"
    assert message in said


@pytest.mark.parametrize("servers", [[], [{"url": "/v1"}], [{"url": ""}], [{"url": "ftp://api.example"}]])
def test_servers(servers: list[dict[str, str]]) -> None:
    """A client has to know where the API is."""
    with pytest.raises(SpecError, match="an absolute address is needed, https://"):
        read_view(document(servers=servers))


def test_header_of_the_key() -> None:
    """The API key is sent in a header, so that its name has to be one."""
    scheme = {"type": "apiKey", "in": "header", "name": 'X-"""Key'}
    where, said = refusal(document(components={"securitySchemes": {"key": scheme}}))
    assert where == "components.securitySchemes.key.name"
    assert said == r'"X-\"\"\"Key" cannot be the name of a header'
