"""The line between a client and the units, with its sins. Sans-IO: a request in, deliveries out.

Absent, silent and unpowered units say nothing. A broadcast is obeyed as STOP only and never answered. Line faults are
counted down reply by reply; without any, every request gets exactly one reply at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from hardware_sim import registers
from hardware_sim.modbus import BROADCAST, READ_HOLDING, Request, answer, encode, written
from hardware_sim.station import Station


class FaultKind(StrEnum):
    """What may happen to a request or its reply on the way."""

    LOSE = "lose"
    """The request never arrives."""
    EXCEPTION = "exception"
    """The request is not carried out; exception `code` comes back."""
    DROP = "drop"
    """The request is carried out; its reply is lost."""
    LATE = "late"
    """The reply comes `ms` later."""
    GARBAGE = "garbage"
    """The bytes `hex` come right before the reply."""
    DUPLICATE = "duplicate"
    """The reply comes twice."""
    WRONG_UNIT = "wrong_unit"
    """The reply carries the address `as_unit`; its CRC is right."""
    CORRUPT = "corrupt"
    """One bit of the reply's last data byte is flipped after its CRC was computed."""
    TRUNCATE = "truncate"
    """Only the first `bytes` bytes of the reply come."""
    SPLIT = "split"
    """The second half of the reply comes `ms` after the first."""


@dataclass(slots=True)
class LineFault:
    """One kind of fault for the next `count` matching requests (of one unit or function if given)."""

    kind: FaultKind
    count: int = 1
    unit: int | None = None
    function: int | None = None
    ms: int = 0
    code: int = 0
    as_unit: int = 0
    length: int = 0
    data: bytes = b""

    def strikes(self, request: Request) -> bool:
        """Whether this request is hit; counts down if so."""
        if self.count <= 0 or self.unit not in (None, request.unit) or self.function not in (None, request.pdu[0]):
            return False
        self.count -= 1
        return True


class Delivery(NamedTuple):
    """Bytes that reach the client `after_s` seconds after the reply was due."""

    after_s: float
    data: bytes


class Bus:
    """All units behind one or several wires, and what goes wrong on these."""

    __slots__ = ("_stations", "faults")

    def __init__(self, stations: Mapping[int, Station]) -> None:
        self._stations = stations
        self.faults: list[LineFault] = []

    def exchange(self, request: Request) -> list[Delivery]:
        """Carry out one request and give what reaches the client of its reply."""
        if request.unit == BROADCAST:
            self._broadcast(request)
            return []
        station = self._stations.get(request.unit)
        if station is None or not station.is_heard:
            return []
        struck = [fault for fault in self.faults if fault.strikes(request)] if self.faults else []
        if struck:
            self.faults = [fault for fault in self.faults if fault.count > 0]
        kinds = {fault.kind for fault in struck}
        if FaultKind.LOSE in kinds:
            return []
        exceptions = [fault.code for fault in struck if fault.kind is FaultKind.EXCEPTION]
        pdu = bytes((request.pdu[0] | 0x80, exceptions[0])) if exceptions else self._reply(station, request.pdu)
        if FaultKind.DROP in kinds:
            return []
        return _mangle(request, pdu, struck) if struck else [Delivery(0.0, encode(request.unit, pdu, request.transaction))]

    def _broadcast(self, request: Request) -> None:
        write = written(request.pdu)
        if write is None or write[0] != registers.STOP or len(write[1]) != 1:
            return
        for station in self._stations.values():
            if station.is_heard:
                station.controller.write(*write)

    @staticmethod
    def _reply(station: Station, pdu: bytes) -> bytes:
        cached = station.cached_status
        if cached is not None and len(pdu) == 5 and pdu[:3] == bytes((READ_HOLDING, registers.STATUS >> 8, 0)):
            return cached
        return answer(station.controller, pdu)


def _mangle(request: Request, pdu: bytes, struck: list[LineFault]) -> list[Delivery]:
    by_kind = {fault.kind: fault for fault in struck}
    wrong_unit = by_kind.get(FaultKind.WRONG_UNIT)
    frame = encode(wrong_unit.as_unit if wrong_unit else request.unit, pdu, request.transaction)
    if FaultKind.CORRUPT in by_kind:
        place = len(frame) - (3 if request.transaction is None else 1)
        frame = frame[:place] + bytes((frame[place] ^ 0x10,)) + frame[place + 1 :]
    if FaultKind.TRUNCATE in by_kind:
        frame = frame[: by_kind[FaultKind.TRUNCATE].length]
    if FaultKind.GARBAGE in by_kind:
        frame = by_kind[FaultKind.GARBAGE].data + frame
    late_s = by_kind[FaultKind.LATE].ms / 1000 if FaultKind.LATE in by_kind else 0.0
    if FaultKind.SPLIT in by_kind:
        half = len(frame) // 2
        pause_s = by_kind[FaultKind.SPLIT].ms / 1000
        deliveries = [Delivery(late_s, frame[:half]), Delivery(late_s + pause_s, frame[half:])]
    else:
        deliveries = [Delivery(late_s, frame)]
    return deliveries * 2 if FaultKind.DUPLICATE in by_kind else deliveries
