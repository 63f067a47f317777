"""The steps of a commissioning, carried out one by one: what was told on the wire, and what the person there saw.

What is made of it is judged in `core.commissioning_rules`. Speed and stopping distance come from what is seen, never from
what a profile or an identity claims.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archroom.core.commissioning import Finding, Step, StepKind, Verdict
from archroom.core.commissioning_rules import (
    HAND_MM,
    STOPWATCH_S,
    allowed_run_mm,
    devices_seen,
    judged_alarm,
    judged_count,
    judged_device,
    judged_jog,
    judged_opening,
    judged_plug,
    judged_plug_by_eye,
    not_possible,
    signs_of_any,
)
from archroom.core.gaps import closing_aisle, target_positions
from archroom.core.plain.facts import Capabilities, PositionSense
from archroom.core.rooms import End
from archroom.core.shelving import Action, BlockView, Instruction, Outcome, OutcomeKind, Ticket, Trust, Wanted
from archroom.errors import Message, ShelvingError, say
from archroom.services.technician import Task, Technician

if TYPE_CHECKING:
    from archroom.core.acts import Performer
    from archroom.core.ports import Clock, CommissionedShelving
    from archroom.core.rooms import Block
    from archroom.errors import NotArmed
    from archroom.services.aisles import Aisles
    from archroom.services.claims import Claims

SETTLED_WITHIN_S = 15.0
"""A line that was parted is asked again every 4 s at the rarest, and believed after two readings."""
PLAIN_SETTLED_WITHIN_S = 75.0
"""A controller of another make that tells motion by pushes is taken to move for a minute where their end was not heard."""
SEEN_WITHIN_S = 2.0
"""How long a device may take from the hand to the screen."""
LOOK_S = 0.05
MOVED_MM = 60
"""How far carriages have gone when the line is to be parted: far enough for their speed to be seen."""
SPEED_OVER_S = 0.3
UNKNOWN_SILENCE_MS = 1000 * STOPWATCH_S
UNKNOWN_SCAN_MS = 100
ARMED_H = 1


@dataclass(frozen=True, slots=True)
class Site:
    """One block with everything through which it is looked at and moved."""

    block: Block
    shelving: CommissionedShelving
    aisles: Aisles
    claims: Claims
    performer: Performer
    clock: Clock
    pause: Callable[[float], None]

    def view(self) -> BlockView:
        """Return what is known of the block now."""
        return next(view for view in self.shelving.views() if view.block == self.block.number)

    def seen(self, is_so: Callable[[BlockView], bool], within_s: float) -> BlockView:
        """Return the first view, asked for from now on, in which something is so; the last one when the time is up."""
        began_s = self.clock.monotonic()
        while True:
            view, now_s = self.view(), self.clock.monotonic()
            is_new = view.age_s is not None and now_s - view.age_s > began_s
            if (view.trust is Trust.GOOD and is_new and is_so(view)) or now_s - began_s > within_s:
                return view
            self.pause(LOOK_S)

    def settled(self) -> BlockView:
        """Return a view that is believed, with everything at rest; raises ShelvingError if there is none in time."""
        is_plain = self.view().capabilities is not None
        view = self.seen(_is_at_rest, PLAIN_SETTLED_WITHIN_S if is_plain else SETTLED_WITHIN_S)
        if view.trust is not Trust.GOOD or not _is_at_rest(view):
            raise ShelvingError(view.why_not or say("Block {block} is moving.", block=self.block.number))
        return view

    def move(
        self, wanted: Wanted, confirm: Callable[[Ticket], tuple[int, ...] | None], observe: Callable[[BlockView], None]
    ) -> Outcome:
        """Do something with the block, armed first if it is not, in the name of who commissions it."""

        def arm(_refusal: NotArmed) -> bool:
            left = [one.motion for one in self.view().unfinished]
            self.claims.arm(self.performer, self.block.number, ARMED_H, left)
            return True

        return self.aisles.carry_out(self.performer, self.block.number, wanted, confirm, observe, offer_arming=arm)


class Walk:
    """The steps of one commissioning."""

    def __init__(self, site: Site, technician: Technician, capabilities: Capabilities, open_aisles: tuple[int, ...]) -> None:
        """`open_aisles` stand open now, by the wire or by eye."""
        self._site = site
        self._open = open_aisles
        self._technician = technician
        self._capabilities = capabilities
        self._samples: list[tuple[float, tuple[int, ...]]] = []
        self._told: dict[Step, frozenset[str]] = {}
        """What came with each device that was tripped so far."""

    def finding(self, step: Step) -> Finding:
        """Carry a step out and return what came of it; raises ShelvingError if the block cannot be seen any more."""
        self._technician.begin(step, title_of(step))
        self._samples = []
        match step.kind:
            case StepKind.IDENTITY:
                return self._identity(step)
            case StepKind.COUNT:
                return self._count(step)
            case StepKind.JOG:
                return self._jog(step)
            case StepKind.OPENING:
                return self._opening(step)
            case StepKind.EMERGENCY_STOP | StepKind.EDGE | StepKind.BEAM:
                return self._device(step)
            case StepKind.PLUG:
                return self._plug(step)

    def _identity(self, step: Step) -> Finding:
        first, second = self._site.settled().identity, self._site.settled().identity
        if self._site.view().plain is not None:
            return not_possible(step)
        if first is None or first != second:
            return Finding(step, Verdict.FAILED, say("it does not say twice the same who it is"))
        figures = (("watchdog_ms", first.watchdog_ms), ("carriages", first.carriages))
        return Finding(step, Verdict.PASSED, say("it says twice that it is {serial}", serial=first.serial), figures)

    def _count(self, step: Step) -> Finding:
        block, view = self._site.block, self._site.settled()
        end = say("left") if block.numbered_from is End.LEFT else say("right")
        text = say("Count the carriages from the {end} end, where number 1 should stand. How many?", end=end)
        counted = self._technician.ask_number(step, text)
        if counted is None:
            return skipped(step)
        told = view.identity.carriages if view.identity is not None else view.plain.carriages if view.plain else None
        mobile = None if view.plain is None else sum(unit.is_mobile for unit in block.carriages)
        return judged_count(step, counted, told, len(block.carriages), mobile=mobile)

    def _jog(self, step: Step) -> Finding:
        before = positions_of(self._site.settled())
        wanted = Wanted(Action.JOG, step.number, -HAND_MM if step.is_towards_low else HAND_MM)
        outcome = self._move(step, wanted)
        if outcome.kind is not OutcomeKind.DONE:
            return Finding(step, Verdict.FAILED, outcome.reason)
        after = positions_of(self._site.settled())
        seen = self._technician.ask_number(step, say("Which carriage has moved? 0: none"))
        if seen is None:
            return skipped(step)
        way = self._technician.ask_way(step, say("Which way? 1: towards carriage 1, 2: away from it")) if seen else False
        if way is None:
            return skipped(step)
        return judged_jog(step, before, after, seen, way)

    def _opening(self, step: Step) -> Finding:
        outcome = self._move(step, Wanted(Action.OPEN, step.number))
        is_told = self._capabilities.position_sense is not PositionSense.NOTHING
        if outcome.kind is not OutcomeKind.DONE and (is_told or outcome.kind is not OutcomeKind.UNKNOWN):
            return Finding(step, Verdict.FAILED, outcome.reason)
        view = self._site.settled()
        seen = self._technician.ask_number(step, say("Which aisle stands open now?"))
        if seen is None:
            return skipped(step)
        self._open = view.open_aisles() or (seen,)
        told: int | None = None
        if is_told:
            told = step.number if step.number in view.open_aisles() else next(iter(view.open_aisles()), -1)
        return judged_opening(step, seen, told, (("speed_mm_s", speed),) if (speed := self._speed_mm_s()) else ())

    def _device(self, step: Step) -> Finding:
        if not self._capabilities.tells_faults:
            return not_possible(step)
        first = self._site.seen(lambda view: True, SETTLED_WITHIN_S)
        before = devices(first)
        if not self._technician.do(step, Task.TRIP, _TRIPS[step.kind](step)):
            return skipped(step)
        tripped = self._site.seen(lambda view: devices(view) != before, SEEN_WITHIN_S)
        during = devices(tripped)
        if not self._technician.do(step, Task.LET_GO, say("Let it go, reset the controller at its cabinet")):
            return skipped(step)
        after = devices(self._site.seen(lambda view: devices(view) == before, SEEN_WITHIN_S))
        if first.plain is None:
            return judged_device(step, before, during, after)
        of_others = [told for other, told in self._told.items() if other != step]
        self._told[step] = during - before
        return judged_alarm(step, before, during, after, _of_any(tripped).union(*of_others))

    def _plug(self, step: Step) -> Finding:
        site, view = self._site, self._site.settled()
        now_open = view.open_aisles() or self._open
        is_told = bool(positions_of(view)) or self._capabilities.tells_motion
        opens = max((aisle for aisle in site.block.aisles if aisle not in now_open), default=None, key=_far(now_open))
        if opens is None:
            return not_possible(step)
        before, is_parted = positions_of(view), False

        def look(seen: BlockView) -> None:
            nonlocal is_parted
            self._sample(seen)
            if not is_parted and not is_told:
                is_parted = True
                text = say("PART THE LINE AS SOON AS YOU SEE CARRIAGES MOVE, and watch: does everything stop?")
                self._technician.part(step, text)
            elif not is_parted and _has_set_off(seen, before):
                is_parted = True
                self._technician.part(step, say("PART THE LINE NOW, and watch: does everything stop?"))

        outcome = self._move(step, Wanted(Action.OPEN, opens), look)
        if outcome.kind is OutcomeKind.DONE:
            return Finding(step, Verdict.FAILED, say("the line was not parted while carriages moved"))
        if not is_parted:
            return Finding(step, Verdict.FAILED, outcome.reason)
        speed = self._speed_mm_s()
        text = say("Wait until everything stands and ten seconds more, then put the line together again")
        if not self._technician.do(step, Task.JOIN, text):
            return skipped(step)
        after = site.settled()
        if not self._samples:
            text = say("How many seconds after the line was parted did everything stand? 0: it went on to its end")
            seconds = self._technician.ask_number(step, text)
            return skipped(step) if seconds is None else judged_plug_by_eye(step, seconds)
        closes = closing_aisle(site.block, before, opens)
        target = target_positions(site.block, before, Instruction(Action.OPEN, opens, closes))
        identity = view.identity
        silence_ms = UNKNOWN_SILENCE_MS if identity is None else identity.watchdog_ms
        allowed = allowed_run_mm(speed, silence_ms, UNKNOWN_SCAN_MS if identity is None else identity.scan_ms)
        return judged_plug(step, self._samples[-1][1], positions_of(after), target, allowed)

    # -- motion and what is seen of it

    def _move(self, step: Step, wanted: Wanted, look: Callable[[BlockView], None] | None = None) -> Outcome:
        return self._site.move(wanted, lambda ticket: self._technician.confirm_clear(step, ticket), look or self._sample)

    def _sample(self, view: BlockView) -> None:
        positions = positions_of(view)
        if view.trust is Trust.GOOD and positions and view.age_s is not None:
            self._samples.append((self._site.clock.monotonic() - view.age_s, positions))

    def _speed_mm_s(self) -> int:
        """Return the fastest that any carriage was seen to go over a third of a second, 0 if nothing was told."""
        fastest = 0.0
        for index, (begun_s, begun) in enumerate(self._samples):
            later = ((s, mm) for s, mm in self._samples[index:] if s - begun_s >= SPEED_OVER_S)
            for ended_s, ended in later:
                way_mm = max(abs(a - b) for a, b in zip(begun, ended, strict=True))
                fastest = max(fastest, way_mm / (ended_s - begun_s))
                break
        return round(fastest)


def title_of(step: Step) -> Message:
    """Return what a step is, in words."""
    return _TITLES[step.kind](step)


def skipped(step: Step) -> Finding:
    """Return the finding of a step that was not done: it has failed."""
    return Finding(step, Verdict.FAILED, say("{step} was skipped", step=title_of(step)))


def positions_of(view: BlockView) -> tuple[int, ...]:
    """Return where the carriages stand by the wire; nothing where that is not told."""
    if view.status is not None:
        return view.status.positions_mm
    return (view.plain.positions_mm or ()) if view.plain is not None else ()


def devices(view: BlockView) -> frozenset[str]:
    """Return the protective devices that a view shows as tripped."""
    status = view.status or view.plain
    return frozenset() if status is None else devices_seen(status)


def _of_any(view: BlockView) -> frozenset[str]:
    status = view.status or view.plain
    return frozenset() if status is None else signs_of_any(status)


def _is_at_rest(view: BlockView) -> bool:
    if view.status is not None:
        return view.status.state.is_at_rest and view.motion is None
    return view.plain is not None and view.plain.is_moving is not True and view.motion is None


def _has_set_off(view: BlockView, before: tuple[int, ...]) -> bool:
    positions = positions_of(view)
    if before and positions:
        return max(abs(a - b) for a, b in zip(before, positions, strict=True)) >= MOVED_MM
    return view.plain is not None and view.plain.is_moving is True


def _far(open_aisles: tuple[int, ...]) -> Callable[[int], int]:
    open_aisle = next(iter(open_aisles), 0)
    return lambda aisle: abs(aisle - open_aisle)


_TITLES: dict[StepKind, Callable[[Step], Message]] = {
    StepKind.IDENTITY: lambda step: say("Identity of the controller"),
    StepKind.COUNT: lambda step: say("Number of carriages"),
    StepKind.JOG: lambda step: say("Jog carriage {number} by a hand's width", number=step.number),
    StepKind.OPENING: lambda step: say("Open aisle {number}", number=step.number),
    StepKind.EMERGENCY_STOP: lambda step: say("Emergency stop"),
    StepKind.EDGE: lambda step: say("Safety edge of carriage {number}", number=step.number),
    StepKind.BEAM: lambda step: say("Light beam of aisle {number}", number=step.number),
    StepKind.PLUG: lambda step: say("Part the line while carriages move"),
}
_TRIPS: dict[StepKind, Callable[[Step], Message]] = {
    StepKind.EMERGENCY_STOP: lambda step: say("Press the emergency stop of the block"),
    StepKind.EDGE: lambda step: say("Press the safety edge of carriage {number} and hold it", number=step.number),
    StepKind.BEAM: lambda step: say("Break the light beam of aisle {number} and stay there", number=step.number),
}
