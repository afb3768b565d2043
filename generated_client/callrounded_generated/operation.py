# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""How the arguments of an operation become a request."""

from __future__ import annotations

from collections.abc import Sequence
from types import UnionType
from typing import IO, Any, TypeAlias, get_args, get_origin
from urllib.parse import quote, urlencode

import msgspec
from attrs import define

from .encoding import encodable, encodable_properties, to_json
from .types import UNSET, File, Model
from .values import is_list

FormField: TypeAlias = tuple[str | None, IO[bytes] | bytes, str | None]
"""File name, content and media type of a field in a multipart form, as httpx takes it."""


@define(frozen=True, kw_only=True)
class Body:
    """The body of a request: bytes, a file that has them all, or the fields of a multipart form."""

    media_type: str
    content: bytes | IO[bytes] = b""
    files: list[tuple[str, FormField]] | None = None


@define(frozen=True, kw_only=True)
class Request:
    """A request, apart from the server's address and the caller's key.

    Attributes:
        path: Path below the server's address, percent-encoded, with a leading slash.
        params: Query parameters in order; a list has one entry for each of its values.
        takes_token: Whether the token of an `AuthenticatedClient` is sent.
    """

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    cookies: tuple[tuple[str, str], ...] = ()
    body: Body | None = None
    takes_token: bool = True


def path(template: str, *values: tuple[str, Any]) -> str:
    """Return *template* with the parameters in braces filled in, percent-encoded.

    Raises:
        ValueError: a value would lead to another path: an empty one, or dots, which a server takes for steps.
    """
    for name, value in values:
        segment = text(value)
        if segment in ("", ".", ".."):
            raise ValueError(f"{name} cannot be {segment!r}: it is a part of the path {template}")
        template = template.replace(f"{{{name}}}", quote(segment, safe=""))
    return template


def query(*values: tuple[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return query parameters as text. None is not sent; a list or object is one parameter for each of its values."""
    sent: list[tuple[str, str]] = []
    for name, value in values:
        if isinstance(value, Model | dict):
            sent += [(item_name, _text_of_field(item)) for item_name, item in _fields(value)]
        elif value is not None:
            sent += [(name, text(item)) for item in (value if is_list(value) else [value])]
    return tuple(sent)


def header(*values: tuple[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return headers as text. None is not sent."""
    return tuple((name, text(value)) for name, value in values if value is not None)


def body(value: Any, offered: Sequence[tuple[str, str, Any]]) -> Body | None:
    """Return *value* as a body; None if it is `UNSET`.

    Of what the document *offered*, by media type, kind and annotation, the first counts whose class *value* has.
    """
    if value is UNSET:
        return None
    media_type, kind, _ = next((each for each in offered if _fits(value, each[2])), offered[0])
    match kind:
        case "data":
            content = urlencode([(name, _text_of_field(item)) for name, item in _fields(value)]).encode()
        case "files":
            fields = [(name, _form_field(item)) for name, item in _fields(value)]
            if fields:
                return Body(media_type=media_type, files=fields)
            # httpx would send no form at all.
            media_type, content = f"{media_type}; boundary=empty", b"--empty--\r\n"
        case "content":
            content = _content(value.payload if isinstance(value, File) else value)
        case _:
            content = to_json(value)
    return Body(media_type=media_type, content=content)


def _content(payload: Any) -> Any:
    if isinstance(payload, str):
        return payload.encode()
    if not hasattr(payload, "read"):
        return bytes(memoryview(payload))
    return payload if payload.seekable() else payload.read()


def _fits(value: Any, hint: Any) -> bool:
    members = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    classes = [get_origin(member) or member for member in members]
    return any(cls is Any or (isinstance(cls, type) and isinstance(value, cls)) for cls in classes)


def _fields(value: Any) -> list[tuple[str, Any]]:
    """Return the fields of a form; a list is one field for each of its elements."""
    properties: Any = encodable_properties(value) if isinstance(value, Model) else value
    return [(name, each) for name, item in properties.items() for each in (item if is_list(item) else [item])]


def _text_of_field(value: Any) -> str:
    return "" if value is None else text(value)


def _form_field(value: Any) -> FormField:
    if isinstance(value, File):
        return value.file_name, value.payload, value.mime_type
    if isinstance(value, bytes):
        return None, value, "application/octet-stream"
    plain = msgspec.to_builtins(encodable(value))
    media_type = "application/json" if isinstance(plain, dict | list) else "text/plain"
    return None, _text_of_field(value).encode(), media_type


def text(value: Any) -> str:
    """Return the value of a parameter as text, spelled as in JSON; a list has commas between its values."""
    if is_list(value):
        return ",".join(map(text, value))
    plain = msgspec.to_builtins(encodable(value))
    return plain if isinstance(plain, str) else msgspec.json.encode(plain).decode()
