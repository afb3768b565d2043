"""What users' type checkers see of `client.call`: checked by mypy and pyright in the session `types`, and never run.

A `type: ignore` in here is an expectation: both checkers reject one that has nothing to ignore.
"""

from typing import assert_type

from callrounded import AsyncRounded, Rounded
from callrounded_generated.api.phone_numbers import list_phone_numbers
from callrounded_generated.models import PhoneNumberList


def sync_call(client: Rounded) -> None:
    """The result is the model of a success, the parameters are those of the operation."""
    assert_type(client.call(list_phone_numbers), PhoneNumberList)
    assert_type(client.call(list_phone_numbers, limit=5, use_cursor=True), PhoneNumberList)
    client.call(list_phone_numbers, limt=5)  # type: ignore[call-arg]
    client.call(list_phone_numbers, limit="5")  # type: ignore[arg-type]
    client.call(list_phone_numbers, 5)  # type: ignore[call-arg]


async def async_call(client: AsyncRounded) -> None:
    """The async client has the same types; the result is awaited."""
    assert_type(await client.call(list_phone_numbers, limit=5), PhoneNumberList)
    await client.call(list_phone_numbers, limt=5)  # type: ignore[call-arg]
    await client.call(list_phone_numbers, limit="5")  # type: ignore[arg-type]
    await client.call(list_phone_numbers, 5)  # type: ignore[call-arg]
