"""list, iter_all and list_all as users call them, in both worlds."""

import inspect
import json
import threading
from contextlib import suppress
from typing import Any

import pytest
from attrs import define

from callrounded import (
    AsyncListResource,
    AsyncRounded,
    ClientClosedError,
    ConfigurationError,
    IncompleteListingError,
    InternalServerError,
    ListResource,
    NotFoundError,
    Page,
    PaginationError,
    PaginationLoopError,
    PhoneNumber,
    Progress,
    Rounded,
    UnknownPhoneNumber,
)
from callrounded._listing import ListingOptions
from callrounded.testing import FakeRounded, Fault, ReceivedRequest, Reply
from callrounded_generated.api.phone_numbers import list_phone_numbers
from tests.overrides.conftest import KEY, Client, World


def fake_of(records: int, **options: Any) -> FakeRounded:
    """An API of so many records that knows KEY."""
    return FakeRounded(records, api_keys=[KEY], **options)


def client_of(world: World, fake: FakeRounded, **options: Any) -> Client:
    """A client of *fake*, without a network."""
    return world.client(http_client=world.httpx_client(transport=fake.transport()), **options)


async def list_all(client: Client, **arguments: Any) -> list[PhoneNumber]:
    """All records at once."""
    if isinstance(client, Rounded):
        return client.phone_numbers.list_all(**arguments)
    return await client.phone_numbers.list_all(**arguments)


async def iter_all(client: Client, received: list[PhoneNumber] | None = None, **arguments: Any) -> list[PhoneNumber]:
    """All records one by one; *received* has them also if an error ends them."""
    received = [] if received is None else received
    if isinstance(client, AsyncRounded):
        async for record in client.phone_numbers.iter_all(**arguments):
            received.append(record)
    else:
        for record in client.phone_numbers.iter_all(**arguments):
            received.append(record)
    return received


async def walk(client: Client, **arguments: Any) -> list[PhoneNumber]:
    """All records by walking from the first page on."""
    if isinstance(client, AsyncRounded):
        return [record async for record in client.phone_numbers.list(**arguments)]
    return list(client.phone_numbers.list(**arguments))


def close_soon(client: Client) -> None:
    """Close a client from within a listing."""
    closing = client.close()
    if closing is not None:
        with suppress(StopIteration):
            closing.send(None)  # Nothing is open that closing would wait for.


WAYS = [list_all, iter_all, walk]


def ids(records: list[PhoneNumber]) -> list[str]:
    """The ids of *records* as the API writes them."""
    return [str(record.id) for record in records]


def listed(fake: FakeRounded) -> list[str]:
    """The ids of the records of *fake*, in the order in which it lists them."""
    return [record["id"] for record in fake.records]


def params(fake: FakeRounded) -> list[dict[str, str]]:
    """The query of each request."""
    return [request.params for request in fake.requests]


class TestWhatIsSent:
    """The query."""

    async def test_list_sends_what_is_given(self, world: World) -> None:
        """What is not given is the server's to decide."""
        fake = fake_of(5)
        client = client_of(world, fake)

        await world.list(client)
        await world.list(client, page=2, limit=None, cursor=None)
        await world.list(client, limit=2, use_cursor=False)

        assert params(fake) == [{}, {"page": "2"}, {"limit": "2", "use_cursor": "false"}]

    @pytest.mark.parametrize("way", [list_all, iter_all])
    async def test_pages_are_large(self, world: World, way: Any) -> None:
        """1,000 records each unless said otherwise."""
        fake = fake_of(1001)

        await way(client_of(world, fake))

        assert params(fake) == [{"page": "1", "limit": "1000"}, {"page": "2", "limit": "1000"}]

    @pytest.mark.parametrize("way", WAYS)
    async def test_a_cursor_goes_back_as_it_came(self, world: World, way: Any) -> None:
        """Whatever it looks like; and in cursor mode there is no page number."""
        fake = fake_of(4)
        strange = "2023-11-07T05:31:56+00:00 &=%2F é"
        fake.override(lambda _, reply: Reply.of(reply.envelope | {"next_cursor": strange}), request=1)
        fake.override(lambda _, __: fake.answer_to(use_cursor=True, cursor=fake.records[1]["created_at"]), request=2)

        records = await way(client_of(world, fake), limit=2, use_cursor=True)

        assert ids(records) == listed(fake)
        assert params(fake)[:2] == [
            {"limit": "2", "use_cursor": "true"},
            {"limit": "2", "use_cursor": "true", "cursor": strange},
        ]

    @pytest.mark.parametrize("way", WAYS)
    async def test_a_cursor_implies_cursor_mode(self, world: World, way: Any) -> None:
        """It is also a place to start; how many records stand before it nobody knows, so nothing is compared."""
        fake = fake_of(5)

        records = await way(client_of(world, fake), limit=2, cursor=fake.records[0]["created_at"])

        assert ids(records) == listed(fake)[1:]
        assert all(sent["use_cursor"] == "true" for sent in params(fake))


