"""Properties of openapi-python-client as Python source: annotations, defaults, and the classes that they need."""

# The objects of openapi-python-client, and the JSON of a document, are hardly typed: mypy in strict mode judges alone.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownLambdaType=false, reportUnknownParameterType=false, reportPrivateUsage=false

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import ParseError
from openapi_python_client.parser.properties.any import AnyProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.enum_property import EnumProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.literal_enum_property import LiteralEnumProperty
from openapi_python_client.parser.properties.model_property import ModelProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.properties.uuid import UuidProperty
from openapi_python_client.schema.untrusted_string import UntrustedString

from generator import names
from generator.extras import Discriminator, constants, raw

Where: TypeAlias = Literal["object", "form", "body", "response"]
"""Where a value stands: in an object of JSON, in a multipart form, as a whole body or a whole response."""

_PLAIN: Mapping[type, str] = {
    AnyProperty: "Any",
    BooleanProperty: "bool",
    DateProperty: "date",
    DateTimeProperty: "AwareDatetime",
    FloatProperty: "float",
    IntProperty: "int",
    NoneProperty: "None",
    UuidProperty: "UUID",
}
_FILES: Mapping[Where, str] = {"object": "str", "form": "File", "body": "File | bytes", "response": "bytes"}


@dataclass
class Annotations:
    """Writes the annotations of one document.

    Attributes:
        discriminators: The unions whose variants are told apart by a property, by the classes of their variants.
        aliases: Components that are nothing but a reference, and the class of what they refer to.
        sent: Names of the models that the body of a request can contain.
        forms: Names of the models that are sent as multipart forms.
    """

    data: GeneratorData
    discriminators: dict[frozenset[str], Discriminator]
    aliases: dict[str, str] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)
    forms: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Find the classes that are sent, and the unions whose variants pin one property each."""
        self._open: list[str] = []
        self.models = {str(model.class_info.name): model for model in self.data.models}
        endpoints = [each for group in self.data.endpoint_collections_by_tag.values() for each in group.endpoints]
        for endpoint in endpoints:
            for body in endpoint.bodies:
                self.sent.update(self._inside([body.prop]))
                if body.body_type == "files" and isinstance(body.prop, ModelProperty):
                    self.forms.add(str(body.prop.class_info.name))
            for response in endpoint.responses:
                self._name(response.prop, f"{endpoint.name} {raw(response.prop)}")
        for model in self.data.models:
            for prop in properties(model):
                self._name(prop, f"{model.class_info.name} {raw(prop)}")

    @property
    def names(self) -> set[str]:
        """The names of all classes and unions."""
        enums = {str(enum.class_info.name) for enum in self.data.enums}
        return {*self.models, *enums, *(union.name for union in self.discriminators.values())}

    def _inside(self, pending: list[Any]) -> set[str]:
        found: set[str] = set()
        while pending:
            for model in models_in(pending.pop()):
                name = str(model.class_info.name)
                if name not in found:
                    found.add(name)
                    pending += [*properties(self.models.get(name, model))]
        return found

    def _name(self, prop: Any, name: str) -> None:
        for union in unions_in(prop):
            variants = self._variants(union)
            key = frozenset(str(each.class_info.name) for each in variants)
            if len(variants) > 1 and key not in self.discriminators and (pinned := constants(variants)):
                self.discriminators[key] = Discriminator(names.class_name(name), *pinned)

    def _variants(self, union: UnionProperty) -> list[ModelProperty]:
        """Return the models that *union* consists of, apart from null; none if there is anything else in it."""
        others = [each for each in union.inner_properties if not isinstance(each, NoneProperty)]
        models = [
            self.models.get(str(each.class_info.name), each) for each in others if isinstance(each, ModelProperty)
        ]
        return models if len(models) == len(others) and not any(map(is_map, models)) else []

    def discriminator(self, union: UnionProperty) -> Discriminator | None:
        """Return what tells the variants of *union* apart, if anything does."""
        return self.discriminators.get(frozenset(str(each.class_info.name) for each in self._variants(union)))

    def of(self, prop: Any, where: Where = "object") -> str:
        """Return the annotation of the values of *prop*, whether it is required or not."""
        match prop:
            case FileProperty():
                return _FILES[where]
            case ConstProperty():
                value = prop.value.raw_value
                return f"Literal[{value!r}]" if isinstance(value, str | int) else "float"
            case EnumProperty():
                return str(prop.class_info.name)
            case LiteralEnumProperty():
                return prop.value_type.__name__
            case ListProperty():
                return f"list[{self.of(prop.inner_property, where)}]"
            case ModelProperty():
                model = self.models.get(str(prop.class_info.name), prop)
                return (
                    self.map_of(model)
                    if is_map(model)
                    else self.aliases.get(str(prop.class_info.name), str(prop.class_info.name))
                )
            case UnionProperty():
                return self._union(prop, where)
            case _:
                return _PLAIN.get(type(prop), "str")

    def map_of(self, model: ModelProperty) -> str:
        """Return the annotation of an object whose properties have any name; one that contains itself holds any."""
        if model.class_info.name in self._open:
            return "dict[str, Any]"
        self._open.append(str(model.class_info.name))
        inner = "Any" if model.additional_properties is None else self.of(model.additional_properties)
        self._open.pop()
        return f"dict[str, {inner}]"

    def _union(self, prop: UnionProperty, where: Where) -> str:
        found = self.discriminator(prop)
        inner = [self.of(each, where) for each in prop.inner_properties]
        members = dict.fromkeys([found.name] if found else [each for each in inner if each != "None"])
        if "Any" in members:
            return "Any"
        if "None" in inner:
            members["None"] = None
        return " | ".join(members)

    def is_nullable(self, prop: Any) -> bool:
        """Return whether null is one of the values of *prop*."""
        return self.of(prop) == "Any" or self.of(prop).endswith("None")

    def default(self, prop: Any, schema: Any = None) -> str:
        """Return the default of *prop*, which *schema* describes, as source; `None` where there is none."""
        if isinstance(prop, EnumProperty) and prop.default is None:
            # A property that is a reference to the enum has the default of the enum.
            prop = next((enum for enum in self.data.enums if enum.class_info.name == prop.class_info.name), prop)
        given: Any = getattr(prop, "default", None)
        value: Any = getattr(schema, "default", None)
        if value is None and given is not None:
            value = given.raw_value
        value = value.get_untrusted_value() if isinstance(value, UntrustedString) else value
        return self._source(_fitting(prop, value), value)

    def _source(self, prop: Any, value: Any) -> str:
        match prop:
            case _ if value is None:
                return "None"
            case ListProperty():
                return f"[{', '.join(self._source(_fitting(prop.inner_property, each), each) for each in value)}]"
            case ModelProperty():
                return repr(value) if is_map(self.models.get(str(prop.class_info.name), prop)) else "None"
            case EnumProperty():
                return f"{prop.class_info.name}({value!r})"
            case UuidProperty():
                return f"UUID({value!r})"
            case DateProperty():
                return f"date.fromisoformat({value!r})"
            case DateTimeProperty():
                return f"datetime.fromisoformat({value!r})"
            case IntProperty():
                return repr(int(value))
            case FloatProperty():
                return repr(float(value))
            case _:
                return repr(value)


def _fitting(prop: Any, value: Any) -> Any:
    """Return the member of the union *prop* that *value* belongs to; *prop* itself if it is none."""
    if not isinstance(prop, UnionProperty) or value is None:
        return prop
    classes: dict[type, tuple[type, ...]] = {
        bool: (BooleanProperty,),
        int: (IntProperty, FloatProperty),
        float: (FloatProperty,),
        list: (ListProperty,),
        dict: (ModelProperty,),
    }
    members = prop.inner_properties
    if type(value) in classes:
        wanted = classes[type(value)]
        enums = (each for each in members if isinstance(each, EnumProperty) and each.value_type is type(value))
        return next((each for cls in wanted for each in members if isinstance(each, cls)), next(enums, prop))
    others = (*classes[int], BooleanProperty, ListProperty, ModelProperty, NoneProperty)
    texts = [each for each in members if not isinstance(each, others)]
    return next((each for each in texts if not isinstance(each.convert_value(value), ParseError)), prop)


@dataclass(frozen=True)
class Attribute:
    """An attribute of a model.

    Attributes:
        name: Its name in Python.
        annotation: Its type, as source.
        value: What stands behind the equals sign, as source; empty for nothing.
    """

    name: str
    annotation: str
    value: str
    description: str


def attributes(annotations: Annotations, model: ModelProperty) -> list[Attribute]:
    """Return the attributes of *model*, in the order of the document as far as that is known."""
    where: Where = "form" if model.class_info.name in annotations.forms else "object"
    listed = properties(model)
    chosen = names.unique([raw(prop) for prop in listed], names.TAKEN_IN_MODELS | annotations.names)
    return [_attribute(annotations, model, prop, name, where) for prop, name in zip(listed, chosen, strict=True)]


def _attribute(annotations: Annotations, model: ModelProperty, prop: Any, name: str, where: Where) -> Attribute:
    annotation = annotations.of(prop, where)
    schema: Any = (model.data.properties or {}).get(prop.name)
    arguments: dict[str, str] = {}
    metadata: dict[str, Any] = {} if name == raw(prop) else {"name": raw(prop)}
    if not prop.required and str(model.class_info.name) in annotations.sent:
        annotation += " | Unset"
        arguments["default"] = "UNSET"
    elif not prop.required:
        arguments["default"] = annotations.default(prop, schema)
        if arguments["default"][0] in "[{":
            arguments = {"factory": f"lambda: {arguments['default']}"}
        elif arguments["default"] == "None" and not annotations.is_nullable(prop):
            # It may be absent, which is None in Python, but not null.
            annotation += " | None"
            metadata["nullable"] = False
    description = text(getattr(schema, "description", None) or prop.description)
    if getattr(schema, "deprecated", None):
        description = f"Deprecated. {description}".strip()
    if metadata or "factory" in arguments:
        arguments |= {"metadata": repr(metadata)} if metadata else {}
        value = f"_field({', '.join(f'{key}={source}' for key, source in arguments.items())})"
    else:
        value = arguments.get("default", "")
    return Attribute(name, annotation, value, description)


def shared(annotations: Annotations, found: Discriminator) -> list[Attribute]:
    """Return the attributes of an object with an unknown discriminator value: that, and what all variants share."""
    variants = [annotations.models[name] for name in sorted(found.members)]
    tables = [{raw(prop): prop for prop in properties(model)} for model in variants]
    common = [
        prop
        for name, prop in tables[0].items()
        if name != found.tag
        and all(name in table and annotations.of(table[name]) == annotations.of(prop) for table in tables)
    ]
    taken = names.TAKEN_IN_MODELS | annotations.names
    chosen = names.unique([found.tag, *map(raw, common)], taken)
    metadata = "" if chosen[0] == found.tag else f"_field(metadata={{'name': {found.tag!r}}})"
    result = [Attribute(chosen[0], "str", metadata, "Tells what the object is.")]
    for prop, name in zip(common, chosen[1:], strict=True):
        annotation = annotations.of(prop)
        value = "None" if name == raw(prop) else f"_field(default=None, metadata={{'name': {raw(prop)!r}}})"
        nullable = annotation if annotations.is_nullable(prop) else f"{annotation} | None"
        result.append(Attribute(name, nullable, value, text(prop.description)))
    return result


def properties(model: ModelProperty) -> list[Any]:
    """Return the properties of *model*: in the order of the document where it lists them itself."""
    found = {raw(prop): prop for prop in [*(model.required_properties or []), *(model.optional_properties or [])]}
    order = [str(getattr(name, "_value", name)) for name in model.data.properties or {}]
    return [found.pop(name) for name in order if name in found] + list(found.values())


def is_map(model: ModelProperty) -> bool:
    """Return whether *model* has no properties of its own, only such of any name."""
    return not properties(model) and model.additional_properties is not None


def models_in(prop: Any) -> Iterator[ModelProperty]:
    """Yield the models that the annotation of *prop* names."""
    yield from (each for each in _walk(prop) if isinstance(each, ModelProperty))


def unions_in(prop: Any) -> Iterator[UnionProperty]:
    """Yield the unions that the annotation of *prop* names."""
    yield from (each for each in _walk(prop) if isinstance(each, UnionProperty))


def _walk(prop: Any, passed: tuple[str, ...] = ()) -> Iterator[Any]:
    """Yield *prop* and the properties inside it; a map that contains itself is not entered again."""
    yield prop
    match prop:
        case ListProperty():
            yield from _walk(prop.inner_property, passed)
        case UnionProperty():
            for inner in prop.inner_properties:
                yield from _walk(inner, passed)
        case ModelProperty() if is_map(prop) and prop.class_info.name not in passed:
            yield from _walk(prop.additional_properties, (*passed, str(prop.class_info.name)))
        case _:
            pass


def text(value: Any) -> str:
    """Return a text of the document as plain text."""
    return value.get_untrusted_value() if isinstance(value, UntrustedString) else str(value or "")


def hidden_types(attributes: Iterable[Attribute]) -> tuple[list[Attribute], list[str]]:
    """Return *attributes* and import lines, so that an attribute called like a type does not hide it."""
    listed = list(attributes)
    sources = dict.fromkeys(("bool", "bytes", "dict", "float", "int", "list", "str"), "builtins")
    sources |= {"date": "datetime", "datetime": "datetime", "UUID": "uuid"}
    hidden = [name for name in sources if any(each.name == name for each in listed)]
    if not hidden:
        return listed, []
    lines = [f"from {sources[name]} import {name} as _{name}" for name in hidden]
    types = re.compile(rf"\b({'|'.join(hidden)})\b(?![\"'])")
    return [
        replace(
            each,
            annotation=types.sub(r"_\1", each.annotation),
            value=re.sub(rf"\b({'|'.join(hidden)})(?=\.fromisoformat|\()", r"_\1", each.value),
        )
        for each in listed
    ], lines
