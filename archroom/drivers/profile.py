"""A controller's profile as facts: what it can do, and on a Modbus wire every address that may be read or written.

What a profile does not declare is never written: a driver builds its writes from `Write`s of the profile and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from archroom.core.bench import Table
from archroom.core.controllers import Fault
from archroom.core.plain.facts import Capabilities, OrderKind
from archroom.drivers.wire_settings import Settings


class WireKind(Enum):
    """Which of the wires a profile is spoken on."""

    MODBUS = "modbus"
    Z5 = "z5"
    WKL = "wkl"
    MJJ_WEB = "mjj-web"
    STOW = "stow"
    CLIMATE = "climate"
    """A sensor of temperature and humidity on Modbus; no controller of shelving."""


class Proof(Enum):
    """What a profile rests on. None of them was proved on hardware by this project."""

    OWN = "specified-by-us"
    USERS_CODE = "users-code"
    """Read from the code of a user of such a controller."""
    VENDORS_CODE = "vendors-code"
    """Read from a vendor's code or notes."""


class NumberType(Enum):
    """How a number stands in registers; two registers stand with the high word first unless the signal says otherwise."""

    U16 = "u16"
    I16 = "i16"
    U32 = "u32"
    I32 = "i32"
    F32 = "f32"

    @property
    def registers(self) -> int:
        """How many registers it takes."""
        return 1 if self in (NumberType.U16, NumberType.I16) else 2


class Poll(Enum):
    """How often a signal is read."""

    FAST = "fast"
    """With each status."""
    SLOW = "slow"
    """Every few seconds, while nothing moves."""


class Meaning(Enum):
    """What a signal tells."""

    MOVING = "moving"
    STANDING = "standing"
    ENABLED = "enabled"
    """Released for remote orders."""
    DISABLED = "disabled"
    AUTOMATIC = "automatic"
    MANUAL = "manual"
    ALARM = "alarm"
    AT_LOW = "at-low"
    """Of each carriage: its limit switch towards carriage 1."""
    AT_HIGH = "at-high"
    LOCKED = "locked"
    POSITION = "position"
    """Of each carriage, mm."""
    OPEN_AISLE = "open-aisle"
    OCCUPIED = "occupied"
    """Of each aisle."""
    PEOPLE = "people"
    """How many are inside."""
    CARRIAGES = "carriages"
    COUNTER = "counter"
    """A number that changes with each scan."""
    TEMPERATURE = "temperature"
    HUMIDITY = "humidity"
    OTHER = "other"
    """For the technician's eyes only."""

    @property
    def is_of_each(self) -> bool:
        """Whether there is one of it for each carriage or aisle."""
        return self in (Meaning.AT_LOW, Meaning.AT_HIGH, Meaning.LOCKED, Meaning.POSITION, Meaning.OCCUPIED)

    @property
    def is_number(self) -> bool:
        """Whether it is a number rather than a yes or no."""
        return self in (
            Meaning.POSITION,
            Meaning.OPEN_AISLE,
            Meaning.PEOPLE,
            Meaning.CARRIAGES,
            Meaning.COUNTER,
            Meaning.TEMPERATURE,
            Meaning.HUMIDITY,
            Meaning.OTHER,
        )


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing that is read."""

    name: str
    table: Table
    address: int
    """At the wire, from 0."""
    notation: str
    """As the vendor writes it: "M206", "40011"; empty if it has no other."""
    means: Meaning
    poll: Poll
    type: NumberType = NumberType.U16
    is_low_word_first: bool = False
    bit: int | None = None
    """Of a register: the bit that says yes."""
    equals: int | None = None
    """Of a register: the value that says yes."""
    is_inverted: bool = False
    multiply: float = 1.0
    add: float = 0.0
    step: int = 0
    """From one carriage's or aisle's address to the next; 0 where there is one only."""
    fault: Fault = Fault.NONE
    """Of an alarm: the nearest fault that this program knows."""

    @property
    def width(self) -> int:
        """How many bits or registers one value takes."""
        return 1 if self.table.is_of_bits else self.type.registers


class WriteStyle(Enum):
    """How a write takes effect."""

    LEVEL = "level"
    """Written once, and stays."""
    PULSE = "pulse"
    """Written 1, held, written 0: a second pulse is a second order."""


@dataclass(frozen=True, slots=True)
class Write:
    """One thing that may be written."""

    name: str
    table: Table
    address: int
    notation: str
    style: WriteStyle
    hold_ms: int = 0
    """Of a pulse: longer than the controller's scan, or it is not seen."""
    is_read_back: bool = False
    """Whether it is read again before anything rests on it."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A setting of the unit that a technician may write, one value at a time; it moves nothing."""

    name: str
    table: Table
    address: int
    notation: str
    least: int
    most: int


class Argument(Enum):
    """What a step writes where it is not a constant."""

    AISLE = "aisle"
    CARRIAGE = "carriage"


@dataclass(frozen=True, slots=True)
class Step:
    """One write of an order."""

    write: str
    value: int | Argument = 1
    add: int = 0
    """To an argument: a controller may count from another number."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A heartbeat without which the controller stops by itself."""

    write: str
    """A register; each beat writes another number."""
    period_ms: int
    silence_ms: int
    """After so long without a beat the controller stops."""


@dataclass(frozen=True, slots=True)
class ModbusMap:
    """Everything that may be read and written, and how an order is made of it."""

    signals: tuple[Signal, ...]
    writes: Mapping[str, Write]
    orders: Mapping[OrderKind, tuple[Step, ...]]
    jog_low: tuple[Step, ...] = ()
    """A jog towards carriage 1, where that is another order than the other way."""
    stop: tuple[Step, ...] = ()
    lease: Lease | None = None
    most_registers: int = 16
    """Of one read; some drives take no more."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of controller."""

    name: str
    title: str
    wire: WireKind
    proof: Proof
    source: str
    capabilities: Capabilities
    map: ModbusMap | None = None
    """On a Modbus wire."""
    settings: Settings | None = None
    """On another wire: what the wire leaves open, such as the checksum."""
    parameters: tuple[Parameter, ...] = ()
    """Settings that a technician may write."""
    digest: str = ""
    """Of all that its file says, comments and order aside."""

    @property
    def make(self) -> str:
        """The name and the digest: what a commissioning speaks for."""
        return f"{self.name} {self.digest}"
