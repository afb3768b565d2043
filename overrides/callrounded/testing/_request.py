"""A request as the fake API received it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

API_KEY_HEADER = "x-api-key"


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """One entry of `FakeRounded.requests`. The API key is not in it: its header reads `[redacted]`."""

    number: int
    """1 for the first request that the fake received."""
    method: str
    path: str
    """The path, without the query, as it was sent."""
    query: str
    """The query, without the question mark, as it was sent."""
    headers: Mapping[str, str]
    """The headers, their names in lower case."""
    page: int | None
    """Which page of the listing was asked for, 1 for the first: in cursor mode, where the cursor stands in units of
    the limit. None for a request that the API would not answer with a page."""
    received_at: float
    """`time.monotonic()` when the request had arrived."""

    @property
    def params(self) -> dict[str, str]:
        """The parameters of the query by name; of a repeated one the last."""
        return dict(query_pairs(self.query))


def query_pairs(query: str) -> list[tuple[str, str]]:
    """Return the parameters of *query* in their order, empty and repeated ones included."""
    return parse_qsl(query, keep_blank_values=True)
