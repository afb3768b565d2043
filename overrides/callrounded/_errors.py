"""Every error this package raises on purpose.

RoundedError
  x ConfigurationError                    an unusable option or checkpoint, no API key
  x ClientClosedError                     a request after close()
  x APIError                              a request that brought no result
    + APIConnectionError                  no response arrived; __cause__ is the httpx error
      - APITimeoutError
    + APIStatusError                      the API responded with an error
      - BadRequestError                   400
      - AuthenticationError               401
      - PermissionDeniedError             403
      - NotFoundError                     404
      - ConflictError                     409
      - UnprocessableEntityError          422
      - RateLimitError                    429
      - InternalServerError               500 and above
    + APIResponseValidationError          the response is not what the spec says
  x PaginationError                       the pages of a listing contradict each other
    + PaginationLoopError
    + IncompleteListingError

All of them survive copy, deepcopy and pickle. None of them holds the API key: `request` is a copy without it.
"""

from __future__ import annotations

import http
import pickle
import ssl
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import httpx

from callrounded_generated.models import ErrorDetail

if TYPE_CHECKING:
    from ._checkpoint import Checkpoint

E = TypeVar("E", bound="RoundedError")

_MAX_BODY = 4096
_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "cf-ray")


class RoundedError(Exception):
    """Base of all errors of this package.

    Attributes:
        message: What happened.
        checkpoint: Where to resume, if this ended a listing: `iter_all(checkpoint=error.checkpoint)`; else None.
        partial: The records received before, if this ended `list_all()`; else None.
    """

    hint: ClassVar[str] = ""
    checkpoint: Checkpoint | None = None
    partial: list[Any] | None = None

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        facts = "; ".join(self._facts())
        return " ".join(part for part in (self.message, facts and f"[{facts}]", self._hint()) if part)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def _hint(self) -> str:
        """Return what to do about it."""
        return self.hint

    def _facts(self) -> list[str]:
        """Return what a reader of a log wants to know beside the message."""
        return []

    def __reduce__(self) -> tuple[Any, ...]:
        # The inherited one calls the class with `args` alone, and knows no keyword arguments and no cause.
        cause = self.__cause__ if _can_be_pickled(self.__cause__) else None
        return _revived, (type(self), self.args, vars(self).copy(), cause)


class ConfigurationError(RoundedError):
    """An option, the API key or a checkpoint cannot be used; the message says what to do. Nothing was sent."""


class ClientClosedError(RoundedError):
    """A request was made after `close()`."""


class APIError(RoundedError):
    """A request did not bring a result.

    Attributes:
        request: What was sent, without the API key and other credentials.
        attempts: How often it was sent.
    """

    attempts: int = 1

    def __init__(self, message: str, *, request: httpx.Request | None = None) -> None:
        super().__init__(message)
        self.request = request

    def _facts(self) -> list[str]:
        facts = [] if self.request is None else [f"{self.request.method} {self.request.url}"]
        return facts + ([f"{self.attempts} attempts"] if self.attempts > 1 else [])


class APIConnectionError(APIError):
    """No complete response arrived. `__cause__` is the httpx error."""

    hint = "Check the network, a proxy, and base_url."

    def _hint(self) -> str:
        if any(isinstance(error, ssl.SSLCertVerificationError) for error in _causes(self)):
            return (
                "The server's certificate is not trusted: set SSL_CERT_FILE to the certificates to trust, or pass "
                "http_client=httpx.Client(verify=...)."
            )
        return self.hint


class APITimeoutError(APIConnectionError):
    """No complete response arrived in time."""

    hint = "A larger timeout= or a smaller limit= may help."

    def _hint(self) -> str:
        # Before there is a connection, it does not matter what is asked for.
        return APIConnectionError.hint if isinstance(self.__cause__, httpx.ConnectTimeout) else self.hint


class _ResponseError(APIError):
    """What the errors have in common that a response caused."""

    def __init__(self, message: str, *, response: httpx.Response, status_code: int | None = None) -> None:
        super().__init__(message, request=response.request)
        self.status_code = response.status_code if status_code is None else status_code
        self.response = response

    @property
    def headers(self) -> httpx.Headers:
        """The headers of the response."""
        return self.response.headers

    @property
    def request_id(self) -> str | None:
        """What identifies the request at the provider: X-Request-Id, Request-Id or CF-Ray."""
        return next((self.headers[name] for name in _REQUEST_ID_HEADERS if self.headers.get(name)), None)

    @property
    def body(self) -> str:
        """The body of the response as text: its first 4 kB."""
        return self.response.content[:_MAX_BODY].decode("utf-8", "replace")

    def _facts(self) -> list[str]:
        return super()._facts() + ([f"request id {self.request_id}"] if self.request_id else [])


