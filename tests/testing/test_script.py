"""What a test says beforehand happens to the requests it means; what was asked can be looked at afterwards."""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from callrounded.testing import FakeRounded, Fault, ReceivedRequest, Reply

PATH = "/v1/phone-numbers"


def statuses(client: httpx.Client, pages: Iterable[int]) -> list[int]:
    """Ask for each of the pages and return the statuses of the answers."""
    return [client.get(PATH, params={"page": page}).status_code for page in pages]


def test_a_fault_befalls_the_next_request_once(client: httpx.Client, fake: FakeRounded) -> None:
    """Without a condition the fault takes the next request, and only that."""
    fake.fail(Fault.status(503))

    assert statuses(client, [1, 1]) == [503, 200]


def test_a_status_is_no_fault(fake: FakeRounded) -> None:
    """It is refused here, not at the request that meets it."""
    with pytest.raises(TypeError, match=r"such as Fault\.status\(503\), not 503"):
        fake.fail(503)  # type: ignore[arg-type]


def test_faults_queue(client: httpx.Client, fake: FakeRounded) -> None:
    """One request meets one fault; the next fault waits for the next request."""
    fake.fail(Fault.status(503), times=2)
    fake.fail(Fault.status(429))

    assert statuses(client, [1, 1, 1, 1]) == [503, 503, 429, 200]


def test_a_fault_can_wait_for_a_page(client: httpx.Client, fake: FakeRounded) -> None:
    """`page` is the number that is asked for."""
    fake.fail(Fault.status(500), page=2, times=2)

    assert statuses(client, [1, 2, 3, 2, 2]) == [200, 500, 200, 500, 200]


def test_a_fault_can_wait_for_a_request(client: httpx.Client, fake: FakeRounded) -> None:
    """`request` is the number in the order of arrival, counted from the beginning or the last reset."""
    fake.fail(Fault.status(500), request=3)
    assert statuses(client, [1, 1, 1, 1]) == [200, 200, 500, 200]

    fake.reset()
    fake.fail(Fault.status(500), request=1)
    assert statuses(client, [1, 1]) == [500, 200]


def test_a_fault_can_wait_for_anything(client: httpx.Client, fake: FakeRounded) -> None:
    """`when` decides by the request, together with the other conditions; `times=None` never ends."""
    fake.fail(Fault.status(500), when=lambda request: request.params.get("limit") == "9", page=1, times=None)

    answers = [
        client.get(PATH, params={"page": page, "limit": limit}) for page, limit in [(1, 9), (1, 8), (2, 9), (1, 9)]
    ]

    assert [answer.status_code for answer in answers] == [500, 200, 200, 500]


@pytest.mark.parametrize("limit", [1, 7, 50])
def test_cursors_have_pages_too(client: httpx.Client, fake: FakeRounded, limit: int) -> None:
    """In cursor mode `page` counts the pages before the cursor, although cursors carry no number."""
    fake.fail(Fault.status(500), page=3)
    cursor: str | None = ""
    answered: list[int] = []
    for _ in range(4):
        response = client.get(PATH, params={"use_cursor": "true", "cursor": cursor or "", "limit": limit})
        answered.append(response.status_code)
        if response.is_success:
            cursor = response.json()["next_cursor"]

    assert answered == [200, 200, 500, 200]
    assert [request.page for request in fake.requests] == [1, 2, 3, 3]


def test_the_page_of_a_cursor_survives_changes(fake: FakeRounded, client: httpx.Client) -> None:
    """Records that are added, removed or skipped as ties shift a cursor by less than a page."""
    records = fake.records
    fake.add(at=records[49]["created_at"])
    fake.remove(records[0]["id"])
    fake.remove(records[1]["id"])

    client.get(PATH, params={"use_cursor": "true", "cursor": records[49]["created_at"]})
    client.get(PATH, params={"use_cursor": "true", "cursor": records[100]["created_at"]})

    assert [request.page for request in fake.requests] == [2, 3]


