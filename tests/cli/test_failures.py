"""A command that fails says why in one line, and how in its exit code."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from callrounded.testing import FakeRounded, Fault
from tests.cli.conftest import KEY, Command, interrupt


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
        (["--fields", "id,nmae"], "--fields: nmae is none of id, number, name, "),
        (["--fields", "id,codec"], "If it is new: +codec."),
        (["--max-items", "-1"], "-1 is not in the range"),
        (["--api-key-file", "missing"], "No such file"),
        (["--limit", "1001"], "1001 is not in the range 1<=x<=1000"),
        (["--out", "/dev/null"], "/dev/null is not a regular file"),
        (["--out", "/dev/stdout"], "Without --out, standard output is written."),
        (["--out", "/proc/self/fd/1"], "is not a regular file"),
        (["--out", "-"], "Without --out, standard output is written."),
        (["--out", "."], "is not a regular file"),
        (["--out", "no/such/numbers.csv"], "There is no folder "),
        (["--out", "numbers.txt"], "ends in none of .csv, .json, .jsonl. Choose a format with --output."),
        (["--resume", "no/such/state"], "There is no folder "),
        (["--out", "x.csv", "--resume", "../folder/x.csv"], "--out and --resume name the same file."),
    ],
    ids=repr,
)
def test_usage_errors(callrounded: Command, fake: FakeRounded, arguments: list[str], reason: str) -> None:
    """Nothing is sent, and stderr says what is wrong."""
    done = callrounded.list(*arguments)

    assert done.code == 2
    assert reason in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert not fake.requests


def test_an_unusable_address_is_a_usage_error(callrounded: Command) -> None:
    """The message names the environment variable, and nothing that only Python has."""
    done = callrounded.list(CALLROUNDED_BASE_URL="http://example.com")

    assert done.code == 2
    assert done.stderr == (
        "callrounded: The base URL ($CALLROUNDED_BASE_URL) would send the API key in plain text: use https://.\n"
    )


def test_the_output_is_not_the_state(callrounded: Command, fake: FakeRounded) -> None:
    """Behind a link neither."""
    (callrounded.folder / "state").symlink_to("numbers.csv")

    assert callrounded.list("--out", "numbers.csv", "--resume", "state").code == 2
    assert not fake.requests


def test_what_stdout_goes_to_is_not_replaced(callrounded: Command) -> None:
    """The shell has opened it."""
    with (callrounded.folder / "redirected").open("wb") as file:
        command = [sys.executable, "-m", "callrounded", "phone-numbers", "list", "-o", "csv", "--out", "/dev/stdout"]
        assert (
            subprocess.run(command, env=callrounded.environment, stdout=file, check=False, timeout=60).returncode == 2
        )


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


def test_an_empty_key_file(callrounded: Command) -> None:
    """The message names what the terminal has."""
    (callrounded.folder / "key.txt").write_text("\n")

    done = callrounded.list("--api-key-file", "key.txt")

    assert done.code == 2
    assert done.stderr.startswith("callrounded: The API key (--api-key-file) is empty.")
    assert "api_key" not in done.stderr


def test_a_key_file_that_is_none(callrounded: Command, fake: FakeRounded) -> None:
    """What it holds is not shown."""
    (callrounded.folder / "key.txt").write_bytes(b"\xff\xfe secret")

    done = callrounded.list("--api-key-file", "key.txt")

    assert done.code == 2
    assert "secret" not in done.stderr
    assert not fake.requests


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


@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_a_closed_output(callrounded: Command, fake: FakeRounded, closed: str) -> None:
    """It is not replaced by the next file that is opened, and no success."""
    command = f"exec {sys.executable} -m callrounded phone-numbers list --out numbers.csv {closed}"
    run = subprocess.run(
        ["sh", "-c", command], cwd=callrounded.folder, env=callrounded.environment, capture_output=True, check=False
    )

    said = b"" if closed == "2>&-" else b"callrounded: standard output or standard error is closed.\n"
    assert (run.returncode, run.stdout, run.stderr) == (1, b"", said)
    assert not fake.requests


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


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent to a process of its own")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=str)
@pytest.mark.parametrize("page", [1, 3])
def test_a_signal(callrounded: Command, fake: FakeRounded, number: signal.Signals, page: int) -> None:
    """The command ends at once, although a request is in flight, without a traceback and without a file."""
    ended = interrupt(callrounded, fake, number, "--out", "numbers.csv", page=page)

    assert ended == (128 + number, b"", "")
    assert not list(callrounded.folder.iterdir())


IN_THE_END = """
import os, sys
def ended(function, is_end=lambda *_: True):
    def called(*arguments):
        if is_end(*arguments):
            os.kill(os.getpid(), {})
        return function(*arguments)
    return called

class Output:
    def __init__(self, stdout):
        self.stdout = stdout
        self.write = ended(stdout.write, lambda text: text == "\\n]\\n")

    def __getattr__(self, name):
        return getattr(self.stdout, name)

os.fsync = ended(os.fsync)
sys.stdout = Output(sys.stdout)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=str)
@pytest.mark.parametrize("options", [["-o", "json"], ["--out", "numbers.json"]], ids=str)
def test_a_signal_in_the_end(callrounded: Command, number: signal.Signals, options: list[str]) -> None:
    """A listing that is complete has nothing left to interrupt: it is written to its end, and the exit code says so."""
    arguments = ["phone-numbers", "list", "--resume", "state", *options]
    with callrounded.start(*arguments, before=IN_THE_END.format(int(number))) as process:
        stdout, stderr = process.communicate(timeout=60)

    assert (process.returncode, stderr) == (0, b"")
    out = callrounded.folder / "numbers.json"
    assert len(json.loads(out.read_bytes() if "--out" in options else stdout)) == 45
    assert list(callrounded.folder.iterdir()) == [out] * ("--out" in options)


@pytest.mark.parametrize("fault", [None, Fault.status(401)], ids=repr)
def test_no_end_waits_for_what_is_in_flight(callrounded: Command, fake: FakeRounded, fault: Fault | None) -> None:
    """Neither that of a listing that has what it wants nor that of one that fails."""
    released = threading.Event()
    fake.before(lambda *_: released.wait(60), page=3 if fault else 2, times=None)
    if fault:
        fake.fail(fault, page=2)
    wanted = [] if fault else ["--type", fake.records[0]["type"], "--max-items", "1"]

    with callrounded.start("phone-numbers", "list", "--limit", "10", *wanted) as process:
        try:
            stdout, stderr = process.communicate(timeout=20)
        finally:
            released.set()
            process.kill()

    assert (process.returncode, stdout.count(b"\n"), stderr.count(b"\n")) == ((3, 10, 1) if fault else (0, 1, 0))


SLOW_IMPORT = """
import sys, time
class Slow:
    def find_spec(name, *_):
        if name == "typer":
            print("imports", flush=True)
            time.sleep(60)
sys.meta_path.insert(0, Slow)
"""


def test_a_signal_during_the_imports(callrounded: Command) -> None:
    """There is no traceback, either."""
    with callrounded.start("--help", before=SLOW_IMPORT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"imports\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=50) == (b"", b"")

    assert process.returncode == -signal.SIGINT


def test_a_table_without_rows_is_not_shown(callrounded: Command, fake: FakeRounded) -> None:
    """Where the first request fails, there is only the error."""
    fake.fail(Fault.status(401))

    assert callrounded.list("-o", "table").stdout == ""
