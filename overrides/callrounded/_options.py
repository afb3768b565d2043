"""What a client is told when it is made: completed from the environment, checked, and kept.

The checks of what could hold a secret return the fault instead of raising it. So no frame of a traceback has the API
key, or a header that somebody tried to pass it in, among its local variables.
"""

from __future__ import annotations

import enum
import ipaddress
import os
import re
import sys
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Generic, Literal, NamedTuple, TypeAlias, TypeGuard, TypeVar, cast

import httpx

from ._errors import ConfigurationError
from ._version import __version__

if TYPE_CHECKING:
    from httpx._client import UseClientDefault  # httpx exports its only instance, not the type

V = TypeVar("V")

DEFAULT_BASE_URL: Final = "https://api.callrounded.com"
DEFAULT_TIMEOUT: Final = 30.0
DEFAULT_MAX_RETRIES: Final = 2
DEFAULT_MAX_RETRY_WAIT: Final = 30.0
DEFAULT_MAX_RESPONSE_BYTES: Final = 64 * 1024 * 1024

_KEY_VARIABLES: Final = ("CALLROUNDED_API_KEY", "ROUNDED_API_KEY")
_BASE_URL_VARIABLES: Final = ("CALLROUNDED_BASE_URL",)
_WHERE_KEYS_COME_FROM: Final = "The key is created in Rounded Studio; pass it as api_key=, or set CALLROUNDED_API_KEY."

_USER_AGENT: Final = (
    f"callrounded/{__version__} python/{sys.version_info.major}.{sys.version_info.minor} httpx/{httpx.__version__}"
)
# gzip alone, because it is unpacked here with a bound on the result (see _body.py).
_OUR_HEADERS: Final = {"user-agent": _USER_AGENT, "accept-encoding": "gzip"}
# The key has its own option; the others say where a message ends, where it goes, and how it is packed.
_RESERVED_HEADERS: Final = frozenset(
    {"x-api-key", "host", "content-length", "transfer-encoding", "connection", "te", "trailer", "upgrade"}
    | {"accept", "accept-encoding"}
)
_HOST: Final = re.compile(r"(?:[\w-]{1,63}\.)*[\w-]{1,63}\.?|[\da-fA-F:.]+")
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", re.ASCII)
_HEADER_VALUE: Final = re.compile(r"(?:[!-~](?:[ \t!-~]*[!-~])?)?", re.ASCII)


class NotGiven(enum.Enum):
    """The type of NOT_GIVEN, which stands for an option left out where None has a meaning of its own."""

    NOT_GIVEN = "NOT_GIVEN"

    def __repr__(self) -> str:
        return self.value


NOT_GIVEN: Final = NotGiven.NOT_GIVEN
Timeout: TypeAlias = float | httpx.Timeout | None
OnInvalid: TypeAlias = Literal["raise", "keep"]


class Hidden(Generic[V]):
    """Something that a traceback must not show, and where it comes from."""

    __slots__ = ("source", "value")

    def __init__(self, value: V, source: str = "") -> None:
        self.value = value
        self.source = source


class Changes(NamedTuple):
    """The options that `with_options` can change, as the caller gave them."""

    timeout: Timeout | NotGiven
    max_retries: int | NotGiven
    max_retry_wait: float | NotGiven
    default_headers: Hidden[Mapping[str, str] | None]
    on_invalid: OnInvalid | NotGiven
    max_response_bytes: int | NotGiven


