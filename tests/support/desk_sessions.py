"""What people and programs do on archroom's side of a trial: the acts, their sentences, and the session of one motion.

A session does what `archroom.shelving.sessions` and `archroom.shelving.client` do in threads of their own, call by call: a
fresh status, a ticket, a person who goes to look, a fresh status, the confirmation, the intent on the disk, the release,
ticks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from archroom.core.plain.supervisor import PlainSupervisor
from archroom.core.shelving import Action, Ticket, Wanted
from archroom.core.supervisor.notices import Intent, PlainIntent
from archroom.core.supervisor.supervisor import Supervisor
from archroom.errors import ArchroomError, Refused, Unreadable, say
from archroom.shelving.bus import Bus
from archroom.shelving.client import TICK_S
from archroom.shelving.sessions import FRESH_WITHIN_S
from hardware_sim.fields import ControlError, Fields
from hardware_sim.phrases import Phrase
from hardware_sim.track_commands import Act, Answer

if TYPE_CHECKING:
    from staged_room import Stage

LOOKS_S = 1.0
"""How long a person takes to see whether the aisle is clear, and to say so."""
BY = "Ana"
ATTENDANT = "Ben"
"""Who stands at the aisle and holds the controller's own stop, where that is needed."""
ARMED_S = 60.0
"""How long a block is armed; short, so that it runs out now and then."""
SINCE = datetime(2026, 11, 24, tzinfo=UTC)
RIGHT = -1
"""Confirm every aisle that narrows."""
NOTHING = -2


def _wants(sentence: str, action: Action, **more: object) -> Phrase:
    return Phrase(f"desk {sentence}", "desk_moves", {"action": action.value, **more})


DESK_ACTS: tuple[Phrase, ...] = (
    _wants("opens aisle <number>", Action.OPEN),
    _wants("opens aisle <number> confirming aisle <confirmed>", Action.OPEN),
    _wants("opens aisle <number> confirming nothing", Action.OPEN, confirmed=NOTHING),
    _wants("opens aisle <number> alone", Action.OPEN, attendant_name=" "),
    _wants("opens aisle <number> attended by <attendant_name>", Action.OPEN),
    _wants("closes aisle <number>", Action.CLOSE),
    _wants("ventilates aisle <number>", Action.VENTILATE),
    _wants("jogs carriage <number> by <jog_mm>", Action.JOG),
    _wants("holds carriage <number> by <jog_mm>", Action.JOG, held=True),
    _wants("locks carriage <number>", Action.LOCK),
    _wants("unlocks carriage <number>", Action.UNLOCK),
    Phrase("desk lets go", "desk_lets_go"),
    Phrase("desk stops", "desk_stops"),
    Phrase("desk holds aisle <aisle> for <name>", "desk_holds"),
    Phrase("desk releases aisle <aisle> of <name>", "desk_releases"),
    Phrase("desk falls silent", "desk_silent", {"is": True}),
    Phrase("desk comes back", "desk_silent", {"is": False}),
    Phrase("desk goes away", "desk_goes"),
    Phrase("server dies for <ms>", "server_dies"),
    Phrase("journal full", "journal", {"is": True}),
    Phrase("journal well", "journal", {"is": False}),
)