class Search:
    """A list operation with filters, as the generated package has them; one is called like a parameter of ours."""

    __name__ = "callrounded_generated.api.search"

    def __init__(self) -> None:
        self.filters: list[dict[str, Any]] = []
        self.sync = list_phone_numbers.sync

    def sync_detailed(self, client: Any, *, tag: str | None = None, verify: bool | None = None, **paging: Any) -> Any:
        """Note the filters, and list numbers."""
        self.filters.append({"tag": tag, "verify": verify})
        return list_phone_numbers.sync_detailed(client, **paging)

    async def asyncio_detailed(self, client: Any, *, tag: str | None = None, verify: Any = None, **paging: Any) -> Any:
        """Do the same for asyncio."""
        self.filters.append({"tag": tag, "verify": verify})
        return await list_phone_numbers.asyncio_detailed(client, **paging)


@define(frozen=True, kw_only=True)
class SearchOptions(ListingOptions):
    """The lines that filters need."""

    tag: str | None = None


@pytest.fixture
def search() -> Search:
    """That operation."""
    return Search()


def searching(world: World, fake: FakeRounded, search: Any, **options: Any) -> Client:
    """A client whose resource is of that operation."""
    client = client_of(world, fake, **options)
    kind: Any = ListResource if isinstance(client, Rounded) else AsyncListResource
    made = type("Searching", (type(client),), {"phone_numbers": kind(search, SearchOptions)})
    found: Client = object.__new__(made)
    vars(found).update(vars(client))
    return found


class TestAnotherEndpoint:
    """A line or two expose another list operation, with the parameters that it has."""

    @pytest.mark.parametrize("way", [list_all, iter_all])
    @pytest.mark.parametrize("use_cursor", [None, True])
    async def test_its_filters_go_with_every_request(
        self, world: World, search: Search, way: Any, use_cursor: bool | None
    ) -> None:
        """The one for the total included; a checkpoint has them too."""
        fake = fake_of(25)
        fake.fail(Fault.status(500), page=2)
        client = searching(world, fake, search, max_retries=0)

        with pytest.raises(InternalServerError) as caught:
            await way(client, limit=10, use_cursor=use_cursor, tag="a&b é")
        checkpoint = json.loads(json.dumps(caught.value.checkpoint))
        rest = await way(client, checkpoint=checkpoint)

        assert ids(rest) == listed(fake)[10:]
        assert search.filters == [{"tag": "a&b é", "verify": None}] * len(fake.requests)

    async def test_a_filter_that_is_called_like_an_argument_is_not_swallowed(
        self, world: World, search: Search
    ) -> None:
        """It cannot be told which of the two is meant; list() sends it, to each page."""
        fake = fake_of(25)
        client = searching(world, fake, search)

        with pytest.raises(ConfigurationError, match=r"has a parameter verify of its own: pass it to list\(\)"):
            await list_all(client, verify=False)
        with pytest.raises(ConfigurationError, match="verify"):
            await iter_all(client, verify=True)
        assert fake.requests == []
        await walk(client, limit=10, verify=True)

        assert search.filters == [{"tag": None, "verify": True}] * 3

    @pytest.mark.parametrize("filters", [{"x": 1}, {"page": 2}, {"cursor": "2024-01-01T00:00:00Z"}])
    async def test_a_checkpoint_has_filters_of_its_operation(self, world: World, filters: dict[str, Any]) -> None:
        """Otherwise it is damaged."""
        client = client_of(world, fake_of(25))
        page = await world.list(client, limit=10)
        checkpoint = json.loads(json.dumps(page.checkpoint)) | {"filters": filters}

        with pytest.raises(ConfigurationError, match="damaged"):
            await list_all(client, checkpoint=checkpoint)

    async def test_a_checkpoint_belongs_to_its_operation(self, world: World, search: Search) -> None:
        """The place in one list is none in another."""
        fake = fake_of(25)
        page = await world.list(client_of(world, fake), limit=10)

        with pytest.raises(ConfigurationError, match="'list_phone_numbers'"):
            await list_all(searching(world, fake, search), checkpoint=page.checkpoint)
        with pytest.raises(ConfigurationError, match="leave out tag"):
            await list_all(searching(world, fake, search), checkpoint=page.checkpoint, tag="other")


