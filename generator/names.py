"""Python names for the names in a document."""

import keyword
import re
import unicodedata
from collections.abc import Collection, Iterable

from openapi_python_client.strings import snake_case

TAKEN_IN_MODELS = frozenset(
    {"additional_properties", "fields_set", "from_dict", "from_json", "to_dict", "to_json"}
    | {"raw", "self", "tag", "variants"}
)
"""Names that an attribute of a model cannot have: those of its methods, and the first parameter of its constructor."""

TAKEN_IN_FUNCTIONS = frozenset({"asyncio_detailed", "body", "client", "self", "sync_detailed"})
"""Names that a parameter of an operation cannot have: what is called in its function, and `self` for methods."""

TAKEN_BY_IMPORTS = frozenset(
    {
        *("Annotated", "Any", "AuthenticatedClient", "AwareDatetime", "Client", "Expected", "File", "Literal", "Meta"),
        *("Model", "OpenIntEnum", "OpenStrEnum", "Request", "Response", "TypeAlias", "UNSET", "UUID", "UnknownVariant"),
        "Unset",
    }
)
"""What generated modules import beside the models."""


def identifier(name: str, taken: Collection[str] = ()) -> str:
    """Return *name* as a Python name: in snake_case, as openapi-python-client writes it.

    A keyword, or a name in *taken*, gets a trailing underscore; the name of a builtin stays as it is. No name begins
    with an underscore: Python mangles two of them, models keep some for themselves, and a module is free to
    import a type that an attribute hides as `_date`.
    """
    # As Python does with every name in a source file.
    result = snake_case(unicodedata.normalize("NFKC", name))
    if not result.isidentifier():
        result = re.sub(r"\W+", "_", result, flags=re.ASCII).strip("_")
    if not result or result[0].isdigit():
        result = f"field_{result}"
    if keyword.iskeyword(result) or result in taken:
        return f"{result}_"
    return f"field{result}" if result.startswith("_") else result


def unique(listed: Iterable[str]) -> list[str]:
    """Return the names *listed*, those that repeat another one with a number."""
    found: list[str] = []
    for name in listed:
        count = 2
        result = name
        while result in found:
            result, count = f"{name}_{count}", count + 1
        found.append(result)
    return found


def member_names(values: Iterable[str | int]) -> list[str]:
    """Return a name for each value of an enum, in UPPER_CASE and each of them once."""
    return unique(_member_name(position, value) for position, value in enumerate(values, 1))


def _member_name(position: int, value: str | int) -> str:
    text = f"MINUS_{-value}" if isinstance(value, int) and value < 0 else str(value)
    name = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_").upper()
    if not name:
        return f"VALUE_{position}" if text else "EMPTY"
    return f"VALUE_{name}" if name[0].isdigit() else name
