"""What holds for everything that the document allows, and for everything else, with values made up by hypothesis."""

import copy
import json
import math
import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import attrs
import jsonschema
import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from callrounded_generated import models
from callrounded_generated.decoding import decode_json
from callrounded_generated.errors import DecodeError
from callrounded_generated.models import PhoneNumberList
from callrounded_generated.types import MalformedRecord, Model

DOCUMENT = YAML(typ="safe", pure=True).load(Path(__file__).parents[2] / "openapi" / "rounded.yaml")
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
# Components may also be unions, enums and aliases.
CLASSES: dict[str, type[Model]] = {
    name: found
    for name in SCHEMAS
    if isinstance(found := getattr(models, name, None), type) and issubclass(found, Model)
}
PROPERTIES = sorted({name for schema in SCHEMAS.values() for name in schema.get("properties", {})} | {"data", "type"})

# Names that Python, attrs or the models themselves have a use for.
AWKWARD = [
    "",
    "_received",
    "raw",
    "self",
    "cls",
    "__class__",
    "__dict__",
    "additional_properties",
    "to_dict",
    "$",
    "é\n",
]


def text_of(alphabet: str) -> st.SearchStrategy[str]:
    """Return short texts, some of them of the letters in *alphabet* only."""
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.text(alphabet, max_size=8)


NAMES = st.sampled_from(AWKWARD) | text_of("ab")
TEXTS = text_of("0123456789-:TZ")
NUMBERS = st.integers() | st.integers(-(2**80), 2**80) | st.floats(allow_nan=False, allow_infinity=False)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.sampled_from(PROPERTIES), inner, max_size=4),
    max_leaves=12,
)


@st.composite
def uuids(draw: st.DrawFn) -> str:
    """Return a UUID in small letters, in capitals, or mixed."""
    text = str(draw(st.uuids()))
    return draw(st.sampled_from([text, text, text.upper(), text[:10].upper() + text[10:]]))


@st.composite
def date_times(draw: st.DrawFn) -> str:
    """Return a date-time as RFC 3339 allows it to be written."""
    offset = timedelta(minutes=draw(st.just(0) | st.integers(-23 * 60 - 59, 23 * 60 + 59)))
    moment = draw(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31))).replace(tzinfo=UTC)
    local = moment.astimezone(timezone(offset))
    text = local.replace(tzinfo=None, microsecond=0).isoformat(draw(st.sampled_from("TTTt ")))
    fraction = draw(
        st.sampled_from(["", "", f".{local.microsecond:06}", f".{local.microsecond // 1000:03}", ".1", ".000000"])
    )
    zone = local.isoformat()[-6:]
    if offset == timedelta(0):
        zone = draw(st.sampled_from(["Z", "Z", "z", "+00:00", "-00:00"]))
    return text + fraction + zone


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """Return *schema* without references and allOf at its top."""
    if "$ref" in schema:
        return resolved(SCHEMAS[schema["$ref"].rpartition("/")[2]])
    merged: dict[str, Any] = {**schema, "properties": {}, "required": []}
    for part in (*map(resolved, schema.get("allOf", [])), schema):
        merged["properties"] |= part.get("properties", {})
        merged["required"] = [*merged["required"], *part.get("required", [])]
    if "allOf" in schema:
        merged["type"] = "object"
    return merged


