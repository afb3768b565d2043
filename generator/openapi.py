"""The document as openapi-python-client reads it: its endpoints, bodies, responses, models and properties."""

# The objects of openapi-python-client, and the JSON of a document, are hardly typed: mypy in strict mode judges alone.
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownLambdaType=false

import contextlib
import copy
import functools
import json
import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from openapi_python_client.config import ClassOverride, Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser import openapi as parser_openapi
from openapi_python_client.parser import properties as parser_properties
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import EnumProperty, ModelProperty, model_property
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.schemas import Class
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.schema import OpenAPI
from openapi_python_client.schema.untrusted_string import UntrustedString
from pydantic import ValidationError

from generator import names
from generator.document import Document, GenerationError, Pointer, Problem, SpecError, fields, items, objects
from generator.document import schema_reference as reference_to

NULL = {"type": "null"}
_COMPOSED = {"allOf", "anyOf", "oneOf"}


@dataclass(frozen=True)
class Reading:
    """A document in the words that openapi-python-client understands, what it made of it, and its options."""

    document: Document
    data: GeneratorData
    config: Config

    @property
    def endpoints(self) -> list[Endpoint]:
        """The endpoints of all tags."""
        collections = self.data.endpoint_collections_by_tag.values()
        return [endpoint for collection in collections for endpoint in collection.endpoints]

    @property
    def models(self) -> dict[str, ModelProperty]:
        """The models by the name of their class."""
        return {str(model.class_info.name): model for model in self.data.models}

    def place(self, union: UnionProperty) -> Pointer:
        """Return where the schema of *union* stands: what is nothing but another one, or null, leads there."""
        pointer: Pointer = tuple(json.loads(text(union.example) or "[]"))
        node = functools.reduce(operator.getitem, pointer, cast("Any", self.document.data))
        while "discriminator" not in node:
            listed = [
                (key, index) for key in _COMPOSED for index, each in enumerate(items(node.get(key))) if each != NULL
            ]
            if len(listed) != 1:
                break
            key, index = listed[0]
            pointer, node = self.document.resolve(node[key][index], (*pointer, key, index))
        return pointer

    def component(self, reference: str) -> tuple[str, Any]:
        """Return name and schema of the component that *reference*, or the bare name of a component, leads to."""
        pointer, schema = self.document.resolve({"$ref": reference_to(reference)})
        return str(pointer[-1]), schema

    def class_named(self, text: str) -> Class:
        """Return class and module that openapi-python-client makes of *text*."""
        return Class.from_string(string=text, config=self.config)

    def class_of(self, name: str) -> Class:
        """Return class and module of the component *name*."""
        return self.class_named(fields(self.document.components("schemas")[name]).get("title") or name)


def read(document: Document, config_file: Path, target: Path) -> Reading:
    """Return what openapi-python-client makes of *document*.

    Raises:
        GenerationError: *config_file* cannot be used.
        SpecError: It has an error or a warning, or there is no operation.
    """
    config = _config(config_file, target)
    _mend()
    document = replace(document, data=_clarified(document.data))
    try:
        data = GeneratorData.from_dict(_without_aliases(document), config=config)
    except Exception as error:  # as it raises for some defaults that do not fit
        raise document.problem((), f"openapi-python-client: {error}") from error
    if isinstance(data, GeneratorError):
        raise SpecError(document.path, list(_unreadable(document)) or [document.located((), sentence(data))])
    problems = list(_problems(document, data))
    if problems:
        raise SpecError(document.path, problems)
    if not data.endpoint_collections_by_tag:
        raise document.problem(("paths",), "there is no operation: a client of it could do nothing")
    return Reading(document, data, config)


def sentence(problem: GeneratorError) -> str:
    """Return what openapi-python-client says."""
    parts = [problem.header, problem.detail]
    said = ": ".join(" ".join(part.split()).rstrip(":") for part in parts if part)
    # It shows some names as objects, with an address that differs from run to run.
    return "openapi-python-client: " + re.sub(r"<[\w.]+ object at 0x[0-9a-f]+>", "...", said)


