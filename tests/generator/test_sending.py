"""What was given is sent: objects and bodies with the properties that were given, and no others."""

import copy
import datetime as dt
import importlib
import inspect
import json
import pickle
from types import ModuleType
from typing import Any

import attrs
import httpx
import pytest

SPEC = """
paths:
  /v1/lines/{line_id}:
    parameters:
      - {name: line_id, in: path, required: true, schema: {type: integer}}
    patch:
      operationId: updateLine
      tags: [lines]
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: '#/components/schemas/LineUpdate'}}}
      responses:
        '200': {description: Changed., content: {application/json: {schema: {$ref: '#/components/schemas/Line'}}}}
        '404': {description: None., content: {application/json: {schema: {$ref: '#/components/schemas/Fault'}}}}
    put:
      operationId: moveLine
      tags: [lines]
      parameters:
        - {name: client, in: query, schema: {type: string}}
        - {name: at, in: query, schema: {type: string, format: date-time}}
      requestBody:
        content:
          application/json:
            schema: {type: [string, 'null']}
      responses: {'204': {description: Moved.}}
    delete:
      operationId: deleteLine
      tags: [lines]
      responses: {'204': {description: Gone.}}
components:
  schemas:
    LineUpdate:
      type: object
      properties:
        forward_to: {type: [string, 'null']}
        muted: {type: boolean, default: false}
        rules: {type: array, items: {$ref: '#/components/schemas/Rule'}}
    Rule:
      type: object
      required: [name]
      properties: {name: {type: string}, note: {type: [string, 'null']}}
    Line:
      type: object
      required: [id]
      properties: {id: {type: integer}, muted: {type: boolean, default: false}, note: {type: [string, 'null']}}
    Fault: {type: object, properties: {message: {type: string}}}
"""


@pytest.fixture(scope="module")
def lines(package: Any) -> ModuleType:
    """Return the package of the document above."""
    found: ModuleType = package(SPEC)
    importlib.import_module(f"{found.__name__}.models")
    return found


class Sent:
    """A client whose requests are kept, and answered as *answer* says."""

    def __init__(self, package: ModuleType, status: int = 204, **answer: Any) -> None:
        self.requests: list[httpx.Request] = []

        def handle(request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            return httpx.Response(status, **answer)

        self.client = package.Client(httpx_args={"transport": httpx.MockTransport(handle)})

    @property
    def last(self) -> httpx.Request:
        """The last request."""
        return self.requests[-1]


def operation(package: ModuleType, name: str) -> ModuleType:
    """Return the module of an operation."""
    return importlib.import_module(f"{package.__name__}.api.lines.{name}")


def test_objects_have_the_properties_that_were_given(lines: ModuleType) -> None:
    """None is null, a value equal to the default is sent, and what was not given is not there."""
    update = lines.models.LineUpdate
    assert update().to_dict() == {}
    assert update(forward_to=None).to_dict() == {"forward_to": None}
    assert update(muted=False).to_dict() == {"muted": False}
    assert update(rules=[lines.models.Rule(name="a"), lines.models.Rule(name="b", note=None)]).to_dict() == {
        "rules": [{"name": "a"}, {"name": "b", "note": None}]
    }
    assert json.loads(update(forward_to=None).to_json()) == {"forward_to": None}


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value)), attrs.evolve]
)
def test_copies_are_sent_alike(lines: ModuleType, copied: Any) -> None:
    """The difference survives copy, pickle and `attrs.evolve`; what was not given is one object, and falsy."""
    for values in ({}, {"forward_to": None}, {"muted": False}, {"forward_to": None, "muted": True}):
        update = copied(lines.models.LineUpdate(**values))
        assert update.to_dict() == values
    assert copied(lines.models.LineUpdate()).muted is lines.UNSET
    assert not lines.UNSET
    assert attrs.evolve(lines.models.LineUpdate(muted=True), forward_to=None).to_dict() == {
        "forward_to": None,
        "muted": True,
    }


@pytest.mark.parametrize("data", [{}, {"forward_to": None}, {"muted": False, "x": 1}, {"rules": [{"name": "a"}]}])
def test_received_objects_are_sent_as_they_came(lines: ModuleType, data: Any) -> None:
    """What an object that can be sent was received without, it is sent without."""
    assert lines.models.LineUpdate.from_dict(data).to_dict() == data


def test_an_update_with_the_additional_properties_of_a_line(lines: ModuleType) -> None:
    """What was absent in another object is sent if it was given here."""
    line = lines.models.Line.from_dict({"id": 1, "new": 2})
    update = lines.models.LineUpdate(muted=False, additional_properties=line.additional_properties)
    assert update.to_dict() == {"muted": False, "new": 2}
    assert attrs.evolve(update, forward_to=None).to_dict() == {"muted": False, "new": 2, "forward_to": None}


