"""A second master: another program that commands a unit, by the book, and asks nobody. Pure.

It takes the next epoch, selects, operates as soon as its SELECT was taken, and feeds the watchdog until the unit is at rest.
Whatever happens to our line does not happen to its own.
"""

from __future__ import annotations

from hardware_sim import registers
from hardware_sim.layout import NO_AISLE
from hardware_sim.modbus import WRITE_ONE, WRITE_SEVERAL
from hardware_sim.orders import Task
from hardware_sim.registers import Action, Operation, Result, State
from hardware_sim.station import Station
from hardware_sim.tasks import LOCKING, open_aisles

BEAT_MS = 200.0
SELECT_TTL_MS = 5000
OPERATE_TTL_MS = 60_000
_AT_WORK = (State.WARNING, State.MOVING, State.STOPPING)


class Rival:
    """The second master of one unit; does nothing until it is told to begin."""

    __slots__ = (*("_beat_ms", "_epoch", "_is_operated", "_operates", "_station", "_task", "is_alive"),)

    def __init__(self, station: Station) -> None:
        self._station = station
        self.is_alive = False
        self._operates = self._is_operated = False
        self._task = Task(Action.OPEN, NO_AISLE, NO_AISLE)
        self._epoch = 0
        self._beat_ms = 0.0

    def begin(self, action: Action, number: int, *, jog_mm: int = 0, operates: bool = True) -> None:
        """Select something now, and order it once that is taken; `number` is an aisle or a carriage."""
        self._operates, self._is_operated = operates, False
        self._task = Task(action, number, self._closes(action, number, jog_mm))
        self._epoch = self._status()[2] + 1 & 0xFFFF
        self.is_alive = True
        self._beat_ms = 0.0
        self._beat()
        self._command(1, Operation.SELECT, SELECT_TTL_MS)

    def _closes(self, action: Action, number: int, jog_mm: int) -> int:
        if action is Action.JOG:
            return abs(jog_mm) | (registers.TOWARDS_ORIGIN if jog_mm < 0 else 0)
        if action in LOCKING:
            return NO_AISLE
        return next((aisle for aisle in open_aisles(self._station.block, number) if aisle != number), NO_AISLE)

    def stop(self) -> None:
        """Send a STOP."""
        self._write(bytes((WRITE_ONE,)) + registers.to_bytes((registers.STOP, 1)))

    def fall_silent(self) -> None:
        """Say nothing any more, whatever moves."""
        self.is_alive = False

    def step(self, scan_ms: float) -> None:
        """The unit has run a scan of so many ms."""
        if not self.is_alive:
            return
        self._beat_ms += scan_ms
        if self._beat_ms >= BEAT_MS:
            self._beat_ms = 0.0
            self._beat()
        _, _, epoch, seq, result, state, *_ = self._status()
        if epoch != self._epoch:
            self.is_alive = False
        elif self._operates and not self._is_operated and result == Result.SELECTED:
            self._is_operated = True
            self._command(2, Operation.OPERATE, OPERATE_TTL_MS)
        elif not self._is_operated or (seq == 2 and state not in _AT_WORK):
            self.is_alive = False

    def _status(self) -> list[int]:
        count = registers.status_count(len(self._station.block.carriages))
        return [int(value) for value in self._station.controller.read(registers.STATUS, count)]

    def _beat(self) -> None:
        self._write(bytes((WRITE_ONE,)) + registers.to_bytes((registers.HEARTBEAT, 1)))

    def _command(self, seq: int, operation: Operation, ttl_ms: int) -> None:
        task = self._task
        values = registers.command(self._epoch, seq, operation, task.aisle, task.closes, ttl_ms, action=task.action)
        head = registers.to_bytes((registers.COMMAND, len(values)))
        self._write(bytes((WRITE_SEVERAL,)) + head + bytes((2 * len(values),)) + registers.to_bytes(values))

    def _write(self, pdu: bytes) -> None:
        if self._station.is_powered:
            self._station.answer(pdu)
