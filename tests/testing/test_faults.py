"""Each fault as a plain httpx client meets it over a real socket."""

import json
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from callrounded.testing import Break, FakeRounded, Fault, Pause, Reply

PATH = "/v1/phone-numbers"

# 408, 425 and the like have names in the standard library, those of proxies have none.
STATUSES = [
    301,
    302,
    303,
    307,
    308,
    400,
    401,
    403,
    404,
    408,
    409,
    422,
    429,
    499,
    500,
    502,
    503,
    504,
    *range(520, 527),
    530,
]


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        (Fault.closed(), httpx.RemoteProtocolError, "without sending a response"),
        (Fault.reset(), httpx.ReadError, "reset by peer"),
        (Fault.reset_in_body(), httpx.ReadError, "reset by peer"),
        (Fault.reset_in_body(after=0), httpx.ReadError, "reset by peer"),
        (Fault.truncated(), httpx.RemoteProtocolError, "without sending complete message body"),
        (Fault.truncated(after=1), httpx.RemoteProtocolError, "without sending complete message body"),
        (Fault.slow_headers(60), httpx.ReadTimeout, "timed out"),
        (Fault.slow_body(60), httpx.ReadTimeout, "timed out"),
    ],
    ids=str,
)
def test_a_broken_exchange(
    web: httpx.Client, fake: FakeRounded, fault: Fault, error: type[Exception], message: str
) -> None:
    """The client sees the exception that belongs to the fault, and its next request is answered."""
    web.get(PATH)
    fake.fail(fault)

    with pytest.raises(error, match=message):
        web.get(PATH, timeout=0.2 if error is httpx.ReadTimeout else 60)

    assert web.get(PATH).json() == fake.answer_to().envelope


@pytest.mark.parametrize("fault", [Fault.reset_in_body(100), Fault.truncated(100)], ids=str)
def test_a_body_that_breaks_off_has_begun(web: httpx.Client, fake: FakeRounded, fault: Fault) -> None:
    """Status and headers of the true answer arrive before the break."""
    fake.fail(fault)

    with web.stream("GET", PATH) as response:
        assert response.status_code == 200
        assert int(response.headers["content-length"]) == len(fake.answer_to().content)
        with pytest.raises(httpx.TransportError):
            response.read()


def test_the_part_of_a_truncated_body_that_arrives(web: httpx.Client, fake: FakeRounded) -> None:
    """As many bytes arrive as the fault says."""
    fake.fail(Fault.truncated(after=100))
    received = b""

    with web.stream("GET", PATH) as response:
        parts = response.iter_raw()
        while len(received) < 100:
            received += next(parts)
        with pytest.raises(httpx.RemoteProtocolError):
            next(parts)

    assert received == fake.answer_to().content[:100]


def test_refused_connections(web: httpx.Client, fake: FakeRounded) -> None:
    """The request is cut off, and then nobody can connect."""
    fake.fail(Fault.refused(seconds=600))

    with pytest.raises(httpx.TransportError):
        web.get(PATH)
    with pytest.raises(httpx.ConnectError):
        web.get(PATH)
    assert len(fake.requests) == 1


def test_connections_are_refused_for_a_while(web: httpx.Client, fake: FakeRounded) -> None:
    """Afterwards all is well, on the same port."""
    fake.fail(Fault.refused(seconds=0.01))
    with pytest.raises(httpx.TransportError):
        web.get(PATH)

    give_up_at = time.monotonic() + 60
    while True:
        try:
            assert web.get(PATH).status_code == 200
            break
        except httpx.TransportError:
            assert time.monotonic() < give_up_at, "the server did not come back"
            time.sleep(0.01)


@pytest.mark.parametrize("fault", [Fault.slow_headers(0.05), Fault.slow_body(0.01, pieces=5)], ids=str)
def test_slowness_that_is_borne(web: httpx.Client, fake: FakeRounded, fault: Fault) -> None:
    """The answer of a slow exchange is the honest one."""
    fake.fail(fault)
    began = time.monotonic()

    assert web.get(PATH).json() == fake.answer_to().envelope
    assert time.monotonic() - began >= 0.045


def test_an_empty_body_can_be_slow(web: httpx.Client, fake: FakeRounded) -> None:
    """Nothing to drip is no trouble."""
    fake.override(lambda request, reply: Reply(200))
    fake.fail(Fault.slow_body(60))

    assert web.get(PATH).content == b""


@pytest.mark.parametrize("status", STATUSES)
def test_a_status(web: httpx.Client, fake: FakeRounded, status: int) -> None:
    """Any status comes with the documented error object, and the connection goes on."""
    fake.fail(Fault.status(status))

    response = web.get(PATH)

    assert response.status_code == status
    assert set(response.json()["error"]) == {"details", "message", "status", "type"}
    assert response.json()["status"] == response.json()["error"]["status"] == status
    assert web.get(PATH).status_code == 200


@pytest.mark.parametrize("retry_after", [0, 1.5, 3600, "Wed, 21 Oct 2037 07:28:00 GMT", "soon", "-1", ""])
def test_retry_after_as_it_was_given(web: httpx.Client, fake: FakeRounded, retry_after: Any) -> None:
    """Numbers and texts of any kind are sent as they are."""
    fake.fail(Fault.status(429, retry_after=retry_after))

    assert web.get(PATH).headers["retry-after"] == str(retry_after)


