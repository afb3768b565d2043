"""What goes back to a client, and what may befall it on the way."""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Literal

JSON_TYPE = ("Content-Type", "application/json")


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is sent for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Break:
    """The connection ends here: nothing that would follow is sent.

    `close` ends it in good order (FIN), `reset` does not (RST). `refuse` resets it and lets nobody connect for
    `seconds`, as a server does that restarts; through the httpx transport it is a failure to connect, at once.
    """

    how: Literal["close", "reset", "refuse"]
    seconds: float = 0.0


Step = bytes | Pause | Break
"""One step of sending a body."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the fake API.

    A body of `bytes` is sent with its length. A body that is a function is called for the steps of sending it, and
    is sent in chunks unless the headers state a length, true or not.

        >>> Reply.of({"answer": 42}).body
        b'{"answer":42}'
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | Callable[[], Iterable[Step]] = b""
    before: tuple[Pause | Break, ...] = ()
    """What happens before the first byte of the answer."""

    @classmethod
    def of(cls, value: object, status: int = 200) -> "Reply":
        """Return a reply whose body is *value* in JSON."""
        return cls(status, (JSON_TYPE,), json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())

    @property
    def content(self) -> bytes:
        """The whole body as bytes, were it to arrive undisturbed."""
        if isinstance(self.body, bytes):
            return self.body
        return b"".join(step for step in self.body() if isinstance(step, bytes))

    @property
    def envelope(self) -> dict[str, Any]:
        """A copy of the JSON object in the body; ValueError when the body is no JSON."""
        value: dict[str, Any] = json.loads(self.content)
        return value

    def with_envelope(self, *, without: Iterable[str] = (), **changes: object) -> "Reply":
        """Return this reply with properties of its JSON object changed, and those in *without* left out."""
        envelope = self.envelope | changes
        for name in without:
            envelope.pop(name, None)
        return replace(self, body=Reply.of(envelope).body)

    def with_headers(self, *headers: tuple[str, str]) -> "Reply":
        """Return this reply with *headers*, in place of those it has of the same names."""
        names = {name.lower() for name, _ in headers}
        kept = (header for header in self.headers if header[0].lower() not in names)
        return replace(self, headers=(*kept, *headers))

    def framed_headers(self) -> tuple[tuple[str, str], ...]:
        """Return the headers together with the one that says how long the body is."""
        names = {name.lower() for name, _ in self.headers}
        # RFC 9110, 8.6: a 204 carries no length, and a 304 has no body whose length could be told.
        if "content-length" in names or not self.has_body:
            return self.headers
        if isinstance(self.body, bytes):
            return (*self.headers, ("Content-Length", str(len(self.body))))
        return (*self.headers, ("Transfer-Encoding", "chunked"))

    @property
    def has_body(self) -> bool:
        """Whether an answer of this status has a body, be it an empty one."""
        return self.status not in (204, 304)

    def steps(self) -> Iterable[Step]:
        """Return the steps of sending the body."""
        if not self.has_body:
            return ()
        return (self.body,) if isinstance(self.body, bytes) else self.body()


def error_reply(status: int, message: str, *details: tuple[str, str]) -> Reply:
    """Return an answer with the error object of the provider's page: *details* are pairs of field and message."""
    error = {
        "details": [{"field": field, "message": text} for field, text in details],
        "message": message,
        "status": status,
        "type": "generic_error",
    }
    return Reply.of({"error": error, "message": message, "status": status}, status)


Exchange = Callable[[str, str, Mapping[str, str]], AbstractContextManager[Reply]]
"""Takes the method, the target and the headers (names in lower case) of a request.

The reply is to be sent within the `with` block: until its end the request is in flight.
"""