@pytest.mark.parametrize("request_line", [("GET", "/"), ("POST", PATH), ("GET", f"{PATH}?page=0")])
def test_what_is_no_list_request_has_no_page(
    client: httpx.Client, fake: FakeRounded, request_line: tuple[str, str]
) -> None:
    """A condition on the page is then not fulfilled."""
    fake.fail(Fault.status(500), page=1)

    assert client.request(*request_line).status_code in (404, 405, 422)
    assert fake.requests[0].page is None


def test_an_override_turns_the_answer_into_another(client: httpx.Client, fake: FakeRounded) -> None:
    """It gets the request and the honest reply; several are applied in turn, and a fault after them."""
    fake.override(lambda request, reply: reply.with_envelope(message=f"page {request.page}"), times=None)
    fake.override(lambda request, reply: reply.with_envelope(message=reply.envelope["message"] + "!"), page=2)
    fake.fail(Fault.envelope(without=["status"]), page=2)

    first, second = (client.get(PATH, params={"page": page}).json() for page in (1, 2))

    assert (first["message"], first["status"]) == ("page 1", 200)
    assert second["message"] == "page 2!"
    assert "status" not in second


def test_a_hook_runs_before_the_answer(client: httpx.Client, fake: FakeRounded) -> None:
    """Records that a hook adds or removes are there, or gone, in the very answer it ran before."""
    seen: list[ReceivedRequest] = []

    def shift(fake: FakeRounded, request: ReceivedRequest) -> None:
        seen.append(request)
        fake.add()

    before = fake.records
    fake.before(shift, page=2)

    first, second, again = (client.get(PATH, params={"page": page}).json() for page in (1, 2, 2))

    assert [request.page for request in seen] == [2]
    assert first["total_items"] == 120
    assert second["total_items"] == again["total_items"] == 121
    assert second["data"] == before[49:99]


@pytest.mark.parametrize(("by", "total"), [(2, 122), (-2, 118)])
def test_a_page_can_shift(client: httpx.Client, fake: FakeRounded, by: int, total: int) -> None:
    """Records that are added come first and push the others on; those that are removed pull them back."""
    before = fake.records
    fake.shift(by, page=2)

    first, second = (client.get(PATH, params={"page": page}).json() for page in (1, 2))

    assert first["data"] == before[:50]
    assert second["data"] == before[50 - by : 100 - by]
    assert (first["total_items"], second["total_items"]) == (120, total)


def test_a_total_can_change_without_its_records(client: httpx.Client, fake: FakeRounded) -> None:
    """An envelope can claim any total."""
    fake.fail(Fault.envelope(total_items=121), page=2)

    assert [client.get(PATH, params={"page": page}).json()["total_items"] for page in (1, 2, 3)] == [120, 121, 120]


def test_an_unknown_condition_is_an_error(fake: FakeRounded) -> None:
    """A misspelled one would never be fulfilled, or always."""
    conditions: Any = {"pgae": 2}

    with pytest.raises(TypeError, match="pgae"):
        fake.fail(Fault.reset(), **conditions)


def test_every_hook_that_is_meant_runs(client: httpx.Client, fake: FakeRounded) -> None:
    """Hooks do not queue: each of them counts for itself."""
    ran: list[str] = []
    fake.before(lambda fake, request: ran.append("once"))
    fake.before(lambda fake, request: ran.append("always"), times=None)

    statuses(client, [1, 1])

    assert ran == ["once", "always", "always"]


def repeat_first_page(fake: FakeRounded) -> None:
    """Answer the first page whatever is asked for."""
    fake.override(lambda request, reply: fake.answer_to(page=1), times=None)


def hand_out_two_cursors_in_turn(fake: FakeRounded) -> None:
    """Answer A, B, A, B."""
    cursors = [fake.records[index]["created_at"] for index in (49, 99)]
    fake.override(lambda request, reply: reply.with_envelope(next_cursor=cursors[request.number % 2]), times=None)


def grow_for_ever(fake: FakeRounded) -> None:
    """Always have one more page."""
    fake.override(lambda request, reply: reply.with_envelope(total_pages=request.number + 1), times=None)


