"""A page, and the way from it to those after it."""

import pickle

import pytest

from callrounded import (
    AsyncPage,
    AsyncRounded,
    IncompleteListingError,
    InternalServerError,
    Page,
    PaginationError,
    PaginationLoopError,
    PhoneNumber,
)
from callrounded.testing import FakeRounded, Fault, ReceivedRequest, Reply, Server
from tests.overrides.conftest import AnyPage, World
from tests.overrides.test_resources import client_of, fake_of, ids, list_all, listed


async def next_page(page: AnyPage) -> AnyPage:
    """The page after *page*."""
    return page.get_next_page() if isinstance(page, Page) else await page.get_next_page()


async def step_by_step(page: AnyPage) -> tuple[list[PhoneNumber], AnyPage]:
    """The records of *page* and of those after it, and the last page."""
    data = list(page.data)
    while page.has_next_page():
        page = await next_page(page)
        data += page.data
    return data, page


async def pages_from(page: AnyPage) -> list[AnyPage]:
    """*page* and those after it."""
    return list(page.iter_pages()) if isinstance(page, Page) else [later async for later in page.iter_pages()]


async def records_from(page: AnyPage) -> list[PhoneNumber]:
    """The records of *page* and of those after it."""
    return list(page) if isinstance(page, Page) else [record async for record in page]


class TestOnePage:
    """What a page has."""

    async def test_page_mode(self, world: World) -> None:
        """The envelope, by the names of the API."""
        fake = fake_of(25)

        page = await world.list(client_of(world, fake), limit=10, page=2)

        assert type(page) is (Page if world.name == "sync" else AsyncPage)
        assert ids(page.data) == listed(fake)[10:20]
        assert (page.current_page, page.total_pages, page.total_items) == (2, 3, 25)
        assert (page.next_cursor, page.status, page.message) == (None, 200, "Calls retrieved successfully")
        assert page.response is not None
        assert page.response.headers["x-request-id"] == "fake-1"
        assert repr(page) == f"<{type(page).__name__} 2 of 3: 10 records>"

    async def test_cursor_mode(self, world: World) -> None:
        """A cursor in place of the numbers."""
        fake = fake_of(25)

        page = await world.list(client_of(world, fake), limit=10, use_cursor=True)

        assert page.next_cursor == fake.records[9]["created_at"]
        assert (page.current_page, page.total_pages, page.total_items) == (None, None, None)
        assert repr(page) == f"<{type(page).__name__}: 10 records>"

    async def test_one_page_is_one_request(self, world: World) -> None:
        """Whatever else there is."""
        fake = fake_of(25)

        await world.list(client_of(world, fake), limit=10)

        assert len(fake.requests) == 1

    async def test_it_is_what_the_server_says(self, world: World) -> None:
        """Also where that is another page than the one asked for; walking on from it is not possible."""
        fake = fake_of(25)
        fake.override(lambda _, __: fake.answer_to(page=1, limit=10), times=None)

        page = await world.list(client_of(world, fake), limit=10, page=2)

        assert ids(page.data) == listed(fake)[:10]
        assert page.has_next_page()
        with pytest.raises(PaginationLoopError) as caught:
            await next_page(page)
        assert caught.value.checkpoint == page.checkpoint
        with pytest.raises(PaginationLoopError) as caught:
            await records_from(page)
        assert caught.value.checkpoint is not None


