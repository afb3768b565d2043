"""The fake API without a network: an httpx transport."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack

import anyio
import httpx

from callrounded.testing._reply import Break, Exchange, Pause, Reply


class FakeTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers the requests of an `httpx.Client` or `httpx.AsyncClient`, whatever host they are for.

    A fault of the connection raises the exception that httpx raises for it, a pause counts against the read timeout
    of the request. Closing the client leaves the transport usable.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer *request*."""
        patience = _read_timeout(request)
        with ExitStack() as stack:
            reply = stack.enter_context(self._exchange(*_parts(request)))
            for step in reply.before:
                if isinstance(step, Break):
                    raise _error_before_answer(step)
                _sleep(step, patience)
            return _response(reply, patience, stack.pop_all())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer *request*."""
        patience = _read_timeout(request)
        with ExitStack() as stack:
            reply = stack.enter_context(self._exchange(*_parts(request)))
            for step in reply.before:
                if isinstance(step, Break):
                    raise _error_before_answer(step)
                await _sleep_async(step, patience)
            return _response(reply, patience, stack.pop_all())


class _ReplyStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """The body of a reply; closing it ends the exchange."""

    def __init__(self, reply: Reply, patience: float | None, exchange: ExitStack) -> None:
        self._reply = reply
        self._patience = patience
        self._exchange = exchange

    def __iter__(self) -> Iterator[bytes]:
        for step in self._reply.steps():
            if isinstance(step, Pause):
                _sleep(step, self._patience)
            else:
                yield _arrived(step)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for step in self._reply.steps():
            if isinstance(step, Pause):
                await _sleep_async(step, self._patience)
            else:
                yield _arrived(step)

    def close(self) -> None:
        self._exchange.close()

    async def aclose(self) -> None:
        self._exchange.close()


def _parts(request: httpx.Request) -> tuple[str, str, dict[str, str]]:
    return request.method, request.url.raw_path.decode("ascii"), dict(request.headers)


def _response(reply: Reply, patience: float | None, exchange: ExitStack) -> httpx.Response:
    headers = reply.framed_headers()
    return httpx.Response(reply.status, headers=headers, stream=_ReplyStream(reply, patience, exchange))


def _read_timeout(request: httpx.Request) -> float | None:
    """Return the seconds for which *request* waits for the next bytes, or None when it waits for ever."""
    timeouts: dict[str, float | None] = request.extensions.get("timeout", {})
    return timeouts.get("read")


def _sleep(pause: Pause, patience: float | None) -> None:
    seconds, error = _sleep_for(pause, patience)
    time.sleep(seconds)
    if error is not None:
        raise error


async def _sleep_async(pause: Pause, patience: float | None) -> None:
    seconds, error = _sleep_for(pause, patience)
    await anyio.sleep(seconds)
    if error is not None:
        raise error


def _sleep_for(pause: Pause, patience: float | None) -> tuple[float, httpx.ReadTimeout | None]:
    if patience is None or pause.seconds <= patience:
        return pause.seconds, None
    return patience, httpx.ReadTimeout("The read operation timed out")


def _error_before_answer(connection: Break) -> httpx.TransportError:
    if connection.how == "refuse":
        return httpx.ConnectError("[Errno 111] Connection refused")
    if connection.how == "reset":
        return httpx.ReadError("[Errno 104] Connection reset by peer")
    return httpx.RemoteProtocolError("Server disconnected without sending a response.")


def _arrived(step: bytes | Break) -> bytes:
    """Return the bytes of *step*.

    Raises:
        httpx.TransportError: the connection ends in the middle of the body.
    """
    if isinstance(step, bytes):
        return step
    if step.how == "close":
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")
    raise httpx.ReadError("[Errno 104] Connection reset by peer")
