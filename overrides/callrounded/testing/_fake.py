"""The fake API as tests hold it: records, faults and a log around the pure core."""

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from callrounded.testing._api import LIST_PATH, answer, page_asked_for
from callrounded.testing._faults import Fault
from callrounded.testing._records import endless_records
from callrounded.testing._reply import Pause, Reply
from callrounded.testing._request import API_KEY_HEADER, ReceivedRequest
from callrounded.testing._script import Script
from callrounded.testing._server import Server
from callrounded.testing._store import Order, RecordStore
from callrounded.testing._transport import FakeTransport

Condition = Callable[[ReceivedRequest], bool]
Override = Callable[[ReceivedRequest, Reply], Reply]
Hook = Callable[["FakeRounded", ReceivedRequest], object]

# The log of a sandbox that runs for days must not grow for ever.
_REQUESTS_KEPT = 100_000


class FakeRounded:
    """An in-memory Rounded API that answers as the documentation says, until it is told not to.

    It needs no network, or a real one on this machine:

        fake = FakeRounded(records=120)
        with httpx.Client(transport=fake.transport(), base_url="https://api.callrounded.com") as client:
            answer = client.get("/v1/phone-numbers", params={"limit": 50}, headers={"X-Api-Key": "test-key"})

        with fake.serve() as server:
            answer = httpx.get(f"{server.url}/v1/phone-numbers", headers={"X-Api-Key": "test-key"})

    What a test wants to go wrong it says beforehand, and afterwards it looks at what was asked:

        fake.fail(Fault.status(429, retry_after=1), page=2)
        fake.before(lambda fake, request: fake.add(), page=3)
        ...
        assert [request.page for request in fake.requests] == [1, 2, 2, 3]

    `fail`, `override` and `before` take the same conditions, which a request must fulfil together: *page* is the page
    of the listing that it asks for (in cursor mode too), *request* its number in the order of arrival, *when* a
    function of the `ReceivedRequest`. *times* is how many requests it happens to, None is all of them.

    Everything may be called from any thread, and from a hook.
    """

    def __init__(
        self,
        records: int | Iterable[Mapping[str, Any]] = 0,
        *,
        seed: int = 0,
        api_keys: Sequence[str] = ("test-key",),
        order: Order = "newest_first",
        delay: float = 0.0,
    ) -> None:
        """Hold *records*: so many of `sample_records(seed=seed)`, or those given.

        Args:
            records: their number, or the records themselves: JSON objects, of which `id` and `created_at` must be
                there and readable, and anything else may be.
            seed: which samples to make; `add()` makes its records from it too.
            api_keys: the keys that are accepted.
            order: which records come first. The documentation does not say.
            delay: seconds that pass before each answer; the attribute of that name can be changed at any time.

        Raises:
            ValueError: the number is negative; two records share an id, or one lacks a readable `id` or `created_at`.
        """
        if isinstance(records, int) and records < 0:
            raise ValueError(f"There cannot be {records} records.")
        self.delay = delay
        self._api_keys = tuple(api_keys)
        self._samples = endless_records(seed)
        self._store = RecordStore(islice(self._samples, records) if isinstance(records, int) else records, order)
        # Reentrant, because hooks and conditions may look at the fake.
        self._lock = threading.RLock()
        self._in_flight = 0
        self.reset()

    def __repr__(self) -> str:
        return f"<FakeRounded: {self.total_items} records, {len(self.requests)} requests>"

    # The records.

    @property
    def records(self) -> list[dict[str, Any]]:
        """A copy of the records, in the order in which they are listed."""
        with self._lock:
            return self._store.all()

    @property
    def total_items(self) -> int:
        """How many records there are."""
        with self._lock:
            return len(self._store)

    def add(self, record: Mapping[str, Any] | None = None, *, at: datetime | str | None = None) -> dict[str, Any]:
        """Add a record, a made-up one by default, and return a copy of it.

        Its `created_at` decides where in the listing it appears: *at* if given; else its own; else, for one that is
        made up, a second after the newest. A record `at` the moment of another one ties with it and follows it.

        Raises:
            ValueError: the id is taken, or `id` or `created_at` is not readable.
        """
        with self._lock:
            added = dict(self._next_sample() if record is None else record)
            if at is not None:
                added["created_at"] = at if isinstance(at, str) else _written(at)
            self._store.add(added)
            return added

    def remove(self, record_id: str) -> dict[str, Any]:
        """Remove the record with this id and return it.

        Raises:
            KeyError: there is none.
        """
        with self._lock:
            return self._store.remove(record_id)

    def _next_sample(self) -> dict[str, Any]:
        # Records that were given to the constructor can be samples themselves.
        sample = next(sample for sample in self._samples if sample["id"] not in self._store)
        newest = self._store.newest()
        return sample if newest is None else sample | {"created_at": _written(newest + timedelta(seconds=1))}

    # What goes wrong.

    def fail(
        self,
        fault: Fault,
        *,
        page: int | None = None,
        request: int | None = None,
        when: Condition | None = None,
        times: int | None = 1,
    ) -> None:
        """Let *fault* befall the next request that fulfils the conditions, or the next so many.

        Faults queue: one that is added later waits until those before it have left a request to it.

            fake.fail(Fault.status(503))
            fake.fail(Fault.reset())  # the second request
        """
        _check_fault(fault)
        with self._lock:
            self._faults.add(fault, request, page, when, times)

    def override(
        self,
        reply: Override,
        *,
        page: int | None = None,
        request: int | None = None,
        when: Condition | None = None,
        times: int | None = 1,
    ) -> None:
        """Have *reply*, a function, turn the answer to a request into another one.

        For whatever `Fault` has no name for. A server that hands out its first page whatever it is asked for:

            fake.override(lambda request, reply: fake.answer_to(page=1), times=None)

        Several overrides of one request are applied in the order in which they were added, and a fault after them.
        """
        with self._lock:
            self._overrides.add(reply, request, page, when, times)

    def before(
        self,
        hook: Hook,
        *,
        page: int | None = None,
        request: int | None = None,
        when: Condition | None = None,
        times: int | None = 1,
    ) -> None:
        """Call *hook* with this fake and the request, after it has arrived and before it is answered.

        fake.before(lambda fake, request: fake.remove(fake.records[0]["id"]), page=2)
        """
        with self._lock:
            self._hooks.add(hook, request, page, when, times)

    def reset(self) -> None:
        """Forget the requests, and the faults, overrides and hooks that are still waiting. The records stay."""
        with self._lock:
            self._faults = Script[Fault]()
            self._overrides = Script[Override]()
            self._hooks = Script[Hook]()
            self._requests = deque[ReceivedRequest](maxlen=_REQUESTS_KEPT)
            self._received = 0
            self._max_in_flight = self._in_flight

    # What was asked.

    @property
    def requests(self) -> list[ReceivedRequest]:
        """The requests in the order of their arrival, at most the last 100,000."""
        with self._lock:
            return list(self._requests)

    @property
    def in_flight(self) -> int:
        """How many requests have arrived and are not answered yet."""
        with self._lock:
            return self._in_flight

    @property
    def max_in_flight(self) -> int:
        """The most requests that were in flight at once."""
        with self._lock:
            return self._max_in_flight

    # How it is reached.

    def transport(self) -> FakeTransport:
        """Return a transport for `httpx.Client` and `httpx.AsyncClient`: this fake, without a network."""
        return FakeTransport(self._exchange)

    def serve(self, host: str = "127.0.0.1", port: int = 0) -> Server:
        """Start an HTTP/1.1 server for this fake and return it; leaving its `with` block, or `close()`, ends it.

        Args:
            host: the address to listen on; by default nobody but this machine can connect.
            port: the port; 0 takes a free one.

        Raises:
            OSError: the address is not to be had.
        """
        return Server(self._exchange, host, port)

    def answer_to(self, **params: object) -> Reply:
        """Return what the API answers to a list request with these parameters: no key needed, no fault, no log.

            fake.answer_to(page=2, limit=10).envelope["data"]

        A parameter is written as `str` does, a boolean as `true` or `false`; one that is None is left out.
        """
        given = {name: value for name, value in params.items() if value is not None}
        query = urlencode(
            {name: str(value).lower() if isinstance(value, bool) else value for name, value in given.items()}
        )
        with self._lock:
            return answer("GET", LIST_PATH, query, {API_KEY_HEADER: ""}, records=self._store, api_keys=("",))

    @contextmanager
    def _exchange(self, method: str, target: str, headers: Mapping[str, str]) -> Generator[Reply]:
        """Yield the reply to a request; the request is in flight until the block is left."""
        path, _, query = target.partition("?")
        with self._lock:
            request = self._receive(method, path, query, headers)
            hooks = self._hooks.all(request)
            overrides = self._overrides.all(request)
            fault = self._faults.first(request)
            self._in_flight += 1
            self._max_in_flight = max(self._max_in_flight, self._in_flight)
        try:
            # Not under the lock: a hook may wait for another request.
            for hook in hooks:
                hook(self, request)
            with self._lock:
                reply = answer(method, path, query, headers, records=self._store, api_keys=self._api_keys)
            reply = reply.with_headers(("X-Request-Id", f"fake-{request.number}"))
            for override in overrides:
                reply = override(request, reply)
            if fault is not None:
                reply = fault.spoil(reply)
            if method == "HEAD":
                reply = replace(reply, body=b"")
            yield replace(reply, before=(Pause(self.delay), *reply.before)) if self.delay else reply
        finally:
            with self._lock:
                self._in_flight -= 1

    def _receive(self, method: str, path: str, query: str, headers: Mapping[str, str]) -> ReceivedRequest:
        """Log the request and return the entry."""
        self._received += 1
        shown = {name: "[redacted]" if name == API_KEY_HEADER else value for name, value in headers.items()}
        page = page_asked_for(method, path, query, self._store)
        request = ReceivedRequest(self._received, method, path, query, shown, page, time.monotonic())
        self._requests.append(request)
        return request


def _written(moment: datetime) -> str:
    """Return *moment* as the documentation writes one; fractions of a second only where there are some."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _check_fault(fault: object) -> None:
    if not isinstance(fault, Fault):
        raise TypeError(f"What befalls a request is a Fault, such as Fault.status(503): {fault!r:.80}")
