"""The only code that sends or waits: one small driver for the sync world, one for the async.

What they decide is decided elsewhere: `_retry` (whether again, and when), `_answer` (what came),
`_failure` (what httpx raised).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final, Generic, NoReturn, TypeAlias, TypeVar, cast

import httpx

from callrounded_generated.client import AuthenticatedClient
from callrounded_generated.operation import Operation, Request

from ._answer import interpret, rebuilt
from ._body import Body
from ._discretion import echoes, without_credentials, without_echo
from ._errors import APIError, ConfigurationError
from ._failure import Translation
from ._logging import log_request, log_response
from ._options import Options
from ._pool import Lease
from ._retry import Retries, retrying, wait_before_retry

OnArrival: TypeAlias = Callable[[], None]
Wait: TypeAlias = Callable[[APIError, float], None]
AsyncWait: TypeAlias = Callable[[APIError, float], Awaitable[None]]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
H = TypeVar("H", bound=httpx.Client | httpx.AsyncClient)

# An error need not be read as far as a page.
_MAX_ERROR_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer(Generic[T_co]):
    """A successful answer: its value, and the response it was read from."""

    value: T_co
    response: httpx.Response


class Driver(Generic[H]):
    """What the two drivers share: everything but sending, receiving and waiting."""

    def __init__(self, options: Options, lease: Lease[H]) -> None:
        self._options = options
        self._lease = lease
        self._client = AuthenticatedClient(
            token=options.api_key.value,
            base_url=options.base_url,
            timeout=options.timeout,
            headers=options.headers.value,
        )

    @property
    def closed(self) -> bool:
        """Whether the client that this belongs to, or the pool it shares, is closed."""
        return self._lease.is_closed

    def _built(self, http: H, request: Request) -> httpx.Request:
        try:
            return http.build_request(**self._client.arguments(request))
        except (httpx.InvalidURL, UnicodeError) as error:
            fault = str(error)
        # Not in the block above: the frames of that error know the key.
        raise ConfigurationError(f"{request.method} {request.path} cannot be sent with these parameters: {fault}.")

    def _body(self, response: httpx.Response) -> Body:
        limit = self._options.max_response_bytes
        return Body(response, limit if response.is_success else min(limit, _MAX_ERROR_BYTES))

    def _settled(
        self, operation: Operation[Any, T, Any], request: httpx.Request, response: httpx.Response, body: Body
    ) -> Answer[T]:
        """Return what *response*, of which *body* was read, means.

        Raises:
            APIStatusError, APIResponseValidationError: it means an error.
        """
        content, fault = body.unpacked()
        response = rebuilt(response, content, request)
        log_response(response)
        value = interpret(operation, response, fault, self._options.on_invalid)
        if isinstance(value, APIError) and echoes(response, self._client.token):
            content, headers = without_echo(content, response.headers, self._client.token)
            response = rebuilt(response, content, request, headers)
            value = interpret(operation, response, fault, self._options.on_invalid)
        if isinstance(value, APIError):
            raise value
        return Answer(value, response)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} to {self._client.base_url}{', closed' if self.closed else ''}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A connection holds sockets and an API key: it can be neither pickled nor copied.")


class Connection(Driver[httpx.Client]):
    """Sends requests and waits, in the sync world. Any number of threads may use it at once."""

    def call(
        self,
        operation: Operation[..., T, Any],
        request: Request,
        *,
        on_arrival: OnArrival | None = None,
        wait: Wait | None = None,
    ) -> Answer[T]:
        """Send *request*, again where that may help, and return the answer.

        Args:
            operation: What is asked for; it reads the answer.
            request: The request, built by *operation*.
            on_arrival: Called when an answer has come, before it is read: another request can be made meanwhile.
            wait: Called before another attempt with the error and the seconds to wait, which it does. By default, just
                that.

        Raises:
            APIError: the last attempt brought no result.
            ClientClosedError: this is closed.
            ConfigurationError: the request cannot be sent, or not in this process.
        """
        try:
            return self._exchange(operation, request, on_arrival)
        except APIError as error:
            first_failure = [error.with_traceback(None)]
        if wait_before_retry(first_failure[0], 1, self._options) is None:
            raise first_failure[0]

        retries = Retries(self._options, waits_itself=wait is not None)

        @retrying(retries)
        def attempt() -> Answer[T]:
            if first_failure:
                # Not lost: what follows it is for the decorator to decide.
                raise first_failure.pop()
            if wait is not None and retries.due is not None:
                wait(*retries.due)
            return self._exchange(operation, request, on_arrival)

        try:
            return attempt()
        except APIError as error:
            raise error.with_traceback(None)  # noqa: B904 - it is the same error

    def _exchange(self, operation: Operation[..., T, Any], request: Request, on_arrival: OnArrival | None) -> Answer[T]:
        http = self._lease.http()
        to_send = self._built(http, request)
        shown = without_credentials(to_send)
        log_request(shown)
        with Translation(http, shown):
            response = http.send(to_send, stream=True, follow_redirects=False)
            try:
                body = self._body(response)
                if body.is_open:
                    for piece in response.iter_raw():
                        if not body.take(piece):
                            break
            finally:
                response.close()
        if on_arrival is not None and response.is_success:
            on_arrival()
        return self._settled(operation, shown, response, body)


class AsyncConnection(Driver[httpx.AsyncClient]):
    """Sends requests and waits, in the async world. Any number of tasks may use it at once."""

    async def call(
        self,
        operation: Operation[..., T, Any],
        request: Request,
        *,
        on_arrival: OnArrival | None = None,
        wait: AsyncWait | None = None,
    ) -> Answer[T]:
        """Do what `Connection.call` does."""
        try:
            return await self._exchange(operation, request, on_arrival)
        except APIError as error:
            first_failure = [error.with_traceback(None)]
        if wait_before_retry(first_failure[0], 1, self._options) is None:
            raise first_failure[0]

        retries = Retries(self._options, waits_itself=wait is not None)

        @retrying(retries)
        async def attempt() -> Answer[T]:
            if first_failure:
                raise first_failure.pop()
            if wait is not None and retries.due is not None:
                await wait(*retries.due)
            return await self._exchange(operation, request, on_arrival)

        try:
            return await attempt()
        except APIError as error:
            raise error.with_traceback(None)  # noqa: B904 - it is the same error

    async def _exchange(
        self, operation: Operation[..., T, Any], request: Request, on_arrival: OnArrival | None
    ) -> Answer[T]:
        http = self._lease.http()
        to_send = self._built(http, request)
        shown = without_credentials(to_send)
        log_request(shown)
        with Translation(http, shown):
            response = await http.send(to_send, stream=True, follow_redirects=False)
            try:
                body = self._body(response)
                if body.is_open:
                    # Closed here, not whenever the garbage collector gets to it.
                    async with aclosing(cast(AsyncGenerator[bytes], response.aiter_raw())) as pieces:
                        async for piece in pieces:
                            if not body.take(piece):
                                break
            finally:
                await response.aclose()
        if on_arrival is not None and response.is_success:
            on_arrival()
        return self._settled(operation, shown, response, body)
