# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""What the OpenAPI document says of the API as a whole."""

from typing import Final

BASE_URL: Final = "https://api.callrounded.com"
"""Address of the first server."""

AUTH_HEADER_NAME: Final = "X-Api-Key"
"""The header that the token is sent in."""

AUTH_PREFIX: Final = ""
"""What stands before the token in that header; empty for nothing."""
