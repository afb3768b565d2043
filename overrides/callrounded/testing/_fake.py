"""The fake API as tests hold it: records, a script of what goes wrong, and a log of the requests."""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count, islice
from typing import Any, TypedDict, Unpack

import httpx

from callrounded.testing._api import LIST_PATH, BeyondEnd, ListRequest, Order, RecordStore, list_reply, read_request
from callrounded.testing._faults import Fault
from callrounded.testing._messages import Pause, ReceivedRequest, Reply
from callrounded.testing._records import endless_records, written
from callrounded.testing._server import Server
from callrounded.testing._transport import FakeTransport

Takes = Callable[[ReceivedRequest], bool]
Override = Callable[[ReceivedRequest, Reply], Reply]
Hook = Callable[["FakeRounded", ReceivedRequest], object]


class Conditions(TypedDict, total=False):
    """Which requests are meant, as `FakeRounded` explains it."""

    page: int | None
    request: int | None
    when: Takes | None
    times: int | None


def _taking(
    page: int | None = None, request: int | None = None, when: Takes | None = None, times: int | None = 1
) -> Takes:
    """Return a function that says whether a request is meant, and counts it."""
    left = math.inf if times is None else times

    def takes(received: ReceivedRequest) -> bool:
        nonlocal left
        is_meant = left > 0 and page in (None, received.page) and request in (None, received.number)
        is_meant = is_meant and (when is None or bool(when(received)))
        left -= is_meant
        return is_meant

    return takes


