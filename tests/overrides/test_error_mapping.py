"""What a response means: a value, or which error with which attributes. Nothing is sent here."""

import json
from contextlib import closing
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callrounded import (
    APIError,
    APIResponseValidationError,
    APIStatusError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    ErrorDetail,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    Rounded,
    UnprocessableEntityError,
)
from callrounded.testing import sample_records
from callrounded_generated import responses
from callrounded_generated.api.phone_numbers import list_phone_numbers
from callrounded_generated.client import AuthenticatedClient
from callrounded_generated.errors import DecodeError
from callrounded_generated.models import PhoneNumberList
from callrounded_generated.operation import Request
from callrounded_generated.responses import Response
from callrounded_generated.types import MalformedRecord
from tests.overrides.conftest import KEY

ERROR = {
    "details": [{"field": "email", "message": "Invalid email format"}],
    "message": "An error occurred while processing your request",
    "status": 400,
    "type": "generic_error",
}
PAGE = {"data": sample_records(2), "message": "Calls retrieved successfully", "error": None, "status": 200}


def _response(status: int = 200, body: Any = PAGE, **headers: str) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return httpx.Response(status, content=content, headers={k.replace("_", "-"): v for k, v in headers.items()})


def _client(response: httpx.Response, **options: Any) -> Rounded:
    http_client = httpx.Client(transport=httpx.MockTransport(lambda request: response))
    return Rounded(KEY, http_client=http_client, max_retries=0, **options)


def _meaning(response: httpx.Response, **options: Any) -> PhoneNumberList | APIError:
    with closing(_client(response, **options)) as client:
        try:
            return client.call(list_phone_numbers)
        except APIError as error:
            return error


def _status_error(response: httpx.Response) -> APIStatusError:
    error = _meaning(response)
    assert isinstance(error, APIStatusError)
    return error


def _validation_error(response: httpx.Response) -> APIResponseValidationError:
    error = _meaning(response)
    assert isinstance(error, APIResponseValidationError)
    return error


def test_a_success_is_a_value() -> None:
    """A page of two numbers is that."""
    value = _meaning(_response())

    assert isinstance(value, PhoneNumberList)
    assert len(value.data) == 2


class TestStatus:
    """An HTTP status other than 2xx."""

    @pytest.mark.parametrize(
        ("status", "error_type"),
        [
            (400, BadRequestError),
            (401, AuthenticationError),
            (403, PermissionDeniedError),
            (404, NotFoundError),
            (409, ConflictError),
            (422, UnprocessableEntityError),
            (429, RateLimitError),
            (500, InternalServerError),
            (502, InternalServerError),
            (520, InternalServerError),
            (599, InternalServerError),
            (999, InternalServerError),
            (101, APIStatusError),
            (304, APIStatusError),
            (402, APIStatusError),
            (408, APIStatusError),
            (418, APIStatusError),
            (499, APIStatusError),
        ],
    )
    def test_each_status_has_its_error(self, status: int, error_type: type[APIStatusError]) -> None:
        """Those without a class of their own are an APIStatusError."""
        error = _status_error(_response(status, {"error": ERROR}))

        assert type(error) is error_type
        assert error.status_code == status

    @pytest.mark.parametrize("body", [{"error": ERROR, "message": "outer", "status": 400}, {"error": ERROR}, ERROR])
    def test_the_documented_error_is_read_with_and_without_its_envelope(self, body: Any) -> None:
        """Every attribute comes from the error object."""
        error = _status_error(_response(400, body))

        assert error.message == ERROR["message"]
        assert error.type == "generic_error"
        assert error.details == [ErrorDetail(field="email", message="Invalid email format")]
        assert json.loads(error.body) == body
        assert error.request is not None
        assert error.request.url.path == "/v1/phone-numbers"
        assert error.retry_after is None

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ({"message": "Forbidden"}, "Forbidden"),
            ({"error": "Not Found", "message": "Cannot GET /v1"}, "Cannot GET /v1"),
            ({"error": "Not Found"}, "Not Found"),
            ({"error": {"type": "x"}, "message": "outer"}, "outer"),
            ({"error": {"message": ""}, "message": "outer"}, "outer"),
            ({"error": {}, "message": "outer"}, "outer"),
            ({"error": None, "message": "outer"}, "outer"),
            ({"error": {"message": 5}, "message": "outer"}, "outer"),
            ({"error": {"message": "x" * 5000}}, "x" * 1000),
        ],
    )
    def test_a_message_is_found_wherever_a_server_puts_it(self, body: Any, message: str) -> None:
        """Gateways before the API have envelopes of their own."""
        assert _status_error(_response(403, body)).message == message

    def test_what_is_broken_in_an_error_does_not_hide_the_rest(self) -> None:
        """A detail that is none is left out, and so is a type that is no text."""
        error = {"message": "m", "type": 7, "details": [{"field": "a"}, "b", None, {"field": 5}, {"message": "c"}]}

        read = _status_error(_response(400, {"error": error}))

        assert (read.message, read.type) == ("m", None)
        assert read.details == [ErrorDetail(field="a"), ErrorDetail(message="c")]
        assert _status_error(_response(400, {"error": {"details": "none"}})).details == []

    @pytest.mark.parametrize(
        ("body", "kind", "message"),
        [
            (b"", "application/json", "The response has no body."),
            (
                b"<html>Bad gateway</html>",
                "text/html",
                "The body is not the documented error but text/html: '<html>Bad gateway</html>'.",
            ),
            (b"[1, 2]", "application/json", "The body is not the documented error but application/json: '[1, 2]'."),
            (b"null", "", "The body is not the documented error but : 'null'."),
            (b"{}", "application/json", "The body is not the documented error but application/json: '{}'."),
            (b"\xff\xfe", "text/plain", "The body is not the documented error but text/plain: '\ufffd\ufffd'."),
            (b"[" * 100_000, "text/plain", None),
        ],
        ids=["empty", "html", "list", "null", "object", "bytes", "deep"],
    )
    def test_a_body_that_says_nothing_is_described(self, body: bytes, kind: str, message: str | None) -> None:
        """The message tells what came instead, in bounds; there is no type."""
        error = _status_error(_response(502, body, content_type=kind))

        assert error.type is None
        assert message in {error.message, None}
        assert len(error.message) < 300
        assert len(error.body) <= 4096

    def test_a_redirect_says_where_to(self) -> None:
        """It is not followed, so the caller has to know."""
        error = _status_error(_response(307, b"", location="https://eu.callrounded.com/v1/phone-numbers"))

        assert type(error) is APIStatusError
        assert error.message.startswith("A redirect to https://eu.callrounded.com/v1/phone-numbers, which is not")


