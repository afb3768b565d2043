"""Objects are values: they cannot be set, compare by what they say, and survive every way of copying."""

import copy
import json
import pickle
from collections import ChainMap, OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

import attrs
import pytest

from callrounded_generated.errors import DecodeError
from callrounded_generated.models import (
    ErrorDetail,
    ErrorEnvelope,
    PhoneNumberList,
    PstnPhoneNumber,
    UnknownPhoneNumber,
)

COPIES: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "evolve": attrs.evolve,
    **{
        f"pickle {n}": lambda value, n=n: pickle.loads(pickle.dumps(value, n))
        for n in range(pickle.HIGHEST_PROTOCOL + 1)
    },
}


def by_hand(**changes: Any) -> PstnPhoneNumber:
    """Return a number that was not received."""
    id_ = UUID("3c90c3cc-0d44-4b50-8888-8dd25736052a")
    moment = datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)
    return PstnPhoneNumber(**{"id": id_, "number": "+33199000000", "created_at": moment, "type": "pstn", **changes})


def test_attributes_have_the_types_a_caller_wants(record: dict[str, Any]) -> None:
    """Values are plain Python ones: UUID, aware datetime, str, bool, None."""
    number = PstnPhoneNumber.from_dict(record)
    assert attrs.asdict(number, filter=lambda attribute, _: not attribute.name.startswith("_")) == {
        "id": UUID(record["id"]),
        "number": "+33199000000",
        "name": "Reception",
        "created_at": datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC),
        "type": "pstn",
        "inbound_agent_id": UUID(record["inbound_agent_id"]),
        "redirect": True,
        "redirect_phone_number": "+33199000001",
    }
    assert number.created_at.utcoffset() is not None


def test_absent_properties_have_the_defaults_of_the_document() -> None:
    """What is absent has its default, None where the document has none; `fields_set` still knows that it was absent."""
    answer = PhoneNumberList.from_json(b'{"data": []}')
    assert (answer.message, answer.status, answer.error) == ("Calls retrieved successfully", 200, None)
    assert answer.fields_set == {"data"}
    assert answer.to_dict() == {"data": []}
    required = {"id": str(UUID(int=1)), "number": "1", "created_at": "2024-01-01T00:00:00Z", "type": "pstn"}
    number = PstnPhoneNumber.from_dict(required)
    assert (number.redirect, number.name) == (False, None)
    assert number.fields_set == set(required)
    assert PstnPhoneNumber.from_dict({**required, "redirect": None}).redirect is None
    assert PstnPhoneNumber.from_dict({**required, "redirect": None}).fields_set == {*required, "redirect"}


def test_null_and_absent_are_told_apart_in_json_only(record: dict[str, Any]) -> None:
    """Objects that differ in null against absent are equal, and go back as each came."""
    absent = {name: value for name, value in record.items() if name != "name"}
    null = {**record, "name": None}
    assert PstnPhoneNumber.from_dict(absent) == PstnPhoneNumber.from_dict(null)
    assert PstnPhoneNumber.from_dict(absent).to_dict() == absent
    assert PstnPhoneNumber.from_dict(null).to_dict() == null


def test_made_by_hand() -> None:
    """An object made by hand writes what is required, and what differs from its default."""
    number = by_hand()
    expected = {
        "id": "3c90c3cc-0d44-4b50-8888-8dd25736052a",
        "number": "+33199000000",
        "created_at": "2023-11-07T05:31:56Z",
        "type": "pstn",
    }
    assert number.to_dict() == json.loads(number.to_json()) == expected
    assert by_hand(redirect=None, name="A").to_dict() == {**expected, "redirect": None, "name": "A"}
    assert number.fields_set == {"id", "number", "created_at", "type"}
    assert number.additional_properties == {}
    assert number == PstnPhoneNumber.from_dict(expected)
    assert PstnPhoneNumber.from_json(number.to_json()) == number


def test_made_by_hand_from_others(record: dict[str, Any]) -> None:
    """What is in an object made by hand is written as it came."""
    number = PstnPhoneNumber.from_dict({**record, "id": record["id"].upper(), "new": [1]})
    answer = PhoneNumberList(data=[number, by_hand()], total_items=2)
    assert answer.to_dict() == {"data": [number.to_dict(), by_hand().to_dict()], "total_items": 2}
    assert answer.to_dict()["data"][0]["id"] == record["id"].upper()
    assert json.loads(answer.to_json()) == answer.to_dict()