@dataclass(slots=True)
class Asked:
    """One thing that was asked for, from the question to the outcome."""

    stage: Stage
    bus: Bus
    block: int
    wanted: Wanted
    confirmed: int
    attendant: str = ATTENDANT
    ticket: Ticket | None = field(default=None, init=False)

    def begin(self) -> None:
        """Ask for a ticket."""
        self.stage.asked.append(self)
        self._when_fresh(self._select)

    @property
    def _is_alive(self) -> bool:
        return self.bus is self.stage.bus and self in self.stage.asked

    def _when_fresh(self, then: Callable[[], None]) -> None:
        supervisor, asked_s = self.bus.supervisors[self.block], self.stage.clock.now

        def go_on() -> None:
            if not self._is_alive:
                return
            try:
                then()
            except ArchroomError as error:
                self._end(f"{type(error).__name__} {error.message.english()}")

        supervisor.refresh(asked_s)
        self.bus.changed.notify_all()
        self.stage.wait(lambda: supervisor.fresh_since(asked_s), FRESH_WITHIN_S, go_on)

    def _select(self) -> None:
        self._arm()
        self.ticket = self.bus.supervisors[self.block].select(self.stage.clock.now, self.wanted, BY)
        self.stage.clock.call_at(self.stage.clock.now + LOOKS_S, self._confirm)

    def _arm(self) -> None:
        """Arm the block, as a person does who has looked at it: with what an earlier server left acknowledged."""
        supervisor, now = self.bus.supervisors[self.block], self.stage.clock.now
        view = supervisor.view(now)
        if not view.arming.is_armed:
            left = [one.motion for one in view.unfinished]
            supervisor.gate.check_arming(BY, ARMED_S, left)
            self.stage.journal.write_acknowledged(left, BY)
            supervisor.arm(now, BY, ARMED_S, left)

    def _confirm(self) -> None:
        if self._is_alive and not self.stage.is_desk_silent:
            self._when_fresh(self._go)
        elif self._is_alive:
            self._end("fell silent")

    def _go(self) -> None:
        assert self.ticket is not None
        supervisor, now = self.bus.supervisors[self.block], self.stage.clock.now
        seen = self._seen_open() if self.ticket.candidates else self.ticket.narrows
        confirmed = {RIGHT: seen, NOTHING: ()}.get(self.confirmed, (self.confirmed,))
        intent: Intent | PlainIntent
        if isinstance(supervisor, PlainSupervisor):
            intent = supervisor.go(now, self.ticket.id, confirmed, BY, self.attendant)
        else:
            intent = supervisor.go(now, self.ticket.id, confirmed, BY)
        is_right = confirmed == seen or (confirmed and set(confirmed) <= set(self.ticket.candidates))
        if not is_right:
            raise AssertionError("a wrong confirmation was taken")
        try:
            self.stage.journal.write_intent(intent)
        except Unreadable as error:
            supervisor.withdraw(now, self.ticket.id, error.message)
            raise
        supervisor.release(now, self.ticket.id)
        self.bus.changed.notify_all()
        self._tick()

    def _seen_open(self) -> tuple[int, ...]:
        """The aisle that whoever looks sees standing widest, where the controller does not tell which one is open."""
        assert self.ticket is not None
        block = self.stage.room.stations[self.block].block
        return (max(self.ticket.candidates, key=block.gap),)

    def _tick(self) -> None:
        if not self._is_alive or self.ticket is None:
            return
        supervisor, now = self.bus.supervisors[self.block], self.stage.clock.now
        outcome = supervisor.outcome(self.ticket.id)
        if outcome is not None:
            self._end(f"{outcome.kind.value} {outcome.reason.english()}")
        elif supervisor.view(now).motion != self.ticket.id:
            self._end("unknown")
        else:
            if not self.stage.is_desk_silent:
                supervisor.keep_alive(now, self.ticket.id)
            self.stage.clock.call_at(now + TICK_S, self._tick)

    def let_go(self) -> None:
        """The key is let go."""
        if self.ticket is not None:
            supervisor = self.bus.supervisors[self.block]
            if isinstance(supervisor, Supervisor):
                supervisor.let_go(self.stage.clock.now, self.ticket.id)
            self.bus.changed.notify_all()

    def withdraw(self) -> None:
        """The connection ends."""
        if self.ticket is not None:
            reason = say("The program that moved the shelving has ended.")
            self.bus.supervisors[self.block].withdraw(self.stage.clock.now, self.ticket.id, reason)
            self.bus.changed.notify_all()
        self._end("went away")

    def _end(self, how: str) -> None:
        self.stage.note("desk", f"block {self.block} {self.wanted.action.value} {self.wanted.number}: {how}")
        self.stage.asked.remove(self)


