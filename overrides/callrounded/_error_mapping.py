"""What a response or an httpx error means: plain functions from what came to the error it stands for."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeGuard, cast

import httpx
import msgspec
from attrs import evolve

from callrounded_generated.errors import DecodeError, excerpt
from callrounded_generated.models import ApiResponseError, ErrorDetail
from callrounded_generated.responses import Response

from ._errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ClientClosedError,
    ConfigurationError,
    ConflictError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    UnprocessableEntityError,
)
from ._logging import log_response
from ._redaction import redacted_request, redacted_response
from ._retry import retry_after

_TEXT_SHOWN: Final = 1000
_CERTIFICATE_HINT: Final = (
    "The server's certificate is not trusted: set SSL_CERT_FILE to the certificates to trust, or pass "
    "http_client=httpx.Client(verify=...)."
)
_CLOSED_MEANWHILE: Final = "The client was closed while a request was in flight."
_BY_STATUS: Final[Mapping[int, type[APIStatusError]]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


@contextmanager
def mapped_errors(secret: str, http: httpx.Client | httpx.AsyncClient) -> Generator[None, None, None]:
    """Turn what `sync_detailed` or `asyncio_detailed` raises, using *http*, into an error of ours without the *secret*.

    What is neither of httpx nor of the generated client, such as an error of the caller's own transport, passes.
    """
    try:
        yield
    except DecodeError as error:
        if error.response is None:  # It is the caller's own, of an event hook.
            raise
        shown = _log_and_redact(error.response, secret)
        if shown is not error.response:  # The server repeats the key, perhaps where the body is not as it should be.
            error.path, error.found, error.args = "$", "a response that holds the API key", ()
        error.response = shown
        raise _error_inside(shown, error) from error
    except httpx.HTTPStatusError as error:  # An event hook of the caller called `raise_for_status()`.
        error.request = redacted_request(error.request)
        error.response = _log_and_redact(error.response, secret)
        raise status_error(error.response, error.response.status_code) from error
    except (UnicodeEncodeError, httpx.InvalidURL) as error:
        raise ConfigurationError(f"The request cannot be sent with these parameters: {error}.") from error
    # A UnicodeError comes from a redirect to something that is no URL: httpx reads it even where it does not follow.
    except (httpx.HTTPError, UnicodeError, RuntimeError) as error:
        if http.is_closed:
            raise ClientClosedError(_CLOSED_MEANWHILE) from error
        if isinstance(error, RuntimeError):
            raise
        raise _connection_error(error) from error


def checked_response(response: Response[Any], secret: str) -> Response[Any]:
    """Return *response* without the API key, or raise the error that it stands for."""
    response = evolve(response, http=_log_and_redact(response.http, secret))
    if (error := error_for(response)) is not None:
        raise error
    return response


def _log_and_redact(response: httpx.Response, secret: str) -> httpx.Response:
    """Log *response*, and return it without credentials."""
    response = redacted_response(response, secret)
    log_response(response)
    return response


def error_for(response: Response[Any]) -> APIError | None:
    """Return the error that *response* stands for, or None if it is a success."""
    http = response.http
    if not http.is_success:
        return status_error(http, http.status_code)
    if _reports_error(response.parsed) and (status := _in_band_status(_envelope(http))) is not None:
        return status_error(http, status)
    if response.is_documented_success:
        return None
    expected = "a status that the spec lists"
    return APIResponseValidationError(path="$", expected=expected, found=str(http.status_code), response=http)


def status_error(response: httpx.Response, status_code: int) -> APIStatusError:
    """Return the error that *response* is; *status_code* is its status, or the one that its body names."""
    envelope = _envelope(response)
    error = envelope.get("error")
    facts = _object(error) or envelope
    messages: list[object] = [facts.get("message"), envelope.get("message"), error]
    if response.is_success and (error is not None or not _is_error_status(envelope.get("status"))):
        # That of the envelope can be the message of a success.
        messages = [error if facts is envelope else facts.get("message")]
    message = next((text for text in map(_bounded, messages) if text), None)
    error_type = _BY_STATUS.get(status_code, InternalServerError if status_code >= 500 else APIStatusError)
    return error_type(
        message or _description(response),
        response=response,
        status_code=status_code,
        type=_bounded(facts.get("type")),
        details=_readable_details(facts.get("details")),
        retry_after=retry_after(response.headers),
    )


def _error_inside(response: httpx.Response, error: DecodeError) -> APIError:
    # An error inside a 2xx need not have the properties of a result.
    if (status := _in_band_status(_envelope(response))) is not None:
        return status_error(response, status)
    return APIResponseValidationError(path=error.path, expected=error.expected, found=error.found, response=response)


def _connection_error(error: Exception) -> APIConnectionError:
    request: httpx.Request | None = None
    if isinstance(error, httpx.RequestError):
        with suppress(RuntimeError):  # It has none.
            request = error.request = redacted_request(error.request)
    reason = f"{type(error).__name__}: {error}".removesuffix(": ")
    if isinstance(error, httpx.TimeoutException) and not isinstance(error, httpx.ConnectTimeout):
        return APITimeoutError(f"Request timed out: {reason}.", request=request)
    kind = APITimeoutError if isinstance(error, httpx.ConnectTimeout) else APIConnectionError
    mapped = kind(f"Connection failed: {reason}.", request=request)
    # Before there is a connection, it does not matter what is asked for.
    mapped.hint = _CERTIFICATE_HINT if "CERTIFICATE_VERIFY_FAILED" in reason else APIConnectionError.hint
    return mapped


def _envelope(response: httpx.Response) -> dict[str, object]:
    """Return the JSON object that the body is; an empty one if it is something else."""
    try:
        return _object(msgspec.json.decode(response.content)) or {}
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return {}


def _in_band_status(envelope: dict[str, object]) -> int | None:
    """Return the status of the error that a 2xx with this *envelope* is, or None if it is a success."""
    error = envelope.get("error")
    for status in (envelope.get("status"), (_object(error) or {}).get("status")):
        if _is_error_status(status):
            return int(status)
    return 500 if isinstance(error, str | dict) else None


def _reports_error(parsed: object) -> bool:
    """Return whether *parsed* is an envelope that reports an error; a result may have an `error` of its own."""
    error, status = getattr(parsed, "error", None), getattr(parsed, "status", None)
    return isinstance(error, ApiResponseError) or (_is_error_status(status) and hasattr(parsed, "error"))


def _is_error_status(status: object) -> TypeGuard[float]:
    # To JSON, 500.0 is the integer 500.
    return isinstance(status, int | float) and not isinstance(status, bool) and status >= 400


def _object(value: object) -> dict[str, object] | None:
    return cast(dict[str, object], value) if isinstance(value, dict) else None


def _bounded(text: object) -> str | None:
    return text[:_TEXT_SHOWN] if isinstance(text, str) else None


def _readable_details(details: object) -> Generator[ErrorDetail, None, None]:
    for detail in cast(list[object], details) if isinstance(details, list) else ():
        with suppress(DecodeError):
            yield ErrorDetail.from_dict(cast(dict[str, object], detail))


def _description(response: httpx.Response) -> str:
    """Describe a response whose body says nothing of an error."""
    if response.has_redirect_location:
        return f"A redirect to {response.headers['location']:.200}, which is not followed: base_url may be outdated."
    if not response.content:
        return "The response has no body."
    kind = response.headers.get("content-type", "no content type")
    return f"The body is not the documented error but {kind:.100}: {excerpt(response.content)}."
