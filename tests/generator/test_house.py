"""The rules of this house for its own document, each broken once in a copy."""

from pathlib import Path

import pytest

from generator.check import check
from generator.commands import SPEC
from generator.document import Document
from generator.house import broken_rules

SOURCE = (Path(__file__).parents[2] / SPEC).read_text(encoding="utf-8")


def problems(source: str) -> list[str]:
    """Return the rules that a valid document breaks, with line and place."""
    document = Document.parse(source.encode(), SPEC)
    check(document)
    return [f"{each.line}: {each.where}: {each.message}" for each in broken_rules(document)]


def test_our_document() -> None:
    """The document keeps the rules."""
    assert problems(SOURCE) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("      operationId: listPhoneNumbers\n", "", "has no operationId: it names the function"),
        ("      tags: [phone-numbers]\n", "", "has no tags: the first names the package of the function"),
        ("      summary: List phone numbers\n", "", "has no summary: it is the first line of the docstring"),
        ('        "200":\n', '        "300":\n', "has no success among its responses"),
        (
            '        default:\n          $ref: "#/components/responses/Error"\n',
            "",
            "has no default response: the body of an error would not be read",
        ),
        (
            '        - $ref: "#/components/parameters/Cursor"\n',
            "",
            "lists records, and has no $ref to #/components/parameters/Cursor",
        ),
        (
            '        - $ref: "#/components/schemas/ListEnvelope"\n',
            "",
            "lists records, and its success has no $ref to #/components/schemas/ListEnvelope in its allOf",
        ),
        (
            "      description: One page of phone numbers.\n",
            "",
            "components.schemas.PhoneNumberList: has no description: it is the class's docstring",
        ),
        (
            "          description: Identifier of the phone number.\n",
            "",
            "components.schemas.PhoneNumberProperties.properties.id: has no description",
        ),
    ],
    ids=lambda value: value.strip().partition("\n")[0][:40],
)
def test_a_broken_rule(old: str, new: str, message: str) -> None:
    """A broken rule is named with the line, the place and the reason."""
    assert old in SOURCE
    problem = next(each for each in problems(SOURCE.replace(old, new, 1)) if message in each)
    line = int(problem.partition(":")[0])
    assert 0 < line <= SOURCE.count("\n")
