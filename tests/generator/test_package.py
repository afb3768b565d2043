"""The generated package as a folder: what its manifest says, what differs, and its replacement."""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.package import Difference, differences, manifest, render_differences, replace, summary

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
    assert differences(expected, actual) == []
    assert render_differences([]) == ""


def test_edited_missing_and_stray_files_differ(tmp_path: Path) -> None:
    """Each difference is found, in the order of the paths, an empty folder included."""
    expected = folder(tmp_path / "a", FILES)
    actual = folder(tmp_path / "b", {"__init__.py": b"a = 2\n", "api/__init__.py": b"", "old.py": b"x", "gone/": b""})
    found = differences(expected, actual)
    assert [(difference.kind, difference.path) for difference in found] == [
        ("edited", "__init__.py"),
        ("stray", "gone/"),
        ("missing", "models/one.py"),
        ("stray", "old.py"),
    ]


def test_caches_of_python_do_not_count(tmp_path: Path) -> None:
    """Importing a package, or checking out a commit in which a subpackage is gone, leaves nothing but __pycache__."""
    expected = folder(tmp_path / "a", FILES)
    actual = folder(
        tmp_path / "b", FILES | {"__pycache__/x.pyc": b"1", "api/__pycache__/": b"", "old/__pycache__/y.pyc": b"2"}
    )
    assert differences(expected, actual) == []


def test_a_package_that_does_not_exist_lacks_everything(tmp_path: Path) -> None:
    """That is the state before the first generation."""
    found = differences(folder(tmp_path / "a", FILES), tmp_path / "b")
    assert [(difference.kind, difference.path) for difference in found] == [("missing", path) for path in FILES]


def test_nothing_to_compare_with_is_an_error(tmp_path: Path) -> None:
    """A rendering that failed to appear is not taken for an empty package."""
    with pytest.raises(FileNotFoundError):
        differences(tmp_path / "a", folder(tmp_path / "b", FILES))


CONTENTS = st.dictionaries(st.sampled_from(["a.py", "b/c.py", "b/d.py", "e/f/g.txt"]), st.binary(max_size=8))


@given(before=CONTENTS, after=CONTENTS)
def test_exactly_the_differences_are_found(
    tmp_path_factory: pytest.TempPathFactory, before: dict[str, bytes], after: dict[str, bytes]
) -> None:
    """Applying the differences to what is there gives what should be, and there is none too many."""
    base = tmp_path_factory.mktemp("folders")
    found = differences(folder(base / "expected", after), folder(base / "actual", before))
    mended = dict(before)
    for difference in found:
        mended.pop(difference.path, None)
        if difference.expected is not None:
            mended[difference.path] = difference.expected
    assert mended == after
    assert all(difference.expected != difference.actual for difference in found)


def test_the_text_says_what_to_change() -> None:
    """A line for each difference, then the changes that would make it as it should be."""
    text = render_differences([Difference("a.py", b"a = 1\nb = 2\n", b"a = 1\nb = 3\n"), Difference("b/", None, b"")])
    assert text.splitlines() == [
        "edited: a.py",
        "stray: b/",
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
    assert render_differences([Difference("a", b"a\n", actual)]).splitlines()[4:] == lines


def test_a_long_diff_is_cut() -> None:
    """All names are there, but only so many lines of the diff; it says how many are left out."""
    many = [Difference(f"{number}.py", b"x\n" * 50, None) for number in range(10)]
    lines = render_differences(many, max_lines=20).splitlines()
    assert lines[:10] == [f"missing: {number}.py" for number in range(10)]
    assert len(lines) == 10 + 20 + 1
    assert lines[-1] == "... and 520 lines more"


def test_the_manifest_names_the_document_and_the_tools() -> None:
    """It holds the hash of the document, whatever its line ends, and the versions of what wrote the package."""
    content = b"openapi: 3.1.0\n"
    assert json.loads(manifest(content)) == {
        "document": hashlib.sha256(content).hexdigest(),
        "tools": {name: version(name) for name in ("openapi-python-client", "ruff")},
    }
    assert manifest(content.replace(b"\n", b"\r\n")) == manifest(content)


def test_a_package_is_replaced_whole(tmp_path: Path) -> None:
    """Afterwards the folder holds what was rendered and nothing else, and nothing stands beside it."""
    rendered = folder(tmp_path / "rendered", FILES)
    package = folder(tmp_path / "packages" / "package", {"stray.py": b"", "models/one.py": b""})
    changes = differences(rendered, package)
    assert summary(changes) == ("added: __init__.py\nadded: api/__init__.py\nchanged: models/one.py\nremoved: stray.py")
    replace(package, rendered)
    assert differences(rendered, package) == []
    assert list(package.parent.iterdir()) == [package]
    assert summary([]) == "nothing changed"


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
