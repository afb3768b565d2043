"""A command that fails says why in one line, and how in its exit code."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from callrounded.testing import FakeRounded, Fault, ReceivedRequest
from tests.cli.conftest import KEY, Command


@pytest.mark.parametrize(
    ("fault", "code", "hint"),
    [
        (Fault.status(401), 3, "Check the API key"),
        (Fault.status(403), 3, "what the API key is allowed to do"),
        (Fault.status(429, retry_after=3600), 4, "retry after 3600 s"),
        (Fault.in_band(429, message="slow\n\x1b[2Jdown"), 4, ": slow [2Jdown ["),
        (Fault.status(404), 7, "Check $CALLROUNDED_BASE_URL."),
        (Fault.status(500, retry_after=0), 7, "Try again later."),
        (Fault.html(), 7, "Something other than the API"),
        (Fault.envelope(total_items=50), 6, "Try again when less is changing."),
        (Fault.reset(), 5, "Check the network, a proxy, and $CALLROUNDED_BASE_URL."),
    ],
    ids=repr,
)
def test_the_exit_code_tells_what_kind_of_error(
    callrounded: Command, fake: FakeRounded, fault: Fault, code: int, hint: str
) -> None:
    """There is one line on stderr, with a hint and without the key; no file is left."""
    fake.fail(fault, times=None)

    done = callrounded.list("--out", "numbers.csv")

    assert done.code == code
    (line,) = done.stderr.splitlines()
    assert line.startswith("callrounded: ")
    assert hint in line
    assert KEY not in line
    assert done.stdout == ""
    assert not list(callrounded.folder.iterdir())


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--nonsense"], "No such option"),
        (["--api-key", KEY], "No such option"),
        (["--output", "xml"], "'xml' is not one of"),
        (["--type", "fax"], "'fax' is none of "),
        (["--fields", "id,nmae"], "'nmae' is none of id, number, name, "),
        (["--fields", "id,codec"], "For a property that the API has but this release does not: +codec."),
        (["--max-items", "-1"], "-1 is not in the range"),
        (["--api-key-file", "missing"], "No such file"),
        (["--out", "/dev/null"], "/dev/null is not a regular file"),
        (["--out", "."], "is not a regular file"),
    ],
    ids=repr,
)
def test_usage_errors(callrounded: Command, fake: FakeRounded, arguments: list[str], reason: str) -> None:
    """Nothing is sent, and stderr says what is wrong."""
    done = callrounded.list(*arguments)

    assert done.code == 2
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
    assert not fake.requests


def test_an_unusable_address_is_a_usage_error(callrounded: Command) -> None:
    """The message names the environment variable."""
    done = callrounded.list(CALLROUNDED_BASE_URL="http://example.com")

    assert done.code == 2
    assert done.stderr.startswith("callrounded: The base URL ($CALLROUNDED_BASE_URL) would send")


def test_no_key(callrounded: Command) -> None:
    """The message says where the key can be."""
    done = callrounded.list(CALLROUNDED_API_KEY="")

    assert done.code == 3
    assert done.stderr == "callrounded: There is no API key. Set CALLROUNDED_API_KEY, or use --api-key-file.\n"


@pytest.mark.parametrize("source", ["key.txt", "-"])
def test_the_key_of_a_file(callrounded: Command, source: str) -> None:
    """It counts more than the environment; the line break after it does not matter."""
    (callrounded.folder / "key.txt").write_text(f"{KEY}\n")

    done = callrounded.list("--api-key-file", source, stdin=f"{KEY}\n", CALLROUNDED_API_KEY="another")

    assert (done.code, done.stdout.count("\n")) == (0, 45)


def test_a_key_file_that_is_none(callrounded: Command, fake: FakeRounded) -> None:
    """What it holds is not shown."""
    (callrounded.folder / "key.txt").write_bytes(b"\xff\xfe secret")

    done = callrounded.list("--api-key-file", "key.txt")

    assert done.code == 2
    assert "secret" not in done.stderr
    assert not fake.requests


def test_a_file_that_cannot_be_written(callrounded: Command) -> None:
    """The system's message names it."""
    done = callrounded.list("--out", "no/such/folder.csv")

    assert done.code == 1
    assert done.stderr.startswith("callrounded: [Errno 2] No such file or directory: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk(callrounded: Command) -> None:
    """Nothing that could not be written passes for written."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "callrounded", "phone-numbers", "list"],
            env=callrounded.environment,
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )

    assert done.returncode == 1
    assert done.stderr == b"callrounded: [Errno 28] No space left on device\n"


def test_an_old_file_stays_when_the_listing_fails(callrounded: Command, fake: FakeRounded) -> None:
    """It is replaced by a whole one or not at all."""
    (callrounded.folder / "numbers.csv").write_text("old")
    fake.fail(Fault.status(401), page=3)

    assert callrounded.list("--out", "numbers.csv", "--limit", "10").code == 3

    assert (callrounded.folder / "numbers.csv").read_text() == "old"
    assert len(list(callrounded.folder.iterdir())) == 1


@pytest.mark.parametrize(("arguments", "levels"), [(["-v"], ["INFO"]), (["-vv"], ["DEBUG", "INFO", "DEBUG"])], ids=repr)
def test_logs(callrounded: Command, fake: FakeRounded, arguments: list[str], levels: list[str]) -> None:
    """-v shows retries, -vv requests, both on stderr."""
    fake.fail(Fault.status(503, retry_after=0))

    done = callrounded.list(*arguments, CALLROUNDED_LOG="info")

    assert (done.code, done.stdout.count("\n")) == (0, 45)
    assert [line.split()[0] for line in done.stderr.splitlines()] == levels


@pytest.mark.parametrize("output", ["jsonl", "table"])
def test_a_reader_that_has_enough(callrounded: Command, fake: FakeRounded, output: str) -> None:
    """`| head -1` ends the command without a word, as it ends others."""
    for _ in range(5_000):
        fake.add()

    with callrounded.start("phone-numbers", "list", "-o", output) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""

    assert process.returncode == 141


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT is sent to a process of its own")
@pytest.mark.parametrize("page", [1, 3])
def test_ctrl_c(callrounded: Command, fake: FakeRounded, page: int) -> None:
    """The command ends at once, although a request is in flight, without a traceback and without a file."""
    arrived, released = threading.Event(), threading.Event()

    def wait(_: FakeRounded, __: ReceivedRequest) -> None:
        arrived.set()
        released.wait(60)

    fake.before(wait, page=page, times=None)
    with callrounded.start("phone-numbers", "list", "--out", "numbers.csv", "--limit", "10") as process:
        assert arrived.wait(60)
        os.kill(process.pid, signal.SIGINT)
        output = process.communicate(timeout=50)
        released.set()

    assert (process.returncode, output) == (130, (b"", b""))
    assert not list(callrounded.folder.iterdir())


def test_a_table_without_rows_is_not_shown(callrounded: Command, fake: FakeRounded) -> None:
    """Where the first request fails, there is only the error."""
    fake.fail(Fault.status(401))

    assert callrounded.list("-o", "table").stdout == ""
