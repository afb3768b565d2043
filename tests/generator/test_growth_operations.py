"""Operations: every parameter, body and response of the document, as functions."""

import datetime as dt
import importlib
import inspect
import json
import uuid
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from tests.generator.conftest import called

ID = uuid.UUID("3c90c3cc-0d44-4b50-8888-8dd25736052a")
BOOK: dict[str, Any] = {"shelf": 7, "book_id": ID, "kind": "new", "x_count": 1}
REPLACED: dict[str, Any] = {"shelf": "1", "book_id": ID, "body": [], "trace": "t"}


class Api:
    """The operations of a package, called against a server that responds as it is told."""

    def __init__(self, package: ModuleType) -> None:
        self.package = package
        self.models = importlib.import_module(f"{package.__name__}.models")

    def __getattr__(self, name: str) -> ModuleType:
        """Return the module of an operation, whatever its tag."""
        (found,) = Path(str(self.package.__file__)).parent.glob(f"api/*/{name}.py")
        return importlib.import_module(f"{self.package.__name__}.api.{found.parent.name}.{name}")

    def call(self, name: str, status: int = 500, content: bytes = b"", **given: Any) -> Any:
        """Call an operation and return the detailed response."""
        return called(self.package, name, status, content, **given)

    def sent(self, name: str, **given: Any) -> httpx.Request:
        """Call an operation and return what was sent."""
        request: httpx.Request = self.call(name, **given).http.request
        return request


@pytest.fixture(scope="module")
def api(package: Any) -> Api:
    """Return the operations of operations.yaml."""
    return Api(package("operations.yaml"))


def test_lists_exactly_the_operations_of_the_document(api: Api) -> None:
    """Every operation has a module under its operationId."""
    folder = Path(str(api.package.__file__)).parent / "api"
    names = {path.stem for path in folder.glob("*/*.py") if path.stem != "__init__"}
    assert names == {"list_o_auth_2_books", "replace", "import_", "delete_notes"}


def test_signature(api: Api) -> None:
    """All parameters are by name, those of the path first and in its order; what is optional is None."""
    signature = inspect.signature(api.list_o_auth_2_books.sync_detailed)
    assert str(signature).replace("'", "").split(" -> ")[0] == (
        "(client: Client, *, shelf: Annotated[int, Meta(ge=1)], book_id: UUID, query: str | None = None, "
        "path: str | None = None, request: str | None = None, tags: list[str] | None = None, "
        "kinds: list[Kind] | None = None, kind: ListOAuth2BooksKind, since: AwareDatetime | None = None, "
        "day: date | None = None, date: float | None = None, class_: str | None = None, self_: str | None = None, "
        "filterx: str | int | None = None, trace: bool | None = None, x_trace_id: str | None = None, x_count: int)"
    )
    assert str(inspect.signature(api.replace.sync_detailed)).replace("'", "").split(" -> ")[0] == (
        "(client: Client, *, shelf: str, book_id: UUID, body: list[Book], trace: str)"
    )


def test_builds_requests(api: Api) -> None:
    """A request carries what was given, in the spelling of JSON, and nothing of what was not."""
    kinds = api.models.Kind
    request = api.sent(
        "list_o_auth_2_books",
        shelf=7,
        book_id=ID,
        trace=True,
        query="a&b=c",
        path="p",
        tags=["x y", "z"],
        kinds=[kinds.NEW, kinds("other")],
        kind=api.models.ListOAuth2BooksKind.OLD,
        since=dt.datetime(2024, 1, 1, tzinfo=dt.UTC),
        day=dt.date(2024, 1, 2),
        date=2.5,
        class_="first",
        filterx=3,
        x_trace_id="t",
        x_count=0,
    )
    assert request.method == "GET"
    assert request.url.raw_path.partition(b"?")[0].decode() == f"/v1/shelves/7/books/{ID}/a%20b%20c"
    assert request.url.params.multi_items() == [
        *(("query", "a&b=c"), ("path", "p"), ("tags", "x y"), ("tags", "z"), ("kinds", "new")),
        *(("kinds", "other"), ("kind", "old"), ("since", "2024-01-01T00:00:00Z"), ("day", "2024-01-02")),
        *(("date", "2.5"), ("class", "first"), ("filter[x]", "3"), ("trace", "true")),
    ]
    assert (request.headers["X-Trace-Id"], request.headers["X-Count"]) == ("t", "0")
    assert request.content == b""
    least = api.sent("list_o_auth_2_books", shelf=7, book_id=ID, kind=kinds.NEW, x_count=1)
    assert least.url.params.multi_items() == [("kind", "new")]
    assert "X-Trace-Id" not in least.headers


