"""From a release tag to an index: built twice, checked, used, uploaded."""

import base64
import contextlib
import hashlib
import html
import io
import os
import re
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
    if not token:
        raise ReleaseError("There is no token: set $TWINE_PASSWORD.")
    if not token.isascii():
        raise ReleaseError("The token has characters that no token has: copy it once more.")
    return os.environ.get("TWINE_USERNAME", "__token__"), token


def _upload(index: str, user: str, token: str, files: list[Path]) -> None:
    """Upload those of *files* that *index* lacks, so that an upload that was cut short can be completed."""
    settings = Settings(
        username=user, password=token, repository_url=index, non_interactive=True, config_file=os.devnull
    )
    # Where files are listed (PEP 503): below the address of uploads, except on PyPI.
    simple = (
        index.rstrip("/").removesuffix("/legacy").replace("//upload.pypi.org", "//pypi.org") + "/simple/callrounded/"
    )
    there, done = list[str](), list[str]()
    try:
        page = settings.create_repository().session.get(simple, headers={"Accept": "text/html"}, timeout=60).text
        for file in files:
            if listed := re.search(rf"\b{re.escape(file.name)}#(md5|sha\d+)=(\w+)", page):
                if hashlib.new(listed[1], file.read_bytes()).hexdigest() != listed[2]:
                    raise ReleaseError(
                        f"{index} has another {file.name}, nothing was uploaded: choose a higher version."
                    )
                there.append(file.name)
        if len(there) == len(files):
            raise ReleaseError(f"{index} has {' and '.join(there)} already: nothing was uploaded.")
        for file in files:
            if file.name not in there:
                with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(said):
                    upload(settings, [str(file)])
                done.append(file.name)
    except (requests.RequestException, TwineException) as error:
        what = f"{', '.join(done)} was uploaded, the rest not: run it again" if done else "nothing was uploaded"
        raise ReleaseError(f"{index} {_reason(error, user, token)}: {what}.") from None


def _reason(error: requests.RequestException | TwineException, user: str, token: str) -> str:
    """Return what happened, in the words of the index where it has some, on one line and without the token."""
    response = error.response if isinstance(error, requests.RequestException) else None
    if response is None and isinstance(error, requests.RequestException):
        return "is unreachable"
    text = str(error) if response is None else f"{response.status_code} {response.reason}: {response.text}"
    text = html.unescape(re.sub(r"<(style|title)\b.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL))
    for secret in (token, base64.b64encode(f"{user}:{token}".encode()).decode()):
        text = text.replace(secret, "...")
    what = "the token" if response is not None and response.status_code in {401, 403} else "the upload"
    return f"refused {what} ({' '.join(text.split())[:400]})"
