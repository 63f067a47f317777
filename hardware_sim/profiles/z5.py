"""Z5: frames 55 .. 68 in datagrams, and columns that tell unasked when they start, arrive or trip.

As one Java host program speaks it. There is no stop. The area of a frame is the block, the column a carriage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from hardware_sim.checksums import Checksum
from hardware_sim.faces import FaceLine, Message, Report
from hardware_sim.layout import BlockLayout
from hardware_sim.plain_cabinet import PlainCabinet
from hardware_sim.plain_orders import Act, Happened, Happening, Order, PlainSettings
from hardware_sim.plain_room import Profile
from hardware_sim.profiles.framing import FrameDecoder, ResultCodes, SideCodes, gap_beside, int16
from hardware_sim.profiles.options import Options, chosen_checksum
from hardware_sim.profiles.settings import cabinet_settings
from hardware_sim.sessions import Decoder

HEAD, END = 0x55, 0x68
DIVISOR = 10
"""Of humidity and temperature."""
CODES = SideCodes(right=1, left=2)


class Command(IntEnum):
    """The command codes, those of the host first."""

    OPEN_FIXED_LEFT = 0x81
    """Without data it reads the status of the column: only their absence tells the two apart."""
    OPEN_FIXED_RIGHT = 0x82
    CLOSE = 0x84
    VENTILATE = 0x8F
    READ_CLIMATE = 0x8E
    STATUS = 0x01
    CLIMATE = 0x0E
    STARTED = 0x8C
    ARRIVED = 0x8B
    ALARM = 0x89


class Z5Frame(NamedTuple):
    """The fields of a frame between its length and its check."""

    kind: int
    area: int
    column: int
    command: int
    data: bytes = b""

    @classmethod
    def of(cls, frame: bytes) -> Z5Frame:
        """The fields of a whole frame."""
        return cls(frame[2], frame[3], frame[4], frame[5], frame[6:-2])


class Z5Rules:
    """Tells frames from noise, and makes them."""

    head_length = 2

    __slots__ = ("_checksum",)

    def __init__(self, checksum: Checksum) -> None:
        self._checksum = checksum

    def length_of(self, buffer: bytes) -> int:
        """Three more than LEN says, which counts itself, the four fields behind it and the data."""
        return buffer[1] + 3 if buffer[0] == HEAD and buffer[1] >= 5 else 0

    def message_of(self, frame: bytes) -> Message | None:
        """The request in a frame that ends and checks."""
        if frame[-1] != END or self._checksum.of(frame[:-2]) != frame[-2]:
            return None
        return Message(frame[3], frame[5], frame)

    def made(self, fields: Z5Frame) -> bytes:
        """The bytes of a frame."""
        kind, area, column, command, data = fields
        body = bytes((HEAD, 5 + len(data), kind, area, column, command)) + data
        return body + bytes((self._checksum.of(body), END))


class Z5Face:
    """What Z5 says of the cabinets."""

    tail = 2

    __slots__ = ("_answers_open", "_by_place", "_cabinets", "_climate_told_ms", "_every_ms", "_kind", "_results", "_rules")

    def __init__(self, cabinets: Mapping[int, PlainCabinet], options: Options) -> None:
        self._cabinets = cabinets
        self._rules = Z5Rules(chosen_checksum(options))
        self._results = ResultCodes.chosen(options)
        self._kind = options.whole("type_of_reports", 0, 255, 1)
        self._answers_open = options.choice("answer_to_open", "none", "status") == "status"
        self._by_place = options.choice("open_commands", "by_place", "either") == "by_place"
        self._every_ms = options.whole("climate_every_ms", 0, 3_600_000, 0)
        self._climate_told_ms = dict.fromkeys(cabinets, 0)
        options.text("report_to", "")

    def decoder(self, unit: int | None) -> Decoder[Message]:
        """Cuts the frames of one datagram."""
        return FrameDecoder(self._rules, comes_whole=True)

    def answer(self, message: Message) -> bytes:
        """Carry out a frame; what it does not know, or has no column for, is met with silence."""
        asked = Z5Frame.of(message.frame)
        cabinet = self._cabinets[asked.area]
        match asked.command, len(asked.data):
            case Command.OPEN_FIXED_LEFT, 0:
                return self._status(asked, cabinet)
            case Command.OPEN_FIXED_LEFT | Command.OPEN_FIXED_RIGHT, 3:
                return self._open(asked, cabinet)
            case Command.CLOSE, 0:
                return self._result(asked, cabinet, Order(Act.CLOSE))
            case Command.VENTILATE, 0:
                return self._result(asked, cabinet, Order(Act.VENTILATE))
            case Command.READ_CLIMATE, 0:
                return self._rules.made(asked._replace(command=Command.CLIMATE, data=_climate(cabinet)))
        return b""

    def reports(self, unit: int, happenings: Sequence[Happening]) -> list[Report]:
        """Started, arrived, alarm, with the status of the column (alarm: 1); the climate every so often if chosen."""
        cabinet = self._cabinets[unit]
        reports: list[Report] = []
        for happening in happenings:
            command = _REPORTS[happening.what]
            status = 1 if command is Command.ALARM else _status_code(cabinet, happening.carriage)
            reports.append(self._report(unit, happening.carriage, command, bytes((status,))))
        if self._every_ms and cabinet.now_ms - self._climate_told_ms[unit] >= self._every_ms:
            self._climate_told_ms[unit] = cabinet.now_ms
            reports.append(self._report(unit, 0, Command.CLIMATE, _climate(cabinet)))
        return reports

    def _report(self, unit: int, column: int, command: Command, data: bytes) -> Report:
        return Report(command, self._rules.made(Z5Frame(self._kind, unit, column, command, data)))

    def _status(self, asked: Z5Frame, cabinet: PlainCabinet) -> bytes:
        if not 1 <= asked.column <= len(cabinet.block.carriages):
            return b""
        data = bytes((_status_code(cabinet, asked.column),))
        return self._rules.made(asked._replace(command=Command.STATUS, data=data))

    def _open(self, asked: Z5Frame, cabinet: PlainCabinet) -> bytes:
        layout = cabinet.block.layout
        if not self._by_place or asked.command in _open_commands(layout):
            cabinet.take(Order(Act.OPEN, gap_beside(layout, asked.column, asked.data[0])))
        return self._status(asked, cabinet) if self._answers_open else b""

    def _result(self, asked: Z5Frame, cabinet: PlainCabinet, order: Order) -> bytes:
        code = self._results.done if cabinet.take(order) is None else self._results.refused
        return self._rules.made(asked._replace(data=bytes((code,))))


_REPORTS = {
    Happened.STARTED: Command.STARTED,
    Happened.ARRIVED: Command.ARRIVED,
    Happened.ALARM: Command.ALARM,
}


def _open_commands(layout: BlockLayout) -> set[Command]:
    """The opening commands that fit where the fixed columns stand; both, where they stand at neither end or at both."""
    is_low, is_high = layout.is_fixed(1), layout.is_fixed(layout.carriage_count)
    if is_low == is_high:
        return {Command.OPEN_FIXED_LEFT, Command.OPEN_FIXED_RIGHT}
    return {Command.OPEN_FIXED_LEFT if is_low == layout.numbered_from_left else Command.OPEN_FIXED_RIGHT}


def _status_code(cabinet: PlainCabinet, column: int) -> int:
    return CODES.of(cabinet.block.layout, cabinet.side(column)) if column else CODES.neither


def _climate(cabinet: PlainCabinet) -> bytes:
    values = (cabinet.humidity_percent, cabinet.temperature_c)
    return b"".join(int16(value, DIVISOR).to_bytes(2, "big") for value in values)


def _settings(options: Options) -> PlainSettings:
    return cabinet_settings(options, (Act.OPEN, Act.CLOSE, Act.VENTILATE))


def _line(cabinets: Mapping[int, PlainCabinet], options: Options) -> FaceLine:
    return FaceLine(cabinets, Z5Face(cabinets, options))


Z5 = Profile("z5", ("udp",), _settings, _line)
