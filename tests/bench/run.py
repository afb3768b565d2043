"""`nox -s bench`: every figure as a ratio against a baseline that is measured in the same session.

python tests/bench/run.py                    print the tables
python tests/bench/run.py --check            and fail when a limit is missed
python tests/bench/run.py --record           and write them down in tests/bench/README.md
python tests/bench/run.py --json FILE        and write them as JSON
"""

import argparse
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import perf_counter, process_time

import msgspec
import network
import peers
import records
import structs
from figures import Figure, as_json, as_markdown, fastest, figures, versions

from callrounded_generated.decoding import decode_json
from callrounded_generated.models import PhoneNumberList

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
OURS = "callrounded"


def decoding() -> Iterator[Figure]:
    """From bytes to models, and back."""
    for title, limit, body in (
        ("Decode one page of 1,000 numbers", 2.2, records.page()),
        ("Decode the same with three unknown properties in every record", 3.0, records.page(with_unknown=True)),
    ):
        with peers.vanilla_decoder() as vanilla:
            pydantic, cattrs = peers.pydantic_decoder(), peers.cattrs_decoder()
            times = fastest(
                {
                    "msgspec Structs (drop what is unknown)": lambda body=body: structs.decode(body),
                    OURS: lambda body=body: decode_json(PhoneNumberList, body),
                    'pydantic, extra="allow"': lambda body=body: pydantic(body),
                    "cattrs (drops what is unknown)": lambda body=body: cattrs(body),
                    "openapi-python-client, stock templates": lambda body=body: vanilla(body),
                },
                process_time,
                100,
            )
        yield from figures(title, times, {OURS: limit})
    structs_page, page = structs.decode(records.page()), decode_json(PhoneNumberList, records.page())
    times = fastest(
        {"msgspec Structs": lambda: msgspec.json.encode(structs_page), OURS: page.to_json}, process_time, 200
    )
    yield from figures("to_json of that page", times, {OURS: 3.0})


def importing() -> Iterable[Figure]:
    """Import and a client, in fresh processes whose bytecode is cached."""

    def run(code: str) -> None:
        subprocess.run([sys.executable, "-c", code], check=True)

    times = fastest(
        {
            "import httpx; httpx.Client()": lambda: run("import httpx; httpx.Client()"),
            OURS: lambda: run("import callrounded; callrounded.Rounded('key')"),
        },
        perf_counter,
        15,
    )
    return figures("Import and a sync client", times, {OURS: 1.2})


def memory() -> Iterable[Figure]:
    """The peak of decoding 20,000 numbers and keeping them, by tracemalloc, in fresh processes."""
    held = {"msgspec Structs": "structs", OURS: "models"}
    peaks = {name: _peak(what) for name, what in held.items()}
    return figures("Memory: peak with 20,000 numbers held", peaks, {OURS: 1.3})


def _peak(what: str) -> float:
    done = subprocess.run([sys.executable, HERE / "held.py", what], check=True, capture_output=True, text=True)
    return float(done.stdout)


def generating() -> Iterable[Figure]:
    """One run of the generator, in seconds; the limit is on the seconds."""
    command = [sys.executable, "-m", "generator", "fresh"]
    seconds = fastest(
        {"": lambda: subprocess.run(command, cwd=ROOT, check=True, capture_output=True)}, perf_counter, 3
    )[""]
    return [Figure("Generation, in seconds", "python -m generator", seconds, seconds, 5.0)]


def listing() -> Iterator[Figure]:
    """Over the network."""
    times = network.with_delay()
    limits = {"Rounded.list_all": 1.15, "AsyncRounded.list_all": 1.15}
    with_default = {"bare httpx, one page after the other, 50 records each": network.with_default_pages()}
    yield from figures("List 20,000 numbers, each answer delayed by 50 ms", times | with_default, limits)
    times = network.without_delay()
    yield from figures("List 20,000 numbers without delay, CPU time", times, {"Rounded.list_all": 1.75})


def main() -> int:
    """Measure, print, and write down what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found = [*decoding(), *importing(), *memory(), *generating(), *listing()]
    print(as_markdown(found))
    if arguments.json:
        arguments.json.write_text(as_json(found), encoding="utf-8")
    if arguments.record:
        text = (HERE / "README.md.in").read_text(encoding="utf-8")
        shown = ", ".join(f"{name} {number}" for name, number in versions().items())
        (HERE / "README.md").write_text(f"{text}\n{as_markdown(found)}\nMeasured with {shown}.\n", encoding="utf-8")
    missed = [figure for figure in found if figure.verdict == "MISSED"]
    return 1 if missed and arguments.check else 0


if __name__ == "__main__":
    sys.exit(main())
