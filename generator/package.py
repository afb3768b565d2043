"""The generated package as a folder: its manifest, its comparison with a fresh one, and its replacement."""

import difflib
import hashlib
import json
import shutil
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

TOOLS = ("openapi-python-client", "ruff")
"""The distributions whose version shows in the generated package."""


Changes: TypeAlias = dict[str, tuple[bytes | None, bytes | None]]
"""What is there and what should be, by path; None for no file. The path of an empty folder ends in a slash."""


def manifest(source: bytes, operations: Mapping[str, str]) -> str:
    """Return the manifest of a package generated from the document *source*, as JSON text.

    It names the document by its SHA-256, in which a CR LF counts as an LF, the versions of the tools, and method and
    path of each of the *operations*: nothing that differs between machines, and nothing that changes without a change
    of the package.
    """
    digest = hashlib.sha256(source.replace(b"\r\n", b"\n")).hexdigest()
    tools = {tool: version(tool) for tool in TOOLS}
    return json.dumps({"document": digest, "tools": tools, "operations": dict(operations)}, indent=2) + "\n"


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


def changes(actual: Path, expected: Path) -> Changes:
    """Return what makes the folder *actual*, which need not exist, what *expected* is, ordered by path."""
    before, after = _contents(actual), _contents(expected)
    paths = sorted(before.keys() | after.keys())
    return {path: (before.get(path), after.get(path)) for path in paths if before.get(path) != after.get(path)}


def _contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of each file below *folder* by its path; those of an empty folder, whose path ends in a slash.

    Folders called __pycache__ do not count: Python writes them wherever it imports from.
    """
    found: dict[str, bytes] = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if path.is_file() and "__pycache__" not in name.parts:
            found[name.as_posix()] = path.read_bytes()
        elif path.is_dir() and name.name != "__pycache__" and not any(path.iterdir()):
            found[f"{name.as_posix()}/"] = b""
    return found


def summary(changes: Changes) -> str:
    """Return *changes* as one line for each file, or that nothing changed."""
    verbs = (("added" if old is None else "removed" if new is None else "changed") for old, new in changes.values())
    return "\n".join(f"{verb}: {path}" for verb, path in zip(verbs, changes, strict=True)) or "nothing changed"


def diff(changes: Changes, max_lines: int = 200) -> str:
    """Return *changes* as *max_lines* of a diff from what is to what should be."""
    lines = [
        line
        for path, (old, new) in changes.items()
        for line in difflib.unified_diff(_lines(old), _lines(new), f"{path} (is)", f"{path} (should be)", lineterm="")
    ]
    if len(lines) > max_lines:
        lines[max_lines:] = [f"... and {len(lines) - max_lines} lines more"]
    return "\n".join(lines)


def _lines(content: bytes | None) -> list[str]:
    """Return the lines of *content*, with what a terminal would not show made visible."""
    # Split at \n alone, so that a missing newline at the end and a \r before it are differences to be seen, too.
    return content.decode("utf-8", "backslashreplace").replace("\r", "\\r").split("\n") if content else []
