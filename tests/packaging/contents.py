"""Check what sdist and wheel hold: `python tests/packaging/contents.py dist` (session `wheel`)."""

import re
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

from packaging.metadata import Metadata
from readme_renderer.markdown import render

ROOT = Path(__file__).parents[2]
PACKAGES = {"callrounded": ROOT / "overrides", "callrounded_generated": ROOT / "generated_client"}


def main(dist: Path) -> None:
    """Compare *dist* with the work tree; an AssertionError says what differs."""
    (wheel,) = dist.glob("*.whl")
    (from_tree,) = dist.glob("from-tree/*.whl")
    (sdist,) = dist.glob("*.tar.gz")

    with ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (info,) = {name.split("/")[0] for name in names if ".dist-info/" in name}
        metadata = Metadata.from_email(archive.read(f"{info}/METADATA"))  # raises on metadata an index would refuse

    expected = {name for package, folder in PACKAGES.items() for name in _sources(folder, package)}
    packaged = {name for name in names if not name.startswith(f"{info}/")}
    assert packaged == expected, f"wheel and work tree differ: {sorted(packaged ^ expected)}"
    for package in PACKAGES:
        assert f"{package}/py.typed" in names, f"{package} is not marked as typed"
    assert f"{info}/licenses/LICENSE" in names, "the wheel lacks the licence"
    assert f"{info}/sboms/callrounded.cdx.json" in names, "the wheel lacks its bill of materials"
    assert metadata.description == (ROOT / "README.md").read_text(encoding="utf-8"), "the metadata lack the README"
    assert not (broken := broken_links(metadata.description)), f"links that break on the package page: {broken}"
    assert metadata.project_urls, "the package page has no links beside it"

    # The one came from the sdist, the other from the tree: the sdist is complete, and a build can be repeated.
    assert wheel.read_bytes() == from_tree.read_bytes(), "two builds of one tree differ"

    with tarfile.open(sdist) as archive:
        packed = {member.name.partition("/")[2] for member in archive.getmembers()}
    extra = {name for name in packed if not name.startswith(("docs/", "generated_client/", "overrides/"))}
    assert "docs/index.md" in packed, "the sdist lacks the guides that the README names"
    assert extra == {
        ".gitignore",
        "CHANGELOG.md",
        "LICENSE",
        "PKG-INFO",
        "README.md",
        "SECURITY.md",
        "hatch_build.py",
        "pyproject.toml",
    }, sorted(extra)
    print(f"{wheel.name}: {len(packaged)} files in {' and '.join(PACKAGES)}, the same bytes from sdist and tree")


def broken_links(readme: str) -> list[str]:
    """Return what does not lead anywhere when an index shows *readme*, beside which there are no other files."""
    page = render(readme)
    assert page is not None, "an index would show the README as plain text"
    places = {f"#{place}" for place in re.findall(r'\bid="([^"]+)"', page)}
    links = re.findall(r'\b(?:href|src)="([^"]*)"', page)
    return [link for link in links if not link.startswith("https://") and link not in places]


def _sources(folder: Path, package: str) -> set[str]:
    """Return the files of *package* as a wheel names them."""
    files = (path for path in (folder / package).rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in files}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
