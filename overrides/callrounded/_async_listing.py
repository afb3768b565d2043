"""The driver of a listing for the async client: several requests at once are made in tasks.

It ends what it began: when the consumer stops, by a break, an error, a cancellation or by letting go of the iterator,
the requests under way are cancelled, nothing more is requested, and no task outlives the iterator.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from ._errors import APIError, PaginationError
from ._pages import ListEnvelope, ListRequest, build

if TYPE_CHECKING:
    from asyncio import Task

    from callrounded_generated.operation import Operation

    from ._checkpoint import Plan
    from ._connection import Answer, AsyncConnection
    from ._pace import Pace
    from ._paging import Batch, Listing

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class AsyncSource(Generic[T]):
    """Where the pages come from."""

    connection: AsyncConnection
    operation: Operation[..., ListEnvelope[T], Any]

    async def get(self, plan: Plan, request: ListRequest, watch: Watch | None = None) -> Answer[ListEnvelope[T]]:
        """Make *request*, and tell *watch* what becomes of it."""
        sent = build(self.operation, plan.filters, request)
        if watch is None:
            return await self.connection.call(self.operation, sent)
        on_arrival, wait = partial(watch.arrived, request), partial(watch.wait, request)
        return await self.connection.call(self.operation, sent, on_arrival=on_arrival, wait=wait)

    def read(self, plan: Plan, listing: Listing[T], pace: Pace) -> AsyncBatches[T]:
        """Return an iterator of what *listing* hands out; it makes as many requests at once as *pace* allows."""
        return AsyncBatches(partial(self.get, plan), listing, pace)


class Watch(Protocol):
    """Is told what becomes of a request."""

    def arrived(self, request: ListRequest, /) -> None:
        """Take note that an answer to *request* has come, which is still to be read."""

    async def wait(self, request: ListRequest, error: APIError, seconds: float, /) -> None:
        """Wait *seconds*, and until it is the turn of *request*, which ended in *error*, to be made again."""


class AsyncBatches(Generic[T]):
    """Hands out the batches of a listing, within an `async with` block at whose end nothing is left under way.

    No TaskGroup, which would cancel the consumer wherever that is when a request fails. And no generator: at its end
    the event loop would close it together with the generator that is going to close it, and report that as an error.

    Raises:
        RoundedError: as `AsyncConnection.call` and `Listing.advance` do, with the checkpoint after what was handed
            out.
    """

    def __init__(
        self,
        get: Callable[[ListRequest, Watch], Coroutine[Any, Any, Answer[ListEnvelope[T]]]],
        listing: Listing[T],
        pace: Pace,
    ) -> None:
        self._get = get
        self._listing = listing
        self._pace = pace
        self._tasks: dict[Task[Answer[ListEnvelope[T]]], ListRequest] = {}
        self._began = False
        self._stopped = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        from asyncio import CancelledError, wait  # noqa: PLC0415 - who comes here has it; the sync world need not

        self._stopped = True
        for task in self._tasks:
            task.cancel()
        cancelled: CancelledError | None = None
        while under_way := {task for task in self._tasks if not task.done()}:
            # Not gather, which would pass on a cancellation. A cancel scope of anyio cancels again and again: each time
            # it would interrupt httpcore in closing a connection, which then never comes back to the pool.
            try:
                await wait(under_way)
            except CancelledError as error:
                cancelled = error
        for task in self._tasks:
            if not task.cancelled():
                task.exception()  # Else it is reported as never looked at.
        if cancelled is not None:
            raise cancelled

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Batch[T]:
        if self._began and not any(task.done() for task in self._tasks):
            self._pace.open()
        self._began = True
        try:
            batch = await self._next()
        except (APIError, PaginationError) as error:
            error.checkpoint = self._listing.checkpoint
            raise
        if batch is None:
            raise StopAsyncIteration
        self._listing.report()
        # These travel while the consumer works.
        self._start(self._pace.room - 1)
        return batch

    async def _next(self) -> Batch[T] | None:
        from asyncio import FIRST_COMPLETED, wait  # noqa: PLC0415 - as above

        while (batch := self._listing.advance()) is None and not self._listing.finished:
            self._start(self._pace.room)
            done, _ = await wait(self._tasks, return_when=FIRST_COMPLETED)
            for task in done:
                self._tell(task, self._tasks.pop(task))
        return batch

    def _start(self, room: int) -> None:
        from asyncio import create_task  # noqa: PLC0415 - as above

        self._pace.give_turns(self._listing.under_way)
        for request in self._listing.wanted(room, self._pace.ahead(room)):
            self._tasks[create_task(self._get(request, self))] = request

    def arrived(self, request: ListRequest) -> None:
        """Make the next request before the answer is read, which takes some time, if it is sure to be of use."""
        if self._pace.reads_all and not self._stopped:
            self._listing.arrived(request)
            self._start(self._pace.room)

    async def wait(self, request: ListRequest, error: APIError, seconds: float) -> None:
        """Wait before *request* is made again; others wait too if the server asks for that."""
        from asyncio import Event, sleep  # noqa: PLC0415 - as above

        self._listing.repeats(request)
        self._pace.repeats(request, error)
        await sleep(seconds)
        turn = Event()
        self._pace.returns(request, turn.set)
        self._pace.give_turns(self._listing.under_way)
        await turn.wait()

    def _tell(self, task: Task[Answer[ListEnvelope[T]]], request: ListRequest) -> None:
        self._pace.answered(request)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._listing.fail(request, error)
        else:
            self._listing.receive(request, task.result())