@pytest.mark.parametrize("name", COPIES)
def test_copies(name: str, page: Callable[..., dict[str, Any]], record: dict[str, Any]) -> None:
    """A copy equals its original and writes the same JSON; each of its objects is what it was."""
    records = [*page(20)["data"], {**record, "type": "fax", "new": {"a": 1}}, {**record, "id": record["id"].upper()}]
    answer = page(records, unknown=[None, {"deep": [1.5]}])
    original = PhoneNumberList.from_dict(answer)
    for value in (original, *original.data, by_hand(), ErrorEnvelope.from_dict({"error": {"x": 1}})):
        copied = COPIES[name](value)
        assert copied == value
        assert type(copied) is type(value)
        assert repr(copied) == repr(value)
        assert copied.to_dict() == value.to_dict()
        assert json.loads(copied.to_json()) == json.loads(value.to_json())
        assert (copied.fields_set, copied.additional_properties) == (value.fields_set, value.additional_properties)


def test_a_deep_copy_shares_nothing() -> None:
    """Changes inside a deep copy, and inside what is handed out, stay there."""
    text = b'{"data": [], "unknown": {"list": []}, "error": {"details": []}}'
    original = PhoneNumberList.from_json(text)
    copied = copy.deepcopy(original)
    copied.additional_properties["unknown"]["list"].append(1)
    assert copied.error is not None
    assert copied.error.details is not None
    copied.error.details.append(ErrorDetail(field="a"))
    assert original.to_dict() == json.loads(text)
    assert copied.to_dict() == {"data": [], "unknown": {"list": [1]}, "error": {"details": [{"field": "a"}]}}


def test_across_processes(python: Callable[[str], str], record: dict[str, Any]) -> None:
    """An object pickled in one process is the same in another one, which has not read any JSON yet."""
    answer = PhoneNumberList.from_dict({"data": [record, {**record, "type": "fax", "x": 1}], "y": None})
    program = (
        f"import pickle; a = pickle.loads({pickle.dumps(answer)!r}); print(a.to_json().hex(), repr(a), a == a, sep='|')"
    )
    written, shown, equal = python(program).strip().split("|")
    assert json.loads(bytes.fromhex(written)) == answer.to_dict()
    assert (shown, equal) == (repr(answer), "True")


def test_a_changed_copy(record: dict[str, Any]) -> None:
    """`attrs.evolve` changes what it is told to: the rest is written as it came, unknown properties too."""
    received = {**record, "id": record["id"].upper(), "created_at": "2024-01-01T00:00:00.5+02:00", "new": [1]}
    del received["name"]
    number = PstnPhoneNumber.from_dict(received)
    assert attrs.evolve(number, number="1").to_dict() == {**received, "number": "1"}
    assert attrs.evolve(number, name="A").to_dict() == {**received, "name": "A"}
    assert attrs.evolve(number, name=None).to_dict() == received
    assert attrs.evolve(number, redirect=False).to_dict() == {**received, "redirect": False}
    assert attrs.evolve(number, redirect_phone_number=None).to_dict() == {**received, "redirect_phone_number": None}
    another = UUID(int=7)
    assert attrs.evolve(number, id=another).to_dict() == {**received, "id": str(another)}
    assert attrs.evolve(attrs.evolve(number, id=another), id=number.id).to_dict() == received
    assert attrs.evolve(number, name="A").fields_set == {*received, "name"} - {"new"}
    assert attrs.evolve(number, name="A") != number
    assert number.to_dict() == received


def test_what_is_in_a_list_can_be_changed(page: Callable[..., dict[str, Any]]) -> None:
    """A list is an ordinary list: what is put there is written too."""
    answer = PhoneNumberList.from_dict(page(2))
    answer.data.append(by_hand())
    assert answer.to_dict()["data"] == [*page(2)["data"], by_hand().to_dict()]


