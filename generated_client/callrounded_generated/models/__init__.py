# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""All models."""

from .api_response_error import ApiResponseError
from .error_detail import ErrorDetail
from .error_envelope import ErrorEnvelope
from .list_envelope import ListEnvelope
from .phone_number import PhoneNumber, UnknownPhoneNumber
from .phone_number_list import PhoneNumberList
from .phone_number_properties import PhoneNumberProperties
from .pstn_phone_number import PstnPhoneNumber
from .sip_phone_number import SipPhoneNumber

__all__ = [
    "ApiResponseError",
    "ErrorDetail",
    "ErrorEnvelope",
    "ListEnvelope",
    "PhoneNumber",
    "PhoneNumberList",
    "PhoneNumberProperties",
    "PstnPhoneNumber",
    "SipPhoneNumber",
    "UnknownPhoneNumber",
]
