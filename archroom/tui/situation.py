"""Where somebody is in the app and what they have chosen there: what decides which actions may be done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from archroom.core.actions import Action as ShelvingAction


class Where(Enum):
    """The screens on which actions are offered."""

    DESK = "desk"
    FIND = "find"
    AISLES = "aisles"
    CLIMATE = "climate"
    BENCH = "bench"
    SIMULATOR = "simulator"
    WALK = "walk"
    HELP = "help"
    CONFIRM = "confirm"
    ARM = "arm"
    HOLD = "hold"
    RELEASE = "release"
    ATTEND = "attend"
    ACKNOWLEDGE = "acknowledge"
    ORDER = "order"
    JOG = "jog"
    ASK_BUS = "ask_bus"
    WRITE_BUS = "write_bus"
    FILTER = "filter"
    PREPARE = "prepare"
    COMMISSION = "commission"
    SIGN = "sign"
    EMPTY_WALK = "empty_walk"


HOUSE: Final = frozenset({Where.DESK, Where.FIND, Where.AISLES, Where.CLIMATE, Where.BENCH, Where.SIMULATOR, Where.WALK})
"""The screens one works on; the others lie over them."""
QUESTIONS: Final = frozenset(
    {
        Where.CONFIRM,
        Where.ARM,
        Where.HOLD,
        Where.RELEASE,
        Where.ATTEND,
        Where.ACKNOWLEDGE,
        Where.ORDER,
        Where.ASK_BUS,
        Where.WRITE_BUS,
        Where.FILTER,
        Where.PREPARE,
        Where.COMMISSION,
        Where.SIGN,
        Where.EMPTY_WALK,
    }
)
"""What is answered with F9, by hand."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the person has chosen on the screen: a thing by its code, or an aisle of a block."""

    code: str = ""
    title: str = ""
    aisle: tuple[int, int] | None = None
    """Block and aisle."""
    cannot: frozenset[ShelvingAction] = frozenset()
    """What the controller of that block cannot be asked to do."""
    alarm: int | None = None
    """Number of an alarm of the climate that waits to be acknowledged."""
    bus: int | None = None
    """Number of the bus that is watched."""
    lines: tuple[int, ...] = ()
    """Numbers of the lines of the walk's list."""
    is_bus_asked: bool = False
    """Whether a question to a bus waits for its answer."""
    is_recording: bool = False
    """Whether frames are being recorded."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Situation:
    """What decides whether an action may be done now; rights and safety are decided in the services, never here."""

    where: Where
    chosen: Chosen = Chosen()
    is_opening: bool = False
    """Whether this app has asked for a motion that has not come to its end."""
    is_hand_empty: bool = True
    is_simulator_known: bool = False
    """Whether the app knows the control channel of a simulator."""
