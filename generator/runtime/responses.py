# Copied into every generated package, with a first line of its own.
"""From a response of httpx to what the OpenAPI document says it holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, Literal, TypeVar

import httpx
from attrs import define

from .decoding import decode_json
from .errors import DecodeError, UnexpectedStatus
from .types import OnInvalid

T = TypeVar("T")


@define(frozen=True, kw_only=True, eq=False, repr=False)
class Response(Generic[T]):
    """A response of the API, whatever its status.

    Attributes:
        parsed: What the body holds, as the OpenAPI document describes it for this status; None where the document
            describes nothing, or where the body of an error is something else.
        is_documented_success: Whether this is one of the successes that the document lists.
        http: The response of httpx.
    """

    parsed: T | None
    is_documented_success: bool
    http: httpx.Response

    def __repr__(self) -> str:
        return f"<Response {self.status_code}: {self.parsed!r:.200}>"

    @property
    def status_code(self) -> int:
        """The HTTP status, registered or not."""
        return self.http.status_code

    @property
    def content(self) -> bytes:
        """The body."""
        return self.http.content

    @property
    def headers(self) -> httpx.Headers:
        """The headers."""
        return self.http.headers


@define(frozen=True, eq=False)
class Expected:
    """What the OpenAPI document says of responses with a status from *first* to *last*; *type* is an annotation."""

    first: int
    last: int
    kind: Literal["json", "text", "bytes", "nothing"]
    type: Any


def read(
    http: httpx.Response, successes: Sequence[Expected], errors: Sequence[Expected], on_invalid: OnInvalid
) -> Response[Any]:
    """Return the response *http* with what it holds.

    The document lists *successes* and *errors* in the order of precedence: a single status, a range, the default. If it
    lists one success, that stands for every status of success.

    Raises:
        DecodeError: it is a documented success, but its body is not what the document says.
    """
    listed = successes if http.is_success else errors
    fitting = (each for each in listed if each.first <= http.status_code <= each.last)
    expected = next(fitting, successes[0] if http.is_success and len(successes) == 1 else None)
    if expected is None:
        return Response(parsed=None, is_documented_success=False, http=http)
    parsed: Any = None
    # The response to a HEAD has the headers of a GET, and no body.
    kind = "nothing" if http.request.method == "HEAD" else expected.kind
    try:
        if kind == "json":
            parsed = decode_json(expected.type, http.content, on_invalid=on_invalid)
        elif kind != "nothing":
            parsed = http.text if kind == "text" else http.content
    except DecodeError as error:
        if http.is_success:
            error.response = http
            raise
    return Response(parsed=parsed, is_documented_success=http.is_success, http=http)


def success(response: Response[Any]) -> Any:
    """Return what a documented success holds; raise `UnexpectedStatus` for everything else."""
    if response.is_documented_success:
        return response.parsed
    raise UnexpectedStatus(response.status_code, response.content, response.headers, response.parsed)