def values(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return the JSON values that *schema* allows, unknown properties included."""
    schema = resolved(schema)
    if "oneOf" in schema:
        return st.one_of(*map(values, schema["oneOf"]))
    if "const" in schema:
        return st.just(schema["const"])
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return st.one_of(*(values_of_type(type_, schema) for type_ in types))


def values_of_type(type_: str, schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return the values of one type that *schema* allows."""
    match type_:
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer":
            # 1.0 is an integer to JSON Schema.
            return st.integers() | st.integers(-(2**80), 2**80) | st.integers(-(2**50), 2**50).map(float)
        case "string":
            return {"uuid": uuids(), "date-time": date_times()}.get(schema.get("format", ""), TEXTS)
        case "array":
            return st.lists(values(schema["items"]), max_size=5)
        case _:
            return objects(schema)


@st.composite
def objects(draw: st.DrawFn, schema: dict[str, Any]) -> dict[str, Any]:
    """Return an object, its properties in any order."""
    known = {name: values(property_) for name, property_ in schema["properties"].items()}
    required = {name: known[name] for name in schema["required"]}
    optional = {name: known[name] for name in known if name not in required}
    found = draw(st.fixed_dictionaries(required, optional=optional))
    found |= draw(st.dictionaries(NAMES.filter(lambda name: name not in known), JSON, max_size=2))
    return dict(draw(st.permutations(list(found.items()))))


@st.composite
def valid(draw: st.DrawFn) -> tuple[str, Any]:
    """Return the name of a schema and a value that it allows."""
    name = draw(st.sampled_from(sorted(CLASSES)) | st.just("PhoneNumberList"))
    return name, draw(values(SCHEMAS[name]))


def exact(value: Any) -> str:
    """Return *value* as text that differs between 1, 1.0 and true, but not with the order of properties."""
    return json.dumps(value, sort_keys=True)


@given(valid())
def test_what_the_document_allows_goes_back_as_it_came(case: tuple[str, Any]) -> None:
    """Parsing and writing gives the same JSON: spelling of UUIDs, date-times and numbers, absent, null and unknown."""
    name, value = case
    model = CLASSES[name].from_json(json.dumps(value))
    assert exact(model.to_dict()) == exact(value)
    assert exact(json.loads(model.to_json())) == exact(value)
    assert set(model.additional_properties) == value.keys() - resolved(SCHEMAS[name])["properties"].keys()
    assert model.fields_set == value.keys() & resolved(SCHEMAS[name])["properties"].keys()


@given(valid())
def test_an_object_equals_what_its_json_is_read_as(case: tuple[str, Any]) -> None:
    """Objects are equal when read from the same JSON, and stay so through copy, deepcopy, pickle and evolve."""
    name, value = case
    model = CLASSES[name].from_dict(value)
    others: list[Callable[[Any], Any]] = [
        lambda model: type(model).from_dict(model.to_dict()),
        lambda model: type(model).from_json(model.to_json()),
        lambda model: pickle.loads(pickle.dumps(model)),
        copy.copy,
        copy.deepcopy,
        attrs.evolve,
    ]
    for other in (function(model) for function in others):
        assert other == model
        assert type(other) is type(model)
        assert repr(other) == repr(model)
        assert exact(other.to_dict()) == exact(value)
        assert exact(json.loads(other.to_json())) == exact(value)
        assert other.additional_properties == model.additional_properties
        assert other.fields_set == model.fields_set


@given(st.lists(values(SCHEMAS["PhoneNumber"]), max_size=8), st.integers(0, 8), st.data())
def test_a_record_reads_the_same_in_any_company(records: list[dict[str, Any]], at: int, data: st.DataObject) -> None:
    """What else is in the list, even if broken, does not change what a record is read as."""
    alone = [PhoneNumberList.from_dict({"data": [record]}).data[0] for record in records]
    together = PhoneNumberList.from_dict({"data": records})
    assert together.data == alone
    assert [record.to_dict() for record in together.data] == records
    broken = data.draw(st.sampled_from([5, None, {}, {"type": "pstn"}, {"type": 1}]))
    text = json.dumps({"data": [*records[:at], broken, *records[at:]]})
    kept = decode_json(PhoneNumberList, text, on_invalid="keep")
    malformed: Any = kept.data.pop(min(at, len(records)))
    assert kept.data == alone
    assert type(malformed) is MalformedRecord
    assert malformed.raw == broken
    assert malformed.path == f"data[{min(at, len(records))}]"
    assert malformed.error.path.startswith(malformed.path)


def places(value: Any) -> list[tuple[Any, ...]]:
    """Return the way to every value in *value*."""
    found: list[tuple[Any, ...]] = [()]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        found += [(key, *rest) for rest in places(inner)]
    return found


def replaced(value: Any, place: tuple[Any, ...], by: Any) -> Any:
    """Return *value* with another value at *place*."""
    if not place:
        return by
    changed = copy.copy(value)
    changed[place[0]] = replaced(value[place[0]], place[1:], by)
    return changed


@st.composite
def almost_valid(draw: st.DrawFn) -> tuple[str, Any, tuple[Any, ...]]:
    """Return the name of a schema, a value that it would allow but for one place, perhaps, and that place."""
    name, value = draw(valid())
    place = draw(st.sampled_from(places(value)))
    return name, replaced(value, place, draw(JSON | uuids() | date_times())), place


def judge(name: str) -> jsonschema.Draft202012Validator:
    """Return another validator for the schema *name*."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    checker = jsonschema.FormatChecker(["uuid"])
    # Not its own check, which refuses what RFC 3339 allows: a blank for the T.
    checker.checks("date-time")(is_date_time)
    return jsonschema.Draft202012Validator(schema, format_checker=checker)


def is_date_time(value: Any) -> bool:
    """Return whether *value* is a date-time, or no text: then it is not for a format to judge."""
    if not isinstance(value, str):
        return True
    try:
        moment = datetime.fromisoformat(value.upper())
    except ValueError:
        return False
    # fromisoformat takes much more than RFC 3339.
    return moment.tzinfo is not None and len(value) >= len("2024-01-01T00:00:00Z") and value[4] == value[7] == "-"


JUDGES = {name: judge(name) for name in CLASSES}


@given(almost_valid())
def test_another_validator_agrees(case: tuple[str, Any, tuple[Any, ...]]) -> None:
    """An independent validator of JSON Schema allows the same values, and where it does not, the place is the same."""
    name, value, place = case
    # The only difference: of a new tag it knows nothing.
    records = value.get("data") if isinstance(value, dict) else None
    for record in records if isinstance(records, list) else []:
        assume(
            not isinstance(record, dict)
            or record.get("type") in ("pstn", "sip")
            or not isinstance(record.get("type"), str)
        )
    decoded = outcome(lambda: CLASSES[name].from_json(json.dumps(value)))
    assert isinstance(decoded, Model) == JUDGES[name].is_valid(value)
    if isinstance(decoded, DecodeError) and place:
        assert f"{decoded.path}.".startswith((f"{path_to(place)}.", f"{path_to(place)}["))


def path_to(place: tuple[Any, ...]) -> str:
    """Return *place* as errors write it."""
    path = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in place)
    return path.removeprefix(".") or "$"


def outcome(decode: Callable[[], Model]) -> Model | DecodeError:
    """Return what *decode* returns, or the error it raises."""
    try:
        return decode()
    except DecodeError as error:
        return error


def check(decoded: Model | DecodeError, value: Any) -> None:
    """Check what *value* was decoded as."""
    if isinstance(decoded, DecodeError):
        assert 0 < len(str(decoded)) < 600
        assert decoded.path
        assert pickle.loads(pickle.dumps(decoded)).args == decoded.args
    else:
        assert exact(decoded.to_dict()) == exact(value)
        assert exact(json.loads(decoded.to_json())) == exact(value)
        assert len(repr(decoded)) > 10


@given(st.sampled_from(sorted(CLASSES)), JSON | valid().map(lambda case: case[1]), st.sampled_from(["raise", "keep"]))
def test_any_json_is_an_object_or_a_decode_error(name: str, value: Any, on_invalid: Any) -> None:
    """Whatever JSON arrives: it is an object that writes the same JSON, or DecodeError, and nothing else."""
    check(outcome(lambda: decode_json(CLASSES[name], json.dumps(value), on_invalid=on_invalid)), value)


@given(almost_valid(), st.sampled_from(["raise", "keep"]))
def test_almost_valid_json_is_an_object_or_a_decode_error(case: tuple[str, Any, Any], on_invalid: Any) -> None:
    """The same for JSON that is right in all places but one."""
    name, value, _ = case
    check(outcome(lambda: decode_json(CLASSES[name], json.dumps(value), on_invalid=on_invalid)), value)


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")), st.data())
def test_any_bytes_are_an_object_or_a_decode_error(noise: bytes, data: st.DataObject) -> None:
    """Whatever bytes arrive, alone or in the middle of an answer: an object, or DecodeError, and nothing else."""
    whole = json.dumps(data.draw(values(SCHEMAS["PhoneNumberList"]))).encode()
    at = data.draw(st.integers(0, len(whole)))
    for text in (noise, whole[:at] + noise + whole[at:], whole[:at], noise + whole[at:]):
        for cls in (PhoneNumberList, models.ErrorEnvelope):
            decoded = outcome(lambda cls=cls, text=text: decode_json(cls, text))
            check(decoded, msgspec.json.decode(text) if isinstance(decoded, Model) else None)


@given(st.floats())
def test_from_dict_refuses_numbers_that_json_has_not(number: float) -> None:
    """Infinity and NaN are refused in Python data too, wherever they stand."""
    data = {"data": [], "unknown": [{"x": number}]}
    if math.isfinite(number):
        assert PhoneNumberList.from_dict(data).to_dict() == data
    else:
        with pytest.raises(DecodeError, match=r"^\$: expected JSON data"):
            PhoneNumberList.from_dict(data)
