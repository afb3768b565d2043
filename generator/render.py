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
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError
from openapi_python_client import Project

from generator import endpoints, names, openapi
from generator.annotations import Annotations
from generator.docstrings import call_docstring, docstring
from generator.document import Document, GenerationError, excerpt
from generator.models import Attribute, attributes, hidden_types, shared
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
    for operation in package.operations:
        if not (target / "api" / operation.tag / f"{operation.name}.py").is_file():
            raise GenerationError(f"the operation {operation.operation_id} was lost: no template may leave one out")
    return len(package.operations), len(package.exports)


class _Package(Project):
    """A project of openapi-python-client with our templates, and what these are told beside its own objects."""

    def __init__(self, reading: Reading, templates: Path) -> None:
        super().__init__(openapi=reading.data, config=reading.config, custom_template_path=templates)
        document = reading.document
        self.unions = Unions(reading)
        annotations = Annotations(reading, self.unions)
        self.operations = list(_operations(reading, annotations))
        self.models = [model for model in reading.data.models if not is_map(model)]
        self.aliases = dict(_maps(reading, annotations))
        classes = {name for _, name in self._classes()} | self.aliases.keys()
        self.aliases |= {name: target for name, target in _references(reading) if target in classes}
        aliases = ((names.module_name(name), name) for name in self.aliases)
        self.exports = sorted([*self._classes(), *aliases], key=lambda export: export[1])
        self._require_unique_names(reading)
        named = {(each.tag, each.name): each for each in self.operations}
        # A name that is misspelled in a template is an error, not an empty text.
        self.env.undefined = StrictUndefined
        self.env.filters.update(docstring=docstring, literal=repr)
        globals_: dict[str, Any] = self.env.globals
        globals_.update(
            operations=self.operations,
            operation_of=lambda endpoint: named[str(endpoint.tags[0]), str(endpoint.name)],
            attributes_of=functools.partial(attributes, annotations),
            shared=functools.partial(shared, annotations),
            hidden_types=hidden_types,
            words=lambda *sources: set(re.findall(r"\w+", " ".join(sources))),
            words_of=_words_of,
            text=openapi.text,
            call_docstring=call_docstring,
            classes=self.exports,
            base_url=_base_url(document),
            api_key_header=_api_key_header(document),
            document_title=str(document.data["info"]["title"]),
        )

    def _classes(self) -> Iterator[tuple[str, str]]:
        """Yield module and name of every class, and of every union."""
        modelled: list[Any] = [*self.models, *self.openapi.enums]
        for each in modelled:
            yield str(each.class_info.module_name), str(each.class_info.name)
        for union in self.unions:
            yield union.module, union.name
            yield union.module, union.unknown

    def _require_unique_names(self, reading: Reading) -> None:
        """Raise a SpecError if two schemas become one class, or one module."""
        unknown = {(union.module, union.unknown) for union in self.unions}
        found = set[str]()
        for module, name in self.exports:
            for what in (f"class {name}", *([] if (module, name) in unknown else [f"module {module}"])):
                if what in found:
                    components = (key for key in reading.document.schemas if reading.class_of(key) == name)
                    place = ("components", "schemas", *itertools.islice(components, 1))
                    message = f"{name} becomes the {what}, as another schema does: rename one"
                    raise reading.document.problem(place, message)
                found.add(what)

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
        for model in self.models:
            self._write(f"models/{model.class_info.module_name}", "model", model=model)
        for union in self.unions:
            self._write(f"models/{union.module}", "union", union=union)
        for enum in self.openapi.enums:
            self._write(f"models/{enum.class_info.module_name}", "enum", enum=enum)
        for name, annotation in self.aliases.items():
            self._write(f"models/{names.module_name(name)}", "alias", name=name, annotation=annotation)

    def _write(self, module: str, template: str, **values: Any) -> None:
        source = self.env.get_template(f"{template}.py.jinja").render(**values)
        (self.package_dir / f"{module}.py").write_text(source, encoding="utf-8", newline="\n")


def _words_of(attributes: Iterable[Attribute]) -> set[str]:
    """Return the words of the annotations and values of *attributes*."""
    return {word for each in attributes for word in re.findall(r"\w+", f"{each.annotation} {each.value}")}


def _references(reading: Reading) -> Iterator[tuple[str, str]]:
    """Yield the components that are nothing but a reference to another, with the class of that one."""
    for name in reading.document.schemas:
        target, _ = reading.component(name)
        if target != name:
            yield names.class_name(name), reading.class_of(target)


def _maps(reading: Reading, annotations: Annotations) -> Iterator[tuple[str, str]]:
    """Yield the components that have no class, as they are maps, with their annotation."""
    components = {reading.class_of(name) for name in reading.document.schemas}
    for name, model in reading.models.items():
        if is_map(model) and name in components:
            yield name, annotations.map_of(model)


def _operations(reading: Reading, annotations: Annotations) -> Iterator[endpoints.Operation]:
    """Yield the operations of the document, in its order; each of them has an endpoint."""
    document = reading.document
    # openapi-python-client changes the names of parameters in the path.
    read = {(each.method, _shape(openapi.text(each.path))): each for each in reading.endpoints}
    found = set[str]()
    for pointer, node in document.operations():
        endpoint = read[str(pointer[2]), _shape(str(pointer[1]))]
        operation = endpoints.operation(document, annotations, endpoint, pointer, node)
        if operation.name in found:
            raise document.problem(pointer, f"becomes the operation {operation.name}, as another one does: rename one")
        found.add(operation.name)
        yield operation


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
