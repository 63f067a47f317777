"""What a technician asks of a bus from the app: who answers, one register read, one parameter written.

One question at a time, off the UI loop, and none is asked twice: what came of it, also a refusal or a failure, is a line
with its time. A write is in somebody's name; rights are those of the shelving server.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from archroom.core.bench import OneValue, Table, word_in
from archroom.core.sensors import MAX_UNIT
from archroom.errors import Message, say
from archroom.tui import marks, messages
from archroom.tui.forms import Box, FormScreen
from archroom.tui.situation import Where
from archroom.tui.work import Lane

if TYPE_CHECKING:
    from archroom.core.bench import Bench
    from archroom.tui.bench.screen import BenchScreen

MOST_ANSWERS: Final = 300
"""More than a scan of all units can find."""
TABLES: Final = ", ".join(table.value for table in Table)


@dataclass(frozen=True, slots=True)
class BusAnswer:
    """What came of a question, or a part of it."""

    at: datetime
    message: Message
    tone: str


class AskForm(FormScreen):
    """What is asked of a bus."""

    WHERE = Where.ASK_BUS


class WriteForm(FormScreen):
    """What is written, and who says so; a key that comes as fast as a scanner types is no answer."""

    WHERE = Where.WRITE_BUS
    is_strict = True


class BenchAsking:
    """Asks for the boxes, then the bus, and keeps the answers."""

    def __init__(self, screen: BenchScreen) -> None:
        self._screen = screen
        self._house = screen.house
        self._lane = Lane(screen, "question", say("The question to the bus"))
        self._is_ended = False
        """Whether the scan is to ask no further unit."""
        self.asked_unit: int | None = None
        """The unit that a scan asks now."""
        self.answers: deque[BusAnswer] = deque(maxlen=MOST_ANSWERS)

    @property
    def is_under_way(self) -> bool:
        """Whether a question waits for its answer."""
        return self._lane.is_busy

    def scan(self, bus: int) -> None:
        """Ask from which unit to which, and scan them."""
        said = say("Each unit of bus {bus} is asked whether it answers, by a read; a silent one takes 0.35 s.", bus=bus)
        boxes = [Box(say("The first unit"), "1"), Box(say("The last unit"), str(MAX_UNIT))]

        def answered(values: tuple[str, ...] | None) -> None:
            if values is not None:
                self._start(lambda bench: self._scanned(bench, bus, int(values[0]), int(values[1])))

        self._house.push_screen(AskForm(self._house, [(said, "")], boxes, _wrong_with_scan), answered)

    def read(self, bus: int, unit: int | None) -> None:
        """Ask which register, and read it."""
        said = say("One register or bit is read from bus {bus}; refused while something moves.", bus=bus)

        def answered(values: tuple[str, ...] | None) -> None:
            if values is not None:
                self._start(lambda bench: self._read(bench, bus, values))

        self._house.push_screen(AskForm(self._house, [(said, "")], _place_boxes(unit), _wrong_with_place), answered)

    def write(self, bus: int, unit: int | None) -> None:
        """Ask which parameter, its value and who says so, and write it once."""
        said = [
            (say("One parameter is written on bus {bus}, once, and read back.", bus=bus), "bold"),
            (say("Only what the unit's profile declares as a parameter; never what moves steel."), ""),
        ]
        boxes = [*_place_boxes(unit), Box(say("What is written: 12 or 0x000C")), Box(say("Who says so"))]

        def answered(values: tuple[str, ...] | None) -> None:
            if values is not None:
                self._start(lambda bench: self._written(bench, bus, values))

        self._house.push_screen(WriteForm(self._house, said, boxes, _wrong_with_write), answered)

    def end(self) -> None:
        """Let a scan ask no further unit."""
        self._is_ended = True

    def take(self, event: messages.BusAnswered) -> None:
        """Keep an answer."""
        if event.is_last:
            self.asked_unit = None
        self.answers.append(BusAnswer(event.at, event.message, marks.GOOD if event.is_good else marks.BAD))

    def note(self, message: Message, is_good: bool) -> None:
        """Keep a line that answers no question, with its time."""
        self.answers.append(BusAnswer(self._house.now(), message, marks.GOOD if is_good else marks.BAD))

    # -- inside

    def _start(self, ask: Callable[[Bench], messages.BusAnswered]) -> None:
        """Ask, unless a question is under way already: none waits, none is dropped in silence."""
        if self.is_under_way:
            self._house.tell(say("A question to the bus is under way: wait for its answer."), "warning")
            return
        self._is_ended = False
        bench = self._house.services.bench
        self._lane.start(lambda: ask(bench.connected()), lambda reason: self._answer(reason, is_good=False))
        self._screen.show_situation()

    def _scanned(self, bench: Bench, bus: int, first: int, last: int) -> messages.BusAnswered:
        found, asked = list[int](), 0
        for unit in range(first, last + 1):
            if self._is_ended:
                break
            self._screen.post_message(messages.UnitAsked(unit))
            answer = bench.probe(bus, unit)
            asked += 1
            if answer is not None:
                found.append(unit)
                told = say("Bus {bus}, unit {unit}: {what}", bus=bus, unit=unit, what=answer.what)
                self._screen.post_message(self._answer(told, is_last=False))
        units = ", ".join(map(str, found)) or "-"
        return self._answer(say("Bus {bus}: units asked: {asked}; found: {units}", bus=bus, asked=asked, units=units))

    def _read(self, bench: Bench, bus: int, values: tuple[str, ...]) -> messages.BusAnswered:
        unit, table, address = _place_in(values)
        return self._answer(_value(bus, bench.read_one(bus, unit, table, address)))

    def _written(self, bench: Bench, bus: int, values: tuple[str, ...]) -> messages.BusAnswered:
        unit, table, address = _place_in(values)
        number, by = word_in(values[3]) or 0, values[4]
        value = bench.write_one(bus, unit, table, address, number, by)
        if not value.is_as_written:
            why = say("It does not give back what was written: it may take effect later, or not at all.")
            return self._answer(say("{what} {why}", what=_value(bus, value), why=why), is_good=False)
        return self._answer(say("{what} Written by {name}.", what=_value(bus, value), name=by))

    def _answer(self, message: Message, is_good: bool = True, is_last: bool = True) -> messages.BusAnswered:
        return messages.BusAnswered(self._house.now(), message, is_good, is_last)


def _place_boxes(unit: int | None) -> list[Box]:
    tables = say("Table: {tables}", tables=TABLES)
    address = say("Address at the wire, from 0: 256 or 0x0100")
    return [Box(say("Unit"), "" if unit is None else str(unit)), Box(tables, Table.HOLDING.value), Box(address)]


def _place_in(values: tuple[str, ...]) -> tuple[int, Table, int]:
    """Return unit, table and address of boxes in which nothing is wrong."""
    return int(values[0]), Table(values[1].lower()), word_in(values[2]) or 0


def _value(bus: int, value: OneValue) -> Message:
    return say(
        "Bus {bus}, unit {unit}, {table} {address}: {value} ({hex}).",
        bus=bus,
        unit=value.unit,
        table=value.table.value,
        address=f"0x{value.address:04X}",
        value=value.value,
        hex=f"0x{value.value:04X}",
    )


def _wrong_with_unit(text: str) -> Message | None:
    is_unit = text.isdecimal() and 1 <= (word_in(text) or 0) <= MAX_UNIT
    return None if is_unit else say("A unit is a number from 1 to {most}.", most=MAX_UNIT)


def _wrong_with_word(text: str) -> Message | None:
    is_word = word_in(text) is not None
    return None if is_word else say("{text} is not a number of 16 bits, as 256 or 0x0100", text=text[:40] or "-")


def _wrong_with_scan(values: tuple[str, ...]) -> Message | None:
    wrong = _wrong_with_unit(values[0]) or _wrong_with_unit(values[1])
    if wrong is None and int(values[0]) > int(values[1]):
        return say("The first unit lies after the last.")
    return wrong


def _wrong_with_place(values: tuple[str, ...]) -> Message | None:
    is_table = values[1].lower() in {table.value for table in Table}
    wrong = None if is_table else say("A table is one of {tables}.", tables=TABLES)
    return _wrong_with_unit(values[0]) or wrong or _wrong_with_word(values[2])


def _wrong_with_write(values: tuple[str, ...]) -> Message | None:
    wrong = _wrong_with_place(values) or _wrong_with_word(values[3])
    return wrong or (None if values[4] else say("Say who writes it."))
