# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""A phone number of the account."""

from __future__ import annotations

from typing import Any, TypeAlias
from uuid import UUID

from attrs import define
from attrs import field as _field

from ..types import AwareDatetime, UnknownVariant
from .pstn_phone_number import PstnPhoneNumber
from .sip_phone_number import SipPhoneNumber


@define(frozen=True, kw_only=True, weakref_slot=False)
class UnknownPhoneNumber(UnknownVariant):
    """PhoneNumber with a `type` that the OpenAPI document does not list. The properties that all variants share
    are read as far as they can be: None is absent or unreadable. `raw` has everything.
    """

    tag = "type"
    variants = {
        "pstn": PstnPhoneNumber,
        "sip": SipPhoneNumber,
    }

    type: str
    """Tells what the object is."""
    id: UUID | None = None
    """Identifier of the phone number."""
    number: str | None = None
    """The phone number itself."""
    name: str | None = None
    """Name of the phone number."""
    created_at: AwareDatetime | None = None
    """When the phone number was created. Cursors are values of this property."""
    inbound_agent_id: UUID | None = None
    """Identifier of the agent that answers inbound calls."""
    redirect: bool | None = None
    """Whether calls are redirected."""
    redirect_phone_number: str | None = None
    """The phone number that calls are redirected to."""
    additional_properties: dict[str, Any] = _field(factory=dict, repr=False, hash=False)
    """Properties that the OpenAPI document does not list, by name."""


PhoneNumber: TypeAlias = PstnPhoneNumber | SipPhoneNumber | UnknownPhoneNumber
"""A phone number of the account."""
