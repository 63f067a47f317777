"""One bus and its thread: the only place where frames of this bus are sent, each when its turn comes (`bus_turns`).

The lock of `changed` guards the supervisors and is never held while the wire is used; so a stop waits for nothing but the
frame in flight. Units that do not answer are asked rarely, and not at all while something moves on the bus. Whatever fails
in the thread takes this bus out of service and no other.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from time import monotonic

from archroom.core.bus_urls import REFERENCE
from archroom.core.plain.supervisor import PlainSupervisor
from archroom.core.rooms import Block
from archroom.core.shelving import BlockView, StopReport
from archroom.core.supervisor.gate import Gate
from archroom.core.supervisor.notices import Notice
from archroom.core.supervisor.supervisor import Supervisor
from archroom.drivers.adapters import Adapter, same_adapter
from archroom.drivers.bench_rights import UnitRights
from archroom.drivers.controller import ReferenceController
from archroom.drivers.ear import Ear
from archroom.drivers.line import Line
from archroom.drivers.plain_drivers import Unit, plain_drivers
from archroom.drivers.ports import listening_s, may_come_back, open_port
from archroom.drivers.profile import WireKind
from archroom.drivers.pulses import Begun
from archroom.drivers.timing import Framing, LineTiming
from archroom.drivers.wires import Wire
from archroom.errors import LinkError, Message, PortUnavailable, UsageError, say
from archroom.shelving.bench_lane import BenchLane
from archroom.shelving.bus_profiles import profile_of
from archroom.shelving.bus_turns import Choice, Turns
from archroom.shelving.bus_watch import BusWatch
from archroom.shelving.climate_rounds import SensorRound
from archroom.shelving.out_of_service import OutOfService, failure_of, give_up
from archroom.shelving.posts import AnySupervisor, PlainPost, Post, ReferencePost
from archroom.shelving.sleep_watch import SleepWatch
from archroom.shelving.spec import BusSpec

LONGEST_WAIT_S = 0.2
LONGEST_LISTEN_S = 0.05
"""How long a line is heard before it is looked at what was heard."""
FIRST_READ_S = 2.0
"""How long after the start of a bus a question waits until each block was read twice, or is known not to answer."""
FIRST_REOPEN_S = 0.5
LAST_REOPEN_S = 4.0
LIVELY_S = 1.5
"""A thread that showed no life for so long, or has ended, does not count as one that takes a stop."""

_log = logging.getLogger(__name__)


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
        """`sensors` are those of the climate on the same port.

        Raises BadFile, UsageError if the bus's profile cannot be read, or does not fit its port or its sensors.
        """
        self.spec = spec
        self.changed = threading.Condition()
        """Notified after everything that happened on the bus."""
        self._profile = profile_of(spec)
        self.make = REFERENCE if self._profile is None else self._profile.make
        """What a commissioning of a block of this bus speaks for."""
        self.is_modbus = self._profile is None or self._profile.wire is WireKind.MODBUS
        """Whether its controllers speak Modbus, so that a technician can ask them too."""
        if sensors is not None and not self.is_modbus:
            raise UsageError(say("{url}: no sensor can answer on a line that is not Modbus.", url=spec.url))
        self._posts: dict[int, Post] = {}
        self._begun: Begun = set()
        self.supervisors = {
            number: self._supervisor(blocks[number], new_id, (gates or {}).get(number)) for number in sorted(spec.units)
        }
        self.alive_s = monotonic()
        """When the thread last showed life."""
        self.watch = BusWatch()
        """Counters and watchers."""
        self.bench = BenchLane()
        """Questions of a technician."""
        self._turns = Turns(spec.units, self.supervisors, self.bench, sensors, self._profile)
        self._adapter: Adapter | None = None
        self.is_gone = False
        """Whether its port has gone for ever: a pseudo-terminal whose number soon is somebody else's."""
        self.out_of_service: OutOfService | None = None
        """What is left of it once its serving has failed."""
        self.port_problem: Message | None = say("{port} was not opened yet.", port=spec.url)
        self._is_tried = False
        self._started_s = monotonic()
        self._carriages = {number: len(blocks[number].carriages) for number in spec.units}
        self._tell = tell
        self._sensors = sensors
        self._is_ending = False
        self._is_urgent = False
        self._sleep = SleepWatch()
        self._thread = threading.Thread(target=self._run, name=f"bus {spec.url}", daemon=True)

    def _supervisor(self, block: Block, new_id: Callable[[], str], gate: Gate | None) -> AnySupervisor:
        """Return who decides for a block, by the kind of its controller."""
        if self._profile is None:
            return Supervisor(block, new_id, gate)
        return PlainSupervisor(block, self._profile.capabilities, new_id, gate)

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

    @property
    def takes_stops(self) -> bool:
        """Whether a stop that is asked for now goes out."""
        is_stopping = self.out_of_service is not None and self.out_of_service.is_stopping
        return self.is_alive and (is_stopping or monotonic() - self.alive_s < LIVELY_S)

    @property
    def reference_units(self) -> frozenset[int]:
        """The units whose controllers speak the reference map."""
        return frozenset(self.spec.units.values()) if self._profile is None else frozenset()

    def rights_of(self, unit: int) -> UnitRights:
        """Return what a technician may do with a unit; raises BadFile for the profile of a sensor that cannot be read."""
        block = next((number for number, its_unit in self.spec.units.items() if its_unit == unit), None)
        if block is not None and self._profile is None:
            return UnitRights(unit, carriages=self._carriages[block])
        if block is not None:
            return UnitRights(unit, profile=self._profile)
        return UnitRights(unit, profile=None if self._sensors is None else self._sensors.profile_of(unit))

    @property
    def is_busy(self) -> bool:
        """Whether something moves on the bus, or is asked to; `changed` must be held."""
        return self._turns.is_busy if self.out_of_service is None else self.out_of_service.is_stopping

    def stop(self, blocks: tuple[int, ...], reason: Message) -> None:
        """Stop blocks of this bus: their frames are the next to go out."""
        with self.changed:
            now = monotonic()
            if self.out_of_service is not None:
                self.out_of_service.ask_stop(blocks)
            for number in blocks if self.out_of_service is None else ():
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
        if self.out_of_service is not None:
            return self.out_of_service.view(self.supervisors[number], monotonic())
        view = self.supervisors[number].view(monotonic())
        why_not = self.port_problem
        return view if why_not is None else replace(view, is_movable=False, why_not=why_not)

    def stop_report(self, number: int) -> StopReport:
        """Return what became of the last stop of a block; `changed` must be held."""
        if self.out_of_service is not None:
            return self.out_of_service.report(number)
        report = self.supervisors[number].stop_report()
        if self.port_problem is not None and not report.is_sent:
            return replace(report, reason=self.port_problem)
        return report

    # -- the thread

    def _run(self) -> None:
        try:
            self._keep_serving()
        except Exception as error:  # whatever it is, the other buses are served
            self._stop_when_asked(self._fall_out(error))

    def _fall_out(self, error: Exception) -> OutOfService:
        """Take the bus out of service: what was under way ends as with a lost port, and what moves is to be stopped."""
        reason = failure_of(self.spec.url)
        _log.error("%s", reason.english(), exc_info=error)
        with self.changed:
            self.out_of_service = left = OutOfService(self.spec, self._carriages, reason)
            self.port_problem, self._is_tried = reason, True
            now = monotonic()
            left.ask_stop([number for number, one in self.supervisors.items() if give_up(one, now, reason)])
            self.bench.fail(reason)
            self._pass_on()
        if self._sensors is not None:
            self._sensors.fail(reason)
        return left

    def _stop_when_asked(self, left: OutOfService) -> None:
        """Do nothing but stop, until the server ends; what is asked before that goes out."""
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self._is_ending or left.is_asked, LONGEST_WAIT_S)
                self.alive_s = monotonic()
                self._pass_on()
                if not left.is_asked and self._is_ending:
                    return
                if not left.is_asked:
                    continue
                block = left.take_asked()
            reports = left.stop(block)
            with self.changed:
                left.put_reports(reports)
                self.changed.notify_all()

    def _keep_serving(self) -> None:
        """Open the port, serve, and open it again when it was lost, until the server ends."""
        reopen_s = FIRST_REOPEN_S
        while not self._is_ending:
            self.alive_s = monotonic()
            try:
                self._adapter = same_adapter(self.spec.url, self._adapter)
                wire = open_port(self.spec.url)
            except (PortUnavailable, UsageError) as error:
                self._lose_port(error.message)
                if not may_come_back(self.spec.url):
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
                self._serve(wire)
            except PortUnavailable as error:
                self._lose_port(error.message)
                if not may_come_back(self.spec.url):
                    break
            finally:
                wire.close()
        self.is_gone = not self._is_ending
        with self.changed:
            self.changed.wait_for(lambda: self._is_ending)

    def _lose_port(self, reason: Message) -> None:
        with self.changed:
            self.port_problem, self._is_tried = reason, True
            self._doubt_all(reason)
            self.bench.fail(reason)
            self._pass_on()
        if self._sensors is not None:
            self._sensors.fail(reason)

    def _doubt_all(self, reason: Message) -> None:
        """Let every block be as after a lost link: disarmed, and to be proved anew; `changed` is held."""
        for supervisor in self.supervisors.values():
            supervisor.port_lost(monotonic(), reason)

    def _rest(self, seconds: float) -> None:
        """Wait before the port is tried again; a stop ends the wait."""
        with self.changed:
            self.changed.wait_for(lambda: self._is_ending or self._is_urgent, seconds)
            self._is_urgent = False

    def _serve(self, wire: Wire) -> None:
        line = Line(wire, monotonic) if self.is_modbus else None
        if line is not None:
            self.watch.attach(line.state)
        self._posts = posts = self._posts_on(wire, line)
        if line is not None and wire.timing.framing is Framing.RTU:
            self._listen_first(line, posts)
        while (choice := self._next(wire.timing)) is not None:
            if isinstance(choice, Choice):
                self._carry_out(posts[choice.block], choice)
            elif line is not None:
                choice.read_next(line, self._must_hurry)

    def _listen_first(self, line: Line, posts: Mapping[int, Post]) -> None:
        """Hear a line out that was just opened; while another master talks on it nothing but a stop is sent."""
        ear = Ear(Framing.RTU, monotonic(), listening_s(self.spec.url))
        while not self._is_ending and (left_s := ear.free_at - monotonic()) > 0:
            heard = line.listen(monotonic() + min(left_s, LONGEST_LISTEN_S), self._must_hurry)
            if ear.hear(heard, monotonic()):
                self._lose_port(say("Another program talks on {port}: nothing is sent there.", port=line.name))
            for choice in self._stops_due():
                self._carry_out(posts[choice.block], choice)
        with self.changed:
            self.port_problem = None
            for supervisor in self.supervisors.values() if ear.hears_master else ():
                supervisor.refresh(monotonic())

    def _stops_due(self) -> list[Choice]:
        """Return the stops that people want now, which are never kept waiting; the thread shows life."""
        with self.changed:
            now = self.alive_s = monotonic()
            self._is_urgent = False
            due = self._turns.stops_due(now)
            for choice in due:
                self.supervisors[choice.block].frame_sent(now, choice.wish)
            self._pass_on()
        return due

    def _posts_on(self, wire: Wire, line: Line | None) -> dict[int, Post]:
        """Return the posts of the blocks on a port that was just opened."""
        posts: dict[int, Post] = {}
        units = {number: Unit(unit, self._carriages[number]) for number, unit in self.spec.units.items()}
        drivers = {}
        if self._profile is not None:
            drivers = plain_drivers(
                self._profile, wire, units, self._must_hurry, line=line, attach=self.watch.attach, begun=self._begun
            )
        for number, supervisor in self.supervisors.items():
            if isinstance(supervisor, PlainSupervisor):
                posts[number] = PlainPost(supervisor, drivers[number])
            elif line is not None:
                controller = ReferenceController(line, self.spec.units[number], self._must_hurry)
                posts[number] = ReferencePost(supervisor, controller, self._carriages[number])
        return posts

    def _must_hurry(self) -> bool:
        return self._is_urgent

    def _next(self, timing: LineTiming) -> Choice | SensorRound | BenchLane | None:
        """Wait for the next frame's turn and return it; None when the bus ends."""
        with self.changed:
            while not self._is_ending:
                now = self.alive_s = monotonic()
                self._is_urgent = False
                if self._sleep.has_slept():
                    self._doubt_all(say("The computer was asleep."))
                self._turns.set_pace(now, timing, self._posts.values())
                wishes = self._turns.wishes(now)
                self._pass_on()
                turn = self._turns.first(now, wishes)
                if isinstance(turn, Choice):
                    self.supervisors[turn.block].frame_sent(now, turn.wish)
                if turn is not None:
                    return turn
                next_due_s = min((choice.wish.due_s for choice in wishes), default=now + LONGEST_WAIT_S)
                self.changed.wait(min(LONGEST_WAIT_S, max(0.0, next_due_s - now)))
        return None

    def _carry_out(self, post: Post, choice: Choice) -> None:
        wish = choice.wish
        try:
            tell = post.speak(wish)
        except LinkError as error:
            with self.changed:
                post.failed(wish, error)
        else:
            with self.changed:
                tell()
        with self.changed:
            self._pass_on()

    def _pass_on(self) -> None:
        """Hand notices on and wake who waits; `changed` is held."""
        for number, supervisor in self.supervisors.items():
            for notice in supervisor.take_notices():
                self._tell(number, notice)
        self.changed.notify_all()
