# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""The operation table: every operation of the API, under its name in Python."""

from collections.abc import Mapping
from typing import Final

from ..operation import Operation
from .phone_numbers import list_phone_numbers as _list_phone_numbers

list_phone_numbers: Final = Operation(
    name="listPhoneNumbers",
    method="GET",
    path="/v1/phone-numbers",
    build=_list_phone_numbers.build,
    parse=_list_phone_numbers.parse,
    parse_error=_list_phone_numbers.parse_error,
)
"""List phone numbers"""

OPERATIONS: Final[Mapping[str, Operation[..., object, object]]] = {
    "listPhoneNumbers": list_phone_numbers,
}
"""All of them, by operationId."""
