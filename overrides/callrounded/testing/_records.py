"""The phone numbers to list: made up, but the same for the same seed on every machine, and in order."""

import random
from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count as count_from
from itertools import islice
from typing import Any, Literal
from uuid import UUID

from callrounded.testing._messages import Reply

Order = Literal["newest_first", "oldest_first"]

# Number blocks that the French regulator reserves for fiction: nobody is called when an example is dialled.
_FICTIONAL_BLOCKS = ("19900", "26191", "35301", "46571", "53649", "63998")
# Some have letters beyond ASCII, because real names do.
_NAMES = ("Reception", "Support", "Sales", "Zürich office", "Café Lumière", "Bookings", "東京", "After hours")


def sample_records(count: int, *, seed: int = 0) -> list[dict[str, Any]]:
    """Return *count* phone numbers as the API writes them, oldest first.

    About two in three are of type `pstn`, the others `sip`; some have no name, no agent or a redirect. Every
    `created_at` differs. The first records do not depend on *count*.
    """
    return list(islice(endless_records(seed), count))


def endless_records(seed: int) -> Iterator[dict[str, Any]]:
    """Yield the records of `sample_records` without end."""
    # Only getrandbits: the one method of Random whose sequence no Python version has changed.
    bits = random.Random(seed).getrandbits  # noqa: S311 - examples, not secrets
    created_at = datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)  # as in the example of the provider's page
    for index in count_from():
        block, line = divmod(index, 10_000)
        traits = bits(32)
        redirected = traits % 8 == 0
        yield {
            "id": str(UUID(int=bits(128), version=4)),
            "number": f"+33{_FICTIONAL_BLOCKS[block % len(_FICTIONAL_BLOCKS)]}{line:04d}",
            "name": None if traits >> 3 & 7 == 0 else f"{_NAMES[traits >> 6 & 7]} {index + 1}",
            "created_at": written(created_at),
            "type": "sip" if (traits >> 9) % 3 == 0 else "pstn",
            "inbound_agent_id": None if traits >> 16 & 7 == 0 else str(UUID(int=bits(128), version=4)),
            "redirect": redirected,
            "redirect_phone_number": "+33199009999" if redirected else None,
        }
        created_at += timedelta(seconds=1 + bits(32) % 600)


def written(moment: datetime) -> str:
    """Return *moment* as the API writes it; fractions of a second only where there are some."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


class RecordStore(list[dict[str, Any]]):
    """Records sorted by `created_at`; those that share one stay in the order in which they were added."""

    def __init__(self, records: Iterable[Mapping[str, Any]], order: Order) -> None:
        self._sign = -1 if order == "newest_first" else 1
        self.json: dict[str, bytes] = {}
        """The JSON of each record, by id: a record is sent far more often than it is added."""
        super().__init__(sorted(map(self._checked, records), key=self._position))

    def index_after(self, moment: datetime) -> int:
        """Return the index of the first record that the listing has strictly after *moment*."""
        return bisect_right(self, self._sign * moment.timestamp(), key=self._position)

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
