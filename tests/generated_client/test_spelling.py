"""What Python would write in another way than it was received goes back as it was received."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest

from callrounded_generated.errors import DecodeError
from callrounded_generated.models import PhoneNumberList, PstnPhoneNumber

MOMENT = datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2023-11-07T05:31:56Z", MOMENT),
        ("2023-11-07T05:31:56z", MOMENT),
        ("2023-11-07t05:31:56Z", MOMENT),
        ("2023-11-07 05:31:56Z", MOMENT),
        ("2023-11-07T05:31:56+00:00", MOMENT),
        ("2023-11-07T05:31:56-00:00", MOMENT),
        ("2023-11-07T06:31:56+01:00", MOMENT),
        ("2023-11-06T17:46:56-11:45", MOMENT),
        ("2023-11-07T05:31:56.0Z", MOMENT),
        ("2023-11-07T05:31:56.000Z", MOMENT),
        ("2023-11-07T05:31:56.000000Z", MOMENT),
        ("2023-11-07T05:31:56.123Z", MOMENT + timedelta(microseconds=123_000)),
        ("2023-11-07T05:31:56.123000Z", MOMENT + timedelta(microseconds=123_000)),
        ("2023-11-07T05:31:56.123456Z", MOMENT + timedelta(microseconds=123_456)),
        ("2023-11-07T05:31:56.123456+00:00", MOMENT + timedelta(microseconds=123_456)),
        ("2023-11-07T05:31:56.1234567Z", MOMENT + timedelta(microseconds=123_457)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59.999999Z", datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)),
    ],
)
def test_date_times(text: str, moment: datetime, record: dict[str, Any], page: Callable[..., dict[str, Any]]) -> None:
    """A date-time in any spelling of RFC 3339 is the moment it says, and goes back in that spelling."""
    received = {**record, "created_at": text}
    number = PstnPhoneNumber.from_dict(received)
    assert number.created_at == moment
    assert number.to_dict() == json.loads(number.to_json()) == received
    assert attrs.evolve(number, name="A").to_dict() == {**received, "name": "A"}
    answer = page([*page(3)["data"], received, *page(3)["data"]])
    assert PhoneNumberList.from_dict(answer).to_dict() == answer


@pytest.mark.parametrize(
    "text",
    [
        "3C90C3CC-0D44-4B50-8888-8DD25736052A",
        "3c90c3cc-0d44-4b50-8888-8DD25736052A",
        "00000000-0000-0000-0000-000000000000",
    ],
)
def test_uuids(text: str, record: dict[str, Any], page: Callable[..., dict[str, Any]]) -> None:
    """A UUID in capitals goes back in capitals."""
    received = {**record, "id": text, "inbound_agent_id": text}
    number = PstnPhoneNumber.from_dict(received)
    assert str(number.id) == str(number.inbound_agent_id) == text.lower()
    assert number.to_dict() == json.loads(number.to_json()) == received
    answer = page([*page(3)["data"], received, {**received, "inbound_agent_id": None}, *page(3)["data"]])
    assert PhoneNumberList.from_dict(answer).to_dict() == answer


@pytest.mark.parametrize(
    "text", ["2023-11-07T05:31:56+0000", "2023-11-07T05:31:56+00", "2023-11-07T05:31:56,5Z", "2023-11-07T05:31Z"]
)
def test_almost_a_date_time(text: str, record: dict[str, Any], page: Callable[..., dict[str, Any]]) -> None:
    """What RFC 3339 does not allow is an error, even where Python could make sense of it."""
    answer = page([*page(3)["data"], {**record, "created_at": text}])
    with pytest.raises(DecodeError, match=r"^data\[3\]\.created_at: expected a valid RFC 3339 date-time, found "):
        PhoneNumberList.from_dict(answer)


def test_a_leap_second(record: dict[str, Any]) -> None:
    """A leap second, which RFC 3339 allows, is named as what it is: no datetime can hold it."""
    with pytest.raises(DecodeError, match=r"no leap second, which datetime cannot hold, found '2016-12-31T23:59:60Z'"):
        PstnPhoneNumber.from_dict({**record, "created_at": "2016-12-31T23:59:60Z"})


def test_the_text_of_a_changed_value_is_forgotten(record: dict[str, Any]) -> None:
    """A copy with another value writes that; one that got the old value back writes it as it was received."""
    number = PstnPhoneNumber.from_dict({**record, "created_at": "2023-11-07T05:31:56.000Z"})
    later = attrs.evolve(number, created_at=MOMENT + timedelta(seconds=1))
    assert later.to_dict()["created_at"] == "2023-11-07T05:31:57Z"
    assert attrs.evolve(later, created_at=MOMENT).to_dict()["created_at"] == "2023-11-07T05:31:56.000Z"


def test_written_by_python(record: dict[str, Any]) -> None:
    """An offset other than UTC is written as it is in the datetime."""
    from datetime import timezone

    number = PstnPhoneNumber.from_dict(record)
    there = attrs.evolve(number, created_at=MOMENT.astimezone(timezone(timedelta(hours=2))) + timedelta(milliseconds=5))
    assert there.to_dict()["created_at"] == "2023-11-07T07:31:56.005000+02:00"
