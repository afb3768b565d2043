"""The same answer, read and written by callrounded and by others."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

import attrs
import msgspec
import pydantic
from cattrs.preconf.msgspec import make_converter
from cattrs.strategies import configure_tagged_union

from callrounded_generated.models import PhoneNumberList

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Contender:
    """A way to read an answer from JSON text, and to write what was read."""

    read: Callable[[bytes], Any]
    write: Callable[[Any], bytes]


def callrounded() -> Contender:
    """Return our generated code: everything is checked, unknown properties are kept."""
    return Contender(PhoneNumberList.from_json, PhoneNumberList.to_json)


AwareDatetime: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]


class _Struct(msgspec.Struct, tag_field="type"):
    id: UUID
    number: str
    created_at: AwareDatetime
    name: str | None = None
    inbound_agent_id: UUID | None = None
    redirect: bool | None = False
    redirect_phone_number: str | None = None


class _Pstn(_Struct, tag="pstn"):
    pass


class _Sip(_Struct, tag="sip"):
    pass


class _List(msgspec.Struct):
    data: list[_Pstn | _Sip]
    message: str = "Calls retrieved successfully"
    error: dict[str, Any] | None = None
    status: int = 200
    next_cursor: str | None = None
    current_page: int | None = None
    total_pages: int | None = None
    total_items: int | None = None


def msgspec_() -> Contender:
    """Return msgspec with classes of its own: everything is checked, unknown properties are dropped."""
    return Contender(msgspec.json.Decoder(_List).decode, msgspec.json.encode)


class _Model(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow", strict=True, frozen=True)


class _NumberModel(_Model):
    id: UUID
    number: str
    created_at: pydantic.AwareDatetime
    name: str | None = None
    inbound_agent_id: UUID | None = None
    redirect: bool | None = False
    redirect_phone_number: str | None = None


class _PstnModel(_NumberModel):
    type: Literal["pstn"]


class _SipModel(_NumberModel):
    type: Literal["sip"]


class _ListModel(_Model):
    data: list[Annotated[_PstnModel | _SipModel, pydantic.Field(discriminator="type")]]
    message: str = "Calls retrieved successfully"
    error: dict[str, Any] | None = None
    status: int = 200
    next_cursor: str | None = None
    current_page: int | None = None
    total_pages: int | None = None
    total_items: int | None = None


def pydantic_() -> Contender:
    """Return pydantic, strict: everything is checked, unknown properties are kept."""
    return Contender(_ListModel.model_validate_json, lambda answer: answer.model_dump_json().encode())


@attrs.frozen
class _Number:
    id: UUID
    number: str
    created_at: datetime
    name: str | None = None
    inbound_agent_id: UUID | None = None
    redirect: bool | None = False
    redirect_phone_number: str | None = None


@attrs.frozen
class _PstnNumber(_Number):
    pass


@attrs.frozen
class _SipNumber(_Number):
    pass


@attrs.frozen
class _NumberList:
    data: list[_PstnNumber | _SipNumber]
    message: str = "Calls retrieved successfully"
    error: dict[str, Any] | None = None
    status: int = 200
    next_cursor: str | None = None
    current_page: int | None = None
    total_pages: int | None = None
    total_items: int | None = None


def cattrs_() -> Contender:
    """Return cattrs on top of msgspec: little is checked, unknown properties are dropped."""
    converter = make_converter(detailed_validation=False)
    # The converter leaves UUIDs and date-times to msgspec where they stand alone, not where they may be null.
    converter.register_structure_hook(UUID | None, lambda value, _: None if value is None else UUID(value))
    configure_tagged_union(
        _PstnNumber | _SipNumber,
        converter,
        tag_name="type",
        tag_generator=lambda cls: {_PstnNumber: "pstn", _SipNumber: "sip"}[cls],
    )
    return Contender(lambda text: converter.loads(text, _NumberList), converter.dumps)


def vanilla(folder: Path) -> Contender:
    """Return what openapi-python-client makes of our document with its own templates.

    Little is checked, unknown properties are kept.

    Args:
        folder: Where to render it; it can be imported from there as `stock_client` afterwards.
    """
    config = folder / "config.yaml"
    config.write_text("package_name_override: stock_client\npost_hooks: []\n", encoding="utf-8")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta=none", f"--config={config}"]
    where = [f"--path={ROOT / 'openapi' / 'rounded.yaml'}", f"--output-path={folder / 'stock_client'}"]
    subprocess.run([*command, *where], check=True, capture_output=True)
    sys.path.insert(0, str(folder))
    model = import_module("stock_client.models").PhoneNumberList
    return Contender(
        lambda text: model.from_dict(json.loads(text)), lambda answer: json.dumps(answer.to_dict()).encode()
    )


def all_of_them(folder: Path) -> dict[str, Contender]:
    """Return all contenders, by name; *folder* is for what has to be rendered."""
    return {
        "msgspec": msgspec_(),
        "callrounded": callrounded(),
        "vanilla": vanilla(folder),
        "pydantic": pydantic_(),
        "cattrs": cattrs_(),
    }


PACKAGES = ("openapi-python-client", "attrs", "msgspec", "pydantic", "pydantic-core", "cattrs", "httpx")
"""Packages whose versions matter."""
