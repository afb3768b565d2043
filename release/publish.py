"""From a release tag to an index: built twice, checked, used, uploaded."""

import contextlib
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit
from zipfile import ZipFile

import requests
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from twine.commands.upload import upload
from twine.exceptions import TwineException
from twine.settings import Settings

from release.changes import ReleaseError, git, newest_tag, unpacked


def run(root: Path, index: str = "", target: Path | None = None) -> str:
    """Build the newest release tag, and upload it to *index* or copy it into *target*; return what there is to say."""
    user, token = _credentials(index) if index else ("", "")
    if target is not None and target.exists():
        raise ReleaseError(f"{target} exists already: name a folder that does not.")
    if not (tag := newest_tag(root)):
        raise ReleaseError("There is no release tag: `nox -s release -- X.Y.Z` makes one.")
    # No tool that runs has to know the token.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TWINE_")}
    environment["SOURCE_DATE_EPOCH"] = git(root, "log", "-1", "--format=%ct", tag).decode()
    with tempfile.TemporaryDirectory() as folder, unpacked(root, tag) as tree, unpacked(root, tag) as again:

        def run(*command: str | Path, cwd: Path = tree) -> str:
            done = subprocess.run(  # noqa: S603 - commands of our own
                [sys.executable, *command], cwd=cwd, env=environment, capture_output=True, text=True, check=False
            )
            if done.returncode:
                words = " ".join(map(str, command))
                raise ReleaseError(f"`{words}` failed, nothing was uploaded:\n{done.stdout}{done.stderr}")
            return done.stdout

        builds = list[dict[str, str]]()
        for source, name in ((tree, "dist"), (again, "again")):
            run("-m", "build", "--no-isolation", "--outdir", Path(folder, name), cwd=source)
            files = sorted(Path(folder, name).iterdir(), reverse=True)
            builds.append({file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files})
        if builds[0] != builds[1]:
            raise ReleaseError(f"Two builds of {tag} differ: {builds[0]} and {builds[1]}.")
        sdist, wheel = (Path(folder, "dist", name) for name in builds[0])
        if not wheel.name.startswith(f"callrounded-{tag[1:]}-"):
            raise ReleaseError(f"{tag} holds another version: {wheel.name}.")
        run("-m", "twine", "check", "--strict", sdist, wheel)
        run("-m", "check_wheel_contents", wheel)
        with ZipFile(wheel) as archive:
            texts = [archive.read(name).decode() for name in archive.namelist() if ".dist-info/sboms/" in name]
        if (faults := [JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) for text in texts]) != [None]:
            raise ReleaseError(f"{wheel.name} lacks a bill of materials as CycloneDX has them: {faults}.")
        said = run("tests/packaging/install.py", wheel.parent, "highest")
        if target is not None:
            shutil.copytree(wheel.parent, target)
        else:
            _upload(index, user, token, [sdist, wheel])
    digests = (f"{digest}  {name}" for name, digest in builds[0].items())
    return "\n".join([said.strip(), *digests, f"{tag} is in {target or index}"])


def _credentials(index: str) -> tuple[str, str]:
    """Return user and token from the environment."""
    address, token = urlsplit(index), os.environ.get("TWINE_PASSWORD", "")
    if address.username or address.password:
        raise ReleaseError("The address of the index holds credentials: put the token into $TWINE_PASSWORD instead.")
    if address.scheme != "https" and address.hostname not in {"127.0.0.1", "::1", "localhost"}:
        raise ReleaseError(f"{index} does not begin with https://: the token would be sent in plain text.")
    if not token and (file := os.environ.get("TWINE_PASSWORD_FILE")):
        try:
            token = Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ReleaseError(f"$TWINE_PASSWORD_FILE cannot be read: {error.strerror}.") from error
        except UnicodeError:
            raise ReleaseError("$TWINE_PASSWORD_FILE holds no text.") from None
    if not token.isascii():
        raise ReleaseError("The token has characters that no token has: copy it once more.")
    if not token:
        raise ReleaseError("There is no token: set $TWINE_PASSWORD, or $TWINE_PASSWORD_FILE to the name of a file.")
    return os.environ.get("TWINE_USERNAME", "__token__"), token


def _upload(index: str, user: str, token: str, files: list[Path]) -> None:
    """Upload *files*, without those that the index has: a run that was cut short can be completed."""
    settings = Settings(
        username=user, password=token, repository_url=index, non_interactive=True, config_file=os.devnull
    )
    done = list[str]()
    for file in files:
        try:
            with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(said):
                upload(settings, [str(file)])
            done.append(file.name)
        except (requests.RequestException, TwineException) as error:
            response = error.response if isinstance(error, requests.RequestException) else None
            status, text = (0, "") if response is None else (response.status_code, response.text + response.reason)
            if status != 409 and (status != 400 or "already exist" not in text):
                why = {0: "is unreachable", 401: "refused the token", 403: "refused the token"}
                what = f"{', '.join(done)} was uploaded, the rest not: run it again" if done else "nothing was uploaded"
                raise ReleaseError(f"{index} {why.get(status, f'responded {status}')}: {what}.") from None
    if not done:
        raise ReleaseError(f"{index} has {' and '.join(file.name for file in files)} already: nothing was uploaded.")
