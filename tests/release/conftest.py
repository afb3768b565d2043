"""A throwaway repository with a small document, and what `changes` says of it once it is edited."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import workbench

from generator.commands import generate
from release.changes import Report, git, report

ROOT = Path(__file__).parents[2]
SPEC = "openapi/rounded.yaml"
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n### Changed\n\n- What changed.\n"


@pytest.fixture(autouse=True, scope="session")
def _identity() -> Iterator[None]:
    """Git does not see the settings of the person who runs the tests."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in workbench.IDENTITY.items():
            environment.setenv(name, value)
        yield


@pytest.fixture(scope="session")
def edit() -> Callable[[Path, str, str, str], None]:
    """Replace the first occurrence of a text in a file: `edit(root, file, old, new)`."""

    def edit(root: Path, file: str, old: str, new: str) -> None:
        text = (root / file).read_text(encoding="utf-8")
        assert old in text, old
        (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository as it was released: the overrides of this one, and the client of lines.yaml."""
    root = tmp_path_factory.mktemp("released")
    for name in ("generator/templates", "overrides"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("generator/config.yaml", "tests/release/lines.yaml"):
        (root / (SPEC if name.endswith("lines.yaml") else name)).parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / name, root / (SPEC if name.endswith("lines.yaml") else name))
    (root / "overrides/callrounded/_version.py").write_text('__version__ = "0.3.1"\n', encoding="utf-8")
    (root / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    (root / "generated_client").mkdir()
    generate(root)
    return root


@pytest.fixture
def repository(released: Path, tmp_path: Path) -> Path:
    """Return a copy of it to edit."""
    return shutil.copytree(released, tmp_path / "repository")


@pytest.fixture
def changed(released: Path, repository: Path, edit: Callable[[Path, str, str, str], None]) -> Callable[..., Report]:
    """Edit the document, or another file, generate, and return the report: `changed((old, new), ..., file=...)`."""

    def changed(*edits: tuple[str, str], file: str = SPEC) -> Report:
        for old, new in edits:
            edit(repository, file, old, new)
        if file == SPEC:
            generate(repository)
        return report(repository, str(released))

    return changed


@pytest.fixture
def tagged(repository: Path) -> Path:
    """Return that repository with its release tag, and nothing to tell since."""
    (repository / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n\n## [0.3.1] - 2026-01-01\n", "utf-8")
    git(repository, "init", "-q")
    git(repository, "add", ".")
    git(repository, "commit", "-qm", "release: 0.3.1")
    git(repository, "tag", "v0.3.1")
    return repository