def test_equality_and_hash(record: dict[str, Any]) -> None:
    """Objects are equal when class, attributes and unknown properties are; then they hash alike."""
    number = PstnPhoneNumber.from_dict(record)
    shuffled = dict(sorted(record.items()))
    in_capitals = {**record, "id": record["id"].upper()}
    for same in (shuffled, in_capitals):
        assert PstnPhoneNumber.from_dict(same) == number
        assert hash(PstnPhoneNumber.from_dict(same)) == hash(number)
    assert PstnPhoneNumber.from_dict({**record, "new": 1}) != number
    assert PstnPhoneNumber.from_dict({**record, "new": 1}) != PstnPhoneNumber.from_dict({**record, "new": 2})
    assert PstnPhoneNumber.from_dict({**record, "new": 1}) == PstnPhoneNumber.from_dict({"new": 1, **record})
    assert len({number, PstnPhoneNumber.from_dict(shuffled), by_hand()}) == 2
    assert number != record
    assert number != UnknownPhoneNumber.from_dict(record)


def test_frozen(record: dict[str, Any]) -> None:
    """Attributes can be neither set, deleted nor made up."""
    number = PstnPhoneNumber.from_dict(record)
    for name in ("number", "_received", "new"):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(number, name, "x")
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            delattr(number, name)
    assert not hasattr(number, "__dict__")
    with pytest.raises(TypeError):
        PstnPhoneNumber("+33199000000")  # type: ignore[call-arg,misc]


def test_repr() -> None:
    """The repr is the code that makes the object."""
    number = by_hand(name="A")
    shown = repr(number)
    assert shown.startswith(
        "PstnPhoneNumber(id=UUID('3c90c3cc-0d44-4b50-8888-8dd25736052a'), number='+33199000000', name='A', "
    )
    namespace = {"PstnPhoneNumber": PstnPhoneNumber, "UUID": UUID, "datetime": __import__("datetime")}
    assert eval(shown, namespace) == number


@pytest.mark.parametrize(
    "name",
    [
        *(
            "",
            " ",
            "_received",
            "__class__",
            "__dict__",
            "__slots__",
            "__init__",
            "self",
            "cls",
            "raw",
            "tag",
            "variants",
        ),
        *(
            "additional_properties",
            "fields_set",
            "to_dict",
            "from_dict",
            "id_",
            "\n",
            "ü",
            "\U0001f600",
            "$",
            "a.b",
            "a[0]",
        ),
    ],
)
def test_unknown_properties_of_any_name(name: str, record: dict[str, Any]) -> None:
    """No name of an unknown property gets in the way of anything."""
    for answer in (
        {"data": [{**record, name: [name]}]},
        {"data": [{**record, "type": "fax", name: 1}, record], name: name},
    ):
        decoded = PhoneNumberList.from_dict(answer)
        assert decoded.to_dict() == answer
        assert decoded.data[0].additional_properties == {name: answer["data"][0][name]}
        assert type(decoded.data[0]).from_dict(decoded.data[0].to_dict()) == decoded.data[0]
        assert pickle.loads(pickle.dumps(decoded)) == decoded
        assert attrs.evolve(decoded.data[0], name="A").additional_properties == decoded.data[0].additional_properties


def test_any_mapping_is_json_data(record: dict[str, Any]) -> None:
    """`from_dict` takes any mapping, and mappings inside."""
    for mapping in (ChainMap({}, record), OrderedDict(record), MappingProxyType(record)):
        assert PstnPhoneNumber.from_dict(mapping) == PstnPhoneNumber.from_dict(record)
        assert PhoneNumberList.from_dict({"data": [mapping]}).data == [PstnPhoneNumber.from_dict(record)]


def test_text_and_bytes(record: dict[str, Any]) -> None:
    """`from_json` takes text as well as bytes."""
    text = json.dumps({**record, "name": "Zürich 東京"}, ensure_ascii=False)
    assert (
        PstnPhoneNumber.from_json(text)
        == PstnPhoneNumber.from_json(text.encode())
        == PstnPhoneNumber.from_dict(json.loads(text))
    )


def test_errors_are_values_too() -> None:
    """An error can be pickled and copied, and says the same afterwards."""
    with pytest.raises(DecodeError) as caught:
        PhoneNumberList.from_dict({"data": 5})
    for copied in (pickle.loads(pickle.dumps(caught.value)), copy.copy(caught.value), copy.deepcopy(caught.value)):
        assert (copied.path, copied.expected, copied.found) == ("data", "array", "5")
        assert str(copied) == "data: expected array, found 5"
