"""A Python SDK for the Rounded voice agent API: a listing is complete, or it is an error.

    from callrounded import Rounded

    with Rounded() as client:  # the key is in $CALLROUNDED_API_KEY
        for number in client.phone_numbers.iter_all():
            print(number.number)

`AsyncRounded` is the same for asyncio. `callrounded.testing` has an API to test with.
"""

from typing import TYPE_CHECKING

from ._client import AsyncRounded, Rounded
from ._errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ClientClosedError,
    ConfigurationError,
    ConflictError,
    IncompleteListingError,
    InternalServerError,
    NotFoundError,
    PaginationError,
    PaginationLoopError,
    PermissionDeniedError,
    RateLimitError,
    RoundedError,
    UnprocessableEntityError,
)
from ._late import LateModule
from ._version import __version__

if TYPE_CHECKING:
    from callrounded_generated.models import (
        ErrorDetail,
        PhoneNumber,
        PstnPhoneNumber,
        SipPhoneNumber,
        UnknownPhoneNumber,
    )
    from callrounded_generated.types import MalformedRecord

    from ._checkpoint import Checkpoint
    from ._page import AsyncPage, Page
    from ._pages import Progress

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncPage",
    "AsyncRounded",
    "AuthenticationError",
    "BadRequestError",
    "Checkpoint",
    "ClientClosedError",
    "ConfigurationError",
    "ConflictError",
    "ErrorDetail",
    "IncompleteListingError",
    "InternalServerError",
    "MalformedRecord",
    "NotFoundError",
    "Page",
    "PaginationError",
    "PaginationLoopError",
    "PermissionDeniedError",
    "PhoneNumber",
    "Progress",
    "PstnPhoneNumber",
    "RateLimitError",
    "Rounded",
    "RoundedError",
    "SipPhoneNumber",
    "UnknownPhoneNumber",
    "UnprocessableEntityError",
    "__version__",
]

if not TYPE_CHECKING:
    # Imported when they are asked for: see _late.
    _LATE_MODULES = {
        "callrounded_generated.models": {"ErrorDetail", "PhoneNumber", "PstnPhoneNumber", "SipPhoneNumber"}
        | {"UnknownPhoneNumber"},
        "callrounded_generated.types": {"MalformedRecord"},
        "callrounded._checkpoint": {"Checkpoint"},
        "callrounded._page": {"AsyncPage", "Page"},
        "callrounded._pages": {"Progress"},
    }

    def __getattr__(name: str) -> object:
        for module, names in _LATE_MODULES.items():
            if name in names:
                return getattr(LateModule(module), name)
        raise AttributeError(f"module 'callrounded' has no attribute {name!r}")

    def __dir__() -> list[str]:
        return __all__


def _show_public_names() -> None:
    """Have tracebacks and pickles name callrounded.RateLimitError, not the private module it is written in."""
    for name in __all__:
        public = globals().get(name)
        if getattr(public, "__module__", "").startswith("callrounded._"):
            public.__module__ = "callrounded"


_show_public_names()
