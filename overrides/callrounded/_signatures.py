"""Functions that show something else than they are written with: what help(), notebooks and TypeErrors say of them."""

from __future__ import annotations

from functools import update_wrapper
from types import FunctionType


def copied(function: FunctionType) -> FunctionType:
    """Return a copy of *function*, to change what it shows; a wrapper would be one more frame in tracebacks."""
    copy = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    update_wrapper(copy, function)
    return copy
