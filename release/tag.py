"""One commit and one tag from a tree that is ready for them. Nothing is uploaded."""

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from packaging.version import Version

from release.changes import CHANGELOG, VERSION, ReleaseError, changelog, git, newest_tag, report, version_of


def run(root: Path, version: str, check: str) -> str:
    """Release *version*, once the command *check* passes; return what there is to say about it.

    A run that was stopped leaves the tree as it was, or with the commit, to which the next run adds the tag.

    Raises:
        ReleaseError: something is not ready, and nothing was changed.
    """
    tag, title = f"v{version}", f"release: {version}"
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise ReleaseError(f"{version} is no version: write X.Y.Z.")
    if git(root, "status", "--porcelain"):
        raise ReleaseError("The work tree has changes: commit, stash or restore them first.")
    if not git(root, "branch", "--show-current"):
        raise ReleaseError("HEAD is detached, so no branch would have the release: `git switch` to a branch first.")
    if git(root, "tag", "--list", tag):
        raise ReleaseError(f"The tag {tag} exists already: choose a higher version.")
    if git(root, "log", "-1", "--format=%s").decode() != title:
        _require_fit(root, version)
        _require_checked(root, check)
        _commit(root, version, title)
    git(root, "tag", "--annotate", "--message", title, tag)
    return f"{tag} is committed and tagged. Push both: `git push --follow-tags`."


def _require_fit(root: Path, version: str) -> None:
    """Raise a ReleaseError if *version* or the changelog do not fit what changed."""
    told, newest, lowest = changelog(root), newest_tag(root), version_of(root)
    if "- " not in told["Unreleased"]:
        raise ReleaseError(f"Unreleased in {CHANGELOG} is empty: tell callers what changed.")
    if newest and (problems := report(root, newest, Version(version)).problems):
        raise ReleaseError(problems[0])
    if not newest and len(told) > 1:
        raise ReleaseError(f"{CHANGELOG} tells of releases whose tags are not in this clone: `git fetch --tags`.")
    if not newest and Version(version) < lowest:
        raise ReleaseError(f"{version} is too small: it has to be {lowest} or later.")


def _require_checked(root: Path, check: str) -> None:
    """Raise a ReleaseError if the command *check* fails, or the tree is another one after it."""
    checked = git(root, "rev-parse", "HEAD")
    if subprocess.run(check, cwd=root, shell=True, check=False).returncode:  # noqa: S602 - the maintainer's own command
        raise ReleaseError(f"The checks failed (`{check}`): nothing was released.")
    if git(root, "rev-parse", "HEAD") != checked or git(root, "status", "--porcelain"):
        raise ReleaseError("The tree changed while the checks ran: nothing was released. Run it again.")


def _commit(root: Path, version: str, title: str) -> None:
    dated = f"## [Unreleased]\n\n## [{version}] - {datetime.now(UTC).date()}"
    edits = {CHANGELOG: (r"^## \[Unreleased\]$", dated), VERSION: ('(?<=^__version__ = )".*"$', f'"{version}"')}
    try:
        for file, (old, new) in edits.items():
            text = (root / file).read_text(encoding="utf-8")
            text = re.sub(old, new, text, count=1, flags=re.MULTILINE)
            (root / file).write_text(text, encoding="utf-8", newline="\n")
        git(root, "commit", "--quiet", "--allow-empty", "--message", title, "--", *edits)
    except BaseException:
        git(root, "checkout", "HEAD", "--", *edits)
        raise
