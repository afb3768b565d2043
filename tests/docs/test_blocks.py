"""README and docs/ keep their promises: every Python block in them is a whole program that runs, every command too."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from callrounded.testing import FakeRounded
from tests.docs.blocks import PAGES, ROOT, Block, blocks, prose

PYTHON = list(blocks("python"))
PROGRAMS = [block for block in PYTHON if "def test_" not in block.source]
TEST_MODULES = [block for block in PYTHON if "def test_" in block.source]
SHELL = list(blocks("sh"))
COMMANDS = {command for block in SHELL for command in block.source.splitlines()}

# The commands that no test runs, and why.
IN_CI = ".ci/run runs it"
NOT_RUN = {
    'python -m pip install "nox[uv]" && python -m nox -s demo': IN_CI,
    'python -m pip install "nox[uv]" && python -m nox -s tests': IN_CI,
    "nox": "all sessions that only look; .ci/run runs them one by one",
    "nox -s docs": IN_CI,
    "nox -s spec": IN_CI,
    "nox -s generate": "`nox -s demo` runs the same command in .ci/run",
    "nox -s observe -- recording.har": "needs a recording; tests/observe runs the command behind it",
    "python -m pip install callrounded": "`nox -s wheel` installs the wheel that will be published",
    'python -m pip install "callrounded[cli]"': "like the install without the extra",
    "callrounded sandbox": "runs until Ctrl-C; tests/cli runs it",
}


def is_run(command: str) -> bool:
    """Return whether a test runs *command*."""
    return command not in NOT_RUN


def named(found: list[Block]) -> list[object]:
    """Return parameters with the place of each block as their name."""
    return [pytest.param(block, id=block.name) for block in found]


@pytest.mark.parametrize("block", named(PROGRAMS))
def test_each_program_runs(block: Block, server_url: str) -> None:
    """A block runs as it stands against the fake API."""
    # The generated client alone reads nothing from the environment.
    source = block.in_place.replace("AuthenticatedClient(", f"AuthenticatedClient(base_url={server_url!r}, ")
    exec(compile(source, block.page, "exec"), {"__name__": "__main__"})


FRAMES = [block for block in PROGRAMS if "pd.DataFrame" in block.source or "pl.DataFrame" in block.source]
SPARSE = {"name": None, "redirect": None, "inbound_agent_id": None, "redirect_phone_number": None}


@pytest.mark.parametrize("records", [0, 1], ids=["none", "one without values"])
@pytest.mark.parametrize("block", named(FRAMES))
def test_frames_of_small_accounts(block: Block, records: int, rounded_fake: FakeRounded) -> None:
    """Frames can be made of accounts with hardly a value; those whose types are named have these types."""
    for _ in range(records):
        rounded_fake.add(SPARSE)
    defined: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(block.in_place, block.page, "exec"), defined)
    frame = defined["frame"]
    assert len(frame) == records
    if "schema" in defined:
        assert dict(frame.schema) == defined["schema"]
    elif "types" in defined:
        assert {name: str(kind) for name, kind in frame.dtypes.items()} == defined["types"]
    else:
        assert bool(frame.shape[1]) is bool(records)


def test_test_modules_pass(tmp_path: Path) -> None:
    """Tests in a block pass, all of them, with the settings in docs/testing.md alone."""
    for block in TEST_MODULES:
        (tmp_path / f"test_{block.name}.py").write_text(block.source, encoding="utf-8")
    count = sum(len(re.findall(r"^(?:async )?def test_", block.source, re.MULTILINE)) for block in TEST_MODULES)
    (settings,) = blocks("toml")
    (tmp_path / "pyproject.toml").write_text(settings.source, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]
    run = subprocess.run(command, check=False, cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{count} passed" in run.stdout


@pytest.mark.parametrize("block", named([block for block in SHELL if any(map(is_run, block.source.splitlines()))]))
def test_each_command_runs(block: Block, tmp_path: Path, server_url: str) -> None:
    """A shell block runs as it stands, in an empty folder."""
    commands = block.source.splitlines()
    assert all(map(is_run, commands)), "a block is run as a whole or not at all: divide it"
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    shell = ["bash", "-euo", "pipefail", "-c", block.source]
    run = subprocess.run(shell, check=False, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert not re.search("Traceback|Warning", run.stderr)


def test_what_is_not_run_is_listed() -> None:
    """The list of commands that no test runs has no command that stands nowhere."""
    assert NOT_RUN.keys() <= COMMANDS


@pytest.mark.parametrize("command", [command for command, reason in NOT_RUN.items() if reason == IN_CI])
def test_ci_runs_what_tests_do_not(command: str) -> None:
    """A command that is left to .ci/run is a session there."""
    session = command.rpartition(" -s ")[2]
    steps = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    (looped,) = re.findall(r"^for session in (.+); do$", steps, re.MULTILINE)
    assert session in looped.split() or f"$(readme_command {session})" in steps


def test_no_block_is_overlooked() -> None:
    """Every fence is found, in a language that says whether it runs; code without a fence would not be found."""
    fences = sum(len(re.findall(r"^ *```", page.read_text(encoding="utf-8"), re.MULTILINE)) for page in PAGES)
    found = list(blocks())
    assert 2 * len(found) == fences
    assert {block.language for block in found} <= {"console", "python", "sh", "text", "toml", "yaml"}
    assert len(PYTHON) >= 30
    for page in PAGES:
        assert not re.search(r"^\n(?: {4}|\t)(?![-*\d])", prose(page), re.MULTILINE), f"code without a fence: {page}"
