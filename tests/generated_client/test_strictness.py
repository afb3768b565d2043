"""Every value is checked against the document, and an error says where, what was expected, and what was there."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from callrounded_generated.decoding import decode_json
from callrounded_generated.errors import DecodeError
from callrounded_generated.models import ErrorEnvelope, PhoneNumberList, PstnPhoneNumber, SipPhoneNumber
from callrounded_generated.types import Model

MISSING = object()


def outcome(decode: Callable[[], Model]) -> Model | DecodeError:
    """Return what *decode* returns, or the error it raises."""
    try:
        return decode()
    except DecodeError as error:
        return error


ID = "3c90c3cc-0d44-4b50-8888-8dd25736052a"


@pytest.mark.parametrize(
    ("name", "value", "expected", "found"),
    [
        ("id", MISSING, "a value, as it is required", "nothing"),
        ("id", None, "uuid", "null"),
        ("id", 5, "uuid", "5"),
        ("id", "x", "a valid UUID", "'x'"),
        ("id", f"{{{ID}}}", "a valid UUID", f"'{{{ID}}}'"),
        ("id", ID.replace("-", ""), "a valid UUID", f"'{ID.replace('-', '')}'"),
        ("id", f"{ID}\n", "a valid UUID", f"'{ID}\\n'"),
        ("number", 33199000000, "string", "33199000000"),
        ("number", True, "string", "true"),
        ("number", ["+33"], "string", "['+33']"),
        ("name", {"first": "A"}, "string", "{'first': 'A'}"),
        ("created_at", "yesterday", "a valid RFC 3339 date-time", "'yesterday'"),
        ("created_at", 1699335116, "date-time", "1699335116"),
        ("created_at", "2023-11-07T05:31:56", "date-time with a timezone component", "'2023-11-07T05:31:56'"),
        ("created_at", "2023-11-07", "a valid RFC 3339 date-time", "'2023-11-07'"),
        ("created_at", "2023-02-29T00:00:00Z", "a valid RFC 3339 date-time", "'2023-02-29T00:00:00Z'"),
        ("created_at", "2023-11-07T05:31:56+0100", "a valid RFC 3339 date-time", "'2023-11-07T05:31:56+0100'"),
        ("created_at", "", "a valid RFC 3339 date-time", "''"),
        ("inbound_agent_id", 5, "uuid", "5"),
        ("inbound_agent_id", "", "a valid UUID", "''"),
        ("redirect", "true", "boolean", "'true'"),
        ("redirect", 1, "boolean", "1"),
        ("redirect", 1.0, "boolean", "1.0"),
        ("redirect_phone_number", 1.5, "string", "1.5"),
        ("type", MISSING, "a string that tells what the object is", "nothing"),
        ("type", None, "a string that tells what the object is", "null"),
        ("type", 5, "a string that tells what the object is", "5"),
        ("type", [], "a string that tells what the object is", "[]"),
        ("type", {}, "a string that tells what the object is", "{}"),
    ],
)
@pytest.mark.parametrize("tag", ["pstn", "sip"])
def test_a_broken_property_of_a_record(
    page: Callable[..., dict[str, Any]], tag: str, name: str, value: Any, expected: str, found: str
) -> None:
    """The error names the property of the record, wherever in the page that is, whatever the variant."""
    answer = page(40)
    broken = answer["data"][23]
    broken["type"] = tag
    if value is MISSING:
        del broken[name]
    else:
        broken[name] = value
    with pytest.raises(DecodeError) as caught:
        PhoneNumberList.from_json(json.dumps(answer))
    error = caught.value
    assert (error.path, error.expected, error.found) == (f"data[23].{name}", expected, found)
    assert str(error) == f"data[23].{name}: expected {expected}, found {found}"


@pytest.mark.parametrize(
    ("change", "path", "expected"),
    [
        ({"data": None}, "data", "array"),
        ({"data": {}}, "data", "array"),
        ({"data": [[]]}, "data[0]", "an object"),
        ({"data": ["pstn"]}, "data[0]", "an object"),
        ({"data": [None]}, "data[0]", "an object"),
        ({"status": "200"}, "status", "integer"),
        ({"status": True}, "status", "integer"),
        ({"status": 200.5}, "status", "integer"),
        ({"status": None}, "status", "integer"),
        ({"message": None}, "message", "string"),
        ({"next_cursor": 5}, "next_cursor", "string"),
        ({"total_items": "5"}, "total_items", "integer"),
        ({"error": "boom"}, "error", "an object"),
        ({"error": {"details": {}}}, "error.details", "array"),
        ({"error": {"details": [{"field": "a"}, {"message": 5}]}}, "error.details[1].message", "string"),
        ({"error": {"status": "400"}}, "error.status", "integer"),
    ],
)
def test_a_broken_envelope(
    page: Callable[..., dict[str, Any]], change: dict[str, Any], path: str, expected: str
) -> None:
    """What surrounds the records is checked too, down into the error; to keep broken records changes nothing there."""
    for on_invalid in ("raise", "keep") if not path.startswith(("data[", "error.details[")) else ("raise",):
        with pytest.raises(DecodeError) as caught:
            decode_json(PhoneNumberList, json.dumps(page(2) | change).encode(), on_invalid=on_invalid)
        assert (caught.value.path, caught.value.expected) == (path, expected)


def test_absent_data() -> None:
    """A page without its records is no page."""
    with pytest.raises(DecodeError, match=r"^data: expected a value, as it is required, found nothing$"):
        PhoneNumberList.from_json(b"{}")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b" ",
        b"<html>502 Bad Gateway</html>",
        b"{",
        b'{"data": []} {}',
        b"{'data': []}",
        b'{"data": [],}',
        b'{"data": [], "message": "\xff"}',
        b'{"data": [], "status": NaN}',
        b'{"data": [], "status": Infinity}',
        b'{"data": [], "x": 1e999}',
        b'{"data": [], "x": ' + b"1" * 10_000 + b"}",
        b'{"data": [], "x": 01}',
        b"\x00",
    ],
)
def test_no_json(text: bytes | str) -> None:
    """A body that is no JSON text in UTF-8 is an error at `$` that shows its beginning."""
    with pytest.raises(DecodeError) as caught:
        PhoneNumberList.from_json(text)
    assert (caught.value.path, caught.value.expected) == ("$", "a JSON document")
    assert len(caught.value.found) < 300
    assert caught.value.found == "an empty body" if text == b"" else caught.value.found[0] in "'\""


@pytest.mark.parametrize(
    "text",
    [b'\xef\xbb\xbf{"data": []}', '{"data": []}'.encode("utf-16")],
    ids=["a byte order mark", "UTF-16"],
)
def test_text_that_other_readers_accept(text: bytes) -> None:
    """What msgspec refuses and the standard library reads is read."""
    assert PhoneNumberList.from_json(text) == PhoneNumberList(data=[])


def test_half_of_a_character() -> None:
    """An escaped half of a surrogate pair costs no page: it is read, and written as it came."""
    text = b'{"data":[],"message":"\\ud800"}'
    page = PhoneNumberList.from_json(text)
    assert page.message == "\ud800"
    assert page.to_dict() == {"data": [], "message": "\ud800"}
    assert json.loads(page.to_json()) == page.to_dict()
    assert PhoneNumberList.from_dict(page.to_dict()) == page


@pytest.mark.parametrize("text", ["null", "[]", '"data"', "5", "true", "[{}]"])
def test_another_json_value(text: str) -> None:
    """A body that is JSON, but no object, is an error at `$`."""
    for model in (PhoneNumberList, ErrorEnvelope, PstnPhoneNumber):
        with pytest.raises(DecodeError, match=r"^\$: expected an object, found "):
            model.from_json(text)


@pytest.mark.parametrize("depth", [500, 5_000, 100_000])
@pytest.mark.parametrize("opening", [b'{"x":', b"["])
@pytest.mark.parametrize("frames", [0, 500])
def test_deep_nesting(depth: int, opening: bytes, frames: int) -> None:
    """Whatever is nested too deeply for the stack is an error like any other, however deep the stack is already."""
    closing = b"}" if opening != b"[" else b"]"
    text = b'{"data": [], "unknown": ' + opening * depth + b"1" + closing * depth + b"}"

    def decode(frames: int) -> Model | DecodeError:
        return decode(frames - 1) if frames else outcome(lambda: PhoneNumberList.from_json(text))

    decoded = decode(frames)
    if isinstance(decoded, DecodeError):  # What is too deep differs from one Python to the next.
        assert decoded.path == "$"
        assert len(str(decoded)) < 500
    else:
        assert list(decoded.additional_properties) == ["unknown"]


def test_the_last_of_the_same_name_counts() -> None:
    """A name that stands twice in an object, which JSON leaves open, counts once, as with Python's own parser."""
    text = b'{"data": [], "status": "broken", "status": 201, "x": 1, "x": 2}'
    answer = PhoneNumberList.from_json(text)
    assert answer.status == 201
    assert answer.to_dict() == json.loads(text)


