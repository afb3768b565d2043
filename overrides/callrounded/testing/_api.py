"""The listing as plain functions: what a request asks for, and the reply to it.

Everything here follows the provider's page. "Silent:" marks what the page does not say; a test that depends on such a
place tests the fake, not the provider.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import parse_qs, unquote

from callrounded.testing._messages import JSON_TYPE, Reply, error_reply
from callrounded.testing._records import RecordStore

LIST_PATH = "/v1/phone-numbers"
_PARAMETERS: dict[str, tuple[str, Callable[[str], object], str]] = {  # how each is written, read and explained
    "page": (r"0*[1-9][0-9]{0,999}", int, "must be an integer of at least 1"),
    "limit": (r"0*([1-9][0-9]{0,2}|1000)", int, "must be an integer from 1 to 1000"),
    "use_cursor": (r"true|false", lambda text: text == "true", "must be true or false"),
    "cursor": (r".{10,}(Z|[+-].+)", datetime.fromisoformat, "must be a cursor: the created_at of a phone number"),
}

BeyondEnd = Literal["empty", "not_found"]


@dataclass(frozen=True, slots=True)
class ListRequest:
    """A request for one page, its parameters checked."""

    page: int = 1
    limit: int = 50
    use_cursor: bool = False
    cursor: datetime | None = None

    def start(self, records: RecordStore) -> int:
        """Return the index of the first record of the page."""
        if not self.use_cursor:
            return (self.page - 1) * self.limit
        return 0 if self.cursor is None else records.index_after(self.cursor)

    def page_number(self, records: RecordStore) -> int:
        """Return the number of the page; in cursor mode, of the nearest one: changes move a cursor off its border."""
        return (2 * self.start(records) + self.limit) // (2 * self.limit) + 1


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
    start = wanted.start(records)
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
