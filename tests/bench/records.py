"""The page that is decoded: 1,000 mixed numbers, about 255 kB."""

import json
from uuid import UUID

from callrounded.testing import sample_records

COUNT = 1000


def page(*, with_unknown: bool = False) -> bytes:
    """Return the body of one page; *with_unknown* gives every record three properties that the document lacks."""
    records = sample_records(COUNT)
    for index, record in enumerate(records):
        record["name"] = record["name"] or f"Front desk {index}"
        if with_unknown:
            record |= {"inbound_flow_id": str(UUID(int=index)), "media_encryption": "srtp", "transport": "tls"}
    envelope = {
        "data": records,
        "message": "Calls retrieved successfully",
        "error": None,
        "status": 200,
        "next_cursor": None,
        "current_page": 1,
        "total_pages": 1,
        "total_items": COUNT,
    }
    return json.dumps(envelope, ensure_ascii=False).encode()
