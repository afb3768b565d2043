"""Functions that show something else than they are written with: what help(), notebooks and TypeErrors say of them."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from types import FunctionType


def with_parameters(method: FunctionType, parameters: Iterable[inspect.Parameter]) -> FunctionType:
    """Return a copy of *method* that shows *parameters* after its first one, `self`."""
    shown = _copy(method)
    signature = inspect.signature(method)
    itself = next(iter(signature.parameters.values()))
    vars(shown)["__signature__"] = signature.replace(parameters=[itself, *parameters])
    return shown


def with_qualname(function: FunctionType, qualname: str) -> FunctionType:
    """Return a copy of *function* under another name."""
    copy = _copy(function)
    copy.__qualname__ = qualname
    return copy


def _copy(function: FunctionType) -> FunctionType:
    # Not a wrapper, which would be one more frame in tracebacks.
    copy = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    copy.__annotations__ = function.__annotations__
    copy.__doc__, copy.__qualname__ = function.__doc__, function.__qualname__
    return copy
