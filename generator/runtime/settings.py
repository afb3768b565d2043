# Copied into every generated package, with a first line of its own.
"""What the OpenAPI document says of the API as a whole."""

from typing import Final

BASE_URL: Final = "https://api.example"
"""Address of the first server."""

AUTH_HEADER_NAME: Final = "Authorization"
"""The header that the token is sent in."""

AUTH_PREFIX: Final = "Bearer"
"""What stands before the token in that header; empty for nothing."""
