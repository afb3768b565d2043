"""Kinds of values that the document does not have yet, with models as they would be rendered."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import attrs
import pytest
from attrs import define, field
from msgspec import Meta

from callrounded_generated.errors import DecodeError
from callrounded_generated.types import AwareDatetime, Model, OpenIntEnum, OpenStrEnum

ID = "3C90C3CC-0D44-4B50-8888-8DD25736052A"


class Colour(OpenStrEnum):
    """A colour."""

    RED = "red"
    VALUE_1 = "1"


class Level(OpenIntEnum):
    """A level."""

    LOW = 1
    HIGH = 2


@define(frozen=True, kw_only=True, weakref_slot=False)
class Numbers(Model):
    """Numbers."""

    number: float | None = None
    bounded: Annotated[float, Meta(ge=0.5, le=10)] | None = None
    small: Annotated[int, Meta(gt=0, lt=10, multiple_of=3)] | None = None
    many: list[float] | None = None


@define(frozen=True, kw_only=True, weakref_slot=False)
class Leaf(Model):
    """An object in others."""

    id: UUID | None = None
    size: int = field(default=None, metadata={"nullable": False})  # type: ignore[assignment]


@define(frozen=True, kw_only=True, weakref_slot=False)
class Everything(Model):
    """All kinds of values."""

    colour: Colour | None = None
    level: Level | None = None
    day: date | None = None
    text: Annotated[str, Meta(min_length=2, max_length=4, pattern="^[a-z]+$")] | None = None
    few: list[int] | None = None
    ids: list[UUID] | None = None
    by_name: dict[str, UUID] | None = None
    either: UUID | int | None = None
    many_or_one: list[UUID] | str | None = None
    constant: Literal[1, "x"] | None = None
    anything: Any = None
    class_: str | None = field(default=None, metadata={"name": "class"})
    leaf: Leaf | None = None
    leaves: list[Leaf] = field(factory=list[Leaf])
    leaves_by_name: dict[str, Leaf] | None = None
    perhaps: list[Leaf | None] | None = None
    deep: list[list[dict[str, AwareDatetime]]] | None = None


@pytest.mark.parametrize(
    "data",
    [
        {"number": 1},
        {"number": 1.0},
        {"number": 2**63 + 1},
        {"number": -(2**80)},
        {"number": -0.0},
        {"number": 1e300},
        {"bounded": 10},
        {"small": 3.0},
        {"many": [1, 2.5, 2**63 + 1, 3.0]},
        {"many": []},
        {"number": None, "many": None},
    ],
    ids=str,
)
def test_numbers(data: dict[str, Any]) -> None:
    """A number goes back with the digits it came with: 1 not as 1.0, and a huge integer not rounded."""
    numbers = Numbers.from_dict(data)
    assert json.dumps(numbers.to_dict()) == json.dumps(data)
    assert json.loads(numbers.to_json()) == data
    assert attrs.evolve(numbers, number=0.5).to_dict() == {**data, "number": 0.5}
    assert Numbers.from_dict(numbers.to_dict()) == numbers


def test_a_list_of_respelled_values_can_be_changed() -> None:
    """What is put into a list is written, also where the list would be written otherwise than it was received."""
    everything = Everything.from_dict({"ids": [ID], "by_name": {"a": ID}})
    assert everything.to_dict() == {"ids": [ID], "by_name": {"a": ID}}
    assert everything.ids is not None
    everything.ids.append(UUID(int=0))
    assert everything.to_dict() == {"ids": [ID.lower(), str(UUID(int=0))], "by_name": {"a": ID}}


@pytest.mark.parametrize(
    "data",
    [
        {"colour": "red", "level": 1},
        {"colour": "mauve", "level": 77},
        {"colour": "1", "level": 2.0},
        {"day": "2024-02-29", "text": "abc", "few": [1, 2]},
        {"ids": [ID, ID.lower()], "by_name": {"": ID, "a b": ID}},
        {"either": ID},
        {"either": 5},
        {"either": 5.0},
        {"many_or_one": [ID]},
        {"many_or_one": ID},
        {"many_or_one": []},
        {"constant": 1},
        {"constant": "x"},
        {"anything": None},
        {"anything": [{"a": 1.0}, 2**70]},
        {"class": "a", "class_": "unknown"},
        {"leaf": {"id": ID, "new": 1}},
        {"leaves": []},
        {"leaves": [{}, {"new": ID}, {"id": None}, {"id": ID}, {"size": 5.0}, {"size": 5}]},
        {"leaves_by_name": {"a b": {"id": ID}, "": {"x": 1}}},
        {"perhaps": [None, {}, {"id": ID}]},
        {"deep": [[], [{}, {"a": "2024-01-01T00:00:00.5Z", "": "2024-01-01T00:00:00+01:00"}]]},
        {},
    ],
    ids=str,
)
def test_round_trips(data: dict[str, Any]) -> None:
    """Whatever the kind of a value, it goes back as it came."""
    everything = Everything.from_dict(data)
    assert json.dumps(everything.to_dict(), sort_keys=True) == json.dumps(data, sort_keys=True)
    assert json.dumps(json.loads(everything.to_json()), sort_keys=True) == json.dumps(data, sort_keys=True)
    changed = attrs.evolve(everything, class_="c")
    assert changed.to_dict() == {**data, "class": "c"}
    assert Everything.from_dict(everything.to_dict()) == everything
    known = data.keys() - {"class", "class_"}
    assert everything.fields_set == (known | {"class_"} if "class" in data else known)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"colour": 5}, "colour: expected string, found 5"),
        ({"level": "1"}, "level: expected integer, found '1'"),
        ({"level": True}, "level: expected integer, found true"),
        ({"level": 1.5}, "level: expected integer, found 1.5"),
        ({"day": "20240101"}, "day: expected a valid RFC3339 encoded date, found '20240101'"),
        ({"text": "a"}, "text: expected string of length >= 2, found 'a'"),
        ({"text": "ABC"}, "text: expected string matching regex '^[a-z]+$', found 'ABC'"),
        ({"few": [1, "2"]}, "few[1]: expected integer, found '2'"),
        ({"few": {}}, "few: expected array, found {}"),
        ({"ids": [ID, "x"]}, "ids[1]: expected a valid UUID, found 'x'"),
        ({"ids": [ID.replace("-", "")]}, f"ids[0]: expected a valid UUID, found '{ID.replace('-', '')}'"),
        ({"by_name": {"a": ID, "b c": 5}}, "by_name['b c']: expected uuid, found 5"),
        ({"by_name": []}, "by_name: expected an object, found []"),
        ({"either": "x"}, "either: expected a valid UUID, found 'x'"),
        ({"either": ID.replace("-", "")}, f"either: expected a valid UUID, found '{ID.replace('-', '')}'"),
        ({"either": []}, "either: expected string or integer, found []"),
        ({"either": 5.5}, "either: expected integer, found 5.5"),
        ({"either": True}, "either: expected string or integer, found true"),
        ({"many_or_one": [ID, 5]}, "many_or_one[1]: expected uuid, found 5"),
        ({"many_or_one": 5}, "many_or_one: expected array or string, found 5"),
        ({"constant": 2}, "constant: expected 1 or 'x', found 2"),
        ({"class": 5}, "class: expected string, found 5"),
        ({"leaf": []}, "leaf: expected an object, found []"),
        ({"leaf": {"size": None}}, "leaf.size: expected integer, found null"),
        ({"leaves": [{}, {"size": "x"}]}, "leaves[1].size: expected integer, found 'x'"),
        ({"leaves": None}, "leaves: expected array, found null"),
        ({"leaves_by_name": {"a": {}, "b.c": {"id": 5}}}, "leaves_by_name['b.c'].id: expected uuid, found 5"),
        ({"perhaps": [None, 5]}, "perhaps[1]: expected an object, found 5"),
        ({"deep": [[{"": "x"}]]}, "deep[0][0]['']: expected a valid RFC 3339 date-time, found 'x'"),
        ({"deep": [[], [{}, {"a": 1}]]}, "deep[1][1].a: expected date-time, found 1"),
    ],
    ids=str,
)
def test_violations(data: dict[str, Any], error: str) -> None:
    """Whatever the kind of a value, a wrong one is named by its place, what was expected and what was found."""
    with pytest.raises(DecodeError) as caught:
        Everything.from_dict(data)
    assert str(caught.value) == error


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"number": "1"}, "number: expected number, found '1'"),
        ({"number": True}, "number: expected number, found true"),
        ({"number": 10**400}, "number: expected a number in range, found an integer of 1329 bits"),
        ({"bounded": 0}, "bounded: expected number >= 0.5, found 0"),
        ({"bounded": 10.5}, "bounded: expected number <= 10.0, found 10.5"),
        ({"small": 4}, "small: expected integer that's a multiple of 3, found 4"),
        ({"small": 12.0}, "small: expected integer <= 9, found 12.0"),
        ({"small": 0}, "small: expected integer >= 1, found 0"),
        ({"many": [1, None]}, "many[1]: expected number, found null"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_numbers_out_of_bounds(data: dict[str, Any], error: str) -> None:
    """A number keeps to the bounds of the document."""
    with pytest.raises(DecodeError) as caught:
        Numbers.from_dict(data)
    assert str(caught.value) == error


def test_values_as_python_sees_them() -> None:
    """Each kind of value has the Python type of its annotation."""
    everything = Everything.from_dict(
        {
            "colour": "red",
            "level": 2,
            "day": "2024-02-29",
            "either": ID,
            "leaves": [{"size": 1.0}],
            "deep": [[{"a": "2024-01-01T00:00:00Z"}]],
        }
    )
    assert everything.colour is Colour.RED
    assert everything.level is Level.HIGH
    assert everything.day == date(2024, 2, 29)
    assert everything.either == UUID(ID)
    assert type(everything.leaves[0].size) is int
    assert everything.deep == [[{"a": datetime(2024, 1, 1, tzinfo=UTC)}]]


def test_defaults_that_can_be_changed() -> None:
    """A list that is a default is not shared, is not written while it is untouched, and is written when it is not."""
    first, second = Everything.from_dict({}), Everything.from_dict({})
    first.leaves.append(Leaf(size=1))
    assert first.to_dict() == {"leaves": [{"size": 1}]}
    assert first.fields_set == {"leaves"}
    assert second.to_dict() == {}
    assert Everything().to_dict() == {}
