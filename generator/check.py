"""Check what openapi-python-client takes for granted, and name everything that is wrong with a document at once.

Is it OpenAPI, do its references lead to a component of the right kind, are operations told apart, and are the examples
valid? What cannot be generated is for openapi-python-client to say.
"""

import json
import re
import warnings
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from urllib.parse import quote

from referencing import Registry
from referencing.jsonschema import DRAFT202012

from generator.document import METHODS, Document, Json, Pointer, Problem, SpecError, excerpt, objects

# The package is not typed, and its stubs are a package of their own.
jsonschema: Any = import_module("jsonschema")
_KEYWORDS: dict[str, Any] = jsonschema.Draft202012Validator.VALIDATORS

# Named one by one: a format whose check needs a package that is not installed is an error here, not silently passed.
_FORMATS = jsonschema.FormatChecker(formats=("uuid", "date-time", "date", "email", "ipv4", "ipv6"))

_SECTIONS = {
    **{
        name: name for name in ("callbacks", "examples", "headers", "links", "parameters", "pathItems", "requestBodies")
    },
    **{name: name for name in ("responses", "securitySchemes")},
    "requestBody": "requestBodies",
    "webhooks": "pathItems",
}
"""Where in components a reference leads to, by the field that it stands in. All others lead to schemas."""


def check(document: Document) -> None:
    """Do nothing if *document* is sound.

    Raises:
        SpecError: It is not. All problems are listed; whether examples are valid is told when there is no other.
    """
    version = str(document.data.get("openapi"))
    if not re.fullmatch(r"3\.[01]\.\d+", version):
        message = f"only OpenAPI 3.0 and 3.1 are supported, this is {version}"
        raise document.problem(("openapi",), message if "openapi" in document.data else "no OpenAPI document")
    problems = [
        *_structure(document, version[:3]),
        *_references(document),
        *_paths(document),
        *_security(document),
        *_discriminators(document),
    ]
    # OpenAPI 3.0 has a dialect of JSON Schema of its own.
    if not problems and version.startswith("3.1"):
        problems += _examples(document)
    if problems:
        raise SpecError(document.path, problems)


def _structure(document: Document, version: str) -> Iterator[Problem]:
    """Yield what the published JSON Schema of OpenAPI documents finds wrong."""
    # The package is not imported, which takes a second: its validator names no place in the document.
    resources = "openapi_spec_validator/resources/schemas"
    file = Path(str(distribution("openapi-spec-validator").locate_file(f"{resources}/v{version}/schema.json")))
    schema = json.loads(file.read_bytes())
    if version == "3.0":
        validator = jsonschema.Draft4Validator(schema)
    else:
        # It leaves open what a schema is.
        meta = {"$dynamicAnchor": "meta", "$ref": "https://json-schema.org/draft/2020-12/schema"}
        root = {"$id": "urn:openapi", "$ref": schema["$id"], "$defs": {"schema": meta}}
        registry = Registry[Any]().with_resource(schema["$id"], DRAFT202012.create_resource(schema))
        validator = jsonschema.Draft202012Validator(root, registry=registry)
    errors = [_most_specific(error) for error in validator.iter_errors(document.data)]
    unknown = [_unknown(error) for error in errors]
    # JSON Schema counts a field as unknown, too, where something else is wrong with its object.
    known = frozenset[str]() if all(unknown) else _names(schema)
    for error, names in zip(errors, unknown, strict=True):
        pointer = tuple(error.absolute_path)
        if not names:
            if "propertyNames" in error.schema_path and isinstance(error.instance, str):
                pointer = (*pointer, error.instance)
            yield document.located(pointer, _message(error))
        for name in set(names) - known:
            yield document.located((*pointer, name), "OpenAPI has no field of this name here")


def _unknown(error: Any) -> list[str]:
    """Return the names that *error* says have no place here. jsonschema tells them in its message alone."""
    if error.validator not in {"additionalProperties", "unevaluatedProperties"} or not isinstance(error.instance, dict):
        return []
    return [name for name in error.instance if repr(name) in error.message]


def _names(schema: Json) -> frozenset[str]:
    """Return every name of a property that *schema* declares anywhere."""
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    own = schema.get("properties") if isinstance(schema, dict) else None
    return frozenset(own if isinstance(own, dict) else ()).union(*map(_names, inner))


def _message(error: Any) -> str:
    return str(error.message.replace(repr(error.instance), excerpt(error.instance)))[:300]


def _most_specific(error: Any) -> Any:
    """Return the cause of *error* deepest inside the value, which says best why no alternative of a union fits."""
    while error.context:
        depths = [(len(inner.absolute_path), inner.validator != "type") for inner in error.context]
        if len(depths) > 1 and max(depths) <= (len(error.absolute_path), False):
            break
        error = error.context[depths.index(max(depths))]
    return error


def _references(document: Document) -> Iterator[Problem]:
    """Yield each `$ref` that does not lead to a component of the kind that its place expects."""
    for keyword, pointer, node in objects(document.data):
        if "$ref" in node and pointer[:1] == ("paths",) and len(pointer) == 2:
            message = "shared path items are not supported, their operations would be lost: write them here"
            yield document.located((*pointer, "$ref"), message)
        elif "$ref" in node:
            section = _SECTIONS.get(keyword, "schemas")
            if not re.fullmatch(rf"#/components/{section}/[^/]+", str(node["$ref"])):
                message = f"expected a reference to #/components/{section}/, found {excerpt(node['$ref'])}"
                yield document.located((*pointer, "$ref"), message)
                continue
            try:
                document.resolve(node, pointer)
            except SpecError as error:
                yield from error.problems


