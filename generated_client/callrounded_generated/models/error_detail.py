# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""One fault of one field of the request."""

from __future__ import annotations

from typing import Any

from attrs import define
from attrs import field as _field

from ..types import Model


@define(frozen=True, kw_only=True, weakref_slot=False)
class ErrorDetail(Model):
    """One fault of one field of the request."""

    field: str | None = None
    """Name of the field."""
    message: str | None = None
    """What is wrong with it."""
    additional_properties: dict[str, Any] = _field(factory=dict, repr=False, hash=False)
    """Properties that the OpenAPI document does not list, by name."""
