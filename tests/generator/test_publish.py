"""The committed package is replaced whole or not at all, whatever happens in between."""

import contextlib
import errno
import operator
import os
import stat
import sys
from collections.abc import Callable, Generator, Mapping
from functools import partial
from pathlib import Path

import pytest

from generator.freshness import contents
from generator.publish import Published, publish

OLD = {"__init__.py": b"old\n", "same.py": b"same\n", "api/gone.py": b"gone\n"}
NEW = {"__init__.py": b"new\n", "same.py": b"same\n", "models/deep/added.py": b"added\n"}


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write *files* below *folder*."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


class Place:
    """A rendered package and the place to publish it to; nothing is there yet unless *old* is given."""

    def __init__(self, root: Path, old: Mapping[str, bytes] | None = None) -> None:
        self.root = root
        self.rendered = write(root / "rendered", NEW)
        self.target = root / "generated_client" / "package"
        self.target.parent.mkdir()
        if old is not None:
            write(self.target, old)

    def publish(self) -> Published:
        """Publish."""
        return publish(self.rendered, self.target)

    def holds(self, files: Mapping[str, bytes] | None) -> bool:
        """Return whether exactly *files* are there, and nothing beside the package."""
        there = contents(self.target) if self.target.exists() else None
        beside = [path.name for path in self.target.parent.iterdir() if path != self.target]
        return there == files and not beside


class Sabotage:
    """Lets an operation of the file system fail: a real one, whichever function called it, before it has any effect."""

    EVENTS = frozenset({"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.scandir", "os.listdir"})

    def __init__(self) -> None:
        self.armed = False
        self.count = 0
        self.fails: Callable[[int], bool] = lambda _: False
        self.error: Callable[[], BaseException] = KeyboardInterrupt
        # A hook stays for the life of the process: there is one, and it is armed where it is needed.
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.armed and event in self.EVENTS:
            self.count += 1
            if self.fails(self.count):
                raise self.error()

    @contextlib.contextmanager
    def __call__(self, fails: Callable[[int], bool], error: Callable[[], BaseException]) -> Generator[None]:
        """Let those operations fail, counted from 1, for which *fails* says so."""
        self.count, self.fails, self.error, self.armed = 0, fails, error, True
        try:
            yield
        finally:
            self.armed = False

    def operations(self, action: Callable[[], object]) -> int:
        """Return how many operations *action* takes when none fails."""
        with self(lambda _: False, KeyboardInterrupt):
            action()
        return self.count


SABOTAGE = Sabotage()


def disk_full() -> OSError:
    """Return what a full disk raises."""
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_the_package_becomes_what_was_rendered(tmp_path: Path) -> None:
    """New files are there, old ones gone, and the summary names each file that changed."""
    place = Place(tmp_path, OLD)
    published = place.publish()
    assert place.holds(NEW)
    assert published == Published(added=("models/deep/added.py",), changed=("__init__.py",), removed=("api/gone.py",))
    assert published
    assert str(published).splitlines() == [
        "added: models/deep/added.py",
        "changed: __init__.py",
        "removed: api/gone.py",
    ]


def test_the_first_package_is_published_where_none_is(tmp_path: Path) -> None:
    """The folder around it is made as well."""
    place = Place(tmp_path)
    place.target.parent.rmdir()
    assert place.publish() == Published(added=tuple(sorted(NEW)))
    assert place.holds(NEW)


def test_what_is_up_to_date_is_not_touched(tmp_path: Path) -> None:
    """No file is written and no time changes, so that nothing that watches the files is woken."""
    place = Place(tmp_path, NEW)
    write(place.target, {"__pycache__/x.pyc": b"cache"})
    before = {path: path.stat() for path in place.target.parent.rglob("*")}
    published = place.publish()
    assert not published
    assert str(published) == "nothing changed"
    assert {path: path.stat() for path in place.target.parent.rglob("*")} == before


def test_files_have_the_modes_of_any_new_file(tmp_path: Path) -> None:
    """Those of the temporary folder they come from, which is for its owner alone, are not copied."""
    place = Place(tmp_path, OLD)
    for path in (place.rendered, *place.rendered.rglob("*")):
        path.chmod(0o700)
    (tmp_path / "any").mkdir()
    (tmp_path / "any.py").touch()
    place.publish()
    for path in (place.target, *place.target.rglob("*")):
        like = tmp_path / ("any" if path.is_dir() else "any.py")
        assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(like.stat().st_mode)


