"""What an operation is made of, and how its arguments become a request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, ParamSpec, Protocol, TypeVar
from urllib.parse import quote

import msgspec
from attrs import define

from .encoding import encodable, is_list
from .types import OnInvalid

P = ParamSpec("P")
AnswerT_co = TypeVar("AnswerT_co", covariant=True)
ErrorT_co = TypeVar("ErrorT_co", covariant=True)


@define(frozen=True, kw_only=True)
class Request:
    """A request, apart from the server's address and the caller's key.

    Attributes:
        method: HTTP method, in capitals.
        path: Path below the server's address, percent-encoded, with a leading slash.
        params: Query parameters in order; a list has one entry for each of its values.
        headers: Headers of this operation.
        content: Body.
    """

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes | None = None


class Parse(Protocol[AnswerT_co]):
    """From a successful answer to a model."""

    def __call__(self, status_code: int, content: bytes, *, on_invalid: OnInvalid = "raise") -> AnswerT_co:
        """Return what the answer holds; raise `DecodeError` when that is not what the OpenAPI document says."""
        ...


class ParseError(Protocol[ErrorT_co]):
    """From an answer that reports an error to a model."""

    def __call__(self, status_code: int, content: bytes) -> ErrorT_co:
        """Return what the answer holds; raise `DecodeError` when that is not what the OpenAPI document says."""
        ...


@define(frozen=True, kw_only=True)
class Operation(Generic[P, AnswerT_co, ErrorT_co]):
    """An operation of the API: how to ask, and how to read the answer.

    Attributes:
        name: The operationId.
        method: HTTP method, in capitals.
        path: Path with the names of its parameters in braces.
        build: From arguments to a request.
        parse: From a successful answer to a model.
        parse_error: From an answer that reports an error to a model.
    """

    name: str
    method: str
    path: str
    build: Callable[P, Request]
    parse: Parse[AnswerT_co]
    parse_error: ParseError[ErrorT_co]


def path(template: str, *values: tuple[str, Any]) -> str:
    """Return *template* with the parameters in braces filled in, percent-encoded.

    Raises:
        ValueError: a value would lead to another path: an empty one, or dots, which a server takes for steps.
    """
    for name, value in values:
        segment = text(value)
        if segment in ("", ".", ".."):
            raise ValueError(f"{name} cannot be {segment!r}: it is a part of the path {template}")
        template = template.replace(f"{{{name}}}", quote(segment, safe=""))
    return template


def query(*values: tuple[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return query parameters as text. None is not sent; a list is sent as one parameter for each of its values."""
    sent: list[tuple[str, str]] = []
    for name, value in values:
        if value is not None:
            sent += [(name, text(item)) for item in (value if is_list(value) else [value])]
    return tuple(sent)


def header(*values: tuple[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return headers as text. None is not sent."""
    return tuple((name, text(value)) for name, value in values if value is not None)


def json_body(value: Any) -> bytes:
    """Return a request body."""
    return msgspec.json.encode(encodable(value))


def text(value: Any) -> str:
    """Return the value of a parameter as text, spelled as in JSON.

    Raises:
        ValueError: it is a date-time without an offset from UTC: the server would have to guess which time it is.
    """
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError(f"{value!r} has no offset from UTC: use an aware datetime, such as datetime.now(UTC)")
    plain = msgspec.to_builtins(value)
    return plain if isinstance(plain, str) else msgspec.json.encode(plain).decode()
