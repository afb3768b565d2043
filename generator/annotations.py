"""Properties of openapi-python-client as Python source: their annotations and defaults."""

# The objects of openapi-python-client, and the JSON of a document, are hardly typed: mypy in strict mode judges alone.
# pyright: reportUnknownArgumentType=false

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

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
from openapi_python_client.schema import Reference, Schema
from openapi_python_client.schema.untrusted_string import UntrustedString

from generator.openapi import Reading, is_map, parts, properties, text
from generator.unions import Unions

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
        unions: The unions whose variants are told apart by a property.
        sent: Names of the models that the body of a request can contain.
        forms: Names of the models that are sent as multipart forms.
    """

    reading: Reading
    unions: Unions
    sent: set[str] = field(default_factory=set)
    forms: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Find the classes that are sent."""
        self._open: list[str] = []
        self.models = self.reading.models
        bodies = [body for endpoint in self.reading.endpoints for body in endpoint.bodies]
        pending: list[Any] = [body.prop for body in bodies]
        while pending:
            for model in (each for each in parts(pending.pop()) if isinstance(each, ModelProperty)):
                name = str(model.class_info.name)
                if name not in self.sent:
                    self.sent.add(name)
                    pending += properties(self.models.get(name, model))
        files = [body.prop for body in bodies if body.body_type == "files"]
        self.forms.update(str(prop.class_info.name) for prop in files if isinstance(prop, ModelProperty))

    @property
    def names(self) -> set[str]:
        """The names of all classes and unions."""
        enums = {str(enum.class_info.name) for enum in self.reading.data.enums}
        return {*self.models, *enums, *(union.name for union in self.unions)}

    def properties(self, model: ModelProperty) -> list[Any]:
        """Return the properties of *model* in the order of the document."""
        found = {text(prop.name): prop for prop in properties(model)}
        return [found.pop(name) for name in self._order(model.data) if name in found] + list(found.values())

    def _order(self, schema: Schema) -> Iterator[str]:
        for part in schema.allOf:
            if isinstance(part, Reference):
                _, target = self.reading.component(part.ref.get_untrusted_value())
                yield from self._order(Schema.model_validate(target))
            else:
                yield from self._order(part)
        yield from map(text, schema.properties or {})

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
                name = str(prop.class_info.name)
                model = self.models.get(name, prop)
                return self.map_of(model) if is_map(model) else name
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
        found = self.unions.of(prop)
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
            prop = next(
                (enum for enum in self.reading.data.enums if enum.class_info.name == prop.class_info.name), prop
            )
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


_CLASSES: Mapping[type, tuple[type, ...]] = {
    bool: (BooleanProperty,),
    int: (IntProperty, FloatProperty),
    float: (FloatProperty,),
    list: (ListProperty,),
    dict: (ModelProperty,),
}
"""The properties that a value of JSON may belong to, the best first."""


def _fitting(prop: Any, value: Any) -> Any:
    """Return the member of the union *prop* that *value* belongs to; *prop* itself if it is none."""
    if not isinstance(prop, UnionProperty) or value is None:
        return prop
    members = prop.inner_properties
    if type(value) in _CLASSES:
        enums = [each for each in members if isinstance(each, EnumProperty) and each.value_type is type(value)]
        return next(
            (each for cls in _CLASSES[type(value)] for each in members if isinstance(each, cls)), [*enums, prop][0]
        )
    others = (NoneProperty, *(cls for classes in _CLASSES.values() for cls in classes))
    texts = (each for each in members if not isinstance(each, others))
    return next((each for each in texts if not isinstance(each.convert_value(value), ParseError)), prop)
