"""Properties that an object has beside those that the document lists: of one type, of any, and made by hand."""

import copy
import json
import pickle
import re
from datetime import UTC, date, datetime
from types import ModuleType
from typing import Any
from uuid import UUID

import attrs
import pytest

from tests.generator.conftest import called

SCHEMAS = """
Holidays:
  type: object
  required: [country]
  properties: {country: {type: string}, note: {type: [string, 'null']}}
  additionalProperties: {type: string, format: date}
Lines:
  type: object
  properties: {name: {type: string}}
  additionalProperties: {$ref: '#/components/schemas/Line'}
Line:
  type: object
  required: [id]
  properties: {id: {type: string, format: uuid}}
Meetings:
  type: object
  properties: {name: {type: string}}
  additionalProperties: {type: [array, 'null'], items: {type: string, format: date-time}}
Tree:
  type: object
  properties: {dict: {type: string}}
  additionalProperties: {$ref: '#/components/schemas/Tree'}
Open:
  type: object
  properties: {name: {type: string}, at: {type: string, format: date-time}}
Closed:
  type: object
  properties: {name: {type: string}}
  additionalProperties: false
"""
ID = "3C90C3CC-0D44-4B50-8888-8DD25736052A"
MOMENT = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def small(models: Any) -> ModuleType:
    """Return the models of the schemas above."""
    found: ModuleType = models(SCHEMAS)
    return found


def test_they_have_the_type_of_the_document(small: ModuleType) -> None:
    """Received values are decoded: dates, models, lists, and objects of the same class."""
    holidays = small.Holidays.from_dict({"country": "fr", "14 juillet": "2024-07-14"})
    assert holidays.additional_properties == {"14 juillet": date(2024, 7, 14)}
    lines = small.Lines.from_dict({"a": {"id": ID}})
    assert lines.additional_properties == {"a": small.Line(id=UUID(ID))}
    meetings = small.Meetings.from_dict({"monday": ["2024-01-01T00:00:00Z"], "sunday": None})
    assert meetings.additional_properties == {"monday": [MOMENT], "sunday": None}
    assert small.Tree.from_dict({"a": {"b": {}}}).additional_properties["a"].additional_properties == {
        "b": small.Tree()
    }


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("Holidays", {"country": "fr"}),
        ("Holidays", {"country": "fr", "note": None, "a": "2024-07-14"}),
        ("Lines", {"name": "x", "a": {"id": ID}, "b": {"id": ID.lower(), "new": [1.0]}}),
        ("Meetings", {"a": ["2024-01-01T00:00:00.5Z", "2024-01-01 00:00:00+01:00"], "b": [], "c": None}),
        ("Tree", {"dict": "x", "a": {"dict": "y", "": {}}}),
        ("Open", {"new": {"at": ["2024-01-01T00:00:00.0Z", 1.0]}, "name": "x"}),
        ("Closed", {"new": 1}),
    ],
)
def test_they_go_back_as_they_came(small: ModuleType, name: str, data: Any) -> None:
    """Alone and among others, through copies and changes too."""
    model = getattr(small, name)
    received = model.from_dict(data)
    for same in (received, copy.deepcopy(received), pickle.loads(pickle.dumps(received)), attrs.evolve(received)):
        assert same == received
        assert json.dumps(same.to_dict(), sort_keys=True) == json.dumps(data, sort_keys=True)
        assert json.loads(same.to_json()) == data
    assert received == model.from_dict(received.to_dict())
    assert received.fields_set <= {"country", "note", "name", "dict"}


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("Holidays", {"country": "fr", "a": "x"}, "a: expected a valid RFC3339 encoded date, found 'x'"),
        ("Holidays", {"country": "fr", "a b": None}, "$['a b']: expected date, found null"),
        ("Holidays", {"a": "2024-07-14"}, "country: expected a value, as it is required, found nothing"),
        ("Lines", {"a": {"id": ID}, "b": {}}, "b.id: expected a value, as it is required, found nothing"),
        ("Meetings", {"a": ["2024-01-01T00:00:00Z", "2024-01-01"]}, "a[1]: expected a valid RFC 3339 date-time"),
        ("Tree", {"a": {"b": {"c": 5}}}, "a.b.c: expected an object, found 5"),
    ],
)
def test_an_error_names_the_place(small: ModuleType, name: str, data: Any, error: str) -> None:
    """A value of another type is an error like that of a listed property."""
    with pytest.raises(ValueError, match=f"^{re.escape(error)}"):
        getattr(small, name).from_dict(data)


