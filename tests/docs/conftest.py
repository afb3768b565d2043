"""The API that the pages talk to."""

from collections.abc import Iterator

import pytest

from callrounded.testing import FakeRounded


@pytest.fixture
def server_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A fake API whose key and address are in the environment."""
    with FakeRounded(records=2_500, api_keys=["test-key", "your API key"]).serve() as server:
        monkeypatch.setenv("CALLROUNDED_API_KEY", "test-key")
        monkeypatch.setenv("CALLROUNDED_BASE_URL", server.url)
        yield server.url
