"""Put a document into words that openapi-python-client understands, where it would lose or refuse what is said."""

# The objects of openapi-python-client, and the JSON of a document, are hardly typed: mypy in strict mode judges alone.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

import copy
from typing import Any

from generator.document import Document, fields, items, objects

_NULL = {"type": "null"}


def clarified(data: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of the document *data* in other words."""
    data = copy.deepcopy(data)
    data["paths"] = {path: item for path, item in (data.get("paths") or {}).items() if path.startswith("/")}
    nullable = _take_null_away(data.get("components", {}).get("schemas", {}))
    for keyword, pointer, node in list(objects(data)):
        if keyword == "content" and "json" in str(pointer[-1]):
            # Without a schema it is JSON of any kind.
            node.setdefault("schema", {})
        if node.get("$ref") in nullable and keyword not in {"allOf", "anyOf", "oneOf", "schemas"}:
            node["anyOf"] = [{"$ref": node.pop("$ref")}, _NULL]
        for key in ("anyOf", "oneOf"):
            variants = node.get(key) or []
            if _NULL not in variants and any(fields(each).get("$ref") in nullable for each in variants):
                variants.append(_NULL)
        _simplify_reference(node)
        # `type: [string, "null"]` beside an enum that has null would give three classes.
        types, values = _types(node), node.get("enum") or []
        if values and len(types) == 1 and (None in values or types == node["type"]):
            node["type"] = types[0]
    return data


def without_aliases(document: Document) -> dict[str, Any]:
    """Return the data of *document* without components that are mere references: they would become classes."""
    data = copy.deepcopy(document.data)
    for _, _, node in objects(data):
        if str(node.get("$ref")).startswith("#/components/schemas/"):
            node["$ref"] = f"#/components/schemas/{document.resolve(node)[0][-1]}"
    schemas = data.get("components", {}).get("schemas", {})
    for name in [name for name, schema in schemas.items() if "$ref" in fields(schema)]:
        del schemas[name]
    return data


def _types(schema: dict[str, Any]) -> list[str]:
    """Return the types of *schema* apart from null."""
    types = schema.get("type")
    return [types] if isinstance(types, str) else [each for each in items(types) if each != "null"]


def _take_null_away(schemas: dict[str, Any]) -> set[str]:
    """Take null away from components that become a class, which would lose its name; return references to them."""
    found = set[str]()
    references = {f"#/components/schemas/{name}": each for name, each in schemas.items() if isinstance(each, dict)}
    for reference, schema in references.items():
        types, values = _types(schema), schema.get("enum") or []
        has_class = "object" in types or {"additionalProperties", "allOf", "enum", "properties"} & schema.keys()
        is_nullable = schema.get("nullable") or "null" in (schema.get("type") or []) or None in values
        if has_class and is_nullable:
            found.add(reference)
            schema.pop("nullable", None)
            if types:
                schema["type"] = types[0] if len(types) == 1 else types
            if values:
                schema["enum"] = [each for each in values if each is not None]
    while more := {name for name, each in references.items() if each.get("$ref") in found} - found:
        found |= more
    return found


def _simplify_reference(schema: dict[str, Any]) -> None:
    """Let a schema that consists of one reference be that reference.

    openapi-python-client takes no notice of what else it says, and would read the same model twice.
    """
    parts = [(key, each) for key in ("allOf", "anyOf", "oneOf") for each in items(schema.get(key))]
    if len(parts) != 1 or "$ref" not in fields(parts[0][1]) or {"default", "discriminator", "nullable"} & schema.keys():
        return
    own = {key: schema.pop(key) for key in ("properties", "required") if key in schema}
    del schema[parts[0][0]]
    if own:
        schema["allOf"] = [parts[0][1], own]
    else:
        schema.update(parts[0][1])
