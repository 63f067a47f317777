"""Controllers of other makes: what they can do, what they say of their block, and what they may be told. Facts only.

They have no guarded command block: an order is sent once and what became of it is only seen. What a controller does not tell
is None here and is shown as not told; it is never filled in from what was ordered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from archroom.core.controllers import Fault, Mode
from archroom.core.rooms import Block, Segment
from archroom.errors import Message


class PositionSense(Enum):
    """How a controller tells where its carriages stand."""

    NOTHING = "nothing"
    AISLE = "aisle"
    """The number of the aisle that was opened last."""
    SIDES = "sides"
    """Limit switches: of each carriage whether it stands at its low or high end."""
    MILLIMETRES = "millimetres"


class Side(Enum):
    """Where the limit switches of a carriage say that it stands; LOW is towards carriage 1."""

    LOW = "low"
    HIGH = "high"
    BOTH = "both"
    """Both limits at once: the carriage fills its room, or a switch is broken."""
    BETWEEN = "between"
    LOCKED = "locked"
    UNKNOWN = "unknown"


class OrderKind(Enum):
    """What a plain controller may be told, beside STOP."""

    OPEN = "open"
    CLOSE = "close"
    VENTILATE = "ventilate"
    JOG = "jog"
    """One carriage a little way, or as far as the controller lets it."""
    LOCK = "lock"
    UNLOCK = "unlock"
    WAKE = "wake"
    """Give power to the carriages of a block that sleeps; moves nothing."""

    @property
    def is_motion(self) -> bool:
        """Whether steel moves for it."""
        return self in (OrderKind.OPEN, OrderKind.CLOSE, OrderKind.VENTILATE, OrderKind.JOG)


@dataclass(frozen=True, slots=True)
class Order:
    """One order to a plain controller; sent once, never again."""

    kind: OrderKind
    aisle: int | None = None
    """Of OPEN."""
    carriage: int | None = None
    """Of JOG, and of LOCK and UNLOCK where they are per carriage."""
    is_towards_low: bool = False
    """Of JOG: towards carriage 1."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a controller can do and tell, as its profile declares it; commissioning proves or refutes it on the site."""

    orders: frozenset[OrderKind]
    can_stop: bool
    position_sense: PositionSense
    tells_motion: bool
    """Whether it says that something moves."""
    tells_mode: bool
    tells_faults: bool
    tells_occupied: bool
    """Whether it says in which aisle somebody is."""
    tells_fresh: bool
    """Whether its answers carry something that changes, so that a repeated one is seen."""
    has_sequence_numbers: bool
    stops_when_host_is_silent: bool | None
    """None: nobody has shown it; it counts as no."""
    lease_period_s: float | None = None
    """How often a motion's lease must be renewed, where the controller has a heartbeat."""

    @property
    def needs_attendance(self) -> bool:
        """Whether a second person must hold the controller's own stop at the aisle during every motion."""
        return not (self.can_stop and self.stops_when_host_is_silent is True)


SAFETY_DEVICE = Fault.ESTOP | Fault.EDGE | Fault.BEAM
"""What one alarm for all safety devices may stand for."""


UNTRIED_BIT = "bit "
"""Begins the name, among the others of a status, of an alarm bit of which nobody has settled what it means."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that a controller complains of."""

    fault: Fault
    """The nearest of the faults that this program knows; NONE where none is near, several where it may be any of them."""
    code: str
    """As the controller says it: "8.2", "IsBJ", "M148"."""
    said: Message | None = field(default=None, compare=False)
    """What is said of it in place of its fault, where more is known of it than that it must be reset."""

    @property
    def is_any(self) -> bool:
        """Whether it stands for several devices, of which the controller does not say which one it is."""
        return len(self.fault) > 1


@dataclass(frozen=True, slots=True)
class PlainStatus:
    """One matched answer of a plain controller, as far as it tells; None where it does not."""

    is_moving: bool | None = None
    mode: Mode | None = None
    is_enabled: bool | None = None
    """Whether the installation is released for remote orders: logged in, powered, not in its own protection."""
    alarms: tuple[Alarm, ...] = ()
    sides: tuple[Side, ...] | None = None
    positions_mm: tuple[int, ...] | None = None
    open_aisle: int | None = None
    """The aisle that the controller itself says is open."""
    carriages: int | None = None
    occupied_aisles: frozenset[int] | None = None
    people_inside: int | None = None
    freshness: int | None = None
    """A number that differs between two answers; None if there is none."""
    temperature_c: float | None = None
    humidity_percent: float | None = None
    others: tuple[tuple[str, str], ...] = field(default=())
    """What else it says, by name, for the technician's eyes only."""


def aisle_between(block: Block, segment: Segment, sides: tuple[Side, ...]) -> int | None:
    """Return the gap of a segment that limit switches show open; None unless they show exactly one.

    It lies between a carriage at its low end and one at its high end, or an end of the segment in the place of either; no
    carriage below it is at its high end, none above it at its low end. Whether the others are told on one side or, where
    neighbours touch, on both differs between makes and is the same here; but one that is between its ends is on its way, and
    those that follow it close by show their ends already. Source: the confirmation by position of the gantry program in the
    trade, which looks at the two neighbours.
    """
    mobile = [gap for gap in segment.gaps if 1 <= gap <= len(sides) and block.carriages[gap - 1].is_mobile]
    if any(sides[number - 1] is Side.BETWEEN for number in mobile):
        return None
    found = [
        gap
        for gap in segment.gaps
        if all(sides[number - 1] is not Side.HIGH for number in mobile if number <= gap)
        and all(sides[number - 1] is not Side.LOW for number in mobile if number > gap)
        and (gap not in mobile or sides[gap - 1] is Side.LOW)
        and (gap + 1 not in mobile or sides[gap] is Side.HIGH)
    ]
    return found[0] if len(found) == 1 and mobile else None
