"""The generated package as a folder: its manifest, its comparison with a fresh one, and its replacement."""

import difflib
import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal, NoReturn

TOOLS = ("openapi-python-client", "ruff")
"""The distributions whose version shows in the generated package."""


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
    """Put the folder *rendered* in the place of the folder *package*. Git has what was there before."""
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


def differences(expected: Path, actual: Path) -> list[Difference]:
    """Return what in the folder *actual*, which need not exist, is not as in *expected*, ordered by path."""
    wanted, found = _contents(expected), _contents(actual) if actual.exists() else {}
    every = (Difference(path, wanted.get(path), found.get(path)) for path in sorted(wanted.keys() | found.keys()))
    return [difference for difference in every if difference.expected != difference.actual]


def _contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of each file below *folder* by its path; those of an empty folder, whose path ends in a slash.

    Folders called __pycache__ do not count: Python writes them wherever it imports from.
    """
    found: dict[str, bytes] = {}
    for root, folders, files in os.walk(folder, onerror=_fail):
        path = Path(root).relative_to(folder)
        found |= {(path / name).as_posix(): Path(root, name).read_bytes() for name in files}
        if not files and not folders and path.parts:
            found[f"{path.as_posix()}/"] = b""
        folders[:] = (name for name in folders if name != "__pycache__")
    return found


def _fail(error: OSError) -> NoReturn:
    # os.walk would otherwise pass over what it cannot list, as if it were empty.
    raise error


def summary(differences: Iterable[Difference]) -> str:
    """Return what happened to a package with these *differences*: one line for each file, or that nothing changed."""
    verbs = {"missing": "added", "edited": "changed", "stray": "removed"}
    return "\n".join(f"{verbs[item.kind]}: {item.path}" for item in differences) or "nothing changed"


def render_differences(differences: Iterable[Difference], max_lines: int = 200) -> str:
    """Return *differences* as text: a line for each, then *max_lines* of a diff from what is to what should be."""
    listed = list(differences)
    lines = [line for difference in listed for line in _diff(difference)]
    if len(lines) > max_lines:
        lines[max_lines:] = [f"... and {len(lines) - max_lines} lines more"]
    return "\n".join([*(f"{difference.kind}: {difference.path}" for difference in listed), *lines])


def _diff(difference: Difference) -> Iterable[str]:
    path, before, after = difference.path, _lines(difference.actual), _lines(difference.expected)
    return difflib.unified_diff(before, after, f"{path} (is)", f"{path} (should be)", lineterm="")


def _lines(content: bytes | None) -> list[str]:
    """Return the lines of *content*, with what a terminal would not show made visible."""
    # Split at \n alone, so that a missing newline at the end and a \r before it are differences to be seen, too.
    return content.decode("utf-8", "backslashreplace").replace("\r", "\\r").split("\n") if content else []