@pytest.mark.parametrize("text", ["0", "-0", "201", "201.0", "2.01e2", str(10**30), "1e30"])
def test_integers(text: str) -> None:
    """An integer is one however it is written, as JSON Schema has it, and goes back with the same value."""
    answer = PhoneNumberList.from_json(f'{{"data": [], "status": {text}}}')
    assert type(answer.status) is int
    assert answer.status == int(float(text)) or str(answer.status) == text
    written = answer.to_dict()["status"]
    assert (written, type(written)) == (json.loads(text), type(json.loads(text)))
    assert json.loads(answer.to_json()) == answer.to_dict()


def test_a_known_variant_with_a_broken_payload_is_no_unknown_one(record: dict[str, Any]) -> None:
    """A record with a tag of the document must be what the document says of that variant."""
    for tag, model in (("pstn", PstnPhoneNumber), ("sip", SipPhoneNumber)):
        assert type(PhoneNumberList.from_dict({"data": [{**record, "type": tag}]}).data[0]) is model
        with pytest.raises(DecodeError, match=r"^data\[0\]\.number: "):
            PhoneNumberList.from_dict({"data": [{**record, "type": tag, "number": None}]})


def test_the_tag_of_another_variant(record: dict[str, Any]) -> None:
    """A class of one variant does not take an object of the other."""
    with pytest.raises(DecodeError, match=r"^type: expected 'sip', found 'pstn'$"):
        SipPhoneNumber.from_dict(record)