def test_retry_after_as_a_moment(web: httpx.Client, fake: FakeRounded) -> None:
    """A datetime is written as an HTTP-date; without a value there is no header."""
    moment = datetime(2037, 10, 21, 7, 28, tzinfo=UTC)
    fake.fail(Fault.status(503, retry_after=moment))

    assert parsedate_to_datetime(web.get(PATH).headers["retry-after"]) == moment
    fake.fail(Fault.status(503))
    assert "retry-after" not in web.get(PATH).headers


def test_a_status_with_body_and_headers_of_ones_own(web: httpx.Client, fake: FakeRounded) -> None:
    """Both replace what the fault would have sent."""
    fake.fail(Fault.status(502, body=b"bad gateway", headers={"content-type": "text/plain", "CF-Ray": "8f"}))

    response = web.get(PATH)

    assert (response.status_code, response.text, response.headers["cf-ray"]) == (502, "bad gateway", "8f")
    assert response.headers.get_list("content-type") == ["text/plain"]


def test_a_redirect(web: httpx.Client, fake: FakeRounded) -> None:
    """A client that follows it arrives where it points."""
    fake.fail(Fault.status(307, headers={"Location": f"{PATH}?page=3"}))

    assert web.get(PATH, follow_redirects=True).json()["current_page"] == 3


@pytest.mark.parametrize("status", [200, 503])
def test_bodies_of_the_wrong_kind(web: httpx.Client, fake: FakeRounded, status: int) -> None:
    """HTML, nothing at all and JSON of any type come at any status."""
    fake.fail(Fault.html(status))
    fake.fail(Fault.status(status, body=b""))
    values: list[object] = [[], "text", None, 42, {}, {"data": None}, {"data": {}}]
    for value in values:
        fake.fail(Fault.json(value, status))

    page, nothing = web.get(PATH), web.get(PATH)

    assert page.text.startswith("<!DOCTYPE html>")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert (nothing.content, nothing.headers["content-type"]) == (b"", "application/json")
    assert [web.get(PATH).json() for _ in values] == values
    assert {page.status_code, nothing.status_code} == {status}


def test_no_content(web: httpx.Client, fake: FakeRounded) -> None:
    """A 204 has neither a body nor a length, and the connection goes on."""
    fake.fail(Fault.status(204))

    response = web.get(PATH)

    assert (response.status_code, response.content) == (204, b"")
    assert "content-length" not in response.headers
    assert web.get(PATH).status_code == 200


def test_an_envelope_that_is_bent(web: httpx.Client, fake: FakeRounded) -> None:
    """Properties of the honest envelope are changed or left out; the rest stays."""
    fake.fail(Fault.envelope(without=["data", "status"], total_items=None, next_cursor="2023-11-07T05:31:56Z"))
    honest = fake.answer_to().envelope

    envelope = web.get(PATH).json()

    del honest["data"], honest["status"]
    assert envelope == honest | {"total_items": None, "next_cursor": "2023-11-07T05:31:56Z"}


def test_an_error_in_band(web: httpx.Client, fake: FakeRounded) -> None:
    """The HTTP status is 200, and the envelope says otherwise."""
    fake.fail(Fault.in_band(429, message="Too many"))

    response = web.get(PATH)

    assert response.status_code == 200
    assert response.json()["status"] == 429
    assert response.json()["error"] == {"details": [], "message": "Too many", "status": 429, "type": "generic_error"}


def test_json_that_is_cut(web: httpx.Client, fake: FakeRounded) -> None:
    """The body has the length that was announced and is no JSON."""
    fake.fail(Fault.broken_json())

    response = web.get(PATH)

    assert int(response.headers["content-length"]) == len(response.content)
    with pytest.raises(json.JSONDecodeError):
        response.json()


def test_a_fault_of_ones_own(web: httpx.Client, fake: FakeRounded) -> None:
    """A reply can be put together from bytes, pauses and breaks."""
    steps = (b'{"data"', Pause(0.01), b"", b":[]}", Break("close"))
    fake.override(lambda request, reply: Reply(200, body=steps, before=(Pause(0.01),)))

    with pytest.raises(httpx.RemoteProtocolError, match="incomplete chunked read"):
        web.get(PATH)

    fake.override(lambda request, reply: Reply(200, body=steps[:-1]))
    assert web.get(PATH).json() == {"data": []}
    assert Reply(body=steps).content == b'{"data":[]}'


def test_faults_have_names() -> None:
    """A fault reads as it was written, which makes it a good test id."""
    faults = [
        Fault.status(429, retry_after=1),
        Fault.truncated(),
        Fault.truncated(after=10),
        Fault.envelope(without=["data"], total_items=None),
    ]

    assert [str(fault) for fault in faults] == [
        "Fault.status(429, retry_after=1)",
        "Fault.truncated()",
        "Fault.truncated(10)",
        "Fault.envelope(without=data, total_items=None)",
    ]
