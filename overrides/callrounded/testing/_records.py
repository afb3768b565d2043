"""The phone numbers to list: made up, but the same for the same seed on every machine."""

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

# Number blocks that the French regulator reserves for fiction: nobody is called when an example is dialled.
_FICTIONAL_BLOCKS = ("19900", "26191", "35301", "46571", "53649", "63998")
# Some have letters beyond ASCII, because real names do.
_NAMES = ("Reception", "Support", "Sales", "Zürich office", "Café Lumière", "Bookings", "東京", "After hours")


def sample_records(count: int, *, seed: int = 0) -> list[dict[str, Any]]:
    """Return *count* phone numbers as the API writes them, oldest first.

    About two in three are of type `pstn`, the others `sip`; some have no name, no agent or a redirect. Every
    `created_at` differs. The first records do not depend on *count*.
    """
    return list(itertools.islice(endless_records(seed), count))


def endless_records(seed: int) -> Iterator[dict[str, Any]]:
    """Yield the records of `sample_records` without end."""
    # Only getrandbits: the one method of Random whose sequence no Python version has changed.
    bits = random.Random(seed).getrandbits  # noqa: S311 - examples, not secrets
    created_at = datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)  # as in the example of the provider's page
    for index in itertools.count():
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
