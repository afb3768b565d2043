# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""List phone numbers"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from ... import operation as _operation
from ...decoding import decode_json
from ...models.error_envelope import ErrorEnvelope
from ...models.phone_number_list import PhoneNumberList
from ...operation import Request
from ...types import OnInvalid


def build(
    *,
    page: Annotated[int, Meta(ge=1)] | None = None,
    limit: Annotated[int, Meta(le=1000)] | None = None,
    use_cursor: bool | None = None,
    cursor: str | None = None,
) -> Request:
    """List phone numbers

    Args:
        page: Page number for page-based pagination (1-indexed, by default or when use_cursor=false).
        limit: Maximum number of results to return per page (default: 50, max: 1000).
        use_cursor: Pagination mode selection: true for cursor-based pagination, false for page-based
            pagination.
        cursor: Cursor for pagination based on the phone number created_at property (ISO 8601 datetime of last
            seen record).

    None is not sent: what that means is the API's decision.
    """
    return Request(
        method="GET",
        path=_operation.path("/v1/phone-numbers"),
        params=_operation.query(
            ("page", page),
            ("limit", limit),
            ("use_cursor", use_cursor),
            ("cursor", cursor),
        ),
    )


def parse(status_code: int, content: bytes, *, on_invalid: OnInvalid = "raise") -> PhoneNumberList:
    """Return what a successful answer holds.

    Args:
        status_code: Its HTTP status.
        content: Its body.
        on_invalid: `"keep"` leaves a `MalformedRecord` in the place of each broken object of a list.

    Raises:
        DecodeError: the body is not what the OpenAPI document says.
    """
    return decode_json(PhoneNumberList, content, on_invalid=on_invalid)


def parse_error(status_code: int, content: bytes) -> ErrorEnvelope:
    """Return what an answer that reports an error holds.

    Args:
        status_code: Its HTTP status.
        content: Its body.

    Raises:
        DecodeError: the body is not what the OpenAPI document says.
    """
    return decode_json(ErrorEnvelope, content)
