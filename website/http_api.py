"""The page about the HTTP API, as Markdown, written from the OpenAPI document when the site is built."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from generator.document import Document

_MORE = ("default", "minimum", "maximum", "minLength", "maxLength", "pattern")


def http_api(document: Document) -> Iterator[str]:
    """Yield the lines of the page."""
    data = document.data
    found: Callable[[Any], Any] = lambda node: document.resolve(node)[1]  # noqa: E731
    yield f"{_text(data['info'])}\n"
    yield from (f"Base URL: `{server['url']}`\n" for server in data.get("servers", []))
    for scheme in map(found, data.get("components", {}).get("securitySchemes", {}).values()):
        yield f"Authentication: {scheme.get('in', scheme['type'])} `{scheme.get('name', '')}`. {_text(scheme)}\n"
    yield "## Operations\n"
    for (_, path, method), operation in document.operations():
        yield f"### {str(method).upper()} {path} {{ #{operation.get('operationId', f'{method}-{path}')} }}\n"
        yield f"{operation.get('summary', '').rstrip('.')}. {_text(operation)}\n"
        given = map(found, [*data["paths"][path].get("parameters", []), *operation.get("parameters", [])])
        rows = ((f"`{each['name']}` ({each['in']})", *_facts(each.get("schema", {}), each)) for each in given)
        yield from _table("Parameter | Type | Description", rows)
        yield from _table("Request body | Type | Description", _media(found(operation.get("requestBody", {}))))
        for status, answer in operation["responses"].items():
            yield from _table(f"Response {status} | Type | Description", _media(found(answer)))
    yield "## Schemas\n"
    for name, schema in data.get("components", {}).get("schemas", {}).items():
        tag = schema.get("discriminator", {}).get("propertyName")
        properties = list(_properties(found, schema))
        yield f"### {name} {{ #{name} }}\n\n{_text(schema)}\n"
        if not properties:
            yield f"Type: {_type(schema)}{f', told apart by `{tag}`' if tag else ''}.\n"
        yield from _table("Property | Type | Description", properties)


def _table(head: str, rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    lines = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    yield "\n".join([head, " | ".join(["---"] * (head.count("|") + 1)), *lines, ""]) if lines else ""


def _media(body: dict[str, Any]) -> list[tuple[str, ...]]:
    content = body.get("content", {"no body": {}} if body else {})
    return [(kind, _type(media.get("schema", {"type": ""})), _text(body)) for kind, media in content.items()]


def _properties(found: Any, schema: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each property, with those that allOf brings first."""
    for part in schema.get("allOf", []):
        yield from _properties(found, found(part))
    for name, value in schema.get("properties", {}).items():
        yield f"`{name}`", *_facts(value, {**value, "required": name in schema.get("required", [])})


def _facts(schema: dict[str, Any], described: dict[str, Any]) -> tuple[str, ...]:
    """Return the type, and what else is said."""
    more = [f"`{name}: {json.dumps(schema[name], ensure_ascii=False)}`" for name in _MORE if name in schema]
    required = ["Required."] if described.get("required") is True else []
    return _type(schema), " ".join(filter(None, [*required, _text(described), *more]))


def _text(described: dict[str, Any]) -> str:
    return " ".join(described.get("description", "").split())


def _type(schema: dict[str, Any]) -> str:
    """Return the type that *schema* asks for; a named schema is a link."""
    if reference := schema.get("$ref"):
        return f"[{(name := reference.rpartition('/')[2])}](#{name})"
    if variants := schema.get("oneOf") or schema.get("anyOf") or schema.get("allOf"):
        return " or ".join(map(_type, variants))
    if values := schema.get("enum", [schema["const"]] if "const" in schema else []):
        return " or ".join(f"`{json.dumps(value)}`" for value in values)
    kind = " or ".join([kinds] if isinstance(kinds := schema.get("type", "any"), str) else kinds)
    kind = kind.replace("string", f"{schema['format']} string", 1) if "format" in schema else kind
    return kind.replace("array", f"array of {_type(schema['items'])}", 1) if "items" in schema else kind
