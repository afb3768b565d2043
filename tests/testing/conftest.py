"""A fake API, and the plain httpx clients that these tests look at it with."""

from collections.abc import Iterator

import httpx
import pytest

from callrounded.testing import FakeRounded, Server

KEY = {"X-Api-Key": "test-key"}


@pytest.fixture
def fake() -> FakeRounded:
    """120 records: three pages of the default size, the last one short."""
    return FakeRounded(records=120)


@pytest.fixture
def client(fake: FakeRounded) -> Iterator[httpx.Client]:
    """A client of the fake without a network."""
    with httpx.Client(transport=fake.transport(), base_url="https://api.callrounded.com", headers=KEY) as client:
        yield client


@pytest.fixture
def server(fake: FakeRounded) -> Iterator[Server]:
    """The fake on loopback."""
    with fake.serve() as server:
        yield server


@pytest.fixture
def web(server: Server) -> Iterator[httpx.Client]:
    """A client of the fake over real sockets."""
    with httpx.Client(base_url=server.url, headers=KEY, timeout=60, trust_env=False) as client:
        yield client
