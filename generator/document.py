"""An OpenAPI document as plain data that knows the line of every value, and what can be wrong with it.

The data is what JSON can express, whatever the notation: keys are strings, a date stays the text it is, and what JSON
cannot say (NaN, a binary tag, a merge key) is refused instead of guessed at.
"""

import contextlib
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
"""What a document is made of."""

Pointer: TypeAlias = tuple[str | int, ...]
"""The keys and indices that lead from the top of a document to a value in it."""

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
"""The fields of a path item that are operations, in the order in which openapi-python-client reads them."""

MAX_DEPTH = 64
"""Values nested deeper than this are refused: recursion over a document then stays far from Python's own limit."""

MAX_VALUES = 200_000
"""Documents of more values are refused: a few aliases of aliases can stand for more values than memory holds."""

# What YAML forbids, and ends of lines to the parser, which takes white space around them away, in JSON strings as well.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SCALARS: dict[str, tuple[type, ...]] = {"bool": (bool,), "int": (int,), "float": (int, float)}


class GenerationError(Exception):
    """The package cannot be generated; the text says why."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a document: the place as `place` writes it, its line from 1, if any, and what."""

    where: str
    line: int | None
    message: str


class SpecError(GenerationError):
    """The document cannot be used. As text: one line for each problem, in the order of the document."""

    def __init__(self, path: str, problems: Iterable[Problem]) -> None:
        """*path* is what messages call the file."""
        self.path = path
        self.problems = tuple(sorted(dict.fromkeys(problems), key=lambda problem: problem.line or 0))
        super().__init__(path, self.problems)

    def __str__(self) -> str:
        return "\n".join(
            ": ".join(filter(None, (f"{self.path}:{each.line}" if each.line else self.path, each.where, each.message)))
            for each in self.problems
        )