class TestRequestId:
    """What to tell the provider's support."""

    def test_the_usual_headers_are_looked_at_in_order(self) -> None:
        """X-Request-Id, then Request-Id, then CF-Ray."""
        headers: dict[str, str] = {}
        for name in ("cf_ray", "request_id", "x_request_id"):
            headers[name] = name
            for response in (_response(500, {}, **headers), _response(200, {}, **headers)):
                error = _meaning(response)
                assert isinstance(error, APIStatusError | APIResponseValidationError)
                assert error.request_id == name

    def test_an_empty_one_is_none(self) -> None:
        """Proxies blank headers out."""
        assert _status_error(_response(500, {}, x_request_id="", cf_ray="r")).request_id == "r"
        assert _status_error(_response(500, {})).request_id is None


class TestInBand:
    """An error inside a 2xx is that error."""

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"error": ERROR}, 400),
            ({"error": ERROR, "status": 200}, 400),
            ({"error": ERROR, "status": 503}, 503),
            ({"error": {**ERROR, "status": None}}, 500),
            ({"error": {**ERROR, "status": 200}}, 500),
            ({"error": {**ERROR, "status": "400"}}, 500),
            ({"error": {"message": "m"}}, 500),
            ({"error": {}}, 500),
            ({"error": "Something broke"}, 500),
            ({"status": 429}, 429),
            ({"status": 429.0}, 429),
            ({"status": 400, "error": None}, 400),
            ({"status": 520, "data": None}, 520),
            ({"error": ERROR, "data": None}, 400),
            ({"error": ERROR, "data": "?"}, 400),
        ],
    )
    @pytest.mark.parametrize("http_status", [200, 201, 299])
    def test_its_status_is_the_envelopes_else_the_errors_else_500(
        self, changes: dict[str, Any], status: int, http_status: int
    ) -> None:
        """A number of 400 or more counts; data beside it does not."""
        error = _status_error(_response(http_status, PAGE | changes))

        assert error.status_code == status

    def test_it_has_the_attributes_of_any_error(self) -> None:
        """Where it came does not matter to who handles it."""
        error = _status_error(_response(200, PAGE | {"error": ERROR, "status": 429}, retry_after="2", x_request_id="r"))

        assert isinstance(error, RateLimitError)
        assert (error.message, error.type, error.retry_after) == (ERROR["message"], "generic_error", 2.0)
        assert error.details == [ErrorDetail(field="email", message="Invalid email format")]
        assert error.request_id == "r"

    @pytest.mark.parametrize("changes", [{}, {"data": None}], ids=["with data", "without"])
    def test_a_byte_order_mark_before_it_does_not_hide_it(self, changes: dict[str, Any]) -> None:
        """Some gateways write one; a page with it is read, and so is an error."""
        body = b"\xef\xbb\xbf" + json.dumps(PAGE | {"error": ERROR} | changes).encode()

        assert _status_error(_response(200, body)).message == ERROR["message"]

    def test_an_error_without_its_envelope_counts_too(self) -> None:
        """The object alone says its status."""
        assert _status_error(_response(200, ERROR)).status_code == 400

    def test_the_message_of_a_success_is_not_that_of_the_error(self) -> None:
        """The envelope says "Calls retrieved successfully" whatever happened."""
        error = _status_error(_response(200, PAGE | {"error": {"type": "x"}}))

        assert "successfully" not in error.message.split(":")[0]

    @pytest.mark.parametrize("value", [False, 0, [], 1.5])
    def test_an_error_that_is_neither_object_nor_text_is_not_what_the_spec_says(self, value: Any) -> None:
        """It says nothing about what went wrong, but it is no success either."""
        assert _validation_error(_response(200, PAGE | {"error": value})).path == "error"

    def test_a_result_may_have_an_error_and_a_status_of_its_own(self) -> None:
        """A call that failed is no failed request."""

        class Call:
            error = "busy"
            status = "failed"

        class get_call:  # noqa: N801 - it stands for a module
            @staticmethod
            def sync_detailed(client: AuthenticatedClient) -> Response[Any]:
                http = client.send(Request(method="GET", path="/v1/calls/1"))
                return Response(parsed=Call(), is_documented_success=True, http=http)

        operation: Any = get_call
        with closing(_client(_response(200, {"error": Call.error, "status": Call.status}))) as client:
            assert isinstance(client.call(operation), Call)


