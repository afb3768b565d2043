"""`release`: what stops it, what it leaves behind, and that it can be run again."""

import functools
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from release import changes
from release.__main__ import main
from release.changes import git

Edit = Callable[[Path, str, str, str], None]
PASSES = f"{sys.executable} -c pass"


def release(root: Path, version: str, check: str = PASSES) -> int:
    """Run the command."""
    return main(["--root", str(root), "release", version, "--check", check])


def test_a_release(tagged: Path, edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """It is one commit and one tag: Unreleased is dated and empty again, the version set; nothing else changes."""
    edit(tagged, "CHANGELOG.md", "## [Unreleased]\n", "## [Unreleased]\n\n### Added\n\n- A thing.\n")
    edit(tagged, "overrides/callrounded/_page.py", "class Page(", "class Leaf:\n    pass\n\n\nclass Page(")
    git(tagged, "commit", "-qam", "a thing")
    before = git(tagged, "rev-parse", "HEAD")
    assert release(tagged, "0.3.2") == 0
    assert "v0.3.2 is committed and tagged" in capsys.readouterr().out
    assert git(tagged, "rev-parse", "v0.3.2^{commit}", "HEAD~1").split() == [git(tagged, "rev-parse", "HEAD"), before]
    assert git(tagged, "log", "-1", "--format=%s") == b"release: 0.3.2"
    assert git(tagged, "diff", "--name-only", "HEAD~1").decode().split() == ["CHANGELOG.md", changes.VERSION]
    assert git(tagged, "status", "--porcelain") == b""
    assert str(changes.version_of(tagged)) == "0.3.2"
    assert changes.changelog(tagged)["Unreleased"] == ""
    text = (tagged / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [Unreleased]\n\n## [0.3.2] - {datetime.now(UTC).date()}\n\n### Added\n\n- A thing.\n" in text
    assert changes.report(tagged, "v0.3.2").problems == []


def test_what_stops_a_release(tagged: Path, edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """Each obstacle is one sentence and exit status 1, and changes nothing; once it is gone, the release goes on."""

    def refused(version: str, said: str, check: str = PASSES) -> None:
        state = functools.partial(git, tagged, "stash", "create")
        before = (git(tagged, "rev-parse", "HEAD"), git(tagged, "tag"), git(tagged, "status", "--porcelain"))
        assert state() == b"" or before[2]
        assert release(tagged, version, check) == 1
        error = capsys.readouterr().err.strip()
        assert error.startswith(said), error
        assert "\n" not in error
        assert (git(tagged, "rev-parse", "HEAD"), git(tagged, "tag"), git(tagged, "status", "--porcelain")) == before

    refused("0.4", "0.4 is no version: write X.Y.Z.")
    refused("0.3.1", "The tag v0.3.1 exists already")
    refused("0.3.2", "Unreleased in CHANGELOG.md is empty")
    edit(tagged, "CHANGELOG.md", "## [Unreleased]\n", "## [Unreleased]\n\n### Added\n\n- A thing.\n")
    refused("0.3.2", "The work tree has changes")
    edit(tagged, "overrides/callrounded/__init__.py", '    "ListResource",\n', "")
    git(tagged, "commit", "-qam", "breaking")
    git(tagged, "switch", "--quiet", "--detach")
    refused("0.4.0", "HEAD is detached")
    git(tagged, "switch", "--quiet", "-")
    refused("0.3.2", "0.3.2 is too small: it has to be 0.4.0 or later.")
    refused("0.4.0", "Unreleased in CHANGELOG.md has no `### Changed` or `### Removed`")
    edit(tagged, "CHANGELOG.md", "### Added", "### Removed")
    git(tagged, "commit", "-qam", "told")
    refused("0.4.0", "The checks failed (`", "exit 3")
    hook = tagged / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    refused("0.4.0", "git commit failed")
    hook.unlink()
    assert release(tagged, "0.4.0") == 0


def test_a_release_that_was_stopped_before_its_tag(
    tagged: Path, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    """The next run adds the tag, and does not commit twice."""
    edit(tagged, "CHANGELOG.md", "## [Unreleased]\n", "## [Unreleased]\n\n### Fixed\n\n- A thing.\n")
    git(tagged, "commit", "-qam", "a thing")
    lock = tagged / ".git/refs/tags/v0.3.2.lock"
    lock.touch()
    assert release(tagged, "0.3.2") == 1
    lock.unlink()
    committed = git(tagged, "rev-parse", "HEAD")
    assert git(tagged, "log", "-1", "--format=%s") == b"release: 0.3.2"
    capsys.readouterr()
    assert release(tagged, "0.3.2", "false") == 0
    assert git(tagged, "rev-parse", "v0.3.2^{commit}") == committed


def test_the_first_release(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a tag, the version that the tree has is the lowest."""
    git(repository, "init", "-q")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "all")
    assert release(repository, "0.2.0") == 1
    assert capsys.readouterr().err == "0.2.0 is too small: it has to be 0.3.1 or later.\n"
    assert release(repository, "0.3.1") == 0
    assert git(repository, "tag") == b"v0.3.1"


def test_a_clone_without_tags(tagged: Path, edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the changelog tells of releases and there is no tag, nobody can say what comes next."""
    edit(tagged, "CHANGELOG.md", "## [Unreleased]\n", "## [Unreleased]\n\n- A thing.\n\n## [0.3.1] - 2026-01-01\n")
    git(tagged, "commit", "-qam", "a thing")
    git(tagged, "tag", "--delete", "v0.3.1")
    assert release(tagged, "0.3.1") == 1
    assert "whose tags are not in this clone: `git fetch --tags`" in capsys.readouterr().err


def test_a_tree_that_changes_while_the_checks_run(tagged: Path, edit: Edit, capsys: pytest.CaptureFixture[str]) -> None:
    """What was not checked is not released."""
    edit(tagged, "CHANGELOG.md", "## [Unreleased]\n", "## [Unreleased]\n\n- A thing.\n")
    git(tagged, "commit", "-qam", "a thing")
    assert release(tagged, "0.3.2", "git commit --allow-empty -qm unchecked") == 1
    assert "The tree changed while the checks ran" in capsys.readouterr().err
    assert git(tagged, "log", "-1", "--format=%s") == b"unchecked"
    assert release(tagged, "0.3.2", "no-such-command") == 1
    assert "The checks failed (`no-such-command`)" in capsys.readouterr().err
