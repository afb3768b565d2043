# Copied into every generated package, with a first line of its own.
"""What generated models are made of."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import IntEnum, StrEnum
from operator import attrgetter
from types import GenericAlias
from typing import IO, Annotated, Any, ClassVar, Literal, Self, TypeAlias

import msgspec
from attrs import define, field, fields

from .errors import DecodeError, excerpt

OnInvalid: TypeAlias = Literal["raise", "keep"]
"""What one broken object in a list does: fail the whole answer, or leave a `MalformedRecord` in its place."""

Unset: TypeAlias = msgspec.UnsetType
"""The type of `UNSET`."""

UNSET = msgspec.UNSET
"""A property or body that was not given, and is not sent. It is falsy, and the same object after copy and pickle."""

AwareDatetime: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
"""A date-time with an offset from UTC, as RFC 3339 asks for."""


@define(frozen=True, eq=False)
class Layout:
    """What the objects of a list that have the same properties have in common.

    Attributes:
        names: Their properties, in the order in which they were received.
        unknown: Those that no attribute stands for, since the OpenAPI document does not list them.
        kept: Those whose JSON values are kept: first the unknown ones, then those that Python may write in another way
            (a UUID in capitals).
        values: Returns, from a model, the attributes that stand for the others; None if these are fewer than two.
        written: Names of all of these, and then of those that are kept.
        is_flat: Whether msgspec writes these attributes without help.
        is_plain: Whether it writes the whole object without help.
    """

    names: tuple[str, ...]
    unknown: tuple[str, ...]
    kept: tuple[str, ...]
    values: attrgetter[tuple[Any, ...]] | None
    written: tuple[str, ...]
    is_flat: bool
    is_plain: bool


Received: TypeAlias = tuple[Layout, tuple[Any, ...], bool]
"""What an object was received as, beside the values of its attributes:

- its layout,
- the JSON values that are kept,
- whether the attributes are sure to be what was read from it.

A plain tuple, since each object of a list has one.
"""


def unknown_properties(received: Received | None) -> dict[str, Any]:
    """Return the unknown properties, by name, of an object that was received like that."""
    return {} if received is None else dict(zip(received[0].unknown, received[1], strict=False))


def _perhaps_changed(received: Received | None) -> Received | None:
    """Return what a copy is marked with that is made with other attributes, as by `attrs.evolve`."""
    return received and (received[0], received[1], False)


_compared_by: Any = unknown_properties
"""What of `Received` counts when models are compared. (Any, because the types of attrs have a gap here.)"""


@define(frozen=True, kw_only=True, weakref_slot=False)
class Model:
    """An object of the API. Its attributes cannot be set; `attrs.evolve` makes a changed copy."""

    # Not annotated as Received, which msgspec would look up.
    _received: object = field(
        default=None,
        alias="_received",
        converter=_perhaps_changed,
        repr=False,
        eq=_compared_by,
        hash=False,
        metadata={"property": False},
    )

    @property
    def additional_properties(self) -> dict[str, Any]:
        """Properties that the OpenAPI document does not list, by name, as JSON values."""
        return unknown_properties(received_with(self))

    @property
    def fields_set(self) -> frozenset[str]:
        """Names of the attributes that were received, or that differ from their default."""
        from .encoding import fields_set

        return fields_set(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data.

        For a received object that is what was received, in any order: unknown properties included, absent ones absent.
        """
        from .encoding import encodable

        data: dict[str, Any] = msgspec.to_builtins(encodable(self))
        return data

    def to_json(self) -> bytes:
        """Return what `to_dict` returns as JSON text in UTF-8."""
        from .encoding import to_json

        return to_json(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Check JSON data and return it as an object, which shares nothing with *data*.

        Raises:
            DecodeError: *data* is not what the OpenAPI document says.
        """
        from .decoding import decode_copy

        return decode_copy(cls, data)

    @classmethod
    def from_json(cls, text: bytes | str) -> Self:
        """Check JSON text and return it as an object.

        Raises:
            DecodeError: *text* is no JSON, or not what the OpenAPI document says.
        """
        from .decoding import decode_json

        return decode_json(cls, text)


received_with: Callable[[Model], Received | None] = attrgetter("_received")
"""Return what a model was received as; None for one that was made by hand."""


def remember(models: Iterable[Model], received: Iterable[Received]) -> None:
    """Note on models that were just made what they were received as."""
    # The slot's own setter, because models are frozen, and a loop in C, because there are many.
    set_slot: Callable[[Model, Received], None] = Model.__dict__["_received"].__set__
    deque(map(set_slot, models, received), maxlen=0)


def show_properties_only(cls: type[Model]) -> None:
    """Let msgspec see the attributes of *cls* that stand for a property, and only these.

    It looks at a class once and keeps what it saw. `_received`, which is overwritten anyway, it would look for in each
    object. Threads that use the class at this moment would see the same, so this is done before anyone has it.
    """
    attributes = fields(cls)
    properties = tuple(attribute for attribute in attributes if attribute.metadata.get("property", True))
    type.__setattr__(cls, "__attrs_attrs__", properties)
    try:
        msgspec.convert([], GenericAlias(list, cls))
    finally:
        type.__setattr__(cls, "__attrs_attrs__", attributes)


@define(frozen=True, kw_only=True, weakref_slot=False)
class UnknownVariant(Model):
    """An object whose tag the OpenAPI document does not list.

    Its attributes are what all variants share, as far as that is there and can be read; otherwise None. What cannot be
    read is one of the additional properties.
    """

    tag: ClassVar[str]
    """Name of the property that tells the variants apart."""
    variants: ClassVar[Mapping[str, type[Model]]]
    """The variants that the document lists, by their value of the tag."""

    @property
    def raw(self) -> dict[str, Any]:
        """The object as JSON data, as it was received: the same as `to_dict()`."""
        return self.to_dict()


@define(frozen=True)
class File:
    """A file in the body of a request.

    Attributes:
        payload: What it holds: bytes, or a file that is open for reading bytes.
        file_name: Its name, as the server is told.
        mime_type: Its media type; None leaves it to httpx, which guesses it from the name.
    """

    payload: IO[bytes] | bytes
    file_name: str | None = None
    mime_type: str | None = None


@define(frozen=True)
class MalformedRecord:
    """An object in a list that is not what the OpenAPI document says. It stands there with `on_invalid="keep"`.

    Attributes:
        path: Where it is, from the top of the body: `data[3]`.
        error: What is wrong with it.
        raw: The JSON value that was received.
    """

    path: str
    error: DecodeError = field(eq=str)
    raw: Any = field(repr=excerpt, hash=False)


class OpenStrEnum(StrEnum):
    """Text out of a list that may grow: a value that is not on it is kept as it is."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_, member._value_ = "(unknown)", value
        return member

    @property
    def is_known(self) -> bool:
        """Whether the OpenAPI document lists this value."""
        return self._name_ in type(self).__members__


class OpenIntEnum(IntEnum):
    """A number out of a list that may grow: a value that is not on it is kept as it is."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        member = int.__new__(cls, value)
        member._name_, member._value_ = "(unknown)", value
        return member

    @property
    def is_known(self) -> bool:
        """Whether the OpenAPI document lists this value."""
        return self._name_ in type(self).__members__
