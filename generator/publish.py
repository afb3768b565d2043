"""Replace the committed package by a freshly rendered one: whole, or not at all.

For a moment there stand beside the package, on the same file system:

    .<name>.new     the copy of what was rendered; perhaps not whole yet
    .<name>.old     the package as it was. As long as it is there, it counts, whatever stands in its place
    .<name>.done    the package as it was, given up: once it has this name, the new one counts

One rename leads from each state to the next. A run that ends early, by Ctrl-C, a full disk or a power cut, therefore
leaves a state that says what to do; `publish` does it when it fails, and at its next call for a run that was killed.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.freshness import contents, differences


@dataclass(frozen=True, slots=True)
class Published:
    """What a package gained, changed and lost, by paths below it. As text: one line for each."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Return whether anything was written at all."""
        return bool(self.added or self.changed or self.removed)

    def __str__(self) -> str:
        """Return one line for each path, or the statement that nothing changed."""
        groups = {"added": self.added, "changed": self.changed, "removed": self.removed}
        return "\n".join(f"{verb}: {path}" for verb, paths in groups.items() for path in paths) or "nothing changed"


def publish(rendered: Path, target: Path) -> Published:
    """Make the folder *target* hold what *rendered* holds and nothing else; touch nothing where it does already.

    When this raises, and be it KeyboardInterrupt, *target* is as it was before and nothing new stands beside it. A
    Ctrl-C that comes when the new package is in its place already comes too late: it has no effect.

    Raises:
        ValueError: There is nothing in *rendered*.
        OSError: *rendered* cannot be read, or *target* cannot be written.
    """
    _recover(target)
    wanted = contents(rendered)
    if not wanted:
        raise ValueError(f"there is nothing in {rendered}")
    found = differences(rendered, target)
    if found:
        _replace(target, wanted)
    paths = {kind: tuple(item.path for item in found if item.kind == kind) for kind in ("missing", "edited", "stray")}
    return Published(added=paths["missing"], changed=paths["edited"], removed=paths["stray"])


def _replace(target: Path, wanted: Mapping[str, bytes]) -> None:
    new, old, done = _beside(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    existed = target.exists()
    decided = False
    try:
        _write(new, wanted)
        if existed:
            target.rename(old)
        new.rename(target)
        if existed:
            old.rename(done)
        decided = True
        _remove(done)
    except BaseException:
        # The files tell as well: an interrupt may come between the last rename and the assignment after it.
        if not decided and not done.exists():
            if not existed:
                _remove(target)
            _recover(target)
            raise
        shutil.rmtree(done, ignore_errors=True)


def _recover(target: Path) -> None:
    """Bring *target* to what counts, and remove what stands beside it."""
    new, old, done = _beside(target)
    if old.exists():
        _remove(target)
        old.rename(target)
    _remove(new)
    _remove(done)


def _beside(target: Path) -> tuple[Path, Path, Path]:
    new, old, done = (target.with_name(f".{target.name}.{state}") for state in ("new", "old", "done"))
    return new, old, done


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    # Not shutil.copytree: it would copy the modes of a temporary folder, which are for its owner alone.
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith("/"):
            file.mkdir()
        else:
            file.write_bytes(content)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
