"""A trial: a room, its line, archroom's own bus and supervisors, a journal on the disk, and a scenario that plays all parts.

One thread, one clock, no chance: the same text gives the same course, whose hash is the trace. What is shipped runs here as
it is (`Bus._serve`, `Line`, `Supervisor`, `Journal`); the sessions of clients, which wait in threads of their own, are acted
by `DESK_ACTS`. A further act is a row there and one in `trial_draws`, a further room or line a row in `SETTINGS`.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from unittest.mock import patch

from commissioned import Licensed
from conduct import Conduct, Offence
from desk_sessions import DESK_ACTS, DESK_VERBS, Asked
from installations import Installation, Note, ReferenceInstallation, StagedRoom
from plain_installation import MAKES, PlainInstallation
from supervised_room import block_of
from virtual_wire import VirtualWire
from world_clock import BEGIN_S, WorldClock, WorldCondition

from archroom.core.rooms import Block
from archroom.core.shelving import Trust
from archroom.core.supervisor.gate import Gate
from archroom.core.supervisor.notices import Notice, NoticeKind
from archroom.drivers.plain_drivers import plain_drivers
from archroom.drivers.timing import Framing, LineTiming, serial_timing, stream_timing
from archroom.errors import Unreadable
from archroom.shelving import bus as bus_module
from archroom.shelving import posts as posts_module
from archroom.shelving.append_file import AppendFile
from archroom.shelving.bus import Bus
from archroom.shelving.holds_file import HoldsFile
from archroom.shelving.journal import Journal
from hardware_sim import Finding
from hardware_sim.fields import Fields
from hardware_sim.phrases import ACTS, Phrase
from hardware_sim.player import Player
from hardware_sim.scenario import Line as ScenarioLine
from hardware_sim.scenario import ScenarioError, parse_scenario
from hardware_sim.track_commands import Act

TAIL_S = 8.0
"""How long a trial goes on after its last act, to see what moves by itself."""
IMPOSSIBLE_MM = 4
EPILOGUE_S = 17.0
"""How long it goes on after somebody has put everything right: four probes of a unit that did not answer. One may be lost to
a line that was just mended, and one whose counter is by chance the last one seen counts as an old answer."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A room and the line to it."""

    blocks: tuple[Block, ...]
    timing: LineTiming
    speed: float

    def installation(self) -> Installation:
        """Return a new one."""
        return ReferenceInstallation(self.blocks, self.timing, self.speed)


SETTINGS: dict[str, Setting] = {
    "small": Setting((block_of(5),), serial_timing(19_200), 4.0),
    "fixed": Setting((block_of(5, fixed=(3,), open_aisles=(0, 3)),), stream_timing(Framing.RTU), 4.0),
    "slow": Setting((block_of(4, fixed=(1,), end_aisles=(False, True), open_aisles=(1,)),), serial_timing(9_600), 2.0),
    "pair": Setting((block_of(3), block_of(4, number=2, end_aisles=(True, False))), stream_timing(Framing.MBAP), 4.0),
}
"""Rooms with controllers of the register map, by name; a scenario says `room NAME`."""

SENTENCES: tuple[Phrase, ...] = (*ACTS, *DESK_ACTS, Phrase("room <name>", "room"))


class ServerDied(BaseException):
    """The server is killed, wherever it is; nothing of it goes on."""

    def __init__(self, for_s: float) -> None:
        super().__init__()
        self.for_s = for_s


