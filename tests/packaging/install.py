"""Use the wheel in clean environments: `python tests/packaging/install.py dist` (session `wheel`).

Twice: with the newest releases of the dependencies, and with the oldest that pyproject.toml admits; with one of them
after `... dist highest` (session `publish`). Each time, first without the extra for the command line, then with it.
"""

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main(dist: Path, *resolutions: str) -> None:
    """Install the wheel in *dist* and nothing else, and run `use.py` there, away from the work tree."""
    (wheel,) = dist.resolve().glob("*.whl")
    program = Path(__file__).with_name("use.py")
    # Named beside the wheel, its dependencies are direct ones, which is what the resolution applies to.
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    plain, extra = project["dependencies"], project["optional-dependencies"]["cli"]
    for resolution in resolutions or ("highest", "lowest-direct"):
        with tempfile.TemporaryDirectory() as folder:
            python = Path(folder, "env", "Scripts" if sys.platform == "win32" else "bin", "python")
            _run("-m", "uv", "venv", "--quiet", "--python", sys.executable, f"{folder}/env")
            install = ("pip", "install", "--quiet", "--python", python, "--resolution", resolution)
            for dependencies in (plain, [*plain, *extra]):
                _run("-m", "uv", *install, wheel, *dependencies)
                _run("-I", program, python=python, cwd=folder)


def _run(*arguments: str | Path, python: str | Path = sys.executable, cwd: str | None = None) -> None:
    subprocess.run([python, *arguments], cwd=cwd, check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