def test_the_first_fault_is_named(page: Callable[..., dict[str, Any]]) -> None:
    """Of several broken records the first is named, and of its properties the first in the document."""
    answer = page(100)
    for index in (90, 31, 60):
        answer["data"][index] |= {"number": 5, "id": 5}
    with pytest.raises(DecodeError, match=r"^data\[31\]\.id: "):
        PhoneNumberList.from_dict(answer)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"x": float("nan")}, "JSON data"),
        ({"x": float("inf")}, "JSON data"),
        ({"x": object()}, "JSON data"),
        ({"x": {1, 2}}, "JSON data"),
        ({"x": b"bytes"}, "JSON data"),
        ({(1, 2): 3}, "JSON data"),
        ([], "an object"),
        (None, "an object"),
        (5, "an object"),
        ([("data", [])], "an object"),
    ],
)
def test_from_dict_of_what_is_no_json(data: Any, complaint: str) -> None:
    """Data that has no counterpart in JSON is an error at `$`."""
    if isinstance(data, dict):
        data = {"data": [], **data}
    with pytest.raises(DecodeError) as caught:
        PhoneNumberList.from_dict(data)
    assert (caught.value.path, caught.value.expected) == ("$", complaint)


def test_from_dict_of_data_that_contains_itself() -> None:
    """Data without an end is an error like any other."""
    endless: dict[str, Any] = {"data": []}
    endless["self"] = endless
    with pytest.raises(DecodeError, match=r"^\$: expected JSON data, found "):
        PhoneNumberList.from_dict(endless)


def test_from_dict_takes_nothing_and_gives_nothing_away(page: Callable[..., dict[str, Any]]) -> None:
    """Neither does decoding change the caller's data, nor do later changes to these reach the object, or back."""
    answer = page(3, unknown={"list": [1]}) | {"data": [{**page(1)["data"][0], "type": "fax", "unknown": [1]}]}
    before = copy.deepcopy(answer)
    decoded = PhoneNumberList.from_dict(answer)
    assert answer == before
    answer["unknown"]["list"].append(2)
    answer["data"][0]["unknown"].append(2)
    assert decoded.to_dict() == before
    decoded.to_dict()["data"][0]["unknown"].append(3)
    decoded.additional_properties["another"] = 1
    assert decoded.to_dict() == before
