"""With and without the extra: help, version, completion, and what an import costs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from callrounded import __version__
from tests.cli.conftest import Command

README = Path(__file__).parents[2] / "README.md"


def python(script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a Python script."""
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


WITHOUT_EXTRA = """
import sys

class Missing:
    def find_spec(name, *_):
        if name == {!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing)
from callrounded.__main__ import main
main()
"""


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_the_plain_install_says_how_to_get_the_rest(missing: str) -> None:
    """In one line, with an exit code that is not 0."""
    done = python(WITHOUT_EXTRA.format(missing), "phone-numbers", "list")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == 'callrounded: the command line needs more packages: pip install "callrounded[cli]"\n'


@pytest.mark.parametrize("script", [WITHOUT_EXTRA.format("typer"), "from callrounded.__main__ import main; main()"])
def test_the_version(script: str) -> None:
    """The plain install tells it, too."""
    done = python(script, "--version")

    assert (done.returncode, done.stdout) == (0, f"callrounded {__version__}\n")


def test_an_import_brings_nothing_of_the_command_line() -> None:
    """Neither its packages nor its modules. Where httpx finds rich, it imports it for itself."""
    done = python(
        "import sys, httpx; before = set(sys.modules); import callrounded; print(*set(sys.modules) - before, sep='\\n')"
    )

    imported = done.stdout.splitlines()
    assert "callrounded" in imported
    assert not [name for name in imported if re.match(r"(typer|rich|callrounded\._cli|callrounded\.testing)\b", name)]


def test_the_command_is_installed() -> None:
    """The script is the same as the module."""
    done = subprocess.run(
        [Path(sys.executable).with_name("callrounded"), "--version"], capture_output=True, text=True, check=True
    )

    assert done.stdout == f"callrounded {__version__}\n"


@pytest.mark.parametrize("command", [["phone-numbers", "list"], ["sandbox"]], ids=str)
def test_help_has_examples(callrounded: Command, command: list[str]) -> None:
    """Each is a command that is understood; the help fits the terminal."""
    text = callrounded(*command, "--help", COLUMNS="80").stdout

    assert max(map(len, text.splitlines())) <= 80
    examples = re.findall(rf"^ +callrounded ({' '.join(command)}[^|\n]*)", text, re.MULTILINE)
    assert len(examples) > 1
    for example in examples:
        assert callrounded(*example.split(), "--help").code == 0


def test_help_is_what_an_empty_command_gets(callrounded: Command) -> None:
    """It names the exit codes and the environment variables."""
    text = " ".join((callrounded().stdout + callrounded("--help").stdout).split())

    assert "6 incomplete listing" in text
    assert "CALLROUNDED_API_KEY" in text


def test_h_is_short_for_help(callrounded: Command) -> None:
    """As in most tools."""
    assert callrounded.list("-h").stdout == callrounded.list("--help").stdout


def test_shell_completion(callrounded: Command) -> None:
    """Commands and options are completed."""
    done = callrounded(
        _CALLROUNDED_COMPLETE="complete_bash", COMP_WORDS="callrounded phone-numbers list --cur", COMP_CWORD="3"
    )

    assert done.stdout.split() == ["--cursor-mode"]


def test_the_commands_of_the_readme(callrounded: Command) -> None:
    """What the section on the terminal shows works as it stands there."""
    section = README.read_text(encoding="utf-8").partition("## In the terminal\n")[2].partition("\n## ")[0]
    commands = re.findall(r"^callrounded (phone-numbers list.*?)(?: *#.*)?$", section, re.MULTILINE)

    assert len(commands) > 2
    for command in commands:
        assert callrounded(*command.split()).code == 0, command
