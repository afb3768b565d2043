"""The answer that is read: 1,000 mixed numbers, about 255 kB."""

import json
from typing import Any

from callrounded.testing import sample_records

COUNT = 1_000


def page(records: list[dict[str, Any]] | None = None, *, with_unknown: bool = False) -> bytes:
    """Return the body of one page, without blanks, as a server writes it.

    Args:
        records: Its records; else the usual ones.
        with_unknown: Give every record the three properties that have been seen and are not documented.
    """
    found = sample_records(COUNT) if records is None else records
    if with_unknown:
        new = {"media_encryption": "srtp", "transport": "tls"}
        found = [{**record, "inbound_flow_id": record["id"], **new} for record in found]
    envelope = {
        "data": found,
        "message": "Calls retrieved successfully",
        "error": None,
        "status": 200,
        "next_cursor": None,
        "current_page": 1,
        "total_pages": 1,
        "total_items": len(found),
    }
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
