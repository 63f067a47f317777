"""Plays a client's day on a faulty line and judges it: was a wrong value believed, was anything carried out twice?

The client does what docs/shelving-protocol.md tells it to: SELECT repeated once at most, OPERATE never, its fate read back
from LAST_SEQ. The judge looks at the far end's own books.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from faulty_bus import B, Fault, FaultyBus
from paper_controller import PaperBus, PaperController

from archroom.core.shelving import Action, ControllerStatus, Instruction
from archroom.drivers import reference
from archroom.drivers.controller import ReferenceController
from archroom.drivers.line import Line
from archroom.errors import LinkError

OPERATE_OP = 2
TOLD = (
    Instruction(Action.OPEN, 2, 1),
    Instruction(Action.CLOSE, 0, 2),
    Instruction(Action.VENTILATE, 3),
    Instruction(Action.JOG, 3, jog_mm=-50),
    Instruction(Action.JOG, 4, jog_mm=2000),
    Instruction(Action.LOCK, 3),
    Instruction(Action.UNLOCK, 3),
)


@dataclass(slots=True)
class Verdict:
    """What came of a play."""

    matched: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    """Refused exchanges by what was wrong."""
    believed_wrong: list[str] = field(default_factory=list)
    """Statuses, identities and acknowledgements that were believed and were not true."""
    sent_twice: list[str] = field(default_factory=list)
    """Writes that went out more often than they may."""
    executed_twice: list[str] = field(default_factory=list)
    """Actions that one OPERATE had carried out more than once."""
    operated: int = 0
    """Actions that were carried out."""
    actions: set[int] = field(default_factory=set)
    """Which, by the high byte of OP."""

    @property
    def is_clean(self) -> bool:
        """Whether nothing forbidden happened."""
        return not (self.believed_wrong or self.sent_twice or self.executed_twice)


class Client:
    """One client of one faulty bus."""

    def __init__(self, line: Line, bus: FaultyBus[PaperBus], seed: int) -> None:
        self.verdict = Verdict()
        self._line = line
        self._bus = bus
        self._random = Random(seed)
        self._controllers = {unit: ReferenceController(line, unit) for unit in bus.bus.units}
        self._epoch: dict[int, int] = {}
        self._heartbeats = 0
        self._moves = 0

    def play(self, exchanges: int) -> Verdict:
        """Do something until so many requests have gone out, then judge."""
        while sum(self._bus.faults.values()) < exchanges:
            unit = self._random.choice(list(self._controllers))
            self._random.choice(
                (self._read_status, self._read_status, self._read_identity, self._beat, self._stop, self._move)
            )(unit)
        self._judge()
        return self.verdict

    def _tried(self, act: Callable[[], None]) -> bool:
        try:
            act()
        except LinkError as error:
            self.verdict.failed[type(error).__name__ + ": " + error.message.template] += 1
            return False
        self.verdict.matched += 1
        return True

    def _read_identity(self, unit: int) -> None:
        device = self._device(unit)

        def read() -> None:
            identity = self._controllers[unit].identity(repeats=0)
            if (identity.block, identity.carriages, identity.serial) != (unit, device.carriages, f"PAPER{unit:03d}"):
                self.verdict.believed_wrong.append(f"identity of {unit}: {identity}")

        self._tried(read)

    def _read_status(self, unit: int) -> ControllerStatus | None:
        device = self._device(unit)
        before = device.counter
        found: list[ControllerStatus] = []
        self._tried(lambda: found.append(self._controllers[unit].status(device.carriages).status))
        if not found:
            return None
        status = found[0]
        truth = device.shown.get(status.counter)
        is_fresh = before < status.counter <= device.counter
        if truth is None or not is_fresh or reference.parse_status(truth) != status:
            self.verdict.believed_wrong.append(f"status {status.counter} of {unit}, asked after {before}")
        return status

    def _beat(self, unit: int) -> None:
        self._heartbeats += 1
        value = self._heartbeats & 0xFFFF
        if self._tried(lambda: self._controllers[unit].heartbeat(value)) and self._device(unit).heartbeat != value:
            self.verdict.believed_wrong.append(f"heartbeat {value} of {unit}")

    def _stop(self, unit: int) -> None:
        stops = self._device(unit).stops
        if self._tried(self._controllers[unit].stop) and self._device(unit).stops == stops:
            self.verdict.believed_wrong.append(f"stop of {unit}")

    def _move(self, unit: int) -> None:
        """Select and operate as a supervisor would, each lost answer decided by LAST_SEQ.

        The time to live is another for each move, so that the books of the far end tell a new move from a frame sent again.
        """
        controller = self._controllers[unit]
        status = self._read_status(unit)
        if status is None:
            return
        is_mine = status.epoch == self._epoch.get(unit)
        epoch = status.epoch if is_mine else status.epoch + 1
        seq = status.last_seq + 1 if is_mine else 1
        self._epoch[unit] = epoch
        self._moves += 1
        told = self._random.choice(TOLD)
        ttl_ms = self._moves % 10_000 + 1

        def select() -> None:
            controller.select(epoch, seq, told, ttl_ms)

        if self._tried(select) or self._tried(select):
            self._tried(lambda: controller.operate(epoch, seq + 1, told, ttl_ms))

    def _device(self, unit: int) -> PaperController:
        return self._bus.bus.units[unit]

    def _judge(self) -> None:
        verdict = self.verdict
        for frame, count in self._bus.frames.items():
            if count > self._allowed(frame):
                verdict.sent_twice.append(f"{count} x {frame.hex()}")
        for unit, device in self._bus.bus.units.items():
            verdict.operated += len(device.executed)
            verdict.actions |= device.done.keys()
            verdict.executed_twice += [f"{key} of {unit}" for key, count in device.executed.items() if count > 1]

    def _allowed(self, frame: bytes) -> float:
        """How often a frame may go out: reads and stops at will, a SELECT twice, a heartbeat and an OPERATE once."""
        pdu = frame[1:-2] if self._bus.bus.is_rtu else frame[7:]
        if not self._bus.bus.is_rtu:
            return 1
        function, address = struct.unpack(">BH", pdu[:3])
        if function == 3 or address == reference.STOP:
            return float("inf")
        if address == reference.COMMAND:
            (operation,) = struct.unpack(">H", pdu[10:12])
            return 1 if operation & 0xFF == OPERATE_OP else 2
        return 1


def faults_played(bus: FaultyBus[B]) -> set[Fault]:
    """Return the kinds of fault that a play has had."""
    return {fault for fault, count in bus.faults.items() if count}
