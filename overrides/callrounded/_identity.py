"""When two records are the same one: by their `id`, kept in a form that is small and quick to compare.

A record without a readable id (of a type that is newer than this release, or a broken one that was kept) is known by
its content. Two in one page that are alike are two records; one that returns in another page is the same.
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from operator import attrgetter
from typing import TypeAlias, TypeVar
from uuid import UUID

T = TypeVar("T")

Key: TypeAlias = int | str
"""An identity: the number of a UUID, or a text."""

_number_of_uuid = attrgetter("id.int")

# Ids longer than this would make checkpoints large; a digest tells them apart as well.
_LONGEST_TEXT = 64
_UUID_BYTES = 16


def keys_of(records: Sequence[object]) -> list[Key]:
    """Return the identity of each of *records*, the records of one page."""
    try:
        # The ordinary case, at the speed of C: every record has a UUID.
        return list(map(_number_of_uuid, records))
    except AttributeError:
        alike = Counter[str]()
        return [_key_of(record, alike) for record in records]


def unmet(records: Sequence[T], keys: Sequence[Key], met: AbstractSet[Key]) -> dict[Key, T]:
    """Return those of *records*, which have these *keys*, that are not among those *met*, by their keys."""
    return {key: record for key, record in zip(keys, records, strict=True) if key not in met}


def to_text(key: Key) -> str:
    """Return *key* as a short text for a checkpoint: a UUID in base 64, anything else behind an equals sign."""
    if isinstance(key, str):
        return f"={key}"
    return urlsafe_b64encode(key.to_bytes(_UUID_BYTES, "big")).rstrip(b"=").decode()


def from_text(text: str) -> Key:
    """Return the identity that `to_text` wrote.

    Raises:
        ValueError: it wrote no such text.
    """
    if text.startswith("="):
        return text[1:]
    number = urlsafe_b64decode(f"{text}==")
    if len(number) != _UUID_BYTES:
        raise ValueError(f"{text!r:.80} is not an identity")
    return int.from_bytes(number, "big")


def _key_of(record: object, alike: Counter[str]) -> Key:
    """Return the identity of *record*; *alike* counts the records of its page that only their content identifies."""
    identity = getattr(record, "id", None)
    if isinstance(identity, UUID):
        return identity.int
    if isinstance(identity, int) and identity >= 0:
        return identity
    if identity is not None:
        text = str(identity)
        return text if len(text) <= _LONGEST_TEXT else _digest(text)
    content = _digest(repr(getattr(record, "raw", record)))
    alike[content] += 1
    return f"{content}/{alike[content]}"


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def in_order_of(keys: Sequence[Key], records: list[T]) -> list[T]:
    """Return *records* in the order of *keys*; one that is not among them stays behind the one that it stands behind.

    No keys at all say nothing about the order.
    """
    if not keys:
        return records
    ranks: dict[Key, int] = {}
    for rank, key in enumerate(keys):
        ranks.setdefault(key, rank)
    placed: list[tuple[int, int]] = []
    rank = -1
    for index, key in enumerate(keys_of(records)):
        rank = ranks.get(key, rank)
        placed.append((rank, index))
    placed.sort()
    return [records[index] for _, index in placed]