class TestWalking:
    """From page to page."""

    @pytest.mark.parametrize("use_cursor", [None, True])
    async def test_step_by_step(self, world: World, use_cursor: bool | None) -> None:
        """As long as there is a next page."""
        fake = fake_of(25)
        page = await world.list(client_of(world, fake), limit=10, use_cursor=use_cursor)
        data = list(page.data)

        while page.has_next_page():
            page = await next_page(page)
            data += page.data

        assert ids(data) == listed(fake)
        assert len(fake.requests) == 3
        with pytest.raises(PaginationError, match="No next page"):
            await next_page(page)

    @pytest.mark.parametrize("use_cursor", [None, True])
    async def test_all_pages(self, world: World, use_cursor: bool | None) -> None:
        """The page itself is the first."""
        fake = fake_of(25)
        first = await world.list(client_of(world, fake), limit=10, use_cursor=use_cursor)

        pages = await pages_from(first)

        assert pages[0] is first
        assert [len(page.data) for page in pages] == [10, 10, 5]
        assert ids([record for page in pages for record in page.data]) == listed(fake)

    async def test_from_a_later_page(self, world: World) -> None:
        """What remains from there, and only that."""
        fake = fake_of(25)
        second = await next_page(await world.list(client_of(world, fake), limit=10))

        assert ids(await records_from(second)) == listed(fake)[10:]

    async def test_twice(self, world: World) -> None:
        """A page can be walked from any number of times, and two ways from it do not know each other."""
        fake = fake_of(25)
        first = await world.list(client_of(world, fake), limit=10, use_cursor=True)

        assert ids((await next_page(first)).data) == ids((await next_page(first)).data)
        assert ids(await records_from(first)) == ids(await records_from(first)) == listed(fake)

    async def test_nothing_is_read_ahead(self, world: World) -> None:
        """A page is requested when its turn comes."""
        fake = fake_of(25)
        first = await world.list(client_of(world, fake), limit=10)
        if isinstance(first, Page):
            records = iter(first)
            for _ in range(11):
                next(records)
        else:
            later = aiter(first)
            for _ in range(11):
                await anext(later)

        assert [request.page for request in fake.requests] == [1, 2]

    async def test_a_record_that_moved_is_not_missed(self, world: World) -> None:
        """One page knows its total alone: it says that the list has changed. Walking all pages reads it again."""
        fake = fake_of(25)
        before = listed(fake)
        page = await world.list(client_of(world, fake), limit=10)
        fake.remove(before[0])

        with pytest.raises(IncompleteListingError, match="25 records then, 24 now"):
            await next_page(page)
        received = ids(await records_from(page))

        assert received[0] == before[0]
        assert sorted(received[1:]) == sorted(listed(fake))

    async def test_pages_that_are_read_again_have_what_is_new(self, world: World) -> None:
        """So that no record comes twice."""
        fake = fake_of(25)
        before = listed(fake)
        fake.before(lambda _, __: fake.add(), page=3)
        first = await world.list(client_of(world, fake), limit=10)

        pages = await pages_from(first)

        assert [len(page.data) for page in pages] == [10, 10, 5, 1, 0, 0]
        assert sorted(id_ for page in pages for id_ in ids(page.data)) == sorted(listed(fake))
        assert ids([record for page in pages for record in page.data])[:25] == before

    @pytest.mark.parametrize("cursors", ["aa", "abab", "abcb"])
    async def test_cursors_that_turn_in_a_circle(self, world: World, cursors: str) -> None:
        """They are noticed step by step too."""
        fake = fake_of(50)
        answers = iter(cursors)

        def answer(request: ReceivedRequest, _: Reply) -> Reply:
            return fake.answer_to(page=request.number, limit=10).with_envelope(next_cursor=next(answers))

        fake.override(answer, times=None)
        page = await world.list(client_of(world, fake), limit=10, use_cursor=True)
        for _ in range(len(set(cursors)) - 1):
            page = await next_page(page)

        with pytest.raises(PaginationLoopError, match="a second time") as caught:
            await next_page(page)

        assert caught.value.checkpoint == page.checkpoint

    async def test_a_circle_is_noticed_from_a_page_of_a_walk(self, world: World) -> None:
        """A page knows all the cursors that led to it, whichever way it came."""
        fake = fake_of(50)
        third = (await pages_from(await world.list(client_of(world, fake), limit=10, use_cursor=True)))[2]
        second = fake.requests[1].params["cursor"]
        fake.override(lambda _, reply: reply.with_envelope(next_cursor=second))

        with pytest.raises(PaginationLoopError, match="a second time"):
            await next_page(third)

    async def test_a_walk_from_a_later_page_by_cursor_is_complete_too(self, world: World) -> None:
        """The pages before it are known, so that the whole can be compared with the total."""
        fake = fake_of(50)
        second = await next_page(await world.list(client_of(world, fake), limit=10, use_cursor=True))
        assert len(await pages_from(second)) == 4
        fake.override(lambda _, reply: reply.with_envelope(data=reply.envelope["data"][1:]))

        with pytest.raises(IncompleteListingError, match="49 records came, but 50 were expected"):
            await pages_from(second)

    async def test_the_last_page_of_a_walk_is_the_last_one_whatever_it_says(self, world: World) -> None:
        """The first page has told how many there are, and all of these records have come."""
        fake = fake_of(20)
        fake.fail(Fault.envelope(total_pages=3), page=2)
        last = (await pages_from(await world.list(client_of(world, fake), limit=10)))[-1]

        assert (last.current_page, last.total_pages, last.has_next_page()) == (2, 3, False)
        with pytest.raises(PaginationError, match="No next page"):
            await next_page(last)

    @pytest.mark.parametrize("use_cursor", [None, True])
    async def test_a_page_with_a_record_twice_lacks_another(self, world: World, use_cursor: bool | None) -> None:
        """Whoever goes on after it is told, as nothing else would show it."""
        fake = fake_of(12)
        client = client_of(world, fake)
        fake.override(
            lambda _, reply: reply.with_envelope(data=[*reply.envelope["data"][:4], reply.envelope["data"][3]])
        )
        page = await world.list(client, limit=5, use_cursor=use_cursor)

        with pytest.raises(IncompleteListingError):
            await list_all(client, checkpoint=page.checkpoint)

    async def test_a_walk_to_a_404_where_only_the_records_are_counted(self, world: World) -> None:
        """All of them have come: the 404 is the end, and no change."""
        fake = fake_of(20)
        fake.beyond_end = "not_found"
        fake.override(lambda _, reply: reply.with_envelope(without=["total_pages"]), times=None)

        assert ids((await step_by_step(await world.list(client_of(world, fake), limit=10)))[0]) == listed(fake)

    async def test_a_failed_step_can_be_repeated(self, world: World) -> None:
        """The page stays what it was, and the error has the position after it."""
        fake = fake_of(25)
        fake.fail(Fault.status(500), page=2)
        client = client_of(world, fake, max_retries=0)
        page = await world.list(client, limit=10)

        with pytest.raises(InternalServerError) as caught:
            await next_page(page)

        assert caught.value.checkpoint == page.checkpoint
        assert ids((await next_page(page)).data) == listed(fake)[10:20]


