"""What the document does not foresee: variants, and records that are not what it says."""

import copy
import gc
import json
import pickle
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import attrs
import pytest

from callrounded_generated.decoding import decode_json
from callrounded_generated.errors import DecodeError
from callrounded_generated.models import PhoneNumberList, PstnPhoneNumber, SipPhoneNumber, UnknownPhoneNumber
from callrounded_generated.types import MalformedRecord


def decoded(record: dict[str, Any]) -> Any:
    """Return what *record* becomes in a page."""
    return PhoneNumberList.from_dict({"data": [record]}).data[0]


def test_a_new_variant_is_read_as_far_as_it_can_be(record: dict[str, Any]) -> None:
    """A tag that is not in the document gives an unknown variant with what all variants share, and the raw object."""
    new = {**record, "type": "fax", "pages": [1, 2]}
    number = decoded(new)
    assert type(number) is UnknownPhoneNumber
    assert (number.type, number.id, number.number) == ("fax", UUID(record["id"]), "+33199000000")
    assert number.created_at == datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)
    assert number.raw == number.to_dict() == json.loads(number.to_json()) == new
    assert number.additional_properties == {"pages": [1, 2]}
    assert number.fields_set == set(record)


def test_a_new_variant_loses_nothing_that_cannot_be_read(record: dict[str, Any]) -> None:
    """A property that is not what the known variants have is None, and kept among the additional ones."""
    new = {**record, "type": "fax", "id": 5, "number": {"a": [1]}, "created_at": "soon", "redirect": None}
    del new["name"]
    number = decoded(new)
    assert (number.id, number.number, number.created_at, number.redirect, number.name) == (None,) * 5
    assert number.raw == new
    assert number.additional_properties == {"id": 5, "number": {"a": [1]}, "created_at": "soon"}
    assert number.redirect_phone_number == record["redirect_phone_number"]
    assert number != decoded({**new, "id": 6})
    assert number == decoded(dict(sorted(new.items())))


@pytest.mark.parametrize(
    "payload", [{}, {"id": None}, {"raw": 1, "tag": 2, "variants": 3, "_received": 4}, {"id": [[[]]]}]
)
def test_a_new_variant_needs_nothing_but_its_tag(payload: dict[str, Any]) -> None:
    """Whatever else an object with a new tag has or has not, it does not cost the page."""
    new = {"type": "", **payload}
    assert decoded(new).raw == new
    assert decoded(new).type == ""


def test_new_variants_beside_known_ones(page: Callable[..., dict[str, Any]]) -> None:
    """A page of known and new variants keeps its order."""
    answer = page(60)
    for index, record in enumerate(answer["data"]):
        record["type"] = ("pstn", "fax", "sip", "telex")[index % 4]
        if index % 3 == 0:
            record[f"new{index % 5}"] = index
        if index % 8 == 1:
            record["number"] = index
    numbers = PhoneNumberList.from_dict(answer).data
    classes = [PstnPhoneNumber, UnknownPhoneNumber, SipPhoneNumber, UnknownPhoneNumber] * 15
    assert [type(number) for number in numbers] == classes
    assert [number.to_dict() for number in numbers] == answer["data"]


def test_a_new_variant_is_a_value_like_the_others(record: dict[str, Any]) -> None:
    """It can be copied, pickled, compared, hashed, made by hand, changed, and read again from what it writes."""
    new = {**record, "type": "fax", "id": 5, "pages": [1]}
    number = decoded(new)
    copies = pickle.loads(pickle.dumps(number)), copy.copy(number), copy.deepcopy(number), attrs.evolve(number)
    for copied in (*copies, UnknownPhoneNumber.from_dict(number.raw), UnknownPhoneNumber.from_json(number.to_json())):
        assert copied == number
        assert hash(copied) == hash(number)
        assert copied.raw == new
    assert attrs.evolve(number, name="A").raw == {**new, "name": "A"}
    assert attrs.evolve(number, id=UUID(int=1)).raw == {**new, "id": str(UUID(int=1))}
    assert UnknownPhoneNumber(type="fax", number="1").raw == {"type": "fax", "number": "1"}
    assert repr(number).startswith("UnknownPhoneNumber(type='fax', id=None, number='+33199000000', ")


