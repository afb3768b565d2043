"""The manifest changes when, and only when, something changes that decides what is generated."""

import hashlib
import json
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest

from generator.manifest import manifest, render_manifest

FILES = {
    "spec.yaml": "a: 1\n",
    "config.yaml": "b: 2\n",
    "templates/model.py.jinja": "x\n",
    "templates/parts/field.jinja": "y\n",
    "generator/one.py": "one\n",
    "generator/deep/two.py": "two\n",
}


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Sources of a package, in a folder."""
    root = tmp_path / "repository"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode())
    return root


def rendered(root: Path) -> str:
    """Return the manifest of the sources in *root*."""
    return render_manifest(root / "spec.yaml", root / "config.yaml", root / "templates", root / "generator")


def sha256(text: str) -> str:
    """Return the hash of *text*."""
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_manifest_names_every_source_and_tool(sources: Path) -> None:
    """Spec, config and templates have a hash each, the generator one for all its modules; tools have versions."""
    modules = f"{sha256('two' + chr(10))}  deep/two.py\n{sha256('one' + chr(10))}  one.py\n"
    assert json.loads(rendered(sources)) == {
        "spec": sha256("a: 1\n"),
        "config": sha256("b: 2\n"),
        "templates": {"model.py.jinja": sha256("x\n"), "parts/field.jinja": sha256("y\n")},
        "generator": sha256(modules),
        "tools": {tool: version(tool) for tool in ("openapi-python-client", "ruff")},
    }


def test_the_text_is_the_same_in_every_checkout(sources: Path, tmp_path: Path) -> None:
    """Neither the folder, nor the line ends, nor caches and files of other kinds show in it."""
    other = tmp_path / "elsewhere" / "clone"
    shutil.copytree(sources, other)
    for name in FILES:
        (other / name).write_bytes((other / name).read_bytes().replace(b"\n", b"\r\n"))
    (other / "generator" / "__pycache__").mkdir()
    (other / "generator" / "__pycache__" / "one.cpython-311.pyc").write_bytes(b"")
    (other / "templates" / "model.py.jinja~").write_bytes(b"")
    assert rendered(sources) == rendered(other)
    assert rendered(sources).endswith("}\n")


def edited(root: Path, name: str) -> None:
    """Change a file."""
    (root / name).write_text("changed")


def removed(root: Path, name: str) -> None:
    """Take a file away."""
    (root / name).unlink()


def renamed(root: Path, name: str) -> None:
    """Give a file another name, with the same ending."""
    (root / name).rename((root / name).with_name(f"new_{Path(name).name}"))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("change", [edited, removed, renamed])
def test_any_change_shows(sources: Path, change: Callable[[Path, str], None], name: str) -> None:
    """No edit of a source goes unnoticed, nor does a template or a module that is gone or has another name."""
    before = rendered(sources)
    change(sources, name)
    if name in {"spec.yaml", "config.yaml"} and change is not edited:
        with pytest.raises(FileNotFoundError):
            rendered(sources)
    else:
        assert rendered(sources) != before


def test_the_generator_is_this_one_unless_said_otherwise(sources: Path) -> None:
    """By default the modules of the running generator count."""
    own = manifest(sources / "spec.yaml", sources / "config.yaml", sources / "templates")
    assert own["generator"] != json.loads(rendered(sources))["generator"]
