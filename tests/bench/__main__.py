"""Measure, and print a table: `python tests/bench --help`."""

import argparse
import sys
import tempfile
from pathlib import Path

import generated_code
from contenders import PACKAGES
from figures import Figure, record, table, versions, write_json

README = Path(__file__).with_name("README.md")
SUITES = {"generated-code": generated_code.measure}
"""What measures the figures of each suite, by its name."""


def main() -> int:
    """Return the exit status: 1 if a limit is missed and that was asked for."""
    parser = argparse.ArgumentParser(prog="python tests/bench", description="Measure, and print a table.")
    parser.add_argument("suites", nargs="*", metavar="suite", help=f"what to measure, of {', '.join(SUITES)}; else all")
    parser.add_argument("--rounds", type=int, default=200, help="how often to repeat what takes milliseconds")
    parser.add_argument("--check", action="store_true", help="fail when a limit is missed")
    parser.add_argument("--json", type=Path, default=Path("dist/bench.json"), help="where to write the figures")
    parser.add_argument("--record", action="store_true", help=f"write the table into {README.name}, too")
    options = parser.parse_args()
    if unknown := set(options.suites) - SUITES.keys():
        parser.error(f"no such suite: {', '.join(sorted(unknown))}")
    used = versions(PACKAGES)
    suites: dict[str, list[Figure]] = {}
    for name in options.suites or SUITES:
        with tempfile.TemporaryDirectory() as folder:
            suites[name] = SUITES[name](options.rounds, Path(folder))
        sys.stdout.write(f"{table(suites[name])}\n")
        if options.record:
            record(README, name, suites[name], used)
    write_json(options.json, suites, used)
    missed = [figure.name for figures in suites.values() for figure in figures if not figure.is_met]
    if missed:
        sys.stdout.write(f"MISSED: {'; '.join(missed)}\n")
    return 1 if missed and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
