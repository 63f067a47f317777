"""What the wires that are no Modbus leave open, as facts: each is settled by a profile, on the site, and never guessed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from archroom.core.plain.facts import Side
from archroom.drivers.checksums import Checksum


@dataclass(frozen=True, slots=True)
class Columns:
    """How a controller's columns and sides are ours: its columns are carriages, its left or right is our LOW."""

    is_left_low: bool
    """Whether its left end is carriage 1's."""
    fixed_column: str
    """At which end a fixed column stands that is not asked for its place: `left`, `right`, `none`."""
    offset: int = 0
    """Its column is our carriage plus this."""
    is_left_first: bool = True
    """Whether 1 says left and 2 right, in what it tells; else 1 says right and 2 left."""

    @property
    def has_fixed_low(self) -> bool:
        """Whether the fixed column is carriage 1."""
        return self.fixed_column == ("left" if self.is_left_low else "right")

    @property
    def has_fixed_high(self) -> bool:
        """Whether the fixed column is the last carriage."""
        return self.fixed_column == ("right" if self.is_left_low else "left")

    def asked(self, carriages: int) -> tuple[int, ...]:
        """Return the carriages whose place it is asked for."""
        return tuple(range(1 + self.has_fixed_low, carriages + 1 - self.has_fixed_high))

    def opening(self, aisle: int, carriages: int) -> tuple[int, int]:
        """Return which column opens an aisle, and on which side: 1 left, 2 right.

        Each aisle has two columns. It is the one away from the fixed column, so that a fixed one is never named.
        """
        is_below = (self.has_fixed_high and aisle > 0) or aisle == carriages
        carriage = aisle if is_below else aisle + 1
        is_towards_low = not is_below
        return carriage + self.offset, 1 if is_towards_low is self.is_left_low else 2

    def side(self, digit: int) -> Side | None:
        """Return where a column stands that tells a digit: 0 both ends, 1, 2 one of them, 3 neither, 4 locked."""
        if digit in (1, 2):
            is_left = (digit == 1) is self.is_left_first
            return Side.LOW if is_left is self.is_left_low else Side.HIGH
        return {0: Side.BOTH, 3: Side.BETWEEN, 4: Side.LOCKED}.get(digit)


@dataclass(frozen=True, slots=True)
class StowSettings:
    """Of the Stow host link."""

    is_long_request: bool
    """Four bytes as in a later example, in place of two as in the vendor's own."""
    alarm_bits_inverted: bool | None
    """Whether 0 means alarm; None: nobody has tried it on the site, and the block counts as alarmed."""
    meaningless: frozenset[str]
    """Alarm bits and error bytes that the commissioning has shown to mean nothing here: "8.5", "17"."""
    third_bit: str
    """What 8.2 is, on which two tables differ: `beam`, `estop`."""
    echoes_request: bool
    """Whether bytes 0 and 1 repeat the request."""
    counts_carriages: bool
    """Whether byte 6 tells how many carriages there are."""
    aisle_offset: int
    """Its aisle is ours plus this."""
    answer_ms: int


@dataclass(frozen=True, slots=True)
class Z5Settings:
    """Of the frames 55 ... 68 over UDP."""

    checksum: Checksum
    frame_type: int
    """The byte TYPE of requests; that of answers is not looked at."""
    columns: Columns
    layer: int
    section: int
    """Where in the aisle somebody wants to go, as an opening must say."""
    has_climate: bool
    moving_ends_ms: int
    """So long after the last push that something reached its end the block still counts as moving."""
    push_life_ms: int
    """After so long a push of motion says nothing any more."""
    answer_ms: int


@dataclass(frozen=True, slots=True)
class WklSettings:
    """Of the frames 68 55 00 ... 16."""

    checksum: Checksum
    network: tuple[int, int, int]
    """Of the fixed columns' addresses; the unit is the fourth number."""
    empty_frame_has_length: bool
    """Whether LEN is sent where there is no data."""
    status_command: int
    climate_command: int
    """0: climate is not asked for."""
    climate_divisor: int
    columns: Columns
    cell_row: int
    cell_column: int
    close_column: int
    close_side: int
    answer_ms: int


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Of MjjWebApi."""

    path: str
    may_write: bool
    """Whether orders may be given: a GET that moves steel, without any login."""
    columns: Columns
    opens_with: str
    """How an aisle is opened: `none`, `low` by moving the carriage below it to LOW, `high` the one above it to HIGH."""
    temperature_divisor: int
    humidity_divisor: int
    answer_ms: int


@dataclass(frozen=True, slots=True)
class ClimateSettings:
    """Of a sensor of temperature and humidity on Modbus."""

    address: int
    """Of the input register of temperature; humidity follows."""
    scale: int | None
    """10 or 100 parts of a degree and of a percent; None: nobody has confirmed it yet, and nothing is believed."""


Settings: TypeAlias = StowSettings | Z5Settings | WklSettings | WebSettings | ClimateSettings
