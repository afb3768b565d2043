"""The options of a client: completed from the environment, and checked. A message never quotes a secret."""

from __future__ import annotations

import enum
import ipaddress
import os
import re
import sys
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeAlias, cast

import httpx
from attrs import define, evolve, field

from callrounded_generated.client import AuthenticatedClient

from ._errors import ConfigurationError
from ._version import __version__

if TYPE_CHECKING:
    from httpx._client import UseClientDefault  # httpx exports its only instance, not the type

DEFAULT_BASE_URL: Final = "https://api.callrounded.com"
DEFAULT_TIMEOUT: Final = 30.0

_KEY_HINT: Final = "The key is created in Rounded Studio; pass it as api_key=, or set CALLROUNDED_API_KEY."
_USER_AGENT: Final = (
    f"callrounded/{__version__} python/{sys.version_info.major}.{sys.version_info.minor} httpx/{httpx.__version__}"
)
# The key has its own option; the others frame a message, or are httpx's and the generated client's.
_RESERVED_HEADERS: Final = frozenset(
    {"x-api-key", "host", "content-length", "transfer-encoding", "connection", "te", "trailer", "upgrade"}
    | {"accept", "accept-encoding"}
)
_HOST: Final = re.compile(r"(?:[\w-]{1,63}\.)*[\w-]{1,63}\.?|[\da-fA-F:.]+")
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", re.ASCII)
_HEADER_VALUE: Final = re.compile(r"(?:[!-~](?:[ \t!-~]*[!-~])?)?", re.ASCII)


class NotGiven(enum.Enum):
    """The type of NOT_GIVEN, which stands for an omitted option where None has a meaning of its own."""

    NOT_GIVEN = "NOT_GIVEN"

    def __repr__(self) -> str:
        return self.value


NOT_GIVEN: Final = NotGiven.NOT_GIVEN
Timeout: TypeAlias = float | httpx.Timeout | None
OnInvalid: TypeAlias = Literal["raise", "keep"]


@define(frozen=True, kw_only=True)
class Options:
    """The options of a client, complete and checked. The timeout may be left to the httpx client."""

    api_key: str = field(repr=False)
    base_url: str
    timeout: Timeout | UseClientDefault
    headers: Mapping[str, str] = field(default={"user-agent": _USER_AGENT}, repr=False)
    max_retries: int = 2
    max_retry_wait: float = 30.0
    on_invalid: OnInvalid = "raise"

    @classmethod
    def resolve(
        cls, api_key: str | None, base_url: str | None, *, allow_insecure_http: bool, own_http_client: bool
    ) -> Self:
        """Return the options of a client that is given no others; what it is not given is in the environment."""
        key, source = _given_or_set(api_key, "api_key=", "CALLROUNDED_API_KEY", "ROUNDED_API_KEY")
        if key is None:
            raise ConfigurationError(f"There is no API key. {_KEY_HINT}")
        if fault := key_fault(key):
            raise ConfigurationError(f"The API key ({source}) {fault}. {_KEY_HINT}")
        url, source = _given_or_set(base_url, "base_url=", "CALLROUNDED_BASE_URL")
        url = DEFAULT_BASE_URL if url is None else url
        if fault := base_url_fault(url, allow_insecure_http=allow_insecure_http):
            raise ConfigurationError(f"The base URL ({source}) {fault}.")
        timeout = DEFAULT_TIMEOUT if own_http_client else httpx.USE_CLIENT_DEFAULT
        return cls(api_key=key, base_url=str(httpx.URL(url)).rstrip("/"), timeout=timeout)

    def with_changes(self, *, default_headers: Mapping[str, str] | None, **changes: Any) -> Self:
        """Return a copy with *changes*, of which NOT_GIVEN is none; default headers are added to those there are."""
        headers = dict(self.headers)
        if default_headers is not None:
            if fault := headers_fault(default_headers):
                raise ConfigurationError(f"default_headers: {fault}.")
            headers |= {name.lower(): value for name, value in default_headers.items()}
        given = {name: value for name, value in changes.items() if value is not NOT_GIVEN}
        for name, value in given.items():
            if fault := _fault(name, value):
                raise ConfigurationError(f"{name} {fault}: {value!r}")
        return evolve(self, headers=headers, **given)

    def generated_client(self) -> AuthenticatedClient:
        """Return a client of the generated package with these options."""
        return AuthenticatedClient(
            token=self.api_key,
            base_url=self.base_url,
            timeout=self.timeout,
            headers=self.headers,
            on_invalid=self.on_invalid,
        )


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
    if parsed.scheme not in {"https", "http"} or not host:
        return "must begin with https:// and a host name; http:// is for servers on this machine"
    if parsed.userinfo or set("?#") & set(url):
        return "must not contain a user name, a password, a query or a fragment"
    if not _HOST.fullmatch(host) or (parsed.port or 0) > 65535:
        return "has a host name or a port that no machine can have"
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


def _given_or_set(given: str | None, argument: str, *variables: str) -> tuple[str | None, str]:
    """Return *given*, or else the first of *variables* that is not empty, and where the value comes from."""
    if given is not None:
        return given, argument
    return next(((value, f"${name}") for name in variables if (value := os.environ.get(name))), (None, ""))
