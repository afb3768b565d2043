"""The command line as a user meets it: a process of its own, against the fake API on loopback."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from callrounded.testing import FakeRounded, ReceivedRequest, Server

KEY = "sk-live-4f9d2c71e8a05b36"


class Process:
    """What came of a process: its exit code, stdout and stderr."""

    def __init__(self, done: "subprocess.CompletedProcess[bytes]") -> None:
        self.code, self.stdout, self.stderr = done.returncode, done.stdout.decode(), done.stderr.decode()


class Command:
    """Runs `callrounded` with the key and the address of a fake API."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in {"COLUMNS", "NO_COLOR", "FORCE_COLOR"}},
            "CALLROUNDED_API_KEY": KEY,
            "CALLROUNDED_BASE_URL": base_url,
            "SSL_CERT_DIR": str(folder),  # To read the certificates that httpx brings takes longer than the rest.
        }

    def __call__(self, *arguments: str | Path, stdin: str = "", **environment: str) -> Process:
        """Run a command."""
        return Process(
            subprocess.run(
                [sys.executable, "-m", "callrounded", *arguments],
                cwd=self.folder,
                env=self.environment | environment,
                input=stdin.encode(),
                capture_output=True,
                check=False,
                timeout=120,
            )
        )

    def list(self, *arguments: str | Path, stdin: str = "", **environment: str) -> Process:
        """Run `callrounded phone-numbers list`."""
        return self("phone-numbers", "list", *arguments, stdin=stdin, **environment)

    def start(self, *arguments: str, before: str = "") -> "subprocess.Popen[bytes]":
        """Start a command that is to be read from, or interrupted, while it runs; *before* is code to run first."""
        # Ctrl-C is ignored in the background of a shell, where the tests may run.
        script = (
            f"{before}\nimport signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
            "from callrounded.__main__ import main; main()"
        )
        # Coverage in a child delays its signals and its end, which are what is tested.
        environment = {name: value for name, value in self.environment.items() if not name.startswith("COVERAGE_")}
        return subprocess.Popen(
            [sys.executable, "-c", script, *arguments],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def listed(self, *arguments: str | Path, **environment: str) -> str:
        """Return what `callrounded phone-numbers list` prints; it succeeds, and is silent otherwise."""
        done = self.list(*arguments, **environment)
        assert (done.code, done.stderr) == (0, "")
        return done.stdout


def interrupt(
    callrounded: Command, fake: FakeRounded, number: signal.Signals, *arguments: str, page: int
) -> tuple[int, bytes, str]:
    """List ten numbers a page, and send a signal while *page* is awaited; return exit code, stdout and stderr."""
    arrived, released = threading.Event(), threading.Event()

    def wait(_: FakeRounded, __: ReceivedRequest) -> None:
        arrived.set()
        released.wait(60)

    fake.before(wait, page=page, times=None)
    with callrounded.start("phone-numbers", "list", "--limit", "10", *arguments) as process:
        assert arrived.wait(60)
        time.sleep(0.5)  # The pages before are written meanwhile.
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=50)
        released.set()
    return process.returncode, stdout, stderr.decode()


@pytest.fixture
def fake() -> FakeRounded:
    """An API of 45 records that knows KEY."""
    return FakeRounded(records=45, api_keys=[KEY])


@pytest.fixture
def server(fake: FakeRounded) -> Iterator[Server]:
    """That API as a real server."""
    with fake.serve() as server:
        yield server


@pytest.fixture
def callrounded(server: Server, tmp_path: Path) -> Command:
    """The command, in a folder of its own."""
    folder = tmp_path / "folder"
    folder.mkdir()
    return Command(folder, server.url)
