"""Positions as plain JSON data."""

import json
from typing import Any
from uuid import uuid4

import pytest

from callrounded import Checkpoint, ConfigurationError
from callrounded._checkpoint import Plan, Position, from_checkpoint, to_checkpoint

PLAN = Plan("listPhoneNumbers", None, 1000, {"search": "Zürich"})
POSITION = Position(
    page=4, count=3000, before=0, total=20_000, changed=True, keys=[uuid4().int for _ in range(1000)], trail=("a", None)
)


def stored(checkpoint: Checkpoint) -> Any:
    """What comes out of a file."""
    return json.loads(json.dumps(checkpoint))


def test_a_position_survives_json() -> None:
    """All that is needed to go on; that time has passed is known."""
    plan, position, max_items = from_checkpoint(
        stored(to_checkpoint(PLAN, POSITION, 17)), "listPhoneNumbers", verify=True
    )

    assert plan == PLAN
    assert max_items == 17
    assert position == Position(
        page=4, count=3000, before=0, total=20_000, changed=True, keys=POSITION.keys, read_anew=True
    )


def test_cursor_mode() -> None:
    """A cursor in place of the page number, as it came."""
    plan = Plan("listPhoneNumbers", use_cursor=True)
    position = Position(cursor="2023-11-07T05:31:56+00:00", at_end=True, before=None)

    restored = from_checkpoint(stored(to_checkpoint(plan, position)), "listPhoneNumbers", verify=False)

    assert restored == (Plan("listPhoneNumbers", use_cursor=True, verify=False), _anew(position), None)


def test_before_the_first_page() -> None:
    """The position is the first page."""
    checkpoint = to_checkpoint(Plan("listPhoneNumbers"), Position())

    assert (checkpoint["page"], checkpoint["count"], checkpoint["ids"]) == (1, 0, [])


def test_it_is_small() -> None:
    """A few tens of kB for the ids of a page of 1,000."""
    assert len(json.dumps(to_checkpoint(PLAN, POSITION))) < 30_000


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
        {"ids": ["not an id"]},
        {"ids": "abc"},
        {"filters": None},
        {"total": 1.5},
        {"changed": "yes"},
    ],
)
def test_a_damaged_one_is_refused(damage: dict[str, Any]) -> None:
    """It would lead somewhere else."""
    checkpoint = stored(to_checkpoint(PLAN, POSITION)) | damage

    with pytest.raises(ConfigurationError, match="damaged"):
        from_checkpoint(checkpoint, "listPhoneNumbers", verify=True)


@pytest.mark.parametrize("missing", ["version", "operation", "page", "ids", "filters"])
def test_an_incomplete_one_is_refused(missing: str) -> None:
    """Also one of an earlier release."""
    checkpoint = stored(to_checkpoint(PLAN, POSITION))
    del checkpoint[missing]

    with pytest.raises(ConfigurationError, match="damaged"):
        from_checkpoint(checkpoint, "listPhoneNumbers", verify=True)


@pytest.mark.parametrize("something", [None, {}, [], "text", 7, {"page": 3}])
def test_something_else_is_refused(something: object) -> None:
    """Whatever it is."""
    with pytest.raises(ConfigurationError):
        from_checkpoint(something, "listPhoneNumbers", verify=True)


def test_one_of_another_operation_is_refused() -> None:
    """Its ids and its parameters are not ours."""
    with pytest.raises(ConfigurationError, match="'listCalls'"):
        from_checkpoint(to_checkpoint(Plan("listCalls"), POSITION), "listPhoneNumbers", verify=True)


def _anew(position: Position) -> Position:
    return Position(cursor=position.cursor, at_end=position.at_end, before=position.before, keys=[], read_anew=True)
