"""The fake answers as the provider's page says, and where the page is silent as its own docstrings say."""

from typing import Any

import httpx
import pytest

from callrounded.testing import FakeRounded, sample_records
from callrounded_generated import AuthenticatedClient
from callrounded_generated.api.phone_numbers import list_phone_numbers

PATH = "/v1/phone-numbers"


def ids(envelope: dict[str, Any]) -> list[str]:
    """Return the ids of a page."""
    return [record["id"] for record in envelope["data"]]


def fault_fields(response: httpx.Response) -> list[str]:
    """Return the parameters that an error blames."""
    return [detail["field"] for detail in response.json()["error"]["details"]]


def test_a_page_holds_fifty_records_unless_asked_otherwise(client: httpx.Client, fake: FakeRounded) -> None:
    """Without parameters the answer is the first fifty records and the totals of page mode."""
    response = client.get(PATH)

    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    envelope = response.json()
    assert envelope.pop("data") == fake.records[:50]
    assert envelope == {
        "message": "Calls retrieved successfully",
        "error": None,
        "status": 200,
        "next_cursor": None,
        "current_page": 1,
        "total_pages": 3,
        "total_items": 120,
    }


def test_the_last_page_is_short(client: httpx.Client, fake: FakeRounded) -> None:
    """The last page holds what is left."""
    assert client.get(PATH, params={"page": 3}).json()["data"] == fake.records[100:]


def test_beyond_the_last_page_there_is_an_empty_one(client: httpx.Client) -> None:
    """A page number too high is no error: the page is empty, the totals are those of the listing."""
    envelope = client.get(PATH, params={"page": 10**30, "limit": 7}).json()

    assert envelope["data"] == []
    assert (envelope["current_page"], envelope["total_pages"], envelope["total_items"]) == (10**30, 18, 120)


def test_a_listing_of_nothing_has_no_pages() -> None:
    """Without records there is an empty page 1 of none, and no cursor."""
    fake = FakeRounded()

    page, cursor = fake.answer_to().envelope, fake.answer_to(use_cursor=True).envelope

    assert (page["data"], page["total_pages"], page["total_items"]) == ([], 0, 0)
    assert (cursor["data"], cursor["next_cursor"]) == ([], None)


@pytest.mark.parametrize("order", ["newest_first", "oldest_first"])
@pytest.mark.parametrize("limit", [1, 7, 40, 119, 120, 1000])
def test_following_the_cursor_lists_every_record_once(order: Any, limit: int) -> None:
    """In cursor mode each page begins after the last record of the one before, and the last page has no cursor."""
    fake = FakeRounded(records=120, order=order)
    listed: list[str] = []
    cursor, pages = None, 0
    while True:
        envelope = fake.answer_to(use_cursor=True, cursor=cursor, limit=limit).envelope
        listed += ids(envelope)
        pages += 1
        assert (envelope["current_page"], envelope["total_pages"], envelope["total_items"]) == (None, None, None)
        if (cursor := envelope["next_cursor"]) is None:
            break
        assert cursor == envelope["data"][-1]["created_at"]

    assert listed == [record["id"] for record in fake.records]
    assert pages == -(-120 // limit)


def test_records_that_tie_at_a_border_are_skipped() -> None:
    """A cursor is a created_at: what shares it with the last record of a page is on no page."""
    records = sample_records(6)
    records[2]["created_at"] = records[3]["created_at"]
    fake = FakeRounded(records=records, order="oldest_first")

    first = fake.answer_to(use_cursor=True, limit=3).envelope
    second = fake.answer_to(use_cursor=True, limit=3, cursor=first["next_cursor"]).envelope

    assert ids(first) + ids(second) == [record["id"] for record in records if record is not records[3]]


def test_a_cursor_need_not_be_that_of_a_record() -> None:
    """Any moment is a cursor, in any offset; the record it was taken from may be gone."""
    fake = FakeRounded(records=10)
    records = fake.records
    fake.remove(records[4]["id"])

    gone = fake.answer_to(use_cursor=True, cursor=records[4]["created_at"]).envelope
    elsewhere = fake.answer_to(use_cursor=True, cursor=records[4]["created_at"].replace("Z", "+00:00")).envelope

    assert ids(gone) == ids(elsewhere) == [record["id"] for record in records[5:]]


def test_a_cursor_counts_in_cursor_mode_only(client: httpx.Client, fake: FakeRounded) -> None:
    """In page mode a cursor says nothing, readable or not."""
    for cursor in (fake.records[60]["created_at"], "nonsense"):
        assert client.get(PATH, params={"cursor": cursor}).json() == fake.answer_to().envelope


@pytest.mark.parametrize("nothing", ["", "null"])
def test_null_is_as_good_as_absent(client: httpx.Client, fake: FakeRounded, nothing: str) -> None:
    """The parameters that may be null take an empty value, or the word, for it."""
    query = {"limit": nothing, "use_cursor": nothing, "cursor": nothing}

    assert client.get(PATH, params=query).json() == fake.answer_to().envelope
    assert client.get(PATH, params=query | {"use_cursor": "true"}).json() == fake.answer_to(use_cursor=True).envelope


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=", "page"),
        ("page=null", "page"),
        ("page=one", "page"),
        ("page=1.5", "page"),
        ("page=%D9%A1", "page"),
        (f"page={'9' * 1001}", "page"),
        ("page=1&page=2", "page"),
        ("use_cursor=true&cursor=2023-11-07T05:31:56Z&cursor=2023-11-07T05:31:56Z", "cursor"),
        ("use_cursor=true&cursor=2023-11-07", "cursor"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=true", "limit"),
        ("limit=%2050", "limit"),
        ("use_cursor=True", "use_cursor"),
        ("use_cursor=1", "use_cursor"),
        ("use_cursor=true&cursor=yesterday", "cursor"),
        ("use_cursor=true&cursor=2023-11-07T05:31:56", "cursor"),
        # A plus sign that a client forgot to quote arrives as a space.
        ("use_cursor=true&cursor=2023-11-07T05:31:56+00:00", "cursor"),
    ],
)
def test_an_unusable_parameter_is_named(client: httpx.Client, query: str, field: str) -> None:
    """A query that cannot be read is a 422 whose details name the parameter at fault."""
    response = client.get(f"{PATH}?{query}")

    assert response.status_code == 422
    assert fault_fields(response) == [field]
    error = response.json()["error"]
    assert (error["status"], error["type"], response.json()["status"]) == (422, "generic_error", 422)