def test_what_a_new_variant_hands_out_is_the_callers(record: dict[str, Any]) -> None:
    """Changes to `raw` do not reach the object."""
    number = decoded({**record, "type": "fax", "pages": [1]})
    number.raw["pages"].append(2)
    number.raw["type"] = "other"
    assert number.raw == {**record, "type": "fax", "pages": [1]}


BROKEN: list[Any] = [
    None,
    5,
    "pstn",
    [],
    {},
    {"type": 5},
    {"type": "pstn"},
    {"type": "sip", "id": "x", "big": list(range(9999))},
]


@pytest.mark.parametrize("broken", BROKEN, ids=[str(index) for index in range(len(BROKEN))])
def test_keeping_a_broken_record(broken: Any, page: Callable[..., dict[str, Any]]) -> None:
    """With on_invalid="keep" a broken record is replaced by its place, its error and its JSON; the others are read."""
    records = page(7)["data"]
    text = json.dumps(page([*records[:5], broken, *records[5:]])).encode()
    answer = decode_json(PhoneNumberList, text, on_invalid="keep")
    malformed: Any = answer.data[5]
    assert type(malformed) is MalformedRecord
    assert (malformed.path, malformed.raw) == ("data[5]", broken)
    with pytest.raises(DecodeError) as caught:
        decode_json(PhoneNumberList, text)
    assert malformed.error.args == caught.value.args
    assert [*answer.data[:5], *answer.data[6:]] == PhoneNumberList.from_dict(page(records)).data
    assert answer.to_dict() == json.loads(answer.to_json()) == json.loads(text)


def test_keeping_is_not_for_the_envelope(page: Callable[..., dict[str, Any]]) -> None:
    """A broken envelope is an error also with on_invalid="keep"."""
    for change in ({"data": None}, {"status": "x"}, {"error": 5}, {"total_items": True}):
        with pytest.raises(DecodeError):
            decode_json(PhoneNumberList, json.dumps(page(1) | change).encode(), on_invalid="keep")


def test_many_broken_records(page: Callable[..., dict[str, Any]]) -> None:
    """Every broken record of a page is found, whatever their number."""
    answer = page(64)
    broken = {0, 1, 31, 32, 33, 63}
    for index in broken:
        answer["data"][index]["id"] = index
    kept = decode_json(PhoneNumberList, json.dumps(answer).encode(), on_invalid="keep").data
    assert {index for index, record in enumerate(kept) if isinstance(record, MalformedRecord)} == broken
    assert [record.error.path for record in kept if isinstance(record, MalformedRecord)] == [
        f"data[{index}].id" for index in sorted(broken)
    ]
    all_broken = decode_json(PhoneNumberList, json.dumps(page([{}] * 50)).encode(), on_invalid="keep").data
    assert [record.path for record in all_broken if isinstance(record, MalformedRecord)] == [
        f"data[{n}]" for n in range(50)
    ]


def test_a_kept_record_is_a_value() -> None:
    """It can be copied, pickled, compared and hashed, and its repr does not show a huge payload."""
    kept: Any = decode_json(
        PhoneNumberList, json.dumps({"data": [{"x": "y" * 10**6}]}).encode(), on_invalid="keep"
    ).data[0]
    for copied in (pickle.loads(pickle.dumps(kept)), copy.copy(kept), copy.deepcopy(kept)):
        assert copied == kept
        assert hash(copied) == hash(kept)
    assert len(repr(kept)) < 500
    assert attrs.evolve(kept, path="data[1]") != kept


def test_a_kept_record_does_not_hold_the_page(page: Callable[..., dict[str, Any]]) -> None:
    """The error of a kept record holds no frames, and so none of the page's other data."""
    text = json.dumps(page([*page(10)["data"], {}])).encode()
    kept: Any = decode_json(PhoneNumberList, text, on_invalid="keep").data[-1]
    error = kept.error
    assert (error.__traceback__, error.__context__, error.__cause__) == (None, None, None)
    gc.collect()
    assert sys.getrefcount(text) <= 2 + 1
