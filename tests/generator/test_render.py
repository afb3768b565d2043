"""Rendering: all operations, nothing of the surroundings, and code that type checkers accept."""

import importlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from generator.document import Document, GenerationError, SpecError
from generator.render import render, write
from tests.generator.conftest import called

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "generator" / "config.yaml"
TEMPLATES = ROOT / "generator" / "templates"
METHODS = ["get", "put", "post", "delete", "options", "head", "patch"]
TAGS = ["calls", "Phone Numbers", "build", "dist", "venv", "node_modules", "class", "2nd", "", "list"]


def many_operations() -> Document:
    """Return a document with an operation for each of the methods in each of the tags."""
    paths: dict[str, Any] = {
        f"/{number}": {
            method: {"operationId": f"{method}Number{number}", "tags": [tag], "responses": {"204": {"description": ""}}}
            for method in METHODS
        }
        for number, tag in enumerate(TAGS)
    }
    whole = {"openapi": "3.1.0", "info": {"title": "Many", "version": "1"}, "paths": paths}
    return Document("many.yaml", {**whole, "servers": [{"url": "https://api.example"}]}, {})


def test_nothing_vanishes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every operation of a document, whatever its method and tag, has its module, and no other."""
    render(many_operations(), CONFIG, TEMPLATES, tmp_path / "many_operations")
    monkeypatch.syspath_prepend(tmp_path)
    package = importlib.import_module("many_operations")
    names = {f"{method}_number_{number}": method for number in range(len(TAGS)) for method in METHODS}
    modules = (tmp_path / "many_operations" / "api").glob("*/*.py")
    assert {module.stem for module in modules if module.stem != "__init__"} == set(names)
    for name, method in names.items():
        assert called(package, name).http.request.method == method.upper()


def test_extensions_among_paths_are_not_read(tmp_path: Path) -> None:
    """What stands among the paths under a name with `x-` is no operation, whatever it holds."""
    document = many_operations()
    document.data["paths"]["x-note"] = {"get": "no operation: extensions are not read"}
    document.data["paths"]["x-text"] = "some text"
    assert len(write(document, CONFIG, TEMPLATES, tmp_path / "target")[0]) == len(METHODS) * len(TAGS)


def test_nothing_of_the_surroundings_counts(
    tmp_path: Path, snapshot: Callable[[Path], dict[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names of folders, configuration files and the environment, which ruff looks at, do not change a byte."""
    render(many_operations(), CONFIG, TEMPLATES, tmp_path / "plain")
    odd = tmp_path / "build" / ".nox" / "site-packages"
    odd.mkdir(parents=True)
    (odd / ".gitignore").write_text("*\n")
    (odd / "attrs").mkdir()
    (tmp_path / "build" / "ruff.toml").write_text("line-length = 40\n[format]\nquote-style = 'single'\n")
    (tmp_path / "build" / "pyproject.toml").write_text("[tool.ruff]\nexclude = ['*']\n")
    monkeypatch.setenv("RUFF_OUTPUT_FORMAT", "junit")
    monkeypatch.setenv("RUFF_CONFIG", str(tmp_path / "build" / "ruff.toml"))
    monkeypatch.chdir(odd)
    render(many_operations(), CONFIG, TEMPLATES, odd / "dist")
    assert snapshot(odd / "dist") == snapshot(tmp_path / "plain")
    endpoints = {
        (odd / "dist" / "api" / tag / "__init__.py").read_bytes() for tag in ("build", "dist", "venv", "calls")
    }
    assert len(endpoints) == 1


def test_a_folder_that_exists(tmp_path: Path) -> None:
    """What openapi-python-client complains of is an error: here that there is a folder already."""
    with pytest.raises(GenerationError, match=r"^openapi-python-client: .*Directory already exists"):
        render(many_operations(), CONFIG, TEMPLATES, tmp_path)


def test_a_document_that_cannot_be_read(tmp_path: Path) -> None:
    """What openapi-python-client cannot make sense of is refused with its text."""
    document = many_operations()
    del document.data["info"]
    with pytest.raises(SpecError, match=r"openapi-python-client: Failed to parse OpenAPI document: "):
        render(document, CONFIG, TEMPLATES, tmp_path / "target")


