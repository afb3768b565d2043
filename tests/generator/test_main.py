"""The command line: what it says, what it returns, and that a failure changes nothing."""

import errno
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generator.__main__ import main

Snapshot = Callable[[Path], dict[str, bytes]]

SPEC = "openapi/rounded.yaml"
PACKAGE = "generated_client/callrounded_generated"
ROOT = Path(__file__).parents[2]


def replace(path: Path, old: str, new: str) -> int:
    """Replace the first occurrence of *old* in a file; return its line."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder for temporary files, in which nothing may be left behind."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


DOCUMENTS = {
    "YAML": (
        "title: PSTN Phone Number",
        "title: [PSTN Phone Number",
        r"\d+: invalid YAML at column \d+: .+",
    ),
    "a reference to nothing": (
        "/components/parameters/Page",
        "/components/parameters/Pages",
        r'{line}: paths\./v1/[\w-]+\.get\.parameters\[0\]\.\$ref: "#.+Pages" does not exist .+',
    ),
    "an operationId used twice": (
        "paths:\n",
        """paths:
  /v1/teapots:
    get: {operationId: listPhoneNumbers, tags: [calls], responses: {'204': {description: None.}}}
""",
        r'\d+: .*operationId: operationId "listPhoneNumbers" is already used on line \d+',
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_that_cannot_be_used(
    repository: Path, temporary: Path, snapshot: Snapshot, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """The message says where in the document and what; nothing is written, and nothing left behind."""
    old, new, message = DOCUMENTS[name]
    line = replace(repository / SPEC, old, new)
    before = snapshot(repository)
    for command in ("generate", "fresh", "spec"):
        assert main([command, "--root", str(repository)]) == 1
        said = capsys.readouterr()
        assert re.fullmatch(f"openapi/rounded.yaml:{message.replace('{line}', str(line))}\n", said.err)
        assert said.out == ""
    assert snapshot(repository) == before
    assert list(temporary.iterdir()) == []


FILES = {
    "no document": (SPEC, None, r"openapi/rounded\.yaml: cannot be read: No such file or directory"),
    "no UTF-8": (SPEC, b"openapi: \xff", r"openapi/rounded\.yaml:1: not UTF-8: byte 0xff"),
    "syntax of a template": (
        "generator/templates/model.py.jinja",
        b"{# Why #}\n{% if %}",
        r"generator/templates/model\.py\.jinja:2: .+",
    ),
    "name in a template": (
        "generator/templates/model.py.jinja",
        b'"""{{ model.name }}"""\n\n{{ model.nmae }}',
        r"generator/templates/model\.py\.jinja:3: .*nmae.*",
    ),
    "template that is missing": (
        "generator/templates/header.jinja",
        None,
        r"(?s).*header\.jinja.*",
    ),
    "Python of a template": (
        "generator/templates/endpoint_init.py.jinja",
        b"def f(:\n",
        r"(?s)ruff could not check what the templates wrote:\n.*api/phone_numbers/__init__\.py.*",
    ),
    "options": ("generator/config.yaml", b"post_hooks: 5", r"(?s)config\.yaml cannot be used: .*post_hooks.*"),
    "no options": ("generator/config.yaml", None, r"(?s)config\.yaml cannot be used: .*No such file.*"),
}


OPERATION = "/v1/teapots: {get: {operationId: %s, tags: [teapots], responses: {'204': {description: None.}}%s}}"
PARAMETER = ", parameters: [{name: %s, in: %s, %s: {%s}}]"
NOT_RENDERED = {
    "one function": (
        "paths:\n",
        f"paths:\n  {OPERATION % ('get-it', '')}\n  /v2{OPERATION % ('get_it', '')}\n",
        "becomes the operation get_it",
    ),
    "parameter with content": (
        "paths:\n",
        f"paths:\n  {OPERATION % ('a', PARAMETER % ('a', 'query', 'content', 'application/json: {schema: {}}'))}\n",
        "has no schema",
    ),
    "header parameter": (
        "paths:\n",
        f"paths:\n  {OPERATION % ('a', PARAMETER % ('a b', 'header', 'schema', 'type: string'))}\n",
        '"a b" cannot be the name of a header',
    ),
    "header of the key": ("name: X-Api-Key", "name: X Api Key", '"X Api Key" cannot be the name of a header'),
    "class of unknown variants": (
        "  schemas:\n",
        "  schemas:\n    UnknownPhoneNumber: {description: A., type: object, properties: {}}\n",
        "UnknownPhoneNumber",
    ),
    "long operationId": ("paths:\n", f"paths:\n  {OPERATION % ('a' * 300, '')}\n", "too long for a file"),
    "long tag": (
        "paths:\n",
        f"paths:\n  {OPERATION.replace('[teapots]', '[' + 't' * 300 + ']') % ('a', '')}\n",
        "too long",
    ),
    "long schema": (
        "  schemas:\n",
        f"  schemas:\n    {'A' * 300}: {{description: A., type: object, properties: {{}}}}\n",
        "too long for a file",
    ),
    "literal enums": ("config.yaml", "literal_enums: true\n", "literal_enums is not supported"),
}


@pytest.mark.parametrize("name", NOT_RENDERED)
def test_spec_refuses_what_generate_refuses(repository: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Both say the same, with place and line, about what only shows when the templates are given it."""
    old, new, message = NOT_RENDERED[name]
    if old == "config.yaml":
        (repository / "generator" / old).write_text(new, encoding="utf-8")
    else:
        replace(repository / SPEC, old, new)
    said: list[str] = []
    for command in ("generate", "spec"):
        assert main([command, "--root", str(repository)]) == 1
        said.append(capsys.readouterr().err)
    assert message in said[0]
    assert said[0].startswith("openapi/rounded.yaml:" if old != "config.yaml" else "config.yaml")
    assert said[0].strip() in said[1]


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_used(
    repository: Path, temporary: Path, snapshot: Snapshot, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Whatever is wrong with what the generator reads, it says so without a traceback, and changes nothing."""
    path, content, message = FILES[name]
    if content is None:
        (repository / path).unlink()
    else:
        (repository / path).write_bytes(content)
    before = snapshot(repository)
    assert main(["generate", "--root", str(repository)]) == 1
    said = capsys.readouterr()
    assert re.fullmatch(f"{message}\n", said.err)
    assert "Traceback" not in said.err
    assert snapshot(repository) == before
    assert list(temporary.iterdir()) == []


def test_generate_says_what_changed(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The summary counts what there is, and names what was added, changed and removed; then there is nothing to do."""
    assert main(["generate", "--root", str(repository)]) == 0
    package = repository / PACKAGE
    (package / "models" / "error_detail.py").unlink()
    (package / "stray.py").write_text("")
    replace(package / "api" / "__init__.py", "operation", "operatoin")
    capsys.readouterr()
    assert main(["generate", "--root", str(repository)]) == 0
    said = capsys.readouterr()
    assert re.fullmatch(
        f"{PACKAGE}: operations: \\d+, classes: \\d+\n"
        "changed: api/__init__.py\nadded: models/error_detail.py\nremoved: stray.py\n",
        said.out,
    )
    assert said.err == ""
    assert main(["generate", "--root", str(repository)]) == 0
    assert capsys.readouterr().out.endswith("\nnothing changed\n")


def test_fresh_compares(repository: Path, snapshot: Snapshot, capsys: pytest.CaptureFixture[str]) -> None:
    """An edited, missing or stray file fails `fresh`, with a diff; so does an edited document; `generate` mends it."""
    arguments = ["--root", str(repository)]
    package = repository / PACKAGE
    assert main(["generate", *arguments]) == 0
    assert main(["fresh", *arguments]) == 0
    assert capsys.readouterr().out.endswith(f"{PACKAGE} is what openapi/ and generator/ produce\n")
    generated = snapshot(package)

    (package / "models" / "error_detail.py").unlink()
    (package / "stray.txt").write_text("")
    replace(package / "api" / "__init__.py", "operation", "operatoin")
    assert main(["fresh", *arguments]) == 1
    said = capsys.readouterr().err
    for line in (
        *("added: models/error_detail.py", "removed: stray.txt", "changed: api/__init__.py"),
        *("--- api/__init__.py (is)", "+++ api/__init__.py (should be)"),
        '-"""The operatoins of the API: a package for each tag, a module for each operation."""',
        f"{PACKAGE} is not what openapi/ and generator/ produce. To change that, run: nox -s generate",
    ):
        assert f"\n{line}\n" in f"\n{said}"
    assert main(["generate", *arguments]) == 0
    assert snapshot(package) == generated

    replace(repository / SPEC, "The phone number itself.", "The number itself.")
    assert main(["fresh", *arguments]) == 1
    assert '+    """The number itself."""' in capsys.readouterr().err
    assert main(["generate", *arguments]) == 0
    assert main(["fresh", *arguments]) == 0
    assert snapshot(package) != generated


def test_spec_checks_the_document(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`spec` says that the document is sound, or what is wrong."""
    assert main(["spec", "--root", str(repository)]) == 0
    assert capsys.readouterr().out == "openapi/rounded.yaml is sound, and all examples are valid\n"
    replace(repository / SPEC, "total_items: 51", "total_items: many")
    assert main(["spec", "--root", str(repository)]) == 1
    assert '"many" is not of type' in capsys.readouterr().err


def test_runs_as_a_module() -> None:
    """`python -m generator` is the command line."""
    command = [sys.executable, "-m", "generator", "spec"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a command, or with one that there is not, it says which there are."""
    for arguments in ([], ["generatee"]):
        with pytest.raises(SystemExit, match="2"):
            main(arguments)
        assert "generate" in capsys.readouterr().err


@pytest.mark.parametrize("method", ["write_text", "mkdir"])
def test_a_full_disk(
    *,
    repository: Path,
    temporary: Path,
    snapshot: Snapshot,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    method: str,
) -> None:
    """Wherever the disk is found to be full, the package stays as it was, and the message says what the matter is."""
    replace(repository / SPEC, "The phone number itself.", "The number itself.")
    before = snapshot(repository)
    original = getattr(Path, method)
    for nth in (1, 2, 5):
        calls = iter(range(1, 1000))

        def failing(path: Path, *arguments: Any, **options: Any) -> Any:
            if next(calls) == nth:  # noqa: B023 - used within the turn
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return original(path, *arguments, **options)

        with monkeypatch.context() as patched:
            patched.setattr(Path, method, failing)
            status = main(["generate", "--root", str(repository)])
        if nth < next(calls):
            assert status == 1
            assert capsys.readouterr().err == "a file cannot be written: No space left on device\n"
            assert snapshot(repository) == before
            assert list(temporary.iterdir()) == []


LIMIT = """
import resource, runpy, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
sys.argv[:] = ["generator", *sys.argv[2:]]
runpy.run_module("generator", run_name="__main__", alter_sys=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such limits")
@pytest.mark.parametrize("limit", [100, 12_000])
def test_a_limit_on_files(repository: Path, snapshot: Snapshot, environment: dict[str, str], limit: int) -> None:
    """The same for a real limit of the system, which holds for ruff, too."""
    before = snapshot(repository)
    command = [sys.executable, "-c", LIMIT, str(limit), "generate", "--root", str(repository)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.search("File too large|ruff could not", done.stderr)
    assert "Traceback" not in done.stderr
    assert snapshot(repository) == before


INTERRUPT = """
import os, runpy, signal, sys
event, part, signum = sys.argv[1], sys.argv[2], int(sys.argv[3])
sent = []
def interrupt(name, arguments):
    if name == event and part in str(arguments[0]) and not sent:
        sent.append(name)
        os.kill(os.getpid(), signum)
sys.addaudithook(interrupt)
sys.argv[:] = ["generator", *sys.argv[4:]]
runpy.run_module("generator", run_name="__main__", alter_sys=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent")
@pytest.mark.parametrize(
    ("event", "part", "signum"),
    [
        ("import", "ruamel", signal.SIGINT),
        ("import", "generator.commands", signal.SIGTERM),
        ("import", "generator.render", signal.SIGINT),
        ("tempfile.mkdtemp", "", signal.SIGINT),
        ("open", "decoding.py", signal.SIGTERM),
        ("subprocess.Popen", "ruff", signal.SIGINT),
    ],
)
def test_interrupts(
    *,
    repository: Path,
    temporary: Path,
    snapshot: Snapshot,
    environment: dict[str, str],
    event: str,
    part: str,
    signum: signal.Signals,
) -> None:
    """Ctrl-C, or the end of a CI job, leaves the package as it was while it is rendered."""
    replace(repository / SPEC, "The phone number itself.", "The number itself.")
    before = snapshot(repository)
    arguments = [event, part, str(int(signum)), "generate", "--root", str(repository)]
    command = [sys.executable, "-c", INTERRUPT, *arguments]
    environment = {**environment, "TMPDIR": str(temporary)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        assert "operations: " in done.stdout
        assert main(["fresh", "--root", str(repository)]) == 0
    else:
        assert done.returncode == 130
        assert done.stderr == "interrupted; no file is left half written\n"
        assert snapshot(repository) == before
    assert list(temporary.iterdir()) == []