def test_an_empty_folder_that_was_rendered_is_published(tmp_path: Path) -> None:
    """What is compared is also what is written: publishing twice changes nothing the second time."""
    place = Place(tmp_path, OLD)
    (place.rendered / "empty").mkdir()
    assert place.publish().added == ("empty/", "models/deep/added.py")
    assert not place.publish()


@pytest.mark.parametrize("existed", [True, False])
@pytest.mark.parametrize("rendered", ["empty", "missing"])
def test_nothing_is_never_published(tmp_path: Path, rendered: str, existed: bool) -> None:
    """A rendering that is empty or absent leaves the package as it is."""
    place = Place(tmp_path, OLD if existed else None)
    (tmp_path / "empty").mkdir()
    with pytest.raises((ValueError, FileNotFoundError)):
        publish(tmp_path / rendered, place.target)
    assert place.holds(OLD if existed else None)


def test_a_file_in_the_place_of_the_package_is_left_alone(tmp_path: Path) -> None:
    """What is no package is not replaced by one."""
    place = Place(tmp_path)
    place.target.write_text("precious")
    with pytest.raises(NotADirectoryError):
        place.publish()
    assert place.target.read_text() == "precious"


@pytest.mark.parametrize("error", [KeyboardInterrupt, disk_full])
@pytest.mark.parametrize("old", [OLD, None], ids=["update", "first"])
def test_a_failure_at_any_point_leaves_the_package_as_it_was(
    tmp_path: Path, old: Mapping[str, bytes] | None, error: Callable[[], BaseException]
) -> None:
    """Whichever operation fails: an error means that nothing happened, and success that all did."""
    failures = 0
    for number in range(1, 1 + SABOTAGE.operations(Place(tmp_path / "whole", old).publish)):
        place = Place(tmp_path / str(number), old)
        try:
            with SABOTAGE(partial(operator.eq, number), error):
                place.publish()
        except (KeyboardInterrupt, OSError):
            assert place.holds(old), number
            failures += 1
        else:
            assert place.holds(NEW), number
        place.publish()
        assert place.holds(NEW), number
    assert failures > 10


@pytest.mark.parametrize("old", [OLD, None], ids=["update", "first"])
def test_a_run_that_is_killed_at_any_point_is_made_good_by_the_next(
    tmp_path: Path, old: Mapping[str, bytes] | None
) -> None:
    """From any point on nothing works any more, not even putting things back. The next run finds a whole package."""
    for number in range(1, 1 + SABOTAGE.operations(Place(tmp_path / "whole", old).publish)):
        place = Place(tmp_path / str(number), old)
        with contextlib.suppress(OSError), SABOTAGE(partial(operator.le, number), disk_full):
            place.publish()
        # This run publishes nothing, but begins as every run does.
        with pytest.raises(FileNotFoundError):
            publish(tmp_path / "nothing", place.target)
        assert place.holds(old) or place.holds(NEW), number
        place.publish()
        assert place.holds(NEW), number


def test_an_interrupt_right_after_a_step_leaves_the_package_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signal may arrive when a rename is done, but what follows it has not begun."""
    rename = Path.rename
    for number in range(1, 4):
        place = Place(tmp_path / str(number), OLD)
        done: list[Path] = []

        def interrupted(path: Path, target: Path, done: list[Path] = done, number: int = number) -> Path:
            result = rename(path, target)
            done.append(target)
            if len(done) == number:
                raise KeyboardInterrupt
            return result

        with monkeypatch.context() as patch:
            patch.setattr(Path, "rename", interrupted)
            if number < 3:
                with pytest.raises(KeyboardInterrupt):
                    place.publish()
                assert place.holds(OLD)
            else:
                # The third rename is the decision.
                place.publish()
                assert place.holds(NEW)


def test_a_disk_that_is_full_in_the_middle_of_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of which a part was written is taken back with the rest."""
    place = Place(tmp_path, OLD)
    write_bytes = Path.write_bytes

    def half(path: Path, data: bytes) -> int:
        write_bytes(path, data[: len(data) // 2])
        raise disk_full()

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(OSError, match="No space left"):
        place.publish()
    assert place.holds(OLD)
