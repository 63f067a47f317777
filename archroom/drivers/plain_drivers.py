"""Which driver speaks a profile: the one place where a plain controller's wire is chosen.

The units of one bus share its line, so that none speaks while another's answer is awaited or a drain goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic

from archroom.drivers.line import Line
from archroom.drivers.map_driver import MapDriver
from archroom.drivers.plain import PlainDriver
from archroom.drivers.profile import Profile, WireKind
from archroom.drivers.wires import Wire
from archroom.errors import UsageError, say


@dataclass(frozen=True, slots=True)
class Unit:
    """One controller of a bus."""

    address: int
    """Modbus unit, or area number, as the profile's wire has it."""
    carriages: int
    """Of its block, fixed ones included."""


def plain_drivers(
    profile: Profile,
    wire: Wire,
    units: Mapping[int, Unit],
    is_urgent: Callable[[], bool] | None = None,
    clock: Callable[[], float] = monotonic,
) -> dict[int, PlainDriver]:
    """Return a driver for each block's unit behind one wire; raises UsageError if the profile's wire is not spoken."""
    if profile.wire is WireKind.MODBUS:
        line = Line(wire, clock)
        return {
            block: MapDriver(line, unit.address, profile, unit.carriages, is_urgent, clock) for block, unit in units.items()
        }
    raise UsageError(say("The wire of {profile} is not spoken yet.", profile=profile.title))
