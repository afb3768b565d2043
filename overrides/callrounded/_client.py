"""The clients: `Rounded` and `AsyncRounded`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import FunctionType, TracebackType
from typing import Generic, NoReturn, ParamSpec, Self, TypeVar, cast

import httpx

from callrounded_generated.api.phone_numbers import list_phone_numbers

from ._arguments import listing_options
from ._connections import async_connections, sync_connections
from ._operation import Operation, by_name
from ._options import (
    DEFAULT_MAX_RETRIES,
    DEFAULT_MAX_RETRY_WAIT,
    NOT_GIVEN,
    NotGiven,
    OnInvalid,
    Options,
    Timeout,
)
from ._resources import AsyncListResource, ListResource
from ._sending import AsyncSender, Sender
from ._signatures import with_qualname

H = TypeVar("H", bound=httpx.Client | httpx.AsyncClient)
S = TypeVar("S", Sender, AsyncSender)
P = ParamSpec("P")
T = TypeVar("T")


class _BaseRounded(ABC, Generic[H, S]):
    """What `Rounded` and `AsyncRounded` share: their options."""

    _sender: S

    def __init_subclass__(cls) -> None:
        # So that the error of a misspelled option names Rounded, not this class.
        if "__init__" not in vars(cls):
            init = with_qualname(cast(FunctionType, cls.__init__), f"{cls.__name__}.__init__")
            type.__setattr__(cls, "__init__", init)

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | httpx.URL | None = None,
        timeout: Timeout | NotGiven = NOT_GIVEN,
        max_retries: int = DEFAULT_MAX_RETRIES,
        max_retry_wait: float = DEFAULT_MAX_RETRY_WAIT,
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
        options = Options.resolve(
            api_key,
            None if base_url is None else str(base_url),
            allow_insecure_http=allow_insecure_http,
            own_http_client=http_client is None,
        )
        self._sender = self._make_sender(
            options.with_changes(
                timeout=timeout,
                max_retries=max_retries,
                max_retry_wait=max_retry_wait,
                default_headers=default_headers,
                on_invalid=on_invalid,
            ),
            http_client,
        )

    @abstractmethod
    def _make_sender(self, options: Options, http_client: H | None) -> S: ...

    def with_options(
        self,
        *,
        timeout: Timeout | NotGiven = NOT_GIVEN,
        max_retries: int | NotGiven = NOT_GIVEN,
        max_retry_wait: float | NotGiven = NOT_GIVEN,
        default_headers: Mapping[str, str] | None = None,
        on_invalid: OnInvalid | NotGiven = NOT_GIVEN,
    ) -> Self:
        """Return a client with other options that shares the connections: `client.with_options(timeout=5)`.

        *default_headers* are added to those there are. Closing the copy leaves the connections open; closing the
        original closes them for both.

        Raises:
            ConfigurationError: An option cannot be used.
        """
        options = self._sender.options.with_changes(
            timeout=timeout,
            max_retries=max_retries,
            max_retry_wait=max_retry_wait,
            default_headers=default_headers,
            on_invalid=on_invalid,
        )
        copy = object.__new__(type(self))
        vars(copy).update(vars(self))  # What a subclass has added.
        copy._sender = self._sender.with_options(options)
        return copy

    def __repr__(self) -> str:
        closed = ", closed" if self._sender.is_closed else ""
        return f"<{type(self).__name__} at {self._sender.options.base_url}{closed}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} holds connections and an API key: it can be neither pickled nor copied. "
            "Create one in each process; with_options() makes a copy."
        )


class Rounded(_BaseRounded[httpx.Client, Sender]):
    """A client of the Rounded API.

        with Rounded() as client:
            for number in client.phone_numbers.iter_all():
                print(number.number)

    Any number of threads may share one. In a forked process it opens connections of its own.

    Attributes:
        phone_numbers: The phone numbers of the account.
    """

    phone_numbers = ListResource(list_phone_numbers, listing_options)

    def _make_sender(self, options: Options, http_client: httpx.Client | None) -> Sender:
        return Sender(options, sync_connections(options.base_url, http_client))

    def call(self, operation: Operation[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Call an operation of `callrounded_generated.api`, with the retries and errors of this client.

            from callrounded_generated.api.phone_numbers import list_phone_numbers
            page = client.call(list_phone_numbers, limit=10)

        Args:
            operation: The module of the operation.
            *args: The parameters of the operation.
            **kwargs: The parameters of the operation.

        Raises:
            APIError: there was no result.
        """
        return cast(T, self._sender.send(operation, by_name(operation, args, kwargs)).parsed)

    def close(self) -> None:
        """Close the connections; a request afterwards raises `ClientClosedError`. Closing twice is harmless."""
        if (http := self._sender.close()) is not None:
            http.close()

    def __enter__(self) -> Self:
        self._sender.http()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class AsyncRounded(_BaseRounded[httpx.AsyncClient, AsyncSender]):
    """A client of the Rounded API for asyncio.

        async with AsyncRounded() as client:
            async for number in client.phone_numbers.iter_all():
                print(number.number)

    Any number of tasks of one event loop may share one; create one in each event loop.

    Attributes:
        phone_numbers: The phone numbers of the account.
    """

    phone_numbers = AsyncListResource(list_phone_numbers, listing_options)

    def _make_sender(self, options: Options, http_client: httpx.AsyncClient | None) -> AsyncSender:
        return AsyncSender(options, async_connections(options.base_url, http_client))

    async def call(self, operation: Operation[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what `Rounded.call` does."""
        return cast(T, (await self._sender.send(operation, by_name(operation, args, kwargs))).parsed)

    async def aclose(self) -> None:
        """Close the connections; a request afterwards raises `ClientClosedError`. Closing twice is harmless."""
        if (http := self._sender.close()) is not None:
            await http.aclose()

    close = aclose

    async def __aenter__(self) -> Self:
        self._sender.http()
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()
