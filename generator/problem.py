"""What can be wrong with a document, and how it is said: the place, the line, the words."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
"""What a document is made of."""

Pointer: TypeAlias = tuple[str | int, ...]
"""The keys and indices that lead from the top of a document to a value in it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a document.

    Attributes:
        where: The place, written for people (`paths./v1/phone-numbers.get.parameters[0]`); empty for the whole file.
        line: Line of the place, counted from 1; None where the file has no such line.
        message: What is wrong there, and where possible what to do about it.
    """

    where: str
    line: int | None
    message: str


class SpecError(Exception):
    """The document cannot be used. As text: one line for each problem, in the order of the document.

    Attributes:
        path: The file, as it was given.
        problems: What is wrong with it, each once; never empty.
    """

    def __init__(self, path: str, problems: Iterable[Problem]) -> None:
        self.path = path
        self.problems = tuple(sorted(dict.fromkeys(problems), key=lambda problem: problem.line or 0))
        super().__init__(path, self.problems)

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        for problem in self.problems:
            file = self.path if problem.line is None else f"{self.path}:{problem.line}"
            yield ": ".join(part for part in (file, problem.where, problem.message) if part)


def place(pointer: Pointer) -> str:
    """Write *pointer* for people: `paths./v1/phone-numbers.get.parameters[0]`; empty for the whole document."""
    return _cut(
        "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in pointer).removeprefix("."), 200
    )


def excerpt(value: Json, limit: int = 80) -> str:
    """Write *value* as JSON on one line of at most *limit* characters."""
    return _cut(json.dumps(value, ensure_ascii=False), limit)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 3]}..."
