# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""An error, in the words of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define
from attrs import field as _field

from ..types import Model

if TYPE_CHECKING:
    from .error_detail import ErrorDetail


@define(frozen=True, kw_only=True, weakref_slot=False)
class ApiResponseError(Model):
    """An error, in the words of the API."""

    details: list[ErrorDetail] | None = None
    """The fields of the request that are at fault."""
    message: str | None = None
    """What went wrong."""
    status: int | None = None
    """HTTP status code."""
    type: str | None = None
    """The kind of error."""
    additional_properties: dict[str, Any] = _field(factory=dict, repr=False, hash=False)
    """Properties that the OpenAPI document does not list, by name."""
