"""The listing without any I/O: its records, what a request asks for, and the reply to it.

Everything here follows the provider's page. "Silent:" marks what the page does not say; a test that depends on such a
place tests the fake, not the provider.
"""

import re
from bisect import bisect_right, insort
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import parse_qs, unquote

from callrounded.testing._messages import JSON_TYPE, Reply, error_reply

LIST_PATH = "/v1/phone-numbers"
_PARAMETERS: dict[str, tuple[str, Callable[[str], object], str]] = {  # how each is written, read and explained
    "page": (r"0*[1-9][0-9]{0,999}", int, "must be an integer of at least 1"),
    "limit": (r"0*([1-9][0-9]{0,2}|1000)", int, "must be an integer from 1 to 1000"),
    "use_cursor": (r"true|false", lambda text: text == "true", "must be true or false"),
    "cursor": (r".{10,}(Z|[+-].+)", datetime.fromisoformat, "must be a cursor: the created_at of a phone number"),
}

Order = Literal["newest_first", "oldest_first"]
BeyondEnd = Literal["empty", "not_found"]


@dataclass(frozen=True, slots=True)
class ListRequest:
    """A request for one page, its parameters checked."""

    page: int = 1
    limit: int = 50
    use_cursor: bool = False
    cursor: datetime | None = None


class RecordStore(list[dict[str, Any]]):
    """Records sorted by `created_at`; those that share one stay in the order in which they were added."""

    def __init__(self, records: Iterable[Mapping[str, Any]], order: Order) -> None:
        self._sign = -1 if order == "newest_first" else 1
        self.json: dict[str, bytes] = {}
        """The JSON of each record, by id: a record is sent far more often than it is added."""
        super().__init__(sorted(map(self._checked, records), key=self._position))

    def start(self, wanted: ListRequest) -> int:
        """Return the index of the first record of a page."""
        if not wanted.use_cursor:
            return (wanted.page - 1) * wanted.limit
        if wanted.cursor is None:
            return 0
        return bisect_right(self, self._sign * wanted.cursor.timestamp(), key=self._position)

    def page_number(self, wanted: ListRequest) -> int:
        """Return the number of a page; in cursor mode, of the nearest one: changes move a cursor off its border."""
        return (2 * self.start(wanted) + wanted.limit) // (2 * wanted.limit) + 1

    def add(self, record: Mapping[str, Any]) -> None:
        """Insert *record* after those with the same `created_at`; raise ValueError if it is unusable."""
        insort(self, self._checked(record), key=self._position)

    def take(self, record_id: str) -> dict[str, Any]:
        """Remove the record with this id and return it; raise KeyError if there is none."""
        del self.json[record_id]
        return self.pop(next(index for index, record in enumerate(self) if record["id"] == record_id))

    def _position(self, record: Mapping[str, Any]) -> float:
        return self._sign * datetime.fromisoformat(record["created_at"]).timestamp()

    def _checked(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return a copy of *record*, whose JSON is kept; raise ValueError if it is unusable."""
        try:
            is_usable = isinstance(record["id"], str) and datetime.fromisoformat(record["created_at"]).tzinfo
        except (KeyError, TypeError, ValueError):
            is_usable = False
        if not is_usable:
            raise ValueError(f"a record needs an id and a created_at with an offset, both as text: {record!r:.200}")
        if record["id"] in self.json:
            raise ValueError(f"there is a record with this id already: {record['id']!r:.200}")
        self.json[record["id"]] = Reply.of(record).content
        return dict(record)


def read_request(method: str, path: str, query: str, *, has_key: bool) -> ListRequest | Reply:
    """Return the page that a request asks for, or the reply that refuses it."""
    if unquote(path) != LIST_PATH:
        return error_reply(404, "Not found")
    if method != "GET":
        return error_reply(405, "Method not allowed").with_headers(("Allow", "GET"))
    if not has_key:
        return error_reply(401, "Missing or invalid API key")
    given = parse_qs(query, keep_blank_values=True)
    # Silent: unknown parameters. To ignore a filter would let a test pass that fails against the real API.
    if unknown := [(name, "FakeRounded does not know it") for name in given if name not in _PARAMETERS]:
        return error_reply(400, "Unknown query parameters", *unknown)
    if given.get("use_cursor") != ["true"]:
        given.pop("cursor", None)  # Silent: a cursor in page mode. Here it has no meaning, so it is not even read.
    values: dict[str, Any] = {}
    wrong: list[tuple[str, str]] = []
    for name, (pattern, read, rule) in _PARAMETERS.items():
        text = ",".join(given.get(name, ()))  # given twice, it cannot be read
        if name not in given or (name != "page" and text in ("", "null")):  # Silent: how a query writes null.
            continue
        with suppress(ValueError):
            if re.fullmatch(pattern, text):
                values[name] = read(text)
        if name not in values:
            wrong.append((name, rule))
    return error_reply(422, "Invalid request parameters", *wrong) if wrong else ListRequest(**values)


def list_reply(wanted: ListRequest, records: RecordStore, *, totals: bool, beyond_end: BeyondEnd) -> Reply:
    """Return the page; without *totals*, its envelope has none."""
    start = records.start(wanted)
    stop = start + wanted.limit
    if not wanted.use_cursor and 0 < start >= len(records) and beyond_end == "not_found":
        return error_reply(404, "Page not found")
    envelope: dict[str, object] = {
        "message": "Calls retrieved successfully",
        "error": None,
        "status": 200,
        "next_cursor": records[stop - 1]["created_at"] if wanted.use_cursor and stop < len(records) else None,
        "current_page": None if wanted.use_cursor else wanted.page,
    }
    if totals:
        envelope["total_pages"] = None if wanted.use_cursor else -(-len(records) // wanted.limit)
        envelope["total_items"] = None if wanted.use_cursor else len(records)
    data = [records.json[record["id"]] for record in records[start:stop]]
    rest = Reply.of(envelope).content
    return Reply(200, (JSON_TYPE,), b'{"data":[' + b",".join(data) + b"]," + rest[1:])
