"""The public Python API of two trees, as griffe reads it, and what changed between them.

griffe itself compares the order and the kinds of parameters. Compared here is what it leaves out: names that came,
`__all__`, annotations, values of Literal and members of unions, defaults of models, docstrings.
"""

import contextlib
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import griffe

Kind: TypeAlias = Literal["breaking", "additive", "documentation"]
Hint: TypeAlias = str | griffe.Expr | None
Found: TypeAlias = Iterator[tuple[str, Kind, str, str]]
"""Path, kind, what happened, and what a caller must do."""

OPERATIONS, _MODELS = "callrounded_generated.api.", "callrounded_generated.models."
_MODULES = {"api", "models", "types"}
"""The modules of the generated package that callers import from. What they need of the others, the package exports."""
_ORDERS = {"PARAMETER_MOVED", "PARAMETER_CHANGED_KIND", "PARAMETER_CHANGED_REQUIRED"}


@dataclass(frozen=True)
class Change:
    """One change as callers see it: what happened to *names*, what to do about it, and its place in the spec."""

    kind: Kind
    names: tuple[str, ...]
    what: str
    advice: str = ""
    place: str = ""


@dataclass(frozen=True)
class Entry:
    """A public object or parameter: where it is written, its type (of a function: of what it returns), its default."""

    source: griffe.Object
    canonical: str
    kind: str
    hint: Hint = None
    default: Hint = None
    text: str = ""

    @property
    def owner(self) -> str:
        """The class of an attribute."""
        return self.source.parent.name if self.kind == "attribute" and self.source.parent else ""

    @property
    def shape(self) -> tuple[object, ...]:
        """All but the name: what is equal before and after a renaming."""
        return self.kind, str(self.hint), str(self.default), self.source.members.keys()


Surface: TypeAlias = dict[str, Entry]
"""What is public in both packages, by the path that a caller writes; parameters as `path(name)`."""


def load(root: Path) -> Surface:
    """Read both packages in *root*: a repository, or a folder like site-packages."""
    folders = [root, root / "overrides", root / "generated_client"]
    loader = griffe.GriffeLoader(search_paths=folders, allow_inspection=False)
    client, generated = loader.load("callrounded"), loader.load("callrounded_generated")
    loader.resolve_aliases(implicit=True, external=False)
    for module in [*generated.modules.values(), *generated["models"].modules.values()]:
        module.public = module.name in _MODULES
    for name, member in generated["types"].members.items():
        member.public = member.is_public and not name.islower()  # its functions are the runtime's
    return {path: entry for package in (client, generated) for path, entry in _walk(package, package.path)}


def _walk(parent: griffe.Object | griffe.Alias, path: str) -> Iterator[tuple[str, Entry]]:
    for name, member in parent.all_members.items():
        with contextlib.suppress(griffe.AliasResolutionError):
            target = member.final_target if isinstance(member, griffe.Alias) else member
            if member.is_public and (name == "__init__" or not name.startswith("__")):
                yield from _entries(f"{path}.{name}", target)
                if target.is_class or target.is_module:
                    yield from _walk(target, f"{path}.{name}")


def _entries(path: str, target: griffe.Object) -> Iterator[tuple[str, Entry]]:
    hint, default = None, None
    if isinstance(target, griffe.Function):
        hint = target.returns
        for each in target.parameters:
            if each.name not in {"self", "cls"}:
                name = f"{target.path}({each.name})"
                yield f"{path}({each.name})", Entry(target, name, "parameter", each.annotation, each.default)
    elif isinstance(target, griffe.Attribute) and isinstance(target.value, griffe.ExprCall) and not target.annotation:
        hint = target.value
        for field in _options(target, target.value):
            # The class is the same for all resources, but callers see each of them.
            name = f"{target.name}: {field.path}"
            yield f"{path}.iter_all({field.name})", Entry(field, name, "parameter", field.annotation, field.value)
    elif isinstance(target, griffe.Attribute) and str(target.annotation) == "TypeAlias":
        hint = target.value
    elif isinstance(target, griffe.Attribute) and target.annotation is not None:
        hint, default = target.annotation, target.value
    words = "" if target.docstring is None else " ".join(target.docstring.value.split())
    yield path, Entry(target, target.path, target.kind.value, hint, default, words)


def _options(resource: griffe.Attribute, call: griffe.ExprCall) -> Iterator[griffe.Attribute]:
    """Yield the parameters of a list resource's methods: the fields of the class that it is made with."""
    for name in call.arguments:
        with contextlib.suppress(KeyError, griffe.NameResolutionError):
            made = resource.modules_collection[name.canonical_path] if isinstance(name, griffe.ExprName) else None
            for member in made.all_members.values() if isinstance(made, griffe.Class) else ():
                field = member.final_target if isinstance(member, griffe.Alias) else member
                if isinstance(field, griffe.Attribute) and field.annotation:
                    yield field


def compare(old: Surface, new: Surface) -> list[Change]:
    """Return what changed, each change once, under the shortest path that a caller can write."""
    found, sent = dict[tuple[str, str], Change](), _sent(new)
    for path, kind, what, advice in [*_names(old, new, sent), *_contents(old, new, sent), *_parameters(old, new)]:
        name = re.sub(r"\.(sync|asyncio)(_detailed)?\b", "", path) if path.startswith(OPERATIONS) else path
        change = Change(kind, (name,), what, advice if kind == "breaking" else "")
        key = (new.get(path) or old[path]).canonical, what
        found[key] = min(found.get(key, change), change, key=lambda each: (len(each.names[0]), each.names))
    told = tuple({each.names[0].partition("(")[0] for each in found.values() if each.kind != "documentation"})
    # A docstring that changed together with what it describes is no news.
    news = {each for each in found.values() if each.kind != "documentation" or not each.names[0].startswith(told)}
    return sorted(news, key=lambda each: (each.kind, each.names, each.what))


