"""An OpenAPI document as data that knows the line of every value, and how to follow its references.

Every later step says what is wrong through `Document.problem` or `Document.located`, so that each message has a place.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from generator.parse import parse
from generator.problem import Json, Pointer, Problem, SpecError, excerpt, place

__all__ = ["Document", "Json", "Pointer", "Problem", "SpecError"]


@dataclass(frozen=True, slots=True)
class Document:
    """An OpenAPI document as data, with the lines it was read from.

    Attributes:
        path: The file, as it was given; it is what error messages call the document.
        data: The document: plain dicts in the order of the file, lists, strings, numbers, booleans and None.
        lines: Line (from 1) of each value, by pointer: that of its key in a mapping, that of the item in a list.
    """

    path: str
    data: dict[str, Any]
    lines: Mapping[Pointer, int]

    @classmethod
    def read(cls, path: str | Path) -> "Document":
        """Read the YAML or JSON file at *path*.

        Raises:
            SpecError: There is no such file, or `generator.parse.parse` refuses what it holds.
        """
        try:
            source = Path(path).read_bytes()
        except OSError as error:
            raise SpecError(str(path), [Problem("", None, f"cannot be read: {error.strerror or error}")]) from error
        return cls.parse(source, str(path))

    @classmethod
    def parse(cls, source: bytes, path: str) -> "Document":
        """Return the document written in *source*; *path* is the name that errors give it.

        Raises:
            SpecError: `generator.parse.parse` refuses it.
        """
        data, lines = parse(source, path)
        return cls(path, data, lines)

    def line(self, pointer: Pointer) -> int | None:
        """Return the line of the value at *pointer*, None where there is none."""
        return self.lines.get(pointer)

    def located(self, pointer: Pointer, message: str) -> Problem:
        """Return a problem with the value at *pointer*; for a value that is absent, the line is that of its parent."""
        nearest = pointer
        while nearest and nearest not in self.lines:
            nearest = nearest[:-1]
        return Problem(place(pointer), self.lines.get(nearest), message)

    def problem(self, pointer: Pointer, message: str) -> SpecError:
        """Return the exception that says *message* about the value at *pointer*."""
        return SpecError(self.path, [self.located(pointer, message)])

    def resolve(self, node: Json, pointer: Pointer = ()) -> tuple[Pointer, Json]:
        """Follow the `$ref` of *node*, and that of its target, to a value that is no reference.

        Args:
            node: Any value of the document; one without `$ref` is returned as it is.
            pointer: Where *node* stands. Errors name this place.

        Returns:
            The pointer of the value and the value.

        Raises:
            SpecError: The reference leads out of this document, to nothing, or back to itself.
        """
        start = (*pointer, "$ref")
        passed = set[Pointer]()
        while isinstance(node, dict) and "$ref" in node:
            reference = node["$ref"]
            if not isinstance(reference, str):
                raise self.problem(start, "a reference is a string")
            if not reference.startswith("#"):
                message = f"{excerpt(reference)} leads out of this document: only references within it are supported"
                raise self.problem(start, message)
            target = self.find(reference)
            if target is None:
                raise self.problem(start, f"{excerpt(reference)} leads to nothing")
            pointer, node = target
            if pointer in passed:
                raise self.problem(start, f"{excerpt(reference)} leads back to itself")
            passed.add(pointer)
        return pointer, node

    def find(self, reference: str) -> tuple[Pointer, Json] | None:
        """Return pointer and value that *reference*, a `#/...`, stands for, None where there is nothing."""
        pointer: Pointer = ()
        node: Json = self.data
        # RFC 6901, section 6: percent escapes first, then the parts, in each of them ~1 before ~0.
        for part in unquote(reference.removeprefix("#")).split("/")[1:]:
            step = _step(node, part.replace("~1", "/").replace("~0", "~"))
            if step is None:
                return None
            pointer, node = (*pointer, step[0]), step[1]
        return pointer, node


def _step(node: Json, name: str) -> tuple[str | int, Json] | None:
    """Return the key or index that *name* means in *node*, and the value there."""
    if isinstance(node, dict) and name in node:
        return name, node[name]
    if isinstance(node, list):
        return next(((index, item) for index, item in enumerate(node) if str(index) == name), None)
    return None