def place(pointer: Pointer) -> str:
    """Write *pointer* for people: `paths./v1/phone-numbers.get.parameters[0]`; empty for the whole document."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in pointer)
    return _cut("".join(parts).removeprefix("."), 200)


def excerpt(value: Json, limit: int = 80) -> str:
    """Write *value* as JSON on one line of at most *limit* characters."""
    return _cut(json.dumps(value, ensure_ascii=False), limit)


def fields(value: Json) -> dict[str, Any]:
    """Return *value* if it is an object, else an empty one: a document that is being checked may hold anything."""
    return value if isinstance(value, dict) else {}


def items(value: Json) -> list[Any]:
    """Return *value* if it is an array, else an empty one."""
    return value if isinstance(value, list) else []


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


@dataclass(frozen=True, slots=True)
class Document:
    """An OpenAPI document as data, with the line of each value: that of its key in a mapping, of the item in a list."""

    path: str
    data: dict[str, Any]
    lines: Mapping[Pointer, int]

    @classmethod
    def read(cls, file: Path, name: str = "") -> "Document":
        """Read the YAML or JSON in *file*, which errors call *name*; SpecError if that is not possible."""
        name = name or str(file)
        try:
            source = file.read_bytes()
        except OSError as error:
            raise SpecError(name, [Problem("", None, f"cannot be read: {error.strerror or error}")]) from error
        return cls.parse(source, name)

    @classmethod
    def parse(cls, source: bytes, path: str) -> "Document":
        """Return the document written in *source*, which errors call *path*.

        Raises:
            SpecError: It is no YAML, or not what JSON can express.
        """
        root = _compose(source, path)
        builder = _Builder(path)
        data: Json = builder.value(root, (), _line(root))
        if not builder.problems and not isinstance(data, dict):
            builder.problems.append(Problem("", _line(root), "a document is a mapping of fields to values"))
        if builder.problems:
            raise SpecError(path, builder.problems)
        return cls(path, fields(data), builder.lines)

    def components(self, section: str) -> dict[str, Any]:
        """Return the components of a kind by name."""
        return fields(fields(self.data.get("components")).get(section))

    def operations(self) -> Iterator[tuple[Pointer, dict[str, Any]]]:
        """Yield place and value of each operation."""
        for path, item in fields(self.data.get("paths")).items():
            for method in METHODS if path.startswith("/") else ():
                operation: Json = fields(item).get(method)
                if isinstance(operation, dict):
                    yield ("paths", path, method), operation

    def located(self, pointer: Pointer, message: str) -> Problem:
        """Return a problem with the value at *pointer*; for a value that is absent, the line is that of its parent."""
        nearest = pointer
        while nearest and nearest not in self.lines:
            nearest = nearest[:-1]
        return Problem(place(pointer), self.lines.get(nearest), message)

    def problem(self, pointer: Pointer, message: str) -> SpecError:
        """Return the exception that says *message* about the value at *pointer*."""
        return SpecError(self.path, [self.located(pointer, message)])

    def resolve(self, node: Json, pointer: Pointer = ()) -> tuple[Pointer, Any]:
        """Follow the `$ref` of *node*, which stands at *pointer*; return place and value of what is no reference.

        Raises:
            SpecError: The reference does not lead to a component of this document.
        """
        start = (*pointer, "$ref")
        passed = set[Pointer]()
        while isinstance(node, dict) and "$ref" in node:
            found = self.find(node["$ref"])
            if found is None or found in passed:
                said = "leads back to itself" if found else "does not exist in this document"
                raise self.problem(start, f"{excerpt(node['$ref'])} {said}")
            passed.add(found)
            pointer, node = found, self.data["components"][found[1]][found[2]]
        return pointer, node

    def find(self, reference: Json) -> Pointer | None:
        """Return the place of the component that *reference*, a `#/components/...`, names; None if there is none."""
        found = re.fullmatch(r"#/components/(\w+)/([^/]+)", str(reference))
        return ("components", *found.groups()) if found and found[2] in self.components(found[1]) else None


def schema_reference(target: Json) -> str:
    """Return the reference that *target*, from a discriminator, stands for: it may be the bare name of a schema."""
    return str(target) if str(target).startswith("#") else f"#/components/schemas/{target}"


# Fields that hold JSON of any kind, and maps whose keys are names and no fields.
_DATA = {"const", "default", "enum", "example", "value"}
COMPONENTS = {
    *("callbacks", "examples", "headers", "links", "parameters", "pathItems", "requestBodies", "responses"),
    *("schemas", "securitySchemes"),
}
_MAPS = COMPONENTS | {
    *("content", "encoding", "variables", "webhooks", "$defs", "dependentSchemas", "patternProperties", "properties"),
}


def objects(
    value: Json, pointer: Pointer = (), keyword: str = "", *, is_map: bool = False
) -> Iterator[tuple[str, Pointer, dict[str, Any]]]:
    """Yield every object of OpenAPI in *value*, from the outside to the inside: the field it is in, its place, and it.

    What only looks like one, inside an example or an extension or called like a field, is left out.
    """
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from objects(item, (*pointer, index), keyword)
    elif isinstance(value, dict):
        if not is_map:
            yield keyword, pointer, value
        for key, inner in value.items():
            # The examples of a schema are a list of data, those of a parameter a map of objects.
            is_data = key in _DATA or key.startswith("x-") or (key == "examples" and isinstance(inner, list))
            if is_map and not (keyword == "responses" and key.startswith("x-")):
                yield from objects(inner, (*pointer, key), keyword)
            elif not is_map and not is_data:
                yield from objects(inner, (*pointer, key), key, is_map=key in _MAPS)


def _compose(source: bytes, path: str) -> Any:
    """Return the YAML nodes of *source*; JSON is YAML, too. ruamel's own classes are hardly typed."""

    def refused(line: int | None, message: str) -> SpecError:
        return SpecError(path, [Problem("", line, message)])

    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise refused(line, f"not UTF-8: byte 0x{source[error.start]:02x}") from error
    if found := _FORBIDDEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise refused(line, f"character U+{ord(found[0]):04X} is not allowed: write it as an escape, in double quotes")
    # Pure: the parser in C, used where it happens to be installed, words its errors differently.
    yaml: Any = YAML(typ="safe", pure=True)
    detail: Any
    try:
        root = yaml.compose(text)
    except MarkedYAMLError as error:
        detail = error
        mark = detail.problem_mark or detail.context_mark
        message = ", ".join(part for part in (detail.context, detail.problem) if part)
        raise refused(mark.line + 1, f"invalid YAML at column {mark.column + 1}: {message}") from error
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

    def value(self, node: Any, pointer: Pointer, line: int) -> Any:
        """Return what *node* stands for; *line* is where *pointer* is written, which may be elsewhere for an alias."""
        self.lines[pointer] = line
        if len(self.lines) > MAX_VALUES:
            self._refuse(pointer, f"more than {MAX_VALUES} values, those of aliases included")
            raise SpecError(self._path, self.problems)
        if len(pointer) > MAX_DEPTH:
            return self._refuse(pointer, f"nested more than {MAX_DEPTH} levels deep")
        if id(node) in self._open:
            return self._refuse(pointer, "this alias contains itself")
        self._open.add(id(node))
        value: Json = None
        match _tag(node):
            case "map":
                value = self._mapping(node, pointer)
            case "seq":
                value = [self.value(item, (*pointer, index), _line(item)) for index, item in enumerate(node.value)]
            case tag if node.id != "scalar":
                self._refuse(pointer, f"YAML's {tag} has no counterpart in JSON")
            case _:
                value = self._scalar(node, pointer)
        self._open.remove(id(node))
        return value

    def _refuse(self, pointer: Pointer, message: str, line: int | None = None) -> None:
        self.problems.append(Problem(place(pointer), line or self.lines[pointer], message))

    def _scalar(self, node: Any, pointer: Pointer) -> Json:
        text, tag = _text(node), _tag(node)
        if tag in {"str", "timestamp"} and not re.search("[\ud800-\udfff]", text):
            return text
        if tag in _SCALARS:
            with contextlib.suppress(ValueError):
                value: Any = json.loads(text.lower())
                if type(value) in _SCALARS[tag] and math.isfinite(value):
                    return cast("Json", value)
        if tag == "str":
            self._refuse(pointer, "an escaped half of a character: write the character itself")
        elif tag != "null":
            self._refuse(pointer, f"{excerpt(text)} is no JSON value (YAML: {tag}): quote it, or write JSON")
        return None

    def _mapping(self, node: Any, pointer: Pointer) -> Json:
        mapping: dict[str, Json] = {}
        for key, item in node.value:
            name = _text(key) if key.id == "scalar" else "?"
            inner = (*pointer, name)
            if _tag(key) not in {"str", "timestamp"}:
                advice = "merge keys are not supported" if _tag(key) == "merge" else "put it in quotes"
                self._refuse(pointer, f"the key {excerpt(name)} is no string: {advice}", _line(key))
            elif name in mapping:
                self._refuse(inner, f"duplicate key; first defined on line {self.lines[inner]}", _line(key))
            else:
                mapping[name] = self.value(item, inner, _line(key))
        return mapping


def _text(node: Any) -> str:
    """Return the text of a scalar. JSON may write one character as two escapes, which YAML does not put together."""
    text = str(node.value)
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError:
        return text


def _tag(node: Any) -> str:
    return str(node.tag).removeprefix("tag:yaml.org,2002:")


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1