@pytest.mark.parametrize(
    ("value", "path"), [("a/../b?c#d", "a%2F..%2Fb%3Fc%23d"), ("{book-id}", "%7Bbook-id%7D"), ("%", "%25")]
)
def test_path_parameters_stay_in_their_place(api: Api, value: str, path: str) -> None:
    """Whatever the value of a path parameter is, it remains one segment of the path."""
    request = api.sent("replace", shelf=value, book_id=ID, body=[], trace="t")
    assert request.url.raw_path.partition(b"?")[0].decode() == f"/v1/shelves/{path}/books/{ID}/a%20b%20c"


def test_sends_bodies(api: Api) -> None:
    """A body is sent as JSON, under the media type of the document and the names of the properties."""
    book = api.models.Book
    body = [book(title="T"), book.from_dict({"title": "U", "x": 1})]
    replace = api.sent("replace", shelf="1", book_id=ID, body=body, trace="t")
    assert replace.headers["Content-Type"] == "application/vnd.books+json"
    assert json.loads(replace.content) == [{"title": "T"}, {"title": "U", "x": 1}]
    moment = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    made = api.sent("import_", body=api.models.ImportBody(class_="c", at=moment))
    assert made.headers["Content-Type"] == "application/json"
    assert json.loads(made.content) == {"class": "c", "at": "2024-01-01T00:00:00Z"}
    without = api.sent("import_")
    assert (without.content, without.headers.get("Content-Type")) == (b"", None)
    assert api.sent("delete_notes", body="x").content == b'"x"'


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [
        (200, {"data": [{"title": "T"}]}, "ListOAuth2BooksResponse200"),
        (204, None, "NoneType"),
        (202, {"text": "t"}, "Note"),
    ],
)
def test_reads_successful_answers(api: Api, status: int, body: Any, found: str) -> None:
    """Each status is read as the document says, a single one before the range that it is in."""
    content = b"" if body is None else json.dumps(body).encode()
    response = api.call("list_o_auth_2_books", status, content, **BOOK)
    assert type(response.parsed).__name__ == found
    assert response.is_documented_success


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [
        (404, {"text": "t"}, "Note"),
        (422, {"message": "m"}, "Fault"),
        (500, {"message": "m"}, "Fault"),
        (503, None, "NoneType"),
    ],
)
def test_reads_errors(api: Api, status: int, body: Any, found: str) -> None:
    """Errors are read by their status, by its range, or as what the document says of all others."""
    content = b"" if body is None else json.dumps(body).encode()
    response = api.call("list_o_auth_2_books", status, content, **BOOK)
    assert type(response.parsed).__name__ == found
    assert not response.is_documented_success


def test_responses_that_are_not_described(api: Api) -> None:
    """One success stands for all of them; of several, and of errors, only those that are described are read."""
    assert api.call("import_", 200, b'{"id": 1}').parsed.id == 1
    assert api.call("replace", 200, b"anything", **REPLACED).is_documented_success
    assert api.call("import_", 400, b"").parsed is None
    assert api.call("delete_notes", 404, b"{}", body="x").parsed.message is None
    for name, given in (("import_", {}), ("delete_notes", {"body": "x"}), ("replace", REPLACED)):
        assert api.call(name, 500, b'{"message": "m"}', **given).parsed is None


def test_keeps_malformed_records_if_asked_to(api: Api) -> None:
    """`on_invalid` reaches the lists of a response."""
    content = b'{"data": [{"title": "T"}, {"title": 3}]}'
    with pytest.raises(api.package.DecodeError, match=r"data\[1\].title"):
        api.call("list_o_auth_2_books", 200, content, **BOOK)
    book, malformed = api.call("list_o_auth_2_books", 200, content, on_invalid="keep", **BOOK).parsed.data
    assert (book.title, malformed.path) == ("T", "data[1]")


def test_docstrings(api: Api) -> None:
    """The docstring of a function has summary, description and all parameters."""
    text = inspect.getdoc(api.list_o_auth_2_books.sync) or ""
    assert text.startswith("List books\n\nAll of them.\n\nArgs:\n    client: ")
    assert "\n    shelf: The path parameter shelf.\n" in text
    assert "\n    query: Words, searched for.\n" in text
    assert "\nNone omits a parameter; the API applies its default.\n" in text
    replace = inspect.getdoc(api.replace.sync) or ""
    assert "None omits" not in replace
    assert replace.startswith("replace\n\nArgs:\n    client: ")


def test_operations_of_one_name_in_different_tags(package: Any) -> None:
    """They are told apart by the package that their tag has."""
    rendered = package("""
        paths:
          /a: {get: {operationId: list-all, tags: [a], responses: {'204': {description: Nothing.}}}}
          /b: {get: {operationId: listAll, tags: [b], responses: {'204': {description: Nothing.}}}}
        """)
    for tag in ("a", "b"):
        operation = importlib.import_module(f"{rendered.__name__}.api.{tag}.list_all")
        assert vars(operation)["_request"]().path == f"/{tag}"