class TestSignatures:
    """What help() and notebooks show."""

    async def test_list_has_the_parameters_of_its_operation(self, world: World) -> None:
        """With their types and defaults."""
        operation = inspect.signature(list_phone_numbers.sync_detailed).parameters
        shown = inspect.signature(client_of(world, fake_of(0)).phone_numbers.list).parameters

        assert list(shown.values()) == [each for name, each in operation.items() if name != "client"]

    @pytest.mark.parametrize("method", ["iter_all", "list_all"])
    async def test_the_others_have_those_of_a_listing(self, world: World, search: Search, method: str) -> None:
        """And the filters, where there are any."""
        client, other = client_of(world, fake_of(0)), searching(world, fake_of(0), search)

        assert inspect.signature(getattr(client.phone_numbers, method)) == inspect.signature(ListingOptions).replace(
            return_annotation=inspect.signature(getattr(client.phone_numbers, method)).return_annotation
        )
        assert "tag" in inspect.signature(getattr(other.phone_numbers, method)).parameters


class TestArguments:
    """Arguments that cannot be used."""

    @pytest.mark.parametrize("method", ["iter_all", "list_all"])
    @pytest.mark.parametrize(
        "arguments",
        [
            {"limit": 0},
            {"page": 0},
            {"max_items": -1},
            {"concurrency": 0},
            {"concurrency": True},
            {"limit": "10"},
            {"use_cursor": False, "cursor": "x"},
            {"page": 2, "cursor": "x"},
            {"page": 2, "use_cursor": True},
            {"checkpoint": {}},
        ],
    )
    async def test_they_are_refused_at_once(self, world: World, method: str, arguments: dict[str, Any]) -> None:
        """Before anything is sent, and before the first record is asked for."""
        fake = fake_of(1)

        async def start() -> None:
            await getattr(client_of(world, fake).phone_numbers, method)(**arguments)

        with pytest.raises(ConfigurationError):
            await start()

        assert fake.requests == []

    async def test_an_unknown_parameter_is_a_type_error(self, world: World) -> None:
        """As for any function; it names no class that the caller does not know."""
        client = client_of(world, fake_of(1))

        with pytest.raises(TypeError, match=r"^got an unexpected keyword argument 'pages'"):
            await list_all(client, pages=1)
        with pytest.raises(TypeError, match=r"^got an unexpected keyword argument 'pages'"):
            await iter_all(client, pages=1)
        with pytest.raises(TypeError, match="pages"):
            await world.list(client, pages=1)
        with pytest.raises(TypeError, match="serach"):
            await world.list(client, serach=None)
        with pytest.raises(TypeError, match="by name"):
            client.phone_numbers.list(1)  # type: ignore[call-arg]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"use_cursor": False, "cursor": "x"}, "use_cursor=False"),
            ({"page": 2, "cursor": "x"}, "page= is for page mode"),
            ({"page": 1, "use_cursor": True}, "page= is for page mode"),
        ],
    )
    @pytest.mark.parametrize("method", ["list", "iter_all", "list_all"])
    async def test_the_two_modes_are_not_mixed(
        self, world: World, method: str, arguments: dict[str, Any], message: str
    ) -> None:
        """No parameter is dropped without a word, in none of the methods."""
        fake = fake_of(1)

        async def start() -> None:
            await getattr(client_of(world, fake).phone_numbers, method)(**arguments)

        with pytest.raises(ConfigurationError, match=message):
            await start()
        assert fake.requests == []


