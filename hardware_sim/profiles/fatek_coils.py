"""A Fatek PLC over Modbus TCP, as one archive's host program of 2013 to 2016 drives it.

The PLC's program looks at the coils once a scan: a bit that was set and cleared between two scans was never there. Open,
close, ventilate and unlock begin when their bit has come since the scan before; stop holds as long as its bit is set.

The host program puts 6 into the header of every request, of function 15 too, so a PLC that obeyed it does not go by that:
its bytes are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum

from hardware_sim.bus import Bus
from hardware_sim.line_faults import Delivery, FaultKind, LineFault
from hardware_sim.modbus import MbapDecoder, Request
from hardware_sim.plain_cabinet import PlainCabinet
from hardware_sim.plain_orders import Act, Happening, Order, PlainSettings, Side
from hardware_sim.plain_room import Profile
from hardware_sim.profiles.options import Options
from hardware_sim.profiles.settings import cabinet_settings
from hardware_sim.registers import ExceptionCode, Mode, RegisterError
from hardware_sim.sessions import RequestSession, Session

COMMAND_COILS = 2200
PROTECTED, LOGGED_IN, RUNNING = 2148, 2149, 2206
COLUMN_SWITCHES, COLUMN_MOTIONS, CHANNELS_OPEN = 2021, 2320, 2512
"""Coils that the host program has in a comment only: M21 and on three a column, M320 two, M512 one a channel."""
TAIL_DOOR = 2
"""The third of a column's switches; here the door is always shut."""
CHANNEL, TEMPERATURE, HUMIDITY = 10, 11, 12
MAX_BITS, MAX_WRITTEN_BITS = 2000, 1968


class Bit(IntEnum):
    """The command coils from 2200 on."""

    CLOSE = 0
    STOP = 1
    UNLOCK = 2
    MANUAL = 3
    VENTILATE = 4
    OPEN = 5


