"""What a benchmark yields: figures in a table, as JSON, and in the README; and how to measure time and memory."""

import gc
import json
import platform
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One row of the table.

    Attributes:
        name: What was measured.
        unit: What the values are: `x` for multiples of the baseline, otherwise a unit like `s`.
        ours: The value of callrounded.
        limit: The value that ours must not exceed, if there is one.
        baseline: What the values are multiples of, with its absolute value.
        others: The values of others, by their names.
    """

    name: str
    unit: str
    ours: float
    limit: float | None
    baseline: str
    others: Mapping[str, float]

    @property
    def is_met(self) -> bool:
        """Whether ours is within the limit."""
        return self.limit is None or self.ours <= self.limit

    def shown(self, value: float | None) -> str:
        """Return *value* with its unit."""
        return "" if value is None else f"{value:.2f} {self.unit}"


def least_times(
    contenders: Mapping[str, Callable[[], Any]],
    rounds: int,
    clock: Callable[[], float] = time.process_time,
    calls: int = 1,
) -> dict[str, float]:
    """Return the least seconds that each contender took in *rounds* rounds.

    They take turns, so that whatever slows the machine down for a while slows all of them down.

    Args:
        contenders: What to measure, by name.
        rounds: How often.
        clock: CPU time, which does not go on while another process has the CPU, unless it is about waiting.
        calls: How many in a row each makes in a turn. More than one where the caches of the processor matter: then none
            pays for what another has left there.
    """
    least = dict.fromkeys(contenders, float("inf"))
    for contender in contenders.values():
        contender()
    gc.collect()
    gc.freeze()  # What is there already shall not be searched for garbage while one of them is measured.
    for _ in range(rounds):
        for name, contender in contenders.items():
            for _ in range(calls):
                began = clock()
                result = contender()
                least[name] = min(least[name], clock() - began)
                del result
    gc.unfreeze()
    return least


def least_times_of_programs(programs: Mapping[str, str], rounds: int, folder: Path) -> dict[str, float]:
    """Return the least CPU seconds that each program took in *rounds* fresh processes, without the start of Python.

    Args:
        programs: Python source, by name.
        rounds: How often each is run. The first run, which may write bytecode, does not count.
        folder: Where to import from, beside what is installed.
    """
    least = dict.fromkeys(programs, float("inf"))
    for turn in range(rounds + 1):
        for name, program in programs.items():
            prepared = f"import sys, time; sys.path.insert(0, {str(folder)!r}); began = time.process_time()"
            timed = f"{prepared}\n{program}\nprint(time.process_time() - began)"
            done = subprocess.run([sys.executable, "-c", timed], check=True, capture_output=True, text=True)
            if turn:
                least[name] = min(least[name], float(done.stdout))
    return least


def peak_memory(make: Callable[[], Any]) -> int:
    """Return the most bytes that were in use by Python while *make* ran and its result was held."""
    make()
    gc.collect()
    tracemalloc.start()
    try:
        result = make()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    del result
    return peak


def multiples(values: Mapping[str, float], of: str) -> dict[str, float]:
    """Return *values* as multiples of the one named *of*."""
    return {name: value / values[of] for name, value in values.items()}


def table(figures: Sequence[Figure]) -> str:
    """Return *figures* as a table in Markdown, which is readable on a terminal too."""
    others = list(dict.fromkeys(name for figure in figures for name in figure.others))
    rows = [["", "callrounded", "limit", "", *others, "1 x"]]
    for figure in figures:
        shown = [figure.shown(figure.others.get(name)) for name in others]
        verdict = "" if figure.limit is None else "met" if figure.is_met else "MISSED"
        rows.append(
            [figure.name, figure.shown(figure.ours), figure.shown(figure.limit), verdict, *shown, figure.baseline]
        )
    widths = [max(3, *map(len, column)) for column in zip(*rows, strict=True)]
    rows.insert(1, ["-" * width for width in widths])
    lines = (" | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(f"| {line} |" for line in lines)


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the versions of Python and of *packages*."""
    return {platform.python_implementation(): platform.python_version(), **{name: version(name) for name in packages}}


def write_json(path: Path, suites: Mapping[str, Sequence[Figure]], used: Mapping[str, str]) -> None:
    """Write the figures of all *suites* and the versions *used* to *path*."""
    figures = {
        name: [{**asdict(figure), "is_met": figure.is_met} for figure in found] for name, found in suites.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"versions": used, "figures": figures}, indent=2) + "\n", encoding="utf-8")


def record(readme: Path, name: str, figures: Sequence[Figure], used: Mapping[str, str]) -> None:
    """Replace what stands between the markers of the suite *name* in *readme* by its table and the versions *used*."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
    before, rest = readme.read_text(encoding="utf-8").split(begin)
    after = rest.split(end)[1]
    shown = ", ".join(f"{package} {number}" for package, number in used.items())
    readme.write_text(f"{before}{begin}\n{table(figures)}\n\nMeasured with {shown}.\n\n{end}{after}", encoding="utf-8")
