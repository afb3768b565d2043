"""What the fake receives from a client, and what it sends, step by step."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import parse_qsl

JSON_TYPE = ("Content-Type", "application/json")


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """One entry of `FakeRounded.requests`, with names of headers in lower case, and without the API key.

    *page* is the requested page of the listing, in cursor mode too; None where the API does not answer with a page.
    *received_at* is `time.monotonic()`.
    """

    number: int
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    page: int | None
    received_at: float

    @property
    def params(self) -> dict[str, str]:
        """The query parameters by name; the last one of a repeated name."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is sent for this many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Break:
    """The connection ends here; nothing that would follow is sent.

    `close` ends it in good order (FIN), `reset` does not (RST). `refuse` resets it, and the server refuses connections
    for `seconds`; the httpx transport raises `httpx.ConnectError` instead.
    """

    how: Literal["close", "reset", "refuse"]
    seconds: float = 0.0


Step = bytes | Pause | Break


@dataclass(frozen=True, slots=True)
class Reply:
    """A response of the fake API.

    A body of `bytes` is sent with its length; a body of several steps in chunks, unless the headers state a length,
    true or not.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | Sequence[Step] = b""
    before: tuple[Pause | Break, ...] = ()
    """What happens before the first byte."""

    @classmethod
    def of(cls, value: object, status: int = 200) -> "Reply":
        """Return a reply with *value* as JSON."""
        content = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        return cls(status, (JSON_TYPE,), content)

    @property
    def steps(self) -> Sequence[Step]:
        """The steps of sending the body."""
        return (self.body,) if isinstance(self.body, bytes) else self.body

    @property
    def content(self) -> bytes:
        """The whole body, without its pauses and breaks."""
        return b"".join(step for step in self.steps if isinstance(step, bytes))

    @property
    def envelope(self) -> dict[str, Any]:
        """A copy of the JSON object in the body; raises ValueError if the body is not JSON."""
        value: dict[str, Any] = json.loads(self.content)
        return value

    def with_envelope(self, *, without: Collection[str] = (), **changes: object) -> "Reply":
        """Return this reply with properties of its JSON object changed, and those in *without* left out."""
        envelope = {name: value for name, value in (self.envelope | changes).items() if name not in without}
        return replace(self, body=Reply.of(envelope).body)

    def with_headers(self, *headers: tuple[str, str]) -> "Reply":
        """Return this reply with *headers*, which replace those of the same names."""
        names = {name.lower() for name, _ in headers}
        return replace(self, headers=(*(kept for kept in self.headers if kept[0].lower() not in names), *headers))

    def framed(self) -> "Reply":
        """Return this reply as it is sent: with the header that delimits the body."""
        if self.status in (204, 304):  # RFC 9110, 8.6: neither a body nor a length of its own
            return replace(self, body=b"")
        if any(name.lower() == "content-length" for name, _ in self.headers):
            return self
        if isinstance(self.body, bytes):
            return self.with_headers(("Content-Length", str(len(self.body))))
        return self.with_headers(("Transfer-Encoding", "chunked"))


def error_reply(status: int, message: str, *details: tuple[str, str]) -> Reply:
    """Return a response with the documented error object; *details* are pairs of field and message."""
    fields = [{"field": field, "message": text} for field, text in details]
    error = {"details": fields, "message": message, "status": status, "type": "generic_error"}
    return Reply.of({"error": error, "message": message, "status": status}, status)


Exchange = Callable[[str, str, Mapping[str, str]], AbstractContextManager[Reply]]
"""Takes method, target and headers (lower-case names) of a request; it is in flight until the `with` block ends."""
