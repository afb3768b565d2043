"""Lists whose objects have just the listed properties are parsed into rows, and nobody can tell."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrounded.testing import sample_records
from callrounded_generated.decoding import decode, decode_json, record_of
from callrounded_generated.errors import DecodeError
from callrounded_generated.models import PhoneNumberList
from callrounded_generated.rows import are_rows
from tests.generated_client.test_properties import JSON, date_times, uuids

PARSE = record_of(PhoneNumberList).parse_rows
PROPERTIES = [
    "id",
    "number",
    "name",
    "created_at",
    "type",
    "inbound_agent_id",
    "redirect",
    "redirect_phone_number",
]


def parsed_into_rows(text: bytes) -> bool:
    """Return whether *text* can be."""
    assert PARSE is not None
    try:
        return are_rows(PARSE(text)["data"])
    except msgspec.MsgspecError:
        return False


def test_what_the_document_lists_is_parsed_into_rows(body: Callable[..., bytes]) -> None:
    """Records of all variants, an envelope that lacks something, and an order of its own."""
    reverse = [dict(reversed(record.items())) for record in sample_records(20)]

    assert parsed_into_rows(body(20))
    assert parsed_into_rows(body(reverse))
    assert parsed_into_rows(json.dumps({"data": reverse}).encode())


@pytest.mark.parametrize(
    "change",
    [
        {"type": "fax"},
        {"type": None},
        {"new": 1},
        {"_received": 1},
        {"tag": "pstn"},
    ],
)
def test_one_record_of_another_kind_is_enough_to_parse_into_dicts(
    body: Callable[..., bytes], change: dict[str, Any]
) -> None:
    """A variant that is not listed, or a property."""
    records = sample_records(20)
    records[7] |= change

    assert not parsed_into_rows(body(records))


def test_an_absent_property_is_enough_to_parse_into_dicts(body: Callable[..., bytes]) -> None:
    """It is absent when the object is written, too."""
    records = sample_records(20)
    del records[7]["name"]
    answer = decode_json(PhoneNumberList, body(records))

    assert not parsed_into_rows(body(records))
    assert "name" not in answer.data[7].to_dict()


def test_a_new_property_of_the_envelope_is_kept(body: Callable[..., bytes]) -> None:
    """An envelope with more properties cannot be parsed into rows either."""
    answer = decode_json(PhoneNumberList, body(20, trace="1"))

    assert not parsed_into_rows(body(20, trace="1"))
    assert answer.additional_properties == {"trace": "1"}


full = st.fixed_dictionaries(
    {
        "id": uuids(),
        "number": st.text(max_size=3),
        "name": st.none() | st.text(max_size=3),
        "created_at": date_times(),
        "type": st.sampled_from(["pstn", "sip"]),
        "inbound_agent_id": st.none() | uuids(),
        "redirect": st.none() | st.booleans(),
        "redirect_phone_number": st.none() | st.text(max_size=3),
    }
)


@st.composite
def almost_full(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Return records, of which one may have a wrong value."""
    records = draw(st.lists(full, max_size=6))
    if records and draw(st.booleans()):
        place = draw(st.sampled_from(records)), draw(st.sampled_from(PROPERTIES))
        place[0][place[1]] = draw(JSON | uuids() | date_times())
    return records


def outcome(read: Callable[[], PhoneNumberList]) -> Any:
    """Return all that can be told from what *read* returns or raises."""
    try:
        answer = read()
    except DecodeError as error:
        return str(error)
    written = json.dumps(answer.to_dict(), sort_keys=True), json.loads(answer.to_json())
    return written, repr(answer), answer.fields_set, [getattr(record, "fields_set", None) for record in answer.data]


@given(almost_full(), st.sampled_from(["raise", "keep"]))
def test_rows_and_dicts_become_the_same(records: list[dict[str, Any]], on_invalid: Any) -> None:
    """The same objects, which write the same, or the same error."""
    text = json.dumps({"data": records})

    as_text = outcome(lambda: decode_json(PhoneNumberList, text, on_invalid=on_invalid))
    as_dicts = outcome(lambda: decode(PhoneNumberList, json.loads(text), on_invalid=on_invalid))

    assert as_text == as_dicts