class TestComplete:
    """Every record, once, in the order of the server."""

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("use_cursor", [None, False, True])
    @pytest.mark.parametrize("records", [0, 1, 7, 8, 50])
    async def test_all_pages(self, world: World, way: Any, use_cursor: bool | None, records: int) -> None:
        """In both modes; empty and full last pages included."""
        fake = fake_of(records)

        received = await way(client_of(world, fake), limit=7, use_cursor=use_cursor)

        assert ids(received) == listed(fake)

    @pytest.mark.parametrize("way", WAYS)
    async def test_a_cursor_may_include_its_record(self, world: World, way: Any) -> None:
        """The record that the cursor was taken from comes again on the next page, and is left out."""
        fake = fake_of(25)

        def answer(request: ReceivedRequest, reply: Reply) -> Reply:
            if "use_cursor" not in request.params:
                return reply
            places = [record["created_at"] for record in fake.records]
            start = places.index(request.params["cursor"]) if "cursor" in request.params else 0
            cursor = places[start + 9] if start + 10 < len(places) else None
            return Reply.of(reply.envelope | {"data": fake.records[start : start + 10], "next_cursor": cursor})

        fake.override(answer, times=None)

        assert ids(await way(client_of(world, fake), limit=10, use_cursor=True)) == listed(fake)

    @pytest.mark.parametrize("way", WAYS)
    async def test_one_page_is_one_request(self, world: World, way: Any) -> None:
        """Nothing more than needed."""
        fake = fake_of(5)

        await way(client_of(world, fake), limit=5)

        assert len(fake.requests) == 1

    @pytest.mark.parametrize("way", WAYS)
    async def test_the_server_may_cap_the_page_size(self, world: World, way: Any) -> None:
        """A page that is shorter than asked for is not the end."""
        fake = fake_of(25)
        fake.override(lambda request, _: fake.answer_to(page=request.page, limit=10), times=None)

        received = await way(client_of(world, fake), limit=1000)

        assert ids(received) == listed(fake)

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("without", [["total_items", "total_pages"], ["total_pages"], ["total_items"]])
    async def test_totals_may_be_missing(self, world: World, way: Any, without: list[str]) -> None:
        """Then an empty page is the end."""
        fake = fake_of(25)
        fake.fail(Fault.envelope(without=[*without, "current_page"]), times=None)

        received = await way(client_of(world, fake), limit=10)

        assert ids(received) == listed(fake)

    @pytest.mark.parametrize("way", WAYS)
    async def test_a_start_in_the_middle(self, world: World, way: Any) -> None:
        """What remains from there."""
        fake = fake_of(25)

        received = await way(client_of(world, fake), limit=10, page=2)

        assert ids(received) == listed(fake)[10:]

    @pytest.mark.parametrize("way", [list_all, iter_all])
    @pytest.mark.parametrize("clamped", [False, True])
    async def test_a_start_beyond_the_end(self, world: World, way: Any, clamped: bool) -> None:
        """Nothing, also if the server then hands out its last page."""
        fake = fake_of(25)
        if clamped:
            fake.override(lambda request, _: fake.answer_to(page=min(request.page or 1, 3), limit=10), times=None)

        assert await way(client_of(world, fake), limit=10, page=9) == []

    @pytest.mark.parametrize("way", [list_all, iter_all])
    @pytest.mark.parametrize(("max_items", "requests"), [(0, 0), (1, 1), (10, 1), (11, 2), (25, 3), (99, 3)])
    async def test_max_items(self, world: World, way: Any, max_items: int, requests: int) -> None:
        """So many records, and no more requests than they need."""
        fake = fake_of(25)

        received = await way(client_of(world, fake), limit=10, max_items=max_items)

        assert ids(received) == listed(fake)[:max_items]
        assert len(fake.requests) == requests

    @pytest.mark.parametrize("way", WAYS)
    async def test_many_records_that_are_added_at_once_are_no_loop(self, world: World, way: Any) -> None:
        """Pages that were read come again, and the total shows why."""
        fake = fake_of(150)
        fake.shift(60, page=6)

        assert sorted(ids(await way(client_of(world, fake), limit=10))) == sorted(listed(fake))

    async def test_a_change_does_not_make_max_items_read_it_all(self, world: World) -> None:
        """Where the API tells no total, either."""
        fake = fake_of(300)
        fake.totals = False
        fake.shift(1, page=2)

        assert ids(await list_all(client_of(world, fake), limit=5, max_items=20)) == listed(fake)[:20]
        assert len(fake.requests) < 20

    @pytest.mark.parametrize("max_items", [15, 20])
    async def test_an_iterator_with_no_room_for_what_it_missed_is_incomplete(
        self, world: World, max_items: int
    ) -> None:
        """It has yielded its maximum when the second pass finds the record that moved; a list begins again."""
        fake = fake_of(45)
        moved = listed(fake)[10]
        fake.before(lambda _, __: fake.remove(listed(fake)[0]), page=2)
        received: list[PhoneNumber] = []

        with pytest.raises(IncompleteListingError, match="no room for a record that was missed"):
            await iter_all(client_of(world, fake), received, limit=10, max_items=max_items, concurrency=1)

        assert (len(received), moved in ids(received)) == (max_items, False)
        fake.before(lambda _, __: fake.remove(listed(fake)[0]), page=2)
        whole = await list_all(client_of(world, fake), limit=10, max_items=max_items, concurrency=1)
        assert ids(whole) == listed(fake)[:max_items]

    @pytest.mark.parametrize("way", [list_all, iter_all])
    async def test_progress(self, world: World, way: Any) -> None:
        """Told after each page: records so far, the total where it is known, pages so far, and where to resume."""
        seen: list[Progress] = []

        await way(client_of(world, fake_of(25)), limit=10, on_progress=seen.append)

        assert [progress[:3] for progress in seen] == [(10, 25, 1), (20, 25, 2), (25, 25, 3)]
        rest = [len(await way(client_of(world, fake_of(25)), checkpoint=each.checkpoint)) for each in seen]
        assert rest == [15, 5, 0]

    async def test_progress_of_a_list_that_is_read_again(self, world: World) -> None:
        """It begins at 0 again, as its checkpoint does."""
        seen: list[Progress] = []
        fake = fake_of(25)
        fake.fail(Fault.envelope(total_items=28), page=3)

        await list_all(client_of(world, fake), limit=10, on_progress=seen.append)

        assert [progress.records for progress in seen] == [10, 20, 0, 10, 20, 25]
        assert [progress.checkpoint["count"] for progress in seen] == [10, 20, 0, 10, 20, 25]

    @pytest.mark.parametrize("way", WAYS)
    async def test_records_without_an_id_count_too(self, world: World, way: Any) -> None:
        """Records of a type that is newer than this release, and broken ones that are kept."""
        fake = fake_of(0)
        for number in range(25):
            fake.add({"id": f"no uuid {number}", "type": "fax", "created_at": f"2024-01-01T00:00:{number:02d}Z"})

        received = await way(client_of(world, fake, on_invalid="keep"), limit=10)

        assert [record.raw["id"] for record in received if isinstance(record, UnknownPhoneNumber)] == listed(fake)


