"""Render the document through openapi-python-client with our templates."""

# The objects of openapi-python-client, and the JSON of a document, are hardly typed: mypy in strict mode judges alone.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownLambdaType=false, reportUnknownParameterType=false, reportPrivateUsage=false

import contextlib
import functools
import importlib
import io
import os
import re
import subprocess
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError
from openapi_python_client import Project
from openapi_python_client.config import Config
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.properties import EnumProperty, ModelProperty

from generator import endpoints, extras, names, openapi
from generator.annotations import Annotations, Attribute, attributes, hidden_types, is_map, shared, text
from generator.docstrings import build_docstring, call_docstring, docstring
from generator.document import Document
from generator.problem import excerpt

# Nothing but these decides: no configuration file, environment, .gitignore or name of a folder. Ruff would pass over
# files below a folder called build, and in nox's own.
_RUFF = ("--isolated", "--no-cache", "--no-respect-gitignore", "--config=exclude=[]", "--config=src=[]")
_SORT_IMPORTS = (
    "check",
    *_RUFF,
    "--quiet",
    "--fix",
    "--select=I001,F401,F811",
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
    """A project of openapi-python-client with our templates, and what these are told beside its own objects."""

    def __init__(self, document: Document, data: GeneratorData, config: Config, templates: Path) -> None:
        super().__init__(openapi=data, config=config, custom_template_path=templates)
        # A name that is misspelled in a template is an error, not an empty text.
        self.env.undefined = StrictUndefined
        self.env.filters.update(docstring=docstring, literal=repr)
        self.references = extras.aliases(document, config)
        self.annotations = Annotations(data, extras.discriminators(document, config), self.references)
        self.unions = sorted(set(self.annotations.discriminators.values()), key=lambda union: union.name)
        self.operations = _operations(document, data, self.annotations)
        self.aliases = self._aliases(document)
        named = {(each.tag, each.name): each for each in self.operations}
        globals_: dict[str, Any] = self.env.globals
        globals_.update(
            operations=self.operations,
            operation_of=lambda endpoint: named[str(endpoint.tags[0]), str(endpoint.name)],
            attributes_of=functools.partial(attributes, self.annotations),
            shared=functools.partial(shared, self.annotations),
            hidden_types=hidden_types,
            words=lambda *sources: set(re.findall(r"\w+", " ".join(sources))),
            words_of=_words_of,
            text=text,
            build_docstring=build_docstring,
            call_docstring=call_docstring,
            classes=self.exports(),
            base_url=_base_url(document),
            api_key_header=_api_key_header(document),
            document_title=str(document.data["info"]["title"]),
        )

    def _aliases(self, document: Document) -> dict[str, str]:
        """Return the names that stand for an annotation: components that are maps, or references to another."""
        schemas: dict[str, Any] = document.data.get("components", {}).get("schemas", {})
        components = {extras.class_of(name, schema, self.config) for name, schema in schemas.items()}
        maps = [model for model in self.openapi.models if is_map(model)]
        found = {
            str(model.class_info.name): self.annotations.map_of(model)
            for model in maps
            if model.class_info.name in components
        }
        classes = {name for _, name in self._classes()} | found.keys()
        return found | {name: target for name, target in self.references.items() if target in classes}

    def _models(self) -> list[ModelProperty]:
        """Return the models that have a class of their own."""
        return [
            model for model in self.openapi.models if not is_map(model) and model.class_info.name not in self.references
        ]

    def _classes(self) -> list[tuple[str, str]]:
        modelled: list[ModelProperty | EnumProperty] = [
            *self._models(),
            *(enum for enum in self.openapi.enums if isinstance(enum, EnumProperty)),
        ]
        return [
            *((str(each.class_info.module_name), str(each.class_info.name)) for each in modelled),
            *((union.module, name) for union in self.unions for name in (union.name, union.unknown)),
        ]

    def exports(self) -> list[tuple[str, str]]:
        """Return module and name of every class and alias, by name."""
        aliases = ((names.module_name(name), name) for name in self.aliases)
        return sorted([*self._classes(), *aliases], key=lambda export: export[1])

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
        self._write("settings.py", "settings.py.jinja")

    def _build_models(self) -> None:
        (self.package_dir / "models").mkdir()
        self._write("models/__init__.py", "models_init.py.jinja")
        for model in self._models():
            self._write(f"models/{model.class_info.module_name}.py", "model.py.jinja", model=model)
        for union in self.unions:
            self._write(f"models/{union.module}.py", "union.py.jinja", union=union)
        for enum in self.openapi.enums:
            self._write(f"models/{enum.class_info.module_name}.py", "enum.py.jinja", enum=enum)
        for name, annotation in self.aliases.items():
            self._write(f"models/{names.module_name(name)}.py", "alias.py.jinja", name=name, annotation=annotation)

    def _write(self, path: str, template: str, **values: Any) -> None:
        source = self.env.get_template(template).render(**values)
        file = self.package_dir / path
        if file.exists():
            raise RenderError(f"{path} would be written twice: two names of the document become one")
        file.write_text(source, encoding="utf-8", newline="\n")


def _words_of(attributes: Iterable[Attribute]) -> set[str]:
    """Return the words of the annotations and values of *attributes*."""
    return {word for each in attributes for word in re.findall(r"\w+", f"{each.annotation} {each.value}")}


def _operations(document: Document, data: GeneratorData, annotations: Annotations) -> list[endpoints.Operation]:
    """Return the operations of the document, in its order; each of them has an endpoint."""
    read = {
        (endpoint.method, str(endpoint.name)): endpoint
        for collection in data.endpoint_collections_by_tag.values()
        for endpoint in collection.endpoints
    }
    found: dict[tuple[str, str], endpoints.Operation] = {}
    for pointer, node in openapi.operations(document):
        name = openapi.endpoint_name(pointer, node)
        operation = endpoints.operation(document, annotations, read[str(pointer[2]), name], pointer, node)
        if any(operation.name == other for _, other in found):
            raise document.problem(pointer, f"becomes the operation {operation.name}, as another one does: rename one")
        found[operation.tag, operation.name] = operation
    return list(found.values())


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


def render(document: Document, config_file: Path, templates: Path, target: Path) -> "Contents":
    """Write the package for *document* into the folder *target*, which must not exist yet.

    Args:
        document: It has passed `generator.check`.
        config_file: The options of openapi-python-client.
        templates: Our templates.
        target: Its parent must exist.

    Returns:
        What the package holds.

    Raises:
        SpecError: The document has something that openapi-python-client or the templates cannot express.
        RenderError: There is an error in the options or templates, or ruff has one.
        OSError: *target* cannot be written.
    """
    contents = write(document, config_file, templates, target)
    _ruff(_SORT_IMPORTS, target)
    _ruff(_FORMAT, target)
    return contents


@dataclass(frozen=True)
class Contents:
    """What a package holds: how many operations, and how many classes."""

    operations: int
    classes: int


def write(document: Document, config_file: Path, templates: Path, target: Path) -> Contents:
    """Do what `render` does, but leave the modules as the templates wrote them."""
    try:
        data, config = openapi.read(document, config_file, target)
    except openapi.ConfigError as error:
        raise RenderError(str(error)) from error
    package = _Package(document, data, config, templates)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            problems = package.build()
    except Exception as error:
        message = _template_message(error, templates)
        if not message or isinstance(error, RenderError):
            raise
        raise RenderError(message) from error
    if problems:
        raise RenderError("\n".join(map(_sentence, problems)))
    for operation in package.operations:
        if not (target / "api" / operation.tag / f"{operation.name}.py").is_file():
            raise RenderError(f"the operation {operation.operation_id} was lost: no template of ours may leave one out")
    return Contents(len(package.operations), len(package.exports()))


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
