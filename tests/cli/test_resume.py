"""`--resume FILE`: a listing that failed goes on with the next run, and nothing that came is lost."""

import json
import re
import signal
import subprocess
import sys
import time

import pytest

from callrounded.testing import FakeRounded, Fault
from tests.cli.conftest import KEY, Command, interrupt

STATE = "numbers.state"
OPTIONS = ("--limit", "10", "--resume", STATE)


def fail(callrounded: Command, *arguments: str) -> str:
    """Run a listing that fails; return what it has printed."""
    done = callrounded.list(*arguments)
    assert done.code == 7
    how = "" if "--out" in arguments else ", and append it with >>"
    assert done.stderr.endswith(f" Run the same command again to get the rest{how}.\n")
    return done.stdout


@pytest.mark.parametrize(
    "options",
    [
        ["-o", "jsonl"],
        ["-o", "json", "--type", "sip", "--max-items", "10"],
        ["-o", "csv", "--cursor-mode"],
        ["-o", "table"],
    ],
    ids=str,
)
def test_the_outputs_together_are_the_whole(callrounded: Command, fake: FakeRounded, options: list[str]) -> None:
    """Appended to what the failed run has printed, what the next one prints is one document, the same as of one run."""
    arguments = ["--limit", "10", *options]
    whole = callrounded.listed(*arguments)
    fake.reset()
    fake.fail(Fault.status(400), page=3)

    printed = fail(callrounded, *arguments, "--resume", STATE)
    fake.reset()
    rest = callrounded.listed(*arguments, "--resume", STATE)

    assert printed
    assert rest
    assert printed + rest == whole
    assert not list(callrounded.folder.iterdir())


def test_the_whole_goes_to_a_file(callrounded: Command, fake: FakeRounded) -> None:
    """There is no such file before; what came is kept beside it, and what was read is not read again."""
    fake.fail(Fault.status(400), page=3)
    fail(callrounded, *OPTIONS, "--out", "numbers.csv")
    (part,) = callrounded.folder.glob("numbers.csv.*.part")
    assert {path.name for path in callrounded.folder.iterdir()} == {part.name, STATE}

    fake.reset()
    assert callrounded.listed(*OPTIONS, "--out", "numbers.csv") == ""

    assert [path.name for path in callrounded.folder.iterdir()] == ["numbers.csv"]
    assert (callrounded.folder / "numbers.csv").read_bytes().decode() == callrounded.listed("-o", "csv")
    assert {request.page for request in fake.requests[:3]} == {3, 4, 5}


def test_again_and_again(callrounded: Command, fake: FakeRounded) -> None:
    """A run that goes on can fail, too; what a run that was killed has written does not count."""
    for page in (2, 4):
        fake.reset()
        fake.fail(Fault.status(400), page=page)
        fail(callrounded, *OPTIONS, "--out", "numbers.json")
        (part,) = callrounded.folder.glob("numbers.json.*.part")
        with part.open("a") as file:
            file.write("killed")

    callrounded.listed(*OPTIONS, "--out", "numbers.json")

    assert json.loads((callrounded.folder / "numbers.json").read_bytes()) == fake.records


def test_a_table_shows_what_came(callrounded: Command, fake: FakeRounded) -> None:
    """Rows are not held back when the listing fails."""
    fake.fail(Fault.status(400), page=3)
    printed = fail(callrounded, *OPTIONS, "-o", "table") + callrounded.listed(*OPTIONS, "-o", "table")

    numbers = re.findall(r"^\+\d+", printed, re.MULTILINE)
    assert numbers == [record["number"] for record in fake.records]


def test_where_nothing_came_nothing_is_kept(callrounded: Command, fake: FakeRounded) -> None:
    """The next run begins."""
    fake.fail(Fault.status(400))

    done = callrounded.list(*OPTIONS, "--out", "numbers.csv")

    assert done.code == 7
    assert "the same command" not in done.stderr
    assert not list(callrounded.folder.iterdir())


def test_a_complete_listing_leaves_no_state(callrounded: Command) -> None:
    """There is nothing to go on with."""
    callrounded.listed(*OPTIONS)

    assert not list(callrounded.folder.iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=str)
def test_a_second_signal_stops_nothing(callrounded: Command, number: signal.Signals) -> None:
    """`timeout` sends two, and people press Ctrl-C twice: what the first one keeps is kept."""
    script = (
        "import os, signal, sys, typer; from callrounded._cli._failures import exit_codes\n"
        f"for each in (signal.SIGINT, signal.SIGTERM): signal.signal(each, signal.default_int_handler)\n"
        "try:\n"
        "    with exit_codes():\n"
        "        try:\n"
        f"            os.kill(os.getpid(), {int(number)})\n"
        "            signal.pause()\n"
        "        except KeyboardInterrupt:\n"
        f"            os.kill(os.getpid(), {int(number)})\n"
        "            print('kept', flush=True)\n"
        "            raise\n"
        "except typer.Exit as end:\n"
        "    sys.exit(end.exit_code)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (128 + number, "kept\n", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=str)
@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (["-o", "jsonl"], 20),
        (["-o", "csv"], 20),
        (["--out", "numbers.json"], 20),
        (["--out", "numbers.csv", "--type", "sip", "--max-items", "15"], None),
    ],
    ids=str,
)
def test_an_interrupted_listing_goes_on(
    callrounded: Command, fake: FakeRounded, number: signal.Signals, options: list[str], kept: int | None
) -> None:
    """Ctrl-C and SIGTERM keep what came, as an error does; nothing comes twice, and nothing is lost."""
    code, printed, message = interrupt(callrounded, fake, number, *options, "--resume", STATE, page=3)

    assert code == 128 + number
    assert re.fullmatch(r"callrounded: Interrupted\. Records kept: \d+\. Run the same command again .*\n", message)
    assert kept is None or f": {kept}. " in message
    fake.reset()
    together = printed.decode() + callrounded.listed(*OPTIONS, *options)
    out = next((option for option in options if option.startswith("numbers.")), None)
    if out:
        together = (callrounded.folder / out).read_bytes().decode()
        (callrounded.folder / out).unlink()
    assert not list(callrounded.folder.iterdir())
    callrounded.listed("--limit", "10", *options)
    whole = (callrounded.folder / out).read_bytes().decode() if out else callrounded.listed("--limit", "10", *options)
    assert together == whole


