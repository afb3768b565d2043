"""What overrides use of a module of `callrounded_generated.api`: one operation of the API."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable
from functools import update_wrapper
from types import FunctionType
from typing import Any, Concatenate, ParamSpec, Protocol, TypeAlias, TypeVar

from callrounded_generated.client import AuthenticatedClient
from callrounded_generated.responses import Response

P = ParamSpec("P")
T_co = TypeVar("T_co", covariant=True)


class Operation(Protocol[P, T_co]):
    """A generated module, such as `callrounded_generated.api.phone_numbers.list_phone_numbers`.

    Its parameters and the type of its result are those of `sync`; `..._detailed` are what is called.
    """

    @property
    def __name__(self) -> str: ...
    @property
    def sync(self) -> Callable[Concatenate[AuthenticatedClient, P], T_co]: ...
    @property
    def sync_detailed(self) -> Callable[Concatenate[AuthenticatedClient, P], Response[Any]]: ...
    @property
    def asyncio_detailed(self) -> Callable[Concatenate[AuthenticatedClient, P], Awaitable[Response[Any]]]: ...


AnyOperation: TypeAlias = Operation[..., object]


def by_name(operation: AnyOperation, args: tuple[object, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call of *operation* by name: it takes no others."""
    if args:
        raise TypeError(f"{name_of(operation)}() takes its parameters by name: limit=100, not 100.")
    return kwargs


def name_of(operation: AnyOperation) -> str:
    """Return the name of *operation*: `list_phone_numbers`."""
    return operation.__name__.rpartition(".")[2]


def copied(function: FunctionType) -> FunctionType:
    """Return a copy of *function*, to change what it shows; a wrapper would be one more frame in tracebacks."""
    copy = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    update_wrapper(copy, function)
    return copy


def with_parameters(method: FunctionType, parameters: Iterable[inspect.Parameter]) -> FunctionType:
    """Return a copy of *method* that shows these *parameters* in help() and in notebooks, in place of `*args`."""
    copy = copied(method)
    signature = inspect.signature(method)
    vars(copy)["__signature__"] = signature.replace(parameters=[signature.parameters["self"], *parameters])
    return copy