def _desk_moves(stage: Stage, fields: Fields) -> Act:
    unit = fields.whole("unit", 1, 247)
    count = len(stage.room.stations[unit].block.carriages) if unit in stage.room.stations else 0
    wanted = Wanted(
        Action(fields.text("action")),
        fields.whole("number", 0, count),
        fields.whole("jog_mm", -2000, 2000, 0),
        fields.truth("held", False),
    )
    confirmed = fields.whole("confirmed", NOTHING, count, RIGHT)
    attendant = fields.text("attendant_name", ATTENDANT)

    def act() -> Answer:
        Asked(stage, _server(stage), unit, wanted, confirmed, attendant).begin()
        return {}

    return act


def _desk_lets_go(stage: Stage, _fields: Fields) -> Act:
    def act() -> Answer:
        for asked in list(stage.asked):
            asked.let_go()
        return {}

    return act


def _desk_holds(stage: Stage, fields: Fields) -> Act:
    unit, aisle, name = fields.whole("unit", 1, 247), fields.whole("aisle", 0, 99), fields.text("name")

    def act() -> Answer:
        bus = _server(stage)
        hold = bus.supervisors[unit].gate.hold(aisle, name, SINCE)
        stage.holds.note(unit, hold)
        bus.urge()
        stage.holds.flush()
        stage.conduct.held(unit, aisle, name)
        return {}

    return _refusable(act)


def _desk_releases(stage: Stage, fields: Fields) -> Act:
    unit, aisle, name = fields.whole("unit", 1, 247), fields.whole("aisle", 0, 99), fields.text("name")

    def act() -> Answer:
        gate = _server(stage).supervisors[unit].gate
        release = gate.permitted_release(aisle, name, (name,))
        stage.holds.write_release(unit, release, next(hold for hold in gate.holds if release.ends(hold)))
        gate.release(release)
        stage.conduct.released(unit, aisle, name)
        return {}

    return _refusable(act)


def _refusable(act: Act) -> Act:
    """An act that archroom may refuse."""

    def tried() -> Answer:
        try:
            return act()
        except Refused as refusal:
            raise ControlError(refusal.message.english()) from refusal

    return tried


def _desk_stops(stage: Stage, fields: Fields) -> Act:
    unit = fields.whole("unit", 1, 247)

    def act() -> Answer:
        bus = _server(stage)
        bus.stop((unit,), say("Stopped by {name}.", name=BY))
        stage.conduct.stop_reported(unit, bus.stop_report(unit))
        return {}

    return act


def _desk_silent(stage: Stage, fields: Fields) -> Act:
    is_silent = fields.truth("is")

    def act() -> Answer:
        stage.is_desk_silent = is_silent
        return {}

    return act


def _desk_goes(stage: Stage, _fields: Fields) -> Act:
    def act() -> Answer:
        for asked in list(stage.asked):
            asked.withdraw()
        return {}

    return act


def _server_dies(stage: Stage, fields: Fields) -> Act:
    for_s = fields.whole("ms", 1, 60_000) / 1000

    def act() -> Answer:
        _server(stage)
        stage.kill_server(for_s)
        return {}

    return act


def _journal(stage: Stage, fields: Fields) -> Act:
    is_full = fields.truth("is")

    def act() -> Answer:
        stage.journal.is_full = is_full
        return {}

    return act


def _server(stage: Stage) -> Bus:
    if stage.bus is None:
        raise ControlError("there is no server now")
    return stage.bus


DESK_VERBS: dict[str, Callable[[Stage, Fields], Act]] = {
    "desk_moves": _desk_moves,
    "desk_lets_go": _desk_lets_go,
    "desk_stops": _desk_stops,
    "desk_holds": _desk_holds,
    "desk_releases": _desk_releases,
    "desk_silent": _desk_silent,
    "desk_goes": _desk_goes,
    "server_dies": _server_dies,
    "journal": _journal,
}
