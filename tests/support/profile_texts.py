"""Shipped profiles with a setting changed, and a driver for them on a wire that follows a script."""

from __future__ import annotations

from importlib.resources import files

from virtual_wire import Script, VirtualClock, VirtualWire

from archroom.drivers.plain import PlainDriver
from archroom.drivers.plain_drivers import Unit, plain_drivers
from archroom.drivers.profile import Profile
from archroom.drivers.profile_reading import parse_profile
from archroom.drivers.timing import Framing, stream_timing


def profile_text(name: str) -> str:
    """The text of a shipped profile."""
    return files("archroom").joinpath("drivers", "profiles", f"{name}.toml").read_text(encoding="utf-8")


def changed_profile(name: str, **settings: str) -> Profile:
    """A shipped profile with settings written otherwise, or left out if empty; each must stand there once, as a line."""
    lines = profile_text(name).split("\n")
    for key, value in settings.items():
        found = [number for number, line in enumerate(lines) if line.startswith(f"{key} = ")]
        assert len(found) == 1, key
        lines[found[0]] = f"{key} = {value}" if value else ""
    return parse_profile("\n".join(lines).encode())


def driver_of(
    profile: Profile, *answers: bytes | list[tuple[float, bytes]], unit: int = 1, carriages: int = 4
) -> tuple[PlainDriver, VirtualWire, VirtualClock]:
    """A driver of a profile with its wire and clock, whose far end follows a script."""
    clock = VirtualClock()
    wire = VirtualWire(clock, stream_timing(Framing.MBAP), Script(*answers))
    return plain_drivers(profile, wire, {1: Unit(unit, carriages)}, None, clock)[1], wire, clock
