"""Text of the document as docstrings."""

import re
import textwrap
import unicodedata

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
