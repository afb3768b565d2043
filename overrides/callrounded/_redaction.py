"""Requests and responses without the API key and other credentials: what logs and errors show."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from copy import copy
from typing import Final

import httpx

from callrounded_generated.settings import AUTH_HEADER_NAME

_CREDENTIALS: Final = (AUTH_HEADER_NAME, "Authorization", "Proxy-Authorization", "Cookie")
# Shorter than any real key: a made-up one of a test may be part of any word.
_SHORTEST_KEY: Final = 8
_REDACTED: Final = "[hidden]"
# Of an ASCII character. To look for the escapes first is several times faster than to look for the key in each place.
_JSON_ESCAPE: Final = re.compile(r"\\(?:u00[2-7]|[^u])")


def redacted_request(request: httpx.Request) -> httpx.Request:
    """Return a copy of *request* without its credentials."""
    redacted = copy(request)
    redacted.headers = request.headers.copy()
    for name in _CREDENTIALS:
        redacted.headers.pop(name, None)
    return redacted


def redacted_response(response: httpx.Response, api_key: str) -> httpx.Response:
    """Return *response* without credentials in its request: a copy, if the server repeats the *api_key*."""
    response.request = redacted_request(response.request)
    response.next_request = None  # Of a redirect, which is not followed: a second request with the key.
    response.history = []  # Requests with the key, too.
    try:
        content: bytes | None = response.content
        response.stream = httpx.ByteStream(b"")  # It is read, and leads to the request that was sent.
    except httpx.ResponseNotRead:  # An event hook of the caller raised an error before.
        content = None
    headers = [(name, _without(api_key, value)) for name, value in response.headers.multi_items()]
    shown = _without(api_key, (content or b"").decode("latin-1")).encode("latin-1")
    if headers == response.headers.multi_items() and shown == content:
        return response
    redacted = httpx.Response(response.status_code, content=shown, request=response.request)
    # Not passed above: httpx would unpack the content because they say so.
    redacted.headers = httpx.Headers(headers, encoding=response.headers.encoding)
    with suppress(RuntimeError):  # It was not measured.
        redacted.elapsed = response.elapsed
    return redacted


def _without(api_key: str, text: str) -> str:
    """Return *text* without *api_key*, in the spellings that encoders of JSON and of URLs give it."""
    if len(api_key) < _SHORTEST_KEY:
        return text
    text = text.replace(api_key, _REDACTED)
    if "%" in text or _JSON_ESCAPE.search(text):
        text = re.sub("".join(map(_spellings, api_key)), _REDACTED, text)
    return text


def _spellings(char: str) -> str:
    r"""Return a pattern of *char* as JSON and URLs may have it: `/` is also `\/`, `\u002f`, `%2F`."""
    codes = f"{ord(char):02x}", f"{ord(char):02X}"
    spellings = {json.dumps(char)[1:-1], f"\\{char}"}
    spellings |= {f"{prefix}{code}" for prefix in ("\\u00", "%") for code in codes}
    return f"(?:{'|'.join(map(re.escape, spellings))})"
