# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""What surrounds an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define
from attrs import field as _field

from ..types import Model

if TYPE_CHECKING:
    from .api_response_error import ApiResponseError


@define(frozen=True, kw_only=True, weakref_slot=False)
class ErrorEnvelope(Model):
    """What surrounds an error."""

    message: str | None = None
    """Response message indicating the status of the request."""
    error: ApiResponseError
    """An error, in the words of the API."""
    status: int | None = None
    """HTTP status code."""
    additional_properties: dict[str, Any] = _field(factory=dict, repr=False, hash=False)
    """Properties that the OpenAPI document does not list, by name."""
