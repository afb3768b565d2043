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
from callrounded_generated.types import Changed, Model, noted_on

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
    assert attrs.asdict(number) == {
        "id": UUID(record["id"]),
        "number": "+33199000000",
        "name": "Reception",
        "created_at": datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC),
        "type": "pstn",
        "inbound_agent_id": UUID(record["inbound_agent_id"]),
        "redirect": True,
        "redirect_phone_number": "+33199000001",
        "additional_properties": {},
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


def names_in(value: Any) -> set[str]:
    """Return the names in what `attrs.asdict` returned, at any depth; there are plain dicts alone."""
    if isinstance(value, list):
        return set[str]().union(*map(names_in, value))
    assert type(value) is dict or not isinstance(value, dict)
    return {*value, *names_in(list(value.values()))} if isinstance(value, dict) else set()


def test_asdict(record: dict[str, Any]) -> None:
    """`attrs.asdict` shows attributes and additional properties, whether they were received or not, at any depth."""
    listed = {**attrs.asdict(by_hand()), "id": UUID(record["id"]), "name": "Reception"}
    required = {name: record[name] for name in ("id", "number", "created_at", "type", "name")}
    for new in ({}, {"new": [{"a": 1}]}):
        received = PstnPhoneNumber.from_dict({**required, "id": record["id"].upper(), **new})
        expected = {**listed, "additional_properties": new}
        assert attrs.asdict(received) == attrs.asdict(attrs.evolve(received)) == expected
        assert attrs.asdict(received, recurse=False) == expected
        assert attrs.asdict(by_hand(name="Reception", additional_properties=new), recurse=True) == {
            **attrs.asdict(by_hand(name="Reception")),
            "additional_properties": new,
        }
    answer = PhoneNumberList.from_dict(
        {"data": [{**record, "new": 1}, {**record, "type": "fax"}], "error": {"details": [{"x": 1}]}}
    )
    shown = attrs.asdict(answer)
    assert shown["data"] == list(map(attrs.asdict, answer.data))
    assert shown["error"]["details"][0] == {"field": None, "message": None, "additional_properties": {"x": 1}}
    classes = [type(answer), *map(type, answer.data), type(answer.error), ErrorDetail]
    assert names_in(shown) == {each.name for cls in classes for each in attrs.fields(cls)} | {"new", "x"}
    assert not [name for name in names_in(shown) if name.startswith("_")]


def test_the_fields_of_attrs_are_public() -> None:
    """Tools that read the fields of attrs see what a caller sees: arguments of the class, without a private one."""
    for cls in (Model, PhoneNumberList, PstnPhoneNumber, UnknownPhoneNumber):
        fields = attrs.fields(cls)
        assert [each.alias for each in fields] == [each.name for each in fields]
        assert not [each.name for each in fields if each.name.startswith("_")]
        assert fields[-1].name == "additional_properties"


@pytest.mark.parametrize("name", COPIES)
def test_what_is_noted_is_copied(name: str, record: dict[str, Any]) -> None:
    """A copy has the notes of its original; only a changed copy is looked at again before it is written."""
    received = PstnPhoneNumber.from_dict({**record, "id": record["id"].upper(), "new": 1})
    plain = PstnPhoneNumber.from_dict(record)
    for original in (plain, received, attrs.evolve(received), by_hand(), by_hand(additional_properties={"new": 1})):
        copied = COPIES[name](original)
        assert noted_on(copied) == noted_on(original)
        is_received = noted_on(original)[0] is not None
        expected = Changed if is_received and name == "evolve" else type(noted_on(original)[0])
        assert type(noted_on(copied)[0]) is expected
        assert copied.additional_properties is not copied.additional_properties


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
    more = number.additional_properties
    more["newer"] = more.pop("new")
    changed = {name: value for name, value in received.items() if name != "new"} | {"newer": [1]}
    assert attrs.evolve(number, additional_properties=more).to_dict() == changed
    assert number.to_dict() == received


def test_a_dict_of_ones_own_has_no_notes(record: dict[str, Any]) -> None:
    """A copy with other additional properties than those that its original had is written as one made by hand."""
    number = PstnPhoneNumber.from_dict({**record, "id": record["id"].upper(), "name": None, "new": 1})
    changed = attrs.evolve(number, additional_properties={"newer": 2})
    assert (changed.id, changed.name, changed.additional_properties) == (number.id, None, {"newer": 2})
    assert changed.to_dict() == {name: value for name, value in record.items() if name != "name"} | {"newer": 2}


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
    assert hash(PstnPhoneNumber.from_dict({**record, "new": 1})) == hash(number)
    assert by_hand(additional_properties={"new": 1}) == PstnPhoneNumber.from_dict({**by_hand().to_dict(), "new": 1})
    assert len({number, PstnPhoneNumber.from_dict(shuffled), by_hand()}) == 2
    assert number != record
    assert number != UnknownPhoneNumber.from_dict(record)


def test_frozen(record: dict[str, Any]) -> None:
    """Attributes can be neither set, deleted nor made up."""
    number = PstnPhoneNumber.from_dict(record)
    for name in ("number", "additional_properties", "_received", "new"):
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
    assert repr(by_hand(name="A", additional_properties={"new": 1})) == shown


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
