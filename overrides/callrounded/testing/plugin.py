"""Fixtures for pytest. Whoever has `callrounded` installed has them: a test names them, and imports nothing."""

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
    direct = ("127.0.0.1", os.environ.get("NO_PROXY"), os.environ.get("no_proxy"))
    with fake.serve() as server:
        monkeypatch.setenv("CALLROUNDED_BASE_URL", server.url)
        monkeypatch.setenv("CALLROUNDED_API_KEY", _KEY)
        for name in ("NO_PROXY", "no_proxy"):  # where both are set, urllib reads only one of them
            monkeypatch.setenv(name, ",".join(filter(None, direct)))
        yield fake


@pytest.fixture
def rounded(rounded_fake: FakeRounded) -> Rounded:
    """A client of `rounded_fake`, in memory: without a socket, so that there is nothing to close."""
    return Rounded(api_key=_KEY, http_client=httpx.Client(transport=rounded_fake.transport()))


@pytest.fixture
def async_rounded(rounded_fake: FakeRounded) -> AsyncRounded:
    """The same for asyncio."""
    return AsyncRounded(api_key=_KEY, http_client=httpx.AsyncClient(transport=rounded_fake.transport()))