def _names(old: Surface, new: Surface, sent: Container[str]) -> Found:
    """Yield what came and what went."""
    gone, came = _only_in(old, new), _only_in(new, old)
    for path, entry in gone.items():
        like = [name for name, it in came.items() if (_parent(name), it.shape) == (_parent(path), entry.shape)]
        if len(like) == 1:
            del came[like[0]]
            now = like[0].removeprefix(_parent(path)).strip(".()")
            yield path, "breaking", f"renamed to {now}", f"use {now}"
        else:
            yield path, "breaking", "removed", "stop using it"
    for path, entry in came.items():
        required = entry.default is None and "property" not in entry.source.labels
        if required and (entry.kind == "parameter" or entry.owner in sent):
            yield path, "breaking", f"new required {entry.kind}", "give it a value"
        else:
            yield path, "additive", f"new {entry.kind}", ""


def _only_in(here: Surface, there: Surface) -> Surface:
    """Return what *there* lacks; not what is inside of it, and no modules of operations, which manifests tell of."""
    absent = here.keys() - there.keys()
    tags = {path for path in absent if path.startswith(OPERATIONS) and here[path].kind == "module"}
    return {path: it for path, it in here.items() if path in absent - tags and _parent(path) not in absent}


def _parent(path: str) -> str:
    return path.rpartition("(" if path.endswith(")") else ".")[0]


def _contents(old: Surface, new: Surface, sent: Container[str]) -> Found:
    """Yield what changed in what both have."""
    for path in old.keys() & new.keys():
        before, after = old[path], new[path]
        if before.kind != after.kind:
            yield path, "breaking", f"{before.kind} became {after.kind}", "use it as what it is now"
        bases, now = ({str(base) for base in getattr(it.source, "bases", ())} for it in (before, after))
        for base in sorted(bases - now) if before.kind == after.kind else ():
            yield path, "breaking", f"is no {base} any more", "check isinstance() and except clauses"
        got = before.kind != "parameter"
        for kind, what, advice in _types(before.hint, after.hint, given=not got or after.owner in sent, got=got):
            yield path, kind, what, advice
        if str(before.default) != str(after.default) and before.default and (after.default or after.owner in sent):
            what = f"the default changed from {before.default} to {after.default or 'nothing'}"
            yield path, "breaking", what, f"give {before.default} to keep it"
        if before.text != after.text:
            yield path, "documentation", "described in other words", ""


def _parameters(old: Surface, new: Surface) -> Found:
    """Yield what griffe finds in the parameters of functions that both have."""
    named = {new[path].canonical: path for path in sorted(old.keys() & new.keys(), key=len, reverse=True)}
    packages, now = ({it.source.package.name: it.source.package for it in surface.values()} for surface in (old, new))
    for name, package in packages.items():
        for breakage in griffe.find_breaking_changes(package, now[name]):
            if breakage.kind.name in _ORDERS and breakage.obj.path in named:
                path = f"{named[breakage.obj.path]}({breakage.old_value.name})"
                yield path, "breaking", breakage.kind.value.lower(), "pass it by name"


def _types(old: Hint, new: Hint, *, given: bool, got: bool) -> Iterator[tuple[Kind, str, str]]:
    """Yield what a changed annotation means for callers who give such values, or get them."""
    before, after = _members(old), _members(new)
    lost = " | ".join(each for each in before if each not in after)
    gained = " | ".join(each for each in after if each not in before)
    # Callers of a union with an Unknown variant, and of a detailed response, expect more to come.
    is_open = "Unknown" in str(old) or str(old).startswith("Response[") or gained.startswith("Literal[")
    if lost and gained:
        what = f"the type changed from {' | '.join(before)} to {' | '.join(after)}"
        yield "breaking", what, "adapt what depends on it"
    elif gained:
        yield "breaking" if got and not is_open else "additive", f"can be {gained}, too", f"handle {gained}"
    elif lost:
        yield "breaking" if given or lost != "None" else "additive", f"is {lost} no more", f"do without {lost}"
    elif given and str(old) != str(new):
        limits = [dict(re.findall(r"(\w+)=([\d.e+-]+)", str(hint))) for hint in (old, new)]
        changed = [(name, float(limits[0].get(name, "nan")), float(value)) for name, value in limits[1].items()]
        fits = all(was >= now if name.startswith(("g", "min")) else was <= now for name, was, now in changed)
        yield "additive" if fits else "breaking", f"limits changed to {new}", "check what you pass"


def _members(hint: Hint) -> list[str]:
    """Return the members of a union, and each value of a Literal as a member of its own; without bounds."""
    if isinstance(hint, griffe.ExprBinOp) and hint.operator == "|":
        return [*_members(hint.left), *_members(hint.right)]
    if isinstance(hint, griffe.ExprSubscript):
        inner = hint.slice.elements if isinstance(hint.slice, griffe.ExprTuple) else [hint.slice]
        if (outer := str(hint.left)) == "Literal":
            return [f"Literal[{each}]" for each in inner]
        if outer in {"Annotated", "Response"}:
            return _members(inner[0])
    return [] if hint is None else [str(hint)]


def _sent(surface: Surface) -> set[str]:
    """Return the names of the classes that a request can hold."""
    texts = [str(it.hint) for path, it in surface.items() if path.startswith(OPERATIONS) and it.kind == "parameter"]
    found = set[str]()
    while texts:
        for name in {word for word in re.findall(r"\w+", texts.pop()) if _MODELS + word in surface} - found:
            found.add(name)
            texts += [str(entry.hint) for path, entry in surface.items() if _MODELS + name in (path, _parent(path))]
    return found