class TestChanges:
    """Records are added and removed while they are listed."""

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("order", ["newest_first", "oldest_first"])
    @pytest.mark.parametrize("at_page", [2, 3, 5])
    @pytest.mark.parametrize("removed", [1, 9])
    async def test_removed_records_hide_no_others(
        self, world: World, way: Any, order: Any, at_page: int, removed: int
    ) -> None:
        """The listing is read again: list_all has it in order, an iterator cannot take back what it gave."""
        fake = fake_of(50, order=order)
        gone = listed(fake)[:removed]
        fake.before(lambda _, __: [fake.remove(id_) for id_ in gone], page=at_page)

        received = [id_ for id_ in ids(await way(client_of(world, fake), limit=10)) if id_ not in gone]

        assert sorted(received) == sorted(listed(fake))
        assert way is not list_all or received == listed(fake)

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("order", ["newest_first", "oldest_first"])
    @pytest.mark.parametrize("added", [1, 10, 23])
    async def test_added_records_double_no_others(self, world: World, way: Any, order: Any, added: int) -> None:
        """What moved onto the next page comes once."""
        fake = fake_of(50, order=order)
        before = listed(fake)
        fake.before(lambda _, __: [fake.add() for _ in range(added)], page=3)
        # Of two pages in flight, the later could be read before the change: then it would come first.
        arguments = {} if way is walk else {"concurrency": 1}

        received = ids(await way(client_of(world, fake), limit=10, **arguments))

        assert [id_ for id_ in received if id_ in before] == before
        assert len(received) == len(set(received))

    @pytest.mark.parametrize("way", WAYS)
    async def test_ties_at_a_border_are_found(self, world: World, way: Any) -> None:
        """In cursor mode the server passes over records that share the moment of the last one seen."""
        fake = fake_of(9)
        for _ in range(6):
            fake.add(at=fake.records[4]["created_at"])

        received = ids(await way(client_of(world, fake), limit=6, use_cursor=True))

        assert sorted(received) == sorted(listed(fake))
        assert way is not list_all or received == listed(fake)

    @pytest.mark.parametrize("way", WAYS)
    async def test_a_page_that_came_short_once_is_read_again(self, world: World, way: Any) -> None:
        """The count does not add up, so the records that are missing are looked for."""
        fake = fake_of(30)
        fake.override(lambda _, reply: Reply.of(reply.envelope | {"data": reply.envelope["data"][:-1]}), page=2)

        received = ids(await way(client_of(world, fake), limit=10))

        assert sorted(received) == sorted(listed(fake))
        assert way is not list_all or received == listed(fake)

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("use_cursor", [False, True])
    async def test_a_total_that_is_never_reached_is_an_error(self, world: World, way: Any, use_cursor: bool) -> None:
        """After a bounded number of requests, and after the last record."""
        fake = fake_of(25)
        fake.override(
            lambda _, reply: Reply.of(reply.envelope | {"total_items": 28}),
            when=lambda request: "use_cursor" not in request.params or request.params["use_cursor"] == "false",
            times=None,
        )

        with pytest.raises(IncompleteListingError, match="25 records came, but 28 were expected") as caught:
            await way(client_of(world, fake), limit=10, use_cursor=use_cursor)

        assert (caught.value.expected, caught.value.received) == (28, 25)
        assert caught.value.checkpoint is not None
        assert len(fake.requests) <= 11

    async def test_an_iterator_raises_after_the_last_record(self, world: World) -> None:
        """And list_all hands over what it has."""
        fake = fake_of(25)
        fake.fail(Fault.envelope(total_items=28), times=None)
        client = client_of(world, fake)
        received: list[PhoneNumber] = []

        with pytest.raises(IncompleteListingError):
            await iter_all(client, received, limit=10)
        with pytest.raises(IncompleteListingError) as caught:
            await list_all(client, limit=10)

        assert ids(received) == listed(fake)
        assert ids(caught.value.partial or []) == listed(fake)

    @pytest.mark.parametrize("way", [list_all, iter_all])
    @pytest.mark.parametrize("use_cursor", [False, True])
    async def test_verify_can_be_switched_off(self, world: World, way: Any, use_cursor: bool) -> None:
        """Then a total is only a number."""
        fake = fake_of(25)
        fake.fail(Fault.envelope(total_items=28), times=None)

        received = await way(client_of(world, fake), limit=10, use_cursor=use_cursor, verify=False)

        assert ids(received) == listed(fake)
        assert len(fake.requests) == 3

    @pytest.mark.parametrize("way", [list_all, iter_all])
    async def test_a_listing_that_never_rests_is_an_error(self, world: World, way: Any) -> None:
        """Before each answer a record is added at the end, or removed there; nobody waits for ever."""
        fake = fake_of(60)
        lock = threading.Lock()  # Several requests come at once.

        def change(*_: object) -> None:
            with lock:
                if fake.total_items % 2:
                    fake.remove(listed(fake)[-1])
                else:
                    fake.add(at="2000-01-01T00:00:00Z")

        fake.before(change, times=None)

        with pytest.raises(IncompleteListingError):
            await way(client_of(world, fake), limit=10)

        assert len(fake.requests) < 60