SLOW_THREADS = """
import threading, time
start = threading.Thread.start
threading.Thread.start = lambda thread: (start(thread), time.sleep(0.5))
"""


@pytest.mark.parametrize("before", ["", SLOW_THREADS], ids=["", "on a busy machine"])
def test_an_interruption_waits_for_what_is_printed(callrounded: Command, fake: FakeRounded, before: str) -> None:
    """A page that a slow reader has in part is printed to its end, and counted."""
    for _ in range(1_000):
        fake.add()
    arguments = ("phone-numbers", "list", "-o", "jsonl", "--limit", "1000", "--resume", STATE)
    with callrounded.start(*arguments, before=before) as process:
        assert process.stdout is not None
        printed = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        time.sleep(1)
        printed += process.stdout.read()

    assert process.returncode == 143
    rest = callrounded.listed(*arguments[2:])
    assert [json.loads(line) for line in (printed.decode() + rest).splitlines()] == fake.records


def test_a_state_belongs_to_a_server(callrounded: Command, fake: FakeRounded) -> None:
    """Its records are not mixed with those of another; the key is not in the state."""
    fake.fail(Fault.status(400), page=3)
    fail(callrounded, *OPTIONS)
    with FakeRounded(records=45, api_keys=[KEY]).serve() as other:
        done = callrounded.list(*OPTIONS, CALLROUNDED_BASE_URL=other.url)

    assert done.code == 2
    assert "has other options or base URL. Repeat them, or delete it." in " ".join(done.stderr.split())
    assert KEY not in (callrounded.folder / STATE).read_text()


def test_nothing_is_kept_of_a_listing_that_changed(callrounded: Command, fake: FakeRounded) -> None:
    """No later run could go on, so none is promised to."""
    fake.before(lambda fake, _: fake.remove(fake.records[0]["id"]), page=2)
    fake.fail(Fault.status(400), page=3)

    done = callrounded.list(*OPTIONS, "--out", "numbers.csv")

    assert done.code == 7
    assert "the same command" not in done.stderr
    assert not list(callrounded.folder.iterdir())


@pytest.mark.parametrize("other", [["--limit", "20"], ["--out", "numbers.jsonl"]], ids=str)
def test_other_options_are_refused(callrounded: Command, fake: FakeRounded, other: list[str]) -> None:
    """They would mix two listings; the state stays."""
    fake.fail(Fault.status(400), page=3)
    fail(callrounded, *OPTIONS)
    fake.reset()

    done = callrounded.list(*OPTIONS, *other)

    assert done.code == 2
    assert "has other options or base URL. Repeat them, or delete it." in " ".join(done.stderr.split())
    assert (callrounded.folder / STATE).exists()
    assert not fake.requests


def test_another_file_is_not_taken_for_a_state(callrounded: Command) -> None:
    """It is not written to."""
    (callrounded.folder / STATE).write_text("my notes")

    done = callrounded.list(*OPTIONS)

    assert done.code == 2
    assert f"{STATE} is not the state of a listing." in done.stderr
    assert (callrounded.folder / STATE).read_text() == "my notes"


def test_a_part_file_that_is_gone(callrounded: Command, fake: FakeRounded) -> None:
    """The rest alone must not pass for the whole."""
    fake.fail(Fault.status(400), page=3)
    fail(callrounded, *OPTIONS, "--out", "numbers.csv")
    (part,) = callrounded.folder.glob("*.part")
    part.unlink()

    done = callrounded.list(*OPTIONS, "--out", "numbers.csv")

    assert done.code == 2
    assert f"{part.name} is gone. Delete {STATE} to start a new listing." in " ".join(done.stderr.split())
    assert not (callrounded.folder / "numbers.csv").exists()


def test_a_listing_that_has_changed(callrounded: Command, fake: FakeRounded) -> None:
    """It cannot go on, and the message says how to start over."""
    fake.fail(Fault.status(400), page=3)
    fail(callrounded, *OPTIONS)
    fake.add()

    done = callrounded.list(*OPTIONS)

    assert done.code == 6
    assert done.stderr.endswith(f"Delete {STATE} to start a new listing.\n")
    assert "Try again" not in done.stderr
