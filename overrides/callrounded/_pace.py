"""How many pages may be under way at once."""

from __future__ import annotations

from typing import Final

from ._errors import APIStatusError

# With these the server says that it is asked too much.
_ASKED_TOO_MUCH: Final = frozenset({429, 503})


class Pace:
    """Opens as the consumer keeps up, falls when the server asks to slow down, and recovers."""

    def __init__(self, ceiling: int, *, window: int, reads_all: bool = False) -> None:
        """Allow *window* pages at once for now, and never more than *ceiling*.

        Args:
            ceiling: How many may ever be under way.
            window: How many may be under way now.
            reads_all: Whether the consumer is going to hold all pages: then it does not matter how many have come ahead
                of their turn.
        """
        self.reads_all: Final = reads_all
        self._ceiling = ceiling
        self._window = min(window, ceiling)
        # What the server bears.
        self._limit = ceiling
        self._answers = 0
        self._waiting = set[object]()

    @property
    def room(self) -> int:
        """How many pages may be under way now: none besides those that are, while a request waits to be repeated."""
        return 0 if self._waiting else min(self._window, self._limit)

    def ahead(self, room: int) -> int | None:
        """Return how many pages may be under way or here, if *room* may be under way; None for any number."""
        return None if self.reads_all else room

    def open(self) -> None:
        """Allow twice as many: the consumer was ready for a page before it had come."""
        self._window = min(2 * self._window, self._ceiling)

    def repeats(self, request: object, error: Exception) -> None:
        """Take note that *request* ended in *error*, and is going to be repeated after some time."""
        if not isinstance(error, APIStatusError) or error.status_code not in _ASKED_TOO_MUCH:
            return
        if not self._waiting:
            # Once for all that were turned down together.
            self._limit = max(1, self._limit // 2)
            self._answers = 0
        self._waiting.add(request)

    def answered(self, request: object) -> None:
        """Take note that *request* is done."""
        self._waiting.discard(request)
        self._answers += 1
        if self._answers >= self._limit < self._ceiling:
            self._limit += 1
            self._answers = 0
