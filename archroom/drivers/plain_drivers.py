"""Which driver speaks a profile: the one place where a plain controller's wire is chosen."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from archroom.drivers.line import Line
from archroom.drivers.map_driver import MapDriver
from archroom.drivers.plain import PlainDriver
from archroom.drivers.profile import Profile, WireKind
from archroom.drivers.wires import Wire
from archroom.errors import UsageError, say


def plain_driver(
    profile: Profile,
    wire: Wire,
    unit: int,
    carriages: int,
    is_urgent: Callable[[], bool] | None = None,
    clock: Callable[[], float] = monotonic,
) -> PlainDriver:
    """Return a driver for one unit behind a wire; raises UsageError if the profile's wire is not spoken."""
    if profile.wire is WireKind.MODBUS:
        return MapDriver(Line(wire, clock), unit, profile, carriages, is_urgent, clock)
    raise UsageError(say("The wire of {profile} is not spoken yet.", profile=profile.title))