def test_what_openapi_python_client_leaves_out(tmp_path: Path) -> None:
    """A warning of openapi-python-client is an error, with the place of the operation that would have been lost."""
    document = many_operations()
    header = {"name": "X-Tags", "in": "header", "schema": {"type": "array", "items": {"type": "string"}}}
    document.data["paths"]["/1"]["post"]["parameters"] = [header]
    with pytest.raises(
        SpecError, match=r"paths\./1\.post: openapi-python-client: .*list\[str\].* not allowed in header"
    ):
        render(document, CONFIG, TEMPLATES, tmp_path / "target")
    assert not (tmp_path / "target").exists()


def test_options_that_cannot_be_used(tmp_path: Path) -> None:
    """Options that openapi-python-client cannot read are an error that names their file."""
    (tmp_path / "config.yaml").write_text("class_overrides: 5\n")
    with pytest.raises(GenerationError, match=r"^config\.yaml cannot be used: "):
        render(many_operations(), tmp_path / "config.yaml", TEMPLATES, tmp_path / "target")


def test_errors_in_templates(tmp_path: Path) -> None:
    """An error in a template, of whatever kind, names the template and the line; any other error is our own."""
    templates = tmp_path / "generator" / "templates"
    shutil.copytree(TEMPLATES, templates)
    for number, (text, message) in enumerate(
        {
            "\n{{ 1 + '' }}": r"generator/templates/header\.jinja:2: unsupported operand type.*",
            "{{ unheard_of }}": r"generator/templates/header\.jinja:1: 'unheard_of' is undefined",
            "{% unheard_of %}": r"generator/templates/header\.jinja:1: Encountered unknown tag 'unheard_of'.*",
            "\n\n{% include 'no.jinja' %}": r"generator/templates/header\.jinja:3: no\.jinja",
        }.items()
    ):
        (templates / "header.jinja").write_text(text)
        with pytest.raises(GenerationError, match=f"(?s)^{message}$"):
            render(many_operations(), CONFIG, templates, tmp_path / f"target{number}")
    (templates / "header.jinja").write_text("")
    with pytest.raises(OSError, match="File name too long"):
        render(many_operations(), CONFIG, templates, tmp_path / ("x" * 300))


def test_many_schemas_in_a_row(tmp_path: Path) -> None:
    """There may be more schemas, each of which needs the next one, than Python has stack."""
    schemas = {
        f"S{number}": {"type": "object", "properties": {"next": {"$ref": f"#/components/schemas/S{number + 1}"}}}
        for number in range(2000)
    }
    schemas["S2000"] = {"type": "object", "properties": {}}
    document = many_operations()
    document.data["components"] = {"schemas": schemas}
    assert write(document, CONFIG, TEMPLATES, tmp_path / "target")[1] == 2001


def test_a_document_without_operations(tmp_path: Path) -> None:
    """A document of nothing but schemas is refused: its client could do nothing."""
    document = many_operations()
    document.data["paths"] = {}
    document.data["components"] = {"schemas": {"Small": {"type": "object", "properties": {}}}}
    with pytest.raises(SpecError, match="there is no operation"):
        render(document, CONFIG, TEMPLATES, tmp_path / "target")


def test_type_checkers_accept_everything(tmp_path: Path, environment: dict[str, str]) -> None:
    """What is rendered from every construct that is supported passes mypy and pyright in strict mode, and our ruff."""
    documents = sorted((Path(__file__).parent / "specs" / "growth").glob("*.yaml"))
    packages = [tmp_path / "generated_client" / document.stem for document in documents]
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    packages[0].parent.mkdir()
    for document, target in zip(documents, packages, strict=True):
        render(Document.read(document), CONFIG, TEMPLATES, target)
    settings = {"typeCheckingMode": "strict", "pythonVersion": "3.11", "include": [str(path) for path in packages]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings))
    mypy = [
        "mypy",
        "--strict",
        "--python-version=3.11",
        "--config-file=",
        f"--cache-dir={tmp_path / 'cache'}",
        *packages,
    ]
    basedpyright = ["basedpyright", f"--project={tmp_path}", f"--pythonpath={sys.executable}"]
    for command in (mypy, basedpyright, ["ruff", "check", "--no-cache"]):
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout}{done.stderr}"