def text(value: Any) -> str:
    """Return a text of the document as plain text."""
    return value.get_untrusted_value() if isinstance(value, UntrustedString) else str(value or "")


def properties(model: ModelProperty) -> list[Any]:
    """Return the properties of *model*, the required ones first."""
    return [*(model.required_properties or []), *(model.optional_properties or [])]


def is_map(model: ModelProperty) -> bool:
    """Return whether *model* has no properties of its own, only such of any name."""
    return not properties(model) and model.additional_properties is not None


def parts(prop: Any, passed: tuple[str, ...] = ()) -> Iterator[Any]:
    """Yield *prop* and what its annotation consists of; a map that contains itself is not entered again."""
    yield prop
    match prop:
        case ListProperty():
            yield from parts(prop.inner_property, passed)
        case UnionProperty():
            for inner in prop.inner_properties:
                yield from parts(inner, passed)
        case ModelProperty() if is_map(prop) and prop.class_info.name not in passed:
            yield from parts(prop.additional_properties, (*passed, str(prop.class_info.name)))
        case _:
            pass


def _config(config_file: Path, target: Path) -> Config:
    try:
        options = ConfigFile.load_from_path(config_file)
    except Exception as error:  # of several libraries
        raise GenerationError(f"{config_file.name} cannot be used: {error}") from error
    if options.literal_enums:
        raise GenerationError(f"{config_file.name} cannot be used: literal_enums is not supported, enums are open")
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


def _mend() -> None:
    """Replace what openapi-python-client has no option for. Doing so twice changes nothing."""
    library: Any = model_property
    endpoint: Any = Endpoint
    enum: Any = EnumProperty
    # It refuses documents in which two of its own names collide: ours decide.
    library._resolve_naming_conflict = lambda *_: None  # noqa: SLF001 - see above
    endpoint._check_parameters_for_conflicts = lambda self, **_: self  # noqa: SLF001 - see above
    enum.values_from_list = staticmethod(_members)
    # It reads models inside unions twice, and takes the second time for another model of the same name.
    library = parser_properties
    library.process_model = _process_once
    # It copies all models that an endpoint uses for each step of reading the endpoint.
    library = parser_openapi
    library.deepcopy = lambda endpoint: endpoint


def _process_once(model: ModelProperty, **options: Any) -> Any:
    processed = model.required_properties is not None
    return options["schemas"] if processed else model_property.process_model(model, **options)


def _members(values: list[Any], _: object, variable_names: list[str]) -> dict[str, Any]:
    chosen = variable_names if len(variable_names) == len(values) else values
    return dict(zip(names.member_names(chosen), values, strict=True))


def _unreadable(document: Document) -> Iterator[Problem]:
    """Yield what openapi-python-client has no class for. It says so itself, but not where."""
    try:
        OpenAPI.model_validate(document.data)
    except ValidationError as error:
        for each in error.errors(include_url=False):
            pointer: Pointer = ()
            node: Any = document.data
            for part in each["loc"]:  # Some are names of classes.
                with contextlib.suppress(IndexError, KeyError, TypeError):
                    node, pointer = node[part], (*pointer, part)
            missing = f": {each['loc'][-1]}" if each["type"] == "missing" else ""
            yield document.located(pointer, f"openapi-python-client: {each['msg']}{missing}")


def _problems(document: Document, data: GeneratorData) -> Iterator[Problem]:
    for error in data.errors:
        found = re.search(r"/components/(\w+)/([\w.-]+)", f"{error.header} {error.detail}")
        yield document.located(("components", *found.groups()) if found else ("components",), sentence(error))
    for collection in data.endpoint_collections_by_tag.values():
        for error in collection.parse_errors:
            named = (
                pointer
                for pointer, _ in document.operations()
                if f"{str(pointer[2]).upper()} {pointer[1]} within" in error.header
            )
            yield document.located(next(named, ("paths",)), sentence(error))


