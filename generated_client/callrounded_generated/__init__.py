# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""A client for the Rounded API: a function for each operation, a class for each object."""

from .client import AuthenticatedClient, Client
from .errors import DecodeError, UnexpectedStatus
from .responses import Response
from .types import UNSET, File, Unset

__all__ = [
    "UNSET",
    "AuthenticatedClient",
    "Client",
    "DecodeError",
    "File",
    "Response",
    "UnexpectedStatus",
    "Unset",
]
