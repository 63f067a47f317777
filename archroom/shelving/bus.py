"""One bus and its thread: the only place where frames of this bus are sent, in the order of their lanes.

The lock of `changed` guards the supervisors and is never held while the wire is used; so a stop waits for nothing but the
frame in flight. Units that do not answer are asked rarely, and not at all while something moves on the bus.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from time import monotonic

from archroom.core.rooms import Block
from archroom.core.shelving import BlockView, StopReport
from archroom.core.supervisor import Supervisor
from archroom.core.supervisor_gate import Gate
from archroom.core.supervisor_notices import Notice
from archroom.core.supervisor_wishes import Frame, Lane, Pace, Wish
from archroom.drivers.controller import ReferenceController
from archroom.drivers.line import ExchangeFailed, Line
from archroom.drivers.modbus import ExceptionCode
from archroom.drivers.ports import Carrier, is_pty, open_port, parse_port
from archroom.drivers.timing import LineTiming
from archroom.drivers.transactions import FailureKind
from archroom.errors import LinkError, Message, PortUnavailable, UsageError, say
from archroom.shelving.climate_rounds import SensorRound
from archroom.shelving.spec import BusSpec

LONGEST_WAIT_S = 0.2
FIRST_READ_S = 2.0
"""How long after the start of a bus a question waits until each block was read twice, or is known not to answer."""
STARVED_PROBE_S = 2.0
"""A probe that has waited for so long goes before a poll."""
FIRST_REOPEN_S = 0.5
LAST_REOPEN_S = 4.0
TURNAROUND_S = 0.02
"""Allowance for a controller's and a program's own time in an exchange."""
REQUEST_CHARACTERS = 8
STATUS_CHARACTERS = 53
"""Of an answer without positions: 24 registers, and unit, function, count and CRC."""


@dataclass(frozen=True, slots=True)
class _Choice:
    unit: int
    block: int
    wish: Wish


class Bus:
    """The supervisors of one bus, and the thread that serves them."""

    def __init__(
        self,
        spec: BusSpec,
        blocks: dict[int, Block],
        new_id: Callable[[], str],
        tell: Callable[[int, Notice], None],
        gates: Mapping[int, Gate] | None = None,
        sensors: SensorRound | None = None,
    ) -> None:
        """`sensors` are those of the climate on the same port."""
        self.spec = spec
        self.changed = threading.Condition()
        """Notified after everything that happened on the bus."""
        self.supervisors = {
            number: Supervisor(blocks[number], new_id, (gates or {}).get(number)) for number in sorted(spec.units)
        }
        self.alive_s = monotonic()
        """When the thread last showed life."""
        self.is_gone = False
        """Whether its port has gone for ever: a pseudo-terminal whose number soon is somebody else's."""
        self.port_problem: Message | None = say("{port} was not opened yet.", port=spec.url)
        self._is_tried = False
        self._started_s = monotonic()
        self._carriages = {number: len(blocks[number].carriages) for number in spec.units}
        self._tell = tell
        self._sensors = sensors
        self._is_ending = False
        self._is_urgent = False
        self._thread = threading.Thread(target=self._run, name=f"bus {spec.url}", daemon=True)

    def start(self) -> None:
        """Begin to serve."""
        self._started_s = monotonic()
        self._thread.start()

    def wait_for_first_reading(self) -> None:
        """Return when each block of a bus that was just started is proved or doubted; `changed` must be held."""
        left_s = self._started_s + FIRST_READ_S - monotonic()
        if left_s > 0:
            self.changed.wait_for(lambda: not self._is_unread, left_s)

    @property
    def _is_unread(self) -> bool:
        if self.port_problem is not None:
            return not self._is_tried
        return any(supervisor.is_unread for supervisor in self.supervisors.values())

    def end(self) -> None:
        """Stop serving; returns when the port is closed."""
        with self.changed:
            self._is_ending = True
            self.changed.notify_all()
        self._thread.join()

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs; one that has died sends no heartbeat, so what moves is stopped by its watchdog."""
        return self._thread.is_alive()

    def stop(self, blocks: tuple[int, ...], reason: Message) -> None:
        """Stop blocks of this bus: their frames are the next to go out."""
        with self.changed:
            now = monotonic()
            for number in blocks:
                self.supervisors[number].stop(now, reason)
            self.urge()

    def urge(self) -> None:
        """Have what people have just said take effect before anything else is read; `changed` must be held."""
        self._is_urgent = True
        self.changed.notify_all()

    def views(self) -> list[BlockView]:
        """Return what may be shown of each block."""
        with self.changed:
            self.wait_for_first_reading()
            return [self.view(number) for number in self.supervisors]

    def view(self, number: int) -> BlockView:
        """Return what may be shown of a block; `changed` must be held."""
        view = self.supervisors[number].view(monotonic())
        if self.port_problem is not None:
            return replace(view, is_movable=False, why_not=self.port_problem)
        return view

    def stop_report(self, number: int) -> StopReport:
        """Return what became of the last stop of a block; `changed` must be held."""
        report = self.supervisors[number].stop_report()
        if self.port_problem is not None and not report.is_sent:
            return replace(report, reason=self.port_problem)
        return report

    # -- the thread

    def _run(self) -> None:
        reopen_s = FIRST_REOPEN_S
        while not self._is_ending:
            self.alive_s = monotonic()
            try:
                line = Line(wire := open_port(self.spec.url), monotonic)
            except (PortUnavailable, UsageError) as error:
                self._lose_port(error.message)
                if not self._may_come_back():
                    break
                self._rest(reopen_s)
                reopen_s = min(LAST_REOPEN_S, 2 * reopen_s)
                continue
            reopen_s = FIRST_REOPEN_S
            try:
                with self.changed:
                    self.port_problem, self._is_tried = None, True
                    for supervisor in self.supervisors.values():
                        supervisor.refresh(monotonic())
                if self._sensors is not None:
                    self._sensors.begin(monotonic())
                self._serve(line, wire.timing)
            except PortUnavailable as error:
                self._lose_port(error.message)
                if not self._may_come_back():
                    break
            finally:
                line.close()
        self.is_gone = not self._is_ending
        with self.changed:
            self.changed.wait_for(lambda: self._is_ending)

    def _may_come_back(self) -> bool:
        """Whether a port that is not there may be opened again: the number of a pseudo-terminal soon is somebody else's."""
        try:
            address = parse_port(self.spec.url)
        except UsageError:
            return False
        is_bare = address.carrier is Carrier.SERIAL and not os.path.islink(address.place)
        return not (is_bare and is_pty(address.place))

    def _lose_port(self, reason: Message) -> None:
        with self.changed:
            self.port_problem, self._is_tried = reason, True
            for supervisor in self.supervisors.values():
                supervisor.port_lost(monotonic(), reason)
            self._pass_on()
        if self._sensors is not None:
            self._sensors.fail(reason)

    def _rest(self, seconds: float) -> None:
        """Wait before the port is tried again; a stop ends the wait."""
        with self.changed:
            self.changed.wait_for(lambda: self._is_ending or self._is_urgent, seconds)
            self._is_urgent = False

    def _serve(self, line: Line, timing: LineTiming) -> None:
        controllers = {
            number: ReferenceController(line, unit, lambda: self._is_urgent) for number, unit in self.spec.units.items()
        }
        while (choice := self._next(timing)) is not None:
            if isinstance(choice, SensorRound):
                choice.read_next(line, lambda: self._is_urgent)
            else:
                self._carry_out(controllers[choice.block], choice)

    def _next(self, timing: LineTiming) -> _Choice | SensorRound | None:
        """Wait for the next frame's turn and return it; None when the bus ends."""
        with self.changed:
            while not self._is_ending:
                now = self.alive_s = monotonic()
                self._is_urgent = False
                self._set_pace(timing)
                wishes = self._wishes(now)
                self._pass_on()
                due = [choice for choice in wishes if choice.wish.due_s <= now]
                if self._sensors is not None and self._is_turn_of_sensors(now, self._sensors, due):
                    return self._sensors
                if due:
                    chosen = min(due, key=lambda choice: self._rank(now, choice))
                    self.supervisors[chosen.block].frame_sent(now, chosen.wish)
                    return chosen
                next_due_s = min((choice.wish.due_s for choice in wishes), default=now + LONGEST_WAIT_S)
                self.changed.wait(min(LONGEST_WAIT_S, max(0.0, next_due_s - now)))
        return None

    def _wishes(self, now: float) -> list[_Choice]:
        found = [
            _Choice(self.spec.units[number], number, wish)
            for number, supervisor in self.supervisors.items()
            for wish in supervisor.wishes(now)
        ]
        if any(supervisor.is_busy and supervisor.is_answering for supervisor in self.supervisors.values()):
            found = [choice for choice in found if choice.wish.lane is not Lane.PROBE]
        return found

    def _is_turn_of_sensors(self, now: float, sensors: SensorRound, due: list[_Choice]) -> bool:
        """Whether a sensor may be read now: in a pause, or before polls if it has waited long; never during a motion."""
        if not sensors.is_due(now) or any(supervisor.is_busy for supervisor in self.supervisors.values()):
            return False
        return not due or (sensors.is_starved(now) and all(choice.wish.lane >= Lane.POLL for choice in due))

    def _rank(self, now: float, choice: _Choice) -> tuple[int, bool, float]:
        wish = choice.wish
        lane = int(wish.lane)
        if wish.lane is Lane.PROBE and now - wish.due_s > STARVED_PROBE_S:
            lane = int(Lane.HEARTBEAT)
        return (lane, not self.supervisors[choice.block].is_answering, wish.due_s)

    def _carry_out(self, controller: ReferenceController, choice: _Choice) -> None:
        supervisor, wish = self.supervisors[choice.block], choice.wish
        try:
            answer = self._exchange(controller, choice)
        except ExchangeFailed as failed:
            with self.changed:
                failure = failed.failure
                is_foreign = failure.kind is FailureKind.EXCEPTION and failure.exception_code in (
                    ExceptionCode.ILLEGAL_FUNCTION,
                    ExceptionCode.ILLEGAL_ADDRESS,
                )
                if is_foreign and wish.frame is Frame.IDENTITY:
                    supervisor.stranger_found(monotonic(), failed.message)
                elif failure.kind is not FailureKind.GAVE_WAY or wish.command is not None:
                    supervisor.frame_failed(monotonic(), wish)
        except LinkError as error:
            with self.changed:
                if wish.frame is Frame.IDENTITY:
                    supervisor.stranger_found(monotonic(), error.message)
                else:
                    supervisor.frame_failed(monotonic(), wish)
        else:
            with self.changed:
                answer(supervisor)
        with self.changed:
            self._pass_on()

    def _exchange(self, controller: ReferenceController, choice: _Choice) -> Callable[[Supervisor], None]:
        """Put a frame on the wire; returns what its answer has to say to the supervisor."""
        wish, command = choice.wish, choice.wish.command
        if wish.frame is Frame.IDENTITY:
            identity = controller.identity(repeats=0)
            return lambda supervisor: supervisor.identity_read(monotonic(), identity)
        if wish.frame is Frame.STATUS:
            reading = controller.status(self._carriages[choice.block])
            return lambda supervisor: supervisor.status_read(reading.received_at, reading.status, reading.asked_at)
        if wish.frame is Frame.HEARTBEAT:
            controller.heartbeat(wish.value)
        elif wish.frame is Frame.STOP:
            controller.stop()
        elif command is not None:
            send = controller.select if wish.frame is Frame.SELECT else controller.operate
            send(command.epoch, command.seq, command.told, command.ttl_ms)
        return lambda supervisor: supervisor.frame_echoed(monotonic(), wish)

    def _pass_on(self) -> None:
        """Hand notices on and wake who waits; `changed` is held."""
        for number, supervisor in self.supervisors.items():
            for notice in supervisor.take_notices():
                self._tell(number, notice)
        self.changed.notify_all()

    def _set_pace(self, timing: LineTiming) -> None:
        def exchange_s(number: int) -> float:
            characters = REQUEST_CHARACTERS + STATUS_CHARACTERS + 2 * self._carriages[number]
            return timing.wire_s(characters) + 2 * timing.silence_s + TURNAROUND_S

        round_s = sum(exchange_s(number) for number in self.supervisors)
        has_silent = not all(supervisor.is_answering for supervisor in self.supervisors.values())
        probe_s = timing.answer_s + timing.drain_s + timing.wire_s(REQUEST_CHARACTERS) if has_silent else 0.0
        pace = Pace.of_line(round_s, probe_s)
        for supervisor in self.supervisors.values():
            supervisor.set_pace(pace)
