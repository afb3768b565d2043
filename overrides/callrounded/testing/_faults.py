"""The ways in which a response can go wrong, each under a name."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime

from callrounded.testing._messages import Break, Pause, Reply, Step, error_reply

_HTML = b"<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Error</h1></body></html>"
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
            size = max(1, -(-len(body) // pieces))
            for start in range(0, len(body), size):
                yield from (Pause(seconds), body[start : start + size])

        return Fault(f"slow_body({seconds}, pieces={pieces})", _sending(drip))

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
        given = {"retry_after": retry_after, "headers": headers, "body": body}
        shown = [f", {name}={value!s:.80}" for name, value in given.items() if value is not None]
        return Fault(f"status({status}{''.join(shown)})", lambda _: reply)

    @staticmethod
    def html(status: int = 200) -> "Fault":
        """An HTML page, as a proxy sends it."""
        return Fault(f"html({status})", lambda _: Reply(status, (("Content-Type", "text/html; charset=utf-8"),), _HTML))

    @staticmethod
    def json(value: object, status: int = 200) -> "Fault":
        """Any JSON: a list, a text, null, an object that is not an envelope."""
        return Fault(f"json({value!r:.40}, {status})", lambda _: Reply.of(value, status))

    @staticmethod
    def envelope(*, without: Collection[str] = (), **changes: object) -> "Fault":
        """The response of the API with properties of its envelope changed, such as `total_items=121`, or left out."""
        shown = [f"without={name}" for name in without] + [f"{name}={value!r:.40}" for name, value in changes.items()]
        return Fault(f"envelope({', '.join(shown)})", lambda reply: reply.with_envelope(without=without, **changes))

    @staticmethod
    def in_band(status: int = 500, *, message: str = _MESSAGE) -> "Fault":
        """An error inside a response whose HTTP status is 200."""
        return Fault(f"in_band({status})", lambda _: Reply.of({"data": [], **error_reply(status, message).envelope}))

    @staticmethod
    def broken_json() -> "Fault":
        """The first half of the JSON, with the length of that half."""
        return Fault("broken_json()", lambda reply: replace(reply, body=_half(reply.content)))


def _before(step: Pause | Break) -> Callable[[Reply], Reply]:
    return lambda reply: replace(reply, before=(*reply.before, step))


def _cut(after: int | None, end: Break) -> Callable[[Reply], Reply]:
    # The pause lets the bytes arrive: some systems discard what is unread when a connection is reset.
    return _sending(lambda body: (_half(body) if after is None else body[:after], Pause(0.02), end))


def _sending(steps: Callable[[bytes], Iterable[Step]]) -> Callable[[Reply], Reply]:
    """Return a function that puts steps in the place of a body, whose length the header states all the same."""

    def spoil(reply: Reply) -> Reply:
        length = ("Content-Length", str(len(reply.content)))
        return replace(reply, body=tuple(steps(reply.content))).with_headers(length)

    return spoil


def _half(content: bytes) -> bytes:
    return content[: len(content) // 2]
