"""The two drivers of a listing, one with threads and one with tasks: they keep pages in flight, in order.

`Listing` says which pages there are. Up to `listing.window` are requested before their turn, `concurrency` of them at
the same time; they are received in order. The first page is read alone, as it tells how many there are.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeAlias, TypeVar

from callrounded_generated.responses import Response

from ._checkpoint import PageRequest
from ._connections import running_loop
from ._listing import Listing, ReceivedPage, Result
from ._retry import Hold

T = TypeVar("T")
R = TypeVar("R")

Fetch: TypeAlias = Callable[[PageRequest, Hold], Response[Any]]
"""Requests a page, once the hold is over."""
AsyncFetch: TypeAlias = Callable[[PageRequest, Hold], Coroutine[Any, Any, Response[Any]]]


def read_pages(listing: Listing[T], fetch: Fetch) -> Generator[ReceivedPage[T], None, None]:
    """Yield the pages of *listing*."""
    hold, threads = Hold(), ThreadPoolExecutor(listing.options.concurrency, thread_name_prefix="callrounded")
    requested: deque[tuple[PageRequest, Result]] = deque()
    not_for_threads = set[PageRequest]()

    def fetch_in_thread(request: PageRequest) -> Any:
        return None if request in not_for_threads else fetch(request, hold)

    def submit(request: PageRequest) -> Result:
        is_first = not requested and listing.progress.pages == 0
        if listing.window and not is_first:
            try:
                return threads.submit(copy_context().run, fetch_in_thread, request).result
            except RuntimeError:
                # The interpreter is about to exit, or no thread can be started. The request is in the queue all the
                # same, for a thread that becomes free.
                not_for_threads.add(request)
        return lambda: copy_context().run(fetch, request, hold)  # When its turn comes, here.

    try:
        while not listing.is_done:
            _request_pages(listing, requested, submit, at_least=1)
            page = listing.receive(*requested.popleft())
            _request_pages(listing, requested, submit)
            listing.report(page)
            yield page
            listing.widen()
        listing.raise_if_incomplete()
    finally:
        hold.stop()
        threads.shutdown(wait=False, cancel_futures=True)


async def read_pages_async(listing: Listing[T], fetch: AsyncFetch) -> AsyncGenerator[ReceivedPage[T], None]:
    """Do what `read_pages` does, with tasks."""
    running_loop()  # Under trio, this says so.
    hold, free_slots = Hold(), asyncio.Semaphore(listing.options.concurrency)
    requested: deque[tuple[PageRequest, asyncio.Task[Response[Any]]]] = deque()

    async def sent(request: PageRequest) -> Response[Any]:
        async with free_slots:
            return await fetch(request, hold)

    def submit(request: PageRequest) -> asyncio.Task[Response[Any]]:
        return asyncio.create_task(sent(request))

    try:
        while not listing.is_done:
            _request_pages(listing, requested, submit, at_least=1)
            request, task = requested[0]
            await asyncio.wait([task])
            requested.popleft()
            page = listing.receive(request, task.result)
            _request_pages(listing, requested, submit)
            listing.report(page)
            yield page
            listing.widen()
        listing.raise_if_incomplete()
    finally:
        await _end([task for _, task in requested])


async def _end(tasks: list[asyncio.Task[Any]]) -> None:
    """Cancel *tasks*, and wait for their end even if this task is cancelled meanwhile, as anyio does repeatedly.

    Passed on, that would interrupt httpcore while it closes a connection, which then stays open.
    """
    for task in tasks:
        task.cancel()
    cancelled: asyncio.CancelledError | None = None
    # To wait for what is done would disturb an event loop that closes: it closes a generator and its consumer at once.
    while pending := [task for task in tasks if not task.done()]:
        try:
            await asyncio.wait(pending)
        except asyncio.CancelledError as error:
            cancelled = error
    for task in tasks:
        if not task.cancelled():
            task.exception()  # Otherwise asyncio reports that nobody has looked at it.
    if cancelled is not None:
        raise cancelled


def _request_pages(
    listing: Listing[Any],
    requested: deque[tuple[PageRequest, R]],
    submit: Callable[[PageRequest], R],
    at_least: int = 0,
) -> None:
    """Have as many pages in flight as the window allows, and *at_least* so many."""
    while len(requested) < max(listing.window, at_least) and (request := listing.next_request()) is not None:
        requested.append((request, submit(request)))
