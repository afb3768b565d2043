"""Packed bodies, from a real server: what is valid is read, and half of a body is not taken for the whole."""

import gzip
import zlib
from collections.abc import Callable

import httpx
import pytest

from callrounded import APIConnectionError, NotFoundError
from callrounded.testing import FakeRounded, Reply, Server
from tests.overrides.conftest import Client, World


@pytest.fixture
def client(world: World, server: Server) -> Client:
    """A client of the server that retries at once."""
    return world.client(base_url=server.url, max_retry_wait=0)


def _members(content: bytes) -> bytes:
    return gzip.compress(content[:100]) + gzip.compress(b"") + gzip.compress(content[100:])


def _with_zeros_between(content: bytes) -> bytes:
    return gzip.compress(content[:100]) + bytes(10) + gzip.compress(content[100:]) + bytes(512)


def _plain(content: bytes) -> bytes:
    return content


@pytest.mark.parametrize(
    ("coding", "pack"),
    [
        ("gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ("x-gzip", gzip.compress),
        ("gzip", _members),
        ("gzip", lambda content: gzip.compress(content) + bytes(512)),
        ("gzip", _with_zeros_between),
        ("deflate", zlib.compress),
        ("gzip, gzip", lambda content: gzip.compress(gzip.compress(content))),
        ("identity", _plain),
        ("identity, identity", _plain),
        ("UTF-8", _plain),
        ("none", _plain),
        ("", _plain),
    ],
    ids=[
        *("gzip", "capitals", "x-gzip", "members", "padding", "padding between members", "deflate", "gzip twice"),
        *("identity", "identity twice", "UTF-8", "none", "empty"),
    ],
)
@pytest.mark.parametrize("piece", [1, 7, 10_000])
async def test_a_valid_body_is_read(
    world: World, fake: FakeRounded, client: Client, coding: str, pack: Callable[[bytes], bytes], piece: int
) -> None:
    """However it arrives; a coding that is none means that the body is not packed."""

    def packed(request: object, reply: Reply) -> Reply:
        body = pack(reply.content)
        pieces = [body[start : start + piece] for start in range(0, len(body), piece)]
        return Reply(200, (("Content-Encoding", coding), ("X-Organisation", "Café")), pieces)

    fake.override(packed)

    page = await world.list(client)

    assert [str(number.id) for number in page.data] == [record["id"] for record in fake.records]
    assert page.response is not None
    assert page.response.json()["total_items"] == fake.total_items
    assert page.response.headers["x-organisation"] == "Café"
    assert "gzip" in fake.requests[0].headers["accept-encoding"]


@pytest.mark.parametrize(
    "pack",
    [
        lambda content: gzip.compress(content)[:-1],
        lambda content: gzip.compress(content)[:-9],
        lambda content: gzip.compress(content)[:5],
        lambda content: _members(content)[:-1],
        lambda content: _members(content) + b"\x1f",
        _plain,
        lambda content: gzip.compress(content) + b"more",
        lambda content: gzip.compress(content)[:-8] + bytes(8),
    ],
    ids=[
        *("last byte", "checksum", "header", "in a member", "after a member"),
        *("not packed", "goes on", "wrong checksum"),
    ],
)
class TestNotGzipFromBeginningToEnd:
    """The server framed it well, but it is not the body."""

    async def test_a_success_did_not_arrive(
        self, world: World, fake: FakeRounded, client: Client, pack: Callable[[bytes], bytes]
    ) -> None:
        """Its beginning alone is not taken for the whole; it is requested again."""
        fake.override(lambda request, reply: Reply(200, (("Content-Encoding", "gzip"),), pack(reply.content)), times=3)

        error = await world.api_error(client)

        assert (type(error), type(error.__cause__)) == (APIConnectionError, httpx.DecodingError)
        assert error.attempts == len(fake.requests) == 3
        assert len((await world.list(client)).data) == 5

    async def test_an_error_keeps_its_status(
        self, world: World, fake: FakeRounded, client: Client, pack: Callable[[bytes], bytes]
    ) -> None:
        """What its body says is lost, what it is is not; it is not retried."""
        fake.override(lambda request, reply: Reply(404, (("Content-Encoding", "gzip"),), pack(reply.content)))

        error = await world.api_error(client)

        assert isinstance(error, NotFoundError)
        assert error.attempts == len(fake.requests) == 1


async def test_an_empty_body_needs_no_unpacking(world: World, fake: FakeRounded, client: Client) -> None:
    """A response without a body can name a coding all the same."""
    fake.override(lambda request, reply: Reply(404, (("Content-Encoding", "gzip"),), b""))

    assert "no body" in str(await world.api_error(client))
