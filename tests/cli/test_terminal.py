"""What a person sees: a table that fits the terminal, and a progress bar beside long listings."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len, set_cell_size

from callrounded.testing import FakeRounded, ReceivedRequest
from tests.cli.conftest import KEY, Command

ERASED = "\x1b[2K"
ESCAPES = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")


class Terminal:
    """A terminal of so many columns, in which a command runs."""

    def __init__(self, columns: int) -> None:
        self.ours, self.theirs = pty.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))

    def run(self, callrounded: Command, *arguments: str, out: Path | None = None, typed: str = "", **env: str) -> str:
        """Return all that `callrounded phone-numbers list` shows; *out* is what its stdout is redirected to."""
        command = [sys.executable, "-m", "callrounded", "phone-numbers", "list", *arguments]
        environment = callrounded.environment | {"TERM": "xterm-256color"} | env
        stdout = self.theirs if out is None else os.open(out, os.O_WRONLY | os.O_CREAT)
        process = subprocess.Popen(
            command,
            cwd=callrounded.folder,
            env=environment,
            stdin=self.theirs,
            stdout=stdout,
            stderr=self.theirs,
            start_new_session=True,
        )
        os.close(self.theirs)
        shown = b""
        if typed:
            while b": " not in shown:
                shown += os.read(self.ours, 4096)
            os.write(self.ours, typed.encode())
        try:
            while piece := os.read(self.ours, 4096):
                shown += piece
        except OSError:  # Linux: nobody has the other end open any more.
            pass
        assert process.wait(60) == 0
        if stdout != self.theirs:
            os.close(stdout)
        os.close(self.ours)
        return shown.decode()


def lines_of(shown: str) -> list[str]:
    """Return the lines that are left to read: what came before the bar was erased is gone."""
    left = shown.rpartition(ERASED)[2]
    return [line.rstrip() for line in ESCAPES.sub("", left).splitlines() if line.strip()]


@pytest.fixture
def fake() -> FakeRounded:
    """An API of 30 records."""
    return FakeRounded(records=30, api_keys=[KEY])


def test_a_terminal_gets_a_table(callrounded: Command, fake: FakeRounded) -> None:
    """80 columns are enough for one line a record."""
    header, *rows = lines_of(Terminal(80).run(callrounded))

    assert header.split() == ["number", "name", "type", "agent", "redirect", "created"]
    for row, record in zip(rows, fake.records, strict=True):
        assert len(row) <= 80
        assert row.startswith(record["number"])
        assert row.endswith(record["created_at"][:10])
        assert (record["name"] or "") in row
        assert (record["redirect_phone_number"] or "") in row
        assert (record["inbound_agent_id"] or "")[:8] in row


def test_a_narrow_terminal_gets_less(callrounded: Command, fake: FakeRounded) -> None:
    """What there is of a record is whole, and stays on its line."""
    header, *rows = lines_of(Terminal(40).run(callrounded))

    assert header.split() == ["number", "name", "type"]
    for row, record in zip(rows, fake.records, strict=True):
        assert cell_len(row) <= 40
        assert row.split() == [record["number"], *(record["name"] or "").split(), record["type"]]


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
def test_long_values_are_not_cut(callrounded: Command, fake: FakeRounded, columns: int) -> None:
    """They take more than one line; wide letters take two columns, and no line is longer than the terminal."""
    record = fake.add({"name": "電話番号" * 10, "number": "sip:" + "reception" * 6 + "@example.com"})

    lines = lines_of(Terminal(columns).run(callrounded, "--max-items", "1"))

    assert max(map(cell_len, lines)) <= columns
    assert "".join(line.split()[0] for line in lines[1:]).startswith(record["number"])
    assert "".join(lines).count("電話") == (0 if columns == 20 else 10)


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_pages_are_one_table(callrounded: Command, fake: FakeRounded, columns: int) -> None:
    """The header comes once, and columns keep their place; a value that only a later page has is not cut, either."""
    fake.add({"name": "Hotline " * 6, "redirect": True, "redirect_phone_number": "+33199009999"})
    for _ in range(10):
        fake.add({"name": None, "inbound_agent_id": None, "redirect": False, "redirect_phone_number": None})

    header, *lines = lines_of(Terminal(columns).run(callrounded, "--limit", "5"))

    numbers = [line for line in lines if line.startswith("+")]
    assert [line.split()[0] for line in numbers] == [record["number"] for record in fake.records]
    for place in (header.index(name) for name in header.split()):
        assert all(set_cell_size(line, place)[-2:] in {"", "  "} for line in lines)
    assert "".join(lines).count("Hotline") == 6
    assert max(map(cell_len, lines)) <= columns


def test_fields_are_not_cut(callrounded: Command, fake: FakeRounded) -> None:
    """A value that is too long for its column goes on below."""
    header, *lines = lines_of(Terminal(40).run(callrounded, "--fields", "id,created_at", "--max-items", "1"))

    assert header.split() == ["id", "created_at"]
    assert max(map(len, lines)) <= 40
    ids = [line.split()[0] for line in lines]
    assert "".join(ids) == fake.records[0]["id"]


def test_progress_is_shown_beside_the_output(callrounded: Command, fake: FakeRounded) -> None:
    """On stderr, if that is a terminal; stdout has only records."""
    fake.delay = 0.2
    shown = Terminal(80).run(callrounded, "--limit", "5", "-o", "csv", out=callrounded.folder / "numbers.csv")

    assert "Listing" in shown
    assert "%" in shown
    assert lines_of(shown) == []
    assert len((callrounded.folder / "numbers.csv").read_text(encoding="utf-8").splitlines()) == 31


def test_no_progress_beside_a_pipe(callrounded: Command, fake: FakeRounded) -> None:
    """What reads the pipe may use the terminal."""
    fake.delay = 0.2
    reader, writer = os.pipe()

    shown = Terminal(80).run(callrounded, "--limit", "5", out=Path(f"/dev/fd/{writer}"))

    os.close(writer)
    assert shown == ""
    with os.fdopen(reader) as pipe:
        assert len(pipe.readlines()) == 30


@pytest.mark.parametrize(("count", "said"), [(30, "30 numbers"), (1, "1 number"), (0, "0 numbers")])
def test_a_file_is_announced(callrounded: Command, fake: FakeRounded, count: int, said: str) -> None:
    """In one line, on a terminal."""
    shown = Terminal(80).run(callrounded, "--out", "numbers.csv", "--max-items", str(count))

    assert lines_of(shown) == [f"{said} in numbers.csv"]


def test_progress_ends_before_the_first_line(callrounded: Command, fake: FakeRounded) -> None:
    """Records and bar do not share a terminal."""
    shown = Terminal(300).run(callrounded, "--limit", "5", "-o", "csv")

    assert "Listing" not in shown[shown.index("created_at") :]


@pytest.mark.parametrize(("environment", "has_colours"), [({}, True), ({"NO_COLOR": "1"}, False)], ids=str)
def test_colours(callrounded: Command, environment: dict[str, Any], has_colours: bool) -> None:
    """NO_COLOR switches them off."""
    shown = Terminal(80).run(callrounded, "--limit", "5", "--out", "numbers.csv", **environment)

    assert "Listing" in shown
    assert bool(re.search(r"\x1b\[[\d;]*3[0-8]", shown)) == has_colours


def test_a_dumb_terminal(callrounded: Command) -> None:
    """It gets no control sequences, and nothing between the lines."""
    shown = Terminal(80).run(callrounded, "--limit", "10", TERM="dumb")

    assert "\x1b" not in shown
    assert len(shown.splitlines()) == 31


def test_a_key_is_not_echoed(callrounded: Command) -> None:
    """It can be typed, or pasted, at a prompt."""
    shown = Terminal(80).run(
        callrounded, "--api-key-file", "-", "--max-items", "1", typed=f"{KEY}\n", CALLROUNDED_API_KEY=""
    )

    assert shown.startswith("API key: ")
    assert KEY not in shown
    assert "+33" in shown


def test_a_log_takes_the_place_of_the_bar(callrounded: Command, fake: FakeRounded) -> None:
    """Lines of both would mix."""
    arrived = threading.Event()

    def note(_: FakeRounded, __: ReceivedRequest) -> None:
        arrived.set()

    fake.before(note)
    shown = Terminal(80).run(callrounded, "-vv", "-o", "csv")

    assert arrived.is_set()
    assert "Listing" not in shown
    assert "DEBUG GET " in shown