def test_every_unusable_parameter_is_named(client: httpx.Client) -> None:
    """One answer tells all that is wrong with a query."""
    response = client.get(PATH, params={"page": 0, "limit": 5000, "use_cursor": "yes"})

    assert fault_fields(response) == ["page", "limit", "use_cursor"]
    assert response.json()["error"]["details"][1]["message"] == "must be an integer from 1 to 1000"


def test_an_unknown_parameter_is_refused(client: httpx.Client, fake: FakeRounded) -> None:
    """A filter that has no effect would make a test pass that fails against the real API."""
    response = client.get(PATH, params={"page": 1, "colour": "blue"})

    assert response.status_code == 400
    assert fault_fields(response) == ["colour"]
    assert fake.answer_to(colour="blue").status == 400


def test_the_generated_client_can_talk_to_the_fake() -> None:
    """Its parameters are understood, and its models read the envelope."""
    client = AuthenticatedClient(
        token="test-key", httpx_args={"transport": FakeRounded(records=3).transport(), "trust_env": False}
    )

    page = list_phone_numbers.sync(client=client, page=1, limit=2, use_cursor=False)
    beyond = list_phone_numbers.sync(client=client, use_cursor=True, cursor="2001-01-01T00:00:00Z")

    assert (len(page.data), len(beyond.data)) == (2, 0)


@pytest.mark.parametrize("page", [4, 10**30])
def test_beyond_the_last_page_there_can_be_nothing(client: httpx.Client, fake: FakeRounded, page: int) -> None:
    """With `beyond_end="not_found"`, a page number too high is a 404."""
    fake.beyond_end = "not_found"

    response = client.get(PATH, params={"page": page})

    assert response.status_code == response.json()["error"]["status"] == 404
    assert client.get(PATH, params={"page": 3}).status_code == 200


def test_an_empty_listing_is_not_beyond_its_end() -> None:
    """The first page is there, whatever the mode."""
    fake = FakeRounded(beyond_end="not_found")

    assert fake.answer_to().envelope["data"] == fake.answer_to(use_cursor=True).envelope["data"] == []


def test_a_cursor_at_the_end_is_no_page_beyond_it() -> None:
    """In cursor mode the end is an empty page."""
    fake = FakeRounded(records=3, beyond_end="not_found")

    assert fake.answer_to(use_cursor=True, cursor=fake.records[-1]["created_at"]).envelope["data"] == []


@pytest.mark.parametrize("use_cursor", [False, True])
def test_the_totals_can_be_absent(fake: FakeRounded, use_cursor: bool) -> None:
    """With `totals=False`, no envelope says how many records there are; all else is the same."""
    with_totals = fake.answer_to(use_cursor=use_cursor).envelope
    fake.totals = False

    envelope = fake.answer_to(use_cursor=use_cursor).envelope

    assert set(with_totals) - set(envelope) == {"total_items", "total_pages"}
    assert with_totals | envelope == with_totals


@pytest.mark.parametrize("headers", [{}, {"X-Api-Key": "wrong"}, {"X-Api-Key": ""}, {"Authorization": "test-key"}])
def test_without_an_accepted_key_there_is_no_answer(fake: FakeRounded, headers: dict[str, str]) -> None:
    """No key, or a wrong one, is a 401."""
    with httpx.Client(transport=fake.transport()) as client:
        response = client.get(f"https://api.callrounded.com{PATH}", headers=headers)

    assert response.status_code == 401
    assert response.json()["error"]["status"] == 401


def test_several_keys_can_be_accepted() -> None:
    """Each of the keys opens the API, and the default key then does not."""
    fake = FakeRounded(api_keys=["one", "two"])
    with httpx.Client(transport=fake.transport(), base_url="https://api.callrounded.com") as client:
        statuses = [client.get(PATH, headers={"X-Api-Key": key}).status_code for key in ("one", "two", "test-key")]

    assert statuses == [200, 200, 401]


@pytest.mark.parametrize("path", ["/", "/v1", f"{PATH}/", f"{PATH}/elsewhere", f"/v0{PATH}"])
def test_there_is_nothing_else(client: httpx.Client, path: str) -> None:
    """Another path is a 404 in the error envelope."""
    response = client.get(path)

    assert response.status_code == 404
    assert response.json()["error"]["type"] == "generic_error"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "BREW"])
def test_the_list_can_only_be_read(client: httpx.Client, method: str) -> None:
    """Another method is a 405 that says which one is allowed; only HEAD gets no body with it."""
    response = client.request(method, PATH)

    assert response.status_code == 405
    assert response.headers["allow"] == "GET"
    assert bool(response.content) == (method != "HEAD")


def test_each_answer_has_an_identifier(client: httpx.Client) -> None:
    """X-Request-Id tells the answers apart, those of an error included."""
    assert client.get(PATH).headers["x-request-id"] == "fake-1"
    assert client.get("/nowhere").headers["x-request-id"] == "fake-2"
