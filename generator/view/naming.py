"""Python names for the names in a document."""

import keyword
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from openapi_python_client.strings import PythonIdentifier

from generator.document import Document, Pointer

_OF_EVERY_MODEL = frozenset({"additional_properties", "fields_set", "from_dict", "from_json", "to_dict", "to_json"})
_OF_UNKNOWN_VARIANTS = frozenset({"raw", "tag", "variants"})

TAKEN_IN_MODELS = _OF_EVERY_MODEL | _OF_UNKNOWN_VARIANTS | {"self"}
"""Names that an attribute of a model cannot have; `self` is the first parameter of its constructor."""

TAKEN_IN_FUNCTIONS = frozenset(
    {
        *("self", "client", "body", "build", "parse", "parse_error", "sync_detailed", "asyncio_detailed"),
        "Request",
        "UNSET",
    }
)
"""Names that a parameter of an operation cannot have: what is called in its function, and `self` for methods."""

# What generated modules import beside the models. A schema called Meta becomes the class Meta_.
_TAKEN_BY_IMPORTS = frozenset(
    {
        *("Annotated", "Any", "ClassVar", "Final", "Literal", "Mapping", "Meta", "Self", "TypeAlias", "UUID"),
        *("AwareDatetime", "Layout", "MalformedRecord", "Model", "OnInvalid", "Received", "UnknownVariant"),
        *("DecodeError", "OpenIntEnum", "OpenStrEnum", "Operation", "Request", "Response", "UNSET", "Unset"),
        *("AuthenticatedClient", "Client", "UndocumentedStatusError", "UnexpectedStatus"),
    }
)

# Annotations are looked up among the modules of models, too: a module `date` would hide the type.
_TAKEN_BY_TYPES = frozenset(
    {"annotations", "bool", "builtins", "date", "datetime", "dict", "field", "float", "int", "list", "str", "type"}
)


def identifier(name: str, taken: Collection[str] = ()) -> str:
    """Return *name* as a Python name: unchanged where possible, otherwise recognisable.

    A keyword, or a name in *taken*, gets a trailing underscore; the name of a builtin stays as it is. No name begins
    with an underscore: Python mangles two of them, models keep `_received` for themselves, and a module is free to
    import a type that an attribute hides as `_date`.
    """
    # As Python does with every name in a source file.
    result = unicodedata.normalize("NFKC", name)
    if not result.isidentifier():
        result = re.sub(r"\W+", "_", result, flags=re.ASCII).strip("_")
    if not result or result[0].isdigit():
        result = f"field_{result}"
    if keyword.iskeyword(result) or result in taken:
        return f"{result}_"
    return f"field{result}" if result.startswith("_") else result


def class_name(text: str) -> str:
    """Return *text* in PascalCase."""
    words = re.findall(r"[A-Za-z0-9]+", text)
    result = "".join(word[0].upper() + word[1:] for word in words)
    return identifier(result if result[:1].isalpha() else f"Model{result}", _TAKEN_BY_IMPORTS)


_WORD = re.compile(r"[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z]+[0-9]*|[0-9]+")
"""A word of a name: an acronym, also in the plural (`IDs`), or letters; digits belong to what they follow."""


def snake_case(name: str) -> str:
    """Return the ASCII letters and digits of *name* in snake_case."""
    return "_".join(_WORD.findall(name)).lower()


def module_name(name: str) -> str:
    """Return the name of the module for the class *name*."""
    return identifier(snake_case(name), _TAKEN_BY_TYPES)


def operation_name(operation_id: str) -> str:
    """Return the name of an operation and its module."""
    # As openapi-python-client, which names the file, makes sure that it is a name; again, this changes nothing.
    return str(PythonIdentifier(snake_case(operation_id), prefix="field_"))


def tag_name(tag: str) -> str:
    """Return the name of the folder for operations with a *tag*."""
    return str(PythonIdentifier(snake_case(tag), prefix="tag"))


def header_parameter(name: str) -> str:
    """Return the name of the parameter for the header *name*, which is read without regard to case."""
    return identifier(re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower(), TAKEN_IN_FUNCTIONS)


def member_names(values: Iterable[str | int]) -> list[str]:
    """Return a name for each value of an enum, in UPPER_CASE and each of them once."""
    names: list[str] = []
    for position, value in enumerate(values, 1):
        text = f"MINUS_{-value}" if isinstance(value, int) and value < 0 else str(value)
        name = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_").upper()
        if not name:
            name = f"VALUE_{position}" if text else "EMPTY"
        if name[0].isdigit():
            name = f"VALUE_{name}"
        count = 2
        unique = name
        while unique in names:
            unique, count = f"{name}_{count}", count + 1
        names.append(unique)
    return names


def class_name_at(document: Document, pointer: Pointer) -> str:
    """Return the name of a class for the schema at *pointer*: that of a component, or of what it is a part of."""
    match pointer:
        case ("components", "schemas", str(name), *inner):
            words = [name]
        case ("components", "parameters", str(name), "schema", *inner):
            words = [name, "parameter"]
        case ("components", "requestBodies", str(name), "content", _, "schema", *inner):
            words = [name, "body"]
        case ("components", "responses", str(name), "content", _, "schema", *inner):
            words = [name, "answer"]
        case ("paths", str(path), "parameters", int(), "schema", *inner):
            words = [path, _name_of_parameter(document, pointer[:4])]
        case ("paths", str(), _, "parameters", int(), "schema", *inner):
            words = [_operation_id(document, pointer), _name_of_parameter(document, pointer[:5])]
        case ("paths", str(), _, "requestBody", "content", _, "schema", *inner):
            words = [_operation_id(document, pointer), "body"]
        case ("paths", str(), _, "responses", str(code), "content", _, "schema", *inner):
            words = [_operation_id(document, pointer), "answer", code]
        case _:
            raise ValueError(f"no schema stands at {pointer}")
    outer = pointer[: len(pointer) - len(inner)]
    return class_name(" ".join([*words, *_inner_words(value_at(document, outer), iter(inner))]))


def _inner_words(schema: Any, steps: Iterator[str | int]) -> Iterator[str]:
    """Yield what the *steps* from *schema* to one inside it add to its name."""
    for step in steps:
        schema = schema[step]
        if step == "items":
            yield "item"
        elif step == "additionalProperties":
            yield "value"
        else:
            key = next(steps)
            if step == "properties":
                yield str(key)
            elif step in ("oneOf", "anyOf") and sum(alternative != {"type": "null"} for alternative in schema) > 1:
                yield f"variant {int(key) + 1}"
            schema = schema[key]


def _operation_id(document: Document, pointer: Pointer) -> str:
    return str(value_at(document, pointer[:3])["operationId"])


def _name_of_parameter(document: Document, pointer: Pointer) -> str:
    return str(value_at(document, pointer)["name"])


def value_at(document: Document, pointer: Pointer) -> Any:
    """Return the value of *document* at *pointer*."""
    value: Any = document.data
    for part in pointer:
        value = value[part]
    return value
