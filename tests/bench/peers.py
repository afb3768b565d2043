"""The same page through other libraries: pydantic, cattrs, and openapi-python-client with its own templates."""

import contextlib
import importlib
import io
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import attrs
import msgspec
from cattrs.preconf.msgspec import make_converter
from cattrs.strategies import configure_tagged_union
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

SPEC = Path(__file__).parents[2] / "openapi" / "rounded.yaml"


class _Pydantic(BaseModel):
    model_config = ConfigDict(extra="allow")


class PydanticPstn(_Pydantic):
    """A phone number."""

    id: UUID
    number: str
    created_at: AwareDatetime
    type: Literal["pstn"]
    name: str | None = None
    inbound_agent_id: UUID | None = None
    redirect: bool | None = False
    redirect_phone_number: str | None = None


class PydanticSip(_Pydantic):
    """The other variant."""

    id: UUID
    number: str
    created_at: AwareDatetime
    type: Literal["sip"]
    name: str | None = None
    inbound_agent_id: UUID | None = None
    redirect: bool | None = False
    redirect_phone_number: str | None = None


class PydanticPage(_Pydantic):
    """A page."""

    data: list[Annotated[PydanticPstn | PydanticSip, Field(discriminator="type")]]
    message: str = ""
    error: Any = None
    status: int = 200
    next_cursor: str | None = None
    current_page: int | None = None
    total_pages: int | None = None
    total_items: int | None = None


@attrs.define
class CattrsPstn:
    """A phone number."""

    id: UUID
    number: str
    created_at: datetime
    name: str | None = None
    inbound_agent_id: UUID | None = None
    redirect: bool | None = False
    redirect_phone_number: str | None = None


@attrs.define
class CattrsSip:
    """The other variant."""

    id: UUID
    number: str
    created_at: datetime
    name: str | None = None
    inbound_agent_id: UUID | None = None
    redirect: bool | None = False
    redirect_phone_number: str | None = None


@attrs.define
class CattrsPage:
    """A page."""

    data: list[CattrsPstn | CattrsSip]
    message: str = ""
    status: int = 200
    next_cursor: str | None = None
    current_page: int | None = None
    total_pages: int | None = None
    total_items: int | None = None


def pydantic_decoder() -> Callable[[bytes], object]:
    """Return pydantic-core's way, which keeps unknown properties."""
    return PydanticPage.model_validate_json


def cattrs_decoder() -> Callable[[bytes], object]:
    """Return the way of cattrs, which drops unknown properties."""
    converter = make_converter()
    converter.register_structure_hook(UUID, lambda text, _: UUID(text))
    names = {CattrsPstn: "pstn", CattrsSip: "sip"}
    configure_tagged_union(CattrsPstn | CattrsSip, converter, tag_name="type", tag_generator=names.__getitem__)
    return lambda body: converter.structure(msgspec.json.decode(body), CattrsPage)


@contextmanager
def vanilla_decoder() -> Iterator[Callable[[bytes], object]]:
    """Render the document with the stock templates, and give their way, which keeps unknown properties."""
    with tempfile.TemporaryDirectory() as folder:
        config = Config.from_sources(
            config_file=ConfigFile(post_hooks=[]),
            meta_type=MetaType.NONE,
            document_source=SPEC,
            file_encoding="utf-8",
            overwrite=False,
            output_path=Path(folder, "vanilla"),
        )
        with contextlib.redirect_stdout(io.StringIO()):
            problems = generate(config=config)
        if problems:
            raise RuntimeError(f"the stock templates cannot render the document: {problems}")
        sys.path.insert(0, folder)
        try:
            page: Any = importlib.import_module("vanilla.models").PhoneNumberList
        finally:
            sys.path.remove(folder)
        yield lambda body: page.from_dict(msgspec.json.decode(body))
