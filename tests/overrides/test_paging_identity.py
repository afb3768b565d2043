"""When two records are the same one."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrounded import PhoneNumber
from callrounded._identity import Key, from_text, in_order_of, keys_of, to_text, unmet
from callrounded_generated.errors import DecodeError
from callrounded_generated.models import PhoneNumberList
from callrounded_generated.types import MalformedRecord

ONE = "3c90c3cc-0d44-4b50-8888-8dd25736052a"


@dataclass(frozen=True)
class Record:
    """A record of some endpoint."""

    id: Any


def numbers(*records: dict[str, Any]) -> list[PhoneNumber]:
    """Phone numbers as they are read."""
    return PhoneNumberList.from_dict({"data": list(records)}).data


def pstn(id_: str) -> dict[str, Any]:
    """A phone number as the API writes it."""
    return {"id": id_, "number": "+331", "created_at": "2024-01-01T00:00:00Z", "type": "pstn"}


class TestKeys:
    """What identifies a record."""

    def test_uuids_are_numbers(self) -> None:
        """They take little room, and however they are written they are the same."""
        assert keys_of(numbers(pstn(ONE), pstn(ONE.upper()))) == [UUID(ONE).int] * 2

    def test_a_page_may_mix_types(self) -> None:
        """A record of an unknown type with a UUID is identified by it as the others are."""
        mixed = numbers(pstn(ONE), {"id": ONE, "type": "fax"}, {"id": "no uuid", "type": "fax"})

        first, second, third = keys_of(mixed)

        assert first == second == UUID(ONE).int
        assert isinstance(third, str)

    @pytest.mark.parametrize(("id_", "key"), [("abc", "abc"), (7, 7), (UUID(int=5), 5), (-1, "-1"), (1.5, "1.5")])
    def test_other_ids(self, id_: object, key: Key) -> None:
        """Other endpoints may have others."""
        assert keys_of([Record(id_), Record("other")])[0] == key

    def test_long_ids_stay_apart(self) -> None:
        """Although they are shortened."""
        one, other = keys_of([Record("x" * 1000 + "1"), Record("x" * 1000 + "2")])

        assert one != other
        assert len(str(one)) == len(str(other)) == 32

    def test_without_an_id_the_content_counts(self) -> None:
        """In whatever place of the page; two that are alike in one page are two records."""
        first = numbers({"type": "fax", "a": 1}, {"type": "fax", "a": 2}, {"type": "fax", "a": 1})
        second = numbers({"type": "fax", "a": 2}, {"type": "fax", "a": 1})

        one, other, again = keys_of(first)

        assert len({one, other, again}) == 3
        assert keys_of(second) == [other, one]

    def test_broken_records_count_too(self) -> None:
        """Where they are kept."""
        error = DecodeError(path="data[0].id", expected="a UUID", found="1")
        broken = MalformedRecord(path="data[0]", error=error, raw={"id": 1})
        moved = MalformedRecord(path="data[7]", error=error, raw={"id": 1})

        assert keys_of([broken]) == keys_of([moved])


@given(st.integers(0, 2**128 - 1) | st.text())
def test_a_key_survives_json(key: Key) -> None:
    """As a checkpoint has it: a UUID takes 22 characters."""
    text = json.loads(json.dumps(to_text(key)))

    assert from_text(text) == key
    assert isinstance(key, str) or len(text) == 22


@pytest.mark.parametrize("text", ["", "abc", "x" * 23, "é" * 22])
def test_other_text_is_no_key(text: str) -> None:
    """A damaged checkpoint is not taken for another one."""
    with pytest.raises(ValueError, match=r"."):
        from_text(text)


def test_unmet_records_by_their_keys() -> None:
    """Each once, in order."""
    assert unmet(["a", "b", "c", "b"], [1, 2, 3, 2], {3}) == {1: "a", 2: "b"}


def test_order_after_a_repair() -> None:
    """As the last walk has it; what it has not any more stays behind what it stood behind."""
    records = [Record(id_) for id_ in ("gone first", "b", "gone", "d", "a", "c")]

    in_order = in_order_of(["a", "b", "c", "d", "b"], records)

    assert [record.id for record in in_order] == ["gone first", "a", "b", "gone", "c", "d"]
    assert in_order_of([], records) is records
