"""What the generated code costs: to read, to write, to hold and to import, and what it costs to generate it."""

import json
from pathlib import Path
from typing import Any

from contenders import ROOT, all_of_them
from figures import Figure

from callrounded.testing import sample_records

PAGE_SIZE = 1_000
PAGES_HELD = 20
PATHS = [ROOT / "generated_client", ROOT / "overrides"]


def page(records: list[dict[str, Any]]) -> bytes:
    """Return an answer with *records*, without blanks, as a server writes it."""
    return json.dumps(
        {
            "data": records,
            "message": "Calls retrieved successfully",
            "error": None,
            "status": 200,
            "next_cursor": None,
            "current_page": 1,
            "total_pages": 1,
            "total_items": len(records),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()


def with_unknown(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return *records* with the three properties that have been seen and are not documented."""
    return [
        {**record, "inbound_flow_id": record["id"], "media_encryption": "srtp", "transport": "tls"}
        for record in records
    ]


def measure(rounds: int, folder: Path) -> list[Figure]:
    """Return all figures.

    Args:
        rounds: How often whatever takes milliseconds is repeated; what takes longer is repeated less often.
        folder: For temporary files.
    """
    contenders = all_of_them(folder)
    records = sample_records(PAGE_SIZE)
    plain, unknown = page(records), page(with_unknown(records))
    return [
        reading("read a page of 1,000 numbers", contenders, plain, 2.2, rounds),
        reading("the same with three unknown fields each", contenders, unknown, 3.0, rounds),
        writing("write that page", contenders, plain, 3.0, rounds),
        writing("write it with the unknown fields", contenders, unknown, None, rounds),
        holding("most memory while 20,000 numbers are read and held", contenders),
        importing(folder, max(5, rounds // 20)),
        generating(folder),
    ]


def reading(
    name: str, contenders: dict[str, Contender], text: bytes, limit: float | None, rounds: int
) -> Figure:
    """Return how long it takes from bytes to objects."""
    times = least_times({key: lambda read=it.read: read(text) for key, it in contenders.items()}, rounds)
    return figure(name, limit, times, f"msgspec: {times['msgspec'] * 1e3:.2f} ms")


def writing(
    name: str, contenders: dict[str, Contender], text: bytes, limit: float | None, rounds: int
) -> Figure:
    """Return how long it takes from objects to bytes."""
    answers = {key: it.read(text) for key, it in contenders.items()}
    writers = {key: lambda write=it.write, answer=answers[key]: write(answer) for key, it in contenders.items()}
    times = least_times(writers, rounds)
    return figure(name, limit, times, f"msgspec: {times['msgspec'] * 1e3:.2f} ms")


def holding(name: str, contenders: dict[str, Contender]) -> Figure:
    """Return how much memory a listing of several pages takes."""
    records = sample_records(PAGE_SIZE * PAGES_HELD)
    pages = [page(records[first : first + PAGE_SIZE]) for first in range(0, len(records), PAGE_SIZE)]
    peaks = {key: peak_memory(lambda read=it.read: [read(text) for text in pages]) for key, it in contenders.items()}
    return figure(name, 1.3, peaks, f"msgspec: {peaks['msgspec'] / 1e6:.1f} MB")


def importing(folder: Path, rounds: int) -> Figure:
    """Return how long it takes to import the package and to make a client, in a fresh process."""
    programs = {
        "httpx": "import httpx; httpx.Client()",
        "callrounded": "from callrounded import Rounded; Rounded(api_key='key')",
        "vanilla": "from stock_client import AuthenticatedClient\n"
        "from stock_client.api.phone_numbers import list_phone_numbers\n"
        "AuthenticatedClient('https://api.callrounded.com', token='key').get_httpx_client()",
    }
    times = least_times_of_programs(programs, rounds, [*PATHS, folder])
    values = multiples(times, of="httpx")
    return Figure(
        name="import, and make a client",
        unit="x",
        ours=values["callrounded"],
        limit=1.2,
        baseline=f"httpx and its client: {times['httpx'] * 1e3:.0f} ms",
        others={"vanilla": values["vanilla"]},
    )


def generating(folder: Path) -> Figure:
    """Return how long it takes to generate the package."""
    copy = folder / "repository"
    for name in ("openapi", "generator", "generated_client"):
        shutil.copytree(ROOT / name, copy / name)
    ours = [sys.executable, "-m", "generator", "generate", f"--root={copy}"]
    seconds = min(seconds_of(ours) for _ in range(3))
    return Figure(name="generate the package", unit="s", ours=seconds, limit=5.0, baseline="", others={})


def seconds_of(command: list[str]) -> float:
    """Return how many seconds *command* takes."""
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - began


def figure(name: str, limit: float | None, values: dict[str, float], baseline: str) -> Figure:
    """Return *values* as multiples of that of msgspec."""
    others = multiples(values, of="msgspec")
    return Figure(name=name, unit="x", ours=others.pop("callrounded"), limit=limit, baseline=baseline, others=others)
