# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""One page of phone numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define
from attrs import field as _field

from ..types import Model

if TYPE_CHECKING:
    from .api_response_error import ApiResponseError
    from .phone_number import PhoneNumber


@define(frozen=True, kw_only=True, weakref_slot=False)
class PhoneNumberList(Model):
    """One page of phone numbers."""

    message: str = "Calls retrieved successfully"
    """Response message indicating the status of the request."""
    error: ApiResponseError | None = None
    """What went wrong. A response with status 200 can carry it too."""
    status: int = 200
    """HTTP status code (200 for successful requests)."""
    next_cursor: str | None = None
    """Next cursor value for cursor-based pagination (ISO 8601 datetime string, only present when use_cursor=true)."""
    current_page: int | None = None
    """Current page number (by default or when use_cursor=false)."""
    total_pages: int | None = None
    """Total number of pages available (by default or when use_cursor=false)."""
    total_items: int | None = None
    """Total count of items matching the query criteria (by default or when use_cursor=false)."""
    data: list[PhoneNumber]
    """List of phone number objects matching the query criteria."""
    additional_properties: dict[str, Any] = _field(factory=dict, repr=False, hash=False)
    """Properties that the OpenAPI document does not list, by name."""
