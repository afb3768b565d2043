"""What the stock templates of openapi-python-client get wrong with our document, and ours get right."""

import copy
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from callrounded_generated import AuthenticatedClient, DecodeError, Response
from callrounded_generated.api.phone_numbers import list_phone_numbers
from callrounded_generated.models import PhoneNumberList, PstnPhoneNumber, SipPhoneNumber, UnknownPhoneNumber

Stock = Callable[[str], ModuleType]
Calls = Callable[[Callable[[], Any]], int]
KEY = "key-0123456789"


@pytest.fixture
def endpoint(stock: Stock) -> Any:
    """Return the stock module of our endpoint."""
    return stock("api.phone_numbers.list_phone_numbers")


@pytest.fixture
def read(endpoint: Any) -> Callable[..., Any]:
    """Read an answer as stock code does."""
    return lambda status=200, **body: endpoint._build_response(client=None, response=httpx.Response(status, **body))


def answer(status: int = 200, text: str = '{"data": []}', **params: Any) -> Response[Any]:
    """Read a response as our code does."""
    transport = httpx.MockTransport(lambda _: httpx.Response(status, text=text))
    with AuthenticatedClient(token=KEY, httpx_args={"transport": transport}) as client:
        return list_phone_numbers.sync_detailed(client, **params)


def raised(function: Callable[[], Any]) -> type[BaseException]:
    """Return the class of what *function* raises."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which it is is looked at
        function()
    return caught.type


def test_1_unregistered_statuses(read: Any) -> None:
    """An error with a status that Python has no name for is an error like any other."""
    envelope = {"error": {"message": "The origin is down"}}
    assert raised(lambda: read(520, json=envelope)) is ValueError
    ours: Any = answer(520, json.dumps(envelope)).parsed
    assert ours.error.message == "The origin is down"


@pytest.mark.parametrize(
    ("status", "text", "stock_error"),
    [
        (200, "<html>Welcome</html>", json.JSONDecodeError),
        (200, "", json.JSONDecodeError),
        (200, "null", TypeError),
        (200, '{"error": null}', KeyError),
        (200, '{"data": null}', TypeError),
        (500, '{"error": null}', TypeError),
        (500, "{}", KeyError),
        (500, '{"error": "boom"}', ValueError),
    ],
)
def test_2_bodies_that_are_something_else(read: Any, status: int, text: str, stock_error: type[Exception]) -> None:
    """Whatever is wrong with the body of a success, it is one typed error; an error remains one without its body."""
    assert raised(lambda: read(status, text=text)) is stock_error
    if status == 200:
        assert raised(lambda: answer(status, text)) is DecodeError
    else:
        assert answer(status, text).parsed is None


def test_3_the_error_names_the_right_variant(read: Any, record: dict[str, Any]) -> None:
    """What is wrong with a record is said of the variant that it is."""
    body = {"data": [{**record, "id": "x"}]}
    with pytest.raises(ValueError, match="badly formed hexadecimal UUID string") as caught:
        read(json=body)
    assert [entry for entry in caught.traceback if Path(entry.path).name == "sip_phone_number.py"]
    with pytest.raises(DecodeError, match=r"^data\[0\]\.id: expected a valid UUID, found 'x'$"):
        PhoneNumberList.from_dict(body)


def test_3_a_new_tag_costs_no_page(read: Any, record: dict[str, Any]) -> None:
    """A record of a variant that the document does not have is kept beside the others."""
    body = {"data": [record, {**record, "type": "fax"}]}
    assert raised(lambda: read(json=body)) is ValueError
    assert [type(number) for number in PhoneNumberList.from_dict(body).data] == [PstnPhoneNumber, UnknownPhoneNumber]


def test_3_the_second_variant_costs_no_more(stock: Stock, record: dict[str, Any], calls: Calls) -> None:
    """A record of the last variant takes as many steps as one of the first."""
    pages = [{"data": [{**record, "type": tag}] * 100} for tag in ("pstn", "sip")]
    first, last = (calls(lambda page=page: stock("models").PhoneNumberList.from_dict(page)) for page in pages)
    assert last > 1.3 * first
    first, last = (calls(lambda page=page: PhoneNumberList.from_json(json.dumps(page))) for page in pages)
    assert last == pytest.approx(first, abs=20)


@pytest.mark.parametrize(
    ("name", "value"), [("name", 5), ("inbound_agent_id", "broken"), ("redirect", "yes"), ("number", 5)]
)
def test_4_values_are_checked(read: Any, record: dict[str, Any], name: str, value: Any) -> None:
    """A value of the wrong type does not pass as the right one."""
    body = {"data": [{**record, name: value}]}
    assert getattr(read(json=body).parsed.data[0], name) == value
    with pytest.raises(DecodeError, match=rf"^data\[0\]\.{name}: "):
        PhoneNumberList.from_dict(body)


def test_5_defaults_of_properties(read: Any) -> None:
    """An absent property has the default of the document."""
    absent = read(json={"data": []}).parsed
    assert not isinstance(absent.status, int)
    ours = PhoneNumberList.from_dict({"data": []})
    assert (ours.status, ours.message) == (200, "Calls retrieved successfully")


def test_5_defaults_of_records(read: Any, record: dict[str, Any]) -> None:
    """An absent `redirect` is False."""
    del record["redirect"]
    assert read(json={"data": [record]}).parsed.data[0].redirect is not False
    assert PstnPhoneNumber.from_dict(record).redirect is False


def test_5_defaults_of_parameters(endpoint: Any) -> None:
    """A parameter that is not given is not sent: its default is the server's."""
    assert endpoint._get_kwargs()["params"] == {"page": 1, "limit": 50, "use_cursor": False}
    assert not answer().http.request.url.params


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))], ids=["deepcopy", "pickle"]
)
def test_6_what_is_absent_stays_absent(copied: Callable[[Any], Any], stock: Stock) -> None:
    """A copy of an object with absent properties is equal, and is written without them."""
    theirs = stock("models").PhoneNumberList.from_dict({"data": []})
    assert copied(theirs) != theirs
    assert theirs.to_dict() == {"data": []}
    assert copied(theirs).to_dict().keys() == {"data", "message", "status"}
    ours = PhoneNumberList.from_dict({"data": []})
    assert copied(ours) == ours
    assert copied(ours).to_dict() == {"data": []}


