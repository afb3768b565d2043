"""The same answer, read and written by callrounded and by others."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import attrs
import msgspec
import pydantic
import structs
from cattrs.preconf.msgspec import make_converter
from cattrs.strategies import configure_tagged_union

from callrounded_generated.models import PhoneNumberList

ROOT = Path(__file__).parents[2]
PACKAGES = ("openapi-python-client", "attrs", "msgspec", "pydantic", "pydantic-core", "cattrs", "httpx")
"""Packages whose versions matter."""


@dataclass(frozen=True)
class Contender:
    """A way to read an answer from JSON text, and to write what was read."""

    read: Callable[[bytes], Any]
    write: Callable[[Any], bytes]


def all_of_them(folder: Path) -> dict[str, Contender]:
    """Return all contenders, by name; *folder* is for what has to be rendered."""
    return {
        "msgspec": Contender(structs.decode, msgspec.json.encode),
        "callrounded": Contender(PhoneNumberList.from_json, PhoneNumberList.to_json),
        "vanilla": vanilla(folder),
        "pydantic": Contender(PydanticPage.model_validate_json, lambda page: page.model_dump_json().encode()),
        "cattrs": cattrs(),
    }


class _Pydantic(pydantic.BaseModel):
    """Every value is checked, unknown properties are kept."""

    model_config = pydantic.ConfigDict(extra="allow", strict=True, frozen=True)


class _PydanticNumber(_Pydantic):
    id: UUID
    number: str
    created_at: pydantic.AwareDatetime
    name: str | None = None
    inbound_agent_id: UUID | None = None
    redirect: bool | None = False
    redirect_phone_number: str | None = None


class PydanticPstn(_PydanticNumber):
    """A phone number."""

    type: Literal["pstn"]


class PydanticSip(_PydanticNumber):
    """The other variant."""

    type: Literal["sip"]


class PydanticPage(_Pydantic):
    """A page."""

    data: list[Annotated[PydanticPstn | PydanticSip, pydantic.Field(discriminator="type")]]
    message: str = "Calls retrieved successfully"
    error: dict[str, Any] | None = None
    status: int = 200
    next_cursor: str | None = None
    current_page: int | None = None
    total_pages: int | None = None
    total_items: int | None = None


@attrs.frozen
class CattrsPstn:
    """A phone number."""

    id: UUID
    number: str
    created_at: datetime
    name: str | None = None
    inbound_agent_id: UUID | None = None
    redirect: bool | None = False
    redirect_phone_number: str | None = None


@attrs.frozen
class CattrsSip(CattrsPstn):
    """The other variant."""


@attrs.frozen
class CattrsPage:
    """A page."""

    data: list[CattrsPstn | CattrsSip]
    message: str = "Calls retrieved successfully"
    error: dict[str, Any] | None = None
    status: int = 200
    next_cursor: str | None = None
    current_page: int | None = None
    total_pages: int | None = None
    total_items: int | None = None


def cattrs() -> Contender:
    """Return cattrs on top of msgspec: few values are checked, unknown properties are dropped."""
    converter = make_converter(detailed_validation=False)
    converter.register_structure_hook(UUID, lambda text, _: UUID(text))
    tags = {CattrsPstn: "pstn", CattrsSip: "sip"}
    configure_tagged_union(CattrsPstn | CattrsSip, converter, tag_name="type", tag_generator=tags.__getitem__)
    return Contender(lambda text: converter.loads(text, CattrsPage), converter.dumps)


def vanilla(folder: Path) -> Contender:
    """Return what openapi-python-client makes of our document with its own templates.

    Few values are checked, unknown properties are kept.

    Args:
        folder: Where to render it; it can be imported from there as `stock_client` afterwards.
    """
    config = folder / "config.yaml"
    config.write_text("package_name_override: stock_client\npost_hooks: []\n", encoding="utf-8")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta=none", f"--config={config}"]
    places = [f"--path={ROOT / 'openapi' / 'rounded.yaml'}", f"--output-path={folder / 'stock_client'}"]
    subprocess.run([*command, *places], check=True, capture_output=True)
    sys.path.insert(0, str(folder))
    page = import_module("stock_client.models").PhoneNumberList
    return Contender(
        lambda text: page.from_dict(json.loads(text)), lambda answer: json.dumps(answer.to_dict()).encode()
    )
