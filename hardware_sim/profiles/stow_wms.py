"""Stow mobile racking's link to a warehouse system: two or four bytes asked, twenty answered, one installation a port.

Written from a vendor's example and an integrator's notes. Where these disagree the choices have both; there is no stop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hardware_sim.faces import FaceLine, Message, Report
from hardware_sim.plain_cabinet import PlainCabinet
from hardware_sim.plain_orders import Act, Happening, Order, PlainSettings
from hardware_sim.plain_room import Profile
from hardware_sim.profiles.options import Options
from hardware_sim.profiles.settings import cabinet_settings
from hardware_sim.registers import Fault, Mode
from hardware_sim.sessions import Decoder

REPLY_LENGTH = 20
START, STATUS = 0x01, 0x02
MAX_AISLE = 19
VERSION = (2, 5)
FITTED = (0xFF, 0x1F)
"""The alarm bits of bytes 8 and 9 that the table has."""
RECORDED_FITTED = (223, 27)
"""Bytes 8 and 9 of every recorded reply, of an installation that its owners called healthy."""
RECORDED_DRIVE_CODE = 14
"""Byte 17 of every recorded reply."""


class FixedLengthDecoder:
    """Cuts a stream into requests of one length."""

    is_over = False

    __slots__ = ("_buffer", "_length", "_unit")

    def __init__(self, unit: int, length: int) -> None:
        self._unit = unit
        self._length = length
        self._buffer = b""

    @property
    def is_waiting(self) -> bool:
        """Whether a request is begun."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[Message]:
        """Take bytes in and give the whole requests; the command code of one is its flags."""
        self._buffer += data
        messages: list[Message] = []
        while len(self._buffer) >= self._length:
            frame, self._buffer = self._buffer[: self._length], self._buffer[self._length :]
            messages.append(Message(self._unit, frame[self._length // 2], frame))
        return messages

    def fall_silent(self) -> None:
        """What was begun is void."""
        self._buffer = b""


class StowFace:
    """What the link says of the cabinets."""

    tail = 0

    __slots__ = ("_are_alarms_inverted", "_cabinets", "_counts", "_first_aisle", "_is_recorded", "_length", "_two_stops")

    def __init__(self, cabinets: Mapping[int, PlainCabinet], options: Options) -> None:
        self._cabinets = cabinets
        self._length = 2 if options.choice("request", "short", "long") == "short" else 4
        self._first_aisle = options.whole("number_of_aisle_0", 0, MAX_AISLE, 0)
        self._is_recorded = options.choice("reply", "table", "recorded") == "recorded"
        self._are_alarms_inverted = self._is_recorded or options.choice("alarm_bits", "set", "inverted") == "inverted"
        self._two_stops = options.choice("bit_8_2", "side", "emergency") == "emergency"
        self._counts = dict.fromkeys(cabinets, (0, 0))
        """By unit: the power-up, and the requests since."""

    def decoder(self, unit: int | None) -> Decoder[Message]:
        """Cuts the requests of one client of an installation."""
        return FixedLengthDecoder(unit or 0, self._length)

    def reports(self, unit: int, happenings: Sequence[Happening]) -> list[Report]:
        """It says nothing unasked."""
        return []

    def answer(self, message: Message) -> bytes:
        """Begin an opening if that is asked, and give the status."""
        cabinet = self._cabinets[message.unit]
        half = self._length // 2
        aisle, flags = (int.from_bytes(word, "little") for word in (message.frame[:half], message.frame[half:]))
        boot, count = self._counts[message.unit]
        count = (count if boot == cabinet.boots else 0) + 1 & 0xFF
        self._counts[message.unit] = cabinet.boots, count
        if flags & START and 1 <= aisle <= MAX_AISLE:
            cabinet.take(Order(Act.OPEN, aisle - self._first_aisle))
        return self._reply(cabinet, aisle & 0xFF, flags & (START | STATUS), count)

    def _reply(self, cabinet: PlainCabinet, aisle: int, flags: int, count: int) -> bytes:
        reply = bytearray(REPLY_LENGTH)
        reply[0:5] = aisle, flags, *VERSION, count
        reply[5] = count if self._is_recorded else _state_bits(cabinet)
        reply[6] = 0 if self._is_recorded else sum(not carriage.is_fixed for carriage in cabinet.block.carriages)
        reply[7] = cabinet.block.occupied_mask().bit_count()
        reply[8:10] = self._alarm_bytes(cabinet)
        for lit in self._lit_aisles(cabinet):
            reply[10 + (lit - 1) // 8] |= 1 << (lit - 1) % 8
        reply[14] = self._numbered(cabinet.target)
        reply[15] = self._numbered(cabinet.last_opened)
        if cabinet.faults & Fault.DRIVE:
            reply[16:18] = min(cabinet.block.jammed, default=0), 1
        elif self._is_recorded:
            reply[17] = RECORDED_DRIVE_CODE
        return bytes(reply)

    def _numbered(self, aisle: int | None) -> int:
        return 0 if aisle is None else aisle + self._first_aisle

    def _lit_aisles(self, cabinet: PlainCabinet) -> list[int]:
        """The aisle that is being opened, and the one that was opened last as long as it is open."""
        last = cabinet.last_opened
        lit = {cabinet.target, last if last in cabinet.open_aisles else None}
        return sorted(number for number in map(self._numbered, lit) if 1 <= number <= 32)

    def _alarm_bytes(self, cabinet: PlainCabinet) -> tuple[int, int]:
        block, faults = cabinet.block, cabinet.faults
        is_stopped = block.emergency_stop_pressed or bool(faults & Fault.EMERGENCY_STOP)
        first = (
            bool(block.beam_mask() or faults & Fault.BEAM) << 0
            | (is_stopped and self._two_stops) << 2
            | is_stopped << 3
            | (block.is_edge_pressed() or bool(faults & Fault.EDGE)) << 4
            | cabinet.is_protected << 7
        )
        if not self._are_alarms_inverted:
            return first, 0
        fitted = RECORDED_FITTED if self._is_recorded else FITTED
        return ~first & fitted[0], fitted[1]


def _state_bits(cabinet: PlainCabinet) -> int:
    """Byte 5 as the table has it: connection, automatic, released, manual, night mode, moving, power."""
    is_automatic = cabinet.mode is Mode.AUTOMATIC
    is_released = is_automatic and cabinet.is_enabled and not cabinet.is_protected
    return 1 | is_automatic << 1 | is_released << 2 | (not is_automatic) << 3 | cabinet.is_running << 5 | 1 << 6


def _settings(options: Options) -> PlainSettings:
    return cabinet_settings(options, (Act.OPEN,), has_sides=False)


def _line(cabinets: Mapping[int, PlainCabinet], options: Options) -> FaceLine:
    return FaceLine(cabinets, StowFace(cabinets, options))


STOW_WMS = Profile("stow-wms", ("tcp",), _settings, _line, has_own_ends=True)
