"""The ways in which an answer can go wrong, each under a name."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime

from callrounded.testing._reply import JSON_TYPE, Break, Pause, Reply, Step, error_reply

_HTML = b"<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Error</h1></body></html>"
_HTML_TYPE = ("Content-Type", "text/html; charset=utf-8")
_GZIP = ("Content-Encoding", "gzip")
_CHUNK = 64 * 1024
# Time for the bytes before a break to arrive: a reset that overtakes them would be a reset before the answer.
_HEAD_START_SECONDS = 0.02


@dataclass(frozen=True, slots=True, repr=False)
class Fault:
    """One way for an answer to go wrong: what `FakeRounded.fail` takes.

        fake.fail(Fault.status(429, retry_after=1))
        fake.fail(Fault.truncated(), page=3, times=2)

    Those that only spoil the answer (`truncated`, `slow_body`, `envelope`, ...) change the one that the API gives to
    the request; the others replace it. A fault that is none of these is a function of your own: see
    `FakeRounded.override`.
    """

    name: str
    """How the fault was asked for, such as `status(503)`."""
    spoil: Callable[[Reply], Reply]
    """Returns what is sent in place of the reply it is given."""

    def __repr__(self) -> str:
        return f"Fault.{self.name}"

    # The connection.

    @staticmethod
    def refused(seconds: float = 0.1) -> "Fault":
        """The server goes down: this request is reset, and nobody can connect for *seconds*.

        Through the httpx transport: `httpx.ConnectError`, for this request only.
        """
        return Fault(f"refused({seconds})", _breaking(Break("refuse", seconds)))

    @staticmethod
    def closed() -> "Fault":
        """The connection is closed in good order without an answer (`httpx.RemoteProtocolError`)."""
        return Fault("closed()", _breaking(Break("close")))

    @staticmethod
    def reset() -> "Fault":
        """The connection is reset without an answer (`httpx.ReadError`)."""
        return Fault("reset()", _breaking(Break("reset")))

    @staticmethod
    def reset_in_body(after: int | None = None) -> "Fault":
        """The connection is reset after so many bytes of the body, half by default (`httpx.ReadError`)."""
        return Fault(f"reset_in_body({_given(after)})", lambda reply: _cut(reply, after, Break("reset")))

    @staticmethod
    def truncated(after: int | None = None) -> "Fault":
        """The connection is closed after so many bytes of the body, half by default (`httpx.RemoteProtocolError`).

        The header announces all of them.
        """
        return Fault(f"truncated({_given(after)})", lambda reply: _cut(reply, after, Break("close")))

    @staticmethod
    def slow_headers(seconds: float) -> "Fault":
        """The answer begins *seconds* late."""
        return Fault(f"slow_headers({seconds})", lambda reply: replace(reply, before=(*reply.before, Pause(seconds))))

    @staticmethod
    def slow_body(seconds: float, *, pieces: int = 10) -> "Fault":
        """The body comes in so many pieces with *seconds* between them."""

        def drip(reply: Reply) -> Reply:
            body = reply.content
            size = max(1, -(-len(body) // pieces))

            def steps() -> Iterator[Step]:
                for start in range(0, len(body), size):
                    yield Pause(seconds)
                    yield body[start : start + size]

            return replace(reply, body=steps).with_headers(("Content-Length", str(len(body))))

        return Fault(f"slow_body({seconds}, pieces={pieces})", drip)

    # The status.

    @staticmethod
    def status(
        status: int,
        *,
        retry_after: float | str | datetime | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> "Fault":
        """An answer of this status, with the documented error object unless *body* is given.

        *retry_after* becomes the header of that name: a number of seconds, a moment (written as HTTP-date) or any
        text; None leaves it out.
        """
        reply = error_reply(status, "An error occurred while processing your request")
        if body is not None:
            reply = replace(reply, body=body)
        if retry_after is not None:
            reply = reply.with_headers(("Retry-After", _retry_after(retry_after)))
        reply = reply.with_headers(*(headers or {}).items())
        hint = "" if retry_after is None else f", retry_after={retry_after}"
        return Fault(f"status({status}{hint})", lambda _: reply)

    @staticmethod
    def redirect(location: str, status: int = 302) -> "Fault":
        """An answer that sends the client to another URL."""
        return Fault(f"redirect({location!r})", Fault.status(status, headers={"Location": location}, body=b"").spoil)

    @staticmethod
    def no_content() -> "Fault":
        """A 204: success, and no body."""
        return Fault("no_content()", lambda _: Reply(204))

    # The body.

    @staticmethod
    def html(status: int = 200) -> "Fault":
        """A page for people, as a proxy answers."""
        return Fault(f"html({status})", lambda _: Reply(status, (_HTML_TYPE,), _HTML))

    @staticmethod
    def empty(status: int = 200) -> "Fault":
        """A body of no bytes that calls itself JSON."""
        return Fault(f"empty({status})", lambda _: Reply(status, (JSON_TYPE,)))

    @staticmethod
    def json(value: object, status: int = 200) -> "Fault":
        """JSON of any kind: a list, a text, null, an object that is no envelope."""
        return Fault(f"json({value!r:.40}, {status})", lambda _: Reply.of(value, status))

    @staticmethod
    def envelope(*, without: Iterable[str] = (), **changes: object) -> "Fault":
        """The answer of the API with properties of its envelope changed or left out.

        fake.fail(Fault.envelope(data=None))
        fake.fail(Fault.envelope(without=["data"]))
        fake.fail(Fault.envelope(total_items=None, total_pages=None), times=None)
        fake.fail(Fault.envelope(data=[], next_cursor="2023-11-07T05:31:56Z"))
        """
        left_out = tuple(without)
        told = [
            *(f"without={name}" for name in left_out),
            *(f"{name}={value!r:.40}" for name, value in changes.items()),
        ]
        return Fault(f"envelope({', '.join(told)})", lambda reply: reply.with_envelope(without=left_out, **changes))

    @staticmethod
    def in_band(status: int = 500, *, message: str = "An error occurred while processing your request") -> "Fault":
        """An error inside an answer whose HTTP status is 200."""
        error = json.loads(error_reply(status, message).content)
        return Fault(f"in_band({status})", lambda _: Reply.of({"data": [], **error}))

    @staticmethod
    def broken_json() -> "Fault":
        """The first half of the JSON, framed as if it were all of it."""
        return Fault("broken_json()", lambda reply: replace(reply, body=reply.content[: len(reply.content) // 2]))

    @staticmethod
    def invalid_utf8() -> "Fault":
        """JSON with a text whose bytes are no UTF-8."""
        return Fault("invalid_utf8()", lambda _: Reply(200, (JSON_TYPE,), b'{"data":[],"message":"\xff\xfe\xc3"}'))

    @staticmethod
    def broken_gzip() -> "Fault":
        """A body that calls itself compressed and is not."""
        return Fault("broken_gzip()", lambda reply: replace(reply, body=reply.content).with_headers(_GZIP))

    @staticmethod
    def cut_gzip() -> "Fault":
        """The first half of a compressed body, framed as if it were all of it."""

        def cut(reply: Reply) -> Reply:
            packed = gzip.compress(reply.content, mtime=0)
            return replace(reply, body=packed[: len(packed) // 2]).with_headers(_GZIP)

        return Fault("cut_gzip()", cut)

    @staticmethod
    def huge(size: int, *, announced: bool = False) -> "Fault":
        """A JSON object of *size* bytes, made while it is sent; *announced* states its length in the header."""
        length = (("Content-Length", str(size)),) if announced else ()
        return Fault(
            f"huge({size}{', announced=True' if announced else ''})",
            lambda _: Reply(200, (JSON_TYPE, *length), lambda: _long_json(size)),
        )

    @staticmethod
    def gzip_bomb(size: int) -> "Fault":
        """A JSON object of *size* bytes that travels as about a thousandth of that."""
        return Fault(f"gzip_bomb({size})", lambda _: Reply(200, (JSON_TYPE, _GZIP), lambda: _packed(_long_json(size))))


def _breaking(connection: Break) -> Callable[[Reply], Reply]:
    return lambda reply: replace(reply, before=(*reply.before, connection))


def _cut(reply: Reply, after: int | None, end: Break) -> Reply:
    """Return *reply* with a body that ends early although the header announces all of it."""
    body = reply.content
    head = body[: len(body) // 2 if after is None else after]
    return replace(reply, body=lambda: (head, Pause(_HEAD_START_SECONDS), end)).with_headers(
        ("Content-Length", str(len(body)))
    )


def _given(after: int | None) -> str:
    return "" if after is None else str(after)


def _retry_after(value: float | str | datetime) -> str:
    if isinstance(value, datetime):
        return format_datetime(value.astimezone(UTC), usegmt=True)
    return str(value)


def _long_json(size: int) -> Iterator[bytes]:
    """Yield a JSON object of *size* bytes, at least 14."""
    head, tail = b'{"message":"', b'"}'
    filling = size - len(head) - len(tail)
    yield head
    for start in range(0, filling, _CHUNK):
        yield b"a" * min(_CHUNK, filling - start)
    yield tail


def _packed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield *pieces* compressed as gzip."""
    packer = zlib.compressobj(level=9, wbits=31)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()
