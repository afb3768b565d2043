"""What this tree does to callers since a release: a report, and the version that follows from it."""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Container, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from packaging.version import Version

from generator.document import Document, GenerationError, Pointer, items
from generator.package import manifest
from release import api
from release.api import Change

SPEC = "openapi/rounded.yaml"
VERSION = "overrides/callrounded/_version.py"
CHANGELOG = "CHANGELOG.md"
MANIFEST = "callrounded_generated/manifest.json"
_TITLES = {"breaking": "Breaking", "additive": "Additive", "documentation": "Documentation only"}


class ReleaseError(GenerationError):
    """The command cannot go on; the text says why, in one sentence."""


@dataclass(frozen=True)
class Report:
    """What changed since *against*, whose version was *released*; the version to come at least; what does not fit."""

    against: str
    released: str
    next: str
    tag: str
    """The release tag that this tree is exactly, if any."""
    changes: list[Change]
    problems: list[str]

    def __str__(self) -> str:
        lines = [f"Changes since {self.against}"]
        for kind, title in _TITLES.items():
            found = [each for each in self.changes if each.kind == kind]
            lines += [f"\n{title}:"] if found else []
            for each in found:
                lines.append("  " + ",\n  ".join(each.names) + (each.place and f" ({each.place})"))
                lines.append(f"    {each.what}{each.advice and f': {each.advice}'}")
        verdict = f"Next version: {self.next} or later, after {self.released}."
        lines.append(f"\nThis tree is {self.tag}: there is nothing to release." if self.tag else f"\n{verdict}")
        return "\n".join([*lines, *(f"Does not fit: {each}" for each in self.problems)])


