"""Render the document through openapi-python-client with our templates."""

# The objects of openapi-python-client, and the JSON of a document, are hardly typed: mypy in strict mode judges alone.
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false, reportUnknownMemberType=false

import contextlib
import functools
import importlib
import io
import itertools
import os
import re
import subprocess
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError
from openapi_python_client import Project
from openapi_python_client.parser.properties import Class

from generator import endpoints, openapi
from generator.annotations import Annotations
from generator.docstrings import docstring
from generator.document import Document, GenerationError, excerpt
from generator.models import attributes, hidden_types, shared
from generator.openapi import Reading, is_map
from generator.unions import Unions

RUNTIME = Path(__file__).parent / "runtime"
"""What does not vary from document to document: modules that are copied as they are."""

# Nothing but these decides: no configuration file, environment, .gitignore or name of a folder. Ruff would pass over
# files below a folder called build, and in nox's own.
_RUFF = (
    *("--isolated", "--no-cache", "--no-respect-gitignore", "--config=exclude=[]", "--config=src=[]", "--quiet"),
    *("--line-length=120", "--target-version=py311"),
)
# Modules of nothing but exports may import what they do not use.
_CHECK = ("--fix", "--select=I001,F401,F811", "--per-file-ignores=__init__.py:F401")
_FORMAT = ("--config=format.line-ending='lf'",)


def render(document: Document, config_file: Path, templates: Path, target: Path) -> tuple[int, int]:
    """Write the package for *document* into the folder *target*, which must not exist yet.

    Args:
        document: It has passed `generator.check`.
        config_file: The options of openapi-python-client.
        templates: Our templates.
        target: Its parent must exist.

    Returns:
        How many operations and how many classes the package holds.

    Raises:
        SpecError: The document has something that openapi-python-client or the templates cannot express.
        GenerationError: There is an error in the options or templates, or ruff has one.
        OSError: *target* cannot be written.
    """
    contents = write(document, config_file, templates, target)
    _ruff("check", _CHECK, target)
    _ruff("format", _FORMAT, target)
    return contents


def write(document: Document, config_file: Path, templates: Path, target: Path) -> tuple[int, int]:
    """Do what `render` does, but leave the modules as the templates wrote them."""
    package = _Package(openapi.read(document, config_file, target), templates)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            problems = package.build()
    except Exception as error:
        message = _template_message(error, templates)
        if not message:
            raise
        raise GenerationError(message) from error
    if problems:
        raise GenerationError("\n".join(map(openapi.sentence, problems)))
    return len(package.operations), len(package.classes)


@dataclass(frozen=True)
class _Module:
    """A module of models: its main class, the classes that it exports, its template and what this is given."""

    class_info: Class
    exports: list[str]
    template: str
    values: dict[str, Any]


class _Package(Project):
    """A project of openapi-python-client with our templates, and what these are told beside its own objects."""

    def __init__(self, reading: Reading, templates: Path) -> None:
        super().__init__(openapi=reading.data, config=reading.config, custom_template_path=templates)
        document = reading.document
        unions = Unions(reading)
        annotations = Annotations(reading, unions)
        self.operations = dict(_operations(reading, annotations))
        self.modules = list(_modules(reading, annotations))
        _require_unique_names(reading, self.modules)
        exports = [(module.class_info.module_name, name) for module in self.modules for name in module.exports]
        self.classes = sorted(exports, key=lambda export: export[1])
        # A name that is misspelled in a template is an error, not an empty text.
        self.env.undefined = StrictUndefined
        self.env.filters.update(docstring=docstring, literal=repr)
        globals_: dict[str, Any] = self.env.globals
        globals_.update(
            operation_of=lambda endpoint: self.operations[endpoint.tags[0], endpoint.name],
            union_of=endpoints.union_of,
            attributes_of=functools.partial(attributes, annotations),
            shared=functools.partial(shared, annotations),
            hidden_types=hidden_types,
            words=lambda *sources: set(re.findall(r"\w+", " ".join(sources))),
            text=openapi.text,
            classes=self.classes,
            base_url=_base_url(document),
            api_key_header=_api_key_header(document),
            document_title=str(document.data["info"]["title"]),
        )

    def _create_package(self) -> None:
        super()._create_package()
        (self.package_dir / "py.typed").touch()

    def _build_api(self) -> None:
        super()._build_api()
        # Upstream's client.py, types.py and errors.py are among those that ours replace.
        header = self.env.get_template("header.jinja").render()
        for module in sorted(RUNTIME.glob("*.py")):
            if module.name not in ("__init__.py", "settings.py"):
                # The header takes the place of the first line, so that the lines of both have the same numbers.
                source = header + module.read_text(encoding="utf-8").split("\n", 1)[1]
                (self.package_dir / module.name).write_text(source, encoding="utf-8", newline="\n")
        self._write("settings", "settings")

    def _build_models(self) -> None:
        (self.package_dir / "models").mkdir()
        self._write("models/__init__", "models_init")
        for module in self.modules:
            self._write(f"models/{module.class_info.module_name}", module.template, **module.values)

    def _write(self, module: str, template: str, **values: Any) -> None:
        source = self.env.get_template(f"{template}.py.jinja").render(**values)
        (self.package_dir / f"{module}.py").write_text(source, encoding="utf-8", newline="\n")


