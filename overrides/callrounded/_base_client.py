"""What the clients share: their options, and what is left to close."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import FunctionType
from typing import Generic, NoReturn, Self, TypeVar, cast

import httpx

from callrounded_generated.client import AuthenticatedClient

from ._connections import CLOSED, Connections
from ._errors import ClientClosedError
from ._options import NOT_GIVEN, NotGiven, OnInvalid, Options, Timeout
from ._signatures import copied

H = TypeVar("H", bound=httpx.Client | httpx.AsyncClient)


class BaseRounded(ABC, Generic[H]):
    """What `Rounded` and `AsyncRounded` share: their options."""

    _is_closed = False
    _is_copy = False

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
        timeout: Timeout | NotGiven = NOT_GIVEN,
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
        options = Options.resolve(
            api_key,
            None if base_url is None else str(base_url),
            allow_insecure_http=allow_insecure_http,
            own_http_client=http_client is None,
        )
        options = options.with_changes(
            timeout=timeout,
            max_retries=max_retries,
            max_retry_wait=max_retry_wait,
            default_headers=default_headers,
            on_invalid=on_invalid,
        )
        self._connections = self._connect(options.base_url, http_client)
        self._use(options)

    @abstractmethod
    def _connect(self, base_url: str, http_client: H | None) -> Connections[H]: ...

    def _use(self, options: Options) -> None:
        self._options = options
        self._api = AuthenticatedClient(
            token=options.api_key,
            base_url=options.base_url,
            timeout=options.timeout,
            headers=options.headers,
            on_invalid=options.on_invalid,
        )

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
        options = self._options.with_changes(
            timeout=timeout,
            max_retries=max_retries,
            max_retry_wait=max_retry_wait,
            default_headers=default_headers,
            on_invalid=on_invalid,
        )
        copy = object.__new__(type(self))
        vars(copy).update(vars(self))  # What a subclass has added.
        copy._is_copy = True
        copy._use(options)
        return copy

    def _http(self) -> H:
        """Return the httpx client to use here and now."""
        if self._is_closed:
            raise ClientClosedError(CLOSED)
        return self._connections.http()

    def _release(self) -> H | None:
        """Note that this is closed; return the httpx client that is left to close, if any."""
        self._is_closed = True
        return None if self._is_copy else self._connections.close()

    def __repr__(self) -> str:
        closed = ", closed" if self._is_closed or self._connections.is_closed else ""
        return f"<{type(self).__name__} at {self._options.base_url}{closed}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            f"{type(self).__name__} holds connections and an API key: it can be neither pickled nor copied. "
            "Create one in each process; with_options() makes a copy."
        )
