# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""From a response of httpx to what the OpenAPI document says it holds."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import httpx
from attrs import define, field

from .errors import DecodeError, UndocumentedStatusError, UnexpectedStatus
from .operation import Parse, ParseError

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


def read(http: httpx.Response, parse: Parse[Any], parse_error: ParseError[Any]) -> Response[Any]:
    """Return the response *http* with what it holds.

    Raises:
        DecodeError: it is a documented success, but its body is not what the document says.
    """
    parsed: Any = None
    is_documented_success = False
    try:
        if http.is_success:
            parsed = parse(http.status_code, http.content)
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
