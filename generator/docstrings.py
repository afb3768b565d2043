"""Text of the document as docstrings."""

import re
import textwrap
import unicodedata
from collections.abc import Mapping
from typing import Any

from generator.document import excerpt

_TYPED = {"binary", "date", "date-time", "double", "float", "int32", "int64", "uuid"}
"""Formats that the annotation tells."""

_WIDTH = 108
"""Fits into 120 columns below a method, with the quotes."""


def described(text: str, said: Mapping[str, Any]) -> str:
    """Return the description *text* of a value with what else is *said* of it and changes no type."""
    remarks = [
        f"Default: {excerpt(said['default'])}." if said.get("default") is not None else "",
        "Read-only." if said.get("readOnly") else "",
        "Write-only." if said.get("writeOnly") else "",
        f"Format: {said['format']}." if said.get("format") and said["format"] not in _TYPED else "",
        f"Pattern: `{said['pattern']}`." if said.get("pattern") else "",
    ]
    if any(remarks) and text.strip():
        text = text.strip() + ("" if text.strip()[-1] in ".!?:" else ".") + ("\n\n" if "\n" in text.strip() else "")
    parts = ["Deprecated." if said.get("deprecated") else "", text, *remarks]
    return " ".join(filter(None, parts)).replace("\n\n ", "\n\n")


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
