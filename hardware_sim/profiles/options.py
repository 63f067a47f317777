"""The choices of a profile: what its sources leave open is chosen here by name, and told on the line of JSON.

Whatever has no default in the sources has one here that is as good as any; `chosen` says what holds in the end.
"""

from __future__ import annotations

from collections.abc import Mapping

from hardware_sim.checksums import Checksum, ChecksumKind


class ProfileError(ValueError):
    """The profile cannot be had like that; the text says why."""


class Options:
    """The choices of one run, as texts; each is taken out once, and what is left over is an error."""

    __slots__ = ("_left", "chosen")

    def __init__(self, given: Mapping[str, str]) -> None:
        self._left = dict(given)
        self.chosen: dict[str, object] = {}

    def whole(self, name: str, least: int, most: int, default: int) -> int:
        """A whole number within bounds; 0x.. is hexadecimal."""
        text = self._left.pop(name, None)
        value = default
        if text is not None:
            try:
                value = int(text, 0)
            except ValueError:
                value = least - 1
            if not least <= value <= most:
                raise ProfileError(f"{name} must be a whole number from {least} to {most}, not {text!r}")
        self.chosen[name] = value
        return value

    def choice(self, name: str, *choices: str) -> str:
        """One of some words; the first is the default."""
        value = self._left.pop(name, choices[0])
        if value not in choices:
            raise ProfileError(f"{name} must be one of {', '.join(choices)}, not {value!r}")
        self.chosen[name] = value
        return value

    def truth(self, name: str, default: bool) -> bool:
        """Yes or no."""
        words = ("yes", "no") if default else ("no", "yes")
        return self.choice(name, *words) == "yes"

    def text(self, name: str, default: str) -> str:
        """Any text."""
        value = self._left.pop(name, default)
        self.chosen[name] = value
        return value

    def finish(self) -> None:
        """Refuse what nobody asked for."""
        if self._left:
            known = ", ".join(self.chosen) or "none"
            raise ProfileError(f"there is no choice {sorted(self._left)[0]!r} in this profile; there is {known}")


def chosen_checksum(options: Options) -> Checksum:
    """The checksum of a wire whose own is not known."""
    kind = ChecksumKind(options.choice("checksum", *ChecksumKind))
    if kind is not ChecksumKind.CRC8:
        return Checksum(kind)
    polynomial = options.whole("crc_polynomial", 1, 0xFF, 0x07)
    return Checksum(kind, polynomial, options.whole("crc_initial", 0, 0xFF, 0), options.truth("crc_reflected", False))
