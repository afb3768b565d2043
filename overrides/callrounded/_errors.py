"""Every error this package raises on purpose.

RoundedError
  x ConfigurationError                    an unusable option or checkpoint, no API key
  x ClientClosedError                     a request after close()
  x APIError                              a request that brought no result
    + APIConnectionError                  no answer arrived; __cause__ is the httpx error
      - APITimeoutError
    + APIStatusError                      the API answered with an error
      - BadRequestError                   400
      - AuthenticationError               401
      - PermissionDeniedError             403
      - NotFoundError                     404
      - ConflictError                     409
      - UnprocessableEntityError          422
      - RateLimitError                    429
      - InternalServerError               500 and above
    + APIResponseValidationError          the API answered with something that is not what the spec says
  x PaginationError                       the pages of a listing contradict each other
    + PaginationLoopError
    + IncompleteListingError

All of them survive copy, deepcopy and pickle with their attributes, and with their cause where that can be pickled.
None of them holds the API key: `request` is a copy without it.
"""

from __future__ import annotations

import http
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, TypeVar, Unpack

import httpx

if TYPE_CHECKING:
    from callrounded_generated.models import ErrorDetail

    from ._checkpoint import Checkpoint

E = TypeVar("E", bound="RoundedError")


class _About(TypedDict, total=False):
    """What every APIError can be told about its request."""

    request: httpx.Request | None
    checkpoint: Checkpoint | None
    partial: list[Any] | None


class _AboutAnswer(_About, total=False):
    """What every error that an answer caused can be told about that answer."""

    headers: httpx.Headers | None
    request_id: str | None
    body: str


class RoundedError(Exception):
    """Base of all errors of this package.

    Attributes:
        message: What happened.
    """

    message: str

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __repr__(self) -> str:
        # A list of results, such as that of asyncio.gather, shows no more of an error than this.
        return f"{type(self).__name__}({str(self)!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        # The inherited one calls the class with `args` alone, and knows no keyword arguments and no cause.
        cause = self.__cause__ if _can_be_pickled(self.__cause__) else None
        return _revived, (type(self), self.args, vars(self).copy(), cause)


class ConfigurationError(RoundedError):
    """An option, the API key or a checkpoint cannot be used; the message says what to do. Nothing was sent."""


class ClientClosedError(RoundedError):
    """A request was made after `close()`, or after the pool it shares was closed."""


