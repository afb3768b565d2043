"""What a discriminator maps its values to is there."""

from collections.abc import Callable

import pytest

SaidOf = Callable[[str, str, str], list[str]]


@pytest.mark.parametrize(("target", "shown"), [("Disk", '"Disk"'), ("3", "3"), ("'#/components/schemas/No'", '"#/')])
def test_a_value_that_is_mapped_to_nothing(said_of: SaidOf, target: str, shown: str) -> None:
    """A record with this value would belong to no variant."""
    (said,) = said_of("cd: Disc", f"cd: {target}", f"cd: {target}")
    assert said.startswith(f"here: components.schemas.Medium.discriminator.mapping.cd: {shown}")
    assert said.endswith(" does not exist")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("oneOf:", "anyOf:"),
        ("const: book", "type: string"),
        ('- $ref: "#/components/schemas/Disc"', '- $ref: "#/components/schemas/Disc"\n        - type: "null"'),
    ],
)
def test_variants_need_not_pin_the_property(said_of: SaidOf, old: str, new: str) -> None:
    """The mapping says it all."""
    assert said_of(old, new, "openapi") == []
