"""The same bytes, on any machine: whatever the folder, the hash seed, the locale, the time zone or the umask."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GROWTH = Path(__file__).parent / "specs" / "growth"


@pytest.fixture
def generated(
    snapshot: Callable[[Path], dict[str, bytes]], environment: dict[str, str]
) -> Callable[..., dict[str, bytes]]:
    """Run the generator in a process of its own and return what it wrote."""

    def ran(repository: Path, document: Path, temporary: str, umask: int = 0o022, **variables: str) -> dict[str, bytes]:
        package = repository / "generated_client" / "callrounded_generated"
        # Nothing is left of what another document gave.
        shutil.rmtree(package)
        shutil.copyfile(document, repository / "openapi" / "rounded.yaml")
        folder = repository.parent / temporary
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [sys.executable, "-m", "generator", "generate", "--root", str(repository)],
            cwd=folder,
            env={**environment, "PYTHONPATH": str(ROOT), "TMPDIR": str(folder), **variables},
            umask=umask,
            check=True,
            capture_output=True,
        )
        return snapshot(package)

    return ran


@pytest.mark.parametrize(
    "document", [ROOT / "openapi" / "rounded.yaml", GROWTH / "names.yaml"], ids=lambda path: path.stem
)
def test_two_runs_give_the_same_bytes(
    repository: Path, generated: Callable[..., dict[str, bytes]], document: Path
) -> None:
    """Two runs in surroundings that have nothing in common write the same files."""
    elsewhere = repository.parent / "build" / "répertoire avec espaces"
    shutil.copytree(repository, elsewhere)
    here = generated(repository, document, "t", PYTHONHASHSEED="1", LC_ALL="C", TZ="UTC", PYTHONUTF8="0")
    there = generated(
        elsewhere, document, ".nox/tmp", 0o077, PYTHONHASHSEED="2", LC_ALL="tr_TR.UTF-8", TZ="Pacific/Kiritimati"
    )
    assert here == there
    assert all(b"\r" not in content for content in here.values())
    assert not any(str(repository.parent).encode() in content for content in here.values())


def test_order_of_components_does_not_matter(repository: Path, generated: Callable[..., dict[str, bytes]]) -> None:
    """A document is read as a whole: which schema stands first changes no class; only the manifest."""
    ordered = generated(repository, GROWTH / "unions.yaml", "t")
    head, _, schemas = (GROWTH / "unions.yaml").read_text().partition("  schemas:\n")
    components: list[str] = []
    for line in schemas.splitlines(keepends=True):
        if line[4] != " ":
            components.append("")
        components[-1] += line
    reversed_document = repository.parent / "reversed.yaml"
    reversed_document.write_text(f"{head}  schemas:\n{''.join(reversed(components))}")
    found = generated(repository, reversed_document, "t")
    del ordered["manifest.json"], found["manifest.json"]
    assert found == ordered
