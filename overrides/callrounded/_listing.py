"""The driver of a listing for the sync client: several requests at once are made in threads.

It ends what it began: when the consumer stops, by a break, an error or by letting go of the iterator, nothing more is
requested, and no thread outlives the iterator.
"""

from __future__ import annotations

import sys
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from threading import Event, Thread, current_thread
from time import perf_counter, sleep, thread_time
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeAlias, TypeVar

from ._errors import APIError, PaginationError
from ._pages import ListEnvelope, ListRequest, build

if TYPE_CHECKING:
    from callrounded_generated.operation import Operation

    from ._checkpoint import Plan
    from ._connection import Answer, Connection, OnArrival, Wait
    from ._pace import Pace
    from ._paging import Batch, Listing

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Source(Generic[T]):
    """Where the pages come from."""

    connection: Connection
    operation: Operation[..., ListEnvelope[T], Any]

    def get(
        self,
        plan: Plan,
        request: ListRequest,
        *,
        on_arrival: OnArrival | None = None,
        wait: Wait | None = None,
    ) -> Answer[ListEnvelope[T]]:
        """Make *request*."""
        sent = build(self.operation, plan.filters, request)
        return self.connection.call(self.operation, sent, on_arrival=on_arrival, wait=wait)

    def read(self, plan: Plan, listing: Listing[T], pace: Pace) -> Batches[T]:
        """Return an iterator of what *listing* hands out; it makes as many requests at once as *pace* allows."""
        return Batches(partial(self.get, plan), listing, pace)


class Get(Protocol[T]):
    """Makes a request; the arguments are those of `Connection.call`."""

    def __call__(
        self, request: ListRequest, /, *, on_arrival: OnArrival | None, wait: Wait | None
    ) -> Answer[ListEnvelope[T]]:
        """Make *request* and return the answer."""
        ...


class Batches(Generic[T]):
    """Hands out the batches of a listing, within a `with` block at whose end nothing is left under way.

    Raises:
        RoundedError: as `Connection.call` and `Listing.advance` do, with the checkpoint after what was handed out.
    """

    def __init__(self, get: Get[T], listing: Listing[T], pace: Pace) -> None:
        self._threads = _Threads(get, announces=pace.reads_all)
        self._listing = listing
        self._pace = pace
        self._began = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error_type: type[BaseException] | None, *_: object) -> None:
        if error_type is None or issubclass(error_type, Exception | GeneratorExit):
            self._threads.join()
        else:
            # Ctrl-C: what the threads wait for may never come.
            self._threads.abandon()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Batch[T]:
        if self._began and not self._threads.has_news:
            self._pace.open()
        self._began = True
        while self._threads.has_news:
            self._tell(*self._threads.news())
        try:
            batch = self._next()
        except (APIError, PaginationError) as error:
            error.checkpoint = self._listing.checkpoint
            raise
        if batch is None:
            raise StopIteration
        self._listing.report()
        # These travel while the consumer works.
        self._threads.start(self._wanted(self._pace.room - 1))
        return batch

    def _next(self) -> Batch[T] | None:
        while (batch := self._listing.advance()) is None and not self._listing.finished:
            requests = self._wanted(self._pace.room)
            if len(requests) == 1 and not self._threads.under_way:
                self._pace.waited(self._threads.start_here(requests[0]))
            else:
                self._threads.start(requests)
            self._tell(*self._threads.news())
        return batch

    def _wanted(self, room: int) -> list[ListRequest]:
        self._pace.give_turns(self._listing.under_way)
        return self._listing.wanted(room, self._pace.ahead(room))

    def _tell(self, request: ListRequest, news: News[T]) -> None:
        if isinstance(news, _Arrived):
            self._listing.arrived(request)
            return
        if isinstance(news, _Repeats):
            self._listing.repeats(request)
            self._pace.repeats(request, news.error)
            return
        if isinstance(news, _Returns):
            self._pace.returns(request, news.turn.set)
            return
        self._pace.answered(request)
        if isinstance(news, Exception):
            self._listing.fail(request, news)
        elif isinstance(news, BaseException):
            raise news
        else:
            self._listing.receive(request, news)


