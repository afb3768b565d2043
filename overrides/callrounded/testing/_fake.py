"""The fake API as tests hold it: records, a script of what goes wrong, and a log of the requests."""

import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Generic, TypedDict, TypeVar, Unpack
from urllib.parse import urlencode

from callrounded.testing._api import LIST_PATH, BeyondEnd, ListRequest, list_reply, read_request
from callrounded.testing._faults import Fault
from callrounded.testing._messages import Pause, ReceivedRequest, Reply
from callrounded.testing._records import Order, RecordStore, endless_records, written
from callrounded.testing._server import Server
from callrounded.testing._transport import FakeTransport

Override = Callable[[ReceivedRequest, Reply], Reply]
Hook = Callable[["FakeRounded", ReceivedRequest], object]
Action = TypeVar("Action")


class Conditions(TypedDict, total=False):
    """Which requests are meant, as `FakeRounded` explains it."""

    page: int | None
    request: int | None
    when: Callable[[ReceivedRequest], bool] | None
    times: int | None


@dataclass(slots=True)
class _Rule(Generic[Action]):
    """An action that waits for its requests."""

    action: Action
    page: int | None = None
    request: int | None = None
    when: Callable[[ReceivedRequest], bool] | None = None
    times: int | None = 1

    def takes(self, request: ReceivedRequest) -> bool:
        """Return whether *request* is meant, and count it."""
        if self.times == 0 or self.request not in (None, request.number) or self.page not in (None, request.page):
            return False
        if self.when is not None and not self.when(request):
            return False
        if self.times is not None:
            self.times -= 1
        return True