class APIStatusError(_ResponseError):
    """The API responded with an error: an HTTP status other than 2xx, or an error inside a 2xx.

    Attributes:
        status_code: The HTTP status; of an error inside an HTTP 200, the status that the body names.
        type: The kind of error in the API's words (`generic_error`), or None when the body does not say.
        message: The API's own message; a description of the response when the body has none.
        details: The fields at fault.
        retry_after: Seconds after which to come back, from Retry-After; None when absent or unreadable.
        response: The response, with a request that has no credentials.
        headers, request_id, body, request, attempts: Parts of the response, and what was sent.
    """

    def __init__(
        self,
        message: str,
        *,
        response: httpx.Response,
        status_code: int | None = None,
        type: str | None = None,  # noqa: A002 - the API's name for it
        details: Iterable[ErrorDetail] = (),
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, response=response, status_code=status_code)
        self.type = type
        self.details = list(details)
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.status_code} {_phrase(self.status_code)}: {super().__str__()}"

    def _facts(self) -> list[str]:
        facts = [f"{detail.field or '?'}: {detail.message or '?'}" for detail in self.details]
        if self.type is not None:
            facts.append(f"type {self.type}")
        if self.retry_after is not None:
            facts.append(f"retry after {self.retry_after:g} s")
        return facts + super()._facts()


class BadRequestError(APIStatusError):
    """400: the API could not use the request."""


class AuthenticationError(APIStatusError):
    """401: the API key is missing, wrong or revoked."""

    hint = "Check the API key: it is created in Rounded Studio."


class PermissionDeniedError(APIStatusError):
    """403: the API key may not do this."""

    hint = "Check what the API key is allowed to do."


class NotFoundError(APIStatusError):
    """404: there is nothing at this address."""

    hint = "Check base_url, and any id in the address."


class ConflictError(APIStatusError):
    """409: the request contradicts the state of the API."""


class UnprocessableEntityError(APIStatusError):
    """422: a parameter is not acceptable; `details` says which."""


class RateLimitError(APIStatusError):
    """429: too many requests; `retry_after` says when to come back."""

    hint = "Lower concurrency=, or raise max_retries and max_retry_wait."


class InternalServerError(APIStatusError):
    """500 and above: the API, or a proxy before it, failed."""

    hint = "Try again later."


class APIResponseValidationError(_ResponseError):
    """The response is complete, but not what the spec says. It is not retried.

    Attributes:
        path: Where in the body: `$` for the whole, `data[3].created_at` inside.
        expected: What the spec says.
        found: The beginning of what came.
        response: The response, with a request that has no credentials.
        status_code, headers, request_id, body, request, attempts: Parts of the response, and what was sent.
    """

    hint = "If the API has changed, a newer callrounded may know it; please report it."

    def __init__(self, *, path: str, expected: str, found: str, response: httpx.Response) -> None:
        super().__init__(f"Unexpected response at {path}: expected {expected}, found {found}.", response=response)
        self.path = path
        self.expected = expected
        self.found = found

    def _hint(self) -> str:
        if self.path == "$":
            return "Something other than the API may have responded: check base_url, and any proxy."
        return self.hint

    def _facts(self) -> list[str]:
        kind = self.headers.get("content-type", "no content type")
        return ([f"{self.status_code}, {kind:.100}"] if self.path == "$" else []) + super()._facts()


class PaginationError(RoundedError):
    """The pages of a listing contradict each other, or there is no such page."""


class PaginationLoopError(PaginationError):
    """The server keeps handing out a page or cursor that it already handed out."""

    hint = "The other mode (use_cursor=) may work; please report it to the provider."


class IncompleteListingError(PaginationError):
    """Records are missing, or the listing kept changing while it was read.

    From an iterator it comes after the last record.

    Attributes:
        expected: How many records there should be, as far as that is known.
        received: How many distinct records came.
    """

    hint = "Start a new listing when less is changing; verify=False takes what comes."

    def __init__(self, message: str, *, expected: int | None, received: int) -> None:
        super().__init__(message)
        self.expected = expected
        self.received = received


def _revived(error_type: type[E], args: tuple[Any, ...], attributes: dict[str, Any], cause: BaseException | None) -> E:
    """Rebuild a copied or pickled error without calling its constructor."""
    error = error_type.__new__(error_type, *args)
    vars(error).update(attributes)
    if cause is not None:
        error.__cause__ = cause
    return error


def _can_be_pickled(cause: BaseException | None) -> bool:
    """Return whether *cause* survives a pickle; httpx.HTTPStatusError, for one, does not."""
    try:
        pickle.loads(pickle.dumps(cause))  # noqa: S301 - our own bytes
    except Exception:  # noqa: BLE001 - whatever a foreign __reduce__ raises
        return False
    return True


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield what led to *error*, the nearest first."""
    cause = error.__cause__ or error.__context__
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _phrase(status_code: int) -> str:
    """Return the standard's words for *status_code*, if it has any: 520 and its like are unregistered."""
    try:
        return http.HTTPStatus(status_code).phrase
    except ValueError:
        return "Error"