class TestGuards:
    """A server that repeats itself, or never ends."""

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("cursors", [["a", "a"], ["a", "b", "a", "b"]])
    async def test_a_cursor_handed_out_twice(self, world: World, way: Any, cursors: list[str]) -> None:
        """A,A and A,B,A,B."""
        fake = fake_of(50)
        answers = iter(cursors * 10)

        def answer(request: ReceivedRequest, _: Reply) -> Reply:
            return Reply.of(fake.answer_to(page=request.number, limit=10).envelope | {"next_cursor": next(answers)})

        fake.override(answer, times=None)

        with pytest.raises(PaginationLoopError, match="cursor"):
            await way(client_of(world, fake), limit=10, use_cursor=True)

        assert len(fake.requests) <= len(cursors)

    @pytest.mark.parametrize("way", WAYS)
    async def test_a_page_number_that_stands_still(self, world: World, way: Any) -> None:
        """Whatever page is asked for, the first comes."""
        fake = fake_of(50)
        fake.override(lambda _, __: fake.answer_to(page=1, limit=10), times=None)

        with pytest.raises(PaginationLoopError, match="Page 2 was requested, but the server sent page 1"):
            await way(client_of(world, fake), limit=10)

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("without", [["current_page"], ["current_page", "total_pages", "total_items"]])
    async def test_a_page_that_comes_again(self, world: World, way: Any, without: list[str]) -> None:
        """Also where the answer does not say which page it is."""
        fake = fake_of(50)
        fake.override(lambda _, __: fake.answer_to(page=1, limit=10), times=None)
        fake.fail(Fault.envelope(without=without), times=None)

        with pytest.raises(PaginationLoopError if "total_items" in without else IncompleteListingError):
            await way(client_of(world, fake), limit=10)

        assert len(fake.requests) <= 15

    @pytest.mark.parametrize("way", WAYS)
    async def test_two_pages_in_turn(self, world: World, way: Any) -> None:
        """A,B,A,B, and nothing that tells how many there are."""
        fake = fake_of(50)
        fake.override(lambda request, _: fake.answer_to(page=2 - request.number % 2, limit=10), times=None)
        fake.fail(Fault.envelope(without=["current_page", "total_pages", "total_items"]), times=None)

        with pytest.raises(PaginationLoopError, match="in a row"):
            await way(client_of(world, fake), limit=10)

        assert len(fake.requests) < 10

    @pytest.mark.parametrize("way", WAYS)
    async def test_pages_without_end(self, world: World, way: Any) -> None:
        """Each answer says that there is one more page, and adds the record for it."""
        fake = fake_of(20)
        fake.before(lambda _, __: fake.add(at="2000-01-01T00:00:00Z"), times=None)

        with pytest.raises(PaginationError):
            await way(client_of(world, fake), limit=1)

        assert len(fake.requests) <= 8 * 20 + 60

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("empty_pages", [3, 4])
    async def test_empty_pages_are_followed_a_few_times(self, world: World, way: Any, empty_pages: int) -> None:
        """An empty page with a next cursor is not the end; three in a row may be."""
        fake = fake_of(3)

        def answer(request: ReceivedRequest, reply: Reply) -> Reply:
            if "use_cursor" not in request.params or request.number > empty_pages:
                return reply
            return Reply.of(reply.envelope | {"data": [], "next_cursor": f"2099-01-01T00:00:0{request.number}Z"})

        fake.override(answer, times=None)
        client = client_of(world, fake)

        if empty_pages == 3:
            assert ids(await way(client, use_cursor=True)) == listed(fake)
        else:
            with pytest.raises(PaginationLoopError, match="in a row"):
                await way(client, use_cursor=True)
            assert len(fake.requests) == 4


