"""The driver of a listing for the async client: several requests at once are made in tasks.

It ends what it began: when the consumer stops, by a break, an error, a cancellation or by letting go of the iterator,
the requests under way are cancelled, nothing more is requested, and no task outlives the iterator.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

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

    async def read(self, plan: Plan, listing: Listing[T], pace: Pace) -> AsyncGenerator[Batch[T], None]:
        """Yield what *listing* hands out, and make the requests that it wants, as many at once as *pace* allows.

        Raises:
            RoundedError: as `AsyncConnection.call` and `Listing.advance` do, with the checkpoint after what was handed
                out.
        """
        # Not a TaskGroup: it would cancel the consumer, who is somewhere else while this generator is suspended.
        from asyncio import FIRST_COMPLETED, create_task, gather, wait  # noqa: PLC0415

        tasks: dict[Task[Answer[ListEnvelope[T]]], ListRequest] = {}

        def start(requests: list[ListRequest]) -> None:
            tasks.update((create_task(self.get(plan, request, pace)), request) for request in requests)

        try:
            while True:
                batch = listing.advance()
                if batch is not None:
                    # These travel while the consumer works.
                    start(listing.wanted(pace.room - 1))
                    yield batch
                elif listing.finished:
                    return
                else:
                    if not any(task.done() for task in tasks):
                        pace.open()
                    start(listing.wanted(pace.room))
                    done, _ = await wait(tasks, return_when=FIRST_COMPLETED)
                    for task in done:
                        request = tasks.pop(task)
                        pace.answered(request)
                        error = None if task.cancelled() else task.exception()
                        if isinstance(error, Exception):
                            listing.fail(request, error)
                        else:
                            listing.receive(request, task.result())
        except (APIError, PaginationError) as error:
            error.checkpoint = listing.checkpoint
            raise
        finally:
            for task in tasks:
                task.cancel()
            await gather(*tasks, return_exceptions=True)
