"""The key is nowhere to be found: not in texts, logs, pickles, URLs, nor in what errors and pages hold.

Each test makes something go wrong and searches whatever a caller, a log or an error tracker could get hold of. Local
variables of stack frames are not searched.
"""

import logging
import pickle
import traceback
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest

from callrounded import (
    APIResponseValidationError,
    APIStatusError,
    ConfigurationError,
    Rounded,
    RoundedError,
)
from callrounded.testing import FakeRounded, Fault, Reply, Server
from callrounded_generated.errors import DecodeError
from tests.overrides.conftest import KEY, Client, World, inside
from tests.overrides.faults import CUT_GZIP, NOT_GZIP


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield *error* and everything that led to it."""
    pending: list[BaseException | None] = [error]
    seen: set[int] = set()
    while pending:
        if (current := pending.pop()) is not None and id(current) not in seen:
            seen.add(id(current))
            yield current
            pending += current.__cause__, current.__context__, *getattr(current, "exceptions", ())


def _texts(error: BaseException) -> Iterator[str]:
    """Yield every text that *error* can turn into."""
    for each in _chain(error):
        yield from (str(each), repr(each), repr(each.args))
        yield from map(repr, vars(each).items())
        for sent in (vars(each).get("request"), vars(each).get("_request")):
            if sent is not None:
                yield from (str(sent.url), repr(sent.headers.raw))
        if (response := getattr(each, "response", None)) is not None:
            yield from (repr(response.headers.raw), repr(response.content), repr(response.request.headers.raw))
            assert response.next_request is None
        with suppress(TypeError, AttributeError, pickle.PicklingError):
            yield repr(pickle.dumps(each, 0))
    yield from traceback.format_exception(error)


def _search(error: BaseException, logs: str = "") -> None:
    found = [text for text in (*_texts(error), logs) if KEY in text]
    assert not found, found


def test_the_search_finds_what_plain_httpx_tells() -> None:
    """It looks into the request."""

    def send(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("reset", request=request)

    with httpx.Client(transport=httpx.MockTransport(send)) as client, pytest.raises(httpx.ReadError) as caught:
        client.get("https://api.callrounded.com", headers={"X-Api-Key": KEY})

    with pytest.raises(AssertionError):
        _search(caught.value)


FAULTS: dict[str, Fault] = {
    str(fault): fault
    for fault in (
        Fault.closed(),
        Fault.reset(),
        Fault.reset_in_body(),
        Fault.truncated(),
        Fault.slow_headers(2),
        Fault.slow_body(2),
        Fault.status(401),
        Fault.status(429, retry_after=3600),
        Fault.status(503),
        Fault.html(502),
        Fault.html(),
        Fault.in_band(400),
        NOT_GZIP,
        CUT_GZIP,
        Fault.broken_json(),
        Fault.envelope(data=None),
        Fault.status(302, headers={"Location": "https://elsewhere.example/"}, body=b""),
    )
}


@pytest.fixture
def client(world: World, server: Server) -> Client:
    """A client of the server that retries once."""
    return world.client(base_url=server.url, max_retries=1, max_retry_wait=0)


@pytest.mark.parametrize("fault", FAULTS)
async def test_no_fault_tells_the_key(
    world: World, fake: FakeRounded, client: Client, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    """All loggers are at DEBUG, those of httpx and httpcore included."""
    caplog.set_level(logging.DEBUG)
    fake.fail(FAULTS[fault], times=None)

    error = await world.error(client.with_options(timeout=0.2) if "slow" in fault else client)

    assert any(record.name.startswith("httpcore") for record in caplog.records)
    _search(error, caplog.text + repr([vars(record) for record in caplog.records]))


async def test_a_refused_connection_does_not_tell_the_key(world: World, server: Server, client: Client) -> None:
    """The failure to connect has the longest chain of causes."""
    with server.down():
        _search(await world.error(client))


async def test_an_error_of_the_decoder_does_not_tell_the_key(world: World, fake: FakeRounded, client: Client) -> None:
    """It is the cause of ours, and has the response with its request."""
    fake.fail(Fault.envelope(data=None))

    cause = (await world.error(client)).__cause__

    assert isinstance(cause, DecodeError)
    assert cause.response is not None
    assert "x-api-key" not in cause.response.request.headers
    _search(cause)


async def test_an_error_of_a_hook_does_not_tell_the_key(world: World, fake: FakeRounded, server: Server) -> None:
    """The httpx.HTTPStatusError of `raise_for_status` has the request twice."""

    def check(response: httpx.Response) -> None:
        response.raise_for_status()

    async def acheck(response: httpx.Response) -> None:
        response.raise_for_status()

    http_client = world.httpx_client(event_hooks={"response": [check if world.name == "sync" else acheck]})
    fake.fail(Fault.status(400))

    error = await world.error(world.client(base_url=server.url, http_client=http_client))

    assert isinstance(error.__cause__, httpx.HTTPStatusError)
    _search(error)


async def test_a_request_that_cannot_be_built_does_not_tell_the_key(world: World, client: Client) -> None:
    """Whatever httpx says about it."""
    _search(await world.error(client, cursor="x" * 100_000))
    _search(await world.error(client, cursor="\ud800"))


@pytest.mark.parametrize("status", [401, 200])
async def test_a_server_that_repeats_the_key_is_not_quoted(
    world: World, fake: FakeRounded, client: Client, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Some say which key they did not like; an echo server says everything."""
    caplog.set_level(logging.DEBUG, "callrounded")
    echo = Reply.of({"error": {"message": f"{KEY} is wrong", "details": [{"field": KEY}]}, "x": KEY}, status)
    if status == 200:
        echo = Reply.of({"headers": {"x-api-key": KEY}})
    fake.override(lambda request, reply: echo.with_headers(("X-Echo", KEY), ("X-Request-Id", KEY)))

    error = await world.error(client)

    assert caplog.records
    _search(error, caplog.text + repr([vars(record) for record in caplog.records]))
    assert isinstance(error, APIStatusError | APIResponseValidationError)
    assert error.request_id == error.headers["x-echo"] == "[hidden]"
    assert "[hidden]" in error.body