class TestGoingOn:
    """After an error, from its checkpoint."""

    @pytest.mark.parametrize("use_cursor", [False, True])
    @pytest.mark.parametrize("page", [1, 2, 4, 5])
    @pytest.mark.parametrize("concurrency", [1, 8])
    async def test_partial_and_the_rest_are_the_whole(
        self, world: World, use_cursor: bool, page: int, concurrency: int
    ) -> None:
        """The checkpoint needs nothing else, and survives JSON."""
        fake = fake_of(45)
        fake.fail(Fault.status(500), page=page, times=None)
        client = client_of(world, fake, max_retries=0)

        with pytest.raises(InternalServerError) as caught:
            await list_all(client, limit=10, use_cursor=use_cursor, concurrency=concurrency)
        fake.reset()
        checkpoint = json.loads(json.dumps(caught.value.checkpoint))
        rest = await list_all(client, checkpoint=checkpoint)

        assert caught.value.partial is not None
        assert len(caught.value.partial) == (page - 1) * 10
        assert ids(caught.value.partial) + ids(rest) == listed(fake)

    @pytest.mark.parametrize("change", ["add", "remove"])
    async def test_a_listing_that_has_changed_is_not_resumed(self, world: World, change: str) -> None:
        """Nobody knows what has moved: an error that says to start a new listing, and no record."""
        fake = fake_of(45)
        fake.fail(Fault.status(500), page=3, times=None)
        client = client_of(world, fake, max_retries=0)
        with pytest.raises(InternalServerError) as caught:
            await iter_all(client, limit=10)
        fake.reset()
        if change == "add":
            fake.add()
        else:
            fake.remove(listed(fake)[0])

        with pytest.raises(
            IncompleteListingError, match=r"changed since it was interrupted.*Start a new listing"
        ) as lost:
            await list_all(client, checkpoint=caught.value.checkpoint)

        assert lost.value.partial == []
        assert lost.value.checkpoint == caught.value.checkpoint
        assert ids(await list_all(client, checkpoint=caught.value.checkpoint, verify=False))

    async def test_what_kept_changing_is_not_resumed(self, world: World) -> None:
        """Records of several passes are no place in the list."""
        fake = fake_of(25)
        fake.fail(Fault.envelope(total_items=28), times=None)
        client = client_of(world, fake)
        with pytest.raises(IncompleteListingError) as caught:
            await iter_all(client, limit=10)
        fake.reset()

        with pytest.raises(IncompleteListingError, match="cannot be resumed") as again:
            await iter_all(client, checkpoint=caught.value.checkpoint)

        assert again.value.checkpoint == caught.value.checkpoint
        assert fake.requests == []

    async def test_a_list_that_is_read_again_can_be_interrupted(self, world: World) -> None:
        """Between two passes, too: what the first has brought is forgotten, and the checkpoint is the start."""
        fake = fake_of(25)
        fake.fail(Fault.envelope(total_items=28), page=3)
        fake.fail(Fault.status(500), request=4)
        client = client_of(world, fake, max_retries=0)
        with pytest.raises(InternalServerError) as caught:
            await list_all(client, limit=10, concurrency=1)

        rest = await list_all(client, checkpoint=caught.value.checkpoint)

        assert ids(caught.value.partial or []) + ids(rest) == listed(fake)

    @pytest.mark.parametrize("way", [list_all, iter_all])
    @pytest.mark.parametrize("use_cursor", [None, True])
    @pytest.mark.parametrize("records", [0, 1, 20])
    async def test_after_the_last_page_there_is_nothing(
        self, world: World, way: Any, use_cursor: bool | None, records: int
    ) -> None:
        """Never the whole list again: the checkpoint of the last page says that it is the end."""
        fake = fake_of(records)
        client = client_of(world, fake)
        page = await world.list(client, limit=10, use_cursor=use_cursor)
        while page.has_next_page():
            page = page.get_next_page() if isinstance(page, Page) else await page.get_next_page()

        assert await way(client, checkpoint=json.loads(json.dumps(page.checkpoint))) == []

    async def test_a_closed_client_says_where_to_resume(self, world: World) -> None:
        """Its error has the checkpoint and the records, as every error of a listing."""
        fake = fake_of(45)
        client = client_of(world, fake)

        with pytest.raises(ClientClosedError) as caught:
            await list_all(client, limit=10, concurrency=1, on_progress=lambda _: close_soon(client))
        rest = await list_all(client_of(world, fake), checkpoint=caught.value.checkpoint)

        assert len(caught.value.partial or []) >= 10
        assert ids(caught.value.partial or []) + ids(rest) == listed(fake)

    async def test_a_limit_of_records_goes_on_too(self, world: World) -> None:
        """What remains of max_items is in the checkpoint, unless it is given anew."""
        fake = fake_of(45)
        fake.fail(Fault.status(500), page=3, times=None)
        client = client_of(world, fake, max_retries=0)
        with pytest.raises(InternalServerError) as caught:
            await list_all(client, limit=10, max_items=32)
        fake.reset()

        assert ids(await list_all(client, checkpoint=caught.value.checkpoint)) == listed(fake)[20:32]
        assert ids(await list_all(client, checkpoint=caught.value.checkpoint, max_items=3)) == listed(fake)[20:23]

    async def test_what_comes_after_max_items_is_no_empty_list(self, world: World) -> None:
        """The position after them is in the middle of a page: a list that begins there is refused, not left empty."""
        client, progress = client_of(world, fake_of(45)), list[Progress]()
        await list_all(client, limit=10, max_items=20, on_progress=progress.append)

        with pytest.raises(ConfigurationError, match="nothing comes after them"):
            await list_all(client, checkpoint=progress[-1].checkpoint, max_items=20)

    @pytest.mark.parametrize("more", [{"page": 2}, {"cursor": "x"}, {"use_cursor": True}, {"limit": 20}])
    async def test_a_checkpoint_says_it_all(self, world: World, more: dict[str, Any]) -> None:
        """What contradicts it is refused."""
        client = client_of(world, fake_of(45))
        page = await world.list(client, limit=10)

        with pytest.raises(ConfigurationError, match="checkpoint"):
            await list_all(client, checkpoint=page.checkpoint, **more)


