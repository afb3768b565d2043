"""How many pages may be under way at once."""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Final

from ._errors import APIStatusError

# With these the server says that it is asked too much.
_ASKED_TOO_MUCH: Final = frozenset({429, 503})
# Threads only help against waiting: all that is done with an answer, one has to do after the other. From a server that
# answers faster than that, 1,000 records come sooner, and with less work, one page at a time.
_LONG_WAIT: Final = 0.01


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
        self._limit_before = ceiling
        # Requests that were refused and are not done, and how often; and those of them that wait as the server asks.
        self._refused = dict[object, int]()
        self._sleeping = set[object]()
        # How often those were refused that have waited, and what lets them go on.
        self._back: list[tuple[int, Callable[[], object]]] = []

    @property
    def room(self) -> int:
        """How many pages may be under way now: none besides those that are, while a request waits to be repeated."""
        return 0 if self._sleeping or self._back else min(self._window, self._limit)

    def ahead(self, room: int) -> int | None:
        """Return how many pages may be under way or here, if *room* may be under way; None for any number."""
        return None if self.reads_all else room

    def open(self) -> None:
        """Allow twice as many: the consumer was ready for a page before it had come."""
        if not self.reads_all:
            self._window = min(2 * self._window, self._ceiling)

    def waited(self, seconds: float) -> None:
        """Allow as many as ever: a thread that did nothing else has waited *seconds* for a page, if these are many."""
        if self.reads_all and seconds > _LONG_WAIT:
            self._window = self._ceiling

    def repeats(self, request: object, error: Exception) -> None:
        """Take note that *request* ended in *error*, and is going to be repeated after some time."""
        if not isinstance(error, APIStatusError) or error.status_code not in _ASKED_TOO_MUCH:
            return
        if not self._refused:
            self._limit_before = self._limit
        self._refused[request] = self._refused.get(request, 0) + 1
        self._sleeping.add(request)
        # Half for all that were refused together, and no more than those that were not. One that is refused again has
        # few attempts left: no other shall come in its way.
        again = self._refused[request] > 1
        self._limit = 1 if again else max(1, min(self._limit_before // 2, self._limit_before - len(self._refused)))
        self._answers = 0

    def returns(self, request: object, go_on: Callable[[], object]) -> None:
        """Take note that *request* has waited; *go_on* is called when it is its turn to be repeated."""
        self._sleeping.discard(request)
        self._back.append((self._refused.get(request, 0), go_on))

    def give_turns(self, under_way: int) -> None:
        """Let those be repeated whose turn it is, when so many requests are *under_way*, those that wait included.

        As long as the server has asked one to wait, all do.
        """
        while self._back and not self._sleeping and under_way - len(self._back) < self._limit:
            most_refused = max(self._back, key=itemgetter(0))
            self._back.remove(most_refused)
            most_refused[1]()

    def answered(self, request: object) -> None:
        """Take note that *request* is done."""
        self._sleeping.discard(request)
        self._refused.pop(request, None)
        self._answers += 1
        if self._answers >= self._limit < self._ceiling:
            self._limit += 1
            self._answers = 0
