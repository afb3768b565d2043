"""`publish`: what is built, what arrives on an index, and what stops it."""

import hashlib
import json
import shutil
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from zipfile import ZipFile

import pytest
import workbench

from callrounded import __version__
from release import publish
from release.__main__ import main
from release.changes import ReleaseError, git, newest_tag

ROOT = Path(__file__).parents[2]
USER, TOKEN = workbench.USER, workbench.TOKEN


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the files of this repository, as they are now, with a tag."""
    root = workbench.copy(tmp_path_factory.mktemp("clone"))
    # The session `wheel` and the rehearsal install it, from an index of the world; tests stay on this machine.
    (root / "tests/packaging/install.py").write_text("import sys; print('used:', sys.argv[2])\n", encoding="utf-8")
    git(root, "commit", "-qam", "without the world")
    git(root, "tag", f"v{__version__}")
    return root


@pytest.fixture
def index(tmp_path: Path) -> Iterator[str]:
    """Return the address of an empty index."""
    with workbench.index(tmp_path / "index") as address:
        yield address


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Return what an index takes for a distribution, in the order of an upload."""
    name, metadata = "callrounded-1.0.0", "Metadata-Version: 2.1\nName: callrounded\nVersion: 1.0.0\n"
    (tmp_path / name).mkdir()
    (tmp_path / name / "PKG-INFO").write_text(metadata, encoding="utf-8")
    sdist = shutil.make_archive(str(tmp_path / name), "gztar", tmp_path, name)
    wheel = tmp_path / f"{name}-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        archive.writestr(f"{name}.dist-info/METADATA", metadata)
        archive.writestr(f"{name}.dist-info/WHEEL", "Wheel-Version: 1.0\n")
    return [Path(sdist), wheel]


def uploaded(tmp_path: Path) -> set[str]:
    """Return the names of the files on the index."""
    return {path.name for path in (tmp_path / "index" / "files").iterdir()}


def test_a_release_is_built_checked_and_uploaded(
    clone: Path, index: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The tag counts, not the tree; the wheel holds its bill of materials; nothing tells the token."""
    monkeypatch.setenv("TWINE_USERNAME", USER)
    monkeypatch.setenv("TWINE_PASSWORD", TOKEN)
    (clone / "overrides/callrounded/_version.py").write_text("not what was tagged", encoding="utf-8")
    assert main(["--root", str(clone), "publish", "--index", index]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("used: highest\n")
    assert TOKEN not in said.out + said.err
    names = {f"callrounded-{__version__}.tar.gz", f"callrounded-{__version__}-py3-none-any.whl"}
    assert uploaded(tmp_path) == names
    wheel = tmp_path / f"index/files/callrounded-{__version__}-py3-none-any.whl"
    assert f"{hashlib.sha256(wheel.read_bytes()).hexdigest()}  {wheel.name}" in said.out

    # As for the workflow, which uploads in another job. A third build gives the same bytes, too.
    assert main(["--root", str(clone), "publish", "--to", str(tmp_path / "dist")]) == 0
    assert (tmp_path / "dist" / wheel.name).read_bytes() == wheel.read_bytes()
    assert main(["--root", str(clone), "publish", "--to", str(tmp_path / "dist")]) == 1
    assert "exists already" in capsys.readouterr().err

    with ZipFile(wheel) as archive:
        bom = json.loads(archive.read(f"callrounded-{__version__}.dist-info/sboms/callrounded.cdx.json"))
        manifest = json.loads(archive.read("callrounded_generated/manifest.json"))
    components = {each["name"]: each for each in bom["components"]}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {each.partition(">")[0] for each in project["dependencies"]} | {"openapi/rounded.yaml"} == components.keys()
    document = hashlib.sha256((ROOT / "openapi/rounded.yaml").read_bytes()).hexdigest()
    assert components["openapi/rounded.yaml"]["hashes"] == [{"alg": "SHA-256", "content": document}]
    tools = {each["name"]: each["version"] for each in bom["metadata"]["tools"]["components"]}
    assert tools == manifest["tools"]


def test_the_same_version_twice(
    index: str, files: list[Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The second upload is refused in one sentence, and changes nothing."""
    publish._upload(index, USER, TOKEN, files)
    with pytest.raises(ReleaseError, match=r"whl already: nothing was uploaded\.$"):
        publish._upload(index, USER, TOKEN, files)
    assert capfd.readouterr() == ("", "")
    assert uploaded(tmp_path) == {each.name for each in files}


def test_an_upload_that_was_cut_short(index: str, files: list[Path], tmp_path: Path) -> None:
    """The next run uploads what is missing, whichever it is."""
    for there in files:
        publish._upload(index, USER, TOKEN, [there])
        publish._upload(index, USER, TOKEN, files)
        assert uploaded(tmp_path) == {each.name for each in files}
        for file in (tmp_path / "index/files").iterdir():
            file.unlink()


def test_another_file_of_the_same_name(index: str, files: list[Path], tmp_path: Path) -> None:
    """A build that is not the one on the index completes nothing, and is named."""
    publish._upload(index, USER, TOKEN, files[1:])
    with ZipFile(files[1], "a") as archive:
        archive.writestr("callrounded.py", "")
    with pytest.raises(ReleaseError) as caught:
        publish._upload(index, USER, TOKEN, files)
    said = f"{index} has another {files[1].name}, nothing was uploaded: choose a higher version."
    assert str(caught.value) == said
    assert uploaded(tmp_path) == {files[1].name}


@pytest.fixture
def refusal() -> Iterator[tuple[str, dict[str, str]]]:
    """Return the address of an index that lists nothing, and its response to uploads: `status`, `reason`, `body`."""
    response = {"status": "400", "reason": "Bad Request", "body": ""}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(404)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = response["body"].replace("KEY", self.headers["Authorization"]).encode()
            self.send_response(int(response["status"]), response["reason"])
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Location", "https://elsewhere.example/")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", response
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "reason", "body", "said"),
    [
        ("400", "File already exists", "", "refused the upload (400 File already exists:)"),
        (
            "403",
            "Forbidden",
            "<title>No</title><p>Not &#39;yours&#39;.\n",
            "refused the token (403 Forbidden: Not 'yours'.)",
        ),
        ("409", "Conflict", '{"error": "is there"}', 'refused the upload (409 Conflict: {"error": "is there"})'),
        ("403", TOKEN, f"{TOKEN} KEY", "refused the token (403 ...: ... Basic ...)"),
        ("302", "Found", "", "refused the upload (http"),
    ],
)
def test_the_reason_that_an_index_gives(
    refusal: tuple[str, dict[str, str]], files: list[Path], status: str, reason: str, body: str, said: str
) -> None:
    """It is told in one line, and the token never, not even where the index repeats it."""
    index, response = refusal
    response |= {"status": status, "reason": reason, "body": body}
    with pytest.raises(ReleaseError) as caught:
        publish._upload(index, USER, TOKEN, files)
    assert str(caught.value).startswith(f"{index} {said}")
    assert str(caught.value).endswith("): nothing was uploaded.")
    assert TOKEN not in str(caught.value)