class TestBeyondTheEnd:
    """An API may respond with 404 to a page beyond the end."""

    @staticmethod
    def fake_with_404(records: int) -> FakeRounded:
        """An API that does so."""
        fake = fake_of(records)
        fake.fail(
            Fault.status(404), when=lambda request: (request.page or 1) > max(1, -(-fake.total_items // 10)), times=None
        )
        return fake

    async def test_the_404_at_the_end_is_no_fault(self, world: World) -> None:
        """Without totals it is how the listing ends: an error that has another reason does not name it."""
        fake = fake_of(30)
        fake.totals, fake.beyond_end = False, "not_found"
        fake.shift(page=2, times=None)

        with pytest.raises(IncompleteListingError) as caught:
            await list_all(client_of(world, fake), limit=10)

        assert any(request.page == 5 for request in fake.requests), "there is a page beyond the end"
        assert "404" not in str(caught.value)
        assert caught.value.__cause__ is None

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("at_page", [2, 3, 5])
    async def test_a_list_that_shrinks(self, world: World, way: Any, at_page: int) -> None:
        """Its last pages are gone when they are asked for: the list is read again."""
        fake = self.fake_with_404(45)
        gone = listed(fake)[5:40]
        fake.before(lambda _, __: [fake.remove(id_) for id_ in gone], page=at_page)
        arguments = {} if way is walk else {"concurrency": 1}

        received = ids(await way(client_of(world, fake), limit=10, **arguments))

        assert sorted(set(received) - set(gone)) == sorted(listed(fake))
        assert way is not list_all or received == listed(fake)

    @pytest.mark.parametrize("way", WAYS)
    @pytest.mark.parametrize("records", [1, 20, 25])
    async def test_without_totals_it_is_the_end(self, world: World, way: Any, records: int) -> None:
        """After a full last page, too."""
        fake = self.fake_with_404(records)
        fake.override(lambda _, reply: reply.with_envelope(without=["total_items", "total_pages"]), times=None)

        assert ids(await way(client_of(world, fake), limit=10)) == listed(fake)

    @pytest.mark.parametrize("way", [list_all, iter_all])
    async def test_from_a_checkpoint(self, world: World, way: Any) -> None:
        """Nothing is left there: with a total, the list has changed; without one, that is the end."""
        fake = self.fake_with_404(25)
        client = client_of(world, fake)
        page = await world.list(client, limit=10, page=2)
        for id_ in listed(fake)[18:]:
            fake.remove(id_)

        with pytest.raises(IncompleteListingError, match="25 records then, the next page is gone"):
            await way(client, checkpoint=page.checkpoint)
        assert await way(client, checkpoint={**page.checkpoint, "total": None}) == []

    @pytest.mark.parametrize("way", WAYS)
    async def test_a_start_beyond_the_end_is_not_found(self, world: World, way: Any) -> None:
        """No page before it had records, so that the address may be wrong."""
        with pytest.raises(NotFoundError):
            await way(client_of(world, self.fake_with_404(25)), limit=10, page=9)
