"""The values of a client's request, each checked as it is read: a missing or strange one is refused by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from archroom.errors import UsageError, say
from archroom.shelving.codec import decode

LONGEST_TEXT = 200

T = TypeVar("T")


def whole(request: Mapping[str, object], name: str) -> int:
    """Return a whole number; raises UsageError."""
    value = request.get(name)
    if type(value) is not int:
        raise UsageError(say("The shelving server was asked without {name}.", name=name))
    return value


def fact(kind: type[T], request: Mapping[str, object], name: str) -> T:
    """Return a fact of this kind; raises UsageError."""
    try:
        return decode(kind, request.get(name))
    except ValueError as error:
        raise UsageError(say("The shelving server was asked without {name}.", name=name)) from error


def numbers(request: Mapping[str, object], name: str) -> tuple[int, ...]:
    """Return whole numbers; raises UsageError."""
    value = request.get(name)
    if not isinstance(value, list) or not all(type(one) is int for one in value):
        raise UsageError(say("The shelving server was asked without {name}.", name=name))
    return tuple(value)


def text(request: Mapping[str, object], name: str) -> str:
    """Return a text that is not too long; raises UsageError."""
    value = request.get(name)
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise UsageError(say("The shelving server was asked without {name}.", name=name))
    return value


def texts(request: Mapping[str, object], name: str) -> tuple[str, ...]:
    """Return texts of which none is too long; raises UsageError."""
    values = request.get(name)
    if not isinstance(values, list) or not all(isinstance(value, str) and len(value) <= LONGEST_TEXT for value in values):
        raise UsageError(say("The shelving server was asked without {name}.", name=name))
    return tuple(values)
