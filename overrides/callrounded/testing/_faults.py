"""The ways in which a response can go wrong, each under a name."""

import gzip
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime

from callrounded.testing._messages import JSON_TYPE, Break, Pause, Reply, Step, error_reply

_HTML = b"<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Error</h1></body></html>"
_GZIP = ("Content-Encoding", "gzip")
_MESSAGE = "An error occurred while processing your request"


@dataclass(frozen=True, slots=True, repr=False)
class Fault:
    """One way for a response to go wrong: what `FakeRounded.fail` takes.

        fake.fail(Fault.truncated(), page=3, times=2)

    Write any other fault as a function: see `FakeRounded.override`.
    """

    name: str
    spoil: Callable[[Reply], Reply]
    """Takes the reply of the API and returns what is sent instead."""

    def __repr__(self) -> str:
        return f"Fault.{self.name}"

    @staticmethod
    def refused(seconds: float = 0.1) -> "Fault":
        """The server resets this request and refuses connections for *seconds* (transport: `httpx.ConnectError`)."""
        return Fault(f"refused({seconds})", _before(Break("refuse", seconds)))

    @staticmethod
    def closed() -> "Fault":
        """The connection is closed in good order without a response (`httpx.RemoteProtocolError`)."""
        return Fault("closed()", _before(Break("close")))

    @staticmethod
    def reset() -> "Fault":
        """The connection is reset without a response (`httpx.ReadError`)."""
        return Fault("reset()", _before(Break("reset")))

    @staticmethod
    def reset_in_body(after: int | None = None) -> "Fault":
        """The connection is reset after this many bytes of the body, by default half (`httpx.ReadError`)."""
        return Fault(f"reset_in_body({'' if after is None else after})", _cut(after, Break("reset")))

    @staticmethod
    def truncated(after: int | None = None) -> "Fault":
        """The connection is closed after this many bytes of the body, by default half (`httpx.RemoteProtocolError`)."""
        return Fault(f"truncated({'' if after is None else after})", _cut(after, Break("close")))

    @staticmethod
    def slow_headers(seconds: float) -> "Fault":
        """The response begins *seconds* late."""
        return Fault(f"slow_headers({seconds})", _before(Pause(seconds)))

    @staticmethod
    def slow_body(seconds: float, *, pieces: int = 10) -> "Fault":
        """The body arrives in this many pieces, *seconds* before each."""

        def drip(body: bytes) -> Iterator[Step]:
            size = -(-len(body) // pieces)
            for start in range(0, len(body), max(1, size)):
                yield Pause(seconds)
                yield body[start : start + size]

        return Fault(f"slow_body({seconds}, pieces={pieces})", lambda reply: _announced(reply, drip))

    @staticmethod
    def status(
        status: int,
        *,
        retry_after: float | str | datetime | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> "Fault":
        """A response of this status, with the documented error object unless *body* is given.

        *retry_after* is sent as the header of that name: a number of seconds, a datetime (as HTTP-date) or any text.
        """
        if isinstance(retry_after, datetime):
            retry_after = format_datetime(retry_after.astimezone(UTC), usegmt=True)
        waiting = {} if retry_after is None else {"Retry-After": str(retry_after)}
        reply = error_reply(status, _MESSAGE).with_headers(*(waiting | dict(headers or {})).items())
        if body is not None:
            reply = replace(reply, body=body)
        return Fault(f"status({status}{'' if retry_after is None else f', {retry_after=!s}'})", lambda _: reply)

    @staticmethod
    def redirect(location: str, status: int = 302) -> "Fault":
        """A response that redirects the client to another URL."""
        return Fault(f"redirect({location!r})", Fault.status(status, headers={"Location": location}, body=b"").spoil)

    @staticmethod
    def no_content() -> "Fault":
        """A 204, which has no body."""
        return Fault("no_content()", lambda _: Reply(204))

    @staticmethod
    def html(status: int = 200) -> "Fault":
        """An HTML page, as a proxy sends it."""
        return Fault(f"html({status})", lambda _: Reply(status, (("Content-Type", "text/html; charset=utf-8"),), _HTML))

    @staticmethod
    def empty(status: int = 200) -> "Fault":
        """An empty body with the content type of JSON."""
        return Fault(f"empty({status})", lambda _: Reply(status, (JSON_TYPE,)))

    @staticmethod
    def json(value: object, status: int = 200) -> "Fault":
        """Any JSON: a list, a text, null, an object that is not an envelope."""
        return Fault(f"json({value!r:.40}, {status})", lambda _: Reply.of(value, status))

    @staticmethod
    def envelope(*, without: Iterable[str] = (), **changes: object) -> "Fault":
        """The response of the API with properties of its envelope changed, such as `total_items=121`, or left out."""
        left_out = tuple(without)
        shown = [f"without={name}" for name in left_out] + [f"{name}={value!r:.40}" for name, value in changes.items()]
        return Fault(f"envelope({', '.join(shown)})", lambda reply: reply.with_envelope(without=left_out, **changes))

    @staticmethod
    def in_band(status: int = 500, *, message: str = _MESSAGE) -> "Fault":
        """An error inside a response whose HTTP status is 200."""
        return Fault(f"in_band({status})", lambda _: Reply.of({"data": [], **error_reply(status, message).envelope}))

    @staticmethod
    def broken_json() -> "Fault":
        """The first half of the JSON, with the length of that half."""
        return Fault("broken_json()", lambda reply: replace(reply, body=_half(reply.content)))

    @staticmethod
    def invalid_utf8() -> "Fault":
        """JSON with bytes that are not UTF-8."""
        return Fault("invalid_utf8()", lambda _: Reply(200, (JSON_TYPE,), b'{"data":[],"message":"\xff\xfe\xc3"}'))

    @staticmethod
    def broken_gzip() -> "Fault":
        """A body that is declared as gzip and is not compressed."""
        return Fault("broken_gzip()", lambda reply: _gzipped(reply, lambda body: body))

    @staticmethod
    def cut_gzip() -> "Fault":
        """The first half of a compressed body, with the length of that half."""
        return Fault("cut_gzip()", lambda reply: _gzipped(reply, lambda body: _half(gzip.compress(body, mtime=0))))


def _before(step: Pause | Break) -> Callable[[Reply], Reply]:
    return lambda reply: replace(reply, before=(*reply.before, step))


def _cut(after: int | None, end: Break) -> Callable[[Reply], Reply]:
    def steps(body: bytes) -> Iterable[Step]:
        # The pause lets the bytes arrive: some systems discard what is unread when a connection is reset.
        return _half(body) if after is None else body[:after], Pause(0.02), end

    return lambda reply: _announced(reply, steps)


def _announced(reply: Reply, steps: Callable[[bytes], Iterable[Step]]) -> Reply:
    """Return *reply* with *steps* in place of its body, whose length the header states all the same."""
    body = reply.content
    return replace(reply, body=lambda: steps(body)).with_headers(("Content-Length", str(len(body))))


def _gzipped(reply: Reply, compress: Callable[[bytes], bytes]) -> Reply:
    return replace(reply, body=compress(reply.content)).with_headers(_GZIP)


def _half(content: bytes) -> bytes:
    return content[: len(content) // 2]