def test_a_wrong_token(index: str, files: list[Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """One sentence names the index, nothing is uploaded, and the token is nowhere."""
    with pytest.raises(ReleaseError) as caught:
        publish._upload(index, USER, f"{TOKEN}-wrong", files)
    said = f"{index} refused the token (403 Forbidden: Error: 403 Forbidden Sorry"
    assert str(caught.value).startswith(said)
    assert str(caught.value).endswith("): nothing was uploaded.")
    assert caught.value.__suppress_context__
    assert TOKEN not in "".join([repr(caught.value), *capfd.readouterr()])
    assert uploaded(tmp_path) == set()


def test_an_index_that_is_down(files: list[Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """One sentence says that it is unreachable."""
    with workbench.index(tmp_path / "index") as index:
        pass
    with pytest.raises(ReleaseError) as caught:
        publish._upload(index, USER, TOKEN, files)
    assert str(caught.value) == f"{index} is unreachable: nothing was uploaded."
    assert TOKEN not in "".join([repr(caught.value), *capfd.readouterr()])


@pytest.mark.parametrize(
    ("environment", "index", "said"),
    [
        ({}, "https://index.example/", "There is no token: set $TWINE_PASSWORD."),
        (
            {"TWINE_PASSWORD": TOKEN},
            f"https://user:{TOKEN}@index.example/",
            "The address of the index holds credentials",
        ),
        ({"TWINE_PASSWORD": TOKEN}, "http://index.example/", "http://index.example/ does not begin with https://"),
        ({"TWINE_PASSWORD": "copied\u2026"}, "https://index.example/", "The token has characters that no token has"),
    ],
)
def test_credentials_that_cannot_be_used(
    tagged: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    environment: dict[str, str],
    index: str,
    said: str,
) -> None:
    """They are refused before anything is built, in one sentence without the token."""
    monkeypatch.delenv("TWINE_PASSWORD", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(["--root", str(tagged), "publish", "--index", index]) == 1
    error = capsys.readouterr().err
    assert error.startswith(said)
    assert TOKEN not in error


def test_nothing_to_publish(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a release tag one sentence says how to make one."""
    monkeypatch.setenv("TWINE_PASSWORD", TOKEN)
    monkeypatch.delenv("TWINE_USERNAME", raising=False)
    assert publish._credentials("https://index.example/") == ("__token__", TOKEN)
    git(repository, "init", "-q")
    assert main(["--root", str(repository), "publish", "--index", "https://index.example/"]) == 1
    assert "git tag" in capsys.readouterr().err
    git(repository, "commit", "-qm", "empty", "--allow-empty")
    assert newest_tag(repository) == ""
    assert main(["--root", str(repository), "publish", "--index", "https://index.example/"]) == 1
    assert capsys.readouterr().err == "There is no release tag: `nox -s release -- X.Y.Z` makes one.\n"


PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "callrounded"
version = "{}"
[tool.hatch.build]
include = ["*.py"]
[tool.hatch.build.hooks.custom]
"""
HOOK = """
import os
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
class Hook(BuildHookInterface):
    def initialize(self, version, build_data):
        {}
"""


@pytest.mark.parametrize(
    ("version", "does", "said"),
    [
        ("0.9.0", "open('callrounded.py', 'w').close()", "v1.0.0 holds another version: callrounded-0.9.0"),
        ("1.0.0", "open('callrounded.py', 'w').write(f'x = {os.urandom(8)}')", "Two builds of v1.0.0 differ: "),
        ("1.0.0", "raise SystemExit('no disk')", "`-m build --no-isolation --outdir"),
        ("1.0.0", "open('callrounded.py', 'w').close()", "`-m twine check --strict"),
    ],
)
def test_what_must_not_be_published(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    version: str,
    does: str,
    said: str,
) -> None:
    """A build that fails, that cannot be repeated or that misses what an index asks for goes nowhere."""
    monkeypatch.setenv("TWINE_PASSWORD", TOKEN)
    (tmp_path / "pyproject.toml").write_text(PROJECT.format(version), encoding="utf-8")
    (tmp_path / "hatch_build.py").write_text(HOOK.format(does), encoding="utf-8")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "all")
    git(tmp_path, "tag", "v1.0.0")
    assert main(["--root", str(tmp_path), "publish", "--index", "http://127.0.0.1:1/"]) == 1
    error = capsys.readouterr().err
    assert error.startswith(said)
    assert TOKEN not in error
