"""A discriminator can be relied upon: each tag leads to one variant, and each variant carries exactly its tags."""

from collections.abc import Callable

import pytest

SaidOf = Callable[[str, str, str], list[str]]
UNION = "here: components.schemas.Medium"
MAPPING = '        mapping:\n          book: "#/components/schemas/Book"\n          cd: Disc\n          dvd: Disc\n'
PINNED = "it must be const or enum, of strings, as it holds the tag"
BOOK_KIND = "          required: [kind]\n          properties:\n            kind:\n              const: book\n"


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        (
            "propertyName: kind",
            "property: kind",
            "discriminator:",
            ".discriminator: a discriminator needs a propertyName, a string",
        ),
        (
            MAPPING,
            "        mapping: []\n",
            "mapping:",
            ".discriminator.mapping: a mapping of tags to schemas is expected",
        ),
        ("oneOf:", "anyOf:", "discriminator:", ".discriminator: a discriminator is supported beside oneOf only"),
        ("cd: Disc", "cd: Disk", "cd: Disk", '.discriminator.mapping.cd: "Disk" leads to no schema'),
        ("cd: Disc", "cd: 3", "cd: 3", ".discriminator.mapping.cd: 3 leads to no schema"),
        (
            "cd: Disc",
            "cd: '#/components/schemas/Thing'",
            "cd: '#",
            '.discriminator.mapping.cd: "#/components/schemas/Thing" is no alternative of the oneOf',
        ),
        (
            '- $ref: "#/components/schemas/Disc"',
            "- type: object",
            "- type: object",
            ".oneOf[1]: beside a discriminator an alternative is a reference to a schema",
        ),
        (
            "dvd: Disc",
            "tape: Disc",
            "cd: Disc",
            '.discriminator.mapping.cd: Disc allows "cd", "dvd" in "kind", the discriminator says "cd", "tape"',
        ),
        (
            "          cd: Disc\n          dvd: Disc\n",
            "",
            '- $ref: "#/components/schemas/Disc"',
            '.oneOf[1]: Disc allows "cd", "dvd" in "kind", the discriminator says "Disc"',
        ),
        (
            "          cd: Disc\n          dvd: Disc\n",
            "          Disc: Book\n",
            '- $ref: "#/components/schemas/Disc"',
            ".oneOf[1]: no tag is mapped to it, and its own name is that of another: Disc",
        ),
        (
            "const: book",
            "type: string",
            "book: ",
            f'.discriminator.mapping.book: Book leaves "kind" open: {PINNED}',
        ),
        (
            "const: book",
            "const: 1",
            "book: ",
            f'.discriminator.mapping.book: Book leaves "kind" open: {PINNED}',
        ),
        (
            "const: book",
            "const: boko",
            "book: ",
            '.discriminator.mapping.book: Book allows "boko" in "kind", the discriminator says "book"',
        ),
        (
            BOOK_KIND,
            BOOK_KIND.replace("          required: [kind]\n", ""),
            "book: ",
            '.discriminator.mapping.book: Book does not require "kind", which holds the tag',
        ),
        (
            BOOK_KIND,
            "          properties:\n",
            "book: ",
            '.discriminator.mapping.book: Book has no property "kind" to hold the tag',
        ),
    ],
)
def test_a_discriminator_that_cannot_be_relied_upon(said_of: SaidOf, old: str, new: str, at: str, said: str) -> None:
    """Whatever could send a record to the wrong variant, or to none, is named at the tag or at the alternative."""
    assert f"{UNION}{said}" in said_of(old, new, at)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            '        - $ref: "#/components/schemas/Disc"\n',
            '        - $ref: "#/components/schemas/Disc"\n        - type: "null"\n',
        ),
        ("const: book", "type: string\n              enum: [book]"),
        ("const: book", "allOf: [{type: string}, {const: book}]"),
        ("        id:\n", "        kind: {enum: [book, cd, dvd]}\n        id:\n"),
    ],
)
def test_a_discriminator_that_can_be_relied_upon(said_of: SaidOf, old: str, new: str) -> None:
    """A union may be nullable, and the tag may be pinned down in any way that JSON Schema has."""
    assert said_of(old, new, "openapi") == []


def test_a_schema_is_reached_by_its_own_name_where_nothing_is_mapped(said_of: SaidOf) -> None:
    """OpenAPI maps the name of a schema to it without being told."""
    text = """    Plain:
      oneOf:
        - $ref: "#/components/schemas/Leaf"
      discriminator:
        propertyName: type
    Leaf:
      type: object
      required: [type]
      properties:
        type:
          const: Leaf
    Thing:
"""
    assert said_of("    Thing:\n", text, "Plain") == []


def test_a_union_may_be_a_variant_of_another(said_of: SaidOf) -> None:
    """All tags of the inner union lead to it, and each of its variants must carry one of them."""
    text = """    Anything:
      oneOf:
        - $ref: "#/components/schemas/Medium"
        - $ref: "#/components/schemas/Map"
      discriminator:
        propertyName: kind
        mapping:
          book: Medium
          cd: Medium
          dvd: Medium
          map: Map
    Map:
      type: object
      required: [kind]
      properties:
        kind:
          const: map
    Thing:
"""
    assert said_of("    Thing:\n", text, "Anything") == []
    said = said_of("    Thing:\n", text.replace("          dvd: Medium\n", ""), "book: Medium")
    assert said == [
        (
            "here: components.schemas.Anything.discriminator.mapping.book: "
            'Medium allows "book", "cd", "dvd" in "kind", the discriminator says "book", "cd"'
        )
    ]
