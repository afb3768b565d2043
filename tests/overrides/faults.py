"""The table of faults: what each comes to when a page of a listing has it; and the listings.

A `Row` names a fault, the error that a caller gets if it stays, and whether it is retried before. A fault that is
retried and passes costs one more request. Any other ends the listing with that error, which has the records of the
pages before it, and a checkpoint to resume from.
"""

import gzip
import json
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import httpx

from callrounded import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    Checkpoint,
    ConflictError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    PhoneNumber,
    RateLimitError,
    Rounded,
    RoundedError,
    UnprocessableEntityError,
)
from callrounded.testing import Break, FakeRounded, Fault, ReceivedRequest, Reply, Server, sample_records
from tests.overrides.conftest import KEY, Client, World

PAGES = 5
PAGE_SIZE = 20
RECORDS = sample_records(PAGES * PAGE_SIZE)
IDS = [record["id"] for record in FakeRounded(RECORDS).records]

RETRIES = 2


def client_of(world: World, server: Server, **options: Any) -> Client:
    """Make a client for the table, with these retries."""
    return world.client(base_url=server.url, max_retries=RETRIES, **options)


@dataclass(frozen=True, slots=True)
class Row:
    """A fault, and what becomes of it if it stays: the error, its attributes, and whether it is tried again before."""

    fault: Fault
    error: type[APIError]
    retried: bool
    facts: dict[str, object] = field(default_factory=dict[str, object])
    cause: type[Exception] | None = None

    def __repr__(self) -> str:
        return repr(self.fault).removeprefix("Fault.")

    @property
    def attempts(self) -> int:
        """How many requests are made for the page before the error is raised."""
        return 1 + RETRIES if self.retried else 1

    @property
    def is_slow(self) -> bool:
        """Whether the client has to run into its timeout."""
        return self.error is APITimeoutError


# No response, or a part of one: retried, and a connection error with that of httpx behind it.


def _cut_chunks(reply: Reply) -> Reply:
    content = reply.content
    return replace(reply, body=(content[:1000], Break("close")))


