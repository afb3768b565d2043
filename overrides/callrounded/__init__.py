"""A Python SDK for the Rounded voice agent API: a listing is either complete or raises.

    from callrounded import Rounded

    with Rounded() as client:  # the key is in $CALLROUNDED_API_KEY
        for number in client.phone_numbers.iter_all():
            print(number.number)

`AsyncRounded` is the same for asyncio. `callrounded.testing` has an API to test with.
"""

# To read the code, begin at the top of _resources.
from callrounded_generated.models import (
    ErrorDetail,
    PhoneNumber,
    PstnPhoneNumber,
    SipPhoneNumber,
    UnknownPhoneNumber,
)
from callrounded_generated.types import MalformedRecord

from ._checkpoint import Checkpoint
from ._client import AsyncRounded, Rounded
from ._dicts import to_dicts
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
from ._listing import Progress
from ._page import AsyncPage, Page
from ._resources import AsyncListResource, ListResource
from ._version import __version__

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncListResource",
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
    "ListResource",
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
    "to_dicts",
]

# So that tracebacks and pickles name callrounded.RateLimitError, not the private module it is written in.
for _name in __all__:
    if getattr(globals()[_name], "__module__", "").startswith("callrounded._"):
        globals()[_name].__module__ = "callrounded"
