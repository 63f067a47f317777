"""How the wire face of a make meets its cabinets. Sans-IO: a request in, deliveries out.

A face turns bytes into orders and states into bytes, and nothing else. Silent, unpowered and unknown cabinets say nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from hardware_sim.line_faults import MODBUS_ONLY, Delivery, FaultKind, LineFault, delivered, struck
from hardware_sim.plain_cabinet import PlainCabinet
from hardware_sim.plain_orders import Happening
from hardware_sim.sessions import Decoder, RequestSession, Session


class Message(NamedTuple):
    """One request cut out of what came: which cabinet it is for, its command code, and the whole of its bytes."""

    unit: int
    function: int
    frame: bytes


class Report(NamedTuple):
    """Bytes that a cabinet sends unasked, and their command code."""

    function: int
    frame: bytes


class Face(Protocol):
    """What is spoken on the wires of a make."""

    @property
    def tail(self) -> int:
        """How many bytes of a reply follow its last data byte."""

    def decoder(self, unit: int | None) -> Decoder[Message]:
        """What cuts the bytes of one client into requests; `unit` names the cabinet where each has an end of its own."""

    def answer(self, message: Message) -> bytes:
        """Carry out a request and give the reply; nothing where the make has none."""

    def reports(self, unit: int, happenings: Sequence[Happening]) -> list[Report]:
        """What the make says unasked of what has happened."""


class FaceLine:
    """All cabinets behind the wires of a face, and what goes wrong on these."""

    __slots__ = ("_cabinets", "_face", "faults")

    fault_kinds = frozenset(FaultKind) - MODBUS_ONLY

    def __init__(self, cabinets: Mapping[int, PlainCabinet], face: Face) -> None:
        self._cabinets = cabinets
        self._face = face
        self.faults: list[LineFault] = []

    def session(self, unit: int | None) -> Session:
        """A client; `unit` names the cabinet where each has an end of its own."""
        return RequestSession(self._face.decoder(unit), self.exchange)

    def before_scan(self, unit: int) -> None:
        """Orders are with the cabinet already."""

    def exchange(self, message: Message) -> list[Delivery]:
        """Carry out one request and give what reaches the client of its reply."""
        cabinet = self._cabinets.get(message.unit)
        if cabinet is None or not cabinet.is_heard:
            return []
        met = struck(self.faults, message.unit, message.function)
        if FaultKind.LOSE in met:
            return []
        cabinet.hear()
        reply = self._face.answer(message)
        if FaultKind.DROP in met or not reply:
            return []
        return delivered(reply, self._face.tail, message.frame, met)

    def reported(self, unit: int, happenings: Sequence[Happening]) -> list[Delivery]:
        """What reaches a listener of what a cabinet says unasked. Only faults that name the command code strike it."""
        if not self._cabinets[unit].is_heard:
            return []
        deliveries: list[Delivery] = []
        for report in self._face.reports(unit, happenings):
            named = [fault for fault in self.faults if fault.function is not None]
            met = struck(named, unit, report.function)
            self.faults[:] = [fault for fault in self.faults if fault.count > 0]
            if not {FaultKind.LOSE, FaultKind.DROP} & met.keys():
                deliveries += delivered(report.frame, self._face.tail, b"", met)
        return deliveries
