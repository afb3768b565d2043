# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""A number that is reached through a SIP trunk."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from attrs import define
from attrs import field as _field

from ..types import AwareDatetime, Model


@define(frozen=True, kw_only=True, weakref_slot=False)
class SipPhoneNumber(Model):
    """A number that is reached through a SIP trunk."""

    id: UUID
    """Identifier of the phone number."""
    number: str
    """The phone number itself."""
    name: str | None = None
    """Name of the phone number."""
    created_at: AwareDatetime
    """When the phone number was created. Cursors are values of this property."""
    inbound_agent_id: UUID | None = None
    """Identifier of the agent that answers inbound calls."""
    redirect: bool | None = False
    """Whether calls are redirected."""
    redirect_phone_number: str | None = None
    """The phone number that calls are redirected to."""
    type: Literal["sip"]
    """The kind of phone number."""
    additional_properties: dict[str, Any] = _field(factory=dict, repr=False, hash=False)
    """Properties that the OpenAPI document does not list, by name."""