class FillableJournal(Journal):
    """A journal on a disk that may be full."""

    is_full = False

    def _put(self, file: AppendFile, line: bytes) -> None:
        if self.is_full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        super()._put(file, line)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a trial."""

    broken: tuple[Finding | Offence, ...]
    trace: str
    """Hash of everything that happened."""
    simulated_s: float
    counts: Mapping[str, int]


@dataclass(slots=True)
class Stage:
    """One trial on its way."""

    text: str
    folder: Path
    blocks: tuple[Block, ...] = field(init=False)
    installation: Installation = field(init=False)
    clock: WorldClock = field(init=False)
    conduct: Conduct = field(init=False)
    journal: FillableJournal = field(init=False)
    holds: HoldsFile = field(init=False)
    bus: Bus | None = field(default=None, init=False)
    """Of the server that is alive."""
    asked: list[Asked] = field(default_factory=list, init=False)
    """Those whose program waits for an outcome."""
    is_desk_silent: bool = field(default=False, init=False)
    note: Note = field(init=False)
    _lines: tuple[ScenarioLine, ...] = field(init=False)
    _trace: hashlib._Hash = field(init=False)
    _waiting: list[tuple[Callable[[], bool], float, Callable[[], None]]] = field(default_factory=list, init=False)
    _is_waking: bool = field(default=False, init=False)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1), init=False)
    _is_over: bool = field(default=False, init=False)
    _is_put_right: bool = field(default=False, init=False)
    _ends_s: float | None = field(default=None, init=False)
    """The latest end."""

    def __post_init__(self) -> None:
        lines = parse_scenario(self.text, SENTENCES)
        rooms = [str(line.request["name"]) for line in lines if line.request["do"] == "room"]
        if len(rooms) != 1 or rooms[0] not in {**SETTINGS, **MAKES}:
            raise ScenarioError(f"a trial says once `room NAME`: {', '.join([*SETTINGS, *MAKES])}")
        self._lines = tuple(line for line in lines if line.request["do"] != "room")
        if rooms[0] in SETTINGS:
            self.blocks, self.installation = SETTINGS[rooms[0]].blocks, SETTINGS[rooms[0]].installation()
        else:
            self.blocks, self.installation = MAKES[rooms[0]].blocks, PlainInstallation(MAKES[rooms[0]])
        self.clock = WorldClock(self.room)
        self._trace = hashlib.sha256()
        self.note = self.record
        self.journal = FillableJournal(self.folder)
        self.holds = HoldsFile(self.folder)
        self.conduct = self.installation.judge(self.journal.path, lambda: self.clock.now - BEGIN_S, self._is_stranger)

    @property
    def room(self) -> StagedRoom:
        """The simulated room."""
        return self.installation.room

    # -- the course

    def run(self, seconds: float | None = None) -> Verdict:
        """Play it to the end, or to the first rule that is broken."""
        last_s = max((line.after_ms / 1000 for line in self._lines), default=0.0)
        end_s = BEGIN_S + (last_s + TAIL_S if seconds is None else seconds)
        player = Player(self.room, self._lines, self._prepare)
        with _clock_of_bus(self.clock):
            self.room.play(player)
            self.clock.call_at(end_s, self._put_right)
            self.clock.call_at(end_s + EPILOGUE_S, self._end)
            self._watch()
            wire = self._wire()
            while not self._is_over:
                try:
                    self._serve(wire)
                except ServerDied as death:
                    wire = self._bury(wire, death.for_s)
        self.journal.is_full = False
        self.journal.close()
        self.holds.close()
        Journal(self.folder).close()
        broken: tuple[Finding | Offence, ...] = (*self.installation.findings, *self.conduct.offences)
        if not broken:
            self.conduct.finish()
            broken = tuple(self.conduct.offences)
        self.note("end", json.dumps(self.room.control("state"), sort_keys=True))
        counts = {"starts": self.installation.starts, "acts": len(player.done), "not done": len(player.refused)}
        counts |= {**self.conduct.sent, **self.conduct.outcomes}
        return Verdict(broken, self._trace.hexdigest(), self.clock.now - BEGIN_S, counts)

    def _serve(self, wire: VirtualWire) -> None:
        blocks = {block.number: block for block in self.blocks}
        spec = self.installation.spec(self.folder)
        gates = {number: self._gate(block) for number, block in blocks.items()}
        self.bus = bus = Bus(spec, blocks, lambda: f"t{next(self._numbers)}", self._tell, gates)
        for number, supervisor in bus.supervisors.items():
            supervisor.licensing = Licensed(number, self.installation.licence)
        bus.changed = WorldCondition(self.clock, self._notified)
        bus.port_problem, bus._is_tried = None, True
        bus._serve(wire)

    def _gate(self, block: Block) -> Gate:
        """What earlier servers have left of a block."""
        left = [intent.unfinished() for intent in self.journal.found_open if intent.block == block.number]
        holds = self.holds
        return Gate(block, holds.found.get(block.number, ()), left, lambda: holds.problem)

    def _bury(self, wire: VirtualWire, for_s: float) -> VirtualWire:
        """What a killed server leaves, and the next one after a while, which reads the journal."""
        self.bus = None
        self.asked.clear()
        self._waiting.clear()
        self.conduct.server_gone()
        self.clock.pass_until(self.clock.now + for_s, lambda: self._is_over)
        is_full = self.journal.is_full
        self.journal.close()
        self.journal = FillableJournal(self.folder)
        self.journal.is_full = is_full
        self.holds.close()
        self.holds = HoldsFile(self.folder)
        return self._wire() if wire.timing.framing is Framing.MBAP else wire

    def _wire(self) -> VirtualWire:
        return self.installation.wire(self.clock, lambda what, text: self.note(what, text))

    def _is_pressed_together(self, unit: int) -> bool:
        """Whether steel stands so close that its positions count as impossible: only a hand at the shelving helps there."""
        block = self.room.stations[unit].block
        return min(block.gaps_mm()) < block.layout.clearance_mm - IMPOSSIBLE_MM

    def _put_right(self) -> None:
        self._is_put_right = True
        self._ends_s = self.clock.now + EPILOGUE_S + self.installation.patience_s
        self.journal.is_full = False
        lines = ["link clear"]
        lines += [f"block {unit} {act}" for unit in self.room.stations for act in self.installation.well(unit)]
        said = parse_scenario("\n".join(lines), SENTENCES)
        self.room.play(Player(self.room, said, self.installation.prepare))

    def _end(self) -> None:
        """Judge whether all has come back and end the trial; what may take longer is waited for as long as it may take."""
        if self.bus is not None and self._is_put_right and self._ends_s is not None and self.clock.now < self._ends_s:
            if any(supervisor.is_busy for supervisor in self.bus.supervisors.values()):
                self.clock.call_at(self.clock.now + 1.0, self._end)
                return
        if self.bus is not None and self._is_put_right:
            for unit, supervisor in self.bus.supervisors.items():
                view = supervisor.view(self.clock.now)
                if supervisor.is_busy:
                    self.conduct.not_believed(unit, "it counts as busy")
                elif view.trust is not Trust.GOOD and not self._is_pressed_together(unit):
                    self.conduct.not_believed(unit, view.why_not.english() if view.why_not else view.trust.value)
        self._is_over = True
        if self.bus is not None:
            self.bus._is_ending = True
            self.bus.changed.notify_all()

    def _watch(self) -> None:
        """End the trial when something is broken: the rest would only be more of it."""
        if self.installation.findings or self.conduct.offences:
            self.clock.call_at(self.clock.now, self._end)
        elif not self._is_over:
            self.clock.call_at(self.clock.now + 0.5, self._watch)

    def _is_stranger(self, unit: int) -> bool:
        return self.bus is None or self.bus.supervisors[unit].is_stranger

    # -- what the server does beside the bus

    def _tell(self, block: int, notice: Notice) -> None:
        self.note(notice.kind.value, f"{block} {notice.text.english()}")
        self.conduct.noticed(block, notice)
        if notice.kind is NoticeKind.STOP_ASKED:
            self.conduct.stop_asked(block)
        try:
            self.journal.write_notice(block, notice)
        except Unreadable as error:
            self.note("complaint", error.message.template)

    def wait(self, is_so: Callable[[], bool], timeout_s: float, then: Callable[[], None]) -> None:
        """Call when something is so, or the time is up; looked at whenever the bus has done something."""
        self._waiting.append((is_so, self.clock.now + timeout_s, then))
        self.clock.call_at(self.clock.now + timeout_s, self._wake)

    def _notified(self) -> None:
        if self._waiting and not self._is_waking:
            self._is_waking = True
            self.clock.call_at(self.clock.now, self._wake)

    def _wake(self) -> None:
        self._is_waking = False
        waiting, self._waiting = self._waiting, []
        for entry in waiting:
            is_so, until_s, then = entry
            if is_so() or self.clock.now >= until_s:
                then()
            else:
                self._waiting.append(entry)

    def record(self, what: str, text: str) -> None:
        """Put something into the trace."""
        self._trace.update(f"{self.clock.now:.6f} {what} {text}\n".encode())

    def kill_server(self, for_s: float) -> None:
        """Kill the server as soon as what happens now has happened."""

        def die() -> None:
            if self.bus is not None:
                raise ServerDied(for_s)

        self.clock.call_at(self.clock.now, die)

    def _unit(self, request: Mapping[str, object]) -> object:
        return request.get("unit", self.blocks[0].number if len(self.blocks) == 1 else None)

    def _prepare(self, request: Mapping[str, object]) -> Act:
        verb = DESK_VERBS.get(str(request["do"]))
        if verb is None:
            act = self.installation.prepare(request)
        else:
            act = verb(self, Fields({**request, "unit": self._unit(request)}))

        def noted() -> dict[str, object]:
            self.note("act", json.dumps(dict(request), sort_keys=True))
            return act()

        return noted


@contextmanager
def _clock_of_bus(clock: WorldClock) -> Iterator[None]:
    """Let the bus read this clock."""
    drivers = partial(plain_drivers, clock=clock)
    with (
        patch.object(bus_module, "monotonic", clock),
        patch.object(posts_module, "monotonic", clock),
        patch.object(bus_module, "plain_drivers", drivers),
    ):
        yield
