"""The public Python API of two trees, as griffe reads it, and what changed between them.

griffe itself compares the order and the kinds of parameters. Compared here is what it leaves out: names that came,
`__all__`, annotations, values of Literal and members of unions, defaults of models, docstrings.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

import griffe

Kind: TypeAlias = Literal["breaking", "additive", "documentation"]
Hint: TypeAlias = str | griffe.Expr | None
Found: TypeAlias = Iterator[tuple[str, str, str]]
"""Path, what happened, and what a caller must do: what breaks nobody asks for nothing."""

OPERATIONS, _MODELS = "callrounded_generated.api.", "callrounded_generated.models."
_MODULES = {"api", "models", "types"}
"""The modules of the generated package that callers import from. What they need of the others, the package exports."""
_REWORDED = "described in other words"
_ORDERS = {"PARAMETER_MOVED", "PARAMETER_CHANGED_KIND", "PARAMETER_CHANGED_REQUIRED"}


@dataclass(frozen=True, order=True)
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
    kind: str
    hint: Hint = None
    default: Hint = None
    text: str = ""
    is_given: bool = False
    """Whether callers give it a value: a parameter, or an attribute of a class that a request can hold."""

    @property
    def shape(self) -> tuple[object, ...]:
        """All but the name: what is equal before and after a renaming."""
        return self.kind, str(self.hint), str(self.default), self.source.members.keys()


Surface: TypeAlias = dict[str, Entry]
"""What is public in both packages, by the path that a caller writes; parameters as `path(name)`."""


def load(root: Path, operations: Mapping[str, str]) -> Surface:
    """Read both packages in *root*, a repository or a folder like site-packages, whose manifest has *operations*."""
    folders = [root, root / "overrides", root / "generated_client"]
    loader = griffe.GriffeLoader(search_paths=folders, allow_inspection=False)
    client, generated = loader.load("callrounded"), loader.load("callrounded_generated")
    loader.resolve_aliases(implicit=True, external=False)
    for module in [*generated.modules.values(), *generated["models"].modules.values()]:
        module.public = module.name in _MODULES
    for name, member in generated["types"].members.items():
        member.public = member.is_public and not name.islower()  # its functions are the runtime's
    surface = {path: entry for package in (client, generated) for path, entry in _walk(package, package.path)}
    for name, request in operations.items():
        surface[OPERATIONS + name] = Entry(generated[f"api.{name}"], "operation", request)
    sent = _sent(surface)
    return {
        path: replace(it, is_given=it.kind == "parameter" or (it.kind == "attribute" and path.split(".")[-2] in sent))
        for path, it in surface.items()
    }


def _walk(parent: griffe.Object | griffe.Alias, path: str) -> Iterator[tuple[str, Entry]]:
    for name, member in parent.all_members.items():
        with contextlib.suppress(griffe.AliasResolutionError):
            target = member.final_target if isinstance(member, griffe.Alias) else member
            if member.is_public and (name == "__init__" or not name.startswith("__")):
                if not target.is_module:
                    yield from _entries(f"{path}.{name}", target)
                if target.is_class or target.is_module:
                    yield from _walk(target, f"{path}.{name}")


def _entries(path: str, target: griffe.Object) -> Iterator[tuple[str, Entry]]:
    hint, default = None, None
    if isinstance(target, griffe.Function):
        hint = target.returns
        for each in target.parameters:
            if each.name not in {"self", "cls"}:
                yield f"{path}({each.name})", Entry(target, "parameter", each.annotation, each.default)
    elif isinstance(target, griffe.Attribute) and isinstance(target.value, griffe.ExprCall) and not target.annotation:
        hint = target.value
        for field in _options(target, target.value):
            yield f"{path}.iter_all({field.name})", Entry(target, "parameter", field.annotation, field.value)
    elif isinstance(target, griffe.Attribute) and str(target.annotation) == "TypeAlias":
        hint = target.value
    elif isinstance(target, griffe.Attribute) and target.annotation is not None:
        hint, default = target.annotation, target.value
    words = "" if target.docstring is None else " ".join(target.docstring.value.split())
    yield path, Entry(target, target.kind.value, hint, default, words)


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
    """Return what changed, each change once, under the shortest paths that a caller can write."""
    found = dict[tuple[Kind, str, str, str], dict[str, str]]()
    for path, what, advice in [*_names(old, new), *_contents(old, new), *_parameters(old, new)]:
        kind: Kind = "breaking" if advice else "documentation" if what == _REWORDED else "additive"
        name = re.sub(r"\.(sync|asyncio)(_detailed)?\b", "", path) if path.startswith(OPERATIONS) else path
        # A property that several classes share stands in the spec once.
        names = found.setdefault((kind, name.rpartition(".")[2], what, advice), {})
        source = (new.get(path) or old[path]).source.path
        names[source] = min(names.get(source, name), name, key=lambda each: (len(each), each))
    changes = [Change(kind, tuple(sorted({*names.values()})), *said) for (kind, _, *said), names in found.items()]
    told = tuple(name.partition("(")[0] for each in changes if each.kind != "documentation" for name in each.names)
    # A docstring that changed together with what it describes is no news.
    return sorted(it for it in changes if it.kind != "documentation" or not all(n.startswith(told) for n in it.names))


def _names(old: Surface, new: Surface) -> Found:
    """Yield what came and what went."""
    gone, came = _only_in(old, new), _only_in(new, old)
    for path, entry in gone.items():
        # An operation can go to another tag, everything else stays where it is.
        scope = OPERATIONS if entry.kind == "operation" else _parent(path)
        like = [name for name, it in came.items() if name.startswith(scope) and it.shape == entry.shape]
        if len(like) == 1:
            del came[like[0]]
            now = like[0].removeprefix(scope).strip(".()")
            yield path, f"renamed to {now}", f"use {now}"
        else:
            yield path, "removed", "stop using it"
    for path, entry in came.items():
        required = entry.is_given and entry.default is None and "property" not in entry.source.labels
        request = f": {entry.hint}" if entry.kind == "operation" else ""
        yield path, f"new {'required ' * required}{entry.kind}{request}", "give it a value" if required else ""


def _only_in(here: Surface, there: Surface) -> Surface:
    """Return what *there* lacks, without what is inside of it."""
    absent = here.keys() - there.keys()
    return {path: it for path, it in here.items() if path in absent and _parent(path) not in absent}


def _parent(path: str) -> str:
    return path.rpartition("(" if path.endswith(")") else ".")[0]


def _contents(old: Surface, new: Surface) -> Found:
    """Yield what changed in what both have."""
    for path in old.keys() & new.keys():
        before, after, got = old[path], new[path], old[path].kind != "parameter"
        if before.kind != after.kind:
            yield path, f"{before.kind} became {after.kind}", "use it as what it is now"
        bases, now = ({str(base) for base in getattr(it.source, "bases", ())} for it in (before, after))
        for base in sorted(bases - now) if before.kind == after.kind else ():
            yield path, f"is no {base} any more", "check isinstance() and except clauses"
        if after.kind == "operation" and before.hint != after.hint:
            advice = "update proxies, allow-lists and recorded requests"
            yield path, f"moved from {before.hint} to {after.hint}", advice
        else:
            for what, advice in _types(before.hint, after.hint, given=after.is_given, got=got):
                yield path, what, advice
        if str(before.default) != str(after.default) and before.default and (after.default or (got and after.is_given)):
            what = f"the default changed from {before.default} to {after.default or 'nothing'}"
            yield path, what, f"give {before.default} to keep it"
        if before.text != after.text:
            yield path, _REWORDED, ""


def _parameters(old: Surface, new: Surface) -> Found:
    """Yield what griffe finds in the parameters of functions that both have."""
    named = {new[path].source.path: path for path in sorted(old.keys() & new.keys(), key=len, reverse=True)}
    packages, now = ({it.source.package.name: it.source.package for it in surface.values()} for surface in (old, new))
    for name, package in packages.items():
        for breakage in griffe.find_breaking_changes(package, now[name]):
            if breakage.kind.name in _ORDERS and breakage.obj.path in named:
                path = f"{named[breakage.obj.path]}({breakage.old_value.name})"
                yield path, breakage.kind.value.lower(), "pass it by name"


def _types(old: Hint, new: Hint, *, given: bool, got: bool) -> Iterator[tuple[str, str]]:
    """Yield what a changed annotation means for callers who give such values, or get them."""
    before, after = _members(old), _members(new)
    lost = " | ".join(each for each in before if each not in after)
    gained = " | ".join(each for each in after if each not in before)
    # Callers of a union with an Unknown variant, and of a detailed response, expect more to come.
    is_open = "Unknown" in str(old) or str(old).startswith("Response[") or gained.startswith("Literal[")
    if lost and gained:
        yield f"the type changed from {' | '.join(before)} to {' | '.join(after)}", "adapt what depends on it"
    elif gained:
        yield f"can be {gained}, too", f"handle {gained}" if got and not is_open else ""
    elif lost:
        yield f"is {lost} no more", f"do without {lost}" if given or lost != "None" else ""
    elif given and str(old) != str(new):
        limits = [dict(re.findall(r"(\w+)=([\d.e+-]+)", str(hint))) for hint in (old, new)]
        changed = [(name, float(limits[0].get(name, "nan")), float(value)) for name, value in limits[1].items()]
        fits = all(was >= now if name.startswith(("g", "min")) else was <= now for name, was, now in changed)
        yield f"limits changed to {new}", "" if fits else "check what you pass"


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
