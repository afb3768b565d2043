"""What holds for every test: it reaches nothing but this machine, reads nobody's key, and is the same on every run."""

import os
import sys
from typing import Any, cast

import hypothesis
import pytest

# The same examples on every run, so that a failure in CI is one here; no deadline, since machines stall now and then.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("repeatable")

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


def _refuse_other_machines(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        (host, *_) = cast("tuple[object, ...]", arguments[1])
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if host not in _LOOPBACK:
        # No OSError: the client would take it for a failed connection, and retry.
        raise RuntimeError(f"a test reached for another machine: {host!r}")


sys.addaudithook(_refuse_other_machines)


@pytest.fixture(autouse=True)
def _no_settings_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests do not see the key or the base URL of the person who runs them."""
    for name in os.environ:
        if name.startswith(("CALLROUNDED_", "ROUNDED_")):
            monkeypatch.delenv(name)
