"""The document as openapi-python-client reads it: its endpoints, bodies, responses, models and properties."""

# The objects of openapi-python-client, and the JSON of a document, are hardly typed: mypy in strict mode judges alone.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownLambdaType=false, reportUnknownParameterType=false, reportPrivateUsage=false

import copy
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from openapi_python_client.config import ClassOverride, Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData, openapi
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import EnumProperty, model_property
from openapi_python_client.schema import UntrustedString
from openapi_python_client.strings import PythonIdentifier

from generator import names
from generator.document import Document, Pointer, Problem, SpecError

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class ConfigError(Exception):
    """The options of openapi-python-client cannot be used; the text says why."""


def read(document: Document, config_file: Path, target: Path) -> tuple[GeneratorData, Config]:
    """Return what openapi-python-client makes of *document*, and its options.

    Raises:
        ConfigError: *config_file* cannot be used.
        SpecError: It has an error or a warning, or there is no operation.
    """
    config = _config(config_file, target)
    _take_over_names()
    try:
        data = GeneratorData.from_dict(_with_schemas(document.data), config=config)
    except Exception as error:  # as it raises for some defaults that do not fit
        raise document.problem((), f"openapi-python-client: {error}") from error
    if isinstance(data, GeneratorError):
        raise document.problem((), _sentence(data))
    problems = list(_problems(document, data))
    if problems:
        raise SpecError(document.path, problems)
    if not any(collection.endpoints for collection in data.endpoint_collections_by_tag.values()):
        raise document.problem(("paths",), "there is no operation: a client of it could do nothing")
    return data, config


def operations(document: Document) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """Yield place and value of each operation, in the order in which openapi-python-client reads them."""
    paths: dict[str, dict[str, Any]] = document.data.get("paths") or {}
    for path, item in paths.items():
        for method in METHODS if path.startswith("/") else ():
            if isinstance(item.get(method), dict):
                yield ("paths", path, method), item[method]


def endpoint_name(pointer: Pointer, node: dict[str, Any]) -> str:
    """Return what openapi-python-client calls the operation at *pointer*."""
    if node.get("operationId"):
        return str(PythonIdentifier(str(node["operationId"]), prefix="field_"))
    return str(
        openapi.generate_operation_id(path=UntrustedString(str(pointer[1])), method=str(pointer[2]), prefix="field_")
    )


def _config(config_file: Path, target: Path) -> Config:
    try:
        options = ConfigFile.load_from_path(config_file)
    except Exception as error:  # of several libraries
        raise ConfigError(f"{config_file.name} cannot be used: {error}") from error
    # A schema that is called like something that generated modules import.
    override: Any = ClassOverride  # its annotation is wrong: it takes plain text
    taken = {name: override(class_name=f"{name}Model", module_name=None) for name in names.TAKEN_BY_IMPORTS}
    options.class_overrides = {**taken, **(options.class_overrides or {})}
    return Config.from_sources(
        config_file=options,
        meta_type=MetaType.NONE,
        document_source="",
        file_encoding="utf-8",
        overwrite=False,
        output_path=target,
    )


def _take_over_names() -> None:
    """Let our names decide: openapi-python-client refuses documents in which two of its own collide."""
    library: Any = model_property
    library._resolve_naming_conflict = lambda *_: None  # noqa: SLF001 - there is no option for it
    endpoint: Any = Endpoint
    endpoint._check_parameters_for_conflicts = lambda self, **_: self  # noqa: SLF001
    enum: Any = EnumProperty
    enum.values_from_list = staticmethod(_members)


def _members(values: list[Any], _: object, variable_names: list[str]) -> dict[str, Any]:
    chosen = variable_names if len(variable_names) == len(values) else values
    return dict(zip(names.member_names(chosen), values, strict=True))


def _with_schemas(data: dict[str, Any]) -> dict[str, Any]:
    """Return a copy in which JSON of any kind, a media type without a schema, says so: `schema: {}`."""
    data = copy.deepcopy(data)
    for container in _contents(data):
        for media_type, media in container.items():
            if "json" in media_type and isinstance(media, dict):
                media.setdefault("schema", {})
    data["paths"] = {path: item for path, item in (data.get("paths") or {}).items() if path.startswith("/")}
    _simplify_enums(data)
    return data


def _simplify_enums(value: Any) -> None:
    """Let an enum with null say so once: `type: [string, "null"]` beside it would give three classes."""
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _simplify_enums(inner)
    if isinstance(value, dict) and isinstance(value.get("enum"), list) and isinstance(value.get("type"), list):
        others = [each for each in value["type"] if each != "null"]
        if len(others) == 1 and (None in value["enum"] or others == value["type"]):
            value["type"] = others[0]


def _contents(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "content" and isinstance(inner, dict):
                yield inner
            elif key not in {"example", "examples", "default", "const", "enum"}:
                yield from _contents(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _contents(inner)


def _problems(document: Document, data: GeneratorData) -> Iterable[Problem]:
    places = {f"{str(pointer[2]).upper()} {pointer[1]} ": pointer for pointer, _ in operations(document)}
    for error in data.errors:
        found = re.search(r"/components/(\w+)/([^\s\]]+)", f"{error.header} {error.detail}")
        yield document.located(("components", *found.groups()) if found else ("components",), _sentence(error))
    for collection in data.endpoint_collections_by_tag.values():
        for error in collection.parse_errors:
            header = error.header or ""
            place = next((pointer for name, pointer in places.items() if f"{name}within" in header), ("paths",))
            yield document.located(place, _sentence(error))


def _sentence(problem: GeneratorError) -> str:
    parts = [problem.header, problem.detail]
    said = "openapi-python-client: " + ": ".join(part.strip() for part in parts if part)
    # It shows some names as objects, with an address that differs from run to run.
    return re.sub(r"<[\w.]+ object at 0x[0-9a-f]+>", "...", said)
