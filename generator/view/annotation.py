"""Python annotations of the values of JSON, as trees, and how they are written in a generated module."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

Bounds: TypeAlias = tuple[tuple[str, int | float | str], ...]
"""Arguments of `msgspec.Meta`."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A value without parts; `Any` stands for a value of which nothing is known, `None` for null."""

    name: str
    bounds: Bounds = ()


@dataclass(frozen=True, slots=True)
class Constant:
    """One text or number."""

    value: str | int


@dataclass(frozen=True, slots=True)
class Class:
    """A generated class, or the type alias of a union with a tag."""

    module: str
    name: str
    kind: Literal["model", "union", "text enum", "number enum"]

    @property
    def is_enum(self) -> bool:
        """Whether it is a text or a number."""
        return self.kind in ("text enum", "number enum")


@dataclass(frozen=True, slots=True)
class Array:
    """A list."""

    item: "Annotation"
    bounds: Bounds = ()


@dataclass(frozen=True, slots=True)
class Map:
    """An object with names that the document does not list."""

    value: "Annotation"


@dataclass(frozen=True, slots=True)
class Union:
    """One of several, told apart by their type in JSON."""

    members: tuple["Annotation", ...]


Annotation: TypeAlias = Plain | Constant | Class | Array | Map | Union

ANY = Plain("Any")
NULL = Plain("None")
UNSET = Plain("Unset")


def union(members: list[Annotation]) -> Annotation:
    """Return the annotation for one of *members*, null at the end."""
    flat = dict.fromkeys(part for member in members for part in _members(member))
    is_nullable = flat.pop(NULL, ...) is None
    parts = (*flat, NULL) if is_nullable and ANY not in flat else tuple(flat)
    return parts[0] if len(parts) == 1 else Union(parts)


def or_null(annotation: Annotation) -> Annotation:
    """Return *annotation* with null as one more value."""
    return union([annotation, NULL])


def is_nullable(annotation: Annotation) -> bool:
    """Return whether null is one of the values."""
    return not {NULL, ANY}.isdisjoint(_members(annotation))


def _members(annotation: Annotation) -> tuple[Annotation, ...]:
    return annotation.members if isinstance(annotation, Union) else (annotation,)


def walk(annotation: Annotation) -> Iterator[Annotation]:
    """Yield *annotation* and all those inside it."""
    yield annotation
    match annotation:
        case Array(inner) | Map(inner):
            yield from walk(inner)
        case Union(members):
            for member in members:
                yield from walk(member)
        case _:
            pass


def json_type(annotation: Annotation) -> str:
    """Return what tells a value of *annotation*, which is no union, apart in JSON."""
    match annotation:
        case Plain("str" | "UUID" | "AwareDatetime" | "date") | Constant(str()) | Class(kind="text enum"):
            return "string"
        case Plain("int" | "float") | Constant() | Class(kind="number enum"):
            return "number"
        case Plain(name):
            return {"bool": "boolean", "None": "null"}.get(name, "anything")
        case Array():
            return "array"
        case _:
            return "object"


_SOURCES = {
    **dict.fromkeys(("bool", "dict", "float", "int", "list", "str"), "builtins"),
    **dict.fromkeys(("Annotated", "Any", "Literal"), "typing"),
    **dict.fromkeys(("date", "datetime"), "datetime"),
    **dict.fromkeys(("AwareDatetime", "UNSET", "Unset"), "types"),
    "Meta": "msgspec",
    "UUID": "uuid",
    "field": "attrs",
}
"""The modules of the names in annotations and defaults; `types` is that of the generated package."""


class Scope:
    """The names in one generated module: what annotations and defaults in it name is imported by it."""

    def __init__(self, package: str, shadowed: Collection[str] = ()) -> None:
        """Take what leads to the package (`..`), and the names of attributes: they hide what else has their name."""
        self._classes = set[Class]()
        self._package = package
        self._shadowed = shadowed
        self._names = set[str]()

    def name(self, name: str) -> str:
        """Return how *name* is called in this module; it is imported from now on."""
        self._names.add(name)
        return f"_{name}" if name in self._shadowed else name

    def imports(self) -> list[str]:
        """Return the import lines for all names but those of generated classes."""
        lines: list[str] = []
        for name in sorted(self._names):
            source = _SOURCES[name]
            if name in self._shadowed:
                name = f"{name} as _{name}"  # noqa: PLW2901 - one and the same thing
            elif source == "builtins":
                continue
            lines.append(f"from {self._package if source == 'types' else ''}{source} import {name}")
        return lines

    def enums(self) -> list[tuple[str, str]]:
        """Return module and name of the enums that were named."""
        return sorted((each.module, each.name) for each in self._classes if each.is_enum)

    def classes(self) -> list[tuple[str, str]]:
        """Return module and name of the models and unions that were named."""
        return sorted((each.module, each.name) for each in self._classes if not each.is_enum)

    def write(self, annotation: Annotation) -> str:
        """Return *annotation* as Python source."""
        match annotation:
            case Plain("None"):
                return "None"
            case Plain(name, bounds):
                return self._bounded(self.name(name), bounds)
            case Constant(value):
                return f"{self.name('Literal')}[{value!r}]"
            case Class(name=name):
                self._classes.add(annotation)
                return name
            case Array(item, bounds):
                return self._bounded(f"{self.name('list')}[{self.write(item)}]", bounds)
            case Map(value):
                return f"{self.name('dict')}[{self.name('str')}, {self.write(value)}]"
            case Union(members):
                return " | ".join(map(self.write, members))

    def _bounded(self, source: str, bounds: Bounds) -> str:
        if not bounds:
            return source
        arguments = ", ".join(f"{name}={value!r}" for name, value in bounds)
        return f"{self.name('Annotated')}[{source}, {self.name('Meta')}({arguments})]"