def test_7_the_key_stays_secret(stock: Stock) -> None:
    """A client does not show its key."""
    assert KEY in repr(stock("client").AuthenticatedClient("https://api.example", token=KEY))
    assert KEY not in repr(AuthenticatedClient(token=KEY))


def test_7_the_key_is_sent_as_documented(stock: Stock) -> None:
    """The key is sent in the header that the document names."""
    theirs = stock("client").AuthenticatedClient("https://api.example", token=KEY).get_httpx_client()
    assert "X-Api-Key" not in theirs.headers
    assert answer().http.request.headers["X-Api-Key"] == KEY
    theirs.close()


def test_7_nobody_waits_for_ever(stock: Stock) -> None:
    """A client has a finite timeout unless told otherwise."""
    theirs = stock("client").Client("https://api.example").get_httpx_client()
    assert theirs.timeout == httpx.Timeout(None)
    assert AuthenticatedClient(token=KEY).timeout == 30.0
    theirs.close()


def test_7_a_copy_with_headers_leaves_the_original_alone(stock: Stock) -> None:
    """To add headers to a copy does not add them to the original."""
    theirs = stock("client").Client("https://api.example")
    http = theirs.get_httpx_client()
    theirs.with_headers({"X-A": "1"})
    assert "X-A" in http.headers
    http.close()
    ours = AuthenticatedClient(token=KEY)
    ours.with_headers({"X-A": "1"})
    assert "X-A" not in ours.headers


def test_8_no_step_per_record(stock: Stock, page: Callable[..., dict[str, Any]], calls: Calls) -> None:
    """Reading a page takes the same number of Python calls for 100 records as for 500."""
    small, large = page(100), page(500)
    theirs = stock("models").PhoneNumberList.from_dict
    assert calls(lambda: theirs(large)) - calls(lambda: theirs(small)) > 400 * 5
    texts = json.dumps(small), json.dumps(large)
    few, many = (calls(lambda text=text: PhoneNumberList.from_json(text)) for text in texts)
    assert few == many


def test_both_read_the_two_variants(stock: Stock, page: Callable[..., dict[str, Any]]) -> None:
    """What the stock code does read is what ours reads: the comparison is one of the same thing."""
    theirs = stock("models").PhoneNumberList.from_dict(page(30))
    ours = PhoneNumberList.from_dict(page(30))
    assert {type(number) for number in ours.data} == {PstnPhoneNumber, SipPhoneNumber}
    assert [(number.id, number.name, number.type_) for number in theirs.data] == [
        (n.id, n.name, n.type) for n in ours.data
    ]