def _cut_gzip(reply: Reply) -> Reply:
    packed = gzip.compress(reply.content)
    return replace(reply, body=packed[: len(packed) // 2]).with_headers(("Content-Encoding", "gzip"))


CUT_GZIP = Fault("cut_gzip()", _cut_gzip)
NOT_GZIP = Fault("not_gzip()", lambda reply: reply.with_headers(("Content-Encoding", "gzip")))
NOT_UTF8 = Fault("not_utf8()", lambda reply: replace(reply, body=b'{"data":[],"message":"\xff\xfe\xc3"}'))


def _unanswered(fault: Fault, cause: type[Exception], error: type[APIError] = APIConnectionError) -> Row:
    return Row(fault, error, retried=True, cause=cause)


NO_ANSWER = [
    _unanswered(Fault.closed(), httpx.RemoteProtocolError),
    _unanswered(Fault.reset(), httpx.ReadError),
    _unanswered(Fault.reset_in_body(), httpx.ReadError),
    _unanswered(Fault.reset_in_body(after=0), httpx.ReadError),
    _unanswered(Fault.truncated(), httpx.RemoteProtocolError),
    _unanswered(Fault.truncated(after=0), httpx.RemoteProtocolError),
    _unanswered(Fault("cut_chunks()", _cut_chunks), httpx.RemoteProtocolError),
    _unanswered(CUT_GZIP, httpx.DecodingError),
    _unanswered(NOT_GZIP, httpx.DecodingError),
    _unanswered(Fault.slow_headers(5), httpx.ReadTimeout, APITimeoutError),
    _unanswered(Fault.slow_body(5), httpx.ReadTimeout, APITimeoutError),
]


# The statuses that may pass, with whatever body: retried.


def _passing(fault: Fault, status: int, **facts: object) -> Row:
    errors: dict[int, type[APIError]] = {408: APIStatusError, 429: RateLimitError}
    return Row(fault, errors.get(status, InternalServerError), retried=True, facts={"status_code": status, **facts})


_NO_UTF8 = b'{"error":{"message":"\xff\xfe"}}'
PASSING = [
    *(_passing(Fault.status(status), status) for status in (408, 429, 500, 502, 503, 504, *range(520, 525), 530)),
    _passing(Fault.html(502), 502, type=None, details=[]),
    _passing(Fault.status(500, body=b""), 500, type=None, message="The response has no body."),
    _passing(Fault.json([], 503), 503, type=None, body="[]"),
    _passing(Fault.json("text", 504), 504, type=None),
    _passing(Fault.json({"error": {"details": 7, "message": None}}, 500), 500, type=None, details=[]),
    _passing(Fault("status(503), broken gzip", Fault.status(503, headers={"Content-Encoding": "gzip"}).spoil), 503),
    _passing(Fault("status(500), no UTF-8", Fault.status(500, body=_NO_UTF8).spoil), 500, type=None),
    _passing(Fault.in_band(500), 500, type="generic_error"),
    _passing(Fault.in_band(503), 503, type="generic_error"),
    _passing(Fault.in_band(429), 429, type="generic_error"),
    _passing(Fault.envelope(error="out of order"), 500, message="out of order"),
    _passing(Fault.envelope(status=503), 503, type=None),
]

# With a Retry-After that can be waited for, or that says nothing.
_SOON = datetime.now(UTC)
RETRY_AFTER = [
    _passing(Fault.status(429, retry_after=0), 429, retry_after=0.0),
    _passing(Fault.status(429, retry_after=7), 429, retry_after=7.0),
    _passing(Fault.status(503, retry_after=7.5), 503, retry_after=7.5),
    # The fake sends no Date, and a moment that is over is now.
    _passing(Fault("status(429, retry_after=now)", Fault.status(429, retry_after=_SOON).spoil), 429, retry_after=0.0),
    *(
        _passing(Fault.status(429, retry_after=text), 429, retry_after=None)
        for text in ("soon", "-1", "1e3", "", "Mon, 99 Feb 2026 25:00:00 GMT")
    ),
]


# What the API says on purpose: raised at once.


def _final(fault: Fault, status: int, error: type[APIError] = APIStatusError, **facts: object) -> Row:
    return Row(fault, error, retried=False, facts={"status_code": status, **facts})


_BY_STATUS: dict[int, type[APIError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    418: APIStatusError,
    499: APIStatusError,
    501: InternalServerError,
    505: InternalServerError,
    525: InternalServerError,
}
_IN_AN_HOUR = Fault.status(503, retry_after=datetime.now(UTC) + timedelta(hours=1))
FINAL = [
    *(_final(Fault.status(status), status, error) for status, error in _BY_STATUS.items()),
    _final(Fault.html(404), 404, NotFoundError, type=None),
    _final(Fault.html(403), 403, PermissionDeniedError, type=None),
    _final(Fault.status(400, body=b""), 400, BadRequestError, type=None),
    _final(Fault.json(None, 422), 422, UnprocessableEntityError, type=None),
    _final(Fault.in_band(422), 422, UnprocessableEntityError, type="generic_error"),
    _final(Fault.in_band(401), 401, AuthenticationError, type="generic_error"),
    _final(Fault.status(304), 304),
    _final(Fault.status(302, headers={"Location": "/elsewhere"}, body=b""), 302),
    _final(Fault.status(307, headers={"Location": "https://elsewhere.example/"}, body=b""), 307),
    # An hour is more than max_retry_wait allows.
    _final(Fault.status(429, retry_after=3600), 429, RateLimitError, retry_after=3600.0),
    _final(Fault("status(503, retry_after=in an hour)", _IN_AN_HOUR.spoil), 503, InternalServerError),
]


# A complete response that is not what the spec says: raised at once, with the place.


def _wrong(fault: Fault, path: str = "$", status: int = 200, **facts: object) -> Row:
    facts = {"path": path, "status_code": status, **facts}
    return Row(fault, APIResponseValidationError, retried=False, facts=facts)


def _one_record(record: int, **changes: object) -> Callable[[Reply], Reply]:
    def spoil(reply: Reply) -> Reply:
        data = reply.envelope["data"]
        # The page that tells the total has one record only.
        data[min(record, len(data) - 1)] |= changes
        return reply.with_envelope(data=data)

    return spoil


WRONG = [
    _wrong(Fault.html()),
    _wrong(Fault.status(200, body=b""), body=""),
    _wrong(Fault.status(204), status=204),
    _wrong(Fault.json([])),
    _wrong(Fault.json("text")),
    _wrong(Fault.json(None)),
    _wrong(Fault.json({}), "data"),
    _wrong(Fault.envelope(data=None), "data"),
    _wrong(Fault.envelope(without=["data"]), "data"),
    _wrong(Fault.envelope(data={}), "data"),
    _wrong(Fault.envelope(total_items="many"), "total_items"),
    _wrong(Fault("record(created_at='now')", _one_record(3, created_at="now")), "data[3].created_at"),
    _wrong(Fault("record(type=None)", _one_record(19, type=None)), "data[19].type"),
    _wrong(Fault("record(id=7)", _one_record(0, id=7)), "data[0].id"),
    _wrong(Fault.broken_json()),
    _wrong(NOT_UTF8),
]

ROWS = [*NO_ANSWER, *PASSING, *RETRY_AFTER, *FINAL, *WRONG]
# One of each kind, where it is not the fault that matters.
KINDS = [
    _unanswered(Fault.reset_in_body(), httpx.ReadError),
    _passing(Fault.status(429, retry_after=7), 429, retry_after=7.0),
    _passing(Fault.in_band(503), 503),
    _final(Fault.status(422), 422, UnprocessableEntityError),
    _wrong(Fault("record(id=7)", _one_record(0, id=7)), "data[0].id"),
]


@dataclass(frozen=True, slots=True)
class Way:
    """One of the ways to list."""

    method: Literal["list_all", "iter_all", "list"]
    options: dict[str, Any] = field(default_factory=dict[str, Any])

    def __repr__(self) -> str:
        return "-".join([self.method, *(f"{name}={value}" for name, value in self.options.items())])

    @property
    def is_streaming(self) -> bool:
        """Whether records arrive one by one, not all at once or in `partial`."""
        return self.method != "list_all"

    @property
    def is_by_cursor(self) -> bool:
        """Whether it goes from cursor to cursor, and asks for the total in the end."""
        return bool(self.options.get("use_cursor"))


LIST_ALL = Way("list_all")
LIST_ALL_BY_CURSOR = Way("list_all", {"use_cursor": True})
WAYS = [
    LIST_ALL,
    Way("list_all", {"concurrency": 1}),
    LIST_ALL_BY_CURSOR,
    Way("iter_all"),
    Way("iter_all", {"concurrency": 1}),
    Way("iter_all", {"use_cursor": True}),
]
# Walking on from the first page: a fault of that one is none of a listing.
WALKS = [Way("list"), Way("list", {"use_cursor": True})]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a listing: ids, in the order in which they came, and the error at its end, if any."""

    ids: list[str]
    error: RoundedError | None

    @property
    def api_error(self) -> APIError:
        """The error, which must be one."""
        assert isinstance(self.error, APIError), repr(self.error)
        return self.error

    @property
    def checkpoint(self) -> Checkpoint:
        """Where to resume, as it comes out of a file."""
        checkpoint: Checkpoint = json.loads(json.dumps(self.api_error.checkpoint))
        return checkpoint


async def outcome(client: Client, way: Way, **options: Any) -> Outcome:
    """List to the end, or to the error."""
    options = {"limit": PAGE_SIZE} | way.options | options
    came: list[PhoneNumber] = []
    try:
        if way.is_streaming:
            async with aclosing(_records(client, way.method, options)) as records:
                async for record in records:
                    came.append(record)  # noqa: PERF401 - those before an error count
        elif isinstance(client, Rounded):
            came = client.phone_numbers.list_all(**options)
        else:
            came = await client.phone_numbers.list_all(**options)
    except RoundedError as error:
        partial: list[PhoneNumber] = error.partial or []
        assert not (came and partial)
        return Outcome([str(record.id) for record in (came or partial)], error)
    return Outcome([str(record.id) for record in came], None)


async def _records(client: Client, method: str, options: dict[str, Any]) -> AsyncGenerator[PhoneNumber]:
    if isinstance(client, Rounded):
        listing: Iterable[PhoneNumber] = getattr(client.phone_numbers, method)(**options)
        for record in listing:
            yield record
    else:
        later: AsyncGenerator[PhoneNumber] = aiter(getattr(client.phone_numbers, method)(**options))
        # Closed when a test is cancelled, not whenever the garbage collector gets to it.
        async with aclosing(later) as records:
            async for record in records:
                yield record


async def the_rest(client: Client, checkpoint: Checkpoint) -> list[str]:
    """List from *checkpoint* on, to the end."""
    rest = await outcome(client, Way("iter_all"), limit=None, checkpoint=checkpoint)
    assert rest.error is None, rest.error
    return rest.ids


def asks_for(page: int | Literal["total"]) -> Callable[[ReceivedRequest], bool]:
    """Return the condition that a request asks for this page, or for nothing but the total."""
    if page == "total":
        return _asks_for_the_total
    return lambda request: request.page == page and not _asks_for_the_total(request)


def _asks_for_the_total(request: ReceivedRequest) -> bool:
    return request.params.get("limit") == "1"


def holds_no_key(error: APIError) -> bool:
    """Return whether the key is nowhere to be read in *error*."""
    shown = (str(error), repr(error), str(error.__cause__), repr(error.request and error.request.headers))
    return not any(KEY in text for text in shown)


def pages_asked_for(fake: FakeRounded) -> Counter[int | None]:
    """Return how often each page of a listing was asked for; the total, and pages of another size, do not count."""
    return Counter(request.page for request in fake.requests if request.params.get("limit") == str(PAGE_SIZE))


def eventually(condition: Callable[[], object]) -> bool:
    """Return whether *condition* comes true within some seconds: a server notices late that a client is gone."""
    give_up_at = time.monotonic() + 5
    while not condition():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(0.005)
    return True
