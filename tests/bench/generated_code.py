"""What the generated code costs: to read, to write, to hold and to import, and what it costs to generate it."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import records
from contenders import ROOT, Contender, all_of_them
from figures import Figure, least_times, least_times_of_programs, multiples, peak_memory

from callrounded.testing import sample_records

PAGES_HELD = 20


def measure(rounds: int, folder: Path) -> list[Figure]:
    """Return all figures.

    Args:
        rounds: How often whatever takes milliseconds is repeated; what takes longer is repeated less often.
        folder: For temporary files.
    """
    contenders = all_of_them(folder)
    page, unknown = records.page(), records.page(with_unknown=True)
    return [
        reading("read a page of 1,000 numbers", 2.5, contenders, page, rounds),
        reading("read it with three unknown properties each", 3.0, contenders, unknown, rounds),
        writing("write that page", 3.0, contenders, page, rounds),
        writing("write it with three unknown properties each", None, contenders, unknown, rounds),
        holding("read and hold 20,000 numbers: peak memory", 1.3, contenders),
        importing("import, and make a client", 1.5, folder, rounds // 10),
        generating("generate the package", 5.0, folder),
    ]


def reading(name: str, limit: float, contenders: dict[str, Contender], text: bytes, rounds: int) -> Figure:
    """Return how long it takes from bytes to objects."""
    times = least_times({key: lambda read=it.read: read(text) for key, it in contenders.items()}, rounds, calls=3)
    return figure(name, limit, times, f"{times['msgspec'] * 1e3:.2f} ms")


def writing(name: str, limit: float | None, contenders: dict[str, Contender], text: bytes, rounds: int) -> Figure:
    """Return how long it takes from objects to bytes."""
    answers = {key: it.read(text) for key, it in contenders.items()}
    writers = {key: lambda write=it.write, answer=answers[key]: write(answer) for key, it in contenders.items()}
    times = least_times(writers, rounds, calls=3)
    return figure(name, limit, times, f"{times['msgspec'] * 1e3:.2f} ms")


def holding(name: str, limit: float, contenders: dict[str, Contender]) -> Figure:
    """Return how much memory a listing of several pages takes."""
    all_records = sample_records(records.COUNT * PAGES_HELD)
    starts = range(0, len(all_records), records.COUNT)
    pages = [records.page(all_records[start : start + records.COUNT]) for start in starts]
    peaks = {key: peak_memory(lambda read=it.read: list(map(read, pages))) for key, it in contenders.items()}
    return figure(name, limit, peaks, f"{peaks['msgspec'] / 1e6:.1f} MB")


def importing(name: str, limit: float, folder: Path, rounds: int) -> Figure:
    """Return how long it takes to import the package and to make a client, in a fresh process."""
    programs = {
        "httpx": "import httpx; httpx.Client()",
        "callrounded": "from callrounded import Rounded; Rounded('key')",
        "vanilla": "from stock_client import AuthenticatedClient\n"
        "from stock_client.api.phone_numbers import list_phone_numbers\n"
        "AuthenticatedClient('https://api.callrounded.com', token='key').get_httpx_client()",
    }
    times = least_times_of_programs(programs, rounds, folder)
    values = multiples(times, of="httpx")
    return Figure(
        name=name,
        unit="x",
        ours=values["callrounded"],
        limit=limit,
        baseline=f"{times['httpx'] * 1e3:.0f} ms, `import httpx; httpx.Client()`",
        others={"vanilla": values["vanilla"]},
    )


def generating(name: str, limit: float, folder: Path) -> Figure:
    """Return how long it takes to generate the package."""
    copy = folder / "repository"
    for part in ("openapi", "generator", "generated_client"):
        shutil.copytree(ROOT / part, copy / part)
    command = [sys.executable, "-m", "generator", "generate", f"--root={copy}"]
    seconds = min(seconds_of(command) for _ in range(3))
    return Figure(name=name, unit="s", ours=seconds, limit=limit, baseline="", others={})


def seconds_of(command: list[str]) -> float:
    """Return how many seconds *command* takes."""
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - began


def figure(name: str, limit: float | None, values: dict[str, float], baseline: str) -> Figure:
    """Return *values* as multiples of that of msgspec."""
    others = multiples(values, of="msgspec")
    return Figure(name=name, unit="x", ours=others.pop("callrounded"), limit=limit, baseline=baseline, others=others)
