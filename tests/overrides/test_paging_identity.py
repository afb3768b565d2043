"""When two records are the same one."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from callrounded import PhoneNumber
from callrounded._paging import keys_of
from callrounded.testing import sample_records
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


def known(id_: str) -> dict[str, Any]:
    """A phone number as the API writes it."""
    return sample_records(1)[0] | {"id": id_}


class TestKeys:
    """What identifies a record."""

    def test_uuids_are_numbers(self) -> None:
        """They take little room, and however they are written they are the same."""
        assert keys_of(numbers(known(ONE), known(ONE.upper()))) == [UUID(ONE).int] * 2

    def test_a_page_may_mix_types(self) -> None:
        """A record of an unknown type with a UUID is identified by it as the others are."""
        mixed = numbers(known(ONE), {"id": ONE, "type": "fax"}, {"id": "no uuid", "type": "fax"})

        first, second, third = keys_of(mixed)

        assert first == second == UUID(ONE).int != third

    @pytest.mark.parametrize("id_", ["abc", 7, -1, 1.5, "x" * 1000])
    def test_other_ids(self, id_: object) -> None:
        """Other endpoints may have others."""
        one, same, other = keys_of([Record(id_), Record(id_), Record("other")])

        assert one == same != other

    def test_a_uuid_is_the_same_among_other_ids(self) -> None:
        """Whatever else its page holds."""
        assert keys_of([Record(UUID(ONE)), Record("other")])[0] == keys_of([Record(UUID(ONE))])[0]

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

    def test_a_broken_record_may_have_an_id_that_can_be_read(self) -> None:
        """Then it is the same one when it comes again and is not broken any more."""
        error = DecodeError(path="data[0].created_at", expected="a date-time", found="1")
        broken = MalformedRecord(path="data[0]", error=error, raw={"id": ONE.upper(), "created_at": 1})

        assert keys_of([broken]) == keys_of(numbers(known(ONE)))
