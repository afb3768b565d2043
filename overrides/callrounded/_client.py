"""The clients: `Rounded` and `AsyncRounded`. What happens in a listing is drawn at the top of `_resources`."""

from __future__ import annotations

from collections.abc import Mapping
from types import FunctionType
from typing import Any, Generic, NoReturn, ParamSpec, Self, TypeVar, cast

import httpx

from callrounded_generated.api.phone_numbers import list_phone_numbers
from callrounded_generated.responses import Response
from callrounded_generated.types import UNSET, OnInvalid, Unset

from ._connections import CLOSED, Connections, H
from ._error_mapping import checked_response, mapped_errors
from ._errors import APIError, ClientClosedError
from ._listing import ListingOptions
from ._operation import AnyOperation, Operation, by_name, copied, name_of
from ._options import DEFAULT_TIMEOUT, Options, Timeout
from ._resources import AsyncListResource, ListResource
from ._retry import Attempts, Hold
from ._tracing import span

P = ParamSpec("P")
T = TypeVar("T")


class _BaseRounded(Generic[H]):
    """What `Rounded` and `AsyncRounded` share: their options and connections."""

    _httpx_type: type[H]
    _is_closed = _is_copy = False

    def __init_subclass__(cls) -> None:
        # So that the error of a misspelled option names Rounded, not this class.
        if "__init__" not in vars(cls):
            init = copied(cast(FunctionType, cls.__init__))
            init.__qualname__ = f"{cls.__name__}.__init__"
            type.__setattr__(cls, "__init__", init)

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | httpx.URL | None = None,
        timeout: Timeout | Unset = UNSET,
        max_retries: int = 2,
        max_retry_wait: float = 30.0,
        http_client: H | None = None,
        default_headers: Mapping[str, str] | None = None,
        on_invalid: OnInvalid = "raise",
        allow_insecure_http: bool = False,
    ) -> None:
        """Create a client. Nothing is sent.

        Args:
            api_key: The key, created in Rounded Studio. Defaults to $CALLROUNDED_API_KEY, then $ROUNDED_API_KEY.
            base_url: Base URL. Defaults to $CALLROUNDED_BASE_URL, then https://api.callrounded.com.
            timeout: Seconds for each step of a request (connect, send, receive, wait for a connection), or an
                httpx.Timeout; None for no limit. Defaults to 30 seconds, or to that of *http_client*.
            max_retries: Maximum number of retries.
            max_retry_wait: Maximum number of seconds to wait before a retry. If the API asks for more, the error is
                raised at once, with its `retry_after`.
            http_client: An httpx client of your own: proxies, transports, certificates. You close it.
            default_headers: Sent with every request.
            on_invalid: How to handle a malformed record: "raise" fails the page, "keep" leaves a `MalformedRecord` in
                its place, which the type of the records does not show.
            allow_insecure_http: Accept a base URL without TLS outside this machine; the key is then sent in plain text.

        Raises:
            ConfigurationError: There is no key, or an option cannot be used; the message says what to do.
        """
        self._resources: dict[object, Any] = {}
        first_timeout = DEFAULT_TIMEOUT if http_client is None else httpx.USE_CLIENT_DEFAULT
        options = Options.resolve(api_key, base_url, first_timeout, allow_http=allow_insecure_http)
        self._options = options.with_changes(
            default_headers, timeout, max_retries=max_retries, max_retry_wait=max_retry_wait, on_invalid=on_invalid
        )
        self._connections = Connections(http_client, self._httpx_type, options.api.base_url)

    def with_options(
        self,
        *,
        timeout: Timeout | Unset = UNSET,
        max_retries: int | Unset = UNSET,
        max_retry_wait: float | Unset = UNSET,
        default_headers: Mapping[str, str] | None = None,
        on_invalid: OnInvalid | Unset = UNSET,
    ) -> Self:
        """Return a client with other options that shares the connections: `client.with_options(timeout=5)`.

        *default_headers* are added to those there are. Closing the copy leaves the connections open; closing the
        original closes them for both.

        Raises:
            ConfigurationError: An option cannot be used.
        """
        copy = object.__new__(type(self))
        vars(copy).update(vars(self), _is_copy=True, _resources={})
        copy._options = self._options.with_changes(
            default_headers, timeout, max_retries=max_retries, max_retry_wait=max_retry_wait, on_invalid=on_invalid
        )
        return copy

    def _http(self) -> H:
        if self._is_closed:
            raise ClientClosedError(CLOSED)
        return self._connections.http()

    def __repr__(self) -> str:
        closed = ", closed" if self._is_closed or self._connections.is_closed else ""
        return f"<{type(self).__name__} at {self._options.api.base_url}{closed}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} can be neither pickled nor copied. Create one in each process.")