class FakeRounded:
    """An in-memory Rounded API that behaves as documented until a test says otherwise.

        fake = FakeRounded(records=120)
        client = httpx.Client(transport=fake.transport())  # without a network, or:
        with fake.serve() as server:
            response = httpx.get(f"{server.url}/v1/phone-numbers", headers={"X-Api-Key": "test-key"})

    A test says beforehand what goes wrong, and looks at the requests afterwards:

        fake.fail(Fault.status(429, retry_after=1), page=2)
        fake.shift(page=3)
        ...
        assert [request.page for request in fake.requests] == [1, 2, 2, 3]

    `fail`, `override`, `before` and `shift` take the same conditions, which a request must fulfil together: *page* is
    the requested page of the listing (in cursor mode too), *request* the number in the order of arrival, *when* a
    function of the `ReceivedRequest`. *times* is the number of requests it applies to, 1 by default; None is all.

    Every method may be called from any thread, and from a hook.
    """

    def __init__(
        self,
        records: int | Iterable[Mapping[str, Any]] = 0,
        *,
        seed: int = 0,
        api_keys: Sequence[str] = ("test-key",),
        order: Order = "newest_first",
        delay: float = 0.0,
        totals: bool = True,
        beyond_end: BeyondEnd = "empty",
        ignores: Collection[str] = (),
    ) -> None:
        """Hold *records*, or this many of `sample_records(seed=seed)`.

        `delay`, `totals` and `beyond_end` are attributes too, and can be changed at any time.

        Args:
            records: their number, or JSON objects with readable `id` and `created_at`, which are sent as they are.
            seed: which samples to make, for `add()` too.
            api_keys: the keys that are accepted.
            order: which records come first; the documentation does not say.
            delay: seconds before each response.
            totals: False leaves `total_items` and `total_pages` out of every envelope.
            beyond_end: the response to a page beyond the last one, an empty page or a 404; the documentation does not
                say which.
            ignores: query parameters without effect. The fake refuses all others that the documentation does not have.

        Raises:
            ValueError: the number is negative; two records share an id, or one lacks a readable `id` or `created_at`.
        """
        self.delay = delay
        self.totals = totals
        self.beyond_end: BeyondEnd = beyond_end
        self.in_flight = 0
        """How many requests have arrived and are not answered yet."""
        self._api_keys, self._ignores = frozenset(api_keys), frozenset(ignores)
        self._samples = endless_records(seed)
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

        `created_at` decides its place in the listing: *at* if given, else its own, else a second after the newest. A
        record with the `created_at` of another one follows it.

        Raises:
            ValueError: the id is taken, or `id` or `created_at` is not readable.
        """
        with self._lock:
            # Records that were given to the constructor can be samples themselves.
            added = next(sample for sample in self._samples if sample["id"] not in self._store.ids)
            if newest := self._store.newest():
                added["created_at"] = written(datetime.fromisoformat(newest["created_at"]) + timedelta(seconds=1))
            added |= record or {}
            if at is not None:
                added["created_at"] = at if isinstance(at, str) else written(at)
            self._store.add(added)
            return added

    def remove(self, record_id: str) -> dict[str, Any]:
        """Remove the record with this id and return it; raise KeyError if there is none."""
        with self._lock:
            return self._store.remove(record_id)

    def fail(self, fault: Fault, **conditions: Unpack[Conditions]) -> None:
        """Apply *fault* to the next matching request.

        Faults queue: a request takes the first one that matches, the others wait.

            fake.fail(Fault.status(503))
            fake.fail(Fault.reset())  # the second request
        """
        self._faults.append(_Rule(fault, **conditions))

    def override(self, reply: Override, **conditions: Unpack[Conditions]) -> None:
        """Let the function *reply* replace the response to the next matching request.

        For what `Fault` has no name for, such as a server that always sends its first page:

            fake.override(lambda request, reply: fake.answer_to(page=1), times=None)

        Every override that matches is applied, in the order in which they were added, and a fault after them.
        """
        self._overrides.append(_Rule(reply, **conditions))

    def before(self, hook: Hook, **conditions: Unpack[Conditions]) -> None:
        """Call *hook* with this fake and the next matching request, before it is answered.

        fake.before(lambda fake, request: fake.remove(fake.records[0]["id"]), page=2)
        """
        self._hooks.append(_Rule(hook, **conditions))

    def shift(self, by: int = 1, **conditions: Unpack[Conditions]) -> None:
        """Shift the pages, and change the total, before the next matching request.

        A positive *by* adds this many records as the newest; a negative one removes as many from the beginning of the
        listing, so that the next page skips records.
        """

        def change(fake: FakeRounded, _: ReceivedRequest) -> None:
            for _added in range(by):
                fake.add()
            for record in fake.records[: max(0, -by)]:
                fake.remove(record["id"])

        self.before(change, **conditions)

    def reset(self) -> None:
        """Forget the requests, and the faults, overrides and hooks that still wait. The records stay."""
        with self._lock:
            self._faults: list[_Rule[Fault]] = []
            self._overrides: list[_Rule[Override]] = []
            self._hooks: list[_Rule[Hook]] = []
            # The log of a sandbox that runs for days must not grow for ever.
            self._requests = deque[ReceivedRequest](maxlen=100_000)
            self._received = 0
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

    def answer_to(self, **params: object) -> Reply:
        """Return the reply to a list request with these parameters: no key needed, no fault, not logged.

            fake.answer_to(page=2, limit=10).envelope["data"]

        None omits a parameter.
        """
        given = {name: value for name, value in params.items() if value is not None}
        query = {name: str(value).lower() if isinstance(value, bool) else value for name, value in given.items()}
        wanted = read_request("GET", LIST_PATH, urlencode(query), has_key=True, ignores=self._ignores)
        return self._reply_to(wanted)

    @contextmanager
    def _exchange(self, method: str, target: str, headers: Mapping[str, str]) -> Generator[Reply]:
        """Yield the reply to a request, which is in flight until the block ends."""
        path, _, query = target.partition("?")
        has_key = headers.get("x-api-key") in self._api_keys
        wanted = read_request(method, path, query, has_key=has_key, ignores=self._ignores)
        shown = {name: "[redacted]" if name == "x-api-key" else value for name, value in headers.items()}
        with self._lock:
            page = None if isinstance(wanted, Reply) else wanted.page_number(self._store)
            self._received += 1
            request = ReceivedRequest(self._received, method, path, query, shown, page, time.monotonic())
            self._requests.append(request)
            hooks = [rule.action for rule in self._hooks if rule.takes(request)]
            overrides = [rule.action for rule in self._overrides if rule.takes(request)]
            fault = next((rule.action for rule in self._faults if rule.takes(request)), None)
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
