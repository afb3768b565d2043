"""What an answer means: plain functions from a complete response to a value or to the error it stands for.

Errors are returned, not raised: a traceback then holds no frame with the body in its local variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeGuard, TypeVar, cast

import httpx
import msgspec

from callrounded_generated.decoding import decode
from callrounded_generated.errors import DecodeError, excerpt
from callrounded_generated.models import ApiResponseError, ErrorDetail
from callrounded_generated.operation import Operation

from ._body import BodyFault
from ._discretion import forget_frames
from ._errors import (
    APIError,
    APIResponseValidationError,
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    UnprocessableEntityError,
)
from ._options import OnInvalid
from ._retry import retry_after

T = TypeVar("T")

_BODY_SHOWN: Final = 4096
_TEXT_SHOWN: Final = 1000
_REQUEST_ID_HEADERS: Final = ("x-request-id", "request-id", "cf-ray")
_BY_STATUS: Final[Mapping[int, type[APIStatusError]]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def interpret(
    operation: Operation[..., T, object], response: httpx.Response, fault: BodyFault | None, on_invalid: OnInvalid
) -> T | APIError:
    """Return the value that *response* holds, or the error that it is.

    Args:
        operation: What was asked for.
        response: The answer, read, with a request that can be shown.
        fault: Why its body could not be read as a whole, if so.
        on_invalid: What becomes of one broken record in a list.
    """
    if not response.is_success:
        return status_error(response, response.status_code)
    if fault is not None:
        return validation_error(response, "$", fault.expected, fault.found)
    try:
        value = operation.parse(response.status_code, response.content, on_invalid=on_invalid)
    except DecodeError as decode_error:
        # An error inside a 2xx need not have the properties of a result.
        if (status := _said(response).in_band_status) is not None:
            return status_error(response, status)
        error = validation_error(response, decode_error.path, decode_error.expected, decode_error.found)
        forget_frames(decode_error, response.request)
        error.__cause__ = decode_error
        return error
    if _is_error(value) and (status := _said(response).in_band_status) is not None:
        return status_error(response, status)
    return value


def status_error(response: httpx.Response, status_code: int) -> APIStatusError:
    """Return the error that *response* is; *status_code* is its status, or the one that its body names."""
    said = _said(response)
    error_type = _BY_STATUS.get(status_code, InternalServerError if status_code >= 500 else APIStatusError)
    return error_type(
        said.message or _description(response),
        status_code=status_code,
        type=said.type,
        details=said.details,
        retry_after=retry_after(response.headers),
        headers=response.headers,
        request_id=_request_id(response.headers),
        body=_text(response),
        request=response.request,
    )


def validation_error(response: httpx.Response, path: str, expected: str, found: str) -> APIResponseValidationError:
    """Return the error that says that the body of *response* is not what the spec says, and where."""
    return APIResponseValidationError(
        f"The answer is not what the spec says, at {path}: expected {expected}, found {found}.",
        path=path,
        expected=expected,
        found=found,
        status_code=response.status_code,
        headers=response.headers,
        request_id=_request_id(response.headers),
        body=_text(response),
        request=response.request,
    )


def rebuilt(
    response: httpx.Response, content: bytes, request: httpx.Request, headers: httpx.Headers | None = None
) -> httpx.Response:
    """Return *response* as one that is read and stands alone: no stream, no way back to the request as it was sent."""
    copy = httpx.Response(
        response.status_code,
        content=content,
        request=request,
        extensions={
            name: response.extensions[name] for name in ("http_version", "reason_phrase") if name in response.extensions
        },
    )
    # Not passed above: httpx would unpack the content because the headers say so.
    copy.headers = response.headers if headers is None else headers
    with suppress(RuntimeError):  # A transport that has no stream to close, such as httpx.MockTransport, has no time.
        copy.elapsed = response.elapsed
    return copy


@dataclass(frozen=True, slots=True)
class _Said:
    """What a body says of an error, as far as it is readable."""

    message: str | None = None
    type: str | None = None
    details: tuple[ErrorDetail, ...] = ()
    in_band_status: int | None = None
    """The status of the error that a 2xx with this body is; None if it is none."""


def _said(response: httpx.Response) -> _Said:
    """Read the error envelope, or the error object alone, or whatever has a message."""
    try:
        envelope = _object(msgspec.json.decode(response.content))
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return _Said()
    if envelope is None:
        return _Said()
    error = envelope.get("error")
    facts = _object(error) or envelope
    message = facts.get("message")
    # Inside a success, the message of the envelope can be the one of a success.
    messages: tuple[object, ...] = (message, error, envelope.get("message"))
    if response.is_success:
        speaks_of_error = facts is not envelope or _is_error_status(envelope.get("status"))
        messages = (error, message) if speaks_of_error else (error,)
    return _Said(
        message=next((text for text in map(_bounded, messages) if text), None),
        type=_bounded(facts.get("type")),
        details=_readable_details(facts.get("details")),
        in_band_status=_in_band_status(envelope.get("status"), error),
    )


def _in_band_status(status: object, error: object) -> int | None:
    if _is_error_status(status):
        return status
    if isinstance(error, str):
        return 500
    error_object = _object(error)
    if error_object is None:
        return None
    status = error_object.get("status")
    return status if _is_error_status(status) else 500


def _object(value: object) -> dict[str, object] | None:
    return cast(dict[str, object], value) if isinstance(value, dict) else None


def _bounded(text: object) -> str | None:
    return text[:_TEXT_SHOWN] if isinstance(text, str) else None


def _is_error_status(status: object) -> TypeGuard[int]:
    return isinstance(status, int) and not isinstance(status, bool) and status >= 400


def _is_error(value: object) -> bool:
    """Return whether *value* is an envelope that reports an error; a result may have an `error` of its own."""
    error, status = getattr(value, "error", None), getattr(value, "status", None)
    return isinstance(error, ApiResponseError) or (_is_error_status(status) and hasattr(value, "error"))


def _readable_details(details: object) -> tuple[ErrorDetail, ...]:
    readable: list[ErrorDetail] = []
    for detail in cast(list[object], details) if isinstance(details, list) else ():
        with suppress(DecodeError):
            readable.append(decode(ErrorDetail, detail))
    return tuple(readable)


def _description(response: httpx.Response) -> str:
    """Describe an answer whose body says nothing of an error."""
    if response.has_redirect_location:
        return f"A redirect to {response.headers['location']:.200}, which is not followed: base_url may be outdated."
    if not response.content:
        return "The answer has no body."
    kind = response.headers.get("content-type", "no content type")
    return f"The body is not the documented error but {kind:.100}: {excerpt(_text(response))}."


def _text(response: httpx.Response) -> str:
    return response.content[:_BODY_SHOWN].decode("utf-8", "replace")


def _request_id(headers: httpx.Headers) -> str | None:
    return next((headers[name] for name in _REQUEST_ID_HEADERS if headers.get(name)), None)
