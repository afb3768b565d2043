"""Render the document through openapi-python-client with our templates."""

# The objects of openapi-python-client, and the JSON of a document, are hardly typed: mypy in strict mode judges alone.
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false, reportUnknownMemberType=false

import contextlib
import importlib
import io
import os
import re
import subprocess
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined
from openapi_python_client import Project
from openapi_python_client.parser.properties import Class

from generator import endpoints, openapi
from generator.docstrings import docstring
from generator.document import Document, GenerationError, Pointer, excerpt, fields, items
from generator.models import Annotations, hidden_types, or_unset, union_of
from generator.openapi import Reading, is_map

_LONGEST_NAME = 200
"""Bytes in the name of a file or folder: file systems take 255, of which Python's cache needs some."""

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


def render(document: Document, config_file: Path, templates: Path, target: Path) -> tuple[dict[str, str], int]:
    """Write the package for *document*, which has passed `check`, into the folder *target*, which must not exist yet.

    Return method and path of its operations by tag and name, and how many classes it holds.

    Raises:
        SpecError: The document has something that openapi-python-client or the templates cannot express.
        GenerationError: There is an error in the options or templates, or ruff has one.
        OSError: *target* cannot be written.
    """
    contents = write(document, config_file, templates, target)
    _ruff("check", _CHECK, target)
    _ruff("format", _FORMAT, target)
    return contents


def write(document: Document, config_file: Path, templates: Path, target: Path) -> tuple[dict[str, str], int]:
    """Do what `render` does, but leave the modules as the templates wrote them."""
    package = _Package(openapi.read(document, config_file, target), templates)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            problems = package.build()
    except Exception as error:
        # Jinja puts the lines of templates into a traceback; the last is that of a template that another one includes.
        frames = [each for each in traceback.extract_tb(error.__traceback__) if each.filename.endswith(".jinja")]
        if not frames:
            raise
        name = os.path.relpath(frames[-1].filename, templates.parents[1])
        raise GenerationError(f"{name}:{frames[-1].lineno}: {error}") from error
    if problems:
        raise GenerationError("\n".join(map(openapi.sentence, problems)))
    addresses = {
        f"{tag}.{name}": f"{str(pointer[2]).upper()} {pointer[1]}"
        for (tag, name), (pointer, _) in zip(package.operations, document.operations(), strict=True)
    }
    return dict(sorted(addresses.items())), len(package.classes)


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
        annotations = Annotations(reading)
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
            union_of=union_of,
            or_unset=or_unset,
            attributes_of=annotations.attributes,
            shared=annotations.shared,
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
    for name in reading.document.components("schemas"):
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
    places = {
        reading.class_of(key).name: ("components", "schemas", key) for key in reading.document.components("schemas")
    }
    found = set[str]()
    for module in modules:
        name = module.class_info.name
        _require_short_name(reading.document, places.get(name, ("components", "schemas")), name)
        for what in (f"module {module.class_info.module_name}", *(f"class {each}" for each in module.exports)):
            if what in found:
                message = f"{name} becomes the {what}, as another schema does: rename one"
                raise reading.document.problem(places.get(name, ("components", "schemas")), message)
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
        for name in key:
            _require_short_name(document, pointer, name)
        yield key, endpoints.operation(document, annotations, endpoint, pointer)


def _require_short_name(document: Document, pointer: Pointer, name: str) -> None:
    if len(name.encode()) > _LONGEST_NAME:
        message = f"a name of {len(name)} characters is too long for a file: {excerpt(name)}"
        raise document.problem(pointer, message)


def _shape(path: str) -> str:
    return re.sub(r"\{[^{}]*\}", "{}", path)


def _base_url(document: Document) -> str:
    server: Any = next(iter(items(document.data.get("servers"))), {"url": ""})
    defaults = {name: variable["default"] for name, variable in fields(server.get("variables")).items()}
    return re.sub(r"\{(\w+)\}", lambda found: str(defaults.get(found[1], found[0])), str(server["url"]))


def _api_key_header(document: Document) -> str:
    for key, node in document.components("securitySchemes").items():
        pointer, scheme = document.resolve(node, ("components", "securitySchemes", key))
        if (scheme["type"], scheme.get("in")) == ("apiKey", "header"):
            endpoints.require_header_name(document, (*pointer, "name"), scheme["name"])
            return str(scheme["name"])
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
