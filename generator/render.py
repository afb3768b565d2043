"""Render the document through openapi-python-client with our templates."""

import ast
import contextlib
import importlib
import io
import os
import subprocess
import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError

from generator.check import operation_ids
from generator.document import Document
from generator.view import OperationView, View, build_docstring, call_docstring, docstring, read_view

# Nothing but these decides: no configuration file, environment, .gitignore or name of a folder. Ruff would pass over
# files below a folder called build, and in nox's own.
_RUFF = ("--isolated", "--no-cache", "--no-respect-gitignore", "--config=exclude=[]", "--config=src=[]")
_SORT_IMPORTS = (
    "check",
    *_RUFF,
    "--quiet",
    "--fix",
    "--select=I001,F401",
    "--line-length=120",
    "--target-version=py311",
    "--per-file-ignores=__init__.py:F401",  # modules of nothing but exports
)
_FORMAT = (
    "format",
    *_RUFF,
    "--quiet",
    "--line-length=120",
    "--target-version=py311",
    "--config=format.line-ending='lf'",
)


RUNTIME = Path(__file__).parent / "runtime"
"""What does not vary from document to document: modules that are copied as they are."""


class RenderError(Exception):
    """The document cannot be rendered; the text says why."""


class _Package(Project):
    """A project of openapi-python-client whose templates see our view of the document."""

    def __init__(self, view: View, data: GeneratorData, config: Config, templates: Path) -> None:
        super().__init__(openapi=data, config=config, custom_template_path=templates)
        self.view = view
        # A name that is misspelled in a template is an error, not an empty text.
        self.env.undefined = StrictUndefined
        self.env.filters.update(docstring=docstring, literal=repr, build_docstring=build_docstring)
        named = {operation.name: operation for operation in view.operations}
        names: dict[str, Any] = self.env.globals
        names.update(
            operations=view.operations,
            call_docstring=call_docstring,
            operation_named=named.__getitem__,
            exports=view.exports(),
            document_title=view.title,
            base_url=view.base_url,
            api_key_header=view.api_key_header,
        )

    def _create_package(self) -> None:
        super()._create_package()
        (self.package_dir / "py.typed").touch()

    def _build_api(self) -> None:
        super()._build_api()
        # Upstream's client.py, types.py and errors.py are among those that ours replace.
        header = self.env.get_template("header.jinja").render()
        for module in sorted(RUNTIME.glob("*.py")):
            if module.name != "__init__.py":
                text = header + module.read_text(encoding="utf-8")
                (self.package_dir / module.name).write_text(text, encoding="utf-8", newline="\n")
        self._write("settings.py", "settings.py.jinja")

    def _build_models(self) -> None:
        (self.package_dir / "models").mkdir()
        self._write("models/__init__.py", "models_init.py.jinja")
        for model in self.view.models:
            self._write(f"models/{model.module}.py", "model.py.jinja", model=model)
        for union in self.view.unions:
            self._write(f"models/{union.module}.py", "union.py.jinja", union=union)
        for enum in self.view.enums:
            self._write(f"models/{enum.module}.py", "enum.py.jinja", enum=enum)

    def _write(self, path: str, template: str, **view: Any) -> None:
        text = self.env.get_template(template).render(**view)
        (self.package_dir / path).write_text(text, encoding="utf-8", newline="\n")


def render(document: Document, config_file: Path, templates: Path, target: Path) -> View:
    """Write the package for *document* into the folder *target*, which must not exist yet.

    Args:
        document: It has passed `generator.check`.
        config_file: The options of openapi-python-client.
        templates: Our templates.
        target: Its parent must exist.

    Returns:
        What the templates were told.

    Raises:
        SpecError: The document has something that the templates cannot express.
        RenderError: There is an error in the options or templates; openapi-python-client, or ruff, has an error or a
            warning; an operation is missing in the result.
        OSError: *target* cannot be written.
    """
    view = read_view(document)
    write(document, view, config_file, templates, target)
    _ruff(_SORT_IMPORTS, target)
    _ruff(_FORMAT, target)
    return view


