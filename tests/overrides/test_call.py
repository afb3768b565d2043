"""client.call: any operation of the generated client, with the retries and errors of this one."""

import inspect
from typing import Any

import pytest

from callrounded import AsyncRounded, ClientClosedError, Rounded, UnprocessableEntityError
from callrounded.testing import FakeRounded, Fault, Reply, Server
from callrounded_generated.api.phone_numbers import list_phone_numbers
from callrounded_generated.client import AuthenticatedClient
from callrounded_generated.models import PhoneNumberList
from callrounded_generated.operation import Body, Request
from callrounded_generated.responses import Expected, Response, read
from tests.overrides.conftest import KEY, Client, World


@pytest.fixture
def client(world: World, server: Server) -> Client:
    """A client of the server that retries at once."""
    return world.client(base_url=server.url, max_retry_wait=0)


async def test_the_model_comes_back(world: World, fake: FakeRounded, client: Client) -> None:
    """Of the whole envelope, as the document describes it; parameters go by name."""
    result = await world.call(client, limit=2, page=2)

    assert isinstance(result, PhoneNumberList)
    assert [str(number.id) for number in result.data] == [record["id"] for record in fake.records[2:4]]
    assert fake.requests[0].params == {"limit": "2", "page": "2"}


async def test_it_is_retried_and_its_errors_are_ours(world: World, fake: FakeRounded, client: Client) -> None:
    """As those of a resource are."""
    fake.fail(Fault.status(503), times=2)
    assert len((await world.call(client)).data) == 5
    assert len(fake.requests) == 3

    fake.fail(Fault.status(422))
    with pytest.raises(UnprocessableEntityError) as caught:
        await world.call(client)
    assert caught.value.attempts == 1


async def test_positional_arguments_are_a_type_error(world: World, fake: FakeRounded, client: Client) -> None:
    """As the generated functions take none; the message names the operation, and nothing is sent."""
    call: Any = client.call
    with pytest.raises(TypeError, match=r"list_phone_numbers\(\) takes its parameters by name"):
        await _result(call(list_phone_numbers, 5))
    assert not fake.requests


async def test_an_unknown_parameter_is_a_type_error(world: World, fake: FakeRounded, client: Client) -> None:
    """Of Python itself, as from any function."""
    call: Any = client.call
    with pytest.raises(TypeError, match="limt"):
        await _result(call(list_phone_numbers, limt=5))
    assert not fake.requests


async def test_a_closed_client_calls_nothing(world: World, client: Client) -> None:
    """The same clear error as of a resource."""
    await world.close(client)

    with pytest.raises(ClientClosedError):
        await world.call(client)


class update_line:  # noqa: N801 - it stands for a generated module
    """An operation that changes something, as the generator writes them."""

    listed = (Expected(204, 204, "nothing", None),)

    @staticmethod
    def _request(line_id: str) -> Request:
        body = Body(media_type="application/json", content=b'{"name":null}')
        return Request(method="PATCH", path=f"/v1/lines/{line_id}", body=body)

    @classmethod
    def _read(cls, client: AuthenticatedClient, http: Any) -> Response[None]:
        return read(http, cls.listed, (), "raise")

    @classmethod
    def sync_detailed(cls, client: AuthenticatedClient, *, line_id: str) -> Response[None]:
        """Send it."""
        return cls._read(client, client.send(cls._request(line_id)))

    @classmethod
    async def asyncio_detailed(cls, client: AuthenticatedClient, *, line_id: str) -> Response[None]:
        """Send it."""
        return cls._read(client, await client.asend(cls._request(line_id)))


@pytest.mark.parametrize(("status", "attempts"), [(429, 3), (503, 1), (422, 1)])
async def test_a_change_is_repeated_only_if_it_was_turned_down(
    world: World, fake: FakeRounded, client: Client, status: int, attempts: int
) -> None:
    """Nobody knows whether a 503 came before or after the change was made; a 429 came before."""
    call: Any = client.call
    fake.override(lambda request, reply: Reply(204))
    assert await _result(call(update_line, line_id="7")) is None
    fake.reset()
    fake.fail(Fault.status(status), times=None)

    with pytest.raises(Exception, match=str(status)) as caught:
        await _result(call(update_line, line_id="7"))

    assert len(fake.requests) == attempts
    error: Any = caught.value
    assert (error.request.method, error.request.url.path) == ("PATCH", "/v1/lines/7")
    assert error.request.content == b'{"name":null}'


@pytest.mark.parametrize("client_type", [Rounded, AsyncRounded])
@pytest.mark.parametrize(
    "options", [{"apikey": KEY}, {"api_key": KEY, "time_out": 5}], ids=lambda options: [*options][-1]
)
def test_a_misspelled_option_is_a_type_error_that_names_the_client(client_type: Any, options: dict[str, Any]) -> None:
    """Not a base class that nobody has heard of."""
    with pytest.raises(TypeError, match=rf"^{client_type.__name__}\.__init__\(\) .*'{[*options][-1]}'"):
        client_type(**options)


async def _result(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value