def test_made_by_hand(small: ModuleType) -> None:
    """They are given by name, copied, compared, and sent beside the others; a listed property is not replaced."""
    given = {"a": date(2024, 7, 14)}
    holidays = small.Holidays(country="fr", additional_properties=given)
    given["b"] = date(2024, 12, 25)
    assert holidays.to_dict() == {"country": "fr", "a": "2024-07-14"}
    assert holidays.additional_properties == {"a": date(2024, 7, 14)}
    assert holidays == small.Holidays.from_dict(holidays.to_dict())
    assert holidays != small.Holidays(country="fr")
    assert small.Holidays(country="fr", additional_properties={}) == small.Holidays(country="fr")
    assert small.Open(name="x", additional_properties={"new": [1, None]}).to_dict() == {"name": "x", "new": [1, None]}
    assert small.Open(name="x", additional_properties={"name": 5}).to_dict() == {"name": "x"}
    nested = small.Lines(additional_properties={"a": small.Line(id=UUID(ID))})
    assert json.loads(nested.to_json()) == {"a": {"id": ID.lower()}}


def test_a_changed_copy(small: ModuleType) -> None:
    """`attrs.evolve` keeps them, or puts others in their place; the rest is written as it came."""
    received = small.Meetings.from_dict({"name": "x", "a": ["2024-01-01T00:00:00.0Z"]})
    assert attrs.evolve(received, name="y").to_dict() == {"name": "y", "a": ["2024-01-01T00:00:00.0Z"]}
    more = received.additional_properties
    more["b"] = None
    changed = attrs.evolve(received, additional_properties=more)
    assert changed.to_dict() == {"name": "x", "a": ["2024-01-01T00:00:00.0Z"], "b": None}
    assert attrs.evolve(received, additional_properties={}).to_dict() == {"name": "x"}


def test_asdict(small: ModuleType) -> None:
    """`attrs.asdict` shows them by name, models among them as dicts."""
    data = {"name": "x", "a": {"id": ID, "new": 1}}
    line = {"id": UUID(ID), "additional_properties": {"new": 1}}
    received = small.Lines.from_dict(data)
    by_hand = small.Lines(name="x", additional_properties={"a": small.Line(**line)})
    for same in (received, by_hand, attrs.evolve(received), pickle.loads(pickle.dumps(by_hand))):
        assert attrs.asdict(same) == {"name": "x", "additional_properties": {"a": line}}
    assert attrs.asdict(small.Tree(dict="x")) == {"dict": "x", "additional_properties": {}}
    fields = [attrs.fields(getattr(small, name)) for name in ("Holidays", "Lines", "Meetings", "Tree", "Closed")]
    assert all(each[-1].name == "additional_properties" for each in fields)
    assert not [each.name for every in fields for each in every if each.name.startswith("_")]


def test_a_date_time_without_an_offset_is_not_sent(small: ModuleType) -> None:
    """Neither of an object made by hand, nor one that is put into a received object."""
    naive = datetime(2024, 1, 1)
    received = small.Open.from_dict({"at": "2024-01-01T00:00:00Z", "name": "x"})
    others = small.Meetings.from_dict({"a": []})
    for broken in (
        small.Open(at=naive),
        attrs.evolve(received, at=naive),
        attrs.evolve(attrs.evolve(received, at=naive), name="y"),
        pickle.loads(pickle.dumps(attrs.evolve(received, at=naive))),
        attrs.evolve(received, additional_properties={"new": naive}),
        attrs.evolve(others, additional_properties={"a": [naive]}),
        small.Meetings(additional_properties={"a": [naive]}),
    ):
        for write in (broken.to_dict, broken.to_json):
            with pytest.raises(ValueError, match="has no offset from UTC"):
                write()


def test_they_are_sent_in_a_form(package: Any) -> None:
    """Each of them is a field, written as its type is."""
    small = package("""
    paths:
      /days:
        post:
          operationId: sendDays
          tags: [days]
          requestBody: {content: {application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Days'}}}}
          responses: {'204': {description: Done.}}
    components:
      schemas:
        Days: {type: object, properties: {name: {type: string}}, additionalProperties: {type: string, format: date}}
    """)
    called(small, "send_days", 204)  # It imports the models.
    days = small.models.Days(name="x", additional_properties={"a b": date(2024, 7, 14)})
    assert called(small, "send_days", 204, body=days).http.request.content == b"name=x&a+b=2024-07-14"
