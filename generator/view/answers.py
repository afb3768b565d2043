"""Which class the answer of an operation is read as, by its status."""

from dataclasses import dataclass
from typing import Any

from generator.document import Document, Pointer
from generator.view.annotation import Class
from generator.view.reader import SchemaReader
from generator.view.schema import part


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer with some status holds.

    Attributes:
        condition: Which status, as Python source; empty for any that is not listed before.
        model: The class; None for an answer without a body.
    """

    condition: str
    model: Class | None


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers that an operation may give, in the order in which their conditions are tried.

    Attributes:
        successes: Those with a status from 200 to 299, at least one.
        errors: All others, at least one.
    """

    successes: list[Answer]
    errors: list[Answer]

    @property
    def success_type(self) -> str:
        """The annotation of what a successful answer is read as."""
        return _type(self.successes)

    @property
    def error_type(self) -> str:
        """The annotation of what any other answer is read as."""
        return _type(self.errors)

    @property
    def classes(self) -> list[Class]:
        """The classes that they are read as."""
        return [answer.model for answer in (*self.successes, *self.errors) if answer.model]


def _type(answers: list[Answer]) -> str:
    return " | ".join(dict.fromkeys(answer.model.name if answer.model else "None" for answer in answers))


def read_answers(document: Document, reader: SchemaReader, operation: Pointer, responses: dict[str, Any]) -> Answers:
    """Return the answers of the operation at a pointer.

    Raises:
        SpecError: One of them has a body that is no object with properties.
    """
    models = {
        status: _model(document, reader, response, (*operation, "responses", status))
        for status, response in responses.items()
    }
    successes = {status: model for status, model in models.items() if status.startswith("2")}
    errors = {status: model for status, model in models.items() if status not in {*successes, "default"}}
    others = [Answer("", models.get("default"))] if "default" in models or not errors else []
    # An operation that is going to answer 202 instead of 200 most likely answers with the same.
    only = [Answer("", model) for model in successes.values()] if len(successes) == 1 else []
    return Answers(only or _in_order(successes), [*_in_order(errors), *others])


def _in_order(models: dict[str, Class | None]) -> list[Answer]:
    # OpenAPI 3.1.0, section 4.8.16.2: a single status takes precedence over the range that it is in.
    return [Answer(_condition(status), models[status]) for status in sorted(models, key=lambda status: "X" in status)]


def _condition(status: str) -> str:
    if "X" in status:
        return f"{status[0]}00 <= status_code <= {status[0]}99"
    return f"status_code == {int(status)}"


def _model(document: Document, reader: SchemaReader, response: Any, pointer: Pointer) -> Class | None:
    """Return the class for the body of a response."""
    place, node = document.resolve(response, pointer)
    assert isinstance(node, dict)
    content: Any = node.get("content") or {}
    for media_type, media in content.items():
        at = (*place, "content", media_type, "schema")
        annotation = reader.annotation((part(at, media.get("schema")),))
        if not isinstance(annotation, Class) or annotation.kind != "model":
            raise document.problem(
                at, "the body of an answer must be one kind of object, with properties: no union, array or map"
            )
        return annotation
    return None
