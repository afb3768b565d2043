"""The practical limit: typed msgspec Structs. Every value is checked, unknown properties are dropped."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec


class Number(msgspec.Struct, tag_field="type", tag="pstn"):
    """A phone number."""

    id: UUID
    number: str
    created_at: Annotated[datetime, msgspec.Meta(tz=True)]
    name: str | None = None
    inbound_agent_id: UUID | None = None
    redirect: bool | None = False
    redirect_phone_number: str | None = None


class SipNumber(Number, tag="sip"):
    """The other variant."""


class Envelope(msgspec.Struct):
    """A page."""

    data: list[Number | SipNumber]
    message: str = "Calls retrieved successfully"
    error: dict[str, Any] | None = None
    status: int = 200
    next_cursor: str | None = None
    current_page: int | None = None
    total_pages: int | None = None
    total_items: int | None = None


decode = msgspec.json.Decoder(Envelope).decode
