"""What a response or an httpx error means: plain functions from what came to the error it stands for.

Every response passes `_log_and_redact`, and every other request `redacted_request`: none leaves with the API key.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

import httpx
from attrs import evolve

from callrounded_generated.decoding import decode_json
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

_LONGEST_TEXT: Final = 1000
_CERTIFICATE_HINT: Final = (
    "The server's certificate is not trusted: set SSL_CERT_FILE to the certificates to trust, or pass "
    "http_client=httpx.Client(verify=...)."
)
_BY_STATUS: Final[Mapping[int, type[APIStatusError]]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


def checked_response(response: Response[Any], api_key: str) -> Response[Any]:
    """Return *response* without the API key, or raise the error that it stands for."""
    http = _log_and_redact(response.http, api_key)
    is_error = not http.is_success or _reports_error(response.parsed)
    if is_error and (error := _status_error(http)) is not None:
        raise error
    if not response.is_documented_success:
        expected, found = "a status that the spec lists", str(http.status_code)
        raise APIResponseValidationError(path="$", expected=expected, found=found, response=http)
    return evolve(response, http=http)


@contextmanager
def mapped_errors(api_key: str, http: httpx.Client | httpx.AsyncClient) -> Generator[None, None, None]:
    """Turn what `sync_detailed` or `asyncio_detailed` raises, using *http*, into an error of ours without the API key.

    What is neither of httpx nor of the generated client, such as an error of the caller's own transport, passes.
    """
    try:
        yield
    except DecodeError as error:
        if error.response is None:  # It is the caller's own, of an event hook.
            raise
        raise _decode_error(error, error.response, api_key) from error
    except httpx.HTTPStatusError as error:  # An event hook of the caller called `raise_for_status()`.
        error.request = redacted_request(error.request)
        error.response = _log_and_redact(error.response, api_key)
        if (mapped := _status_error(error.response)) is None:  # It raised the error itself.
            raise
        raise mapped from error
    except (UnicodeEncodeError, httpx.InvalidURL) as error:
        raise ConfigurationError(f"The request cannot be sent with these parameters: {error}.") from error
    # A UnicodeError comes from a redirect to something that is no URL: httpx reads it even where it does not follow.
    except (httpx.HTTPError, UnicodeError, RuntimeError) as error:
        if http.is_closed:
            raise ClientClosedError("The client was closed while a request was in flight.") from error
        if isinstance(error, RuntimeError):
            raise
        raise _connection_error(error) from error


def _log_and_redact(response: httpx.Response, api_key: str) -> httpx.Response:
    """Log *response*, and return it without credentials."""
    response = redacted_response(response, api_key)
    log_response(response)
    return response


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


def _decode_error(error: DecodeError, response: httpx.Response, api_key: str) -> APIError:
    """Return the error that a 2xx stands for whose body is not what the spec says."""
    shown = error.response = _log_and_redact(response, api_key)
    if shown is not response:  # The server repeats the key, perhaps where the body is not as it should be.
        error.path, error.found, error.args = "$", "a response that holds the API key", ()
    # An error inside a 2xx need not have the properties of a result.
    return _status_error(shown) or APIResponseValidationError(
        path=error.path, expected=error.expected, found=error.found, response=shown
    )


def _reports_error(parsed: Any) -> bool:
    """Return whether *parsed* is an envelope that reports an error; a result may have an `error` of its own."""
    if not hasattr(parsed, "error"):
        return False
    return isinstance(parsed.error, ApiResponseError) or _is_error_status(getattr(parsed, "status", None))


def _is_error_status(status: Any) -> bool:
    return isinstance(status, int | float) and status >= 400  # To JSON, 500.0 is the integer 500.


def _status_error(response: httpx.Response) -> APIStatusError | None:
    """Return the error that *response* is by its status or, if it is a 2xx, by its body; None if it is a success."""
    try:
        envelope: dict[str, Any] = decode_json(dict[str, Any], response.content)
    except DecodeError:
        envelope = {}
    reported = envelope.get("error")
    error: dict[str, Any] = envelope["error"] if isinstance(reported, dict) else {}
    status_code = response.status_code
    if response.is_success:
        statuses: list[Any] = [each for each in (envelope.get("status"), error.get("status")) if _is_error_status(each)]
        if not statuses and not isinstance(reported, str | dict):
            return None
        status_code = int(statuses[0]) if statuses else 500
        if reported is not None:
            envelope = {"error": reported}  # The message beside it is that of a success.
    facts = error or envelope  # The error object may come without its envelope.
    message = _text(facts, "message") or _text(envelope, "message") or _text(envelope, "error")
    details: list[ErrorDetail] = []
    for detail in facts["details"] if isinstance(facts.get("details"), list) else ():
        with suppress(DecodeError):  # What is broken does not hide the rest.
            details.append(ErrorDetail.from_dict(detail))
    fallback = InternalServerError if status_code >= 500 else APIStatusError
    return _BY_STATUS.get(status_code, fallback)(
        message or _description(response),
        response=response,
        status_code=status_code,
        type=_text(facts, "type"),
        details=details,
        retry_after=retry_after(response.headers),
    )


def _text(properties: dict[str, Any], name: str) -> str | None:
    """Return the beginning of a text, or None if it is absent or no text."""
    text = properties.get(name)
    return text[:_LONGEST_TEXT] if isinstance(text, str) else None


def _description(response: httpx.Response) -> str:
    """Describe a response whose body says nothing of an error."""
    if response.has_redirect_location:
        return f"A redirect to {response.headers['location']:.200}, which is not followed: base_url may be outdated."
    if not response.content:
        return "The response has no body."
    kind = response.headers.get("content-type", "no content type")
    return f"The body is not the documented error but {kind:.100}: {excerpt(response.content)}."
