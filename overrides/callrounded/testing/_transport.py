"""The fake API without a network: an httpx transport."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack

import httpx

from callrounded.testing._messages import Break, Exchange, Reply, Step

_ERRORS = {
    "close": (httpx.RemoteProtocolError, "Server disconnected without sending a complete response."),
    "reset": (httpx.ReadError, "[Errno 104] Connection reset by peer"),
    "refuse": (httpx.ConnectError, "[Errno 111] Connection refused"),
}


class FakeTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers the requests of an `httpx.Client` or `httpx.AsyncClient`, whatever host they are for.

    A broken connection raises the exception that httpx raises for it. A pause counts against the read timeout of the
    request. Closing the client leaves the transport usable.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response to *request*."""
        with ExitStack() as stack:
            reply = stack.enter_context(self._open(request))
            for _ in _Stream(reply.before, request):
                pass
            stream = _Stream(reply.steps, request, stack.pop_all())
        return httpx.Response(reply.status, headers=reply.headers, stream=stream)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the response to *request*."""
        with ExitStack() as stack:
            reply = stack.enter_context(self._open(request))
            async for _ in _Stream(reply.before, request):
                pass
            stream = _Stream(reply.steps, request, stack.pop_all())
        return httpx.Response(reply.status, headers=reply.headers, stream=stream)

    def _open(self, request: httpx.Request) -> AbstractContextManager[Reply]:
        return self._exchange(request.method, request.url.raw_path.decode("ascii"), dict(request.headers))


class _Stream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """Plays steps of a reply; closing it ends the exchange."""

    def __init__(self, steps: Iterable[Step], request: httpx.Request, exchange: ExitStack | None = None) -> None:
        self._steps = steps
        timeout: float | None = request.extensions.get("timeout", {}).get("read")
        self._timeout = math.inf if timeout is None else timeout
        self._exchange = exchange or ExitStack()

    def __iter__(self) -> Iterator[bytes]:
        for event in self._events():
            if isinstance(event, bytes):
                yield event
            else:
                time.sleep(event)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for event in self._events():
            if isinstance(event, bytes):
                yield event
            else:
                await asyncio.sleep(event)

    def close(self) -> None:
        self._exchange.close()

    async def aclose(self) -> None:
        self._exchange.close()

    def _events(self) -> Iterator[bytes | float]:
        """Yield the bytes that arrive and the seconds to wait; raise what ends them early."""
        for step in self._steps:
            if isinstance(step, Break):
                error, message = _ERRORS[step.how]
                raise error(message)
            if isinstance(step, bytes):
                yield step
            else:
                yield min(step.seconds, self._timeout)
                if step.seconds > self._timeout:
                    raise httpx.ReadTimeout("The read operation timed out")
