"""From arguments to a request."""

from enum import StrEnum
from typing import Any
from uuid import UUID

import httpx
import pytest

from callrounded_generated import AuthenticatedClient
from callrounded_generated.api.phone_numbers import list_phone_numbers
from callrounded_generated.encoding import to_json
from callrounded_generated.models import ErrorDetail
from callrounded_generated.operation import header, path, query, text


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


def test_request_bodies() -> None:
    """A body is an object of the API, or JSON data with such objects in it, as they would be written alone."""
    received = ErrorDetail.from_json('{"new": 1, "field": null}')
    assert to_json({"a": [received, ErrorDetail(message="b")]}) == b'{"a":[{"field":null,"new":1},{"message":"b"}]}'