class Options(NamedTuple):
    """The options of a client, complete and checked.

    Attributes:
        api_key: The key.
        base_url: Where the API is, without a slash at the end.
        timeout: Seconds for each step of a request; httpx.USE_CLIENT_DEFAULT leaves it to the httpx client.
        headers: Sent with every request; their names are in lower case.
        max_retries: Attempts after the first.
        max_retry_wait: The longest wait before a retry, in seconds.
        on_invalid: What becomes of one broken record in a list.
        max_response_bytes: The largest body that is read, unpacked.
    """

    api_key: Hidden[str]
    base_url: str
    timeout: Timeout | UseClientDefault
    headers: Hidden[Mapping[str, str]]
    max_retries: int = DEFAULT_MAX_RETRIES
    max_retry_wait: float = DEFAULT_MAX_RETRY_WAIT
    on_invalid: OnInvalid = "raise"
    max_response_bytes: int = DEFAULT_MAX_RESPONSE_BYTES

    @staticmethod
    def first(
        api_key: Hidden[str | None],
        base_url: Hidden[str | None],
        *,
        allow_insecure_http: bool,
        own_http_client: bool,
    ) -> Options:
        """Return the options of a client that is told no more than this.

        Where the caller brought the httpx client, that one's timeout counts.

        Raises:
            ConfigurationError: there is no key, or the key or the base URL cannot be used.
        """
        key = _given_or_set(api_key, _KEY_VARIABLES)
        if key is None:
            raise ConfigurationError(f"There is no API key. {_WHERE_KEYS_COME_FROM}")
        if fault := key_fault(key.value):
            raise ConfigurationError(f"The API key ({key.source}) {fault}. {_WHERE_KEYS_COME_FROM}")
        url = _given_or_set(base_url, _BASE_URL_VARIABLES) or Hidden(DEFAULT_BASE_URL)
        if fault := base_url_fault(url.value, allow_insecure_http=allow_insecure_http):
            raise ConfigurationError(f"The base URL ({url.source}) {fault}.")
        timeout = DEFAULT_TIMEOUT if own_http_client else httpx.USE_CLIENT_DEFAULT
        return Options(key, str(httpx.URL(url.value)).rstrip("/"), timeout, Hidden(_OUR_HEADERS))

    def with_changes(self, changes: Changes) -> Options:
        """Return a copy with *changes*; default headers are added to those already there.

        Raises:
            ConfigurationError: one of them cannot be used.
        """
        headers = self.headers
        if changes.default_headers.value is not None:
            if fault := headers_fault(changes.default_headers.value):
                raise ConfigurationError(f"default_headers: {fault}.")
            headers = Hidden({**headers.value, **_lower_case(changes.default_headers.value)})
        return self._replace(
            timeout=self.timeout if changes.timeout is NOT_GIVEN else _checked_timeout(changes.timeout),
            headers=headers,
            max_retries=_checked_count("max_retries", _either(changes.max_retries, self.max_retries), at_least=0),
            max_retry_wait=_checked_seconds("max_retry_wait", _either(changes.max_retry_wait, self.max_retry_wait)),
            on_invalid=_checked_on_invalid(_either(changes.on_invalid, self.on_invalid)),
            max_response_bytes=_checked_count(
                "max_response_bytes", _either(changes.max_response_bytes, self.max_response_bytes), at_least=1
            ),
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
    except (httpx.InvalidURL, UnicodeError):
        # Its message can quote a part of a password.
        return "is not a URL"
    if parsed.scheme not in {"https", "http"} or not host:
        return "must begin with https:// and a host name; http:// is for servers on this machine"
    if parsed.userinfo:
        return "must not contain a user name or a password"
    if set("?#") & set(url):
        return "must not contain a query or a fragment"
    if not _HOST.fullmatch(host) or (parsed.port or 0) > 65535:
        return "has a host name or a port that no machine can have"
    if parsed.scheme == "http" and not allow_insecure_http and not is_loopback(host):
        return "would send the API key unencrypted: use https://, or pass allow_insecure_http=True"
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


def _given_or_set(given: Hidden[str | None], variables: tuple[str, ...]) -> Hidden[str] | None:
    """Return *given*, or else the first of *variables* that is set to something."""
    if given.value is not None:
        return Hidden(given.value, given.source)
    for name in variables:
        if value := os.environ.get(name):
            return Hidden(value, f"${name}")
    return None


def _lower_case(headers: Mapping[str, str]) -> dict[str, str]:
    # Or else X-Trace and x-trace would both be sent.
    return {name.lower(): value for name, value in headers.items()}


def _either(given: V | NotGiven, current: V) -> V:
    return current if isinstance(given, NotGiven) else given


def _checked_timeout(timeout: object) -> Timeout:
    if timeout is None:
        return None
    parts = timeout.as_dict().values() if isinstance(timeout, httpx.Timeout) else [timeout]
    for part in parts:
        if part is not None and not (_is_finite(part) and part > 0):
            raise ConfigurationError(f"timeout is seconds above 0, an httpx.Timeout, or None for no limit: {timeout!r}")
    return cast(Timeout, timeout)


def _checked_seconds(name: str, seconds: object) -> float:
    if not _is_finite(seconds) or seconds < 0:
        raise ConfigurationError(f"{name} is seconds, at least 0: {seconds!r}")
    return seconds


def _checked_count(name: str, count: object, *, at_least: int) -> int:
    if not isinstance(count, int) or isinstance(count, bool) or count < at_least:
        raise ConfigurationError(f"{name} is a whole number, at least {at_least}: {count!r}")
    return count


def _checked_on_invalid(choice: object) -> OnInvalid:
    if choice not in ("raise", "keep"):
        raise ConfigurationError(f'on_invalid is "raise" or "keep": {choice!r}')
    return choice


def _is_finite(value: object) -> TypeGuard[float]:
    # Sockets and sleep() take no more than TIMEOUT_MAX, which is 292 years.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= threading.TIMEOUT_MAX
