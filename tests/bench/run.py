"""Measure, and print tables: `python tests/bench/run.py --help`."""

import argparse
import sys
import tempfile
from pathlib import Path

import generated_code
import network
from contenders import PACKAGES
from figures import Figure, record, table, versions, write_json

README = Path(__file__).with_name("README.md")
SUITES = {"generated-code": generated_code.measure, "network": network.measure}
"""What measures the figures of each suite, by its name."""


def main() -> int:
    """Return the exit status: 1 if a limit is missed and that was asked for."""
    parser = argparse.ArgumentParser(prog="python tests/bench/run.py", description="Measure, and print tables.")
    parser.add_argument("suites", nargs="*", metavar="suite", help=f"what to measure: {', '.join(SUITES)}; else all")
    parser.add_argument("--rounds", type=int, default=200, help="how often to repeat what takes milliseconds")
    parser.add_argument("--check", action="store_true", help="fail when a limit is missed")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--record", action="store_true", help=f"also write the tables into {README.name}")
    options = parser.parse_args()
    if unknown := set(options.suites) - SUITES.keys():
        parser.error(f"no such suite: {', '.join(sorted(unknown))}")
    used = versions(PACKAGES)
    suites: dict[str, list[Figure]] = {}
    for name in options.suites or SUITES:
        with tempfile.TemporaryDirectory() as folder:
            suites[name] = SUITES[name](options.rounds, Path(folder))
        sys.stdout.write(f"{table(suites[name])}\n\n")
        if options.record:
            record(README, name, suites[name], used)
    if options.json:
        write_json(options.json, suites, used)
    missed = [figure.name for figures in suites.values() for figure in figures if not figure.is_met]
    if missed:
        sys.stdout.write(f"MISSED: {'; '.join(missed)}\n")
    return 1 if missed and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
