"""The options of a client: completed from the environment, and checked. A message never quotes a secret."""

from __future__ import annotations

import ipaddress
import os
import platform
import re
import threading
from collections.abc import Mapping
from typing import Any, Final, Self, TypeAlias, cast

import httpx
from attrs import define, evolve

from callrounded_generated.client import AuthenticatedClient
from callrounded_generated.client import Timeout as ClientTimeout
from callrounded_generated.settings import BASE_URL
from callrounded_generated.types import UNSET, Unset

from ._errors import ConfigurationError
from ._version import __version__

DEFAULT_TIMEOUT: Final = 30.0
Timeout: TypeAlias = float | httpx.Timeout | None

_KEY_HINT: Final = "The key is created in Rounded Studio; pass it as api_key=, or set CALLROUNDED_API_KEY."
_USER_AGENT: Final = f"callrounded/{__version__} python/{platform.python_version()} httpx/{httpx.__version__}"
# The key has its own option; the others frame a message, or are httpx's and the generated client's.
_RESERVED_HEADERS: Final = frozenset(
    {"x-api-key", "host", "content-length", "transfer-encoding", "connection", "te", "trailer", "upgrade"}
    | {"accept", "accept-encoding"}
)
_HOST: Final = re.compile(r"(?:[\w-]{1,63}\.)*[\w-]{1,63}\.?|[\da-fA-F:.]+")
_HEADER_NAME: Final = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
_HEADER_VALUE: Final = re.compile(r"(?:[!-~](?:[ \t!-~]*[!-~])?)?", re.ASCII)


@define(frozen=True, kw_only=True)
class Options:
    """The options of a client, complete and checked: those of requests are the settings of the generated client."""

    api: AuthenticatedClient
    max_retries: int = 2
    max_retry_wait: float = 30.0

    @classmethod
    def resolve(cls, api_key: str | None, base_url: object, timeout: ClientTimeout, *, allow_http: bool) -> Self:
        """Return the options of a client that is given no others; what it is not given is in the environment."""
        key, source = _given_or_set(api_key, "api_key=", "CALLROUNDED_API_KEY", "ROUNDED_API_KEY")
        if key is None:
            raise ConfigurationError(f"There is no API key. {_KEY_HINT}")
        if fault := key_fault(key):
            raise ConfigurationError(f"The API key ({source}) {fault}. {_KEY_HINT}")
        given_url, source = _given_or_set(base_url, "base_url=", "CALLROUNDED_BASE_URL")
        url = str(BASE_URL if given_url is None else given_url)
        if fault := base_url_fault(url, allow_insecure_http=allow_http):
            raise ConfigurationError(f"The base URL ({source}) {fault}.")
        url, headers = str(httpx.URL(url)).rstrip("/"), {"user-agent": _USER_AGENT}
        return cls(api=AuthenticatedClient(token=key, base_url=url, timeout=timeout, headers=headers))

    def with_changes(
        self, default_headers: Mapping[str, str] | None = None, timeout: Timeout | Unset = UNSET, **others: Any
    ) -> Self:
        """Return a copy with these changes, of which UNSET is none; default headers are added to those there are."""
        added: Mapping[str, str] = {} if default_headers is None else default_headers
        if fault := headers_fault(added):
            raise ConfigurationError(f"default_headers: {fault}.")
        api = self.api.with_headers({name.lower(): value for name, value in added.items()})
        changes = {name: value for name, value in {"timeout": timeout, **others}.items() if value is not UNSET}
        for name, value in changes.items():
            if fault := _fault(name, value):
                raise ConfigurationError(f"{name} {fault}: {value!r}")
        of_requests = {name: changes.pop(name) for name in ("timeout", "on_invalid") if name in changes}
        return evolve(self, api=evolve(api, **of_requests), **changes)


def _given_or_set(given: Any, argument: str, *variables: str) -> tuple[Any, str]:
    """Return *given*, or else the first of *variables* that is not empty, and where the value comes from."""
    if given is not None:
        return given, argument
    return next(((value, f"${name}") for name in variables if (value := os.environ.get(name))), (None, ""))


def key_fault(key: object) -> str | None:
    """Return what is wrong with *key* as an API key, without quoting it, or None."""
    if not isinstance(key, str):
        return f"is of type {type(key).__name__}, not str"
    if not key:
        return "is empty"
    if key.strip() != key:
        return "begins or ends with white space, as a key read from a file does: strip it"
    if not key.isascii() or not key.isprintable():
        return "has characters that cannot be in a key: control characters, or others than ASCII"
    return None


def base_url_fault(url: str, *, allow_insecure_http: bool) -> str | None:
    """Return what is wrong with *url* as a base URL, without quoting it, or None."""
    try:
        parsed = httpx.URL(url)
        host = parsed.host
    except (httpx.InvalidURL, UnicodeError):  # Its message can quote a part of a password.
        return "is not a URL"
    has_place = _HOST.fullmatch(host) and (parsed.port or 0) <= 65535
    if parsed.scheme not in {"https", "http"} or not has_place or parsed.userinfo or set("?#") & set(url):
        return "must be https:// and a host, perhaps a port and a path: no user name, password, query or fragment"
    if parsed.scheme == "http" and not allow_insecure_http and not is_loopback(host):
        return "would send the API key in plain text: use https://, or pass allow_insecure_http=True"
    return None


def is_loopback(host: str) -> bool:
    """Return whether *host* is this machine, whatever a name server says."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def headers_fault(headers: object) -> str | None:
    """Return what is wrong with *headers* as default headers, without quoting a value, or None."""
    if not isinstance(headers, Mapping):
        return f"must be a mapping of str to str, not {type(headers).__name__}"
    for name, value in cast(Mapping[object, object], headers).items():
        if not isinstance(name, str) or not _HEADER_NAME.fullmatch(name):
            return "a name has characters that cannot be in the name of a header"
        if name.lower() in _RESERVED_HEADERS:
            return f"{name} is set by callrounded itself" + (": pass api_key=" if name.lower() == "x-api-key" else "")
        if not isinstance(value, str) or not _HEADER_VALUE.fullmatch(value):
            return f"the value of {name} must be ASCII text without line breaks and white space around it"
    return None


def count_fault(count: object, *, at_least: int = 0) -> str | None:
    """Return what is wrong with *count* as a whole number, or None."""
    is_count = isinstance(count, int) and not isinstance(count, bool) and count >= at_least
    return None if is_count else f"must be a whole number, at least {at_least}"


def _fault(option: str, value: Any) -> str | None:
    """Return what is wrong with the *value* of an *option*, or None."""
    if option == "timeout":
        parts = value.as_dict().values() if isinstance(value, httpx.Timeout) else [value]
        is_usable = all(part is None or (_is_seconds(part) and part > 0) for part in parts)
        return None if is_usable else "must be seconds above 0, an httpx.Timeout, or None for no limit"
    if option == "max_retry_wait":
        return None if _is_seconds(value) else "must be seconds, at least 0"
    if option == "on_invalid":
        return None if value in ("raise", "keep") else 'must be "raise" or "keep"'
    return count_fault(value)


def _is_seconds(value: Any) -> bool:
    # Sockets and sleep() take no more than TIMEOUT_MAX, which is 292 years.
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= threading.TIMEOUT_MAX
