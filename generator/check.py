"""Check what openapi-python-client takes for granted, and name everything that is wrong with a document at once.

Is it OpenAPI, do its references lead to a component of the right kind, are operations told apart, and are defaults
valid? What cannot be generated is for openapi-python-client to say. Examples change no code: they are checked apart.
"""

import copy
import json
import re
import warnings
from collections.abc import Collection, Iterator
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from referencing import Registry
from referencing.jsonschema import DRAFT202012

from generator.document import COMPONENTS, Document, Json, Pointer, Problem, SpecError, excerpt, fields, items, objects
from generator.document import schema_reference as reference_to

# The package is not typed, and its stubs are a package of their own.
jsonschema: Any = import_module("jsonschema")

# Named one by one: a format whose check needs a package that is not installed is an error here, not silently passed.
_FORMATS = jsonschema.FormatChecker(formats=("uuid", "date-time", "date", "email", "ipv4", "ipv6"))

# Where a reference leads to that stands elsewhere than in the components.
_OTHERWISE = {"requestBody": "requestBodies", "webhooks": "pathItems"}

# Text for people, which real documents have in places where OpenAPI has no field for it. It changes no code.
_TEXTS = {"$comment", "description", "summary", "title"}


def check(document: Document) -> None:
    """Do nothing if *document* is sound.

    Raises:
        SpecError: It is not. All problems are listed; whether defaults are valid is told when there is no other.
    """
    version = str(document.data.get("openapi"))
    if not re.fullmatch(r"3\.[01]\.\d+", version):
        message = f"only OpenAPI 3.0 and 3.1 are supported, this is {version}"
        if version in {"3.0", "3.1"}:
            message = f"write all three numbers of the version, such as {version}.0"
        raise document.problem(("openapi",), message if "openapi" in document.data else "no OpenAPI document")
    problems = [*_structure(document, version[:3]), *_references(document), *_paths(document), *_security(document)]
    if problems or (problems := list(_invalid(document, "default", "const", "enum"))):
        raise SpecError(document.path, problems)


def invalid_examples(document: Document) -> Iterator[Problem]:
    """Yield each part of an example that its schema does not allow; *document* is sound."""
    return _invalid(document, "example", "examples")


def _structure(document: Document, version: str) -> Iterator[Problem]:
    """Yield what the published JSON Schema of OpenAPI documents finds wrong."""
    # openapi-spec-validator is not imported, which takes half a second: what else it reports names no place.
    data = document.data
    if version == "3.0":
        # OpenAPI 3.0 has no `const`, but openapi-python-client understands it.
        data = copy.deepcopy(data)
        for _, _, node in objects(data):
            node.pop("const", None)
    path = f"openapi_spec_validator/resources/schemas/v{version}/schema.json"
    schema = json.loads(Path(str(distribution("openapi-spec-validator").locate_file(path))).read_bytes())
    if version == "3.0":
        validator = jsonschema.Draft4Validator(schema)
    else:
        # It leaves open what a schema is.
        meta = {"$dynamicAnchor": "meta", "$ref": "https://json-schema.org/draft/2020-12/schema"}
        root = {"$id": "urn:openapi", "$ref": schema["$id"], "$defs": {"schema": meta}}
        registry = Registry[Any]().with_resource(schema["$id"], DRAFT202012.create_resource(schema))
        validator = jsonschema.Draft202012Validator(root, registry=registry)
    errors = [(error, _unknown(error)) for error in map(_cause, validator.iter_errors(data))]
    # JSON Schema counts a field as unknown, too, where something else is wrong with its object.
    known = frozenset[str]() if all(names for _, names in errors) else _names(schema)
    for error, names in errors:
        pointer = tuple(error.absolute_path)
        if "propertyNames" in error.schema_path and isinstance(error.instance, str):
            pointer = (*pointer, error.instance)
        if not names:
            yield document.located(pointer, _message(error))
        for name in (each for each in names if each not in known and each not in _TEXTS):
            yield document.located((*pointer, name), "OpenAPI has no field of this name here")


def _unknown(error: Any) -> list[str]:
    """Return the names that *error* says have no place here. jsonschema tells them in its message alone."""
    is_unknown = error.validator in {"additionalProperties", "unevaluatedProperties"}
    return [name for name in fields(error.instance) if repr(name) in error.message] if is_unknown else []


def _names(schema: Json) -> frozenset[str]:
    """Return every name of a property that *schema* declares anywhere."""
    inner = [*fields(schema).values(), *items(schema)]
    return frozenset(fields(fields(schema).get("properties"))).union(*map(_names, inner))


def _message(error: Any) -> str:
    return str(error.message.replace(repr(error.instance), excerpt(error.instance)))[:300]


def _cause(error: Any) -> Any:
    """Return the cause of *error* deepest inside the value, which says best why no alternative of a union fits."""
    while error.context:
        depths = [(len(inner.absolute_path), inner.validator != "type") for inner in error.context]
        if len(depths) > 1 and max(depths) <= (len(error.absolute_path), False):
            break
        error = error.context[depths.index(max(depths))]
    return error


