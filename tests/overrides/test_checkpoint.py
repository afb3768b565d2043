"""Positions as plain JSON data."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrounded import Checkpoint, ConfigurationError
from callrounded._checkpoint import Plan, Position, resume

OPERATION = "list_records"
PLAN = Plan(operation=OPERATION, limit=1000, filters={"search": "Zürich"})
POSITION = Position(page=4, count=3000, total=20_000, max_items=17)

counts = st.none() | st.integers(0, 2**53)
positions = st.builds(
    Position,
    page=st.integers(1, 2**53),
    count=counts,
    total=counts,
    max_items=counts,
    at_end=st.booleans(),
    changed=st.booleans(),
) | st.builds(Position, page=st.none(), cursor=st.none() | st.text(), count=counts, at_end=st.booleans())


def stored(checkpoint: Checkpoint) -> Any:
    """What comes out of a file."""
    return json.loads(json.dumps(checkpoint))


@given(
    positions, st.none() | st.integers(1, 1000), st.dictionaries(st.text(), st.text() | st.integers() | st.booleans())
)
def test_a_position_survives_json(position: Position, limit: int | None, filters: dict[str, Any]) -> None:
    """All that is needed to go on is in a checkpoint, in both modes; whether to verify is for the caller to say."""
    plan = Plan(operation=OPERATION, limit=limit, filters=filters, verify=False)

    assert resume(stored(plan.checkpoint(position)), OPERATION, verify=False) == (plan, position)


def test_before_the_first_page() -> None:
    """The position is the first page."""
    checkpoint = Plan(operation=OPERATION).checkpoint(Position())

    assert (checkpoint["mode"], checkpoint["page"], checkpoint["count"]) == ("page", 1, 0)


def test_it_is_small() -> None:
    """However long the listing is: it holds no ids."""
    assert len(json.dumps(PLAN.checkpoint(POSITION))) < 500


@pytest.mark.parametrize(
    "damage",
    [
        {"version": 2},
        {"version": None},
        {"mode": "other"},
        {"mode": "cursor"},
        {"page": None},
        {"page": 0},
        {"page": "4"},
        {"count": -1},
        {"max_items": -1},
        {"filters": None},
        {"total": 1.5},
        {"changed": "yes"},
        {"at_end": None},
    ],
)
def test_a_damaged_one_is_refused(damage: dict[str, Any]) -> None:
    """It would lead somewhere else."""
    checkpoint = stored(PLAN.checkpoint(POSITION)) | damage

    with pytest.raises(ConfigurationError, match="damaged"):
        resume(checkpoint, OPERATION, verify=True)


@pytest.mark.parametrize("missing", sorted(Checkpoint.__annotations__))
def test_an_incomplete_one_is_refused(missing: str) -> None:
    """Also one of another release."""
    checkpoint = stored(PLAN.checkpoint(POSITION))
    del checkpoint[missing]

    with pytest.raises(ConfigurationError, match="of another release"):
        resume(checkpoint, OPERATION, verify=True)


@pytest.mark.parametrize("something", [None, {}, [], "text", 7, {"page": 3}])
def test_something_else_is_refused(something: object) -> None:
    """Whatever it is."""
    with pytest.raises(ConfigurationError):
        resume(something, OPERATION, verify=True)


def test_one_of_another_operation_is_refused() -> None:
    """Its position and its filters are not those of this one."""
    with pytest.raises(ConfigurationError, match="'list_others'"):
        resume(Plan(operation="list_others").checkpoint(POSITION), OPERATION, verify=True)
