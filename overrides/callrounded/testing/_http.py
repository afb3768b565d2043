"""HTTP/1.1 in bytes, as far as a server for tests needs it (RFC 9112)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus

from callrounded.testing._reply import Break, Pause, Reply, Step, error_reply

_MAX_HEAD = 64 * 1024
# A body is of no use to this API; a longer one is not read, and the connection ends with the answer.
_MAX_BODY = 1024 * 1024
_READ_SIZE = 64 * 1024


@dataclass(frozen=True, slots=True)
class RequestHead:
    """The head of a request, its body read and dropped."""

    method: str
    target: str
    headers: dict[str, str]
    """The headers, their names in lower case; of a repeated one the values joined by commas."""
    keep_alive: bool
    """Whether another request can follow on the connection."""


class BadRequestError(ValueError):
    """Bytes that are no request; `reply` is what a server answers before it ends the connection."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.reply = error_reply(status, message)


class RequestReader:
    """Reads one request after the other from a connection.

    Args:
        receive: returns the next bytes, at most as many as asked for, and none when the client has ended.
    """

    def __init__(self, receive: Callable[[int], bytes]) -> None:
        self._receive = receive
        self._buffer = b""

    def next(self) -> RequestHead | None:
        """Return the next request, or None when the client has ended the connection.

        Raises:
            BadRequestError: what came is no request.
        """
        while b"\r\n\r\n" not in self._buffer:
            if len(self._buffer) > _MAX_HEAD:
                raise BadRequestError(431, "Request head too large")
            if not self._fill():
                return None
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        request = _read_head(head.decode("latin-1"))
        length = int(request.headers.get("content-length", "0"))
        if not request.keep_alive:
            return request
        while len(self._buffer) < length and self._fill():
            pass
        self._buffer = self._buffer[length:]
        return request

    def _fill(self) -> bool:
        received = self._receive(_READ_SIZE)
        self._buffer += received
        return bool(received)


def _read_head(head: str) -> RequestHead:
    request_line, *lines = head.lstrip("\r\n").split("\r\n")
    try:
        method, target, version = request_line.split(" ")
    except ValueError:
        raise BadRequestError(400, "Malformed request line") from None
    if version not in ("HTTP/1.0", "HTTP/1.1"):
        raise BadRequestError(505, "HTTP version not supported")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or name != name.strip():
            raise BadRequestError(400, "Malformed header")
        known = headers.get(name.lower())
        headers[name.lower()] = value.strip() if known is None else f"{known}, {value.strip()}"
    length = headers.get("content-length", "0")
    if not re.fullmatch(r"[0-9]{1,18}", length):
        raise BadRequestError(400, "Malformed Content-Length")
    readable = "transfer-encoding" not in headers and int(length) <= _MAX_BODY
    wanted = version == "HTTP/1.1" and headers.get("connection", "").lower() != "close"
    return RequestHead(method, target, headers, keep_alive=readable and wanted)


def written(reply: Reply, *, keep_alive: bool) -> Iterator[Step]:
    """Yield the steps of sending *reply*: bytes, pauses and the end of the connection, if it breaks."""
    yield from reply.before
    headers = reply.framed_headers()
    if not keep_alive:
        headers = (*headers, ("Connection", "close"))
    phrase = HTTPStatus(reply.status).phrase if reply.status in _REGISTERED else ""
    lines = [f"HTTP/1.1 {reply.status} {phrase}", *(f"{name}: {value}" for name, value in headers), "", ""]
    head = "\r\n".join(lines).encode("latin-1")
    if isinstance(reply.body, bytes):
        # In one piece, so that an answer does not cost two system calls and two packets.
        yield head + reply.body if reply.has_body else head
        return
    yield head
    chunked = ("Transfer-Encoding", "chunked") in headers
    for step in reply.steps():
        if isinstance(step, Pause | Break) or not chunked:
            yield step
        elif step:
            yield b"%x\r\n%b\r\n" % (len(step), step)
    if chunked:
        yield b"0\r\n\r\n"


_REGISTERED = frozenset(HTTPStatus)
