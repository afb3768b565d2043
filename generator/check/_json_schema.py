"""JSON Schema 2020-12 for the data of a document: the only module that knows the package `jsonschema`."""

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol
from urllib.parse import quote

from referencing import Registry
from referencing.jsonschema import DRAFT202012

from generator.document import Json, Pointer
from generator.problem import excerpt

# The package is not typed, and its stubs are a package of their own. What is used of its errors is described by _Error.
jsonschema: Any = import_module("jsonschema")

# Named one by one: a format whose check needs a package that is not installed is an error here, not silently passed.
_FORMATS = jsonschema.FormatChecker(formats=("uuid", "date-time", "date", "email", "ipv4", "ipv6"))

_DOCUMENT = "urn:document"


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> "Iterator[Any]":
    """Check a value against a pattern, if Python can read it: JSON Schema has the dialect of ECMAScript."""
    try:
        with warnings.catch_warnings(action="error", category=FutureWarning):
            compiled = re.compile(pattern)
    except (re.error, FutureWarning):
        return
    if isinstance(value, str) and not compiled.search(value):
        yield jsonschema.ValidationError(f"{value!r} does not match {pattern!r}")


_Validator: Any = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": _pattern})


@dataclass(frozen=True, slots=True)
class Violation:
    """A value, or a part of it, that its schema does not allow.

    Attributes:
        path: The part, from the top of the value.
        message: What was expected and what was found, in a line of bounded length.
        unknown: Names that the schema has no place for, where that is what is wrong.
    """

    path: Pointer
    message: str
    unknown: tuple[str, ...] = ()


class Schema:
    """A JSON Schema that values can be held against."""

    def __init__(self, schema: Mapping[str, Any], document: Mapping[str, Any] | None = None) -> None:
        """Take *schema*; its references of the form `urn:document#/...` lead into *document*."""
        registry: Registry[Any] = Registry()
        if document is not None:
            registry = registry.with_resource(_DOCUMENT, DRAFT202012.create_resource(document))
        self._validator: Any = _Validator(schema, registry=registry, format_checker=_FORMATS)

    @classmethod
    def of_document(cls, document: Mapping[str, Any], pointer: Pointer) -> "Schema":
        """Return the schema that stands at *pointer* in *document*."""
        parts = (str(part).replace("~", "~0").replace("/", "~1") for part in pointer)
        return cls({"$ref": f"{_DOCUMENT}#/{quote('/'.join(parts))}"}, document)

    @classmethod
    def of_schemas(cls) -> "Schema":
        """Return the schema that every JSON Schema must itself satisfy."""
        return cls(jsonschema.Draft202012Validator.META_SCHEMA)

    def violations(self, value: Json) -> Iterator[Violation]:
        """Yield everything in *value* that the schema does not allow."""
        errors: Iterator[_Error] = self._validator.iter_errors(value)
        yield from dict.fromkeys(_violation(_innermost(error)) for error in errors)


class _Error(Protocol):
    """An error of jsonschema, as far as it is used here."""

    message: str
    validator: str
    validator_value: Any
    schema: Json
    instance: Json
    absolute_path: Sequence[str | int]
    relative_schema_path: Sequence[str | int]
    context: Sequence["_Error"]


def _violation(error: _Error) -> Violation:
    unknown: tuple[str, ...] = ()
    if error.validator in {"unevaluatedProperties", "additionalProperties"} and isinstance(error.instance, dict):
        # jsonschema says the names in its message alone.
        unknown = tuple(name for name in error.instance if repr(name) in error.message)
    path = tuple(error.absolute_path)
    if "propertyNames" in error.relative_schema_path and isinstance(error.instance, str):
        path = (*path, error.instance)
    return Violation(path, _message(error, unknown), unknown)


def _message(error: _Error, unknown: Sequence[str]) -> str:
    value, found = error.validator_value, excerpt(error.instance)
    if unknown:
        return f"there is no field of this name here: {', '.join(unknown)}"
    match error.validator:
        case "type":
            return f"expected {value if isinstance(value, str) else ' or '.join(value)}, found {found}"
        case "const":
            return f"expected {excerpt(value)}, found {found}"
        case "enum":
            return f"expected one of {excerpt(value, 200)}, found {found}"
        case "format":
            return f"expected the format {value}, found {found}"
        case "oneOf" | "anyOf":
            return f"{found} fits {'no' if error.context else 'more than one'} alternative of {error.validator}"
        case _:
            return error.message.replace(repr(error.instance), found)[:300]


def _innermost(error: _Error) -> _Error:
    """Return the error that says best why no alternative of a oneOf or anyOf fits; any other error is returned as is.

    That is an error of the variant that the discriminator names, else one that lies deepest inside the value.
    """
    while context := _of_variant(error) or error.context:
        depths = [(len(inner.absolute_path), inner.validator != "type") for inner in context]
        if len(depths) > 1 and max(depths) <= (len(error.absolute_path), False):
            break
        error = context[depths.index(max(depths))]
    return error


def _of_variant(error: _Error) -> list[_Error]:
    """Return those causes of a oneOf error that belong to the variant that the discriminator of the schema names."""
    discriminator = error.schema.get("discriminator") if isinstance(error.schema, dict) else None
    match error.validator, discriminator, error.instance:
        case "oneOf", {"propertyName": str() as name, **rest}, {**fields}:
            mapping, tag = rest.get("mapping"), fields.get(name)
        case _:
            return []
    target = str(mapping.get(str(tag), tag) if isinstance(mapping, dict) else tag)
    reference = target if target.startswith("#") else f"#/components/schemas/{target}"
    variants: Sequence[Json] = error.validator_value
    named = [i for i, variant in enumerate(variants) if isinstance(variant, dict) and variant.get("$ref") == reference]
    # An error of the schema false has no path.
    return [inner for inner in error.context if inner.relative_schema_path and inner.relative_schema_path[0] in named]
