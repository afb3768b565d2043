"""What OpenAPI 3.1 allows and this generator cannot express: in tables, so that nothing is left out silently.

To support a construct, teach schema.py and the templates to express it and take its line out of the table. What only
informs the reader of the document (externalDocs, contact, extensions) is not in question.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from generator.check._nodes import Kind, Node
from generator.document import Document, Json, Problem
from generator.problem import excerpt


def _any(_: Json, __: Node) -> bool:
    return True


def _true(value: Json, _: Node) -> bool:
    return value is True


def _several(value: Json, _: Node) -> bool:
    return isinstance(value, list | dict) and len(value) > 1


def _equal(unsupported: str) -> Callable[[Json, Node], bool]:
    return lambda value, _: value == unsupported


def _other_than(supported: str) -> Callable[[Json, Node], bool]:
    return lambda value, _: value != supported


def _style(value: Json, node: Node) -> bool:
    return value != ("form" if node.fields.get("in") == "query" else "simple")


def _explode(value: Json, node: Node) -> bool:
    # OpenAPI 3.1.0, section 4.8.12.2: true is the default of the style of a query, false that of the others.
    return value is not (node.fields.get("in") == "query")


def _ignored_header(value: Json, node: Node) -> bool:
    # OpenAPI 3.1.0, section 4.8.12.2: parameters of these names mean nothing.
    return node.fields.get("in") == "header" and str(value).lower() in {"accept", "content-type", "authorization"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """A field that is not supported.

    Attributes:
        reason: What is not supported, and where there is one, the way out.
        when: Which values of the field are refused, given the object that has it.
    """

    reason: str
    when: Callable[[Json, Node], bool] = _any


FIELDS: Mapping[Kind, Mapping[str, Refusal]] = {
    "document": {
        "webhooks": Refusal("webhooks are not supported: the client calls, it is not called"),
        "jsonSchemaDialect": Refusal(
            "no other dialect of JSON Schema is supported",
            _other_than("https://spec.openapis.org/oas/3.1/dialect/base"),
        ),
    },
    "components": {
        "securitySchemes": Refusal("one security scheme is supported: a client has one key", _several),
        "pathItems": Refusal("shared path items are not supported: write them under paths"),
    },
    "server": {"variables": Refusal("server variables are not supported: list each server with its address")},
    "path item": {
        "$ref": Refusal("shared path items are not supported: write the operations here"),
        "trace": Refusal("the method TRACE is not supported"),
        "servers": Refusal("servers of a path are not supported: a client has one base URL"),
    },
    "operation": {
        "callbacks": Refusal("callbacks are not supported: the client calls, it is not called"),
        "security": Refusal("security of one operation is not supported: the client always sends its key"),
        "servers": Refusal("servers of an operation are not supported: a client has one base URL"),
    },
    "parameter": {
        "in": Refusal("cookie parameters are not supported", _equal("cookie")),
        "name": Refusal("OpenAPI says that header parameters of this name are ignored", _ignored_header),
        "style": Refusal("this style is not supported: only form in a query, simple in a path or a header", _style),
        "explode": Refusal("only the default of explode is supported: true in a query, false elsewhere", _explode),
        "allowReserved": Refusal("allowReserved is not supported: every reserved character is escaped", _true),
        "allowEmptyValue": Refusal("allowEmptyValue is not supported", _true),
        "content": Refusal("parameters with content are not supported: give it a schema"),
    },
    "request body": {"content": Refusal("one media type for each body is supported", _several)},
    "media type": {"encoding": Refusal("encoding is not supported: it is for forms")},
    "response": {
        "content": Refusal("one media type for each body is supported", _several),
        "headers": Refusal("response headers are not supported: say what they mean in the description"),
        "links": Refusal("links are not supported"),
    },
    "example": {"externalValue": Refusal("external examples are not supported: they cannot be checked")},
    "security scheme": {
        "type": Refusal("only an API key is supported", _other_than("apiKey")),
        "in": Refusal("an API key is supported in a header only", _other_than("header")),
    },
}
"""Fields of the objects of OpenAPI that are refused, always or for some values."""

KEYWORDS = frozenset(
    {
        *("$ref", "type", "format", "enum", "const", "allOf", "anyOf", "oneOf", "discriminator"),
        *("properties", "required", "additionalProperties", "items"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *("minLength", "maxLength", "pattern", "minItems", "maxItems"),
        *("default", "title", "description", "deprecated", "example", "examples", "externalDocs", "$comment"),
    }
)
"""The keywords of a schema that are supported. Any other is refused, a mistyped one as well."""

BESIDE_REFERENCE = frozenset({"$ref", "title", "description", "deprecated", "example", "examples", "$comment"})
"""The keywords that may stand beside `$ref` in a schema: none that changes which values are valid."""

REASONS: Mapping[str, str] = {
    "nullable": 'nullable is OpenAPI 3.0: write type: [..., "null"]',
    "readOnly": "readOnly is not supported: write one schema for requests and one for responses",
    "writeOnly": "writeOnly is not supported: write one schema for requests and one for responses",
    "uniqueItems": "uniqueItems is not supported: it is not checked",
    "$defs": "schemas inside a schema are not supported: move them to components/schemas",
}
"""What to say about keywords that deserve more than that they are not supported."""


def supported(document: Document, nodes: Sequence[Node]) -> Iterator[Problem]:
    """Yield what is valid OpenAPI, but would not be expressed by the generated code."""
    for node in nodes:
        for field, refusal in FIELDS.get(node.kind, {}).items():
            if field in node.fields and refusal.when(node.fields[field], node):
                yield document.located((*node.pointer, field), refusal.reason)
        if node.kind == "media type" and not _is_json(str(node.pointer[-1])):
            yield document.located(node.pointer, "only JSON bodies are supported: application/json or .../...+json")
        if node.kind == "schema":
            yield from _schema(document, node)


def _is_json(media_type: str) -> bool:
    essence = media_type.partition(";")[0].strip().lower()
    return essence == "application/json" or essence.endswith("+json")


def _schema(document: Document, node: Node) -> Iterator[Problem]:
    for keyword in node.fields:
        pointer = (*node.pointer, keyword)
        if keyword.startswith("x-"):
            continue
        if keyword not in KEYWORDS:
            yield document.located(pointer, REASONS.get(keyword, f"the keyword {excerpt(keyword)} is not supported"))
        elif "$ref" in node.fields and keyword not in BESIDE_REFERENCE:
            message = f"{excerpt(keyword)} beside $ref is not supported: put both into allOf"
            yield document.located(pointer, message)
    if node.value is False and node.pointer[-1] != "additionalProperties":
        yield document.located(node.pointer, "the schema false, which no value satisfies, is not supported")
