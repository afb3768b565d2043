"""The Rounded API as a function: a request and the records in, the reply out.

Everything here follows the provider's page as `openapi/rounded.yaml` writes it down. Where the page is silent, the
comments name what this fake does; a test that depends on such a place tests the fake, not the provider.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from callrounded.testing._reply import JSON_TYPE, Reply, error_reply
from callrounded.testing._request import API_KEY_HEADER, query_pairs
from callrounded.testing._store import RecordStore, read_moment

LIST_PATH = "/v1/phone-numbers"
DEFAULT_LIMIT = 50
MAX_LIMIT = 1000

# How a client can write null in a query. Silent: the page says `integer | null` and not how null is written.
_NULLS = ("", "null")


@dataclass(frozen=True, slots=True)
class ListQuery:
    """The query of a list request, read and checked."""

    page: int = 1
    limit: int = DEFAULT_LIMIT
    use_cursor: bool = False
    cursor: datetime | None = None


class InvalidQueryError(ValueError):
    """A query that the API answers with 422; `details` are pairs of a parameter and what is wrong with it."""

    def __init__(self, details: list[tuple[str, str]]) -> None:
        super().__init__(details)
        self.details = details


def answer(
    method: str, path: str, query: str, headers: Mapping[str, str], *, records: RecordStore, api_keys: Collection[str]
) -> Reply:
    """Return what the API answers to a request whose *headers* have lower-case names."""
    if unquote(path) != LIST_PATH:
        return error_reply(404, "Not found")
    if method != "GET":
        return error_reply(405, "Method not allowed").with_headers(("Allow", "GET"))
    if headers.get(API_KEY_HEADER) not in api_keys:
        return error_reply(401, "Missing or invalid API key")
    try:
        wanted = read_query(query)
    except InvalidQueryError as error:
        return error_reply(422, "Invalid request parameters", *error.details)
    return cursor_page(wanted, records) if wanted.use_cursor else numbered_page(wanted, records)


def page_asked_for(method: str, path: str, query: str, records: RecordStore) -> int | None:
    """Return which page a request asks for, 1 for the first, or None when it asks for none."""
    if method != "GET" or unquote(path) != LIST_PATH:
        return None
    try:
        wanted = read_query(query)
    except InvalidQueryError:
        return None
    if not wanted.use_cursor:
        return wanted.page
    # The nearest border between two pages: skipped ties, and records added or removed, move a cursor off it.
    return (2 * _start_of(wanted, records) + wanted.limit) // (2 * wanted.limit) + 1


def numbered_page(wanted: ListQuery, records: RecordStore) -> Reply:
    """Return the page of this number. Silent: beyond the last one there is a page as well, an empty one."""
    start = (wanted.page - 1) * wanted.limit
    return _list_reply(
        records.rendered(start, start + wanted.limit),
        next_cursor=None,
        current_page=wanted.page,
        total_pages=-(-len(records) // wanted.limit),
        total_items=len(records),
    )


def cursor_page(wanted: ListQuery, records: RecordStore) -> Reply:
    """Return the records strictly beyond the cursor: ties with the record it was taken from are skipped."""
    start = _start_of(wanted, records)
    stop = start + wanted.limit
    return _list_reply(
        records.rendered(start, stop),
        # The cursor is the created_at of the last record of this page, written as in the record.
        next_cursor=records.created_at(stop - 1) if stop < len(records) else None,
        current_page=None,
        total_pages=None,
        total_items=None,
    )


def read_query(query: str) -> ListQuery:
    """Return the list request that *query* is. Unknown parameters are passed over.

    Raises:
        InvalidQueryError: parameters that are none of their type, out of bounds or given more than once.
    """
    reader = _ParameterReader(query)
    page = reader.integer("page", 1)
    limit = reader.integer("limit", DEFAULT_LIMIT, maximum=MAX_LIMIT, nullable=True)
    use_cursor = reader.boolean("use_cursor")
    # Silent: a cursor in page mode. Here it says nothing, so it is not even read.
    cursor = reader.moment("cursor") if use_cursor else None
    if reader.details:
        raise InvalidQueryError(reader.details)
    return ListQuery(page, limit, use_cursor, cursor)


class _ParameterReader:
    """Reads the parameters of a query, and collects in `details` what is wrong with them."""

    def __init__(self, query: str) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in query_pairs(query):
            self._values.setdefault(name, []).append(value)
        self.details: list[tuple[str, str]] = []

    def integer(self, name: str, default: int, *, maximum: int | None = None, nullable: bool = False) -> int:
        """Return an integer of at least 1, or *default* when there is none to be read."""
        text = self._text(name)
        if text is None or (nullable and text in _NULLS):
            return default
        # So many digits are not for counting pages, and beyond a few thousand int() itself refuses.
        if not re.fullmatch(r"-?[0-9]{1,1000}", text):
            self.details.append((name, "must be an integer"))
            return default
        number = int(text)
        if number < 1:
            self.details.append((name, "must be at least 1"))
        elif maximum is not None and number > maximum:
            self.details.append((name, f"must be at most {maximum}"))
        return number

    def boolean(self, name: str) -> bool:
        """Return whether the parameter is `true`."""
        text = self._text(name)
        if text not in (None, "true", "false", *_NULLS):
            self.details.append((name, "must be true or false"))
        return text == "true"

    def moment(self, name: str) -> datetime | None:
        """Return the moment that a cursor names, None without one."""
        text = self._text(name)
        if text is None or text in _NULLS:
            return None
        moment = read_moment(text)
        if moment is None:
            self.details.append((name, "must be a cursor: the created_at of a phone number"))
        return moment

    def _text(self, name: str) -> str | None:
        values = self._values.get(name, [])
        if len(values) > 1:
            self.details.append((name, "must be given at most once"))
        return values[-1] if values else None


def _start_of(wanted: ListQuery, records: RecordStore) -> int:
    return 0 if wanted.cursor is None else records.start_after(wanted.cursor)


def _list_reply(
    data: list[bytes],
    *,
    next_cursor: str | None,
    current_page: int | None,
    total_pages: int | None,
    total_items: int | None,
) -> Reply:
    """Return the envelope around *data*, which is JSON already."""
    rest = Reply.of(
        {
            "message": "Calls retrieved successfully",
            "error": None,
            "status": 200,
            "next_cursor": next_cursor,
            "current_page": current_page,
            "total_pages": total_pages,
            "total_items": total_items,
        }
    ).content
    return Reply(200, (JSON_TYPE,), b'{"data":[' + b",".join(data) + b"]," + rest[1:])
