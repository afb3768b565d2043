"""A client completes requests. It sends nothing, never changes, and keeps the key to itself."""

import copy
import pickle
from typing import Any

import attrs
import httpx
import pytest

from callrounded_generated import AuthenticatedClient
from callrounded_generated.operation import Request

KEY = "key-0123456789"
LISTING = Request(method="GET", path="/v1/phone-numbers")


def sent(client: AuthenticatedClient, request: Request) -> httpx.Request:
    """Return *request* as httpx would send it."""
    with httpx.Client() as http:
        return http.build_request(**client.arguments(request))


def test_a_request_has_address_query_and_key() -> None:
    """The arguments for httpx are complete: address, encoded query, headers with the key, a finite timeout."""
    request = sent(
        AuthenticatedClient(token=KEY),
        Request(
            method="GET", path="/v1/phone-numbers", params=(("limit", "5"), ("cursor", "2023-11-07T05:31:56+00:00"))
        ),
    )
    assert request.method == "GET"
    assert str(request.url) == (
        "https://api.callrounded.com/v1/phone-numbers?limit=5&cursor=2023-11-07T05%3A31%3A56%2B00%3A00"
    )
    assert request.headers["X-Api-Key"] == KEY
    assert request.headers["Accept"] == "application/json, */*;q=0.8"
    assert set(request.extensions["timeout"].values()) == {30.0}
    assert str(sent(AuthenticatedClient(token=KEY), LISTING).url) == "https://api.callrounded.com/v1/phone-numbers"


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8000/api", "http://127.0.0.1:8000/api/"])
def test_another_server(base_url: str) -> None:
    """The path goes behind that of the server, with one slash in between."""
    request = sent(AuthenticatedClient(token=KEY, base_url=base_url), LISTING)
    assert str(request.url) == "http://127.0.0.1:8000/api/v1/phone-numbers"


def test_one_header_of_a_name() -> None:
    """Whatever the case of its letters a header is sent once: the caller's instead of ours, but never another key."""
    client = AuthenticatedClient(token=KEY, headers={"ACCEPT": "text/plain", "x-api-key": "other"}).with_headers(
        {"accept": "*/*", "X-A": "1"}
    )
    request = sent(client, Request(method="GET", path="/", headers=(("x-a", "2"),)))
    assert request.headers.get_list("accept") == ["*/*"]
    assert request.headers.get_list("x-a") == ["2"]
    assert request.headers.get_list("x-api-key") == [KEY]


def test_a_client_never_changes() -> None:
    """Changes are made to copies, and neither the caller's headers nor its own are a way in."""
    headers = {"X-A": "1"}
    client = AuthenticatedClient(token=KEY, headers=headers)
    other = client.with_headers({"X-B": "2"}).with_timeout(5)
    headers["X-C"] = "3"
    assert dict(client.headers) == {"X-A": "1"}
    assert (dict(other.headers), other.timeout, other.token) == ({"X-A": "1", "X-B": "2"}, 5, KEY)
    assert client.timeout == 30.0
    anything: Any = client
    with pytest.raises(TypeError):
        anything.headers["X-D"] = "4"
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        anything.timeout = None


def test_the_key_stays_where_it_is() -> None:
    """Neither repr nor str nor a pickle tells the key or the value of a header; there is no copy but by intent."""
    client = AuthenticatedClient(token=KEY, headers={"Authorization": "Bearer secret"})
    for shown in (repr(client), str(client), f"{client}", repr(attrs.evolve(client, timeout=1))):
        assert KEY not in shown
        assert "secret" not in shown
        assert "Authorization" in shown
    for forbidden in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="holds an API key"):
            forbidden(client)


@pytest.mark.parametrize("timeout", [None, 1, 2.5, httpx.Timeout(5, connect=1), httpx.USE_CLIENT_DEFAULT])
def test_timeouts(timeout: Any) -> None:
    """A timeout is one of httpx: seconds, one for each step, none, or that of the httpx client."""
    with httpx.Client(timeout=7) as http:
        request = http.build_request(**AuthenticatedClient(token=KEY, timeout=timeout).arguments(LISTING))
    expected = httpx.Timeout(7 if timeout is httpx.USE_CLIENT_DEFAULT else timeout)
    assert request.extensions["timeout"] == expected.as_dict()


@pytest.mark.parametrize("name", ["timeout", "follow_redirects", "base_url"])
def test_arguments_that_are_of_the_client_itself(name: str) -> None:
    """What would be ignored among the arguments of httpx is refused."""
    with pytest.raises(ValueError, match=f"^{name} is an argument of the client itself"):
        AuthenticatedClient(token=KEY, httpx_args={name: 1})