class APIError(RoundedError):
    """A request did not bring a result.

    Attributes:
        request: What was sent, without the API key and other credentials.
        checkpoint: Where to go on, if this ended a listing: `iter_all(checkpoint=error.checkpoint)`.
        partial: The records received before, if this ended `list_all()`.
    """

    hint: ClassVar[str] = ""
    request: httpx.Request | None
    checkpoint: Checkpoint | None
    partial: list[Any] | None

    def __init__(
        self,
        message: str,
        *,
        request: httpx.Request | None = None,
        checkpoint: Checkpoint | None = None,
        partial: list[Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.request = request
        self.checkpoint = checkpoint
        self.partial = partial

    def __str__(self) -> str:
        facts = "; ".join(self._facts())
        return " ".join(part for part in (self.message, facts and f"[{facts}]", self._hint()) if part)

    def _hint(self) -> str:
        """What to do about it."""
        return self.hint

    def _facts(self) -> list[str]:
        """What a reader of a log wants to know beside the message."""
        return [] if self.request is None else [f"{self.request.method} {self.request.url}"]


class APIConnectionError(APIError):
    """No answer arrived, or it was cut short. `__cause__` is the httpx error, without its traceback."""

    hint = "Check the network, a proxy, and base_url."


class APITimeoutError(APIConnectionError):
    """No answer arrived in time."""

    hint = "A larger timeout= or a smaller limit= may help."

    def _hint(self) -> str:
        # Before there is a connection, it does not matter what is asked for.
        return APIConnectionError.hint if isinstance(self.__cause__, httpx.ConnectTimeout) else self.hint


class _AnsweredError(APIError):
    """What is common to the errors that an answer caused.

    Attributes:
        status_code: The HTTP status; of an error inside an HTTP 200, the status that the body names.
        headers: The headers of the answer.
        request_id: What identifies the request at the provider: X-Request-Id, Request-Id or CF-Ray.
        body: The beginning of the body, as text.
    """

    status_code: int
    headers: httpx.Headers
    request_id: str | None
    body: str

    def __init__(
        self,
        message: str,
        *,
        status_code: int,
        headers: httpx.Headers | None = None,
        request_id: str | None = None,
        body: str = "",
        **about: Unpack[_About],
    ) -> None:
        super().__init__(message, **about)
        self.status_code = status_code
        self.headers = httpx.Headers() if headers is None else headers
        self.request_id = request_id
        self.body = body

    @property
    def response(self) -> httpx.Response:
        """The answer as an httpx.Response, with the bounded body of this error."""
        response = httpx.Response(self.status_code, content=self.body.encode(), request=self.request)
        # Not passed above: httpx would decompress the text because the headers say so.
        response.headers = self.headers
        return response

    def _facts(self) -> list[str]:
        return super()._facts() + ([f"request id {self.request_id}"] if self.request_id else [])


class APIStatusError(_AnsweredError):
    """The API answered with an error: an HTTP status other than 2xx, or an error inside a 2xx.

    Attributes:
        status_code: The HTTP status; of an error inside an HTTP 200, the status that the body names.
        type: The kind of error in the API's words (`generic_error`), or None when the body does not say.
        message: The API's own message; a description of what came when the body has none.
        details: The fields at fault.
        retry_after: Seconds after which to come back, from Retry-After; None when absent or unreadable.
        headers, request_id, body, request: What else is known of the answer, and what was sent.
    """

    type: str | None
    details: list[ErrorDetail]
    retry_after: float | None

    def __init__(
        self,
        message: str,
        *,
        status_code: int,
        type: str | None = None,  # noqa: A002 - the API's name for it
        details: Iterable[ErrorDetail] = (),
        retry_after: float | None = None,
        **about: Unpack[_AboutAnswer],
    ) -> None:
        super().__init__(message, status_code=status_code, **about)
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

    hint = "Check base_url."


class ConflictError(APIStatusError):
    """409: the request contradicts the state of the API."""


class UnprocessableEntityError(APIStatusError):
    """422: a parameter is not acceptable; `details` says which."""


class RateLimitError(APIStatusError):
    """429: too many requests; `retry_after` says when to come back."""

    hint = "Send fewer requests at once, or raise max_retries and max_retry_wait."


class InternalServerError(APIStatusError):
    """500 and above: the API, or a proxy before it, failed."""

    hint = "Try again later."


class APIResponseValidationError(_AnsweredError):
    """The answer is complete, but not what the spec says. It is not retried.

    Attributes:
        path: Where in the body: `$` for the whole, `data[3].created_at` inside.
        expected: What the spec says.
        found: The beginning of what came.
        status_code, headers, request_id, body, request: What else is known of the answer, and what was sent.
    """

    hint = "If the API has changed, a newer callrounded may know it; please report it."
    path: str
    expected: str
    found: str

    def __init__(
        self,
        message: str,
        *,
        path: str = "$",
        expected: str = "",
        found: str = "",
        status_code: int,
        **about: Unpack[_AboutAnswer],
    ) -> None:
        super().__init__(message, status_code=status_code, **about)
        self.path = path
        self.expected = expected
        self.found = found

    def _hint(self) -> str:
        if self.path == "$":
            return "Something else than the API may have answered: check base_url, and whether a proxy is in between."
        return self.hint

    def _facts(self) -> list[str]:
        kind = self.headers.get("content-type", "no content type")
        return ([f"{self.status_code}, {kind:.100}"] if self.path == "$" else []) + super()._facts()


class PaginationError(RoundedError):
    """The pages of a listing contradict each other, or there is no such page.

    Attributes:
        checkpoint: Where to go on: `iter_all(checkpoint=error.checkpoint)`.
        partial: The records received before, if this ended `list_all()`.
    """

    hint: ClassVar[str] = ""
    checkpoint: Checkpoint | None
    partial: list[Any] | None

    def __init__(self, message: str, *, checkpoint: Checkpoint | None = None) -> None:
        super().__init__(message)
        self.checkpoint = checkpoint
        self.partial = None

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class PaginationLoopError(PaginationError):
    """The server keeps handing out a page or cursor that it already handed out."""

    hint = "The other mode (use_cursor=) may work; please report it to the provider."


class IncompleteListingError(PaginationError):
    """Records were lost, or the listing kept changing while it was read.

    From an iterator it comes after the last record.

    Attributes:
        expected: How many records there should be, as far as that is known.
        received: How many distinct records came.
    """

    hint = "List again when less is changing; verify=False takes what comes."
    expected: int | None
    received: int

    def __init__(
        self, message: str, *, expected: int | None, received: int, checkpoint: Checkpoint | None = None
    ) -> None:
        super().__init__(message, checkpoint=checkpoint)
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
    """Whether *cause* comes back from a pickle; httpx.HTTPStatusError, for one, does not."""
    import pickle  # noqa: PLC0415 - errors are pickled rarely

    try:
        pickle.loads(pickle.dumps(cause))  # noqa: S301 - our own bytes
    except Exception:  # noqa: BLE001 - whatever a foreign __reduce__ raises
        return False
    return True


def _phrase(status_code: int) -> str:
    """The standard's words for *status_code*, if it has any: 520 and its like are unregistered."""
    try:
        return http.HTTPStatus(status_code).phrase
    except ValueError:
        return "Error"
