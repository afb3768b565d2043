"""Recorded exchanges with the API: read from files or made now, and written without what is private.

A recording is a HAR file, as browsers and proxies save it, or the JSON body of a response.
"""

import base64
import json
import os
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from callrounded_generated import AuthenticatedClient
from callrounded_generated.operation import Request
from callrounded_generated.settings import BASE_URL
from generator.document import GenerationError, Json, fields, items

_SECOND = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PHONE = re.compile(r"\+?[\d ()./-]{5,}")
_KEPT_HEADERS = {"content-type", "retry-after"}


@dataclass(frozen=True)
class Exchange:
    """A request and its response.

    Attributes:
        source: Where it was recorded.
        method: HTTP method, in capitals; empty if only the body is known.
        path: Path of the request, without the query.
        status: HTTP status; None if only the body is known.
        headers: Headers of the response, by name in lower case.
        body: What the response holds; None if that is no JSON.
    """

    source: str
    method: str
    path: str
    status: int | None
    headers: dict[str, str]
    body: Json


def read(file: Path) -> list[Exchange]:
    """Return the exchanges in *file*.

    Raises:
        GenerationError: it cannot be read, or holds no JSON.
    """
    try:
        data: Any = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise GenerationError(f"{file} is no recording: {error}") from error
    if "entries" not in fields(fields(data).get("log")):
        return [Exchange(file.name, "", "", None, {}, data)]
    try:
        return [
            _of_entry(f"{file.name}, entry {number}", each) for number, each in enumerate(data["log"]["entries"], 1)
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise GenerationError(f"{file} is no recording: an entry lacks {error}") from error


def _of_entry(source: str, entry: dict[str, Any]) -> Exchange:
    request, response = entry["request"], entry["response"]
    content = fields(response.get("content"))
    text = str(content.get("text", ""))
    body = base64.b64decode(text) if content.get("encoding") == "base64" else text
    headers = {str(header["name"]).lower(): str(header["value"]) for header in items(response.get("headers"))}
    path = urlsplit(str(request["url"])).path
    return Exchange(source, request["method"].upper(), path, response["status"], headers, _parsed(body))


def _parsed(text: bytes | str) -> Json:
    try:
        parsed: Json = json.loads(text)
    except ValueError:
        return None
    return parsed


def record(paths: Iterable[str], queries: Iterable[str]) -> Iterator[Exchange]:
    """Read each of *paths* with each of *queries* from the API, and yield the exchanges. Nothing but GET is sent.

    Raises:
        GenerationError: there is no key in the environment, or no complete response arrived.
    """
    key = os.environ.get("CALLROUNDED_API_KEY")
    if not key:
        raise GenerationError("--live needs an API key: set CALLROUNDED_API_KEY")
    address = os.environ.get("CALLROUNDED_BASE_URL") or BASE_URL
    if urlsplit(address).scheme != "https" and urlsplit(address).hostname not in {"127.0.0.1", "::1", "localhost"}:
        raise GenerationError(f"{address} does not begin with https://: the key would be sent in plain text")
    with AuthenticatedClient(token=key, base_url=address) as client:
        for path in paths:
            for query in queries:
                params = tuple((name, value) for name, _, value in (each.partition("=") for each in query.split("&")))
                source = f"GET {path}{'?' if query else ''}{query}"
                try:
                    http = client.send(Request(method="GET", path=path, params=params if query else ()))
                except httpx.HTTPError as error:
                    raise GenerationError(f"{source} was not answered: {error}") from error
                yield Exchange(source, "GET", path, http.status_code, dict(http.headers), _parsed(http.content))


def write(file: Path, exchanges: Iterable[Exchange], kept: Collection[str]) -> None:
    """Write *exchanges* to *file* as HAR, without what is private; values of the properties *kept* stay."""
    cover = _Cover(kept)
    entries = [
        {
            "request": {"method": each.method, "url": f"https://api.example{each.path}"},
            "response": {
                "status": each.status,
                "headers": [
                    {"name": name, "value": value if name in _KEPT_HEADERS else "..."}
                    for name, value in each.headers.items()
                ],
                "content": {"mimeType": "application/json", "text": json.dumps(cover.value(each.body))},
            },
        }
        for each in exchanges
    ]
    file.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}, indent=1) + "\n", encoding="utf-8")


class _Cover:
    """Replaces texts by others of their kind. The same text becomes the same other one."""

    def __init__(self, kept: Collection[str]) -> None:
        self._kept = kept
        self._others: dict[str, str] = {}

    def value(self, value: Json, name: str = "") -> Json:
        """Return *value*, that of the property *name*, without what is private."""
        match value:
            case str() if name not in self._kept and not _SECOND.fullmatch(value):
                return self._others.setdefault(value, _other(value, len(self._others) + 1))
            case list():
                return [self.value(each, name) for each in value]
            case dict():
                return {key: self.value(each, key) for key, each in value.items()}
            case _:
                return value


def _other(text: str, number: int) -> str:
    if _UUID.fullmatch(text):
        return str(UUID(int=number))
    return f"+1555{number:07}" if _PHONE.fullmatch(text) else f"text {number}"