def _clarified(data: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of *data* in words that openapi-python-client understands, where it would lose what is said."""
    data = copy.deepcopy(data)
    for _, _, node in objects(data):
        for inner in (fields(node.get("properties")), fields(node.get("schemas"))):
            inner.update({name: {} for name, schema in inner.items() if schema is True})
        if node.get("items") is True:
            node["items"] = {}
    data["paths"] = {path: item for path, item in (data.get("paths") or {}).items() if path.startswith("/")}
    nullable = _take_null_away(data.get("components", {}).get("schemas", {}))
    for keyword, pointer, node in list(objects(data)):
        if keyword == "content" and "json" in str(pointer[-1]):
            # Without a schema it is JSON of any kind.
            node.setdefault("schema", {})
        if node.get("$ref") in nullable and keyword not in {"allOf", "anyOf", "oneOf", "schemas"}:
            node["anyOf"] = [{"$ref": node.pop("$ref")}, NULL]
        for key in ("anyOf", "oneOf"):
            variants = node.get(key) or []
            if NULL not in variants and any(fields(each).get("$ref") in nullable for each in variants):
                variants.append(NULL)
        _simplify_reference(node)
        # `type: [string, "null"]` beside an enum that has null would give three classes.
        types, values = _types(node), node.get("enum") or []
        if values and len(types) == 1 and (None in values or types == node["type"]):
            node["type"] = types[0]
    return data


def _without_aliases(document: Document) -> dict[str, Any]:
    """Return the data of *document* without components that are mere references: they would become classes.

    Instead of an example, each composed schema has its place.
    """
    data = copy.deepcopy(document.data)
    for _, pointer, node in objects(data):
        # The one field that it hands on to its properties and makes nothing of tells unions of the same classes apart.
        node.pop("example", None)
        if _COMPOSED & node.keys():
            node["example"] = json.dumps(pointer)
        if str(node.get("$ref")).startswith("#/components/schemas/"):
            node["$ref"] = f"#/components/schemas/{document.resolve(node)[0][-1]}"
    schemas = data.get("components", {}).get("schemas", {})
    for name in [name for name, schema in schemas.items() if "$ref" in fields(schema)]:
        del schemas[name]
    return data


def _types(schema: dict[str, Any]) -> list[str]:
    """Return the types of *schema* apart from null."""
    types = schema.get("type")
    return [types] if isinstance(types, str) else [each for each in items(types) if each != "null"]


def _take_null_away(schemas: dict[str, Any]) -> set[str]:
    """Take null away from components that become a class, which would lose its name; return references to them."""
    found = set[str]()
    references = {f"#/components/schemas/{name}": each for name, each in schemas.items() if isinstance(each, dict)}
    for reference, schema in references.items():
        types, values = _types(schema), schema.get("enum") or []
        has_class = "object" in types or {"additionalProperties", "allOf", "enum", "properties"} & schema.keys()
        is_nullable = schema.get("nullable") or "null" in (schema.get("type") or []) or None in values
        if has_class and is_nullable and values != [None]:
            found.add(reference)
            schema.pop("nullable", None)
            if types:
                schema["type"] = types[0] if len(types) == 1 else types
            if values:
                schema["enum"] = [each for each in values if each is not None]
    while more := {name for name, each in references.items() if each.get("$ref") in found} - found:
        found |= more
    return found


def _simplify_reference(schema: dict[str, Any]) -> None:
    """Let a schema that consists of one reference be that reference.

    openapi-python-client takes no notice of what else it says, and would read the same model twice.
    """
    parts = [(key, each) for key in ("allOf", "anyOf", "oneOf") for each in items(schema.get(key))]
    if len(parts) != 1 or "$ref" not in fields(parts[0][1]) or {"default", "discriminator", "nullable"} & schema.keys():
        return
    own = {key: schema.pop(key) for key in ("properties", "required") if key in schema}
    del schema[parts[0][0]]
    if own:
        schema["allOf"] = [parts[0][1], own]
    else:
        schema.update(parts[0][1])
