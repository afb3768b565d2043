"""Sending: an operation of the generated client, with retries around it and errors made of what comes."""

from __future__ import annotations

from typing import Any, Generic, Self, TypeVar

import httpx

from callrounded_generated.client import AuthenticatedClient
from callrounded_generated.responses import Response

from ._connections import CLOSED, Connections
from ._error_mapping import mapped_errors, successful
from ._errors import APIError, ClientClosedError
from ._operation import Operation
from ._options import Options
from ._retry import Hold, retried

H = TypeVar("H", bound=httpx.Client | httpx.AsyncClient)


class _BaseSender(Generic[H]):
    """What `Sender` and `AsyncSender` share: the generated client, and its connections."""

    def __init__(self, options: Options, connections: Connections[H], *, is_original: bool = True) -> None:
        self.options = options
        self._connections = connections
        self._is_original = is_original
        self._is_closed = False
        self._client = AuthenticatedClient(
            token=options.api_key,
            base_url=options.base_url,
            timeout=options.timeout,
            headers=options.headers,
            on_invalid=options.on_invalid,
        )

    @property
    def is_closed(self) -> bool:
        """Whether this, or the original whose connections it shares, is closed."""
        return self._is_closed or self._connections.is_closed

    def with_options(self, options: Options) -> Self:
        """Return a copy with other options that shares the connections."""
        return type(self)(options, self._connections, is_original=False)

    def http(self) -> H:
        """Return the httpx client.

        Raises:
            ClientClosedError: this is closed.
            ConfigurationError: it cannot be used in this process, or event loop.
        """
        if self._is_closed:
            raise ClientClosedError(CLOSED)
        return self._connections.http()

    def close(self) -> H | None:
        """Note that this is closed; return the httpx client that is left to close, if any."""
        self._is_closed = True
        return self._connections.close() if self._is_original else None


class Sender(_BaseSender[httpx.Client]):
    """Sends requests in the sync world. Any number of threads may use it at once."""

    def send(
        self, operation: Operation[..., object], arguments: dict[str, Any], hold: Hold | None = None
    ) -> Response[Any]:
        """Call *operation*, again where that may help.

        Args:
            operation: The module of the operation.
            arguments: Its parameters, by name.
            hold: Of the listing that the request belongs to.

        Raises:
            APIError: the last attempt brought no result.
        """

        @retried(self.options, hold)
        def attempt() -> Response[Any]:
            if hold is not None:
                hold.wait()
            http = self.http()
            client = self._client.set_httpx_client(http)
            with mapped_errors(client.token, http):
                response = operation.sync_detailed(client, **arguments)
            return successful(response, client.token)

        try:
            return attempt()
        except APIError as error:
            raise error.with_traceback(None)  # noqa: B904 - it is the same error


class AsyncSender(_BaseSender[httpx.AsyncClient]):
    """Sends requests in the async world. Any number of tasks may use it at once."""

    async def send(
        self, operation: Operation[..., object], arguments: dict[str, Any], hold: Hold | None = None
    ) -> Response[Any]:
        """Do what `Sender.send` does."""

        @retried(self.options, hold)
        async def attempt() -> Response[Any]:
            if hold is not None:
                await hold.wait_async()
            http = self.http()
            client = self._client.set_async_httpx_client(http)
            with mapped_errors(client.token, http):
                response = await operation.asyncio_detailed(client, **arguments)
            return successful(response, client.token)

        try:
            return await attempt()
        except APIError as error:
            raise error.with_traceback(None)  # noqa: B904 - it is the same error
