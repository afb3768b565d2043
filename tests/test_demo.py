"""The demo prints something a person can read, wherever it runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).parents[1] / "demo.py"


def run_demo(*arguments: str, encoding: str = "utf-8") -> str:
    """Return what the demo prints into a pipe, where nothing is known of a terminal."""
    command = [sys.executable, str(DEMO), *arguments]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    return subprocess.run(command, env=environment, check=True, capture_output=True).stdout.decode(encoding)


def test_says_what_it_did() -> None:
    """The last line counts records, pages and seconds."""
    assert re.search(r"^Records: 2,500   Pages: 3   Seconds: \d+\.\d\d$", run_demo(), re.MULTILINE)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_fits_a_terminal(encoding: str) -> None:
    """The table is readable in 80 columns, and in an encoding that cannot show every name."""
    lines = run_demo(encoding=encoding).splitlines()
    assert max(map(len, lines)) <= 80
    assert "... 2,487 more ..." in lines


def test_an_empty_account() -> None:
    """No numbers are no error."""
    assert "Records: 0   Pages: 1" in run_demo("--numbers", "0")
