"""Phone numbers to list: made up, but the same ones for the same seed on every machine."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count as count_from
from itertools import islice
from typing import Any

# The moment in the example of the provider's page; each later number is created a little after the one before it.
_FIRST_CREATED_AT = datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC)
_LONGEST_PAUSE_SECONDS = 600

# Number blocks that the French regulator keeps for fiction: nobody is called when an example is dialled.
_FICTIONAL_BLOCKS = ("19900", "26191", "35301", "46571", "53649", "63998")

# Some carry letters beyond ASCII, because real names do.
_NAMES = ("Reception", "Support", "Sales", "Zürich office", "Café Lumière", "Bookings", "東京", "After hours")


def sample_records(count: int, *, seed: int = 0) -> list[dict[str, Any]]:
    """Return *count* phone numbers as the API writes them, oldest first.

    About two in three are of type `pstn`, the others `sip`; some have no name, no agent or a redirect. Every
    `created_at` differs. Fewer records of the same seed are the first ones of more.

        >>> [record["number"] for record in sample_records(2)]
        ['+33199000000', '+33199000001']
    """
    return list(islice(endless_records(seed), count))


def endless_records(seed: int) -> Iterator[dict[str, Any]]:
    """Yield the records of `sample_records` without an end."""
    # Only getrandbits: of Random's methods it is the one whose sequence no Python version has changed.
    bits = random.Random(seed).getrandbits  # noqa: S311 - examples, not secrets
    created_at = _FIRST_CREATED_AT
    for index in count_from():
        block, line = divmod(index, 10_000)
        number = f"+33{_FICTIONAL_BLOCKS[block % len(_FICTIONAL_BLOCKS)]}{line:04d}"
        traits = bits(32)
        redirected = traits % 8 == 0
        yield {
            "id": _uuid(bits(128)),
            "number": number,
            "name": None if traits >> 3 & 7 == 0 else f"{_NAMES[traits >> 6 & 7]} {index + 1}",
            "created_at": created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "type": "sip" if (traits >> 9) % 3 == 0 else "pstn",
            "inbound_agent_id": None if traits >> 16 & 7 == 0 else _uuid(bits(128)),
            "redirect": redirected,
            "redirect_phone_number": "+33199009999" if redirected else None,
        }
        created_at += timedelta(seconds=1 + bits(32) % _LONGEST_PAUSE_SECONDS)


def _uuid(bits: int) -> str:
    """Return *bits* as the text of a random (version 4) UUID."""
    digits = f"{bits:032x}"
    variant = "89ab"[bits >> 62 & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