class FakeRounded:
    """An in-memory Rounded API that behaves as documented until a test says otherwise.

        fake = FakeRounded(records=120)
        fake.fail(Fault.status(429, retry_after=1), page=2)
        with fake.serve() as server, Rounded(api_key="test-key", base_url=server.url) as client:
            ...
        assert [request.page for request in fake.requests] == [1, 2, 2, 3]

    `fail`, `override`, `before` and `shift` take the same conditions, which a request must fulfil together: *page* is
    the requested page of the listing (in cursor mode too), *request* the number in the order of arrival, *when* a
    function of the `ReceivedRequest`. *times* is the number of requests it applies to, 1 by default; None is all.

    Every method may be called from any thread, and from a hook. `delay`, `totals` and `beyond_end` can be set later.

    Args:
        records: JSON objects with `id` and `created_at`, which are sent as they are; or how many samples to make.
        api_keys: the keys that are accepted.
        order: which records come first.
        delay: seconds before each response.
        totals: False leaves `total_items` and `total_pages` out of every envelope.
        beyond_end: what is beyond the last page, an empty page or a 404.

    Raises:
        ValueError: the number is negative; two records share an id, or one lacks a readable `id` or `created_at`.
    """

    def __init__(
        self,
        records: int | Iterable[Mapping[str, Any]] = 0,
        *,
        api_keys: Collection[str] = ("test-key",),
        order: Order = "newest_first",
        delay: float = 0.0,
        totals: bool = True,
        beyond_end: BeyondEnd = "empty",
    ) -> None:
        self.delay = delay
        self.totals = totals
        self.beyond_end: BeyondEnd = beyond_end
        self.in_flight = 0
        """How many requests have arrived and are not answered yet."""
        self._api_keys = frozenset(api_keys)
        self._samples = endless_records(seed=0)
        self._store = RecordStore(islice(self._samples, records) if isinstance(records, int) else records, order)
        self._lock = threading.RLock()  # reentrant, because conditions may look at the fake
        self.reset()

    def __repr__(self) -> str:
        return f"<FakeRounded: {self.total_items} records, {len(self.requests)} requests>"

    @property
    def records(self) -> list[dict[str, Any]]:
        """A copy of the records, in the order of the listing."""
        with self._lock:
            return [dict(record) for record in self._store]

    @property
    def total_items(self) -> int:
        """The number of records."""
        return len(self._store)

    @property
    def requests(self) -> list[ReceivedRequest]:
        """The requests in the order of arrival, at most the last 100,000."""
        with self._lock:
            return list(self._requests)

    def add(self, record: Mapping[str, Any] | None = None, *, at: datetime | str | None = None) -> dict[str, Any]:
        """Add a record and return a copy of it. What *record* lacks is made up.

            fake.add({"number": "+33199000042", "type": "sip"})

        `created_at` decides its place in the listing: *at* if given, else its own, else a second after the newest.
        ValueError is raised if the id is taken, or `id` or `created_at` is not readable.
        """
        with self._lock:
            # Records that were given to the constructor can be samples themselves.
            added = next(sample for sample in self._samples if sample["id"] not in self._store.json)
            if self._store:
                newest = max(datetime.fromisoformat(end["created_at"]) for end in (self._store[0], self._store[-1]))
                added["created_at"] = written(newest + timedelta(seconds=1))
            added |= record or {}
            if at is not None:
                added["created_at"] = at if isinstance(at, str) else written(at)
            self._store.add(added)
            return added

    def remove(self, record_id: str) -> dict[str, Any]:
        """Remove the record with this id and return it; raise KeyError if there is none."""
        with self._lock:
            return self._store.take(record_id)

    def fail(self, fault: Fault, **conditions: Unpack[Conditions]) -> None:
        """Apply *fault* to the next matching request. Faults queue: a request takes the first one that matches."""
        if not isinstance(fault, Fault):  # pyright: ignore[reportUnnecessaryIsInstance] - fail(503) looks right
            raise TypeError(f"fail() takes a Fault, such as Fault.status(503), not {fault!r}")
        self._faults.append((_taking(**conditions), fault))

    def override(self, reply: Override, **conditions: Unpack[Conditions]) -> None:
        """Let the function *reply* replace the response to the next matching request.

            fake.override(lambda request, reply: fake.answer_to(page=1), times=None)

        Every override that matches is applied, in the order in which they were added, and a fault after them.
        """
        self._overrides.append((_taking(**conditions), reply))

    def before(self, hook: Hook, **conditions: Unpack[Conditions]) -> None:
        """Call *hook* with this fake and the next matching request, before it is answered."""
        self._hooks.append((_taking(**conditions), hook))

    def shift(self, by: int = 1, **conditions: Unpack[Conditions]) -> None:
        """Shift the pages before the next matching request: add this many records, or remove as many of the first."""

        def change(fake: FakeRounded, _: ReceivedRequest) -> list[dict[str, Any]]:
            with fake._lock:  # Another request may shift at the same time.
                gone = [fake.remove(record["id"]) for record in fake.records[: max(-by, 0)]]
                return gone or [fake.add() for _ in range(by)]

        self.before(change, **conditions)

    def reset(self) -> None:
        """Forget the requests, and the faults, overrides and hooks that still wait. The records stay."""
        with self._lock:
            self._faults: list[tuple[Takes, Fault]] = []
            self._overrides: list[tuple[Takes, Override]] = []
            self._hooks: list[tuple[Takes, Hook]] = []
            # The log of a sandbox that runs for days must not grow for ever.
            self._requests = deque[ReceivedRequest](maxlen=100_000)
            self._numbers = count(1)
            self.max_in_flight = self.in_flight
            """The most requests that were in flight at once."""

    def transport(self) -> FakeTransport:
        """Return a transport for `httpx.Client` and `httpx.AsyncClient`: this fake, without a network."""
        return FakeTransport(self._exchange)

    def serve(self, host: str = "127.0.0.1", port: int = 0) -> Server:
        """Start an HTTP/1.1 server; `close()` or the end of its `with` block stops it.

        By default only this machine can connect, on a free port. Raises OSError if the address is unavailable.
        """
        return Server(self._exchange, host, port)

    def answer_to(self, **params: str | int | None) -> Reply:
        """Return the reply to a list request: no key needed, no fault, not logged. None omits a parameter."""
        query = httpx.QueryParams({name: value for name, value in params.items() if value is not None})
        return self._reply_to(read_request("GET", LIST_PATH, str(query), has_key=True))

    @contextmanager
    def _exchange(self, method: str, target: str, headers: Mapping[str, str]) -> Generator[Reply]:
        """Yield the reply to a request, which is in flight until the block ends."""
        path, _, query = target.partition("?")
        wanted = read_request(method, path, query, has_key=headers.get("x-api-key") in self._api_keys)
        shown = {name: "[redacted]" if name == "x-api-key" else value for name, value in headers.items()}
        with self._lock:
            page = None if isinstance(wanted, Reply) else self._store.page_number(wanted)
            request = ReceivedRequest(next(self._numbers), method, path, query, shown, page, time.monotonic())
            self._requests.append(request)
            hooks = [hook for takes, hook in self._hooks if takes(request)]
            overrides = [reply for takes, reply in self._overrides if takes(request)]
            fault = next((fault for takes, fault in self._faults if takes(request)), None)
            self.in_flight += 1
            self.max_in_flight = max(self.max_in_flight, self.in_flight)
        try:
            # Not under the lock: a hook may wait for another request.
            for hook in hooks:
                hook(self, request)
            reply = self._reply_to(wanted).with_headers(("X-Request-Id", f"fake-{request.number}"))
            for override in overrides:
                reply = override(request, reply)
            reply = (fault.spoil(reply) if fault else reply).framed()
            before = (Pause(self.delay), *reply.before) if self.delay else reply.before
            yield replace(reply, before=before, body=b"" if method == "HEAD" else reply.body)
        finally:
            with self._lock:
                self.in_flight -= 1

    def _reply_to(self, wanted: ListRequest | Reply) -> Reply:
        if isinstance(wanted, Reply):
            return wanted
        with self._lock:
            return list_reply(wanted, self._store, totals=self.totals, beyond_end=self.beyond_end)