def git(root: Path, *arguments: str) -> bytes:
    """Return what a command of git prints; a ReleaseError if it fails."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=False)  # noqa: S603, S607
    if done.returncode:
        raise ReleaseError(f"git {arguments[0]} failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.strip()


def newest_tag(root: Path) -> str:
    """Return the tag of the newest release that this tree follows; empty if there is none, as in a shallow clone."""
    tags = git(root, "tag", "--merged", "HEAD").decode().split()
    return max((tag for tag in tags if re.fullmatch(r"v\d+\.\d+\.\d+", tag)), key=Version, default="")


@contextmanager
def unpacked(root: Path, source: str) -> Generator[Path]:
    """Yield a folder with the files of a tag, a commit, a wheel; a folder as it is."""
    if Path(source).is_dir():
        yield Path(source)
        return
    with tempfile.TemporaryDirectory() as folder:
        archive = source if source.endswith(".whl") else f"{folder}/archive.zip"
        if archive != source:
            git(root, "archive", f"--output={archive}", source)
        try:
            shutil.unpack_archive(archive, f"{folder}/tree", "zip")
        except (OSError, shutil.ReadError) as error:
            raise ReleaseError(f"{source} cannot be read: {error}") from error
        yield Path(folder, "tree")


def _read(root: Path, file: str) -> str:
    """Return a file of one of the packages in *root*: a repository, or a folder like site-packages."""
    for folder in ("overrides", "generated_client", "."):
        if (path := root / folder / file).is_file():
            return path.read_text(encoding="utf-8")
    raise ReleaseError(f"{root} does not hold {file}")


def version_of(root: Path) -> Version:
    """Return the version that the packages in *root* have."""
    found = re.search(r'^__version__ = "(\d+\.\d+\.\d+)"$', _read(root, "callrounded/_version.py"), re.MULTILINE)
    if not found:
        raise ReleaseError(f'{VERSION} has no line `__version__ = "X.Y.Z"`')
    return Version(found[1])


def changelog(root: Path) -> dict[str, str]:
    """Return what the changelog says about each version, and as `Unreleased` about the next one."""
    parts = re.split(r"^## \[(Unreleased|\d+\.\d+\.\d+)\].*\n", _read(root, CHANGELOG), flags=re.MULTILINE)
    if "Unreleased" not in parts[1::2]:
        raise ReleaseError(f"{CHANGELOG} has no section `## [Unreleased]`")
    return {version: text.strip() for version, text in zip(parts[1::2], parts[2::2], strict=True)}


def report(root: Path, against: str, version: Version | None = None) -> Report:
    """Compare the tree *root*, which is to have *version* if not its own, with a tag, a commit, a folder or a wheel."""
    document, version, sections = Document.read(root / SPEC, SPEC), version or version_of(root), changelog(root)
    with unpacked(root, against) as old:
        released, (before, now) = version_of(old), (json.loads(_read(it, MANIFEST)) for it in (old, root))
        if now["document"] != json.loads(manifest((root / SPEC).read_bytes(), {}))["document"]:
            raise ReleaseError(f"generated_client/ is out of date with {SPEC}: run `nox -s generate` first.")
        operations: dict[str, str] = now["operations"]
        found = api.compare(api.load(old, before.get("operations", {})), api.load(root, operations))
    changes = [replace(change, place=_place(document, operations, change.names)) for change in found]
    kinds, problems = {change.kind for change in changes}, list[str]()
    # Against an older release, what callers were told in the releases since counts, too.
    told = "\n".join(text for name, text in sections.items() if name == "Unreleased" or Version(name) > released)
    wanted = _next(released, kinds)
    if released != version < wanted:
        problems.append(f"{version} is too small: it has to be {wanted} or later.")
    elif released != version and str(version) in sections:
        wanted = _next(version, ())
    if "breaking" in kinds and not re.search("^### (Changed|Removed)$", told, re.MULTILINE):
        problems.append(f"Unreleased in {CHANGELOG} has no `### Changed` or `### Removed` that tells what breaks.")
    if "additive" in kinds and "- " not in told:
        problems.append(f"Unreleased in {CHANGELOG} does not tell what is new.")
    tag = f"v{version}"
    try:
        is_tag = git(root, "describe", "--tags", "--dirty", "--match", tag).decode() == tag
    except ReleaseError:  # no repository, or no such tag
        is_tag = False
    return Report(against, str(released), str(wanted), tag * is_tag, changes, problems)


def _next(released: Version, kinds: Container[api.Kind]) -> Version:
    """Return the lowest version that may follow. Before 1.0, the minor number stands for what breaks."""
    major, minor, micro = released.release
    if "breaking" in kinds:
        return Version(f"{major + 1}.0.0" if major else f"0.{minor + 1}.0")
    return Version(f"{major}.{minor + 1}.0" if "additive" in kinds and major else f"{major}.{minor}.{micro + 1}")


def _place(document: Document, operations: dict[str, str], names: Sequence[str]) -> str:
    """Return file and line of the innermost thing in the document that has the same letters as one of the *names*."""
    found, listed = list[Pointer]([()]), dict(document.operations())
    for name, parameter in (each.rstrip(")").partition("(")[::2] for each in names):
        method, _, path = operations.get(name.removeprefix(api.OPERATIONS), "").partition(" ")
        operation: Pointer = ("paths", path, method.lower())
        found += [operation] if operation in listed else []
        for index, node in enumerate(items(listed.get(operation, {}).get("parameters"))):
            at, value = document.resolve(node, (*operation, "parameters", index))
            found += [(*at, "name")] if _letters(value.get("name")) == _letters(parameter) else []
        owner, member = (_letters(each.removeprefix("Unknown")) for each in name.split(".")[-2:])
        for at in document.lines:
            if at[:2] == ("components", "schemas") and len(at) > 2 and _letters(at[2]) in (owner, member):
                is_member = _letters(at[2]) == owner and at[-2] == "properties" and _letters(at[-1]) == member
                found += [at] if len(at) == 3 or is_member else []
    innermost = max(found, key=len)
    return f"{document.path}:{document.lines[innermost]}" if innermost else ""


def _letters(text: object) -> str:
    return re.sub("[^a-z0-9]", "", str(text).lower())


def run(root: Path, against: str = "", *, as_json: bool = False) -> tuple[str, int]:
    """Return the report as text, and 1 if version or changelog do not fit."""
    if not (against := against or newest_tag(root)):
        said = "No release tag here (no release yet, or a clone without tags): nothing to compare with."
        return json.dumps({"problems": [said]}) if as_json else said, 0
    found = report(root, against)
    return json.dumps(asdict(found), indent=2) if as_json else str(found), 1 if found.problems else 0
