"""Debug logs tell what happened, and no header that could be secret."""

import logging
import subprocess
import sys

import httpx
import pytest
import stamina

from callrounded._logging import log_request, shown
from callrounded.testing import FakeRounded, Fault, Server
from tests.overrides.conftest import KEY, World


def _records(caplog: pytest.LogCaptureFixture, name: str) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == name]


async def test_a_call_is_logged_from_the_request_to_the_answer(
    world: World, fake: FakeRounded, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Each request, each answer and each retry is one record at DEBUG."""
    caplog.set_level(logging.DEBUG, "callrounded")
    fake.fail(Fault.status(503, retry_after=0))

    await world.list(world.client(base_url=server.url), limit=2)

    records = _records(caplog, "callrounded")
    assert {record.levelname for record in records} == {"DEBUG"}
    texts = [record.getMessage() for record in records]
    url = f"GET {server.url}/v1/phone-numbers?limit=2"
    assert texts[0].startswith(f"request: {url} {{")
    assert texts[1].startswith(f"response: 503 to {url}, ")
    assert texts[2].startswith("attempt 1 failed, the next one is in 0.00 s: 503 Service Unavailable: ")
    assert texts[3].startswith(f"request: {url}")
    assert texts[4].startswith(f"response: 200 to {url}, ")
    assert "'user-agent': 'callrounded/" in texts[0]
    assert "'x-request-id': 'fake-2'" in texts[4]
    assert KEY not in "".join(texts)


def test_a_header_is_hidden_unless_it_is_known_to_be_harmless() -> None:
    """A list of secret ones would miss the next."""
    headers = httpx.Headers({"X-Api-Key": KEY, "Set-Cookie": "a=b", "X-New-Token": "t", "Content-Type": "text/html"})

    assert shown(headers) == {
        "x-api-key": "[hidden]",
        "set-cookie": "[hidden]",
        "x-new-token": "[hidden]",
        "content-type": "text/html",
    }


async def test_default_headers_are_hidden(world: World, server: Server, caplog: pytest.LogCaptureFixture) -> None:
    """What a caller adds may be a credential."""
    caplog.set_level(logging.DEBUG)

    await world.list(world.client(base_url=server.url, default_headers={"X-Gateway-Token": "hunter2"}))

    assert "x-gateway-token" in caplog.text
    assert "hunter2" not in caplog.text


async def test_nothing_is_logged_where_nobody_asked(
    world: World, fake: FakeRounded, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Above DEBUG we are silent, and stamina does not warn of our retries."""
    caplog.set_level(logging.INFO)
    fake.fail(Fault.status(503, retry_after=0))

    await world.list(world.client(base_url=server.url))

    assert not _records(caplog, "callrounded")
    assert not _records(caplog, "stamina")


def test_retries_of_others_are_still_logged_by_stamina(caplog: pytest.LogCaptureFixture) -> None:
    """Only what is ours is kept out of its log."""
    attempts: list[int] = []

    @stamina.retry(on=ValueError, wait_initial=0.0, wait_jitter=0.0)
    def of_others() -> None:
        attempts.append(1)
        if len(attempts) < 2:
            raise ValueError

    of_others()

    assert len(_records(caplog, "stamina")) == 1


def test_a_disabled_log_costs_no_redaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """Headers are not looked at unless somebody listens."""
    monkeypatch.setattr("callrounded._logging.shown", pytest.fail)

    log_request(httpx.Request("GET", "https://api.callrounded.com"))


def test_a_process_without_logging_prints_nothing(server: Server, fake: FakeRounded) -> None:
    """Python prints warnings of loggers without a handler to stderr; there are none."""
    fake.fail(Fault.status(503, retry_after=0))
    script = (
        "import sys; from callrounded import Rounded; Rounded(sys.argv[1], base_url=sys.argv[2]).phone_numbers.list()"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, KEY, server.url], capture_output=True, text=True, check=True, timeout=60
    )

    assert (done.stdout, done.stderr) == ("", "")
    assert len(fake.requests) == 2
