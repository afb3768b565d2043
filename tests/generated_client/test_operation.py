"""From arguments to a request."""

import math
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest

from callrounded_generated import AuthenticatedClient
from callrounded_generated.api.phone_numbers import list_phone_numbers
from callrounded_generated.encoding import to_json
from callrounded_generated.models import ErrorDetail
from callrounded_generated.operation import body, header, path, query, text
from callrounded_generated.responses import Expected, read
from callrounded_generated.types import File


class Colour(StrEnum):
    """A colour."""

    RED = "red"


def test_what_is_not_given_is_not_sent() -> None:
    """None is not sent, so that the defaults of the server stay the server's; everything else is, in order."""
    requests: list[httpx.Request] = []

    def respond(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(500)

    with AuthenticatedClient(token="t", httpx_args={"transport": httpx.MockTransport(respond)}) as client:
        list_phone_numbers.sync_detailed(client)
        list_phone_numbers.sync_detailed(client, page=2, limit=1000, use_cursor=False, cursor="")
    assert [request.url.raw_path for request in requests] == [
        b"/v1/phone-numbers",
        b"/v1/phone-numbers?page=2&limit=1000&use_cursor=false&cursor=",
    ]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("a b", "a b"),
        (5, "5"),
        (1.5, "1.5"),
        (True, "true"),
        (Colour.RED, "red"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_values_of_parameters(value: Any, written: str) -> None:
    """The value of a parameter is spelled as in JSON."""
    assert text(value) == written
    assert query(("x", value)) == header(("x", value)) == (("x", written),)


def test_lists_of_values() -> None:
    """A list is one parameter for each of its values; an empty one is none."""
    assert query(("x", [1, "a", True]), ("y", []), ("z", None)) == (("x", "1"), ("x", "a"), ("x", "true"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a/b c?d#e%", "/v1/a%2Fb%20c%3Fd%23e%25/x"),
        ("{id}", "/v1/%7Bid%7D/x"),
        ("ü", "/v1/%C3%BC/x"),
        ("...", "/v1/.../x"),
        (5, "/v1/5/x"),
    ],
)
def test_paths(value: Any, expected: str) -> None:
    """Whatever the value of a parameter, it stays one segment of the path."""
    assert path("/v1/{id}/x", ("id", value)) == expected


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_values_that_would_lead_elsewhere(value: str) -> None:
    """A value that a server would take for a step to another path is refused."""
    with pytest.raises(ValueError, match="id cannot be"):
        path("/v1/{id}/x", ("id", value))


def test_objects_as_parameters() -> None:
    """An object in the query is one parameter for each property; elsewhere it is written as in JSON."""
    detail = ErrorDetail(field="a")
    assert query(("x", detail), ("y", {"a": 1, "b": [True, "c"]})) == (
        ("field", "a"),
        ("a", "1"),
        ("b", "true"),
        ("b", "c"),
    )
    assert path("/v1/{x}", ("x", detail)) == "/v1/" + quote('{"field":"a"}', safe="")
    assert query(("x", [detail])) == (("x", '{"field":"a"}'),)


@pytest.mark.parametrize("value", [math.nan, -math.inf, datetime(2024, 1, 1)], ids=repr)
def test_what_has_no_json(value: Any) -> None:
    """What would arrive as null, or as a time that the server has to guess, is refused wherever it is sent."""
    for send in (to_json, lambda value: body(value, [("application/json", "json", Any)])):
        for sent in (value, [value], {"a": [value]}, ErrorDetail(field=value)):
            with pytest.raises(ValueError, match=r"no number of JSON|no offset from UTC"):
                send(sent)
    with pytest.raises(ValueError, match=r"no number of JSON|no offset from UTC"):
        text(value)


@pytest.mark.parametrize(
    "payload",
    [b"ab", bytearray(b"ab"), memoryview(b"ab"), "ab", BytesIO(b"ab")],
    ids=lambda value: type(value).__name__,
)
def test_binary_bodies(payload: Any) -> None:
    """A binary body is anything that holds bytes."""
    for value in (payload, File(payload)) if not isinstance(payload, BytesIO) else (payload,):
        sent = body(value, [("application/octet-stream", "content", Any)])
        assert sent is not None
        assert (sent.content if isinstance(sent.content, bytes) else sent.content.read()) == b"ab"


def test_bytes_in_a_form() -> None:
    """Bytes are sent as they are in a multipart form."""
    sent = body({"file": b"ab"}, [("multipart/form-data", "files", Any)])
    assert sent is not None
    assert sent.files == [("file", (None, b"ab", "application/octet-stream"))]


def respond(content: bytes, content_type: str, method: str = "GET") -> httpx.Response:
    """Return a response of status 200."""
    request = httpx.Request(method, "https://api.example")
    return httpx.Response(200, content=content, headers={"Content-Type": content_type}, request=request)


def test_text_has_the_charset_that_the_response_says() -> None:
    """Text is UTF-8 unless the response says otherwise."""
    for content, content_type in (
        ("h\xe9".encode("latin-1"), "text/csv; charset=latin-1"),
        ("h\xe9".encode(), "text/csv"),
    ):
        read_text = read(respond(content, content_type), [Expected(200, 200, "text", str)], [], "raise")
        assert read_text.parsed == "h\xe9"
        assert repr(read_text) == "<Response 200: 'h\xe9'>"


def test_head() -> None:
    """The response to HEAD has no body, whatever the document says that a GET would have."""
    head = read(respond(b"", "application/json", "HEAD"), [Expected(200, 200, "json", ErrorDetail)], [], "raise")
    assert (head.parsed, head.is_documented_success) == (None, True)


def test_request_bodies() -> None:
    """A body is an object of the API, or JSON data with such objects in it, as they would be written alone."""
    received = ErrorDetail.from_json('{"new": 1, "field": null}')
    assert to_json({"a": [received, ErrorDetail(message="b")]}) == b'{"a":[{"field":null,"new":1},{"message":"b"}]}'
