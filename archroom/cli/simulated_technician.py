"""A technician who is a script: works the control socket of a simulator, and sees what is so on its track.

It looks at the simulated steel, never at the wire that is being proved. Everything it trips it lets go, and the speed of the
mechanics is set back.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from archroom.core.commissioning import Finding, Licence, Step, StepKind
from archroom.core.shelving import BlockView, Ticket, Trust
from archroom.errors import Message, PortUnavailable, say
from archroom.services.technician import Task

FAST = 60.0
"""How much faster than steel its carriages run where only the end of a motion matters."""
SHORT_WARNING_MS = 200
SPEED_OF_STEEL = 1.0
"""While the line is parted, since the distance run on is judged."""
PARTED_S = 3.0
"""How long the line stays parted: longer than any watchdog that is accepted, with the braking."""
SEEN_MM = 10
ANSWER_WITHIN_S = 5.0
ITSELF_WITHIN_S = 10.0
LOOK_S = 0.05


def await_itself(views: Callable[[], Sequence[BlockView]], block: int) -> None:
    """Wait until a controller is believed as it is when no script works it, with its own warning; some seconds at most."""
    deadline = time.monotonic() + ITSELF_WITHIN_S
    while time.monotonic() < deadline:
        view = next(view for view in views() if view.block == block)
        is_itself = view.identity is not None and view.identity.warning_ms > SHORT_WARNING_MS
        if view.trust is Trust.GOOD and is_itself:
            return
        time.sleep(LOOK_S)  # a command of its own process: nobody waits for it but the person who gave it


class SimulatedTechnician:
    """The technician of one simulated block; used as a context, which lets everything go."""

    def __init__(self, control: str, block: int, report: Callable[[Finding], None]) -> None:
        """`control` is HOST:PORT, and block and unit have one number; raises PortUnavailable."""
        self._unit = block
        self._report = report
        self._before: list[float] = []
        self._parted_at: float | None = None
        host, _, port = control.rpartition(":")
        try:
            self._socket = socket.create_connection((host, int(port)), ANSWER_WITHIN_S)
        except (OSError, ValueError) as error:
            raise PortUnavailable(say("The simulator does not answer at {address}.", address=control)) from error
        self._lines = self._socket.makefile("rwb")
        try:
            self._speed = self._act("state")["speed"]
            """Of the mechanics, before and afterwards."""
            self._warning_ms = self._truth()["warning_ms"]
            self._set_pace(FAST, SHORT_WARNING_MS)
        except BaseException:
            self._hang_up()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self._act("silent", unit=self._unit, on=False)
            self._set_pace(self._speed, self._warning_ms)
        finally:
            self._hang_up()

    # -- what the procedure asks

    def expect(self, steps: Sequence[Step]) -> None:
        """Take them as they come."""

    def begin(self, step: Step, text: Message) -> None:
        """Let carriages be as slow as steel while the line is parted; slower than the controller tells, so nobody minds."""
        if step.kind is StepKind.PLUG:
            self._act("speed", factor=SPEED_OF_STEEL)

    def part(self, step: Step, text: Message) -> None:
        """Part the line: the controller neither hears nor answers."""
        self._act("silent", unit=self._unit, on=True)
        self._parted_at = time.monotonic()

    def do(self, step: Step, task: Task, text: Message) -> bool:
        """Trip a device, let it go, or put the line together again."""
        if task is Task.JOIN:
            left_s = PARTED_S - (time.monotonic() - (self._parted_at or 0.0))
            time.sleep(max(0.0, left_s))  # the line stays parted for as long as the watchdog may need
            self._act("speed", factor=FAST)
            self._act("silent", unit=self._unit, on=False)
            return True
        is_tripped = task is Task.TRIP
        match step.kind:
            case StepKind.EMERGENCY_STOP:
                self._act("emergency_stop", unit=self._unit, pressed=is_tripped)
            case StepKind.EDGE:
                self._act("edge", unit=self._unit, carriage=step.number, pressed=is_tripped)
            case _:
                self._act("beam", unit=self._unit, aisle=step.number, broken=is_tripped)
        if not is_tripped:
            self._act("reset", unit=self._unit)
        return True

    def ask_number(self, step: Step, text: Message) -> int | None:
        """Say what is seen on the track: how many carriages, which has moved, which aisle is open."""
        positions = self._positions()
        if step.kind is StepKind.COUNT:
            return len(positions)
        if step.kind is StepKind.JOG:
            moved = [number for number, way in enumerate(self._ways(positions), 1) if abs(way) >= SEEN_MM]
            return moved[0] if moved else 0
        gaps = self._truth()["gaps"]
        assert isinstance(gaps, list)  # noqa: S101 - the simulator's own answer
        return gaps.index(max(gaps))

    def ask_way(self, step: Step, text: Message) -> bool | None:
        """Say which way the carriage has moved."""
        return min(self._ways(self._positions()), key=lambda way: -abs(way)) < 0

    def confirm_clear(self, step: Step, ticket: Ticket) -> tuple[int, ...] | None:
        """Look into the aisles that close: nobody is in any of them."""
        self._before = self._positions()
        if self._truth()["people"]:
            return None
        return self._open_aisles() if ticket.candidates else ticket.answer

    def wants_again(self, finding: Finding) -> bool:
        """Never: a script sees the same again."""
        self._report(finding)
        return False

    def signs(self, findings: Sequence[Finding], licence: Licence, reason: Message) -> bool:
        """Sign whatever came of it: it is the record of what was seen."""
        return True

    # -- the simulator

    def _hang_up(self) -> None:
        with suppress(OSError):
            self._lines.close()
        self._socket.close()

    def _set_pace(self, factor: object, warning_ms: object) -> None:
        """Let the mechanics run so fast; setting the warning boots the controller, whose identity then tells the speed."""
        self._act("speed", factor=factor)
        self._act("configure", unit=self._unit, warning_ms=warning_ms)

    def _open_aisles(self) -> tuple[int, ...]:
        found = self._truth()["open_aisles"]
        assert isinstance(found, list)  # noqa: S101 - the simulator's own answer
        return tuple(found)

    def _ways(self, positions: list[float]) -> list[float]:
        return [after - before for before, after in zip(self._before, positions, strict=True)]

    def _positions(self) -> list[float]:
        found = self._truth()["positions"]
        assert isinstance(found, list)  # noqa: S101 - the simulator's own answer
        return found

    def _truth(self) -> dict[str, object]:
        units = self._act("state")["units"]
        assert isinstance(units, dict)  # noqa: S101 - the simulator's own answer
        found: dict[str, object] = units[str(self._unit)]
        return found

    def _act(self, do: str, **fields: object) -> dict[str, object]:
        try:
            self._lines.write(json.dumps({"do": do, **fields}).encode() + b"\n")
            self._lines.flush()
            answer = json.loads(self._lines.readline() or b"{}")
        except (OSError, ValueError) as error:
            raise PortUnavailable(say("The simulator does not answer at {address}.", address="control")) from error
        if not isinstance(answer, dict) or answer.get("ok") is not True:
            why = str(answer.get("error", "")) if isinstance(answer, dict) else ""
            raise PortUnavailable(say("The simulator refuses {what}: {why}", what=do, why=why))
        return answer