class TestCheckpoints:
    """The position after a page."""

    @pytest.mark.parametrize("use_cursor", [None, True])
    async def test_listing_goes_on_after_the_page(self, world: World, use_cursor: bool | None) -> None:
        """With the same page size."""
        fake = fake_of(45)
        client = client_of(world, fake)
        page = await next_page(await world.list(client, limit=10, use_cursor=use_cursor))

        rest = await list_all(client, checkpoint=page.checkpoint)

        assert ids(rest) == listed(fake)[20:]
        assert {request.params["limit"] for request in fake.requests} <= {"10", "1"}

    @pytest.mark.parametrize("use_cursor", [None, True])
    async def test_of_the_last_page(self, world: World, use_cursor: bool | None) -> None:
        """Every page has one; from the last one on there is nothing, though records have been added."""
        fake = fake_of(15)
        client = client_of(world, fake)
        pages = await pages_from(await world.list(client, limit=10, use_cursor=use_cursor))
        single = await world.list(client, limit=10, page=2)
        sent = len(fake.requests)

        assert await list_all(client, checkpoint=pages[-1].checkpoint) == []
        assert await list_all(client, checkpoint=single.checkpoint) == []
        # In cursor mode, the total may still have to be compared.
        assert len(fake.requests) - sent <= (1 if use_cursor else 0)

    @pytest.mark.parametrize("use_cursor", [None, True])
    async def test_of_every_page_of_a_walk(self, world: World, use_cursor: bool | None) -> None:
        """What has come and the rest are the whole."""
        fake = fake_of(35)
        client = client_of(world, fake)
        received: list[str] = []

        for page in await pages_from(await world.list(client, limit=10, use_cursor=use_cursor)):
            received += ids(page.data)
            assert received + ids(await list_all(client, checkpoint=page.checkpoint)) == listed(fake)


@pytest.mark.parametrize("totals", [True, False])
async def test_data_belongs_to_the_caller(world: World, totals: bool) -> None:
    """Whoever takes records out of it changes nothing of the listing."""
    fake = fake_of(30)
    fake.totals = totals
    first = await world.list(client_of(world, fake), limit=10)
    taken: list[str] = []

    def take(page: AnyPage) -> None:
        while page.data:
            taken.extend(ids([page.data.pop(0)]))

    if isinstance(first, Page):
        for page in first.iter_pages():
            take(page)
    else:
        async for later in first.iter_pages():
            take(later)
    assert taken == listed(fake)
    assert first.has_next_page()


async def test_a_page_is_not_pickled(world: World) -> None:
    """It leads to the client, which holds the key; its data and its checkpoint can be pickled."""
    page = await world.list(client_of(world, fake_of(25)), limit=10)

    with pytest.raises(TypeError, match=r"pickle page\.data and page\.checkpoint"):
        pickle.dumps(page)
    assert pickle.loads(pickle.dumps((page.data, page.checkpoint))) == (page.data, page.checkpoint)


@pytest.mark.parametrize("totals", [True, False])
async def test_step_by_step_where_the_api_has_no_page_beyond_the_end(world: World, totals: bool) -> None:
    """Without totals nobody knows that a full page is the last one: an empty one follows it."""
    fake = fake_of(20)
    fake.totals, fake.beyond_end = totals, "not_found"
    data, page = await step_by_step(await world.list(client_of(world, fake), limit=10))

    assert ids(data) == listed(fake)
    assert page.response.status_code == page.status == (200 if totals else 404)
    assert page.checkpoint["at_end"]
    assert page.to_dict()["data"] == ([] if not totals else [record.to_dict() for record in page.data])
    assert await list_all(client_of(world, fake), checkpoint=page.checkpoint) == []


async def test_an_async_page_is_requested_once_awaited(fake: FakeRounded) -> None:
    """Calling list() alone sends nothing."""
    async with AsyncRounded("key") as client:
        to_come = client.phone_numbers.list()
        assert not hasattr(to_come, "data")
        assert fake.requests == []


async def test_a_page_as_json(world: World, fake: FakeRounded, server: Server) -> None:
    """`to_dict` gives the whole envelope as it was received, for a view that sends it on."""
    page = await world.list(world.client(base_url=server.url), limit=2)
    assert page.to_dict() == fake.answer_to(limit=2).envelope