def _modules(reading: Reading, annotations: Annotations) -> Iterator[_Module]:
    """Yield a module for each union, model and enum, and for each component that is a map or a mere reference."""
    for union in annotations.unions:
        yield _Module(union.class_info, [union.name, union.unknown], "union", {"union": union})
    for model in annotations.models.values():
        if not is_map(model):
            yield _Module(model.class_info, [model.class_info.name], "model", {"model": model})
    for enum in reading.data.enums:
        yield _Module(enum.class_info, [enum.class_info.name], "enum", {"enum": enum})
    maps = {name: annotations.map_of(model) for name, model in annotations.models.items() if is_map(model)}
    for name in reading.document.schemas:
        key, _ = reading.component(name)
        target = reading.class_of(key).name
        known = maps if key == name else {each: each for each in annotations.names}
        if target in known:
            class_info = reading.class_of(name)
            yield _Module(
                class_info, [class_info.name], "alias", {"name": class_info.name, "annotation": known[target]}
            )


def _require_unique_names(reading: Reading, modules: list[_Module]) -> None:
    """Raise a SpecError if two schemas become one class, or one module."""
    found = set[str]()
    for module in modules:
        for what in (f"module {module.class_info.module_name}", *(f"class {name}" for name in module.exports)):
            if what in found:
                name = module.class_info.name
                components = (key for key in reading.document.schemas if reading.class_of(key).name == name)
                place = ("components", "schemas", *itertools.islice(components, 1))
                raise reading.document.problem(place, f"{name} becomes the {what}, as another schema does: rename one")
            found.add(what)


def _operations(reading: Reading, annotations: Annotations) -> Iterator[tuple[tuple[str, str], endpoints.Operation]]:
    """Yield the operations of the document by tag and name; each of them has an endpoint."""
    document = reading.document
    # openapi-python-client changes the names of parameters in the path.
    read = {(each.method, _shape(openapi.text(each.path))): each for each in reading.endpoints}
    found = set[tuple[str, str]]()
    for pointer, _ in document.operations():
        endpoint = read[str(pointer[2]), _shape(str(pointer[1]))]
        key = str(endpoint.tags[0]), str(endpoint.name)
        if key in found:
            raise document.problem(pointer, f"becomes the operation {key[1]}, as another one does: rename one")
        found.add(key)
        yield key, endpoints.operation(document, annotations, endpoint, pointer)


def _shape(path: str) -> str:
    return re.sub(r"\{[^{}]*\}", "{}", path)


def _base_url(document: Document) -> str:
    servers: list[dict[str, Any]] = document.data.get("servers") or []
    if not servers:
        return ""
    variables: dict[str, Any] = servers[0].get("variables") or {}
    return re.sub(
        r"\{(\w+)\}", lambda found: str(variables.get(found[1], {}).get("default", found[0])), str(servers[0]["url"])
    )


def _api_key_header(document: Document) -> str:
    schemes: dict[str, Any] = document.data.get("components", {}).get("securitySchemes", {})
    for key, scheme in schemes.items():
        if scheme.get("type") == "apiKey" and scheme.get("in") == "header":
            name = str(scheme["name"])
            if not endpoints.HEADER_NAME.fullmatch(name):
                place = ("components", "securitySchemes", key, "name")
                raise document.problem(place, f"{excerpt(name)} cannot be the name of a header")
            return name
    return ""


def _ruff(command: str, options: Iterable[str], folder: Path) -> None:
    # By its name, because the package has no types for mypy.
    program: str = importlib.import_module("ruff").find_ruff_bin()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RUFF_")}
    done = subprocess.run(  # noqa: S603 - a command of our own
        [program, command, *_RUFF, *options, "."],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        said = f"{done.stdout}{done.stderr}".strip() or f"it was ended (status {done.returncode})"
        raise GenerationError(f"ruff could not {command} what the templates wrote:\n{said}")


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