class Rounded(_BaseRounded[httpx.Client]):
    """A client of the Rounded API.

        with Rounded() as client:
            for number in client.phone_numbers.iter_all():
                print(number.number)

    Any number of threads may share one. In a forked process it opens connections of its own.
    """

    _httpx_type = httpx.Client

    phone_numbers = ListResource(list_phone_numbers, ListingOptions)
    """The phone numbers of the account."""

    def call(self, operation: Operation[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call an *operation* of `callrounded_generated.api`, with the retries and errors of this client.

            from callrounded_generated.api.phone_numbers import list_phone_numbers
            page = client.call(list_phone_numbers, limit=10)

        Raises:
            APIError: there was no result.
        """
        return cast(T, self._send(operation, by_name(operation, args, kwargs), Hold()).parsed)

    def _send(self, operation: AnyOperation, arguments: dict[str, Any], hold: Hold) -> Response[Any]:
        attempts = Attempts(self._options, hold)
        while True:
            hold.wait(attempts.not_before)
            http, api = self._http(), self._options.api
            try:
                with span(name_of(operation)), mapped_errors(api.token, http):
                    return checked_response(operation.sync_detailed(api.set_httpx_client(http), **arguments), api.token)
            except APIError as error:
                if not attempts.plan_next(error):
                    raise error.with_traceback(None)  # noqa: B904 - it is the same error

    def close(self) -> None:
        """Close the connections; a request afterwards raises `ClientClosedError`. Closing twice is harmless."""
        self._is_closed = True
        if not self._is_copy and (http := self._connections.close()) is not None:
            http.close()

    def __enter__(self) -> Self:
        self._http()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class AsyncRounded(_BaseRounded[httpx.AsyncClient]):
    """A client of the Rounded API for asyncio.

        async with AsyncRounded() as client:
            async for number in client.phone_numbers.iter_all():
                print(number.number)

    Any number of tasks of one event loop may share one; create one in each event loop.
    """

    _httpx_type = httpx.AsyncClient

    phone_numbers = AsyncListResource(list_phone_numbers, ListingOptions)
    """The phone numbers of the account."""

    async def call(self, operation: Operation[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what `Rounded.call` does."""
        return cast(T, (await self._send(operation, by_name(operation, args, kwargs), Hold())).parsed)

    async def _send(self, operation: AnyOperation, arguments: dict[str, Any], hold: Hold) -> Response[Any]:
        attempts = Attempts(self._options, hold)
        while True:
            await hold.wait_async(attempts.not_before)
            http, api = self._http(), self._options.api
            try:
                with span(name_of(operation)), mapped_errors(api.token, http):
                    response = await operation.asyncio_detailed(api.set_async_httpx_client(http), **arguments)
                    return checked_response(response, api.token)
            except APIError as error:
                if not attempts.plan_next(error):
                    raise error.with_traceback(None)  # noqa: B904 - it is the same error

    async def aclose(self) -> None:
        """Close the connections; a request afterwards raises `ClientClosedError`. Closing twice is harmless."""
        self._is_closed = True
        if not self._is_copy and (http := self._connections.close()) is not None:
            await http.aclose()

    close = aclose

    async def __aenter__(self) -> Self:
        self._http()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.aclose()
