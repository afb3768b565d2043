"""The driver of a listing for the sync client: several requests at once are made in threads.

It ends what it began: when the consumer stops, by a break, an error or by letting go of the iterator, nothing more is
requested, and no thread outlives the iterator.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, Generic, Self, TypeAlias, TypeVar

from ._errors import APIError, PaginationError
from ._pages import ListEnvelope, ListRequest, build

if TYPE_CHECKING:
    from callrounded_generated.operation import Operation

    from ._checkpoint import Plan
    from ._connection import Answer, Connection
    from ._pace import Pace
    from ._paging import Batch, Listing

T = TypeVar("T")
OnRetry: TypeAlias = Callable[[Exception, float], None]


@dataclass(frozen=True, slots=True)
class Source(Generic[T]):
    """Where the pages come from."""

    connection: Connection
    operation: Operation[..., ListEnvelope[T], Any]

    def get(self, plan: Plan, request: ListRequest, on_retry: OnRetry | None = None) -> Answer[ListEnvelope[T]]:
        """Make *request*."""
        return self.connection.call(self.operation, build(self.operation, plan.filters, request), on_retry=on_retry)

    def read(self, plan: Plan, listing: Listing[T], pace: Pace) -> Batches[T]:
        """Return an iterator of what *listing* hands out; it makes as many requests at once as *pace* allows."""
        return Batches(lambda request, on_retry: self.get(plan, request, on_retry), listing, pace)


class Batches(Generic[T]):
    """Hands out the batches of a listing, within a `with` block at whose end nothing is left under way.

    Raises:
        RoundedError: as `Connection.call` and `Listing.advance` do, with the checkpoint after what was handed out.
    """

    def __init__(
        self, get: Callable[[ListRequest, OnRetry], Answer[ListEnvelope[T]]], listing: Listing[T], pace: Pace
    ) -> None:
        self._threads = _Threads(get)
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
        try:
            batch = self._next()
        except (APIError, PaginationError) as error:
            error.checkpoint = self._listing.checkpoint
            raise
        if batch is None:
            raise StopIteration
        # These travel while the consumer works.
        self._threads.start(self._listing.wanted(self._pace.room - 1))
        return batch

    def _next(self) -> Batch[T] | None:
        while (batch := self._listing.advance()) is None and not self._listing.finished:
            requests = self._listing.wanted(self._pace.room)
            if len(requests) == 1 and not self._threads.running:
                self._threads.run_here(requests[0])
            else:
                self._threads.start(requests)
            self._threads.tell(self._listing, self._pace)
        return batch


@dataclass(frozen=True, slots=True)
class _Repeats:
    """News of a request: it ended in *error*, and is going to be repeated."""

    error: Exception


class _Stopped(Exception):  # noqa: N818 - ends a thread, and is seen by nobody
    """The consumer has stopped: the request is not repeated."""


class _Threads(Generic[T]):
    """The requests under way, each in a thread of its own.

    The threads are daemons. Those of concurrent.futures would keep the interpreter from exiting until the last
    request has been answered or has timed out.
    """

    def __init__(self, get: Callable[[ListRequest, OnRetry], Answer[ListEnvelope[T]]]) -> None:
        self.running: dict[ListRequest, Thread] = {}
        self._get = get
        self._news: SimpleQueue[tuple[ListRequest, Answer[ListEnvelope[T]] | _Repeats | BaseException]] = SimpleQueue()
        self._stopped = False

    @property
    def has_news(self) -> bool:
        """Whether `tell` would not have to wait."""
        return not self._news.empty()

    def start(self, requests: list[ListRequest]) -> None:
        """Make *requests*, each in a thread."""
        for request in requests:
            # Tracing and logging find the context that the consumer has.
            thread = Thread(target=copy_context().run, args=(self.run_here, request), name="callrounded", daemon=True)
            self.running[request] = thread
            thread.start()

    def run_here(self, request: ListRequest) -> None:
        """Make *request* in this thread."""

        def on_retry(error: Exception, _seconds: float) -> None:
            if self._stopped:
                raise _Stopped
            self._news.put((request, _Repeats(error)))

        try:
            self._news.put((request, self._get(request, on_retry)))
        except BaseException as error:  # noqa: BLE001 - raised by whoever waits for it
            self._news.put((request, error))

    def tell(self, listing: Listing[T], pace: Pace) -> None:
        """Wait for news, and pass it on."""
        request, news = self._news.get()
        if isinstance(news, _Repeats):
            pace.repeats(request, news.error)
            return
        pace.answered(request)
        thread = self.running.pop(request, None)
        if thread is not None:
            thread.join()
        if isinstance(news, Exception):
            listing.fail(request, news)
        elif isinstance(news, BaseException):
            raise news
        else:
            listing.receive(request, news)

    def abandon(self) -> None:
        """Leave the threads to themselves: what they wait for may never come."""
        self._stopped = True
        self.running.clear()

    def join(self) -> None:
        """Wait until the requests under way have ended; none is repeated."""
        self._stopped = True
        for thread in self.running.values():
            thread.join()
        self.running.clear()
