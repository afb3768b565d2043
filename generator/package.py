"""The generated package as a folder: its manifest, its comparison with a fresh one, and its replacement."""

import difflib
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal, NoReturn

TOOLS = ("openapi-python-client", "ruff")
"""The distributions whose version shows in the generated package."""

CACHE = "__pycache__"
"""The one kind of folder that does not count: Python writes it wherever it imports from."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A file, or an empty folder, that two folders do not have in common.

    Attributes:
        path: The path below both folders, with slashes; that of an empty folder ends in one.
        expected: What the file should hold; None where there should be none.
        actual: What it holds; None where there is none.
    """

    path: str
    expected: bytes | None
    actual: bytes | None

    @property
    def kind(self) -> Literal["edited", "missing", "stray"]:
        """What is wrong with the file in the folder that is looked at."""
        if self.expected is None:
            return "stray"
        return "missing" if self.actual is None else "edited"


def manifest(source: bytes) -> str:
    """Return the manifest of a package generated from the document *source*, as JSON text.

    It names the document by its SHA-256, in which a CR LF counts as an LF, and the versions of the tools: nothing that
    differs between machines, and nothing that changes without a change of the package.
    """
    digest = hashlib.sha256(source.replace(b"\r\n", b"\n")).hexdigest()
    return json.dumps({"document": digest, "tools": {tool: version(tool) for tool in TOOLS}}, indent=2) + "\n"


def replace(package: Path, rendered: Path) -> None:
    """Put the folder *rendered* in the place of the folder *package*. Git has what was there before.

    Raises:
        OSError: *package* cannot be written.
    """
    # Copied first, beside it: a disk that is full is found to be full while the old package still stands.
    new = package.with_name(f".{package.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    try:
        shutil.copytree(rendered, new, copy_function=shutil.copyfile)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    shutil.rmtree(package, ignore_errors=True)
    new.rename(package)


def summary(differences: Iterable[Difference]) -> str:
    """Return what happened to a package with these *differences*: one line for each file, or that nothing changed."""
    verbs = {"missing": "added", "edited": "changed", "stray": "removed"}
    return "\n".join(f"{verbs[item.kind]}: {item.path}" for item in differences) or "nothing changed"


def differences(expected: Path, actual: Path) -> list[Difference]:
    """Return what in the folder *actual* is not as in the folder *expected*, ordered by path.

    Only `__pycache__` is passed over. An *actual* that does not exist lacks everything.

    Raises:
        OSError: *expected* does not exist, or something cannot be read.
    """
    wanted = contents(expected)
    found = contents(actual) if actual.exists() else dict[str, bytes]()
    every = (Difference(path, wanted.get(path), found.get(path)) for path in sorted(wanted.keys() | found.keys()))
    return [difference for difference in every if difference.expected != difference.actual]


def contents(folder: Path) -> Mapping[str, bytes]:
    """Return the bytes of each file below *folder* by its path, with slashes.

    `__pycache__` is left out. An empty folder counts as an empty file whose path ends in a slash.

    Raises:
        OSError: *folder* is none, or something in it cannot be read.
    """
    found: dict[str, bytes] = {}
    for root, folders, files in os.walk(folder, onerror=_fail):
        path = Path(root).relative_to(folder)
        for name in files:
            found[(path / name).as_posix()] = Path(root, name).read_bytes()
        if not files and not folders and path.parts:
            found[f"{path.as_posix()}/"] = b""
        folders[:] = (name for name in folders if name != CACHE)
    return found


def _fail(error: OSError) -> NoReturn:
    # os.walk would otherwise pass over what it cannot list, as if it were empty.
    raise error


def render_differences(differences: Iterable[Difference], max_lines: int = 200) -> str:
    """Return *differences* as text: a line for each, then a unified diff of which *max_lines* lines are shown.

    The diff leads from what is there to what should be.
    """
    listed = list(differences)
    lines = [line for difference in listed for line in _diff(difference)]
    if len(lines) > max_lines:
        lines[max_lines:] = [f"... and {len(lines) - max_lines} lines more"]
    return "\n".join([*(f"{difference.kind}: {difference.path}" for difference in listed), *lines])


def _diff(difference: Difference) -> Iterable[str]:
    before, after = _lines(difference.actual), _lines(difference.expected)
    return difflib.unified_diff(before, after, f"{difference.path} (is)", f"{difference.path} (should be)", lineterm="")


def _lines(content: bytes | None) -> list[str]:
    """Return the lines of *content*, with what a terminal would not show made visible."""
    if not content:
        return []
    # Split at \n alone, so that a missing newline at the end and a \r before it are differences to be seen, too.
    return content.decode("utf-8", "backslashreplace").replace("\r", "\\r").split("\n")
