"""Text of the document as docstrings."""

import re
import textwrap
import unicodedata

from generator.endpoints import Operation, arguments

_WIDTH = 108
"""Fits into 120 columns below a method, with the quotes."""


def docstring(text: str) -> str:
    """Return *text*, whatever is in it, as the source of a docstring.

    Lines are wrapped. What a reader of the source would not see, or see in another order, is written as an escape.
    """
    lines = [wrapped for line in _plain_spaces(text).strip().splitlines() for wrapped in _wrapped(line.rstrip())]
    escaped = "\n".join(lines).replace("\\", "\\\\")
    # The quotes that would end the docstring.
    escaped = re.sub(r'"{3,}|"+\Z', lambda quotes: r"\"" * len(quotes[0]), escaped)
    escaped = "".join(char if char == "\n" or char.isprintable() else _escape(char) for char in escaped)
    return f'"""{escaped}\n"""' if "\n" in escaped else f'"""{escaped}"""'


def _plain_spaces(text: str) -> str:
    return "".join(" " if char == "\t" or unicodedata.category(char) == "Zs" else char for char in text)


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode()


def _wrapped(line: str) -> list[str]:
    indent = len(line) - len(line.lstrip())
    hanging = " " * (indent + 4 if indent else 0)
    lines = textwrap.wrap(line, _WIDTH, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False)
    return lines or [""]


def call_docstring(operation: Operation, returns: str, *raises: str) -> str:
    """Return the text of the docstring of a function that sends: what it *returns*, and *raises* beside httpx."""
    errors = ["httpx.HTTPError: no complete response arrived.", *raises]
    blocks = [
        *_blocks(operation, ("client", "Where the API is, and who is calling.")),
        returns,
        "\n".join(["Raises:", *(f"    {line}" for line in errors)]),
    ]
    return "\n\n".join(blocks)


def _blocks(operation: Operation, *first: tuple[str, str]) -> list[str]:
    blocks = [operation.summary or operation.operation_id]
    if operation.description:
        blocks.append(operation.description)
    listed = [*first, *arguments(operation)]
    if listed:
        blocks.append("\n".join(["Args:", *(f"    {name}: {' '.join(text.split())}" for name, text in listed)]))
    if any(not each.is_required for each in operation.parameters):
        blocks.append("None omits a parameter; the API applies its default.")
    return blocks
