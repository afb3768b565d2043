"""Logs tell what happened, and nothing that could be secret."""

import logging
import os
import subprocess
import sys
from typing import Any

import pytest

from callrounded.testing import FakeRounded, Fault, Server
from tests.overrides.conftest import KEY, World


def _records(caplog: pytest.LogCaptureFixture, name: str) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == name]


async def test_responses_are_logged_at_debug_and_retries_at_info(
    world: World, fake: FakeRounded, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """One record each, in the order in which they happen."""
    caplog.set_level(logging.DEBUG, "callrounded")
    fake.fail(Fault.status(503, retry_after=0))

    await world.list(world.client(base_url=server.url), limit=2)

    refused, retry, listed = _records(caplog, "callrounded")
    assert [record.levelname for record in (refused, retry, listed)] == ["DEBUG", "INFO", "DEBUG"]
    url = f"GET {server.url}/v1/phone-numbers?limit=2"
    assert refused.getMessage().startswith(f"{url}: status 503, ")
    assert retry.getMessage().startswith("attempt 1 failed, next attempt in 0.00 s: 503 Service Unavailable: ")
    assert "Try again" not in retry.getMessage(), "there is nothing for anybody to do"
    assert listed.getMessage().startswith(f"{url}: status 200, ")
    assert listed.getMessage().endswith("request id fake-2")


async def test_the_facts_are_attributes_of_the_records(
    world: World, fake: FakeRounded, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """For logs that a machine reads."""
    caplog.set_level(logging.DEBUG, "callrounded")
    fake.fail(Fault.reset())
    fake.fail(Fault.status(503, retry_after=0.01, headers={"X-Request-Id": "r"}))

    await world.list(world.client(base_url=server.url, max_retry_wait=0.02))

    sent: dict[str, Any] = {"method": "GET", "url": f"{server.url}/v1/phone-numbers", "path": "/v1/phone-numbers"}
    for record, facts in zip(
        _records(caplog, "callrounded"),
        (
            sent | {"attempt": 1, "seconds": 0.02, "status_code": None, "request_id": None},
            sent | {"attempt": 2, "status_code": 503, "request_id": "r"},
            sent | {"attempt": 2, "seconds": 0.01, "status_code": 503, "request_id": "r"},
            sent | {"attempt": 3, "status_code": 200, "request_id": "fake-3"},
        ),
        strict=True,
    ):
        assert {name: vars(record)[name] for name in facts} == facts
        assert "seconds" in facts or vars(record)["duration"] > 0


async def test_attempts_are_counted_for_each_request(
    world: World, fake: FakeRounded, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """The number starts over with the next request."""
    caplog.set_level(logging.DEBUG, "callrounded")
    fake.fail(Fault.status(503, retry_after=0))
    client = world.client(base_url=server.url)

    for _ in range(2):
        await world.list(client)

    logged = [vars(record)["attempt"] for record in _records(caplog, "callrounded") if record.levelname == "DEBUG"]
    assert logged == [1, 2, 1]


@pytest.mark.parametrize("fault", [Fault.html(), Fault.status(404), Fault.in_band(404)], ids=repr)
async def test_every_response_is_logged(
    world: World, fake: FakeRounded, server: Server, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    """Above all one that is not what the spec says."""
    caplog.set_level(logging.DEBUG, "callrounded")
    fake.fail(fault)

    error: Any = await world.error(world.client(base_url=server.url))

    (record,) = _records(caplog, "callrounded")
    assert f"status {error.response.status_code}, " in record.getMessage()


async def test_headers_are_not_logged(world: World, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """What a caller adds may be a credential, as the key is."""
    caplog.set_level(logging.DEBUG)

    await world.list(world.client(base_url=server.url, default_headers={"X-Gateway-Token": "hunter2"}))

    assert _records(caplog, "callrounded")
    told = caplog.text + repr([vars(record) for record in caplog.records])
    assert KEY not in told
    assert "hunter2" not in told


async def test_nothing_is_logged_where_nobody_asked(
    world: World, fake: FakeRounded, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Above INFO we are silent."""
    caplog.set_level(logging.WARNING)
    fake.fail(Fault.status(503, retry_after=0))

    await world.list(world.client(base_url=server.url))

    assert not caplog.records


SCRIPT = "import sys; from callrounded import Rounded; Rounded(sys.argv[1], base_url=sys.argv[2]).phone_numbers.list()"


def printed(script: str, server: Server, fake: FakeRounded, **environment: str) -> list[str]:
    """Return the lines on stderr of a process whose first request fails."""
    fake.fail(Fault.status(503, retry_after=0))
    done = subprocess.run(
        [sys.executable, "-c", script, KEY, server.url],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == ""
    assert len(fake.requests) == 2
    return done.stderr.splitlines()


def test_a_process_without_logging_prints_nothing(server: Server, fake: FakeRounded) -> None:
    """Python prints warnings of loggers without a handler to stderr; there are none."""
    assert printed(SCRIPT, server, fake) == []


@pytest.mark.parametrize(("level", "lines"), [("info", ["INFO"]), ("DEBUG", ["DEBUG", "INFO", "DEBUG"])])
def test_an_environment_variable_switches_the_log_on(
    level: str, lines: list[str], server: Server, fake: FakeRounded
) -> None:
    """The log of a cron job shows retries, without a change of its program."""
    shown = printed(SCRIPT, server, fake, CALLROUNDED_LOG=level)

    assert [line.split(" callrounded ")[1].split()[0] for line in shown] == lines


def test_a_log_is_not_printed_twice(server: Server, fake: FakeRounded) -> None:
    """A program that sets logging up prints what the environment variable asks for, in its own format."""
    shown = printed(f"import logging; logging.basicConfig(); {SCRIPT}", server, fake, CALLROUNDED_LOG="info")

    assert len(shown) == 1
    assert shown[0].startswith("INFO:callrounded:")


def test_another_value_is_reported(server: Server, fake: FakeRounded) -> None:
    """A typo must not look like a log without entries."""
    shown = printed(SCRIPT, server, fake, CALLROUNDED_LOG="all")

    assert "CALLROUNDED_LOG must be info or debug, not 'all'." in shown[0]
