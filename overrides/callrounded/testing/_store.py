"""The records of the fake API, in the order in which it lists them."""

import json
from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, NamedTuple

Order = Literal["newest_first", "oldest_first"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class _Stored(NamedTuple):
    position: int
    """Where the record stands: microseconds of `created_at`, negated when the newest comes first."""
    record: dict[str, Any]
    json: bytes
    """The record as it is sent; encoded once, because a page is rendered far more often than a record is added."""


def read_moment(text: str) -> datetime | None:
    """Return the moment that *text* names in ISO 8601, or None when it names none: no date, or one without offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


class RecordStore:
    """Records sorted by `created_at`; those that share one stay in the order in which they were added."""

    def __init__(self, records: Iterable[Mapping[str, Any]], order: Order) -> None:
        self._sign = -1 if order == "newest_first" else 1
        self._stored: list[_Stored] = []
        self._ids: set[str] = set()
        for record in records:
            self._stored.append(self._accept(record))
        self._stored.sort(key=_position)

    def __contains__(self, record_id: object) -> bool:
        return record_id in self._ids

    def __len__(self) -> int:
        return len(self._stored)

    def all(self) -> list[dict[str, Any]]:
        """Return a copy of every record, in the order of the listing."""
        return [dict(stored.record) for stored in self._stored]

    def add(self, record: Mapping[str, Any]) -> None:
        """Put *record* where its `created_at` belongs, behind those that share it.

        Raises:
            ValueError: the record has no text as `id`, or one that is taken, or no readable `created_at`.
        """
        insort(self._stored, self._accept(record), key=_position)

    def remove(self, record_id: str) -> dict[str, Any]:
        """Take the record out and return it.

        Raises:
            KeyError: no record has this id.
        """
        self._ids.remove(record_id)
        index = next(index for index, stored in enumerate(self._stored) if stored.record["id"] == record_id)
        return self._stored.pop(index).record

    def newest(self) -> datetime | None:
        """Return when the newest record was created, or None when there is none."""
        if not self._stored:
            return None
        position = self._stored[0 if self._sign < 0 else -1].position
        return _EPOCH + timedelta(microseconds=self._sign * position)

    def start_after(self, cursor: datetime) -> int:
        """Return the index of the first record strictly beyond *cursor*: all that share its moment are passed over."""
        return bisect_right(self._stored, self._position(cursor), key=_position)

    def rendered(self, start: int, stop: int) -> list[bytes]:
        """Return the JSON of the records from index *start* up to *stop*; beyond the last one there are none."""
        return [stored.json for stored in self._stored[start:stop]]

    def created_at(self, index: int) -> str:
        """Return the `created_at` of the record at *index* as it was written in the record."""
        return str(self._stored[index].record["created_at"])

    def _accept(self, record: Mapping[str, Any]) -> _Stored:
        record_id, created_at = record.get("id"), record.get("created_at")
        moment = read_moment(created_at) if isinstance(created_at, str) else None
        if not isinstance(record_id, str) or moment is None:
            raise ValueError(f"a record needs an id and a created_at with an offset, both as text: {record!r:.200}")
        if record_id in self._ids:
            raise ValueError(f"there is a record with this id already: {record_id!r:.200}")
        encoded = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        self._ids.add(record_id)
        return _Stored(self._position(moment), dict(record), encoded)

    def _position(self, moment: datetime) -> int:
        return self._sign * ((moment - _EPOCH) // timedelta(microseconds=1))


def _position(stored: _Stored) -> int:
    return stored.position
