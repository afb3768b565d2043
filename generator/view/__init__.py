"""The document as templates see it: classes, attributes and operations with Python names and annotations.

openapi-python-client reads a document for its own templates, and forgets on the way what ours need: discriminators,
bounds, what may be null. So ours are given this view of the same document instead. From one schema to source:

    schema       what one or several schemas say together (`allOf`, `$ref`)
    reader       its annotation, a tree; what needs a class is queued
    models, unions, scalars    the classes
    operations, answers        the functions
"""

from dataclasses import dataclass

from generator.document import Document
from generator.view.docstrings import build_docstring, call_docstring, docstring
from generator.view.models import ModelView, model_view
from generator.view.operations import OperationView, base_url, header_name, read_operations
from generator.view.reader import SchemaReader
from generator.view.scalars import EnumView
from generator.view.unions import UnionView, contained, union_view

__all__ = [
    "EnumView",
    "ModelView",
    "OperationView",
    "UnionView",
    "View",
    "build_docstring",
    "call_docstring",
    "docstring",
    "read_view",
]


@dataclass(frozen=True, slots=True)
class View:
    """All that templates are told.

    Attributes:
        title: The title of the document.
        base_url: Where the API is.
        api_key_header: The header for the API key; empty if the API needs none.
    """

    title: str
    base_url: str
    api_key_header: str
    operations: list[OperationView]
    models: list[ModelView]
    unions: list[UnionView]
    enums: list[EnumView]

    def exports(self) -> list[tuple[str, str]]:
        """Return module and name of every class, and of the type alias of every union, by name."""
        return sorted(
            [
                *((model.module, model.name) for model in self.models),
                *((union.module, name) for union in self.unions for name in (union.name, union.unknown)),
                *((enum.module, enum.name) for enum in self.enums),
            ],
            key=lambda export: export[1],
        )


def read_view(document: Document) -> View:
    """Return the view of a document that has passed `generator.check`.

    Raises:
        SpecError: It has something that the templates cannot express.
    """
    reader = SchemaReader(document)
    reader.read_components()
    view = View(
        title=str(document.data["info"]["title"]),
        base_url=base_url(document),
        api_key_header=header_name(document),
        operations=read_operations(document, reader),
        models=[],
        unions=[],
        enums=reader.enums,
    )
    reader.sent = contained(reader, reader.sent)
    while reader.pending:
        found = reader.pending.popleft()
        if found.name.kind == "union":
            view.unions.append(union_view(reader, found))
        else:
            view.models.append(model_view(reader, found))
    return view
