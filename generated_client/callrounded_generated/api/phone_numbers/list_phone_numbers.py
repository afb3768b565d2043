# Generated from openapi/rounded.yaml by `nox -s generate`. Do not edit: change openapi/ or generator/ and run it again.
"""List phone numbers"""

from __future__ import annotations

from collections.abc import Callable as _Callable
from typing import Annotated, Any

from msgspec import Meta

from ... import operation as _operation
from ... import responses as _responses
from ...client import AuthenticatedClient
from ...models.error_envelope import ErrorEnvelope
from ...models.phone_number_list import PhoneNumberList
from ...operation import Request
from ...responses import Expected, Response

_SUCCESSES: tuple[Expected, ...] = (Expected(200, 200, "json", PhoneNumberList),)
_ERRORS: tuple[Expected, ...] = (Expected(100, 999, "json", ErrorEnvelope),)
# Typed here, where no parameter can hide a type.
_success: _Callable[[Response[Any]], PhoneNumberList] = _responses.success


def _request(
    *,
    page: Annotated[int, Meta(ge=1)] | None = None,
    limit: Annotated[int, Meta(le=1000)] | None = None,
    use_cursor: bool | None = None,
    cursor: str | None = None,
) -> Request:
    return Request(
        method="GET",
        path=_operation.path("/v1/phone-numbers"),
        params=_operation.query(
            ("page", page),
            ("limit", limit),
            ("use_cursor", use_cursor),
            ("cursor", cursor),
        ),
    )


def sync_detailed(
    client: AuthenticatedClient,
    *,
    page: Annotated[int, Meta(ge=1)] | None = None,
    limit: Annotated[int, Meta(le=1000)] | None = None,
    use_cursor: bool | None = None,
    cursor: str | None = None,
) -> Response[PhoneNumberList | ErrorEnvelope]:
    """List phone numbers

    Args:
        client: Where the API is, and who is calling.
        page: Page number for page-based pagination (1-indexed, by default or when use_cursor=false). Default:
            1.
        limit: Maximum number of results to return per page (default: 50, max: 1000). Default: 50.
        use_cursor: Pagination mode selection: true for cursor-based pagination, false for page-based
            pagination. Default: false.
        cursor: Cursor for pagination based on the phone number created_at property (ISO 8601 datetime of last
            seen record).

    None omits a parameter; the API applies its default.

    Returns:
        The response, whatever its status.

    Raises:
        httpx.HTTPError: no complete response arrived.
        DecodeError: a documented success is not what the OpenAPI document says.
    """
    return _responses.read(
        client.send(
            _request(
                page=page,
                limit=limit,
                use_cursor=use_cursor,
                cursor=cursor,
            )
        ),
        _SUCCESSES,
        _ERRORS,
        client.on_invalid,
    )


def sync(
    client: AuthenticatedClient,
    *,
    page: Annotated[int, Meta(ge=1)] | None = None,
    limit: Annotated[int, Meta(le=1000)] | None = None,
    use_cursor: bool | None = None,
    cursor: str | None = None,
) -> PhoneNumberList:
    """List phone numbers

    Args:
        client: Where the API is, and who is calling.
        page: Page number for page-based pagination (1-indexed, by default or when use_cursor=false). Default:
            1.
        limit: Maximum number of results to return per page (default: 50, max: 1000). Default: 50.
        use_cursor: Pagination mode selection: true for cursor-based pagination, false for page-based
            pagination. Default: false.
        cursor: Cursor for pagination based on the phone number created_at property (ISO 8601 datetime of last
            seen record).

    None omits a parameter; the API applies its default.

    Returns:
        What the response holds.

    Raises:
        httpx.HTTPError: no complete response arrived.
        DecodeError: a documented success is not what the OpenAPI document says.
        UnexpectedStatus: the response is no documented success.
    """
    return _success(
        sync_detailed(
            client=client,
            page=page,
            limit=limit,
            use_cursor=use_cursor,
            cursor=cursor,
        )
    )


async def asyncio_detailed(
    client: AuthenticatedClient,
    *,
    page: Annotated[int, Meta(ge=1)] | None = None,
    limit: Annotated[int, Meta(le=1000)] | None = None,
    use_cursor: bool | None = None,
    cursor: str | None = None,
) -> Response[PhoneNumberList | ErrorEnvelope]:
    """Do what `sync_detailed` does, without blocking."""
    return _responses.read(
        await client.asend(
            _request(
                page=page,
                limit=limit,
                use_cursor=use_cursor,
                cursor=cursor,
            )
        ),
        _SUCCESSES,
        _ERRORS,
        client.on_invalid,
    )


async def asyncio(
    client: AuthenticatedClient,
    *,
    page: Annotated[int, Meta(ge=1)] | None = None,
    limit: Annotated[int, Meta(le=1000)] | None = None,
    use_cursor: bool | None = None,
    cursor: str | None = None,
) -> PhoneNumberList:
    """Do what `sync` does, without blocking."""
    return _success(
        await asyncio_detailed(
            client=client,
            page=page,
            limit=limit,
            use_cursor=use_cursor,
            cursor=cursor,
        )
    )
