"""One test body for both worlds: what a test does with a client goes through a `World`, sync or async."""

from collections.abc import AsyncGenerator, Awaitable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from callrounded import APIError, AsyncPage, AsyncRounded, Page, PhoneNumber, Rounded, RoundedError
from callrounded.testing import FakeRounded, Server
from callrounded_generated.api.phone_numbers import list_phone_numbers
from callrounded_generated.models import PhoneNumberList

KEY = "sk-live-4f9d2c71e8a05b36"

Client = Rounded | AsyncRounded
AnyPage = Page[PhoneNumber] | AsyncPage[PhoneNumber]


def inside(client: Client) -> Any:
    """Let a test look at what users do not see."""
    return client


class World:
    """Makes clients, uses them and closes them, in the sync or the async world."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.client_type: type[Rounded | AsyncRounded] = Rounded if name == "sync" else AsyncRounded
        self.httpx_type: type[httpx.Client | httpx.AsyncClient] = httpx.Client if name == "sync" else httpx.AsyncClient
        self._made: list[Client | httpx.Client | httpx.AsyncClient] = []

    def client(self, **options: Any) -> Client:
        """Make a client; it is closed when the test ends."""
        client = self.client_type(options.pop("api_key", KEY), **options)
        self._made.append(client)
        return client

    def httpx_client(self, **options: Any) -> Any:
        """Make an httpx client to inject; it is closed when the test ends."""
        client = self.httpx_type(**options)
        self._made.append(client)
        return client

    async def list(self, client: Client, **params: Any) -> AnyPage:
        """Ask for one page."""
        if isinstance(client, Rounded):
            return client.phone_numbers.list(**params)
        return await client.phone_numbers.list(**params)

    async def error(self, client: Client, **params: Any) -> RoundedError:
        """Ask for one page and return the error that comes instead."""
        with pytest.raises(RoundedError) as caught:
            await self.list(client, **params)
        return caught.value

    async def api_error(self, client: Client, **params: Any) -> APIError:
        """Ask for one page and return the APIError that comes instead."""
        error = await self.error(client, **params)
        assert isinstance(error, APIError), error
        return error

    async def call(self, client: Client, **params: Any) -> PhoneNumberList:
        """Call the list operation without the resource."""
        if isinstance(client, Rounded):
            return client.call(list_phone_numbers, **params)
        return await client.call(list_phone_numbers, **params)

    async def close(self, client: Client | httpx.Client | httpx.AsyncClient) -> None:
        """Close a client."""
        if (closing := _close(client)) is not None:
            await closing

    async def close_all(self) -> None:
        """Close every client made."""
        async with AsyncExitStack() as stack:
            for client in self._made:
                stack.push_async_callback(self.close, client)


def _close(client: Client | httpx.Client | httpx.AsyncClient) -> Awaitable[None] | None:
    return client.aclose() if isinstance(client, AsyncRounded | httpx.AsyncClient) else client.close()


@pytest.fixture(autouse=True, scope="session")
def _no_certificates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Each client reads the certificates of SSL_CERT_DIR; those that httpx brings take longer than most tests."""
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("SSL_CERT_FILE", raising=False)
        environment.setenv("SSL_CERT_DIR", str(tmp_path_factory.mktemp("certificates")))
        yield


@pytest.fixture(params=["sync", "async"])
async def world(request: pytest.FixtureRequest) -> AsyncGenerator[World]:
    """The sync world, then the async one."""
    world = World(request.param)
    yield world
    await world.close_all()


@pytest.fixture
def fake() -> FakeRounded:
    """An API of five records that knows KEY."""
    return FakeRounded(records=5, api_keys=[KEY])


@pytest.fixture
def server(fake: FakeRounded) -> Iterator[Server]:
    """That API as a real server."""
    with fake.serve() as server:
        yield server
