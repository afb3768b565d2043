"""Turn YAML or JSON text into plain data and the line of every value.

The data is what JSON can express, whatever the notation: keys are strings, a date stays the text it is, and what JSON
cannot say (NaN, a binary tag, a merge key) is refused instead of guessed at.
"""

import json
import math
import re
from typing import Any, Protocol

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from generator.problem import Json, Pointer, Problem, SpecError, excerpt, place

MAX_DEPTH = 64
"""Values nested deeper than this are refused: recursion over a document then stays far from Python's own limit."""

MAX_VALUES = 200_000
"""Documents of more values are refused: a few aliases of aliases can stand for more values than memory holds."""


def parse(source: bytes, path: str) -> tuple[dict[str, Json], dict[Pointer, int]]:
    """Return the document written in *source*, and the line (from 1) of each value by its pointer.

    The line of a value is that of its key in a mapping and that of the item in a list. *path* is the name that errors
    give the document.

    Raises:
        SpecError: Not UTF-8, not YAML, empty, not a mapping, a key twice in one mapping, too deep, an alias that
            contains itself, or a value that JSON cannot express.
    """
    root = _compose(source, path)
    builder = _Builder(path)
    data = builder.value(root, (), _line(root))
    if builder.problems:
        raise SpecError(path, builder.problems)
    if not isinstance(data, dict):
        raise SpecError(path, [Problem("", _line(root), "a document is a mapping of fields to values")])
    return data, builder.lines


class _Mark(Protocol):
    line: int
    column: int


class _Node(Protocol):
    """A YAML node as this module uses it; ruamel's own classes are hardly typed."""

    id: str
    tag: str
    value: Any
    start_mark: _Mark


def _compose(source: bytes, path: str) -> _Node:
    """Return the YAML nodes of *source*; JSON is YAML, too."""

    def refused(line: int | None, message: str) -> SpecError:
        return SpecError(path, [Problem("", line, message)])

    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise refused(line, f"not UTF-8: byte 0x{source[error.start]:02x}") from error
    if found := re.search("[\x85\u2028\u2029]", text):
        # Ends of lines to the parser, which takes white space around them away, in JSON strings as well.
        line = text.count("\n", 0, found.start()) + 1
        raise refused(line, f"character U+{ord(found[0]):04X} is not allowed: write it as an escape, in double quotes")
    detail: Any
    # Pure: the parser in C, used where it happens to be installed, words its errors differently.
    yaml: Any = YAML(typ="safe", pure=True)
    try:
        root: _Node | None = yaml.compose(text)
    except MarkedYAMLError as error:
        detail = error
        mark: _Mark = detail.problem_mark or detail.context_mark
        message = ", ".join(part for part in (detail.context, detail.problem) if part)
        raise refused(mark.line + 1, f"invalid YAML at column {mark.column + 1}: {message}") from error
    except ReaderError as error:
        detail = error
        line = text.count("\n", 0, detail.position) + 1
        raise refused(line, f"character U+{detail.character:04X} is not allowed in YAML") from error
    except RecursionError as error:
        raise refused(None, "nested too deeply to be read") from error
    if root is None or (_tag(root) == "null" and root.value == ""):
        raise refused(None, "the file is empty")
    return root


class _Builder:
    """Turns YAML nodes into plain data, noting lines and problems on the way."""

    def __init__(self, path: str) -> None:
        self.lines: dict[Pointer, int] = {}
        self.problems: list[Problem] = []
        self._path = path
        self._open = set[int]()

    def value(self, node: _Node, pointer: Pointer, line: int) -> Json:
        """Return what *node* stands for; *line* is where *pointer* is written, which may be elsewhere for an alias."""
        self.lines[pointer] = line
        if len(self.lines) > MAX_VALUES:
            too_many = Problem(place(pointer), line, f"more than {MAX_VALUES} values, those of aliases included")
            raise SpecError(self._path, [*self.problems, too_many])
        if len(pointer) > MAX_DEPTH:
            self._refuse(pointer, f"nested more than {MAX_DEPTH} levels deep")
        elif id(node) in self._open:
            self._refuse(pointer, "this alias contains itself")
        elif node.id == "scalar":
            return self._scalar(node, pointer)
        else:
            self._open.add(id(node))
            value = self._list(node, pointer) if node.id == "sequence" else self._mapping(node, pointer)
            self._open.remove(id(node))
            return value
        return None

    def _refuse(self, pointer: Pointer, message: str) -> None:
        self.problems.append(Problem(place(pointer), self.lines[pointer], message))

    def _scalar(self, node: _Node, pointer: Pointer) -> Json:
        text: str = node.value
        match _tag(node):
            case "str" | "timestamp":
                if re.search("[\ud800-\udfff]", text):
                    self._refuse(pointer, "an escaped half of a character: write the character itself")
                return text
            case "bool" if text.lower() in {"true", "false"}:
                return text.lower() == "true"
            case "int" | "float":
                return self._number(text, pointer)
            case "null":
                pass
            case tag:
                self._refuse(pointer, f"{excerpt(text)} is no JSON value (YAML reads it as {tag}): quote it")
        return None

    def _number(self, text: str, pointer: Pointer) -> Json:
        try:
            number: Json = json.loads(text)
        except ValueError:
            number = None
        if isinstance(number, int | float) and not isinstance(number, bool) and math.isfinite(number):
            return number
        self._refuse(pointer, f"{excerpt(text)} is no JSON number: quote it, or write it as JSON does")
        return None

    def _list(self, node: _Node, pointer: Pointer) -> Json:
        self._require_tag(node, "seq", pointer)
        items: list[_Node] = node.value
        return [self.value(item, (*pointer, index), _line(item)) for index, item in enumerate(items)]

    def _mapping(self, node: _Node, pointer: Pointer) -> Json:
        self._require_tag(node, "map", pointer)
        pairs: list[tuple[_Node, _Node]] = node.value
        mapping: dict[str, Json] = {}
        for key, item in pairs:
            name = str(key.value) if key.id == "scalar" else "?"
            inner = (*pointer, name)
            if _tag(key) not in {"str", "timestamp"}:
                advice = "merge keys are not supported" if _tag(key) == "merge" else "put it in quotes"
                message = f"the key {excerpt(name)} is no string: {advice}"
                self.problems.append(Problem(place(pointer), _line(key), message))
            elif name in mapping:
                message = f"this key is here twice, at first at line {self.lines[inner]}"
                self.problems.append(Problem(place(inner), _line(key), message))
            else:
                mapping[name] = self.value(item, inner, _line(key))
        return mapping

    def _require_tag(self, node: _Node, expected: str, pointer: Pointer) -> None:
        if _tag(node) != expected:
            self._refuse(pointer, f"YAML's {_tag(node)} has no counterpart in JSON")


def _tag(node: _Node) -> str:
    return node.tag.removeprefix("tag:yaml.org,2002:")


def _line(node: _Node) -> int:
    return node.start_mark.line + 1
