"""The Modbus line between a client and the units, with its sins. Sans-IO: a request in, deliveries out.

Absent, silent and unpowered units say nothing, and a broadcast is never answered. Without line faults every request gets
exactly one reply at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from hardware_sim.line_faults import Delivery, FaultKind, LineFault, delivered, struck
from hardware_sim.modbus import BROADCAST, Request, encode


class Unit(Protocol):
    """What answers under one address of a Modbus line."""

    @property
    def is_heard(self) -> bool:
        """Whether requests arrive and are answered."""

    def answer(self, pdu: bytes) -> bytes:
        """Carry out a request and give its reply, an exception reply included."""

    def obey_broadcast(self, pdu: bytes) -> None:
        """Take a request to everybody, if it is one that this unit obeys."""


class Bus:
    """All units behind one or several wires, and what goes wrong on these."""

    __slots__ = ("_units", "faults")

    def __init__(self, units: Mapping[int, Unit]) -> None:
        self._units = units
        self.faults: list[LineFault] = []

    def exchange(self, request: Request) -> list[Delivery]:
        """Carry out one request and give what reaches the client of its reply."""
        if request.unit == BROADCAST:
            for unit in self._units.values():
                if unit.is_heard:
                    unit.obey_broadcast(request.pdu)
            return []
        unit_asked = self._units.get(request.unit)
        if unit_asked is None or not unit_asked.is_heard:
            return []
        met = struck(self.faults, request.unit, request.pdu[0])
        if FaultKind.LOSE in met:
            return []
        if FaultKind.EXCEPTION in met:
            pdu = bytes((request.pdu[0] | 0x80, met[FaultKind.EXCEPTION].code))
        else:
            pdu = unit_asked.answer(request.pdu)
        if FaultKind.DROP in met:
            return []
        sender = met[FaultKind.WRONG_UNIT].as_unit if FaultKind.WRONG_UNIT in met else request.unit
        tail = 2 if request.transaction is None else 0
        question = encode(request.unit, request.pdu, request.transaction)
        return delivered(encode(sender, pdu, request.transaction), tail, question, met)
