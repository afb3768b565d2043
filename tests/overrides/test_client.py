"""Making, sharing and closing clients."""

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any, get_args
from unittest import mock

import httpx
import pytest

import callrounded
from callrounded import (
    APITimeoutError,
    AsyncListResource,
    AsyncPage,
    AsyncRounded,
    ClientClosedError,
    ConfigurationError,
    ListResource,
    MalformedRecord,
    Page,
    RateLimitError,
    Rounded,
)
from callrounded.testing import FakeRounded, Fault, Reply, Server
from callrounded_generated import models
from tests.overrides.conftest import KEY, World

COPIES: dict[str, Callable[[object], object]] = {
    "pickle": pickle.dumps,
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


class TestMaking:
    """The constructor."""

    async def test_key_and_address_are_enough(self, world: World, fake: FakeRounded, server: Server) -> None:
        """The key is sent as X-Api-Key, with a User-Agent that says who we are."""
        page = await world.list(world.client(base_url=server.url))

        assert len(page.data) == 5
        assert fake.requests[0].headers["user-agent"].startswith("callrounded/")
        assert fake.requests[0].headers["accept"].startswith("application/json")

    async def test_the_environment_is_enough(
        self, world: World, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Without any argument."""
        monkeypatch.setenv("CALLROUNDED_API_KEY", KEY)
        monkeypatch.setenv("CALLROUNDED_BASE_URL", server.url)

        assert len((await world.list(world.client(api_key=None))).data) == 5

    @pytest.mark.parametrize("client_type", [Rounded, AsyncRounded])
    def test_without_a_key_there_is_no_client(self, client_type: type[Rounded] | type[AsyncRounded]) -> None:
        """The mistake shows where it was made, not at the first request."""
        with pytest.raises(ConfigurationError, match="There is no API key"):
            client_type()

    @pytest.mark.parametrize("client_type", [Rounded, AsyncRounded])
    @pytest.mark.parametrize(
        "options",
        [
            {"timeout": -1},
            {"max_retries": -1},
            {"max_retry_wait": "1"},
            {"on_invalid": "skip"},
            {"base_url": "http://api.callrounded.com"},
            {"default_headers": {"Host": "evil"}},
            {"http_client": object()},
        ],
        ids="".join,
    )
    def test_an_option_that_cannot_be_used_is_refused(self, client_type: Any, options: dict[str, Any]) -> None:
        """All of them are checked in the constructor."""
        with pytest.raises(ConfigurationError):
            client_type(KEY, **options)

    async def test_the_wrong_kind_of_httpx_client_is_refused(self, world: World) -> None:
        """The message names the right one."""
        other = World("async" if world.name == "sync" else "sync")
        http_client = other.httpx_client()

        with pytest.raises(
            ConfigurationError, match=r"Rounded takes an httpx\.Client, AsyncRounded an httpx\.AsyncClient"
        ):
            world.client(http_client=http_client)
        await other.close_all()

    def test_an_httpx_client_with_a_query_of_its_own_is_refused(self, world: World) -> None:
        """It would be sent in place of ours."""
        with pytest.raises(ConfigurationError, match="query parameters"):
            world.client(http_client=world.httpx_client(params={"page": 1}))

    def test_an_environment_that_httpx_cannot_use_is_a_configuration_error(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A proxy variable that names no proxy, for one."""
        monkeypatch.setenv("HTTPS_PROXY", "foo://proxy")

        with pytest.raises(ConfigurationError, match="Check HTTP_PROXY"):
            world.client()

    @pytest.mark.parametrize("client_type", [Rounded, AsyncRounded])
    def test_a_misspelled_option_is_an_error_of_that_class(self, client_type: Any) -> None:
        """Not of a private one that it inherits from."""
        with pytest.raises(TypeError, match=rf"^{client_type.__name__}\.__init__\(\) got .* argument 'apikey'"):
            client_type(apikey=KEY)

    def test_the_first_request_imports_nothing_of_ours(self) -> None:
        """A test that stops the clock, or a process that is about to exit, could leave a module half imported."""
        script = """
import sys, httpx, callrounded
before = set(sys.modules)
transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"data": [], "message": "", "status": 200}))
client = callrounded.Rounded(api_key="k" * 20, http_client=httpx.Client(transport=transport))
assert client.phone_numbers.list_all() == []
print(*sorted(name for name in set(sys.modules) - before if name.startswith("callrounded")))
print("callrounded.testing" in sys.modules)
"""
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)

        assert done.stdout == "\nFalse\n"


class TestOptions:
    """with_options: another client on the same connections."""

    async def test_options_change_in_the_copy_alone(self, world: World, fake: FakeRounded, server: Server) -> None:
        """The original goes on as it was."""
        client = world.client(base_url=server.url, default_headers={"X-A": "1", "X-B": "1"}, max_retry_wait=0)
        eager = client.with_options(max_retries=0, default_headers={"x-b": "2", "X-C": "2"})
        fake.fail(Fault.status(503), times=4)

        await world.error(eager)
        assert len(fake.requests) == 1
        await world.error(client)
        assert len(fake.requests) == 4

        sent, then = fake.requests[0].headers, fake.requests[1].headers
        assert (sent["x-a"], sent["x-b"], sent["x-c"]) == ("1", "2", "2")
        assert (then["x-a"], then["x-b"], "x-c" in then) == ("1", "1", False)
        assert type(eager) is type(client)

    async def test_every_option_can_change(self, world: World, fake: FakeRounded, server: Server) -> None:
        """timeout, max_retry_wait and on_invalid as well."""
        client = world.client(base_url=server.url)

        fake.override(_without_type)
        (record, *_) = (await world.list(client.with_options(on_invalid="keep"))).data
        assert isinstance(record, MalformedRecord)

        fake.fail(Fault.slow_headers(60))
        impatient = client.with_options(timeout=0.1, max_retries=0)
        assert isinstance(await world.error(impatient), APITimeoutError)

        fake.fail(Fault.status(429, retry_after=1))
        assert isinstance(await world.error(client.with_options(max_retry_wait=0)), RateLimitError)

    async def test_a_subclass_stays_what_it_is(self) -> None:
        """Its attributes come along."""

        class Ours(Rounded):
            def __init__(self) -> None:
                super().__init__(KEY)
                self.account = 7

        with Ours() as client:
            copy = client.with_options(timeout=5)

        assert isinstance(copy, Ours)
        assert copy.account == 7

    def test_a_change_is_checked(self, world: World) -> None:
        """As in the constructor."""
        with pytest.raises(ConfigurationError, match="max_retries"):
            world.client().with_options(max_retries=-1)

    async def test_a_copy_uses_the_same_connections(self, world: World, server: Server) -> None:
        """That is what it is for."""
        client = world.client(base_url=server.url)
        page = await world.list(client)
        another = await world.list(client.with_options(timeout=5))

        assert _own_address(another) == _own_address(page)


def _own_address(page: Page[Any] | AsyncPage[Any]) -> object:
    """Return address and port that the request for *page* came from."""
    assert page.response is not None
    return page.response.extensions["network_stream"].get_extra_info("client_addr")


def _without_type(_: object, reply: Reply) -> Reply:
    """Make the first record a malformed one."""
    data = reply.envelope["data"]
    return reply.with_envelope(data=[data[0] | {"type": None}, *data[1:]])


def test_a_resource_can_be_replaced(server: Server) -> None:
    """In one client, or in the class, whatever was used before."""
    with Rounded(KEY, base_url=server.url) as client:
        assert client.phone_numbers is client.phone_numbers
        with mock.patch.object(Rounded, "phone_numbers", "another"):
            assert client.phone_numbers == "another"
        client.phone_numbers = replaced = mock.create_autospec(ListResource, instance=True)
        assert client.with_options(timeout=5).phone_numbers is replaced


def test_a_method_of_a_resource_can_be_replaced(server: Server) -> None:
    """As a test of the caller does; a client with other options has methods of its own."""
    with Rounded(KEY, base_url=server.url) as client:
        with mock.patch.object(client.phone_numbers, "list_all", return_value=[]):
            assert client.phone_numbers.list_all() == []
            assert client.with_options(timeout=5).phone_numbers.list_all() != []
        assert client.phone_numbers.list_all() != []


class TestClosing:
    """Who closes what, and what comes after."""

    async def test_a_request_after_closing_is_a_clear_error(self, world: World, server: Server) -> None:
        """Closing twice is no error."""
        client = world.client(base_url=server.url)
        await world.list(client)
        await world.close(client)
        await world.close(client)

        assert isinstance(await world.error(client), ClientClosedError)
        assert repr(client).endswith(", closed>")

    async def test_closing_the_original_closes_its_copies(self, world: World, server: Server) -> None:
        """They have no connections of their own."""
        client = world.client(base_url=server.url)
        copy = client.with_options(timeout=5).with_options(max_retries=0)
        await world.close(client)

        assert isinstance(await world.error(copy), ClientClosedError)

    async def test_closing_a_copy_leaves_the_original_open(self, world: World, server: Server) -> None:
        """Only the original closes the pool."""
        client = world.client(base_url=server.url)
        copy = client.with_options(timeout=5)
        await world.close(copy)

        assert isinstance(await world.error(copy), ClientClosedError)
        assert len((await world.list(client)).data) == 5

    async def test_an_injected_httpx_client_is_never_closed(self, world: World, server: Server) -> None:
        """It may serve others; our client is closed all the same."""
        http_client = world.httpx_client()
        client = world.client(base_url=server.url, http_client=http_client)
        await world.list(client)
        await world.close(client)

        assert not http_client.is_closed
        assert isinstance(await world.error(client), ClientClosedError)

    async def test_an_injected_httpx_client_that_its_owner_closed_is_a_closed_client(
        self, world: World, server: Server
    ) -> None:
        """The same clear error as for our own."""
        http_client = world.httpx_client()
        client = world.client(base_url=server.url, http_client=http_client)
        await world.close(http_client)

        assert isinstance(await world.error(client), ClientClosedError)

    def test_a_with_block_closes(self, server: Server) -> None:
        """And cannot be entered again."""
        with Rounded(KEY, base_url=server.url) as client:
            assert len(client.phone_numbers.list().data) == 5
        with pytest.raises(ClientClosedError), client:
            pass

    async def test_an_async_with_block_closes(self, server: Server) -> None:
        """close() and aclose() are one for AsyncRounded."""
        async with AsyncRounded(KEY, base_url=server.url) as client:
            assert len((await client.phone_numbers.list()).data) == 5
        with pytest.raises(ClientClosedError):
            async with client:
                pass
        assert AsyncRounded.close is AsyncRounded.aclose


class TestStaying:
    """A client stays where it was made."""

    @pytest.mark.parametrize("way", COPIES)
    def test_a_client_is_neither_pickled_nor_copied(self, world: World, way: str) -> None:
        """The message says what to do instead."""
        client = world.client()

        with pytest.raises(TypeError, match=r"can be neither pickled nor copied\. Create one in each process"):
            COPIES[way](client)

    def test_its_resources_are_not_pickled(self, world: World) -> None:
        """They have the key, too."""
        with pytest.raises(TypeError):
            pickle.dumps(world.client().phone_numbers)

    def test_reprs_tell_the_address(self, world: World) -> None:
        """And nothing that is secret."""
        client = world.client(base_url="https://eu.callrounded.com/")

        assert repr(client) == f"<{type(client).__name__} at https://eu.callrounded.com>"
        assert repr(client.phone_numbers) == "<list resource: list_phone_numbers>"


class TestPackage:
    """What `callrounded` offers."""

    def test_everything_named_is_there(self) -> None:
        """Under its public name, as tracebacks and pickles show it."""
        for name in callrounded.__all__:
            assert "._" not in getattr(getattr(callrounded, name), "__module__", "")
        assert callrounded.__all__ == sorted(callrounded.__all__)

    def test_every_kind_of_record_is_there(self) -> None:
        """One that the document has gained is exported by hand, which is easy to forget."""
        kinds = {kind.__name__ for kind in get_args(models.PhoneNumber)}
        assert kinds <= set(callrounded.__all__)

    def test_the_resource_of_a_class_is_its_descriptor(self) -> None:
        """As documentation tools see it."""
        assert type(Rounded.phone_numbers) is ListResource
        assert type(AsyncRounded.phone_numbers) is AsyncListResource


def test_httpx_errors_do_not_escape_from_the_constructor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the base URL is."""
    for url in ("https://[", "https://\x00", "https://a\nb", "x" * 70_000, "https://" + "x" * 70_000):
        with pytest.raises(ConfigurationError):
            Rounded(KEY, base_url=url)
    assert repr(Rounded(KEY, base_url=httpx.URL("https://a.example/"))) == "<Rounded at https://a.example>"