def cap_the_page_size(fake: FakeRounded) -> None:
    """Never put more than 20 records on a page."""
    fake.override(lambda request, reply: fake.answer_to(page=request.page, limit=20), times=None)


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        (repeat_first_page, {"current_page": [1, 1, 1]}),
        (hand_out_two_cursors_in_turn, {"next_cursor": ["B", "A", "B"]}),
        (grow_for_ever, {"total_pages": [2, 3, 4]}),
        (cap_the_page_size, {"total_pages": [6, 6, 6], "current_page": [1, 2, 3]}),
    ],
)
def test_servers_that_never_end_can_be_scripted(
    client: httpx.Client, fake: FakeRounded, server: Any, expected: dict[str, list[Any]]
) -> None:
    """The misbehaviour that a paging loop must be guarded against takes one override."""
    server(fake)
    letters = {fake.records[49]["created_at"]: "A", fake.records[99]["created_at"]: "B"}
    envelopes = [client.get(PATH, params={"page": page}).json() for page in (1, 2, 3)]

    for name, values in expected.items():
        assert [letters.get(envelope[name], envelope[name]) for envelope in envelopes] == values


def test_a_request_is_remembered_as_it_came(client: httpx.Client, fake: FakeRounded) -> None:
    """Method, path and query are those that were sent; of the key there is no trace."""
    client.get(f"{PATH}?use_cursor=true&cursor=2023-11-07T05%3A31%3A56%2B00%3A00&limit=", headers={"X-Trace": "1"})

    (request,) = fake.requests
    assert (request.number, request.method, request.path) == (1, "GET", PATH)
    assert request.query == "use_cursor=true&cursor=2023-11-07T05%3A31%3A56%2B00%3A00&limit="
    assert request.params == {"use_cursor": "true", "cursor": "2023-11-07T05:31:56+00:00", "limit": ""}
    assert (request.headers["x-trace"], request.headers["x-api-key"]) == ("1", "[redacted]")
    assert "test-key" not in repr(request)
    assert request.received_at > 0


def test_a_reset_forgets_everything_but_the_records(client: httpx.Client, fake: FakeRounded) -> None:
    """Requests, faults, overrides and hooks are gone; the records stay."""
    client.get(PATH)
    fake.fail(Fault.status(500), times=None)
    fake.override(lambda request, reply: Reply(500), times=None)
    fake.before(lambda fake, request: fake.remove("no such record"), times=None)

    fake.reset()

    assert (fake.requests, fake.max_in_flight, fake.total_items) == ([], 0, 120)
    assert statuses(client, [1]) == [200]


def test_an_answer_can_be_looked_at_without_asking(fake: FakeRounded) -> None:
    """`answer_to` is the honest answer: no key, no fault, no trace."""
    fake.fail(Fault.status(500))

    assert fake.answer_to(page=2, limit=None).envelope["current_page"] == 2
    assert fake.answer_to(use_cursor=False).envelope["current_page"] == 1
    assert fake.answer_to(limit=0).status == 422
    assert fake.requests == []


def test_a_fake_says_what_it_is(client: httpx.Client, fake: FakeRounded) -> None:
    """The repr tells the records and the requests, and no key."""
    client.get(PATH)

    assert repr(fake) == "<FakeRounded: 120 records, 1 requests>"
    assert repr(Fault.status(503)) == "Fault.status(503)"


def test_threads_share_a_fake(fake: FakeRounded) -> None:
    """No request is lost or counted twice, a fault takes as many as it should, and the records stay whole."""
    fake.fail(Fault.status(503), times=50)
    barrier = threading.Barrier(8)

    def work(number: int) -> list[int]:
        barrier.wait()
        key = {"X-Api-Key": "test-key"}
        with httpx.Client(transport=fake.transport(), base_url="https://api.callrounded.com", headers=key) as client:
            answered: list[int] = []
            for _ in range(40):
                record = fake.add()
                answered.append(client.get(PATH, params={"limit": 1000}).status_code)
                fake.remove(record["id"])
            return answered

    with ThreadPoolExecutor(8) as pool:
        answered = [status for worker in pool.map(work, range(8)) for status in worker]

    assert sorted(answered) == [200] * 270 + [503] * 50
    assert sorted(request.number for request in fake.requests) == list(range(1, 321))
    assert (fake.total_items, fake.in_flight) == (120, 0)
    assert 1 <= fake.max_in_flight <= 8
