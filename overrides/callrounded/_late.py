"""Imports that wait until something is asked for.

Making a client needs httpx and little else. Models and paging take as long again to import; a process that only might
call the API need not pay for them, and one that does pays with its first request.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, TypeVar, cast

D = TypeVar("D")


class LateModule:
    """Stands for the module of that name, which is imported when one of its attributes is first asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(importlib.import_module(self._name), attribute)


def late(make: Callable[[], D]) -> D:
    """Return a class attribute that is the descriptor made by *make*, but makes it when it is first asked for.

    phone_numbers = late(lambda: resources.SyncList(api.list_phone_numbers))
    """
    return cast(D, _Late(make))


class _Late:
    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._made: Any = None

    def __get__(self, instance: object, owner: type) -> Any:
        if self._made is None:
            self._made = self._make()
        return self._made.__get__(instance, owner)
