"""The two drivers of a listing, one with threads and one with tasks: they keep pages in flight, in order.

What they decide is decided in `_listing`. Both look ahead as far as a window of pages allows:

- 0 requests a page when its turn comes,
- an iterator begins with 1, and doubles it with each page that is consumed,
- None is for a list: all pages that are known are asked for, and *concurrency* of them are in flight.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import Any, TypeAlias, TypeVar

from callrounded_generated.responses import Response

from ._connections import running_loop
from ._errors import NotFoundError, RoundedError
from ._listing import Listing, OnProgress, ReceivedPage
from ._paging import PageRequest
from ._retry import Hold

T = TypeVar("T")

Send: TypeAlias = Callable[[PageRequest, Hold, threading.Event], Response[Any]]
"""Sends a request, once the hold is over, unless the event says that nobody waits for it any more."""
AsyncSend: TypeAlias = Callable[[PageRequest, Hold], Coroutine[Any, Any, Response[Any]]]


def read_pages(
    listing: Listing[T], send: Send, *, concurrency: int, window: int | None, on_progress: OnProgress | None = None
) -> Generator[ReceivedPage[T], None, None]:
    """Yield the pages of *listing*.

    Raises:
        RoundedError: a page did not come, or the listing is incomplete; it has the checkpoint after the last page.
    """
    hold, stopped = Hold(), threading.Event()
    threads = ThreadPoolExecutor(concurrency, thread_name_prefix="callrounded")
    in_flight: deque[tuple[PageRequest, int, Future[Response[Any]]]] = deque()

    def request_pages(ahead: int | None) -> None:
        while ahead is None or len(in_flight) < ahead:
            if (request := listing.next_request()) is None:
                return
            # Only what is in flight beside something else needs a thread.
            needs_thread = window != 0 and (in_flight or listing.position is not first)
            future = _submitted(threads if needs_thread else None, send, request, hold, stopped)
            in_flight.append((request, listing.passes, future))

    first = listing.position
    try:
        while True:
            with _checkpoint_on_error(listing):
                request_pages(window if window is None else max(window, 1))
                if not in_flight:
                    break
                request, number_of_pass, future = in_flight.popleft()
                if number_of_pass != listing.passes:
                    future.cancel()
                    continue
                page = listing.receive(request, _response_or_end(listing, future.result))
                request_pages(window)
            if on_progress is not None and page.response is not None:
                on_progress(page.progress)
            yield page
            window = window and min(2 * window, concurrency)
        with _checkpoint_on_error(listing):
            listing.finish()
    finally:
        # Not waiting: Ctrl-C, a break or an error would take as long as the slowest page in flight.
        stopped.set()
        threads.shutdown(wait=False, cancel_futures=True)


async def read_pages_async(
    listing: Listing[T], send: AsyncSend, *, concurrency: int, window: int | None, on_progress: OnProgress | None = None
) -> AsyncGenerator[ReceivedPage[T], None]:
    """Do what `read_pages` does, with tasks."""
    running_loop()  # Under trio, this says so.
    hold, free_slots = Hold(), asyncio.Semaphore(concurrency)
    in_flight: deque[tuple[PageRequest, int, asyncio.Task[Response[Any]]]] = deque()

    async def sent(request: PageRequest) -> Response[Any]:
        async with free_slots:
            return await send(request, hold)

    def request_pages(ahead: int | None) -> None:
        while ahead is None or len(in_flight) < ahead:
            if (request := listing.next_request()) is None:
                return
            in_flight.append((request, listing.passes, asyncio.create_task(sent(request))))

    try:
        while True:
            with _checkpoint_on_error(listing):
                request_pages(window if window is None else max(window, 1))
                if not in_flight:
                    break
                request, number_of_pass, task = in_flight[0]
                if number_of_pass == listing.passes:
                    await asyncio.wait([task])
                in_flight.popleft()
                if number_of_pass != listing.passes:
                    await _cancel([task])
                    continue
                page = listing.receive(request, _response_or_end(listing, task.result))
                request_pages(window)
            if on_progress is not None and page.response is not None:
                on_progress(page.progress)
            yield page
            window = window and min(2 * window, concurrency)
        with _checkpoint_on_error(listing):
            listing.finish()
    finally:
        await _cancel([task for _, _, task in in_flight])


async def _cancel(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancel *tasks* and wait for their end, even if this task is cancelled meanwhile.

    A cancel scope of anyio cancels again and again. `gather` would pass that on and interrupt httpcore while it closes
    a connection, which then stays open.
    """
    for task in tasks:
        task.cancel()
    cancelled: asyncio.CancelledError | None = None
    while pending := [task for task in tasks if not task.done()]:
        try:
            await asyncio.wait(pending)
        except asyncio.CancelledError as error:
            cancelled = error
    for task in tasks:
        if not task.cancelled():
            task.exception()  # Otherwise asyncio reports that nobody looked at it.
    if cancelled is not None:
        raise cancelled


def _submitted(threads: ThreadPoolExecutor | None, send: Callable[..., T], *arguments: Any) -> Future[T]:
    """Return the future of a call in one of *threads*, or in this thread where that is impossible."""
    if threads is not None:
        try:
            return threads.submit(copy_context().run, send, *arguments)
        except RuntimeError:  # The interpreter is about to exit, or no thread can be started.
            pass
    future: Future[T] = Future()
    try:
        future.set_result(send(*arguments))
    except Exception as error:  # noqa: BLE001 - whoever asks for the result gets it
        future.set_exception(error)
    return future


def _response_or_end(listing: Listing[Any], result: Callable[[], Response[Any]]) -> Response[Any] | None:
    """Return what *result* returns; None if that is a 404 beyond the end of the listing."""
    try:
        return result()
    except NotFoundError:
        if listing.may_end_with_404():
            return None
        raise


@contextmanager
def _checkpoint_on_error(listing: Listing[Any]) -> Generator[None, None, None]:
    """Give an error of *listing* the checkpoint after the last page."""
    try:
        yield
    except RoundedError as error:
        error.checkpoint = listing.checkpoint
        raise
