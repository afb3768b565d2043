# Copied into every generated package, with a first line of its own.
"""From a response of httpx to what the OpenAPI document says it holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, Literal, TypeVar

import httpx
from attrs import define, field

from .decoding import decode_as
from .errors import DecodeError, UndocumentedStatusError, UnexpectedStatus
from .operation import Parse, ParseError
from .types import OnInvalid

T = TypeVar("T")


@define(frozen=True, kw_only=True, eq=False)
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
    http: httpx.Response = field(repr=False)

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
    """What the OpenAPI document says of responses with a status from *first* to *last*.

    Attributes:
        first: The lowest status.
        last: The highest status.
        kind: What the body is.
        type: The annotation of what a JSON body holds.
    """

    first: int
    last: int
    kind: Literal["json", "text", "bytes", "nothing"]
    type: Any


def parse(listed: Sequence[Expected], status_code: int, content: bytes, *, on_invalid: OnInvalid = "raise") -> Any:
    """Return what a success holds; a single one that is *listed* stands for every status of success.

    Raises:
        UndocumentedStatusError: none that is *listed* has this status.
        DecodeError: the body is not what the OpenAPI document says.
    """
    return _decode(listed[0] if len(listed) == 1 else _choose(listed, status_code), content, on_invalid)


def parse_error(listed: Sequence[Expected], status_code: int, content: bytes) -> Any:
    """Return what an error holds.

    Raises:
        UndocumentedStatusError: none that is *listed* has this status.
        DecodeError: the body is not what the OpenAPI document says.
    """
    return _decode(_choose(listed, status_code), content, "raise")


def _choose(listed: Sequence[Expected], status_code: int) -> Expected:
    # In the order of precedence: a single status, a range, the default.
    for expected in listed:
        if expected.first <= status_code <= expected.last:
            return expected
    raise UndocumentedStatusError(status_code)


def _decode(expected: Expected, content: bytes, on_invalid: OnInvalid) -> Any:
    match expected.kind:
        case "json":
            return decode_as(expected.type, content, on_invalid=on_invalid)
        case "text":
            return content.decode("utf-8", "replace")
        case "bytes":
            return content
        case "nothing":
            return None


def read(http: httpx.Response, parse: Parse[Any], parse_error: ParseError[Any], on_invalid: OnInvalid) -> Response[Any]:
    """Return the response *http* with what it holds.

    Raises:
        DecodeError: it is a documented success, but its body is not what the document says.
    """
    parsed: Any = None
    is_documented_success = False
    try:
        if http.is_success:
            parsed = parse(http.status_code, http.content, on_invalid=on_invalid)
            is_documented_success = True
        else:
            parsed = parse_error(http.status_code, http.content)
    except UndocumentedStatusError:
        pass
    except DecodeError as error:
        if http.is_success:
            error.response = http
            raise
    return Response(parsed=parsed, is_documented_success=is_documented_success, http=http)


def success(response: Response[Any]) -> Any:
    """Return what a documented success holds.

    Raises:
        UnexpectedStatus: *response* is none.
    """
    if response.is_documented_success:
        return response.parsed
    raise UnexpectedStatus(response.status_code, response.content, response.headers, response.parsed)
