"""Documents of few lines, rendered and imported."""

import importlib
import itertools
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from jinja2 import Environment

from generator.check import check
from generator.document import Document
from generator.render import write

ROOT = Path(__file__).parents[2]
HEAD = """\
openapi: 3.1.0
info: {title: A small API, version: '1'}
servers: [{url: https://api.example}]
"""
OPERATION = """
paths: {/v1/nothing: {get: {operationId: nothing, tags: [nothing], responses: {'204': {description: Nothing.}}}}}
"""
"""For documents that are about something else: one without an operation is refused."""


@pytest.fixture(scope="session", autouse=True)
def compiled_templates() -> Iterator[None]:
    """Compile each template once for all documents: that takes longer than rendering it."""
    compiled: dict[tuple[str | None, ...], Any] = {}
    original = Environment.compile

    def compile_once(self: Environment, source: str, name: str | None = None, filename: str | None = None) -> Any:
        key = (source, name, filename)
        if key not in compiled:
            compiled[key] = original(self, source, name, filename)
        return compiled[key]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Environment, "compile", compile_once)
        yield


def called(package: ModuleType, name: str, status: int = 500, content: bytes = b"", **given: Any) -> Any:
    """Call an operation of *package* against a server that responds like this.

    Return the detailed response; its `http.request` is what was sent.
    """
    (found,) = Path(str(package.__file__)).parent.glob(f"api/*/{name}.py")
    operation = importlib.import_module(f"{package.__name__}.api.{found.parent.name}.{name}")
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=content))
    options = {name: given.pop(name) for name in ("on_invalid",) if name in given}
    with package.AuthenticatedClient(token="t", httpx_args={"transport": transport}, **options) as client:
        return operation.sync_detailed(client, **given)


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], ModuleType]]:
    """Render a document, import the package and return it. It is not formatted, which takes longer than the rest.

    The document is the name of a file in specs/growth, rendered once for all tests, or YAML below the usual head. One
    without paths gets an operation.
    """
    folder = tmp_path_factory.mktemp("rendered")
    numbers = itertools.count()
    packages: dict[str, ModuleType] = {}

    def rendered(source: str) -> ModuleType:
        if source not in packages:
            name = source.partition(".")[0] if source.endswith(".yaml") else f"rendered_{next(numbers)}"
            if source.endswith(".yaml"):
                text = (Path(__file__).parent / "specs" / "growth" / source).read_text(encoding="utf-8")
            else:
                text = HEAD + textwrap.dedent(source)
            if not re.search("^paths:", text, re.MULTILINE):
                text += OPERATION
            document = Document.parse(text.encode(), "small.yaml")
            check(document)
            write(document, ROOT / "generator" / "config.yaml", ROOT / "generator" / "templates", folder / name)
            packages[source] = importlib.import_module(name)
        return packages[source]

    sys.path.insert(0, str(folder))
    yield rendered
    sys.path.remove(str(folder))


@pytest.fixture(scope="session")
def models(package: Callable[[str], ModuleType]) -> Callable[[str], ModuleType]:
    """Render a document and return the models. The document is a file in specs/growth, or the YAML of its schemas."""

    def rendered(source: str) -> ModuleType:
        if not source.endswith(".yaml"):
            source = f"components:\n  schemas:\n{textwrap.indent(textwrap.dedent(source), '    ')}"
        return importlib.import_module(f"{package(source).__name__}.models")

    return rendered


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """Return the environment without what makes coverage measure child processes: type checkers are slow enough."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a copy of what the generator reads and writes."""
    root = tmp_path / "repository"
    for name in ("openapi", "generator/templates", "generated_client/callrounded_generated"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(ROOT / "generator" / "config.yaml", root / "generator" / "config.yaml")
    return root


@pytest.fixture(scope="session")
def snapshot() -> Callable[[Path], dict[str, bytes]]:
    """Return the bytes of all files below a folder, and its empty folders."""

    def taken(folder: Path) -> dict[str, bytes]:
        paths = folder.rglob("*")
        return {path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b"" for path in paths}

    return taken
