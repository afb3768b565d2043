"""Fixtures for pytest. Whoever has `callrounded` installed has them: a test names them, and imports nothing.

def test_report(rounded_fake):
rounded_fake.add({"name": "Support"})
assert my_report() == ["Support"]  # it uses Rounded(), as in production
"""

import os
from collections.abc import Generator

import httpx
import pytest

from callrounded import AsyncRounded, Rounded
from callrounded.testing import FakeRounded

_KEY = "test-key"


@pytest.fixture
def rounded_fake(monkeypatch: pytest.MonkeyPatch) -> Generator[FakeRounded]:
    """An API without records, on loopback, that every `Rounded()` and `AsyncRounded()` of the test talks to.

    The environment says so (`CALLROUNDED_BASE_URL`, `CALLROUNDED_API_KEY`): the code under test needs no change.
    """
    fake = FakeRounded()
    with fake.serve() as server:
        monkeypatch.setenv("CALLROUNDED_BASE_URL", server.url)
        monkeypatch.setenv("CALLROUNDED_API_KEY", _KEY)
        for name in ("NO_PROXY", "no_proxy"):  # urllib reads the second, if there is one
            monkeypatch.setenv(name, ",".join(filter(None, ["127.0.0.1", os.environ.get(name)])))
        yield fake


@pytest.fixture
def rounded(rounded_fake: FakeRounded) -> Generator[Rounded]:
    """A client of `rounded_fake`, in memory: without a socket."""
    with (
        httpx.Client(transport=rounded_fake.transport()) as http_client,
        Rounded(api_key=_KEY, http_client=http_client) as client,
    ):
        yield client


@pytest.fixture
def async_rounded(rounded_fake: FakeRounded) -> AsyncRounded:
    """The same for asyncio. There is nothing to close."""
    http_client = httpx.AsyncClient(transport=rounded_fake.transport())
    return AsyncRounded(api_key=_KEY, http_client=http_client)
