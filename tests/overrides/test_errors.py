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
    NotFoundError,
    PaginationError,
    PaginationLoopError,
    RateLimitError,
    RoundedError,
)
from callrounded_generated.errors import DecodeError

REQUEST = httpx.Request("GET", "https://api.callrounded.com/v1/phone-numbers?page=2", headers={"X-Trace": "t"})


def _response(status: int = 200, body: bytes = b"{}", **headers: str) -> httpx.Response:
    return httpx.Response(status, content=body, headers=headers, request=REQUEST)


def _with(error: RoundedError, cause: Exception | None = None, **attributes: Any) -> RoundedError:
    error.__cause__ = cause
    for name, value in attributes.items():
        setattr(error, name, value)
    return error


RATE_LIMITED = RateLimitError(
    "slow down",
    response=_response(429, b'{"message": "slow down"}', **{"retry-after": "1.5", "x-request-id": "r1"}),
    type="generic_error",
    details=[ErrorDetail(field="email", message="Invalid")],
    retry_after=1.5,
)
ERRORS = [
    RoundedError("message"),
    ConfigurationError("message"),
    _with(ClientClosedError("message"), checkpoint={"version": 2, "page": 2}, partial=[1, 2]),
    _with(APIError("message", request=REQUEST), checkpoint={"version": 2, "page": 2}, partial=[1, 2], attempts=3),
    _with(APIConnectionError("message", request=REQUEST), httpx.ReadError("reset", request=REQUEST)),
    _with(APITimeoutError("message", request=REQUEST), httpx.ReadTimeout("slow")),
    RATE_LIMITED,
    _with(
        APIResponseValidationError(path="data[3].id", expected="a UUID", found="'x'", response=_response()),
        DecodeError("data[3].id", "a UUID", "'x'"),
    ),
    _with(PaginationError("message"), checkpoint={"version": 2, "page": 2}),
    PaginationLoopError("message"),
    IncompleteListingError("message", expected=5, received=4),
]

COPIES: dict[str, Callable[[RoundedError], RoundedError]] = {
    "pickle_0": lambda error: pickle.loads(pickle.dumps(error, 0)),
    "pickle_2": lambda error: pickle.loads(pickle.dumps(error, 2)),
    "pickle_5": lambda error: pickle.loads(pickle.dumps(error, 5)),
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
}


def _facts(error: RoundedError) -> dict[str, Any]:
    """Return the attributes of *error*, and in place of what does not compare what it consists of."""
    names = {name for name in dir(error) if not name.startswith("_")} - {"add_note", "with_traceback"}
    facts: dict[str, Any] = {name: getattr(error, name) for name in names}
    if (request := facts.pop("request", None)) is not None:
        facts["sent"] = request.method, request.url, request.headers
    if (response := facts.pop("response", None)) is not None:
        facts["received"] = response.status_code, response.headers, response.content, response.request.url
    return facts


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("way", COPIES)
def test_an_error_survives_pickle_and_copy(error: RoundedError, way: str) -> None:
    """A copy has the type, the texts and the attributes of the original; a cause stays behind, as always in Python."""
    twin = COPIES[way](error)

    assert type(twin) is type(error)
    assert (str(twin), repr(twin), twin.args) == (str(error), repr(error), error.args)
    assert _facts(twin) == _facts(error)


def test_every_class_of_the_tree_is_copied_above() -> None:
    """Those that add nothing to their base class are as it is."""
    tested = {type(error) for error in ERRORS}
    for name in callrounded.__all__:
        kind = getattr(callrounded, name)
        if isinstance(kind, type) and issubclass(kind, RoundedError) and "__init__" in vars(kind):
            assert any(issubclass(each, kind) for each in tested), name


def test_notes_survive_pickle() -> None:
    """A note that a caller added to an error is there in the other process."""
    error = APIError("message")
    error.add_note("while syncing account 7")

    assert pickle.loads(pickle.dumps(error)).__notes__ == ["while syncing account 7"]


def test_every_error_has_checkpoint_and_partial() -> None:
    """None where they do not apply, so that whoever handles any of them needs no getattr."""
    for error in (RoundedError("message"), ClientClosedError("message"), PaginationLoopError("message")):
        assert (error.checkpoint, error.partial) == (None, None)


def test_a_status_error_says_everything_in_one_line() -> None:
    """The text of an error has status, message, field at fault, type, request and request id."""
    assert str(RATE_LIMITED) == (
        "429 Too Many Requests: slow down [email: Invalid; type generic_error; retry after 1.5 s; "
        "GET https://api.callrounded.com/v1/phone-numbers?page=2; request id r1] "
        "Lower concurrency=, or raise max_retries and max_retry_wait."
    )


def test_an_error_says_how_many_attempts_were_made() -> None:
    """One attempt goes without saying."""
    error = APIConnectionError("message", request=REQUEST)
    assert error.attempts == 1
    assert "attempt" not in str(error)

    error.attempts = 3
    assert "3 attempts" in str(error)


def test_a_status_that_is_not_registered_has_a_text_too() -> None:
    """520 is Cloudflare's own."""
    assert str(InternalServerError("down", response=_response(520))).startswith("520 Error: down")


def test_an_error_has_its_response() -> None:
    """`headers` and `body` are short ways into it; `body` is bounded text, whatever the bytes are."""
    error = AuthenticationError("no", response=_response(401, b"\xff" * 10_000, a="1"))

    assert error.status_code == 401
    assert error.response.request is error.request is REQUEST
    assert error.headers["a"] == "1"
    assert error.body == "\ufffd" * 4096


def test_not_found_names_both_things_that_can_be_wrong() -> None:
    """The id in the address as well as the address of the API."""
    text = str(NotFoundError("no such number", response=_response(404)))

    assert "base_url" in text
    assert "id" in text.rpartition("]")[2].split()


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
    assert traceback.format_exception_only(RATE_LIMITED)[0].startswith("callrounded.RateLimitError: 429")
    assert callrounded.RateLimitError.__module__ == "callrounded"
