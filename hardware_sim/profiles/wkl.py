"""WKL: frames 68 55 00 .. 16 on a serial line or a TCP stream; the IPv4 address of the fixed column says which block.

As one Java host program speaks it. There is no stop. The trap of this protocol: a frame without data has no length byte
either, though readers look for one. The codes that read status and climate are not in that program's list; they follow
from those of the replies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum

from hardware_sim.checksums import Checksum
from hardware_sim.faces import FaceLine, Message, Report
from hardware_sim.plain_cabinet import PlainCabinet
from hardware_sim.plain_orders import Act, Happening, Order, PlainSettings
from hardware_sim.plain_room import Profile
from hardware_sim.profiles.framing import (
    LEFT,
    RIGHT,
    FrameDecoder,
    ResultCodes,
    SideCodes,
    gap_beside,
    int16,
    units_by_address,
)
from hardware_sim.profiles.options import Options, chosen_checksum
from hardware_sim.profiles.settings import cabinet_settings
from hardware_sim.sessions import Decoder

HEAD, SECOND_HEAD, END = b"\x68\x55\x00", 0x68, 0x16
ADDRESS = slice(3, 7)
COMMAND_PLACE = 8
BARE_LENGTH = COMMAND_PLACE + 3
"""Of a frame that has neither data nor length."""
NOBODY = 0


class Command(IntEnum):
    """The command codes; a reply is its request with the top bit set."""

    ORDER = 0x01
    """Four bytes of data open, two close: the length tells which."""
    READ_STATUS = 0x04
    READ_CLIMATE = 0x06
    RESULT = 0x81
    STATUS = 0x84
    CLIMATE = 0x86


WITHOUT_DATA = frozenset({Command.READ_STATUS, Command.READ_CLIMATE})


class WklRules:
    """Tells frames from noise, and makes them."""

    head_length = COMMAND_PLACE + 2

    __slots__ = ("_checksum", "_has_empty_length", "_units")

    def __init__(self, checksum: Checksum, units: Mapping[bytes, int], *, has_empty_length: bool) -> None:
        self._checksum = checksum
        self._units = units
        self._has_empty_length = has_empty_length

    def length_of(self, buffer: bytes) -> int:
        """By the length byte, where there is one."""
        if buffer[:3] != HEAD or buffer[7] != SECOND_HEAD:
            return 0
        if buffer[COMMAND_PLACE] in WITHOUT_DATA and not self._has_empty_length:
            return BARE_LENGTH
        return BARE_LENGTH + 1 + buffer[COMMAND_PLACE + 1]

    def message_of(self, frame: bytes) -> Message | None:
        """The request in a frame that ends and checks, also of an address that is nobody's."""
        if frame[-1] != END or self._checksum.of(frame[:-2]) != frame[-2]:
            return None
        return Message(self._units.get(frame[ADDRESS], NOBODY), frame[COMMAND_PLACE], frame)

    def made(self, address: bytes, command: Command, data: bytes) -> bytes:
        """The bytes of a frame."""
        length = bytes((len(data),)) if data or self._has_empty_length else b""
        body = HEAD + address + bytes((SECOND_HEAD, command)) + length + data
        return body + bytes((self._checksum.of(body), END))


class WklFace:
    """What WKL says of the cabinets."""

    tail = 2

    __slots__ = ("_cabinets", "_codes", "_divisor", "_has_result_byte", "_is_left_1", "_order", "_results", "_rules")

    def __init__(self, cabinets: Mapping[int, PlainCabinet], options: Options) -> None:
        self._cabinets = cabinets
        checksum = chosen_checksum(options)
        units = units_by_address(options.text("network", "192.168.1.0"), cabinets)
        has_empty_length = options.choice("empty_frames", "without_length", "with_length") == "with_length"
        self._rules = WklRules(checksum, units, has_empty_length=has_empty_length)
        self._results = ResultCodes.chosen(options)
        self._has_result_byte = options.choice("result_frames", "byte", "empty") == "byte"
        is_right_1 = options.choice("status_codes", "right_is_1", "left_is_1") == "right_is_1"
        self._codes = SideCodes(right=1, left=2) if is_right_1 else SideCodes(right=2, left=1)
        self._is_left_1 = options.choice("side_codes", "left_is_1", "right_is_1") == "left_is_1"
        self._divisor = options.whole("climate_divisor", 1, 100, 10)
        self._order = options.choice("byte_order", "big", "little")

    def decoder(self, unit: int | None) -> Decoder[Message]:
        """Cuts the frames of one client."""
        return FrameDecoder(self._rules)

    def reports(self, unit: int, happenings: Sequence[Happening]) -> list[Report]:
        """It says nothing unasked."""
        return []

    def answer(self, message: Message) -> bytes:
        """Carry out a frame; what it does not know is met with silence."""
        cabinet, frame = self._cabinets[message.unit], message.frame
        data = frame[COMMAND_PLACE + 2 : -2]
        match message.function, len(data):
            case Command.ORDER, 4:
                return self._result(frame, cabinet, Order(Act.OPEN, self._gap(cabinet, data)))
            case Command.ORDER, 2:
                return self._result(frame, cabinet, Order(Act.CLOSE))
            case Command.READ_STATUS, 0:
                return self._rules.made(frame[ADDRESS], Command.STATUS, self._statuses(cabinet))
            case Command.READ_CLIMATE, 0:
                return self._rules.made(frame[ADDRESS], Command.CLIMATE, self._climate(cabinet))
        return b""

    def _gap(self, cabinet: PlainCabinet, data: bytes) -> int:
        column, side = data[:2]
        if not self._is_left_1:
            side = {LEFT: RIGHT, RIGHT: LEFT}.get(side, side)
        return gap_beside(cabinet.block.layout, column, side)

    def _result(self, frame: bytes, cabinet: PlainCabinet, order: Order) -> bytes:
        code = self._results.done if cabinet.take(order) is None else self._results.refused
        return self._rules.made(frame[ADDRESS], Command.RESULT, bytes((code,)) if self._has_result_byte else b"")

    def _statuses(self, cabinet: PlainCabinet) -> bytes:
        layout = cabinet.block.layout
        numbers = range(1, layout.carriage_count + 1)
        return b"".join(bytes((number, self._codes.of(layout, cabinet.side(number)))) for number in numbers)

    def _climate(self, cabinet: PlainCabinet) -> bytes:
        values = (cabinet.temperature_c, cabinet.humidity_percent)
        big = b"".join(int16(value, self._divisor).to_bytes(2, "big") for value in values)
        return big if self._order == "big" else bytes((big[1], big[0], big[3], big[2]))


def _settings(options: Options) -> PlainSettings:
    return cabinet_settings(options, (Act.OPEN, Act.CLOSE))


def _line(cabinets: Mapping[int, PlainCabinet], options: Options) -> FaceLine:
    return FaceLine(cabinets, WklFace(cabinets, options))


WKL = Profile("wkl", ("tcp", "pty"), _settings, _line)
