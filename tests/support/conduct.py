"""Judges archroom's side of a trial by its frames on the wire and its journal on the disk. Takes nobody's word.

The frames are cut out of the bytes by the simulator's own decoder, the journal is read from its file, and where people stand
is asked of the steel.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from archroom.core.shelving import OutcomeKind, StopReport
from archroom.core.supervisor.notices import Notice, NoticeKind
from archroom.shelving.journal import entries
from hardware_sim import VirtualRoom, registers
from hardware_sim.modbus import Request, written
from hardware_sim.orders import Task
from hardware_sim.player import PlayedUnit
from hardware_sim.registers import Action, Operation
from hardware_sim.tasks import changed_mask, plan_of

SELECT, OPERATE = Operation.SELECT, Operation.OPERATE
MOST_SENT = {SELECT: 2, OPERATE: 1}
KNOWN_AFTER_S = {SELECT: 4.0, OPERATE: 1.0}
"""So long after somebody was detected no such frame for their aisle may go out: the handshake's 3 s for a SELECT, which
moves nothing, and in both cases a stale status, an exchange and a drain."""
STOP_WITHIN_S = 0.45
"""From a stop to its frame: the exchange in flight at 9,600 baud, with its time-out."""
OPENED = "Aisle {aisle} of block {block} is open."
OPEN_TOLERANCE_MM = 20
FLOOD = 10
FLOOD_S = 2.0
"""So often the same within that time floods the journal."""


class Law(StrEnum):
    """What must hold of archroom's conduct."""

    ONCE = "an OPERATE goes out once, a SELECT twice at most"
    INTENT_FIRST = "a command goes out only after its intent was written down"
    OUTCOME_AFTER = "every intent has an outcome in the journal"
    NOT_OCCUPIED = "no command goes out for an aisle in which somebody is known to be"
    NOT_HELD = "no command goes out for an aisle that somebody holds"
    STOP_AT_ONCE = "a stop goes out at once"
    TRUE_OUTCOME = "an outcome is told when it is so"
    COMES_BACK = "what answers again, and is well, is read and believed again"
    TOLD_ONCE = "the same is not told over and over"
    NO_BROADCAST = "nothing is sent to everybody"
    ATTENDED = "no order goes out without a second person at the aisle"
    NEVER_CLAIMED = "a stop that there is not is never said to be sent"


@dataclass(frozen=True, slots=True)
class Offence:
    """A law that was broken."""

    rule: Law
    at_s: float
    unit: int
    what: str

    def __str__(self) -> str:
        return f"block {self.unit} at {self.at_s:.2f}s: {self.what} (rule: {self.rule.value})"


class WatchedRoom(Protocol):
    """A room of any make."""

    @property
    def stations(self) -> Mapping[int, PlayedUnit]: ...

    @property
    def observers(self) -> list[Callable[[int, float], None]]: ...


class Conduct:
    """Watches what archroom does to the units of a room: what must hold of every make."""

    stop_within_s = STOP_WITHIN_S
    done_short_mm = 0.0
    """So far from its end a carriage may still be when the controller itself shows the end."""

    def __init__(
        self, room: WatchedRoom, journal: Path, now: Callable[[], float], is_stranger: Callable[[int], bool]
    ) -> None:
        self.offences: list[Offence] = []
        self.sent: Counter[str] = Counter()
        """Frames by what they are."""
        self.outcomes: Counter[str] = Counter()
        self._room = room
        self._journal = journal
        self._now = now
        self._is_stranger = is_stranger
        """Whether what answers at a unit is certainly no controller of the map: nothing at all is sent to it."""
        self._occupied_since_s: dict[tuple[int, int], float] = {}
        self._stops_due: dict[int, float] = {}
        self._told: dict[tuple[int, str, str], deque[float]] = {}
        self._held: dict[tuple[int, int, str], float] = {}
        """Who holds what, and since when."""
        room.observers.append(self._look)

    # -- people and stops

    def held(self, unit: int, aisle: int, name: str) -> None:
        """Somebody was told that they hold an aisle."""
        self._held[unit, aisle, name] = self._now()

    def released(self, unit: int, aisle: int, name: str) -> None:
        """Somebody was told that they hold it no more."""
        self._held.pop((unit, aisle, name), None)

    def stop_asked(self, unit: int) -> None:
        """Somebody has asked for a stop of a unit that is to be sent one."""
        self._stops_due.setdefault(unit, self._now() + self.stop_within_s)

    def stop_reported(self, unit: int, report: StopReport) -> None:
        """Whoever asked for a stop was told what became of it."""

    def server_gone(self) -> None:
        """The server is dead: what it owed is void."""
        self._stops_due.clear()

    def _look(self, unit: int, _at_ms: float) -> None:
        block = self._room.stations[unit].block
        mask = 0 if block.is_undisturbed else block.occupied_mask()
        if mask or self._occupied_since_s:
            for aisle in range(len(block.carriages) + 1):
                if mask >> aisle & 1:
                    self._occupied_since_s.setdefault((unit, aisle), self._now())
                else:
                    self._occupied_since_s.pop((unit, aisle), None)
        if self._stops_due and self._now() > self._stops_due.get(unit, float("inf")):
            del self._stops_due[unit]
            if not self._is_stranger(unit):
                self._find(Law.STOP_AT_ONCE, unit, f"no STOP within {self.stop_within_s} s")

    # -- what is told

    def noticed(self, unit: int, notice: Notice) -> None:
        """The server tells the journal something."""
        told = self._told.setdefault((unit, notice.kind.value, notice.text.template), deque(maxlen=FLOOD))
        told.append(self._now())
        if len(told) == FLOOD and told[-1] - told[0] < FLOOD_S:
            self._find(Law.TOLD_ONCE, unit, f"{FLOOD} times in {told[-1] - told[0]:.2f}s: {notice.text.english()}")
        if notice.kind is not NoticeKind.ENDED or notice.outcome is None:
            return
        self.outcomes[notice.outcome.value] += 1
        block = self._room.stations[unit].block
        if notice.outcome is not OutcomeKind.UNKNOWN and not block.is_still and not self._may_move(unit, notice.outcome):
            self._find(Law.TRUE_OUTCOME, unit, f"{notice.outcome.value}, but the steel moves: {notice.text.english()}")
        if notice.outcome is OutcomeKind.DONE:
            aisle = notice.text.values.get("aisle") if notice.text.template == OPENED else None
            if isinstance(aisle, int) and block.gap(aisle) < block.layout.aisle_mm - OPEN_TOLERANCE_MM:
                self._find(Law.TRUE_OUTCOME, unit, f"done, but aisle {aisle} is {block.gap(aisle):.0f} mm wide")

    def _may_move(self, unit: int, outcome: OutcomeKind) -> bool:
        """Whether steel may move though an outcome of ours says that it has ended."""
        return self._room.stations[unit].block.is_hands_motion

    def not_believed(self, unit: int, reason: str) -> None:
        """A unit that has been well for a while is not believed."""
        self._find(Law.COMES_BACK, unit, f"all is well, but {reason}")

    def finish(self) -> None:
        """The trial is over, and a last server has looked through the journal."""
        for motion in self._without_outcome():
            self._find(Law.OUTCOME_AFTER, 0, f"motion {motion} has no outcome")

    def _without_outcome(self) -> Iterator[str]:
        told = list(entries(self._journal))
        ended = {entry.get("motion") for entry in told if entry.get("kind") == "end"}
        yield from (str(e["motion"]) for e in told if e.get("kind") == "intent" and e["motion"] not in ended)

    def _find(self, law: Law, unit: int, what: str) -> None:
        self.offences.append(Offence(law, self._now(), unit, what))


