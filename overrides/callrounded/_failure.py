"""What it means that httpx raised."""

from __future__ import annotations

from types import TracebackType
from typing import Final

import httpx

from ._answer import rebuilt, status_error
from ._discretion import forget_frames
from ._errors import APIConnectionError, APITimeoutError, ClientClosedError

# The last two come from a redirect to something that is no URL: httpx reads it even where it does not follow it.
_OF_HTTPX: Final = (httpx.HTTPError, httpx.InvalidURL, UnicodeError)


class Translation:
    """A with block around an exchange: what httpx raises in it leaves it as an error of ours.

    What is neither ours nor of httpx, such as an exception of the caller's own transport, passes as it is.

    Args:
        http: The httpx client in use.
        request: What is sent, without credentials.

    Raises:
        APIConnectionError: no complete answer arrived.
        APIStatusError: a hook of the caller called `raise_for_status()`.
        ClientClosedError: the httpx client was closed just now.
    """

    def __init__(self, http: httpx.Client | httpx.AsyncClient, request: httpx.Request) -> None:
        self._http = http
        self._request = request

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if isinstance(error, _OF_HTTPX) or not isinstance(error, Exception | None):
            forget_frames(error, self._request)
        if isinstance(error, httpx.HTTPStatusError):
            content = error.response.read() if error.response.is_stream_consumed else b""
            error.response = rebuilt(error.response, content, self._request)
            raise status_error(error.response, error.response.status_code) from error
        if isinstance(error, _OF_HTTPX):
            raise connection_error(error, self._request) from error
        if isinstance(error, RuntimeError) and self._http.is_closed:
            raise ClientClosedError("The client was closed while a request was on its way.") from None


def connection_error(error: Exception, request: httpx.Request) -> APIConnectionError:
    """Return the error that says that *request* got no complete answer, because of *error*."""
    reason = f"{type(error).__name__}: {error}".removesuffix(": ")
    if isinstance(error, httpx.TimeoutException):
        return APITimeoutError(f"No answer arrived in time ({reason}).", request=request)
    return APIConnectionError(f"No complete answer arrived ({reason}).", request=request)
