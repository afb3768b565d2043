"""A template of openapi-python-client that changes under one of ours is noticed before anything is generated."""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from generator.upstream import UpstreamChanged, accept_upstream, check_upstream, upstream_templates

ROOT = Path(__file__).parents[2]


class Setting:
    """Our templates, those of upstream and the record of them, in a folder of their own."""

    def __init__(self, root: Path) -> None:
        self.ours, self.upstream, self.record = root / "ours", root / "upstream", root / "upstream.json"
        for name in ("ours/model.py.jinja", "ours/own.jinja", "ours/parts/field.jinja"):
            self.write(root / name, "ours")
        for name in ("upstream/model.py.jinja", "upstream/parts/field.jinja", "upstream/other.jinja"):
            self.write(root / name, "theirs\n")
        accept_upstream(self.ours, self.record, self.upstream)

    @staticmethod
    def write(path: Path, text: str) -> None:
        """Write *text* to *path*, with the folders above it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def check(self) -> None:
        """Compare."""
        check_upstream(self.ours, self.record, self.upstream)

    def complaints(self) -> list[str]:
        """Return the lines that name a template."""
        with pytest.raises(UpstreamChanged) as caught:
            self.check()
        return [line for line in str(caught.value).splitlines() if line.startswith("- ")]


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    """A record that was just accepted."""
    return Setting(tmp_path)


def test_what_was_accepted_passes(setting: Setting) -> None:
    """Our own edits, and templates that we do not replace, do not matter; nor do line ends."""
    setting.write(setting.ours / "model.py.jinja", "ours, edited")
    setting.write(setting.upstream / "other.jinja", "theirs, edited")
    setting.write(setting.upstream / "model.py.jinja", "theirs\r\n")
    setting.check()


def test_the_record_says_what_replaces_nothing(setting: Setting) -> None:
    """Templates of ours that have no counterpart are null, and the version that was looked at is there."""
    record = json.loads(setting.record.read_text())
    assert record["version"] == version("openapi-python-client")
    assert list(record["templates"]) == ["model.py.jinja", "own.jinja", "parts/field.jinja"]
    assert record["templates"]["own.jinja"] is None
    assert len(record["templates"]["model.py.jinja"]) == 64
    assert setting.record.read_text().endswith("}\n")


def test_a_changed_template_is_named(setting: Setting) -> None:
    """The message says which one, since when, and what to do."""
    setting.write(setting.upstream / "model.py.jinja", "theirs, edited")
    with pytest.raises(UpstreamChanged) as caught:
        setting.check()
    installed = version("openapi-python-client")
    assert str(caught.value).splitlines() == [
        f"openapi-python-client {installed} is recorded, {installed} is installed:",
        "- model.py.jinja: changed upstream",
        "Compare, adapt our template where needed, then run: python -m generator upstream --accept",
    ]


def test_each_kind_of_change_is_named(setting: Setting) -> None:
    """Everything that could make one of ours render differently, or not at all, is told at once."""
    (setting.upstream / "model.py.jinja").unlink()
    setting.write(setting.upstream / "own.jinja", "theirs")
    setting.write(setting.ours / "new.jinja", "ours")
    (setting.ours / "parts" / "field.jinja").unlink()
    assert setting.complaints() == [
        "- model.py.jinja: removed upstream, ours is not rendered any more",
        "- new.jinja: not recorded",
        "- own.jinja: new upstream, ours replaces it now",
        "- parts/field.jinja: recorded, but there is no template of ours any more",
    ]
    accept_upstream(setting.ours, setting.record, setting.upstream)
    setting.check()


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"version": "1", "templates": 3}', None])
def test_a_record_that_cannot_be_read(setting: Setting, record: str | None) -> None:
    """A missing or damaged record is no reason to let everything pass, and says how to get a new one."""
    setting.record.unlink()
    if record is not None:
        setting.record.write_text(record)
    with pytest.raises(UpstreamChanged, match=r"upstream\.json cannot be read.* upstream --accept"):
        setting.check()


def test_the_installed_templates_are_those_that_ours_were_written_against() -> None:
    """The record of this repository is up to date."""
    assert (upstream_templates() / "model.py.jinja").is_file()
    check_upstream(ROOT / "generator" / "templates", ROOT / "generator" / "upstream.json")


def test_templates_that_are_not_where_they_were(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An openapi-python-client that is missing, or is built differently, is said in so many words."""
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "openapi_python_client", raising=False)  # where another test has imported it
    with pytest.raises(UpstreamChanged, match="not installed"):
        upstream_templates()
    (tmp_path / "openapi_python_client").mkdir()
    with pytest.raises(UpstreamChanged, match="keeps its templates elsewhere"):
        upstream_templates()
