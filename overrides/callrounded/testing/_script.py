"""What a test wants to happen, and to which requests."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from callrounded.testing._request import ReceivedRequest

Action = TypeVar("Action")


@dataclass(slots=True)
class _Line(Generic[Action]):
    action: Action
    request: int | None
    page: int | None
    when: Callable[[ReceivedRequest], bool] | None
    times: int | None

    def takes(self, request: ReceivedRequest) -> bool:
        """Return whether *request* is one of those meant, and count it."""
        meant = (
            self.times != 0
            and self.request in (None, request.number)
            and self.page in (None, request.page)
            and (self.when is None or self.when(request))
        )
        if meant and self.times is not None:
            self.times -= 1
        return meant


class Script(Generic[Action]):
    """Actions waiting for their requests, in the order in which they were added."""

    def __init__(self) -> None:
        self._lines: list[_Line[Action]] = []

    def add(
        self,
        action: Action,
        request: int | None,
        page: int | None,
        when: Callable[[ReceivedRequest], bool] | None,
        times: int | None,
    ) -> None:
        """Have *action* wait for the next requests that fulfil every condition given, so many *times*."""
        self._lines.append(_Line(action, request, page, when, times))

    def first(self, request: ReceivedRequest) -> Action | None:
        """Return the first action that is waiting for *request*, if any; those after it go on waiting."""
        return next((line.action for line in self._lines if line.takes(request)), None)

    def all(self, request: ReceivedRequest) -> list[Action]:
        """Return every action that is waiting for *request*."""
        return [line.action for line in self._lines if line.takes(request)]