async def test_a_page_that_repeats_the_key_does_not_keep_it(
    world: World, fake: FakeRounded, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    """Its response is one to show, and to log."""
    caplog.set_level(logging.DEBUG, "callrounded")
    fake.override(lambda request, reply: reply.with_envelope(echo=KEY).with_headers(("X-Request-Id", KEY)))

    page = await world.list(client)

    assert len(page.data) == 5
    assert page.response is not None
    assert page.response.json()["echo"] == page.response.headers["x-request-id"] == "[hidden]"
    assert KEY not in caplog.text


@pytest.mark.parametrize("injected", [False, True])
async def test_a_response_does_not_lead_to_the_request_that_was_sent(
    world: World, server: Server, injected: bool
) -> None:
    """Neither through the stream that it was read from, nor through the responses before it."""

    class Twice(httpx.Auth):
        def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:
            yield request
            yield request

    http_client = world.httpx_client(auth=Twice()) if injected else None
    response = (await world.list(world.client(base_url=server.url, http_client=http_client))).response

    assert response.history == []
    assert type(response.stream) is httpx.ByteStream
    assert KEY not in repr(response.request.headers.raw)


async def test_a_short_key_is_not_looked_for(world: World, fake: FakeRounded, server: Server) -> None:
    """A made-up key of a test is a part of many words."""
    client = world.client(api_key="error", base_url=server.url)

    assert "[hidden]" not in str(await world.error(client))


REFUSED: dict[str, dict[str, Any]] = {
    "a line break": {"api_key": f"{KEY}\n"},
    "a control character": {"api_key": f"{KEY}\x00"},
    "bytes": {"api_key": KEY.encode()},
    "a scheme": {"base_url": "ftp://x"},
    "a query": {"base_url": f"https://x?key={KEY}"},
    "a user": {"base_url": f"https://{KEY}@x"},
    "a password": {"base_url": f"https://user:{KEY}"},
    "a timeout": {"timeout": -1},
    "a number": {"max_retries": -1},
    "an httpx client": {"http_client": 5},
    "a header that is ours": {"default_headers": {"X-Api-Key": KEY}},
    "a value of a header": {"default_headers": {"X-Key": f"{KEY}\n"}},
    "a name of a header": {"default_headers": {f"X-Key: {KEY}": ""}},
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_refused_option_does_not_tell_the_key(world: World, why: str) -> None:
    """Not even where the key was put in the wrong place."""
    with pytest.raises(ConfigurationError) as caught:
        world.client(**REFUSED[why])

    _search(caught.value)


@pytest.mark.parametrize("why", ["a timeout", "a number", "a header that is ours", "a value of a header"])
def test_a_refused_change_does_not_tell_the_key(world: World, why: str) -> None:
    """Options of with_options() are looked at in the same way."""
    client = world.client()
    with pytest.raises(ConfigurationError) as caught:
        client.with_options(**REFUSED[why])

    _search(caught.value)


def test_a_key_in_the_environment_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The repr of os.environ has it."""
    monkeypatch.setenv("CALLROUNDED_API_KEY", f"{KEY} ")

    with pytest.raises(ConfigurationError) as caught:
        Rounded()

    _search(caught.value)


async def test_the_client_does_not_tell_the_key(world: World, client: Client) -> None:
    """Neither it nor what it consists of; its page has none either."""
    page = await world.list(client)
    private = inside(client)

    for told in (
        client,
        vars(client),
        client.phone_numbers,
        private._options,
        private._options.api,
        vars(private._connections),
    ):
        assert KEY not in repr(told)
        assert KEY not in f"{told}"
    assert KEY not in repr(page)
    assert page.response is not None
    assert KEY not in repr(page.response.request.headers.raw)
    assert KEY.encode() not in pickle.dumps(page.response)
    assert KEY not in str(page.response.url)


async def test_an_error_out_of_a_whole_listing_does_not_tell_the_key(
    world: World, fake: FakeRounded, client: Client
) -> None:
    """Paging, threads and tasks lead to it."""
    fake.fail(Fault.reset(), page=2, times=None)

    async def everything() -> None:
        if isinstance(client, Rounded):
            client.phone_numbers.list_all(limit=2)
        else:
            await client.phone_numbers.list_all(limit=2)

    with pytest.raises(RoundedError) as caught:
        await everything()

    _search(caught.value)


BODIES_WITH_THE_KEY = [
    b'"you sent %s"',
    b"<html>%s</html>",
    b'{"%s": 1}',
    b'{"data": [{"id": "%s"}], "message": "", "status": 200}',
    b'{"data": [{"%s": 1, "type": "pstn"}], "message": "", "status": 200}',
]


@pytest.mark.parametrize("body", BODIES_WITH_THE_KEY)
async def test_a_body_that_repeats_the_key_and_is_not_as_documented(
    world: World, fake: FakeRounded, server: Server, body: bytes
) -> None:
    """Neither message nor attributes, cause or pickle of the error show the key, nor the beginning of it."""
    fake.fail(Fault.status(200, body=body % KEY.encode()))
    error = await world.api_error(world.client(base_url=server.url))
    shown = [str(error), repr(vars(error)), repr(error.__cause__), str(vars(error.__cause__ or error))]
    shown += [repr(pickle.loads(pickle.dumps(error)).args), "".join(traceback.format_exception(error))]
    assert KEY[:12] not in "".join(shown)


async def test_headers_that_are_not_ascii(world: World, fake: FakeRounded, server: Server) -> None:
    """A server that repeats the key beside such a header is not a request that cannot be sent."""
    fake.fail(Fault.status(400, body=KEY.encode(), headers={"X-Organisation": "Café"}))
    error = await world.api_error(world.client(base_url=server.url))
    assert isinstance(error, APIStatusError)
    assert error.headers["x-organisation"] == "Café"
    assert KEY not in error.body


@pytest.mark.parametrize("slash", ["/", r"\/", r"\u002f", r"\u002F", "%2f", "%2F"])
async def test_a_key_that_is_escaped(world: World, fake: FakeRounded, server: Server, slash: str) -> None:
    """The key is hidden in every spelling that an encoder of JSON or URLs gives it."""
    key = "sk-live/4f9d2c71e8a05b36"
    body = f'{{"error": {{"message": "sk-live{slash}4f9d2c71e8a05b36 is not known"}}}}'
    fake.fail(Fault.status(400, body=body.encode(), headers={"X-Request-Id": f"for {key}".replace("/", "%2F")}))
    error = await world.api_error(world.client(api_key=key, base_url=server.url))
    assert "is not known" in str(error)
    assert "4f9d2c71" not in f"{error} {error.body} {error.headers}"  # type: ignore[attr-defined]


@pytest.mark.parametrize("key", [KEY, 'sk"live\\4f9d/2c71%e8a0'])
@pytest.mark.parametrize("escape", [r"\u{:04x}", r"\u{:04X}", "%{:02x}", "%{:02X}"])
async def test_a_key_of_which_every_character_is_escaped(
    world: World, fake: FakeRounded, server: Server, key: str, escape: str
) -> None:
    """An encoder may escape letters and digits, too."""
    spelled = "".join(escape.format(ord(char)) for char in key)
    body = f'{{"error": {{"message": "{spelled} is not known"}}}}'
    fake.fail(Fault.status(400, body=body.encode()))
    error = await world.api_error(world.client(api_key=key, base_url=server.url))
    assert isinstance(error, APIStatusError)
    assert error.message == "[hidden] is not known"
    assert spelled not in error.body


async def test_a_key_of_backslashes_is_looked_for_in_no_time(world: World, fake: FakeRounded, server: Server) -> None:
    """Each may be escaped by another, in ways that are too many to try one by one."""
    fake.fail(Fault.status(400, body=b"\\" * 1000))
    error = await world.api_error(world.client(api_key="\\" * 60 + "k", base_url=server.url))
    assert isinstance(error, APIStatusError)
    assert error.body == "\\" * 1000
