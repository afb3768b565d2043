"""The generated package as a folder: what its manifest says, what differs, and its replacement."""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.package import changes, diff, manifest, replace, summary

FILES = {"__init__.py": b"a = 1\n", "api/__init__.py": b"", "models/one.py": b"b = 2\nc = 3\n"}


def folder(path: Path, files: dict[str, bytes]) -> Path:
    """Write *files* below *path*, which a name that ends in a slash makes an empty folder of."""
    path.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            file.mkdir()
        else:
            file.write_bytes(content)
    return path


def test_equal_folders_do_not_differ(tmp_path: Path) -> None:
    """Modes, times and the order of creation do not count."""
    expected = folder(tmp_path / "a", FILES)
    actual = folder(tmp_path / "b", dict(reversed(FILES.items())))
    (actual / "__init__.py").chmod(0o600)
    assert changes(actual, expected) == {}
    assert diff({}) == ""


def test_edited_missing_and_stray_files_differ(tmp_path: Path) -> None:
    """Each difference is found, in the order of the paths, an empty folder included."""
    expected = folder(tmp_path / "a", FILES)
    actual = folder(tmp_path / "b", {"__init__.py": b"a = 2\n", "api/__init__.py": b"", "old.py": b"x", "gone/": b""})
    assert summary(changes(actual, expected)).splitlines() == [
        "changed: __init__.py",
        "removed: gone/",
        "added: models/one.py",
        "removed: old.py",
    ]


def test_caches_of_python_do_not_count(tmp_path: Path) -> None:
    """Importing a package, or checking out a commit in which a subpackage is gone, leaves nothing but __pycache__."""
    expected = folder(tmp_path / "a", FILES)
    actual = folder(
        tmp_path / "b", FILES | {"__pycache__/x.pyc": b"1", "api/__pycache__/": b"", "old/__pycache__/y.pyc": b"2"}
    )
    assert changes(actual, expected) == {}


def test_a_package_that_does_not_exist_lacks_everything(tmp_path: Path) -> None:
    """That is the state before the first generation."""
    found = changes(tmp_path / "b", folder(tmp_path / "a", FILES))
    assert summary(found).splitlines() == [f"added: {path}" for path in FILES]


CONTENTS = st.dictionaries(st.sampled_from(["a.py", "b/c.py", "b/d.py", "e/f/g.txt"]), st.binary(max_size=8))


@given(before=CONTENTS, after=CONTENTS)
def test_exactly_the_differences_are_found(
    tmp_path_factory: pytest.TempPathFactory, before: dict[str, bytes], after: dict[str, bytes]
) -> None:
    """Applying the differences to what is there gives what should be, and there is none too many."""
    base = tmp_path_factory.mktemp("folders")
    found = changes(folder(base / "actual", before), folder(base / "expected", after))
    mended = dict(before)
    for path, (old, new) in found.items():
        assert mended.pop(path, None) == old != new
        if new is not None:
            mended[path] = new
    assert mended == after


def test_the_text_says_what_to_change() -> None:
    """It has the changes that would make the package as it should be."""
    text = diff({"a.py": (b"a = 1\nb = 3\n", b"a = 1\nb = 2\n"), "b/": (b"", None)})
    assert text.splitlines() == [
        "--- a.py (is)",
        "+++ a.py (should be)",
        "@@ -1,3 +1,3 @@",
        " a = 1",
        "-b = 3",
        "+b = 2",
        " ",
    ]


@pytest.mark.parametrize(
    ("actual", "lines"),
    [
        (b"a\r\n", ["-a\\r", "+a", " "]),
        (b"a", [" a", "+"]),
        (b"a\n\xff", [" a", "-\\xff", "+"]),
    ],
)
def test_what_a_terminal_would_not_show_is_made_visible(actual: bytes, lines: list[str]) -> None:
    """A line end, the newline at the end of the file and bytes that are no text are differences that can be seen."""
    assert diff({"a": (actual, b"a\n")}).splitlines()[3:] == lines


def test_a_long_diff_is_cut() -> None:
    """It says how many lines are left out."""
    lines = diff({f"{number}.py": (None, b"x\n" * 50) for number in range(10)}, max_lines=20).splitlines()
    assert len(lines) == 20 + 1
    assert lines[-1] == "... and 520 lines more"


def test_the_manifest_names_document_tools_and_operations() -> None:
    """It holds the hash of the document, whatever its line ends, the versions of the tools, and the operations."""
    content = b"openapi: 3.1.0\n"
    operations = {"lines.get_line": "GET /v1/lines/{id}"}
    assert json.loads(manifest(content, operations)) == {
        "document": hashlib.sha256(content).hexdigest(),
        "tools": {name: version(name) for name in ("openapi-python-client", "ruff")},
        "operations": operations,
    }
    assert manifest(content.replace(b"\n", b"\r\n"), operations) == manifest(content, operations)


def test_a_package_is_replaced_whole(tmp_path: Path) -> None:
    """Afterwards the folder holds what was rendered and nothing else, and nothing stands beside it."""
    rendered = folder(tmp_path / "rendered", FILES)
    package = folder(tmp_path / "packages" / "package", {"stray.py": b"", "models/one.py": b""})
    assert summary(changes(package, rendered)) == (
        "added: __init__.py\nadded: api/__init__.py\nchanged: models/one.py\nremoved: stray.py"
    )
    replace(package, rendered)
    assert changes(package, rendered) == {}
    assert list(package.parent.iterdir()) == [package]
    assert summary({}) == "nothing changed"


def test_a_package_that_cannot_be_copied_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full is found to be full before the old package is touched."""

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    rendered = folder(tmp_path / "rendered", FILES)
    package = folder(tmp_path / "packages" / "package", {"old.py": b""})
    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(OSError, match="No space left"):
        replace(package, rendered)
    assert [path.name for path in package.iterdir()] == ["old.py"]
    assert list(package.parent.iterdir()) == [package]
