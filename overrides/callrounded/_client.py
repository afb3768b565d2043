"""The clients: `Rounded` and `AsyncRounded`, one facade over two connections."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Generic, NoReturn, Self, TypeVar

import httpx

from ._errors import ClientClosedError
from ._late import LateModule, late
from ._options import (
    DEFAULT_MAX_RESPONSE_BYTES,
    DEFAULT_MAX_RETRIES,
    DEFAULT_MAX_RETRY_WAIT,
    NOT_GIVEN,
    Changes,
    Hidden,
    NotGiven,
    OnInvalid,
    Options,
    Timeout,
)
from ._pool import CLOSED, Lease, async_lease, sync_lease

if TYPE_CHECKING:
    from callrounded_generated import api

    from . import _connection as connections
    from . import _resources as resources
else:
    api = LateModule("callrounded_generated.api")
    connections = LateModule("callrounded._connection")
    resources = LateModule("callrounded._resources")

H = TypeVar("H", bound=httpx.Client | httpx.AsyncClient)


class _Facade(ABC, Generic[H]):
    """What `Rounded` and `AsyncRounded` share: their options."""

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
        max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES,
        allow_insecure_http: bool = False,
    ) -> None:
        """Make a client. Nothing is sent.

        Args:
            api_key: The key, created in Rounded Studio; else $CALLROUNDED_API_KEY, else $ROUNDED_API_KEY.
            base_url: Where the API is; else $CALLROUNDED_BASE_URL, else https://api.callrounded.com.
            timeout: Seconds for each step of a request (connect, send, receive, wait for a connection), or an
                httpx.Timeout; None for no limit. 30 seconds, or that of *http_client*, where it is not given.
            max_retries: Attempts after the first.
            max_retry_wait: Seconds to wait before a retry at most. Where the API asks for more, the error is raised
                at once, with its `retry_after`.
            http_client: An httpx client of your own: proxies, transports, certificates. You close it.
            default_headers: Sent with every request.
            on_invalid: What one broken record in a list does: "raise" fails the page, "keep" leaves a
                `MalformedRecord` in its place, which the type of the records does not show.
            max_response_bytes: The largest body that is accepted, unpacked.
            allow_insecure_http: Accept a base URL without TLS outside this machine; the key then travels readably.

        Raises:
            ConfigurationError: There is no key, or an option cannot be used; the message says what to do.
        """
        # A traceback with local variables shows what is left of them here, and below.
        key, headers = Hidden(api_key, "api_key="), Hidden(default_headers)
        url = Hidden(None if base_url is None else str(base_url), "base_url=")
        del api_key, base_url, default_headers
        options = Options.first(
            key, url, allow_insecure_http=allow_insecure_http, own_http_client=http_client is None
        ).with_changes(Changes(timeout, max_retries, max_retry_wait, headers, on_invalid, max_response_bytes))
        self._options = options
        self._lease = self._leased(options, http_client)

    @staticmethod
    @abstractmethod
    def _leased(options: Options, http_client: H | None) -> Lease[H]: ...

    def with_options(
        self,
        *,
        timeout: Timeout | NotGiven = NOT_GIVEN,
        max_retries: int | NotGiven = NOT_GIVEN,
        max_retry_wait: float | NotGiven = NOT_GIVEN,
        default_headers: Mapping[str, str] | None = None,
        on_invalid: OnInvalid | NotGiven = NOT_GIVEN,
        max_response_bytes: int | NotGiven = NOT_GIVEN,
    ) -> Self:
        """Return a client with other options on the same connections: `client.with_options(timeout=5).phone_numbers`.

        *default_headers* are added to those there are. Closing the copy leaves the connections to the original;
        closing the original ends both.

        Raises:
            ConfigurationError: An option cannot be used.
        """
        headers = Hidden(default_headers)
        del default_headers
        changes = Changes(timeout, max_retries, max_retry_wait, headers, on_invalid, max_response_bytes)
        copy = object.__new__(type(self))
        vars(copy).update(vars(self), _options=self._options.with_changes(changes), _lease=self._lease.shared())
        return copy

    def __repr__(self) -> str:
        if not hasattr(self, "_lease"):
            # In a traceback out of the constructor.
            return f"<{type(self).__name__}, unusable>"
        return f"<{type(self).__name__} at {self._options.base_url}{', closed' if self._lease.is_closed else ''}>"

    def _check_open(self) -> None:
        if self._lease.is_closed:
            raise ClientClosedError(CLOSED)

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} holds connections and an API key: it can be neither pickled nor copied. "
            "Make one in each process; with_options() makes a copy."
        )


class Rounded(_Facade[httpx.Client]):
    """A client of the Rounded API.

        with Rounded() as client:
            for number in client.phone_numbers.iter_all():
                print(number.number)

    Any number of threads may share one. In a forked process it opens connections of its own.

    Attributes:
        phone_numbers: The phone numbers of the account.
    """

    phone_numbers = late(lambda: resources.SyncList(api.list_phone_numbers))

    @property
    def _connection(self) -> connections.Connection:
        return connections.Connection(self._options, self._lease)

    @staticmethod
    def _leased(options: Options, http_client: httpx.Client | None) -> Lease[httpx.Client]:
        return sync_lease(options, http_client)

    def close(self) -> None:
        """Close the connections; a request afterwards raises `ClientClosedError`. Closing twice is harmless."""
        if (http_client := self._lease.release()) is not None:
            http_client.close()

    def __enter__(self) -> Self:
        self._check_open()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class AsyncRounded(_Facade[httpx.AsyncClient]):
    """A client of the Rounded API for asyncio.

        async with AsyncRounded() as client:
            async for number in client.phone_numbers.iter_all():
                print(number.number)

    Any number of tasks may share one. In another event loop, or a forked process, it opens connections of its own:
    close it in the event loop that used it.

    Attributes:
        phone_numbers: The phone numbers of the account.
    """

    phone_numbers = late(lambda: resources.AsyncList(api.list_phone_numbers))

    @property
    def _connection(self) -> connections.AsyncConnection:
        return connections.AsyncConnection(self._options, self._lease)

    @staticmethod
    def _leased(options: Options, http_client: httpx.AsyncClient | None) -> Lease[httpx.AsyncClient]:
        return async_lease(options, http_client)

    async def aclose(self) -> None:
        """Close the connections; a request afterwards raises `ClientClosedError`. Closing twice is harmless."""
        if (http_client := self._lease.release()) is not None:
            await http_client.aclose()

    close = aclose

    async def __aenter__(self) -> Self:
        self._check_open()
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()