class MapConduct(Conduct):
    """Watches what archroom does to controllers of the register map."""

    def __init__(
        self, room: VirtualRoom, journal: Path, now: Callable[[], float], is_stranger: Callable[[int], bool]
    ) -> None:
        super().__init__(room, journal, now, is_stranger)
        self._units = room
        self._commands: Counter[tuple[int, int, tuple[int, ...]]] = Counter()

    def server_gone(self) -> None:
        """The server is dead: the next may give a number to a SELECT that nobody took before."""
        super().server_gone()
        self._commands = Counter({key: times for key, times in self._commands.items() if key[2][2] & 0xFF == OPERATE})

    def _may_move(self, unit: int, outcome: OutcomeKind) -> bool:
        return self._units.rivals[unit].is_alive or super()._may_move(unit, outcome)

    # -- the wire

    def frame_sent(self, request: Request) -> None:
        """A request of ours is on the wire."""
        if request.unit == 0:
            self._find(Law.NO_BROADCAST, 0, f"{request.pdu.hex()} was sent to everybody")
            return
        write = written(request.pdu)
        if write is None:
            self.sent["read"] += 1
        elif write[0] == registers.STOP:
            self.sent["stop"] += 1
            self._stops_due.pop(request.unit, None)
        elif write[0] == registers.COMMAND:
            self._judge_command(request.unit, write[1])
        else:
            self.sent["heartbeat"] += 1

    def _judge_command(self, unit: int, values: tuple[int, ...]) -> None:
        epoch, seq, operation, aisle = values[:4]
        kind = Operation(operation & 0xFF)
        self.sent[kind.name.lower()] += 1
        station = self._units.stations[unit]
        key = (unit, station.controller.boot_id, values)
        self._commands[key] += 1
        if self._commands[key] > MOST_SENT[kind]:
            self._find(Law.ONCE, unit, f"{kind.name} {epoch}/{seq} went out {self._commands[key]} times")
        if not any(self._is_intent(entry, unit, values) for entry in entries(self._journal)):
            self._find(Law.INTENT_FIRST, unit, f"{kind.name} {epoch}/{seq} for aisle {aisle} was written down nowhere")
        changed = changed_mask(plan_of(station.block, Task(Action(operation >> 8), aisle, values[4])))
        for (other, occupied), since_s in self._occupied_since_s.items():
            if other == unit and changed >> occupied & 1 and self._now() - since_s > KNOWN_AFTER_S[kind]:
                self._find(Law.NOT_OCCUPIED, unit, f"{kind.name} that changes aisle {occupied} while somebody is there")
        for other, held, name in sorted(self._held):
            if other == unit and changed >> held & 1:
                self._find(Law.NOT_HELD, unit, f"{kind.name} that changes aisle {held} while {name} holds it")

    @staticmethod
    def _is_intent(entry: dict[str, object], unit: int, values: tuple[int, ...]) -> bool:
        command = entry.get(Operation(values[2] & 0xFF).name.lower())
        if entry.get("kind") != "intent" or not isinstance(command, dict):
            return False
        wanted = command["told"]
        closes = registers.NONE if wanted["closes"] is None else wanted["closes"]
        if wanted["jog_mm"]:
            closes = abs(wanted["jog_mm"]) | (registers.TOWARDS_ORIGIN if wanted["jog_mm"] < 0 else 0)
        told = (command["epoch"], command["seq"], wanted["number"], closes, command["ttl_ms"])
        ticket = entry["ticket"]
        is_of_unit = isinstance(ticket, dict) and ticket["block"] == unit
        is_action = wanted["action"] == Action(values[2] >> 8).name.lower()
        return is_of_unit and is_action and told == (*values[:2], *values[3:6])
