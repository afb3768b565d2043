"""The errors themselves: one tree, and nothing lost on the way through pickle and copy."""

import copy
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import httpx
import pytest

import callrounded
from callrounded import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    ClientClosedError,
    ConfigurationError,
    ErrorDetail,
    IncompleteListingError,
    InternalServerError,
    PaginationError,
    PaginationLoopError,
    RateLimitError,
    RoundedError,
)
from callrounded_generated.errors import DecodeError

REQUEST = httpx.Request("GET", "https://api.callrounded.com/v1/phone-numbers?page=2")
CHECKPOINT: Any = {"version": 1, "page": 2}


def _with_cause(error: RoundedError, cause: Exception) -> RoundedError:
    error.__cause__ = cause
    return error


ERRORS = [
    RoundedError("message"),
    ConfigurationError("message"),
    ClientClosedError("message"),
    APIError("message", request=REQUEST, checkpoint=CHECKPOINT, partial=[1, 2]),
    _with_cause(APIConnectionError("message", request=REQUEST), httpx.ReadError("reset", request=REQUEST)),
    _with_cause(APITimeoutError("message", request=REQUEST), httpx.ReadTimeout("slow")),
    RateLimitError(
        "slow down",
        status_code=429,
        type="generic_error",
        details=[ErrorDetail(field="email", message="Invalid")],
        retry_after=1.5,
        headers=httpx.Headers({"Retry-After": "1.5"}),
        request_id="r1",
        body="{}",
        request=REQUEST,
        checkpoint=CHECKPOINT,
    ),
    _with_cause(
        APIResponseValidationError(
            "message", path="data[3].id", expected="a UUID", found="'x'", status_code=200, body="{}"
        ),
        DecodeError("data[3].id", "a UUID", "'x'"),
    ),
    PaginationError("message", checkpoint=CHECKPOINT),
    PaginationLoopError("message"),
    IncompleteListingError("message", expected=5, received=4, checkpoint=CHECKPOINT),
]

COPIES: dict[str, Callable[[RoundedError], RoundedError]] = {
    "pickle_0": lambda error: pickle.loads(pickle.dumps(error, 0)),
    "pickle_2": lambda error: pickle.loads(pickle.dumps(error, 2)),
    "pickle_5": lambda error: pickle.loads(pickle.dumps(error, 5)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


def _facts(error: BaseException) -> dict[str, Any]:
    facts = dict(vars(error))
    if (request := facts.pop("request", facts.pop("_request", None))) is not None:
        facts["sent"] = request.method, request.url, request.headers
    return facts


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("way", COPIES)
def test_an_error_survives_pickle_and_copy(error: RoundedError, way: str) -> None:
    """A copy has the type, the texts, the attributes and the cause of the original."""
    twin = COPIES[way](error)

    assert type(twin) is type(error)
    assert (str(twin), repr(twin), twin.args) == (str(error), repr(error), error.args)
    assert _facts(twin) == _facts(error)
    assert (twin.__cause__ is None) == (error.__cause__ is None)
    if error.__cause__ is not None and twin.__cause__ is not None:
        assert type(twin.__cause__) is type(error.__cause__)
        assert str(twin.__cause__) == str(error.__cause__)


def test_a_cause_that_cannot_be_pickled_stays_behind() -> None:
    """An httpx.HTTPStatusError breaks when it is unpickled, so the copy goes without it."""
    error = _with_cause(
        APIError("message"),
        httpx.HTTPStatusError("500", request=REQUEST, response=httpx.Response(500, request=REQUEST)),
    )

    assert pickle.loads(pickle.dumps(error)).__cause__ is None


def test_notes_survive_pickle() -> None:
    """What a caller noted on an error is there in the other process."""
    error = APIError("message")
    error.add_note("while syncing account 7")

    assert pickle.loads(pickle.dumps(error)).__notes__ == ["while syncing account 7"]


def test_a_status_error_says_everything_in_one_line() -> None:
    """The text of an error has status, message, field at fault, type, request and request id."""
    assert str(ERRORS[6]) == (
        "429 Too Many Requests: slow down [email: Invalid; type generic_error; retry after 1.5 s; "
        "GET https://api.callrounded.com/v1/phone-numbers?page=2; request id r1] "
        "Send fewer requests at once, or raise max_retries and max_retry_wait."
    )


def test_a_status_that_is_not_registered_has_a_text_too() -> None:
    """520 is Cloudflare's own."""
    assert str(InternalServerError("down", status_code=520)).startswith("520 Error: down")


def test_an_error_offers_its_answer_as_a_response() -> None:
    """`response` is an httpx.Response of the bounded body, whatever coding the headers name."""
    error = AuthenticationError(
        "no", status_code=401, body='{"a": "é"}', headers=httpx.Headers({"content-encoding": "gzip"}), request=REQUEST
    )

    assert error.response.status_code == 401
    assert error.response.json() == {"a": "é"}
    assert error.response.headers == error.headers
    assert error.response.request is REQUEST


def test_the_tree_is_that_of_the_documentation() -> None:
    """Callers catch by class, so the classes above a class are part of the interface."""
    for parent, *children in (
        (RoundedError, APIError, PaginationError, ConfigurationError, ClientClosedError),
        (APIError, APIConnectionError, APIStatusError, APIResponseValidationError),
        (APIConnectionError, APITimeoutError),
        (APIStatusError, AuthenticationError, RateLimitError, InternalServerError),
        (PaginationError, PaginationLoopError, IncompleteListingError),
    ):
        assert all(issubclass(child, parent) for child in children)
    assert not issubclass(PaginationError, APIError)


def test_a_traceback_names_the_public_module() -> None:
    """What a user reads is what a user can import."""
    assert traceback.format_exception_only(RateLimitError("slow", status_code=429))[0].startswith(
        "callrounded.RateLimitError: 429"
    )
    assert callrounded.RateLimitError.__module__ == "callrounded"
