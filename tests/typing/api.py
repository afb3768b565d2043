"""What users' type checkers see of the API: checked by mypy and pyright in the session `types`, and never run.

A `type: ignore` in here is an expectation: both checkers reject one that has nothing to ignore.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import assert_never, assert_type
from uuid import UUID

import httpx

from callrounded import AsyncPage, AsyncRounded, Page, PstnPhoneNumber, Rounded, SipPhoneNumber, UnknownPhoneNumber
from callrounded_generated.api.phone_numbers import list_phone_numbers
from callrounded_generated.models import PhoneNumberList


def sync_results(client: Rounded) -> None:
    """Each way of listing has the type of its records, without a cast and without a plugin."""
    page = client.phone_numbers.list(page=1)
    assert_type(page, Page[PstnPhoneNumber | SipPhoneNumber | UnknownPhoneNumber])
    assert_type(page.data, list[PstnPhoneNumber | SipPhoneNumber | UnknownPhoneNumber])
    assert_type(page.total_items, int | None)
    assert_type(page.next_cursor, str | None)
    assert_type(page.has_next_page(), bool)
    assert_type(page.get_next_page(), Page[PstnPhoneNumber | SipPhoneNumber | UnknownPhoneNumber])
    for number in page:
        assert_type(number, PstnPhoneNumber | SipPhoneNumber | UnknownPhoneNumber)
    assert_type(client.phone_numbers.iter_all(), Iterator[PstnPhoneNumber | SipPhoneNumber | UnknownPhoneNumber])
    assert_type(client.phone_numbers.list_all(), list[PstnPhoneNumber | SipPhoneNumber | UnknownPhoneNumber])


async def async_results(client: AsyncRounded) -> None:
    """The async client has the same names; what waits is awaited."""
    page = await client.phone_numbers.list(page=1)
    assert_type(page, AsyncPage[PstnPhoneNumber | SipPhoneNumber | UnknownPhoneNumber])
    async for number in client.phone_numbers.list(page=1):
        assert_type(number, PstnPhoneNumber | SipPhoneNumber | UnknownPhoneNumber)
    numbers = client.phone_numbers.iter_all()
    assert_type(numbers, AsyncIterator[PstnPhoneNumber | SipPhoneNumber | UnknownPhoneNumber])
    assert_type(await client.phone_numbers.list_all(), list[PstnPhoneNumber | SipPhoneNumber | UnknownPhoneNumber])


def fields(number: PstnPhoneNumber | SipPhoneNumber | UnknownPhoneNumber) -> None:
    """The variants can be told apart, exhaustively, and required fields are never None."""
    match number:
        case PstnPhoneNumber() | SipPhoneNumber():
            assert_type(number.id, UUID)
            assert_type(number.number, str)
            assert_type(number.created_at, datetime)
            assert_type(number.name, str | None)
        case UnknownPhoneNumber():
            assert_type(number.type, str)
        case _:
            assert_never(number)


def parameters(client: Rounded, async_client: AsyncRounded) -> None:
    """The parameters are those of the spec, with its types: names and types that are not are errors."""
    client.phone_numbers.list(page=1, limit=None, use_cursor=False, cursor=None)
    client.phone_numbers.list(use_cursor=True, cursor="2023-11-07T05:31:56Z")

    client.phone_numbers.list(page="1")  # type: ignore[arg-type]
    client.phone_numbers.list(pages=1)  # type: ignore[call-arg]
    client.phone_numbers.list(1)  # type: ignore[call-arg]
    client.phone_numbers.iter_all(cursor=1)  # type: ignore[arg-type]
    client.phone_numbers.list_all(use_cursor="yes")  # type: ignore[arg-type]
    client.phone_numbers.iter_all(limt=5)  # type: ignore[call-arg]
    client.phone_numbers.iter_all(limit=5, colour="red")  # type: ignore[call-arg]
    client.phone_numbers.list_all(max_item=5)  # type: ignore[call-arg]
    client.phone_numbers.list_all(checkpoint=client.phone_numbers.list().checkpoint, max_items=5, verify=False)
    _ = async_client.phone_numbers.iter_all(limt=5)  # type: ignore[call-arg]
    _ = async_client.phone_numbers.list_all(colour="red")  # type: ignore[call-arg]
    _ = async_client.phone_numbers.list(pages=1)  # type: ignore[call-arg]


def operations(client: Rounded) -> None:
    """Every operation of the generated package can be called, with its own parameters and result."""
    assert_type(client.call(list_phone_numbers, limit=5), PhoneNumberList)

    client.call(list_phone_numbers, limt=5)  # type: ignore[call-arg]
    client.call(list_phone_numbers, limit="5")  # type: ignore[arg-type]
    client.call(list_phone_numbers.sync)  # type: ignore[arg-type]


async def async_operations(client: AsyncRounded) -> None:
    """The same for asyncio."""
    assert_type(await client.call(list_phone_numbers, limit=5), PhoneNumberList)

    _ = await client.call(list_phone_numbers, limt=5)  # type: ignore[call-arg]


def clients() -> None:
    """Each client takes the httpx client of its own world, and is left the way it is entered."""
    with Rounded(http_client=httpx.Client()) as client:
        assert_type(client, Rounded)
        assert_type(client.with_options(timeout=None), Rounded)

    Rounded(http_client=httpx.AsyncClient())  # type: ignore[arg-type]
    AsyncRounded(http_client=httpx.Client())  # type: ignore[arg-type]
    Rounded("key", "https://api.callrounded.com")  # type: ignore[call-arg]
