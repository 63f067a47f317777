"""Takes a request of the control channel apart, field by field; refuses what is missing, wrong or left over."""

from __future__ import annotations

from collections.abc import Mapping


class ControlError(ValueError):
    """The request cannot be carried out; the text says why."""


class Fields:
    """The fields of one request; each is taken out once, and what is left over is an error."""

    __slots__ = ("_left",)

    def __init__(self, request: Mapping[str, object]) -> None:
        self._left = dict(request)

    def has(self, name: str) -> bool:
        """Whether a field is there."""
        return name in self._left

    def look_at(self, name: str) -> object:
        """A field as it was sent, left where it is; None if it is not there."""
        return self._left.get(name)

    def whole(self, name: str, least: int, most: int, default: int | None = None) -> int:
        """A whole number within bounds."""
        value = self._take(name, default)
        if type(value) is not int or not least <= value <= most:
            raise ControlError(f"{name} must be a whole number from {least} to {most}")
        return value

    def wholes(self, name: str, count: int, least: int, most: int) -> list[int]:
        """So many whole numbers within bounds."""
        values = self._take(name, None)
        if not isinstance(values, list) or len(values) != count:
            raise ControlError(f"{name} must be {count} whole numbers")
        if not all(type(value) is int and least <= value <= most for value in values):
            raise ControlError(f"{name} must be {count} whole numbers from {least} to {most}")
        return [int(value) for value in values]

    def number(self, name: str) -> float:
        """Any number."""
        value = self._take(name, None)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ControlError(f"{name} must be a number")
        return float(value)

    def truth(self, name: str, default: bool | None = None) -> bool:
        """True or false."""
        value = self._take(name, default)
        if not isinstance(value, bool):
            raise ControlError(f"{name} must be true or false")
        return value

    def text(self, name: str, default: str | None = None) -> str:
        """A text that is not empty."""
        value = self._take(name, default)
        if not isinstance(value, str) or not value:
            raise ControlError(f"{name} must be a text")
        return value

    def finish(self) -> None:
        """Refuse what nobody asked for."""
        if self._left:
            raise ControlError(f"unknown field {sorted(self._left)[0]!r}")

    def _take(self, name: str, default: object) -> object:
        if name in self._left:
            return self._left.pop(name)
        if default is None:
            raise ControlError(f"{name} is missing")
        return default
