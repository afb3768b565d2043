"""Objects with properties as classes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from generator.document import Document
from generator.problem import excerpt
from generator.view import annotation as py
from generator.view import schema
from generator.view.annotation import Annotation, Class, Scope
from generator.view.defaults import InexpressibleError, write_default
from generator.view.naming import TAKEN_IN_MODELS, class_name, identifier
from generator.view.reader import Found, SchemaReader
from generator.view.schema import Parts


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a model.

    Attributes:
        property: Name of the property that it stands for.
        annotation: Its type, as Python source.
        value: What stands behind the equals sign, as Python source; empty for nothing.
    """

    name: str
    property: str
    annotation: str
    value: str
    description: str


@dataclass(frozen=True, slots=True)
class ModelView:
    """An object with listed properties.

    Attributes:
        imports: Import lines.
        enums: Module and name of the enums that it names, which are imported.
        classes: Module and name of other models and unions, which type checkers import: they may import each other.
    """

    name: str
    module: str
    description: str
    attributes: list[Attribute]
    imports: list[str]
    enums: list[tuple[str, str]]
    classes: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Property:
    """A property of an object, and the annotation of its values."""

    name: str
    parts: Parts
    annotation: Annotation


def model_view(reader: SchemaReader, found: Found) -> ModelView:
    """Return the class for the schema that was *found*."""
    properties = read_properties(reader, found)
    names = attribute_names(reader.document, properties)
    scope = Scope("..", names.keys())
    attributes = [
        _unset(name, property_, scope)
        if found.name in reader.sent and property_.name not in found.schema.required
        else _attribute(reader.document, property_, name, scope, is_required=property_.name in found.schema.required)
        for name, property_ in names.items()
    ]
    itself = (found.name.module, found.name.name)
    return ModelView(
        name=found.name.name,
        module=found.name.module,
        description=found.description,
        attributes=attributes,
        imports=scope.imports(),
        enums=scope.enums(),
        classes=[each for each in scope.classes() if each != itself],
    )


def read_properties(reader: SchemaReader, found: Found) -> list[Property]:
    """Return the properties of the model that was *found*."""
    return [
        # Where several parts of allOf describe one property together, a class for it has no place of its own.
        Property(name, parts, reader.annotation(parts, f"{found.name.name}{class_name(name)}" if parts[1:] else ""))
        for name, parts in found.schema.properties.items()
    ]


def attribute_names(
    document: Document, properties: Iterable[Property], taken: Iterable[str] = ()
) -> Mapping[str, Property]:
    """Return *properties* by the names of their attributes.

    A name in *taken*, and that of a class in the annotations, gets a trailing underscore.

    Raises:
        SpecError: Two properties get the same name.
    """
    classes = {part.name for each in properties for part in py.walk(each.annotation) if isinstance(part, Class)}
    names: dict[str, Property] = {}
    for property_ in properties:
        name = identifier(property_.name, TAKEN_IN_MODELS.union(classes, taken))
        if name in names:
            message = f"becomes the attribute {name}, as {excerpt(names[name].name)} does: they cannot have one name"
            raise document.problem(property_.parts[0][0], message)
        names[name] = property_
    return names


def _unset(name: str, property_: Property, scope: Scope) -> Attribute:
    """Return an attribute of an object that is sent: whether it was given counts, not which default the API has."""
    annotation = f"{scope.write(property_.annotation)} | {scope.name('Unset')}"
    return attribute(name, property_, annotation, scope, default=scope.name("UNSET"))


def _attribute(document: Document, property_: Property, name: str, scope: Scope, *, is_required: bool) -> Attribute:
    annotation = property_.annotation
    if is_required:
        return attribute(name, property_, scope.write(annotation), scope)
    place, default = schema.default(document, property_.parts) or ((), None)
    try:
        source = write_default(default, annotation, scope)
    except InexpressibleError as error:
        raise document.problem(place, str(error)) from error
    if default is None and not py.is_nullable(annotation):
        # It may be absent, which is None in Python, but not null.
        return attribute(name, property_, scope.write(py.or_null(annotation)), scope, default=source, nullable=False)
    if isinstance(default, list | dict):
        return attribute(name, property_, scope.write(annotation), scope, factory=f"lambda: {source}")
    return attribute(name, property_, scope.write(annotation), scope, default=source)


def attribute(
    name: str, property_: Property, annotation: str, scope: Scope, *, nullable: bool = True, **default: str
) -> Attribute:
    """Return an attribute.

    Args:
        name: What it is called.
        property_: What it stands for.
        annotation: Its type, as source.
        scope: The names in its module.
        nullable: Whether null is valid, if the annotation says so.
        **default: `default` or `factory`, as source, for `attrs.field`; neither for an attribute that is required.
    """
    metadata: dict[str, Any] = {} if name == property_.name else {"name": property_.name}
    if not nullable:
        metadata["nullable"] = False
    value = default.get("default", "")
    if metadata or "factory" in default:
        arguments = {**default, **({"metadata": repr(metadata)} if metadata else {})}
        value = f"{scope.name('field')}({', '.join(f'{key}={source}' for key, source in arguments.items())})"
    return Attribute(name, property_.name, annotation, value, schema.description(property_.parts))
