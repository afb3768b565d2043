"""The reference shows what help() does: the parameters of `list`, `iter_all` and `list_all`, and shared docstrings.

An extension of griffe, which mkdocstrings reads the packages with.
"""

import ast
import inspect
from typing import Any

import griffe

import callrounded
from callrounded import AsyncRounded, Rounded


class Signatures(griffe.Extension):
    """Changes what was read from the package."""

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        """Change what differs from the source once `callrounded` is read."""
        if pkg.path != "callrounded":
            return
        for name, cls in inspect.getmembers(callrounded, inspect.isclass):
            found: Any = pkg[name].final_target if cls.__module__ == "callrounded" else None
            if found and found.docstring is None:
                found.docstring = griffe.Docstring(inspect.getdoc(cls) or "", parent=found)
        for client in (Rounded, AsyncRounded):
            resource = client(api_key="none").phone_numbers
            read: Any = pkg[type(resource).__name__].final_target
            for method in ("list", "iter_all", "list_all"):
                shown = inspect.signature(getattr(resource, method)).parameters.values()
                function = read[method]
                function.parameters = griffe.Parameters(function.parameters["self"], *(_read(p, read) for p in shown))


def _read(parameter: inspect.Parameter, parent: griffe.Class) -> griffe.Parameter:
    """Return a parameter as if griffe had read it in the body of *parent*."""
    annotation: Any = parameter.annotation
    if isinstance(annotation, str):
        annotation = griffe.safe_get_annotation(ast.parse(annotation, mode="eval").body, parent=parent)
    kind = griffe.ParameterKind[parameter.kind.name.lower()]
    default = None if parameter.default is inspect.Parameter.empty else repr(parameter.default)
    return griffe.Parameter(parameter.name, annotation=annotation, kind=kind, default=default)
