"""Objects that are told apart by a tag as unions of classes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from generator.document import Pointer
from generator.view import annotation as py
from generator.view.annotation import Class, Plain, Scope
from generator.view.models import Attribute, Property, attribute, attribute_names, read_properties
from generator.view.reader import Found, SchemaReader, unknown


@dataclass(frozen=True, slots=True)
class Variant:
    """One class of a union.

    Attributes:
        tag: The value of the tag.
        module: The module of the class.
        name: What it is called in annotations.
        reader: The class that is looked up to read it: for a union that of its unknown variants.
    """

    tag: str
    module: str
    name: str
    reader: str


@dataclass(frozen=True, slots=True)
class UnionView:
    """One of several objects, told apart by a tag.

    Attributes:
        unknown: Name of the class for an object whose tag is unknown.
        tag: Name of the property that holds the tag.
        variants: One for each value of the tag.
        attributes: Those of an object whose tag is unknown: the tag, and what all variants share.
        imports: Import lines.
        enums: Module and name of the enums that the attributes name, which are imported.
        classes: Module and name of models and unions that they name, which type checkers import.
    """

    name: str
    module: str
    unknown: str
    description: str
    tag: str
    variants: list[Variant]
    attributes: list[Attribute]
    imports: list[str]
    enums: list[tuple[str, str]]
    classes: list[tuple[str, str]]

    @property
    def names(self) -> list[str]:
        """The names of all its classes, and of unions in it."""
        return [*dict.fromkeys(variant.name for variant in self.variants), self.unknown]


def union_view(reader: SchemaReader, found: Found) -> UnionView:
    """Return the union for the schema that was *found*."""
    tag = _tag(found)
    members = _members(reader, found)
    variants = [Variant(value, each.module, each.name, _class_to_read(each)) for value, each in members.items()]
    imported = {variant.name for variant in variants}
    described = (found.schema.places["discriminator"], {"description": "Tells what the object is."})
    itself = Property(tag, (described,), Plain("str"))
    shared = _shared(reader, list(members.values()), tag)
    names = attribute_names(reader.document, [itself, *shared], imported)
    scope = Scope("..", names.keys())
    attributes = [
        attribute(name, each, scope.write(each.annotation), scope)
        if each is itself
        else attribute(name, each, scope.write(py.or_null(each.annotation)), scope, default="None")
        for name, each in names.items()
    ]
    return UnionView(
        name=found.name.name,
        module=found.name.module,
        unknown=unknown(found.name.name),
        description=found.description,
        tag=tag,
        variants=variants,
        attributes=attributes,
        imports=scope.imports(),
        enums=scope.enums(),
        classes=[each for each in scope.classes() if each[1] not in {found.name.name, *imported}],
    )


def _tag(found: Found) -> str:
    return str(found.schema.fields["discriminator"]["propertyName"])


def _members(reader: SchemaReader, found: Found) -> dict[str, Class]:
    """Return the class for each value of the tag: for a union with the same tag, the one that this would choose."""
    classes: dict[Pointer, Class] = {}
    for pointer, node in reader.alternatives(found.schema, "oneOf"):
        annotation = reader.annotation(((pointer, node),))
        # Where the variant itself may be null, there is a class and null.
        classes[_target(reader, node["$ref"])] = next(each for each in py.walk(annotation) if isinstance(each, Class))
    mapping: dict[str, str] = found.schema.fields["discriminator"].get("mapping", {})
    chosen: dict[str, Class] = {}
    for value, reference in mapping.items():
        chosen[value] = classes[_target(reader, reference)]
    mapped = set(chosen.values())
    chosen |= {str(pointer[-1]): each for pointer, each in classes.items() if each not in mapped}
    return {value: _chosen(reader, each, _tag(found), value) for value, each in chosen.items()}


def _target(reader: SchemaReader, reference: str) -> Pointer:
    """Return the schema that *reference* leads to, a `$ref` or the bare name of a component."""
    found = reader.document.find(reference if reference.startswith("#") else f"#/components/schemas/{reference}")
    assert found, "generator.check lets no dangling reference pass"
    return found[0]


def _chosen(reader: SchemaReader, name: Class, tag: str, value: str) -> Class:
    """Return the class that *value* of the property *tag* leads to, by way of *name*."""
    if name.kind == "union" and _tag(reader.found[name]) == tag:
        return _members(reader, reader.found[name])[value]
    return name


def _class_to_read(name: Class) -> str:
    return unknown(name.name) if name.kind == "union" else name.name


def _shared(reader: SchemaReader, variants: list[Class], tag: str) -> list[Property]:
    """Return the properties that all *variants* have, with the same annotation, apart from the tag."""
    models = [model for variant in variants for model in _models(reader, variant)]
    first, *others = [{each.name: each for each in read_properties(reader, reader.found[model])} for model in models]
    return [
        each
        for name, each in first.items()
        if name != tag and all(name in other and other[name].annotation == each.annotation for other in others)
    ]


def _models(reader: SchemaReader, name: Class) -> Iterator[Class]:
    """Yield the models of a union, those of unions in it included; of a model itself."""
    if name.kind == "union":
        for member in _members(reader, reader.found[name]).values():
            yield from _models(reader, member)
    else:
        yield name


def contained(reader: SchemaReader, classes: Iterable[Class]) -> set[Class]:
    """Return the models and unions among *classes*, and those that these contain."""
    pending = list(classes)
    found = set[Class]()
    while pending:
        each = pending.pop()
        if each in found or each.is_enum:
            continue
        found.add(each)
        if each.kind == "union":
            pending += _members(reader, reader.found[each]).values()
        else:
            annotations = (property_.annotation for property_ in read_properties(reader, reader.found[each]))
            pending += (part for annotation in annotations for part in py.walk(annotation) if isinstance(part, Class))
    return found