class _Arrived:
    """News of a request: an answer has come, which is still to be read."""


@dataclass(frozen=True, slots=True)
class _Repeats:
    """News of a request: it ended in *error*, and is going to be repeated."""

    error: Exception


@dataclass(frozen=True, slots=True)
class _Returns:
    """News of a request: it has waited, and is repeated when it is its *turn*."""

    turn: Event


News: TypeAlias = "Answer[ListEnvelope[T]] | _Arrived | _Repeats | _Returns | BaseException"


class _Stopped(Exception):  # noqa: N818 - ends a thread, and is seen by nobody
    """The consumer has stopped: the request is not repeated."""


class _Threads(Generic[T]):
    """The requests under way, each in a thread of its own.

    The threads are daemons. Those of concurrent.futures would keep the interpreter from exiting until the last
    request has been answered or has timed out.

    Attributes:
        under_way: How many requests there has been no final news of.
    """

    def __init__(self, get: Get[T], *, announces: bool) -> None:
        """Make requests with *get*. If that *announces*, there is news of an answer before it is read, too."""
        self._get = get
        self._announces = announces
        self._news: SimpleQueue[tuple[ListRequest, News[T]]] = SimpleQueue()
        # Those that are not waited for before the end; waiting for each would take turns with all the others.
        self._threads: list[Thread] = []
        self.under_way = 0
        self._turns: set[Event] = set()
        self._stopped = Event()

    @property
    def has_news(self) -> bool:
        """Whether `news` would not have to wait."""
        return not self._news.empty()

    def news(self) -> tuple[ListRequest, News[T]]:
        """Wait for news of a request, and return both."""
        request, news = self._news.get()
        if not isinstance(news, _Arrived | _Repeats | _Returns):
            self.under_way -= 1
        return request, news

    def start(self, requests: list[ListRequest]) -> None:
        """Make *requests*, each in a thread."""
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        for request in requests:
            # Tracing and logging find the context that the consumer has.
            make = partial(copy_context().run, self._make, request)
            thread = Thread(target=make, name="callrounded", daemon=True)
            self.under_way += 1
            thread.start()
            self._threads.append(thread)

    def start_here(self, request: ListRequest) -> float:
        """Make *request* in this thread, and return how many seconds it had nothing to do."""
        self.under_way += 1
        began, worked = perf_counter(), thread_time()
        self._make(request, here=True)
        return (perf_counter() - began) - (thread_time() - worked)

    def _make(self, request: ListRequest, *, here: bool = False) -> None:
        def on_arrival() -> None:
            self._news.put((request, _Arrived()))
            # Lets the consumer's thread make the next request now; else it may wait until this answer has been read.
            sleep(0)

        def wait(error: Exception, seconds: float) -> None:
            self._news.put((request, _Repeats(error)))
            self._stopped.wait(seconds)
            if not here:
                self._wait_for_turn(request)
            if self._stopped.is_set():
                raise _Stopped

        try:
            answer = self._get(request, on_arrival=on_arrival if self._announces and not here else None, wait=wait)
        except BaseException as error:  # noqa: BLE001 - raised by whoever waits for it
            self._news.put((request, error))
        else:
            self._news.put((request, answer))

    def _wait_for_turn(self, request: ListRequest) -> None:
        turn = Event()
        self._turns.add(turn)
        # Whoever stops sets this first, and then all turns there are.
        if not self._stopped.is_set():
            self._news.put((request, _Returns(turn)))
            turn.wait()
        self._turns.discard(turn)

    def _stop(self) -> None:
        self._stopped.set()
        for turn in self._turns.copy():
            turn.set()

    def abandon(self) -> None:
        """Leave the threads to themselves: what they wait for may never come."""
        self._stop()
        self._threads.clear()

    def join(self) -> None:
        """Wait until the requests under way have ended; none is repeated."""
        self._stop()
        for thread in self._threads:
            # The garbage collector can bring one of the threads here. And when Python exits, none of them goes on.
            if thread is not current_thread() and not sys.is_finalizing():
                thread.join()
        self._threads.clear()
