"""What tests and rehearsal of releases work with: a copy of this repository, and a package index on loopback."""

import base64
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from release.changes import git

ROOT = Path(__file__).parents[2]
USER, TOKEN = "maintainer", "pypi-0f3c5ad1b2e94c7788aa"
IDENTITY = {
    **{f"GIT_{role}_NAME": "A maintainer" for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{role}_EMAIL": "maintainer@example.org" for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_CONFIG_{scope}": os.devnull for scope in ("GLOBAL", "SYSTEM")},
}
"""Settings of Git that are nobody's."""


def copy(target: Path) -> Path:
    """Copy the files of this repository, as they are now, into a repository of one commit."""
    for name in git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").decode().splitlines():
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target / name)
    git(target, "init", "--quiet")
    git(target, "add", ".")
    git(target, "commit", "--quiet", "--message", "everything")
    return target


@contextmanager
def index(folder: Path) -> Generator[str]:
    """Run pypiserver, which takes uploads from one user with one password; yield its address."""
    (folder / "files").mkdir(parents=True)
    digest = base64.b64encode(hashlib.sha1(TOKEN.encode()).digest()).decode()
    (folder / "htpasswd").write_text(f"{USER}:{{SHA}}{digest}\n", encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    options = ["-i", "127.0.0.1", "-p", port, "-P", str(folder / "htpasswd"), "-a", "update", "--disable-fallback"]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "pypiserver", "run", *options, folder / "files"], stdout=log, stderr=log
        )
    try:
        _wait(server, int(port), folder)
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait()


def _wait(server: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert server.poll() is None, (folder / "log").read_text(encoding="utf-8")
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("pypiserver did not start")