def _references(document: Document) -> Iterator[Problem]:
    """Yield each reference, and value of a discriminator, that leads to no component of the kind that is expected."""
    for keyword, pointer, node in objects(document.data):
        for value, target in fields(node.get("mapping")).items() if keyword == "discriminator" else ():
            if document.find(reference_to(target)) is None:
                yield document.located((*pointer, "mapping", value), f"{excerpt(target)} does not exist")
        section = _OTHERWISE.get(keyword, keyword if keyword in COMPONENTS else "schemas")
        place = (*pointer, "$ref")
        if "$ref" not in node:
            continue
        if pointer[:-1] == ("paths",):
            message = "shared path items are not supported, their operations would be lost: write them here"
            yield document.located(place, message)
        elif not re.fullmatch(rf"#/components/{section}/[^/]+", str(node["$ref"])):
            message = f"expected a reference to #/components/{section}/, found {excerpt(node['$ref'])}"
            yield document.located(place, message)
        else:
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
    for path in fields(document.data.get("paths")):
        shape, at = re.sub(r"\{[^{}/]+\}", "<>", path), ("paths", path)
        before = first.setdefault(shape, at)
        if re.search("[{}]", shape):
            yield document.located(at, "the braces of this path do not enclose the name of a parameter")
        elif before != at:
            line = document.lines.get(before)
            yield document.located(at, f"this path cannot be told from {before[-1]} on line {line}")


def _security(document: Document) -> Iterator[Problem]:
    """Yield requirements of a security scheme that does not exist."""
    for pointer, node in [((), document.data), *document.operations()]:
        for index, requirement in enumerate(items(node.get("security"))):
            for name in fields(requirement):
                if document.find(f"#/components/securitySchemes/{name}") is None:
                    message = f"there is no security scheme {excerpt(name)} in components"
                    yield document.located((*pointer, "security", index, name), message)


def _invalid(document: Document, *keywords: str) -> Iterator[Problem]:
    """Yield each part of the values of *keywords* that its schema does not allow."""
    for schema, pointer, value in _samples(document, keywords):
        try:
            errors = list(map(_cause, validator(document, schema).iter_errors(value)))
        except RecursionError:
            # A schema that consists of itself: openapi-python-client says so.
            continue
        for error in errors:
            yield document.located((*pointer, *error.absolute_path), f"not valid for its schema: {_message(error)}")


def _samples(document: Document, keywords: Collection[str]) -> Iterator[tuple[Json, Pointer, Json]]:
    """Yield schema, place and value for each value of *keywords*."""
    for kind, pointer, node in objects(document.data):
        schema = node.get("schema", True) if kind in {"parameters", "headers", "content"} else node
        for key in node.keys() & keywords:
            value, at = node[key], (*pointer, key)
            if key == "default" and node.get("type") == "string" and type(value) in {int, float}:
                value = str(value)  # openapi-python-client takes it for a text
            if key not in ("enum", "examples"):
                yield schema, at, value
            for index, item in enumerate(items(value)) if key in ("enum", "examples") else ():
                yield schema, (*at, index), item
            for name, example in fields(value).items() if key == "examples" else ():
                place, resolved = document.resolve(example, (*at, name))
                if "value" in fields(resolved):
                    yield schema, (*place, "value"), resolved["value"]


def validator(document: Document, schema: Json) -> Any:
    """Return the validator of jsonschema for the *schema* in *document*."""
    dialect = _DIALECTS[str(document.data["openapi"])[:3]]
    # References of the schema are followed from here.
    whole = {"allOf": [schema], "components": document.data.get("components")}
    return dialect(whole, format_checker=_FORMATS)


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[Any]:
    """Check a value against a pattern, if Python can read it: JSON Schema has the dialect of ECMAScript."""
    try:
        with warnings.catch_warnings(action="error", category=FutureWarning):
            compiled = re.compile(pattern)
    except (re.error, FutureWarning):
        return
    if isinstance(value, str) and not compiled.search(value):
        yield jsonschema.ValidationError(f"{value!r} does not match {pattern!r}")


def _one_of(validator: Any, variants: list[Any], value: Any, schema: dict[str, Any]) -> Iterator[Any]:
    """Check a value against the variant that the discriminator names, if there is one."""
    discriminator = fields(schema.get("discriminator"))
    tag = str(fields(value).get(discriminator.get("propertyName", "")))
    target = reference_to(fields(discriminator.get("mapping")).get(tag, tag))
    named = [each for each in variants if fields(each).get("$ref") == target]
    if discriminator and named:
        yield from validator.descend(value, named[0])
    else:
        yield from jsonschema.Draft202012Validator.VALIDATORS["oneOf"](validator, variants, value, schema)


def _required(validator: Any, names: list[str], value: Any, schema: dict[str, Any]) -> Iterator[Any]:
    """Check what is required, but for what only a request, or only a response, has: an example may be of either."""
    properties = {name: fields(node) for name, node in fields(schema.get("properties")).items()}
    one_way = {name for name, node in properties.items() if node.get("readOnly") or node.get("writeOnly")}
    listed = [name for name in names if name not in one_way]
    yield from jsonschema.Draft202012Validator.VALIDATORS["required"](validator, listed, value, schema)


def _unless_null(keyword: Any) -> Any:
    """Return the check of *keyword* that lets null pass where OpenAPI 3.0 says `nullable`."""

    def checked(validator: Any, argument: Any, value: Any, schema: dict[str, Any]) -> Iterator[Any]:
        if value is not None or not schema.get("nullable"):
            yield from keyword(validator, argument, value, schema) or ()

    return checked


_OWN = {"oneOf": _one_of, "pattern": _pattern, "required": _required}
_NULLABLE = {name: _unless_null(keyword) for name, keyword in (jsonschema.Draft4Validator.VALIDATORS | _OWN).items()}
_DIALECTS: dict[str, Any] = {
    "3.0": jsonschema.validators.extend(
        jsonschema.Draft4Validator, _NULLABLE, type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER
    ),
    "3.1": jsonschema.validators.extend(jsonschema.Draft202012Validator, _OWN),
}
