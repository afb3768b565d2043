"""When two records are the same one: by their `id`.

A record without a readable id (of a type that is newer than this release, or a malformed one that was kept) is known by
its content. Two in one page that are alike are two records; one that returns in another page is the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from operator import attrgetter
from typing import TypeAlias
from uuid import UUID

Key: TypeAlias = Hashable
"""An identity: the number of a UUID, another id, or the content of a record and how many like it came before."""

_number_of_uuid = attrgetter("id.int")


def keys_of(records: Sequence[object]) -> list[Key]:
    """Return the identity of each of *records*, the records of one page."""
    try:
        # The ordinary case, at the speed of C: every record has a UUID.
        return list(map(_number_of_uuid, records))
    except AttributeError:
        alike = Counter[str]()
        return [_key_of(record, alike) for record in records]


def _key_of(record: object, alike: Counter[str]) -> Key:
    """Return the identity of *record*; *alike* counts the records of its page that only their content identifies."""
    identity = getattr(record, "id", None)
    if isinstance(identity, UUID):
        return identity.int
    if identity is not None:
        return str(identity)
    content = repr(getattr(record, "raw", record))
    alike[content] += 1
    return content, alike[content]
