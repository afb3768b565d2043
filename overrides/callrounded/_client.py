"""The clients: `Rounded` and `AsyncRounded`."""

from __future__ import annotations

from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, cast

import httpx

from callrounded_generated.api.phone_numbers import list_phone_numbers
from callrounded_generated.responses import Response

from ._arguments import ListingOptions
from ._base_client import BaseRounded
from ._connections import AsyncConnections, Connections, new_async_client, new_client
from ._error_mapping import mapped_errors, successful
from ._errors import APIError
from ._operation import Operation, by_name
from ._resources import AsyncListResource, ListResource
from ._retry import Hold, retried

P = ParamSpec("P")
T = TypeVar("T")


class Rounded(BaseRounded[httpx.Client]):
    """A client of the Rounded API.

        with Rounded() as client:
            for number in client.phone_numbers.iter_all():
                print(number.number)

    Any number of threads may share one. In a forked process it opens connections of its own.

    Attributes:
        phone_numbers: The phone numbers of the account.
    """

    phone_numbers = ListResource(list_phone_numbers, ListingOptions)

    def _connect(self, base_url: str, http_client: httpx.Client | None) -> Connections[httpx.Client]:
        return Connections(http_client, httpx.Client, lambda: new_client(base_url))

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
        return cast(T, self._send(operation, by_name(operation, args, kwargs)).parsed)

    def _send(
        self, operation: Operation[..., object], arguments: dict[str, Any], hold: Hold | None = None
    ) -> Response[Any]:
        """Call *operation*, again where that may help; *hold* is of the listing that the request belongs to."""

        @retried(self._options, hold)
        def attempt() -> Response[Any]:
            if hold is not None:
                hold.wait()
            http = self._http()
            with mapped_errors(self._api.token, http):
                response = operation.sync_detailed(self._api.set_httpx_client(http), **arguments)
            return successful(response, self._api.token)

        try:
            return attempt()
        except APIError as error:
            raise error.with_traceback(None)  # noqa: B904 - it is the same error

    def close(self) -> None:
        """Close the connections; a request afterwards raises `ClientClosedError`. Closing twice is harmless."""
        if (http := self._release()) is not None:
            http.close()

    def __enter__(self) -> Self:
        self._http()
        return self

    def __exit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


class AsyncRounded(BaseRounded[httpx.AsyncClient]):
    """A client of the Rounded API for asyncio.

        async with AsyncRounded() as client:
            async for number in client.phone_numbers.iter_all():
                print(number.number)

    Any number of tasks of one event loop may share one; create one in each event loop.

    Attributes:
        phone_numbers: The phone numbers of the account.
    """

    phone_numbers = AsyncListResource(list_phone_numbers, ListingOptions)

    def _connect(self, base_url: str, http_client: httpx.AsyncClient | None) -> Connections[httpx.AsyncClient]:
        return AsyncConnections(http_client, httpx.AsyncClient, lambda: new_async_client(base_url))

    async def call(self, operation: Operation[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Do what `Rounded.call` does."""
        return cast(T, (await self._send(operation, by_name(operation, args, kwargs))).parsed)

    async def _send(
        self, operation: Operation[..., object], arguments: dict[str, Any], hold: Hold | None = None
    ) -> Response[Any]:
        """Do what `Rounded._send` does."""

        @retried(self._options, hold)
        async def attempt() -> Response[Any]:
            if hold is not None:
                await hold.wait_async()
            http = self._http()
            with mapped_errors(self._api.token, http):
                response = await operation.asyncio_detailed(self._api.set_async_httpx_client(http), **arguments)
            return successful(response, self._api.token)

        try:
            return await attempt()
        except APIError as error:
            raise error.with_traceback(None)  # noqa: B904 - it is the same error

    async def aclose(self) -> None:
        """Close the connections; a request afterwards raises `ClientClosedError`. Closing twice is harmless."""
        if (http := self._release()) is not None:
            await http.aclose()

    close = aclose

    async def __aenter__(self) -> Self:
        self._http()
        return self

    async def __aexit__(
        self, error_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()
