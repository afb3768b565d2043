# Copied into every generated package, with a first line of its own.
"""What generated models are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import IntEnum, StrEnum
from operator import attrgetter
from typing import IO, Annotated, Any, ClassVar, Literal, Self, TypeAlias

import msgspec
from attrs import define, field

from .errors import DecodeError, excerpt

OnInvalid: TypeAlias = Literal["raise", "keep"]
"""What one broken object in a list does: fail the whole response, or leave a `MalformedRecord` in its place."""

Unset: TypeAlias = msgspec.UnsetType
"""The type of `UNSET`."""

UNSET = msgspec.UNSET
"""A property or body that was not given, and is not sent. It is falsy, and the same object after copy and pickle."""

AwareDatetime: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
"""A date-time with an offset from UTC, as RFC 3339 asks for."""


Received: TypeAlias = dict[str, tuple[Any, Any]]
"""What is written instead of the value of a property, by name: that value, and what to write as long as it is there.

That is how Python would write the value in another way than it was received, and `UNSET` for an absent property. A dict
is shared by the objects that need the same, and never changed.
"""


class Changed(Received):
    """What was noted on the original of a changed copy, which may hold what cannot be written."""


class Additional(dict[str, Any]):
    """Additional properties, with the notes on their object: `attrs.evolve` passes on values of attributes alone."""

    cls: type[object] | None = None
    received: Received | None = None


class _Slots:
    """What a model has beside the properties that the OpenAPI document lists."""

    # msgspec does not write what begins with `_`.
    __slots__: tuple[str, ...] = ("_additional", "_received")
    _additional: dict[str, Any] | None  # None, if there are none.
    _received: Received | None  # None if made by hand.

    def _get(self) -> Additional:
        additional = Additional(self._additional or ())
        additional.cls, additional.received = type(self), self._received
        return additional

    def _set(self, given: dict[str, Any]) -> None:
        # Notes are about the defaults of their class: they do not hold for another one.
        received = given.received if isinstance(given, Additional) and given.cls is type(self) else None
        object.__setattr__(self, "_additional", dict(given) or None)
        object.__setattr__(self, "_received", received)

    additional_properties: Any = property(_get, _set)


# attrs makes no slot for a field that a base class lists in `__slots__`: it uses what is there, which is the property.
_Slots.__slots__ += ("additional_properties",)


@define(frozen=True, kw_only=True, weakref_slot=False)
class Model(_Slots):
    """An object of the API. Its attributes cannot be set; `attrs.evolve` makes a changed copy."""

    additional_properties: dict[str, Any] = field(factory=dict, repr=False, hash=False)
    """Properties that the OpenAPI document does not list, by name."""

    def __attrs_post_init__(self) -> None:
        # Only of an object that is made by hand, or as a changed copy.
        if self._received is not None:
            object.__setattr__(self, "_received", Changed(self._received))

    @property
    def fields_set(self) -> frozenset[str]:
        """Names of the attributes that were received, or that differ from their default."""
        from .decoding import record_of
        from .encoding import encodable_properties

        found = encodable_properties(self)
        return frozenset(field.attribute for name, field in record_of(type(self)).fields.items() if name in found)

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

        made: Self = decode_copy(cls, data)
        return made

    @classmethod
    def from_json(cls, text: bytes | str) -> Self:
        """Check JSON text and return it as an object.

        Raises:
            DecodeError: *text* is no JSON, or not what the OpenAPI document says.
        """
        from .decoding import decode_json

        made: Self = decode_json(cls, text)
        return made


noted_on: Callable[[Model], tuple[Received | None, dict[str, Any] | None]] = attrgetter("_received", "_additional")
"""Return what a model has beside its attributes."""


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
        payload: What it holds: bytes, or a file that is open for reading bytes, and is sent from its beginning.
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


_UNLISTED = "(unknown)"
"""The name of a member that the OpenAPI document does not list."""


class _Open:
    """What open enums share."""

    @classmethod
    def _missing_(cls: Any, value: object) -> Any:
        base: Any = cls._member_type_
        if not isinstance(value, base) or isinstance(value, bool):
            return None
        member: Any = base.__new__(cls, value)
        member._name_, member._value_ = _UNLISTED, value
        return member

    @property
    def is_known(self: Any) -> bool:
        """Whether the OpenAPI document lists this value."""
        return bool(self._name_ != _UNLISTED)


class OpenStrEnum(_Open, StrEnum):
    """Text out of a list that may grow: a value that is not on it is kept as it is."""


class OpenIntEnum(_Open, IntEnum):
    """A number out of a list that may grow: a value that is not on it is kept as it is."""