def _paths(document: Document) -> Iterator[Problem]:
    """Yield operations and paths that cannot be told apart, and braces that belong to no parameter."""
    first: dict[str, Pointer] = {}
    for pointer, operation in document.operations():
        identifier, at = operation.get("operationId"), (*pointer, "operationId")
        if isinstance(identifier, str) and first.setdefault(identifier, at) != at:
            line = document.lines.get(first[identifier])
            yield document.located(at, f"operationId {excerpt(identifier)} is already used on line {line}")
    paths = document.data.get("paths")
    for path in paths if isinstance(paths, dict) else ():
        shape, at = re.sub(r"\{[^{}/]+\}", "{}", path), ("paths", path)
        if re.search("[{}]", re.sub(r"\{[^{}/]+\}", "", path)):
            yield document.located(at, "the braces of this path do not enclose the name of a parameter")
        elif first.setdefault(shape, at) != at:
            before = first[shape]
            message = f"this path cannot be told from {before[-1]} on line {document.lines.get(before)}"
            yield document.located(at, message)


def _security(document: Document) -> Iterator[Problem]:
    """Yield requirements of a security scheme that does not exist."""
    components = document.data.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, dict) else None
    for keyword, pointer, node in objects(document.data):
        if (pointer and keyword in METHODS) or not pointer:
            requirements = node.get("security")
            for index, requirement in enumerate(requirements if isinstance(requirements, list) else ()):
                for name in requirement if isinstance(requirement, dict) else ():
                    if not isinstance(schemes, dict) or name not in schemes:
                        place = (*pointer, "security", index, name)
                        yield document.located(place, f"there is no security scheme {excerpt(name)} in components")


def _discriminators(document: Document) -> Iterator[Problem]:
    """Yield each value of a discriminator that is mapped to no schema."""
    for keyword, pointer, node in objects(document.data):
        mapping = node.get("mapping") if keyword == "discriminator" else None
        for value, target in mapping.items() if isinstance(mapping, dict) else ():
            reference = str(target) if str(target).startswith("#") else f"#/components/schemas/{target}"
            if document.find(reference) is None:
                yield document.located((*pointer, "mapping", value), f"{excerpt(target)} does not exist")


def _examples(document: Document) -> Iterator[Problem]:
    """Yield each part of a sample value that its schema does not allow."""
    for schema, pointer, value in _samples(document):
        try:
            errors = [_most_specific(error) for error in validator(document, schema).iter_errors(value)]
        except RecursionError:
            # A schema that consists of itself: openapi-python-client says so.
            continue
        for error in errors:
            yield document.located((*pointer, *error.absolute_path), f"not valid for its schema: {_message(error)}")


def _samples(document: Document) -> Iterator[tuple[Pointer, Pointer, Json]]:
    """Yield the place of the schema, the place, and the value of each default, example, const and value of an enum."""
    for keyword, pointer, node in objects(document.data):
        is_schema = keyword not in {"parameters", "headers", "content"}
        schema = pointer if is_schema else (*pointer, "schema")
        for key in ("default", "example", "const") if schema in document.lines else ():
            if key in node:
                yield schema, (*pointer, key), node[key]
        for key in ("examples", "enum") if schema in document.lines else ():
            values = node.get(key)
            for index, value in enumerate(values if isinstance(values, list) else ()):
                yield schema, (*pointer, key, index), value
            for name, example in values.items() if isinstance(values, dict) and not is_schema else ():
                place, resolved = document.resolve(example, (*pointer, key, name))
                if "value" in resolved:
                    yield schema, (*place, "value"), resolved["value"]


def validator(document: Document, pointer: Pointer) -> Any:
    """Return the validator of jsonschema for the schema at *pointer* in *document*."""
    registry = Registry[Any]().with_resource("urn:document", DRAFT202012.create_resource(document.data))
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in pointer)
    schema = {"$ref": f"urn:document#/{quote('/'.join(parts))}"}
    return _Validator(schema, registry=registry, format_checker=_FORMATS)


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[Any]:
    """Check a value against a pattern, if Python can read it: JSON Schema has the dialect of ECMAScript."""
    try:
        with warnings.catch_warnings(action="error", category=FutureWarning):
            compiled = re.compile(pattern)
    except (re.error, FutureWarning):
        return
    if isinstance(value, str) and not compiled.search(value):
        yield jsonschema.ValidationError(f"{value!r} does not match {pattern!r}")


def _one_of(validator: Any, variants: Sequence[Any], value: Any, schema: Any) -> Iterator[Any]:
    """Check a value against the variant that the discriminator names, if there is one."""
    match schema, value:
        case {"discriminator": {"propertyName": str() as name, **rest}}, {**fields} if str(
            fields.get(name)
        ) == fields.get(name):
            mapping = rest.get("mapping")
            target = mapping.get(fields[name], fields[name]) if isinstance(mapping, dict) else fields[name]
            named = [each for each in variants if each.get("$ref") in {target, f"#/components/schemas/{target}"}]
        case _:
            named = []
    if named:
        yield from validator.descend(value, named[0])
    else:
        yield from _KEYWORDS["oneOf"](validator, variants, value, schema)


_Validator: Any = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": _pattern, "oneOf": _one_of})
