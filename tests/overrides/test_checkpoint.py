"""Positions as plain JSON data."""

import json
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrounded import Checkpoint, ConfigurationError
from callrounded._checkpoint import PageRequest, checked, new_checkpoint

OPERATION = "list_records"
START = new_checkpoint(OPERATION, PageRequest(limit=1000, filters={"search": "Zürich"}), max_items=17)
POSITION: Checkpoint = {**START, "page": 4, "count": 3000, "total": 20_000}

counts = st.none() | st.integers(0, 2**53)
shared = {
    "version": st.just(1),
    "operation": st.just(OPERATION),
    "limit": st.none() | st.integers(1, 1000),
    "filters": st.dictionaries(st.text(), st.text() | st.integers() | st.booleans()),
    **dict.fromkeys(("count", "total", "max_items"), counts),
    **dict.fromkeys(("at_end", "changed"), st.booleans()),
}
by_page = {"mode": st.just("page"), "page": st.integers(1, 2**53), "cursor": st.none()}
by_cursor = {"mode": st.just("cursor"), "page": st.none(), "cursor": st.none() | st.text()}


def stored(checkpoint: Checkpoint) -> Any:
    """What comes out of a file."""
    return json.loads(json.dumps(checkpoint))


@given(st.fixed_dictionaries(shared | by_page) | st.fixed_dictionaries(shared | by_cursor))
def test_a_position_survives_json(position: Any) -> None:
    """All that is needed to go on is in a checkpoint, in both modes; whether to verify is for the caller to say."""
    assert checked(stored(position), OPERATION) == position


def test_filters_that_json_does_not_know_become_text() -> None:
    """A date, for one."""
    start = new_checkpoint(OPERATION, PageRequest(filters={"since": date(2026, 11, 26)}))

    assert checked(stored(start), OPERATION)["filters"] == {"since": "2026-11-26"}


def test_a_filter_without_an_offset_from_utc_is_refused() -> None:
    """As text it would be sent, and the server would have to guess which time it is."""
    with pytest.raises(ValueError, match="no offset from UTC"):
        new_checkpoint(OPERATION, PageRequest(filters={"since": datetime(2026, 11, 26)}))


def test_before_the_first_page() -> None:
    """The position is the first page."""
    assert (START["mode"], START["page"], START["count"]) == ("page", 1, 0)


def test_it_is_small() -> None:
    """However long the listing is: it holds no ids."""
    assert len(json.dumps(POSITION)) < 500


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
        {"limit": 0},
        {"cursor": ""},
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
    checkpoint = stored(POSITION) | damage

    with pytest.raises(ConfigurationError, match="damaged"):
        checked(checkpoint, OPERATION)


@pytest.mark.parametrize("missing", sorted(Checkpoint.__annotations__))
def test_an_incomplete_one_is_refused(missing: str) -> None:
    """Also one of another release."""
    checkpoint = stored(POSITION)
    del checkpoint[missing]

    with pytest.raises(ConfigurationError, match="of another release"):
        checked(checkpoint, OPERATION)


@pytest.mark.parametrize("something", [None, {}, [], "text", 7, {"page": 3}])
def test_something_else_is_refused(something: object) -> None:
    """Whatever it is."""
    with pytest.raises(ConfigurationError):
        checked(something, OPERATION)


def test_one_of_another_operation_is_refused() -> None:
    """Its position and its filters are not those of this one."""
    with pytest.raises(ConfigurationError, match="'list_others'"):
        checked({**POSITION, "operation": "list_others"}, OPERATION)
