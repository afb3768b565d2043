"""`callrounded sandbox`: an API to try the command line with."""

import shlex
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from tests.cli.conftest import Command


@contextmanager
def sandbox(callrounded: Command, *arguments: str) -> Iterator[list[str]]:
    """Start a sandbox, yield the two lines that it prints, and press Ctrl-C in the end."""
    with callrounded.start("sandbox", *arguments) as process:
        assert process.stdout is not None
        try:
            yield [process.stdout.readline().decode(), process.stdout.readline().decode()]
        finally:
            process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60) == (b"", b"")
    assert process.returncode == 130


def test_the_two_lines_list_its_numbers(callrounded: Command) -> None:
    """The first sets the environment, the second is a command that lists as many numbers as asked for."""
    with sandbox(callrounded, "--numbers", "7", "--latency", "0.01") as (setting, command):
        (export, *variables) = shlex.split(setting)
        environment = dict(variable.split("=", 1) for variable in variables)
        assert export == "export"
        assert command == "callrounded phone-numbers list\n"

        assert len(callrounded.listed(**environment).splitlines()) == 7


def test_faults(callrounded: Command) -> None:
    """--faults is the share of requests that fail; where all do, no listing succeeds."""
    with sandbox(callrounded, "--faults", "1") as (setting, _):
        environment = dict(variable.split("=", 1) for variable in shlex.split(setting)[1:])

        assert callrounded.list(**environment).code in {4, 5, 7}


def test_a_share_is_at_most_one(callrounded: Command) -> None:
    """It is not a percentage."""
    assert callrounded("sandbox", "--faults", "10").code == 2