class TestNotWhatTheSpecSays:
    """A success whose body is something else."""

    @pytest.mark.parametrize(
        ("status", "body", "path"),
        [
            (204, b"", "$"),
            (200, b"", "$"),
            (200, b"<html></html>", "$"),
            (200, b'{"data": [', "$"),
            (200, b'{"data":[],"message":"\xff"}', "$"),
            (200, b"[" * 100_000, "$"),
            (200, [], "$"),
            (200, None, "$"),
            (200, "text", "$"),
            (200, {}, "data"),
            (200, {"data": None}, "data"),
            (200, {"data": {}}, "data"),
            (200, {"data": [{"type": "pstn"}]}, "data[0].id"),
            (200, {"data": [], "total_items": "5"}, "total_items"),
        ],
    )
    def test_the_error_says_where_and_what(self, status: int, body: Any, path: str) -> None:
        """`path` is `$` for the whole body; the rest is in bounds."""
        error = _validation_error(_response(status, body, x_request_id="r"))

        assert error.path == path
        assert error.status_code == status
        assert error.expected
        assert error.found
        assert len(error.found) < 1000
        assert error.request is not None
        assert error.request.url.path == "/v1/phone-numbers"
        assert error.request_id == "r"
        assert len(error.body) <= 4096
        assert path in str(error)
        assert error.expected in str(error)

    def test_its_cause_is_the_decode_error_of_the_generated_client(self) -> None:
        """With the same response, whose request does not have the key."""
        error = _validation_error(_response(200, {"data": None}))

        assert isinstance(error.__cause__, DecodeError)
        assert error.__cause__.response is error.response
        assert "x-api-key" not in error.response.request.headers

    def test_a_success_that_the_spec_does_not_list_is_one(self) -> None:
        """Where several are listed, none of them stands for the others."""

        class create_call:  # noqa: N801 - it stands for a module
            @staticmethod
            def sync_detailed(client: AuthenticatedClient) -> Response[Any]:
                listed = [responses.Expected(status, status, "nothing", None) for status in (201, 202)]
                return responses.read(client.send(Request(method="POST", path="/v1/calls")), listed, (), "raise")

        operation: Any = create_call
        with closing(_client(_response(207))) as client, pytest.raises(APIResponseValidationError) as caught:
            client.call(operation)
        assert (caught.value.path, caught.value.found) == ("$", "207")

    def test_a_broken_record_can_be_kept(self) -> None:
        """on_invalid="keep" puts a MalformedRecord in its place."""
        value = _meaning(_response(200, PAGE | {"data": [{"type": "pstn"}]}), on_invalid="keep")

        assert isinstance(value, PhoneNumberList)
        assert isinstance(value.data[0], MalformedRecord)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
envelopes = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("data", "message", "error", "status", "details", "type"), json_values)
)


@given(
    status=st.sampled_from([200, 204, 301, 400, 401, 429, 500, 599]),
    body=st.binary(max_size=20) | json_values | envelopes | st.fixed_dictionaries({"error": envelopes}),
)
def test_whatever_comes_is_a_page_or_an_error(status: int, body: Any) -> None:
    """No body and no status makes reading an answer fail in any other way."""
    value = _meaning(_response(status, body))

    if status != 200:
        assert isinstance(value, APIError)
    assert isinstance(value, PhoneNumberList | APIError)
    assert str(value)
