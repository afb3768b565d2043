"""The driver of a listing for the async client: several requests at once are made in tasks.

It ends what it began: when the consumer stops, by a break, an error, a cancellation or by letting go of the iterator,
the requests under way are cancelled, nothing more is requested, and no task outlives the iterator.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

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

    async def get(self, plan: Plan, request: ListRequest, pace: Pace | None = None) -> Answer[ListEnvelope[T]]:
        """Make *request*, and tell *pace* when it is going to be repeated."""

        def on_retry(error: Exception, _seconds: float) -> None:
            if pace is not None:
                pace.repeats(request, error)

        sent = build(self.operation, plan.filters, request)
        return await self.connection.call(self.operation, sent, on_retry=on_retry)

    def read(self, plan: Plan, listing: Listing[T], pace: Pace) -> AsyncBatches[T]:
        """Return an iterator of what *listing* hands out; it makes as many requests at once as *pace* allows."""
        return AsyncBatches(lambda request: self.get(plan, request, pace), listing, pace)


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
        get: Callable[[ListRequest], Coroutine[Any, Any, Answer[ListEnvelope[T]]]],
        listing: Listing[T],
        pace: Pace,
    ) -> None:
        self._get = get
        self._listing = listing
        self._pace = pace
        self._tasks: dict[Task[Answer[ListEnvelope[T]]], ListRequest] = {}
        self._began = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        from asyncio import gather  # noqa: PLC0415 - whoever comes here has imported it; the sync world need not

        for task in self._tasks:
            task.cancel()
        await gather(*self._tasks, return_exceptions=True)

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
        # These travel while the consumer works.
        self._start(self._listing.wanted(self._pace.room - 1))
        return batch

    async def _next(self) -> Batch[T] | None:
        from asyncio import FIRST_COMPLETED, wait  # noqa: PLC0415 - as above

        while (batch := self._listing.advance()) is None and not self._listing.finished:
            self._start(self._listing.wanted(self._pace.room))
            done, _ = await wait(self._tasks, return_when=FIRST_COMPLETED)
            for task in done:
                self._tell(task, self._tasks.pop(task))
        return batch

    def _start(self, requests: list[ListRequest]) -> None:
        from asyncio import create_task  # noqa: PLC0415 - as above

        self._tasks.update((create_task(self._get(request)), request) for request in requests)

    def _tell(self, task: Task[Answer[ListEnvelope[T]]], request: ListRequest) -> None:
        self._pace.answered(request)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._listing.fail(request, error)
        else:
            self._listing.receive(request, task.result())
