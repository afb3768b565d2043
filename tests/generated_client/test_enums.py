"""A list of values in the document may grow: a new value is kept as it is, and says that it is new."""

import copy
import json
import pickle
from typing import Any

import pytest

from callrounded_generated.types import OpenIntEnum, OpenStrEnum


class Colour(OpenStrEnum):
    """A colour."""

    RED = "red"


class Level(OpenIntEnum):
    """A level."""

    LOW = 1


@pytest.mark.parametrize(
    ("enum", "known", "new"), [(Colour, "red", "mauve"), (Colour, "red", ""), (Level, 1, 77), (Level, 1, 0)]
)
def test_known_and_new_values(enum: Any, known: Any, new: Any) -> None:
    """Both are values of the enum, equal to what they stand for, and tell whether the document lists them."""
    assert enum(known).is_known
    assert not enum(new).is_known
    for value in (known, new):
        member = enum(value)
        assert type(member) is enum
        assert member == value
        assert hash(member) == hash(value)
        assert member in {value: None}
        assert (str(member), f"{member}", json.dumps(member)) == (str(value), f"{value}", json.dumps(value))
        assert enum(value) == member
        assert member.value == value
        for copied in (pickle.loads(pickle.dumps(member)), copy.copy(member), copy.deepcopy(member)):
            assert copied == member
            assert type(copied) is enum
            assert copied.is_known == member.is_known
    assert list(enum) == [known]
    assert repr(enum(new)) == f"<{enum.__name__}.(unknown): {new!r}>"


@pytest.mark.parametrize(
    ("enum", "value"), [(Colour, 1), (Colour, None), (Level, "1"), (Level, True), (Level, 1.5), (Level, None)]
)
def test_values_of_another_type(enum: Any, value: Any) -> None:
    """A value of another type is no new value."""
    if value is True:  # Equal to 1, and found as such.
        assert Level(value) is Level.LOW
        value = False
    with pytest.raises(ValueError, match="is not a valid"):
        enum(value)