def write(document: Document, view: View, config_file: Path, templates: Path, target: Path) -> None:
    """Do what `render` does, but leave the modules as the templates wrote them."""
    config = _config(config_file, target)
    data = GeneratorData.from_dict(_outline(view.operations), config=config)
    if isinstance(data, GeneratorError):
        raise RenderError(_sentence(data))
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            problems = _Package(view, data, config, templates).build()
    except Exception as error:
        message = _template_message(error, templates)
        if not message:
            raise
        raise RenderError(message) from error
    if problems:
        raise RenderError("\n".join(map(_sentence, problems)))
    _require_all(operation_ids(document), view.operations, target)


def _config(config_file: Path, target: Path) -> Config:
    try:
        options = ConfigFile.load_from_path(config_file)
    except Exception as error:  # of several libraries
        raise RenderError(f"{config_file.name} cannot be used: {error}") from error
    return Config.from_sources(
        config_file=options,
        meta_type=MetaType.NONE,
        document_source="",
        file_encoding="utf-8",
        overwrite=False,
        output_path=target,
    )


def _outline(operations: Iterable[OperationView]) -> dict[str, Any]:
    """Return the document that openapi-python-client is given: the operations by name and tag, and nothing else.

    Of parameters and schemas it would make models of its own, which no template of ours uses, and refuse what these
    cannot express but ours can. A path without parameters is all that it takes.
    """
    return {
        "openapi": "3.1.0",
        "info": {"title": "outline", "version": "1"},
        "paths": {
            f"/{operation.operation_id}": {
                operation.method.lower(): {
                    "operationId": operation.name,
                    "tags": [operation.tag],
                    "responses": {"default": {"description": ""}},
                }
            }
            for operation in operations
        },
    }


def _require_all(wanted: Iterable[str], operations: Iterable[OperationView], target: Path) -> None:
    """Raise when an operation of the document is not in the rendered table, or its module was not rendered."""
    table = ast.parse((target / "api" / "__init__.py").read_text(encoding="utf-8"))
    entries = [node.value for node in ast.walk(table) if isinstance(node, ast.Constant)]
    modules = {
        operation.operation_id: target / "api" / operation.tag / f"{operation.name}.py" for operation in operations
    }
    for operation_id in wanted:
        if operation_id not in entries or operation_id not in modules or not modules[operation_id].is_file():
            raise RenderError(f"the operation {operation_id} was lost: no template of ours may leave one out")


def _ruff(arguments: Sequence[str], folder: Path) -> None:
    # By its name, because the package has no types for mypy.
    program: str = importlib.import_module("ruff").find_ruff_bin()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RUFF_")}
    done = subprocess.run(  # noqa: S603 - a command of our own
        [program, *arguments, "."], cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        said = f"{done.stdout}{done.stderr}".strip() or f"it was ended (status {done.returncode})"
        raise RenderError(f"ruff could not {arguments[0]} what the templates wrote:\n{said}")


def _template_message(error: Exception, templates: Path) -> str:
    """Return what is wrong with a template, and where; empty if the error does not come from one."""
    if isinstance(error, TemplateSyntaxError):
        places = [(error.filename or "", error.lineno)]
    else:
        # Jinja puts the lines of templates into a traceback.
        frames = traceback.extract_tb(error.__traceback__)
        places = [(frame.filename, frame.lineno or 0) for frame in frames if frame.filename.endswith(".jinja")]
    # The last is the innermost: the template that another one includes.
    return "".join(f"{os.path.relpath(name, templates.parents[1])}:{line}: {error}" for name, line in places[-1:])


def _sentence(problem: GeneratorError) -> str:
    parts = [problem.header, problem.detail]
    return "openapi-python-client: " + ": ".join(part.strip() for part in parts if part)
