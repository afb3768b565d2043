# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""Generated client for the Rounded API: models, and operations as pure functions; it sends nothing by itself."""

from .client import Client
from .errors import DecodeError
from .operation import Operation, Request

__all__ = ["Client", "DecodeError", "Operation", "Request"]