def test_objects_that_are_only_received_have_no_unset(lines: ModuleType) -> None:
    """Code that reads responses meets the default of the document, or None."""
    line = lines.models.Line.from_dict({"id": 1})
    assert (line.muted, line.note) == (False, None)
    assert line.to_dict() == {"id": 1}


def test_null_is_no_value_of_a_property_that_may_be_absent(lines: ModuleType) -> None:
    """That a property may be left out does not make it nullable."""
    with pytest.raises(ValueError, match="muted: expected"):
        lines.models.LineUpdate.from_dict({"muted": None})


def test_an_update_is_sent(lines: ModuleType) -> None:
    """A PATCH sends the properties that were given, and returns what the response holds."""
    sent = Sent(lines, 200, json={"id": 7, "muted": True})
    update_line = operation(lines, "update_line")
    line = update_line.sync(client=sent.client, line_id=7, body=lines.models.LineUpdate(forward_to=None))
    assert (line.id, line.muted) == (7, True)
    assert (sent.last.method, sent.last.url.path, sent.last.content) == (
        "PATCH",
        "/v1/lines/7",
        b'{"forward_to":null}',
    )
    assert sent.last.headers["content-type"] == "application/json"


def test_a_documented_error_is_parsed(lines: ModuleType) -> None:
    """`sync_detailed` returns it, `sync` raises it."""
    sent = Sent(lines, 404, json={"message": "No line."})
    update_line = operation(lines, "update_line")
    body = lines.models.LineUpdate()
    assert update_line.sync_detailed(sent.client, line_id=7, body=body).parsed.message == "No line."
    with pytest.raises(lines.UnexpectedStatus) as caught:
        update_line.sync(sent.client, line_id=7, body=body)
    assert caught.value.parsed.message == "No line."


def test_a_success_that_is_not_described(lines: ModuleType) -> None:
    """Its status is there, what it holds is not; as a result it is unexpected."""
    sent = Sent(lines, 204)
    response = operation(lines, "delete_line").sync_detailed(client=sent.client, line_id=7)
    assert (response.status_code, response.parsed, response.is_documented_success) == (204, None, True)
    assert operation(lines, "delete_line").sync(client=sent.client, line_id=7) is None
    other = Sent(lines, 503)
    with pytest.raises(lines.UnexpectedStatus):
        operation(lines, "delete_line").sync(client=other.client, line_id=7)


def test_an_optional_body(lines: ModuleType) -> None:
    """A body that was not given is not sent; None is null where the document allows it."""
    sent = Sent(lines)
    move_line = operation(lines, "move_line")
    move_line.sync(client=sent.client, line_id=7)
    assert (sent.last.content, sent.last.headers.get("content-type")) == (b"", None)
    move_line.sync(client=sent.client, line_id=7, body=None)
    assert (sent.last.content, sent.last.headers["content-type"]) == (b"null", "application/json")
    move_line.sync(client=sent.client, line_id=7, body="north")
    assert sent.last.content == b'"north"'


def test_a_parameter_called_like_one_of_ours(lines: ModuleType) -> None:
    """It gets a trailing underscore, and is sent under its own name."""
    sent = Sent(lines)
    operation(lines, "move_line").sync(client=sent.client, line_id=7, client_="c")
    assert sent.last.url.query == b"client=c"


def test_a_date_time_needs_an_offset(lines: ModuleType) -> None:
    """Without one the server would have to guess: it is refused before anything is sent."""
    sent = Sent(lines)
    move_line = operation(lines, "move_line")
    with pytest.raises(ValueError, match="has no offset from UTC"):
        move_line.sync(client=sent.client, line_id=7, at=dt.datetime(2024, 1, 1))
    assert sent.requests == []
    move_line.sync(client=sent.client, line_id=7, at=dt.datetime(2024, 1, 1, tzinfo=dt.UTC))
    assert sent.last.url.params["at"] == "2024-01-01T00:00:00Z"


async def test_the_four_functions_have_one_signature(lines: ModuleType) -> None:
    """Sync and async take the same: the client first, everything else by name."""
    for name in ("update_line", "move_line", "delete_line"):
        module = operation(lines, name)
        functions = (module.sync, module.sync_detailed, module.asyncio, module.asyncio_detailed)
        (names,) = {tuple(inspect.signature(function).parameters) for function in functions}
        assert names[0] == "client"
    sent = Sent(lines)
    async_client = lines.Client(httpx_args={"transport": httpx.MockTransport(lambda _: httpx.Response(204))})
    response = await operation(lines, "delete_line").asyncio_detailed(async_client, line_id=1)
    assert response.status_code == sent.client.get_httpx_client().get("http://x.invalid").status_code == 204


def test_unset_is_typed(package: Any) -> None:
    """An attribute of an object that can be sent may be `Unset`; one that is required may not."""
    found = package(SPEC)
    hints = importlib.import_module(f"{found.__name__}.models").LineUpdate.__annotations__
    assert hints["muted"] == "bool | Unset"
    assert hints["forward_to"] == "str | Unset | None"