class FatekUnit:
    """One PLC: coils and registers on one side, a cabinet on the other."""

    __slots__ = ("_cabinet", "_channel", "_coils", "_first_channel", "_has_columns", "_seen")

    def __init__(self, cabinet: PlainCabinet, *, first_channel: int, has_columns: bool) -> None:
        self._cabinet = cabinet
        self._first_channel = first_channel
        self._has_columns = has_columns
        self._coils = [False] * len(Bit)
        self._seen = [False] * len(Bit)
        self._channel = 0

    @property
    def is_heard(self) -> bool:
        """Whether requests arrive and are answered."""
        return self._cabinet.is_heard

    def obey_broadcast(self, pdu: bytes) -> None:
        """Modbus TCP has none."""

    def answer(self, pdu: bytes) -> bytes:
        """Carry out a request and give its reply PDU."""
        self._cabinet.hear()
        serve = _FUNCTIONS.get(pdu[0])
        try:
            if serve is None:
                raise RegisterError(ExceptionCode.ILLEGAL_FUNCTION)
            return serve(self, pdu)
        except RegisterError as error:
            return bytes((pdu[0] & 0x7F | 0x80, error.code))

    # -- the PLC's own program

    def look(self) -> None:
        """The part of a scan that reads the command coils, before the cabinet acts."""
        coils, seen = self._coils, self._seen
        if self._cabinet.is_powered:
            if self._cabinet.mode is not Mode.AUTOMATIC:
                coils[Bit.MANUAL] = True
            if coils[Bit.STOP]:
                self._cabinet.take(Order(Act.STOP))
            for bit, order in self._orders():
                if coils[bit] and not seen[bit] and not coils[Bit.STOP] and (bit is Bit.UNLOCK or not coils[Bit.MANUAL]):
                    self._cabinet.take(order)
            self._seen = list(coils)
        else:
            self._coils = [False] * len(Bit)
            self._seen = [False] * len(Bit)

    def _orders(self) -> tuple[tuple[Bit, Order], ...]:
        return (
            (Bit.UNLOCK, Order(Act.RELEASE)),
            (Bit.CLOSE, Order(Act.CLOSE)),
            (Bit.VENTILATE, Order(Act.VENTILATE)),
            (Bit.OPEN, Order(Act.OPEN, self._channel - self._first_channel)),
        )

    def _shown(self, address: int) -> bool | None:
        """A coil that the PLC sets; None for one that it does not have."""
        cabinet = self._cabinet
        if address == PROTECTED:
            return cabinet.is_protected
        if address == LOGGED_IN:
            return cabinet.is_enabled
        if address == RUNNING:
            return cabinet.is_running
        return self._shown_of_columns(address) if self._has_columns else None

    def _shown_of_columns(self, address: int) -> bool | None:
        cabinet, count = self._cabinet, len(self._cabinet.block.carriages)
        left_is_up = not cabinet.block.layout.numbered_from_left
        if COLUMN_SWITCHES <= address < COLUMN_SWITCHES + 16 * count:
            column, switch = divmod(address - COLUMN_SWITCHES, 16)
            if switch == TAIL_DOOR:
                return True
            end = Side.HIGH if left_is_up == (switch == 0) else Side.LOW
            return cabinet.side(column + 1) in (end, Side.BOTH) if switch < TAIL_DOOR else None
        if COLUMN_MOTIONS <= address < COLUMN_MOTIONS + 2 * count:
            column, way = divmod(address - COLUMN_MOTIONS, 2)
            return cabinet.is_moving(column + 1, is_up=left_is_up == (way == 0))
        aisle = address - CHANNELS_OPEN - self._first_channel
        return aisle in cabinet.open_aisles if 0 <= aisle <= count else None

    # -- functions

    def read_coils(self, pdu: bytes) -> bytes:
        """FC 01."""
        address, count = _two_words(pdu)
        if not 1 <= count <= MAX_BITS:
            raise RegisterError(ExceptionCode.ILLEGAL_VALUE)
        data = bytearray((count + 7) // 8)
        for place in range(count):
            data[place // 8] |= self._coil(address + place) << place % 8
        return bytes((pdu[0], len(data))) + data

    def read_registers(self, pdu: bytes) -> bytes:
        """FC 03."""
        address, count = _two_words(pdu)
        if not 1 <= count <= 125:
            raise RegisterError(ExceptionCode.ILLEGAL_VALUE)
        values = [self._register(address + place) for place in range(count)]
        return bytes((pdu[0], 2 * count)) + b"".join(value.to_bytes(2, "big") for value in values)

    def write_coil(self, pdu: bytes) -> bytes:
        """FC 05."""
        address, value = _two_words(pdu)
        if value not in (0x0000, 0xFF00):
            raise RegisterError(ExceptionCode.ILLEGAL_VALUE)
        self._set(address, [value == 0xFF00])
        return pdu

    def write_register(self, pdu: bytes) -> bytes:
        """FC 06."""
        address, value = _two_words(pdu)
        if address != CHANNEL:
            raise RegisterError(ExceptionCode.ILLEGAL_ADDRESS)
        self._channel = value
        return pdu

    def write_coils(self, pdu: bytes) -> bytes:
        """FC 15."""
        if len(pdu) < 7:
            raise RegisterError(ExceptionCode.ILLEGAL_VALUE)
        address, count = _two_words(pdu[:5])
        if not 1 <= count <= MAX_WRITTEN_BITS or pdu[5] != (count + 7) // 8 or len(pdu) != 6 + pdu[5]:
            raise RegisterError(ExceptionCode.ILLEGAL_VALUE)
        self._set(address, [bool(pdu[6 + place // 8] >> place % 8 & 1) for place in range(count)])
        return pdu[:5]

    def _coil(self, address: int) -> bool:
        if COMMAND_COILS <= address < COMMAND_COILS + len(Bit):
            return self._coils[address - COMMAND_COILS]
        shown = self._shown(address)
        if shown is None:
            raise RegisterError(ExceptionCode.ILLEGAL_ADDRESS)
        return shown

    def _set(self, address: int, values: Sequence[bool]) -> None:
        first = address - COMMAND_COILS
        if first < 0 or first + len(values) > len(Bit):
            raise RegisterError(ExceptionCode.ILLEGAL_ADDRESS)
        self._coils[first : first + len(values)] = values

    def _register(self, address: int) -> int:
        if address == CHANNEL:
            return self._channel
        if address == TEMPERATURE:
            return max(0, round((self._cabinet.temperature_c + 20.0) * 1650 / 80))
        if address == HUMIDITY:
            return round(self._cabinet.humidity_percent * 10)
        raise RegisterError(ExceptionCode.ILLEGAL_ADDRESS)


_FUNCTIONS: dict[int, Callable[[FatekUnit, bytes], bytes]] = {
    1: FatekUnit.read_coils,
    3: FatekUnit.read_registers,
    5: FatekUnit.write_coil,
    6: FatekUnit.write_register,
    15: FatekUnit.write_coils,
}


def _two_words(pdu: bytes) -> tuple[int, int]:
    if len(pdu) != 5:
        raise RegisterError(ExceptionCode.ILLEGAL_VALUE)
    return pdu[1] << 8 | pdu[2], pdu[3] << 8 | pdu[4]


class FatekLine:
    """The PLCs of a room on one Modbus TCP network."""

    __slots__ = ("_bus", "_units", "faults")

    fault_kinds = frozenset(FaultKind)

    def __init__(self, cabinets: Mapping[int, PlainCabinet], options: Options) -> None:
        first_channel = options.whole("channel_of_aisle_0", 0, 1000, 0)
        has_columns = options.truth("column_coils", False)
        self._units = {
            unit: FatekUnit(cabinet, first_channel=first_channel, has_columns=has_columns)
            for unit, cabinet in cabinets.items()
        }
        self._bus = Bus(self._units)
        self.faults: list[LineFault] = self._bus.faults

    def session(self, unit: int | None) -> Session:
        """A client of all PLCs."""
        return RequestSession[Request](MbapDecoder(counts_coils=True), self._bus.exchange)

    def before_scan(self, unit: int) -> None:
        """The PLC's scan begins."""
        self._units[unit].look()

    def reported(self, unit: int, happenings: Sequence[Happening]) -> list[Delivery]:
        """A Modbus server says nothing unasked."""
        return []


def _settings(options: Options) -> PlainSettings:
    abilities = (Act.OPEN, Act.CLOSE, Act.VENTILATE, Act.STOP, Act.RELEASE)
    return cabinet_settings(options, abilities, needs_enable=False)


FATEK_COILS = Profile("fatek-coils", ("tcp",), _settings, FatekLine)
