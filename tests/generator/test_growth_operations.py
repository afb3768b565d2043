"""Operations: every parameter, body and answer of the document, as functions."""

import datetime as dt
import importlib
import inspect
import json
import uuid
from types import ModuleType
from typing import Any

import pytest

ID = uuid.UUID("3c90c3cc-0d44-4b50-8888-8dd25736052a")


@pytest.fixture(scope="module")
def api(package: Any) -> ModuleType:
    """Return the operation table of operations.yaml."""
    return importlib.import_module(f"{package('operations.yaml').__name__}.api")


def models_beside(api: ModuleType) -> ModuleType:
    """Return the models of the same package."""
    return importlib.import_module(f"{api.__name__.rpartition('.')[0]}.models")


def test_lists_exactly_the_operations_of_the_document(api: ModuleType) -> None:
    """Every operation, under its operationId, in the order of the document; and one name in Python for each."""
    assert list(api.OPERATIONS) == ["listOAuth2Books", "replace", "import", "delete_Notes"]
    assert [operation.name for operation in api.OPERATIONS.values()] == list(api.OPERATIONS)
    assert [operation.method for operation in api.OPERATIONS.values()] == ["GET", "PUT", "POST", "DELETE"]
    assert api.OPERATIONS["import"] is api.import_
    assert api.list_o_auth_2_books.path == "/v1/shelves/{shelf}/books/{book-id}/a b%20c"


def test_signature(api: ModuleType) -> None:
    """Path parameters come first and in the order of the path; all else is by name; what is optional is None."""
    signature = inspect.signature(api.list_o_auth_2_books.build)
    assert str(signature).replace("'", "").split(" -> ")[0] == (
        "(shelf: Annotated[int, Meta(ge=1)], book_id: UUID, *, query: str | None = None, "
        "path: str | None = None, Request_: str | None = None, tags: list[str] | None = None, "
        "kinds: list[Kind] | None = None, kind: ListOAuth2BooksKind, since: AwareDatetime | None = None, "
        "day: date | None = None, date: float | None = None, class_: str | None = None, self_: str | None = None, "
        "filter_x: str | int | None = None, trace: bool | None = None, x_trace_id: str | None = None, x_count: int)"
    )
    assert str(inspect.signature(api.replace.build)).replace("'", "").split(" -> ")[0] == (
        "(shelf: str, book_id: UUID, *, body: list[Book], trace: str)"
    )


def test_builds_requests(api: ModuleType) -> None:
    """A request carries what was given, in the spelling of JSON, and nothing of what was not."""
    models = models_beside(api)
    request = api.list_o_auth_2_books.build(
        7,
        ID,
        trace=True,
        query="a&b=c",
        path="p",
        tags=["x y", "z"],
        kinds=[models.Kind.NEW, models.Kind("other")],
        kind=models.ListOAuth2BooksKind.OLD,
        since=dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
        day=dt.date(2024, 1, 2),
        date=2.5,
        class_="first",
        filter_x=3,
        x_trace_id="t",
        x_count=0,
    )
    assert request.method == "GET"
    assert request.path == f"/v1/shelves/7/books/{ID}/a%20b%20c"
    assert request.params == (
        *(("query", "a&b=c"), ("path", "p"), ("tags", "x y"), ("tags", "z"), ("kinds", "new")),
        *(("kinds", "other"), ("kind", "old"), ("since", "2024-01-01T00:00:00Z"), ("day", "2024-01-02")),
        *(("date", "2.5"), ("class", "first"), ("filter[x]", "3"), ("trace", "true")),
    )
    assert request.headers == (("X-Trace-Id", "t"), ("X-Count", "0"))
    assert request.content is None
    least = api.list_o_auth_2_books.build(7, ID, kind=models.Kind.NEW, x_count=1)
    assert (least.params, least.headers) == ((("kind", "new"),), (("X-Count", "1"),))


