"""The plugin: fixtures that a test of somebody else's code names, and nothing to import or set up."""

import pytest

from callrounded import AsyncRounded, Rounded
from callrounded.testing import FakeRounded, Fault

THEIR_TESTS = """
import asyncio

from callrounded import AsyncRounded, Rounded
from callrounded.testing import Fault


def my_report():
    with Rounded() as client:
        return [number.name for number in client.phone_numbers.iter_all()]


def test_report(rounded_fake):
    rounded_fake.add({"name": "Support"})
    rounded_fake.fail(Fault.status(429, retry_after=0))
    assert my_report() == ["Support"]
    assert [request.path for request in rounded_fake.requests] == ["/v1/phone-numbers"] * 2


def test_async(rounded_fake, async_rounded):
    rounded_fake.add()
    assert len(asyncio.run(async_rounded.phone_numbers.list_all())) == 1


def test_nothing_is_left_of_the_test_before(rounded_fake):
    assert (rounded_fake.total_items, rounded_fake.requests) == (0, [])
"""


def test_somebody_elses_tests(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the package installed, the fixtures are there; code that makes its own client reaches the fake."""
    import subprocess
    import sys

    folder = tmp_path_factory.mktemp("theirs")
    (folder / "test_theirs.py").write_text(THEIR_TESTS, encoding="utf-8")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # where nothing listens
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)
    assert "3 passed" in done.stdout, done.stdout + done.stderr


def test_the_client_of_the_fake(rounded_fake: FakeRounded, rounded: Rounded) -> None:
    """`rounded` talks to the fake in memory."""
    rounded_fake.add()
    rounded_fake.fail(Fault.status(503, retry_after=0))
    assert len(rounded.phone_numbers.list_all()) == 1


async def test_the_async_client_of_the_fake(rounded_fake: FakeRounded, async_rounded: AsyncRounded) -> None:
    """`async_rounded` does so in asyncio."""
    rounded_fake.add()
    assert len(await async_rounded.phone_numbers.list_all()) == 1


def test_hosts_that_need_no_proxy_still_need_none(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """The host of the fake is added to those that the environment names, in whichever case it does."""
    import urllib.request

    monkeypatch.setenv("NO_PROXY", "internal.example")
    monkeypatch.delenv("no_proxy", raising=False)
    request.getfixturevalue("rounded_fake")

    assert urllib.request.getproxies_environment()["no"].split(",") == ["127.0.0.1", "internal.example"]


def test_the_environment_is_put_back() -> None:
    """After a test that uses the fake, nothing points to it."""
    import os

    assert "CALLROUNDED_BASE_URL" not in os.environ
