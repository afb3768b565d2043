"""Every error this package raises on purpose.

RoundedError
  x ConfigurationError, ClientClosedError
  x APIError                              a request that brought no result
    + APIConnectionError                  no response arrived; __cause__ is the httpx error
      - APITimeoutError
    + APIStatusError                      the API responded with an error; a subclass for each usual status
    + APIResponseValidationError          the response is not what the spec says
  x PaginationError                       the pages of a listing contradict each other
    + PaginationLoopError, IncompleteListingError

All of them survive copy, deepcopy and pickle. None of them holds the API key: `request` is a copy without it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import httpx

from callrounded_generated.models import ErrorDetail

if TYPE_CHECKING:
    from ._checkpoint import Checkpoint


def request_id(headers: httpx.Headers) -> str | None:
    """Return what identifies a request at the provider: X-Request-Id, Request-Id or CF-Ray."""
    return headers.get("x-request-id") or headers.get("request-id") or headers.get("cf-ray") or None


class RoundedError(Exception):
    """Base of all errors of this package.

    Attributes:
        message: What happened.
        hint: What to do about it.
        checkpoint: Where to resume, if this ended a listing (refused if that has changed: start a new one); else None.
        partial: The records received before, if this ended `list_all()`; else None.
    """

    hint: str = ""
    checkpoint: Checkpoint | None = None
    partial: list[Any] | None = None

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        facts = "; ".join(self._facts())
        return " ".join(part for part in (self.message, facts and f"[{facts}]", self.hint) if part)

    def _facts(self) -> list[str]:
        return []  # What a reader of a log wants to know beside the message.

    def __reduce__(self) -> tuple[Any, ...]:
        # The inherited one calls the class, which has keyword arguments, too.
        return BaseException.__new__, (type(self), *self.args), vars(self).copy()


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


class APITimeoutError(APIConnectionError):
    """No complete response arrived in time."""

    hint = "A larger timeout= or a smaller limit= may help."


class _ResponseError(APIError):
    """What errors caused by a response have in common."""

    def __init__(self, message: str, *, response: httpx.Response, status_code: int | None = None) -> None:
        super().__init__(message, request=response.request)
        self.status_code = response.status_code if status_code is None else status_code
        self.response = response
        self.headers = response.headers
        self.request_id = request_id(response.headers)

    @property
    def body(self) -> str:
        """The body of the response as text: its first 4 kB."""
        return self.response.content[:4096].decode("utf-8", "replace")

    def _facts(self) -> list[str]:
        return super()._facts() + ([f"request id {self.request_id}"] if self.request_id else [])


class APIStatusError(_ResponseError):
    """The API responded with an error: an HTTP status other than 2xx, or an error inside a 2xx.

    Attributes:
        status_code: The HTTP status; of an error inside an HTTP 200, the one that the body names.
        type: The kind of error in the API's words (`generic_error`), or None when the body does not say.
        message: The API's own message; a description of the response when the body has none.
        details: The fields at fault.
        retry_after: Seconds after which to come back, from Retry-After; None when absent or unreadable.
        request_id: What identifies the request at the provider: X-Request-Id, Request-Id or CF-Ray.
        response: The response, with a request that has no credentials; `headers` and `body` are parts of it.
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
        return f"{self.status_code} {httpx.codes.get_reason_phrase(self.status_code) or 'Error'}: {super().__str__()}"

    def _facts(self) -> list[str]:
        facts = [f"{detail.field or '?'}: {detail.message or '?'}" for detail in self.details]
        facts += [] if self.type is None else [f"type {self.type}"]
        facts += [] if self.retry_after is None else [f"retry after {self.retry_after:g} s"]
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
        response: The response; `status_code`, `headers`, `request_id` and `body` are parts of it.
    """

    hint = "If the API has changed, a newer callrounded may know it; please report it."

    def __init__(self, *, path: str, expected: str, found: str, response: httpx.Response) -> None:
        message = f"Unexpected response at {path}: expected {expected}, found {found}"
        if path == "$":
            kind = response.headers.get("content-type", "no content type")
            message += f" (status {response.status_code}, {kind:.100})"
            self.hint = "Something other than the API may have responded: check base_url, and any proxy."
        super().__init__(f"{message}.", response=response)
        self.path = path
        self.expected = expected
        self.found = found


class PaginationError(RoundedError):
    """The pages of a listing contradict each other, or there is no such page."""


class PaginationLoopError(PaginationError):
    """The server keeps handing out a page or cursor that it already handed out."""

    hint = "The other mode (use_cursor=) may work; please report it to the provider."


class IncompleteListingError(PaginationError):
    """Records are missing, or the listing kept changing while it was read.

    Attributes:
        expected: How many records there should be, as far as that is known.
        received: How many distinct records came; in cursor mode, with those before the listing was resumed.
    """

    hint = "Start a new listing when less is changing; verify=False takes what comes."

    def __init__(self, message: str, *, expected: int | None, received: int) -> None:
        super().__init__(message)
        self.expected = expected
        self.received = received
