"""Temperature and humidity of a room as facts: what sensors said, the limits of each kind of stock, alarms.

A value carries the time it was read at; what is too old is never shown as what is so now, and 0 is a value like any other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from archroom.errors import Message, UsageError, say

POLL_S: Final = 60
"""How often a sensor is read."""
SILENT_S: Final = 600
"""Without a reading for so long a sensor is silent; what lies between two readings further apart is not known."""
LIVE_S: Final = 150
"""An older reading is stale: two were missed."""
COLDEST_C, WARMEST_C = -40.0, 85.0
"""What such sensors can measure; anything else that comes is no reading."""


class Stock(Enum):
    """What is kept in a room, as far as its climate goes."""

    PAPER = "paper"
    SPECIAL = "special"
    """Special collections."""
    TAPE = "tape"
    FILM_COPIES = "film_copies"
    FILM_MASTERS = "film_masters"


@dataclass(frozen=True, slots=True)
class Limits:
    """Within what the climate of a room should stay."""

    stock: Stock
    """Whose limits they are, or were before somebody changed them."""
    least_c: float
    most_c: float
    least_percent: float
    most_percent: float
    swing_c: float = 2.0
    """Either way: half of what lies between the coldest and the warmest reading of 24 hours."""
    swing_percent: float = 5.0
    frozen_hours: int = 6
    """A sensor that tells the same two values for so long is taken to be stuck."""

    @property
    def is_changed(self) -> bool:
        """Whether they differ from those of their stock."""
        return self != STANDARD[self.stock]

    def check(self) -> None:
        """Raise UsageError unless readings could keep within them."""
        if not COLDEST_C <= self.least_c < self.most_c <= WARMEST_C:
            raise UsageError(say("The lower limit of temperature must lie below the upper one, both from -40 to 85 °C."))
        if not 0 <= self.least_percent < self.most_percent <= 100:
            raise UsageError(say("The lower limit of humidity must lie below the upper one, both from 0 to 100 %."))
        if not (0 < self.swing_c <= 50 and 0 < self.swing_percent <= 50):
            raise UsageError(say("A swing must lie above 0, and be at most 50."))
        if not 1 <= self.frozen_hours <= 24:
            raise UsageError(say("A sensor counts as stuck after 1 to 24 hours."))


STANDARD: Final[Mapping[Stock, Limits]] = MappingProxyType(
    {
        Stock.PAPER: Limits(Stock.PAPER, 14, 24, 45, 60),
        Stock.SPECIAL: Limits(Stock.SPECIAL, 14, 20, 45, 55),
        Stock.TAPE: Limits(Stock.TAPE, 14, 24, 40, 60),
        Stock.FILM_COPIES: Limits(Stock.FILM_COPIES, 14, 24, 40, 60),
        Stock.FILM_MASTERS: Limits(Stock.FILM_MASTERS, 13, 15, 35, 45),
    }
)
"""The figures of JGJ 25-2010, 5.2.3, with its day-night swing of 2 °C and 5 % either way, as secondary sources quote it."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One believed reading."""

    at_s: int
    """Seconds since 1970, UTC."""
    temperature_c: float
    humidity_percent: float

    @property
    def values(self) -> tuple[float, float]:
        """What was measured."""
        return self.temperature_c, self.humidity_percent


def sample_of(at_s: float, temperature_c: float, humidity_percent: float) -> Sample | None:
    """Return what a sensor said as a sample of two decimals; None if it says what no such sensor can measure."""
    is_possible = math.isfinite(temperature_c) and math.isfinite(humidity_percent)
    if not is_possible or not COLDEST_C <= temperature_c <= WARMEST_C or not 0 <= humidity_percent <= 100:
        return None
    return Sample(int(at_s), round(temperature_c, 2), round(humidity_percent, 2))


class AlarmKind(Enum):
    """What is wrong."""

    TOO_WARM = "too_warm"
    TOO_COLD = "too_cold"
    TOO_DAMP = "too_damp"
    TOO_DRY = "too_dry"
    SWING_TEMPERATURE = "swing_temperature"
    SWING_HUMIDITY = "swing_humidity"
    FROZEN = "frozen"
    """Not one digit has changed for hours."""
    SILENT = "silent"

    @property
    def is_of_temperature(self) -> bool:
        """Whether its values are degrees."""
        return self in (AlarmKind.TOO_WARM, AlarmKind.TOO_COLD, AlarmKind.SWING_TEMPERATURE)

    @property
    def is_of_humidity(self) -> bool:
        """Whether its values are percents."""
        return self in (AlarmKind.TOO_DAMP, AlarmKind.TOO_DRY, AlarmKind.SWING_HUMIDITY)


class AlarmState(Enum):
    """How far an alarm has come."""

    RAISED = "raised"
    """It stands, and nobody has acknowledged it."""
    ACKNOWLEDGED = "acknowledged"
    """It stands, and somebody knows."""
    GONE = "gone"
    """It stands no more, and still waits for somebody to acknowledge it."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who has taken note of an alarm, and what they had to say of it."""

    by: str
    note: str
    at_s: int


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm of one sensor."""

    number: int
    sensor: str
    room: str
    kind: AlarmKind
    raised_at_s: int
    value: float | None
    """What was measured when it was raised; None of a silent sensor."""
    limit: float | None
    """What it should have kept within; hours of a frozen sensor, minutes of a silent one."""
    gone_at_s: int | None = None
    acknowledged: Acknowledgement | None = None
    times: int = 1
    """How often it has come since it was last acknowledged."""

    @property
    def is_standing(self) -> bool:
        """Whether what it tells of is still so, as far as is known."""
        return self.gone_at_s is None

    @property
    def state(self) -> AlarmState:
        """How far it has come."""
        if self.acknowledged is None:
            return AlarmState.RAISED if self.is_standing else AlarmState.GONE
        return AlarmState.ACKNOWLEDGED if self.is_standing else AlarmState.CLOSED


class Freshness(Enum):
    """How far what is shown of a sensor may be believed."""

    LIVE = "live"
    STALE = "stale"
    NEVER = "never"
    """Nothing was read since the server started, nor in the day before."""
    UNCONFIRMED = "unconfirmed"
    """It answers, and nobody has confirmed what its numbers count in."""


@dataclass(frozen=True, slots=True)
class RawValues:
    """What a sensor of unconfirmed scale says: for the person who compares it with a thermometer."""

    temperature: int
    humidity: int
    proposed_scale: int | None


@dataclass(frozen=True, slots=True)
class SensorView:
    """What may be shown of a sensor now."""

    name: str
    room: str
    freshness: Freshness
    sample: Sample | None
    """The last reading, however old."""
    age_s: float | None
    limits: Limits
    swing_c: float | None
    """Either way, of the readings of the last 24 hours; None without two of them."""
    swing_percent: float | None
    problem: Message | None = None
    """Why it could not be read at the last attempt."""
    raw: RawValues | None = None
    """Of a sensor whose scale nobody has confirmed."""

    @property
    def is_asked(self) -> bool:
        """Whether it has answered a server that was just started, or is known not to."""
        return self.freshness is Freshness.LIVE or self.raw is not None or self.problem is not None


@dataclass(frozen=True, slots=True)
class ClimateView:
    """What may be shown of the climate of all rooms of a machine now."""

    sensors: tuple[SensorView, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    """Those that stand or wait for an acknowledgement, newest first, then the last closed ones."""

    @property
    def waiting(self) -> tuple[Alarm, ...]:
        """The alarms that a person has to acknowledge."""
        return tuple(alarm for alarm in self.alarms if alarm.acknowledged is None)