@pytest.mark.parametrize(
    ("value", "path"), [("a/../b?c#d", "a%2F..%2Fb%3Fc%23d"), ("{book-id}", "%7Bbook-id%7D"), ("%", "%25")]
)
def test_path_parameters_stay_in_their_place(api: ModuleType, value: str, path: str) -> None:
    """Whatever the value of a path parameter is, it remains one segment of the path."""
    request = api.replace.build(value, ID, body=[], trace="t")
    assert request.path == f"/v1/shelves/{path}/books/{ID}/a%20b%20c"


def test_sends_bodies(api: ModuleType) -> None:
    """A body is sent as JSON, under the media type of the document and the names of the properties."""
    models = models_beside(api)
    replace = api.replace.build(
        "1", ID, body=[models.Book(title="T"), models.Book.from_dict({"title": "U", "x": 1})], trace="t"
    )
    assert replace.body.media_type == "application/vnd.books+json"
    assert json.loads(replace.content or b"") == [{"title": "T"}, {"title": "U", "x": 1}]
    moment = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    made = api.import_.build(body=models.ImportBody(class_="c", at=moment))
    assert made.body.media_type == "application/json"
    assert json.loads(made.content or b"") == {"class": "c", "at": "2024-01-01T00:00:00Z"}
    without = api.import_.build()
    assert (without.headers, without.body, without.content) == ((), None, None)
    assert api.delete_notes.build(body="x").content == b'"x"'


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [
        (200, {"data": [{"title": "T"}]}, "ListOAuth2BooksResponse200"),
        (204, None, "NoneType"),
        (202, {"text": "t"}, "Note"),
    ],
)
def test_reads_successful_answers(api: ModuleType, status: int, body: Any, found: str) -> None:
    """Each status is read as the document says, a single one before the range that it is in."""
    content = b"" if body is None else json.dumps(body).encode()
    assert type(api.list_o_auth_2_books.parse(status, content)).__name__ == found


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [
        (404, {"text": "t"}, "Note"),
        (422, {"message": "m"}, "Fault"),
        (500, {"message": "m"}, "Fault"),
        (503, None, "NoneType"),
    ],
)
def test_reads_errors(api: ModuleType, status: int, body: Any, found: str) -> None:
    """Errors are read by their status, by its range, or as what the document says of all others."""
    content = b"" if body is None else json.dumps(body).encode()
    assert type(api.list_o_auth_2_books.parse_error(status, content)).__name__ == found


def test_answers_that_are_not_described(api: ModuleType) -> None:
    """One success stands for all of them; of several, and of errors, only those that are described can be read."""
    assert api.import_.parse(200, b'{"id": 1}').id == 1
    assert api.replace.parse(200, b"anything") is None
    assert api.import_.parse_error(400, b"") is None
    assert api.delete_notes.parse_error(404, b"{}").message is None
    for operation in (api.import_, api.delete_notes, api.replace):
        with pytest.raises(ValueError, match=r"\$: expected a response with a status that the OpenAPI document lists"):
            operation.parse_error(500, b"")


def test_keeps_broken_records_if_asked_to(api: ModuleType) -> None:
    """`on_invalid` reaches the lists of an answer."""
    content = b'{"data": [{"title": "T"}, {"title": 3}]}'
    with pytest.raises(ValueError, match=r"data\[1\].title"):
        api.list_o_auth_2_books.parse(200, content)
    book, malformed = api.list_o_auth_2_books.parse(200, content, on_invalid="keep").data
    assert (book.title, malformed.path) == ("T", "data[1]")


def test_docstrings(api: ModuleType) -> None:
    """The docstring of `build` has summary, description and all parameters."""
    text = inspect.getdoc(api.list_o_auth_2_books.build) or ""
    assert text.startswith("List books\n\nAll of them.\n\nArgs:\n    shelf: The path parameter shelf.\n")
    assert "\n    query: Words, searched for.\n" in text
    assert text.endswith("None omits a parameter; the API applies its default.")
    assert "None omits" not in (inspect.getdoc(api.replace.build) or "")
    assert (inspect.getdoc(api.replace.build) or "").startswith("replace\n\nArgs:\n    shelf: ")
