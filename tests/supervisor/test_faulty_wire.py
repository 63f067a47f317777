"""Every action over a wire that loses frames while people, power and other programs interfere; proof that the checks bite.

One trial is a seed: everything that happens in it is drawn from it, so a failure is repeated by its number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from supervised_room import LOST_ANSWER, LOST_REQUEST, SupervisedBlock, block_of

from archroom.core.shelving import Action, AisleState, ControllerStatus, OutcomeKind, Wanted
from archroom.core.supervisor.motion import Motion
from archroom.core.supervisor.stop import Stopping
from archroom.core.supervisor.wishes import Frame, Lane, Wish
from archroom.errors import MotionRefused, say
from hardware_sim import registers
from hardware_sim.fields import ControlError

STOPPED_WITHIN_S = 1.0 + 0.02 + 0.25 + 0.05
"""Watchdog, scan, braking, and a step of the rig."""
ONE_EXCHANGE_S = 0.12
"""The frame in flight when a stop is asked for, with its time-out, and a step of the rig."""
SPEED = 4.0


@dataclass(slots=True)
class Trial:
    """One seed: a few actions with faults, and what was seen of them."""

    seed: int
    rig: SupervisedBlock = field(init=False)
    random: Random = field(init=False)
    starts: int = 0
    asked: int = 0
    done: Counter[Action] = field(default_factory=Counter)
    """How often each action came to its right end."""
    _was_still: bool = True
    _alive_s: float = 0.0

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        fixed = self.random.choice([(), (), (3,), (1,)])
        ends = (1 not in fixed, self.random.choice([True, False]))
        opened = tuple(segment.first_gap or (0 if ends[0] else 1) for segment in block_of(5, fixed=fixed).segments)
        self.rig = SupervisedBlock(block_of(5, fixed=fixed, end_aisles=ends, open_aisles=opened), speed=SPEED)
        rate = self.random.choice([0.0, 0.01, 0.05, 0.2])
        self.rig.decide = lambda _now, _frame: self._fate(rate)

    def run(self) -> None:
        """Play it; raises AssertionError if a rule is broken."""
        for _ in range(4):
            self._do(self._wanted())
        commands = Counter((sent.wish.frame, sent.boot_id, sent.wish.command) for sent in self.rig.sent if sent.wish.command)
        repeated = [key for key, count in commands.items() if count > (2 if key[0] is Frame.SELECT else 1)]
        assert not repeated, f"sent again: {repeated}"
        assert self.starts <= self.asked, "the steel started more often than it was asked to"
        assert self.rig.sim.station.block.hits == 0, "somebody was hit"
        stops = [sent.at_s for sent in self.rig.frames(Frame.STOP)]
        for asked_s in self.rig.stops_asked:
            assert any(abs(at_s - asked_s) <= ONE_EXCHANGE_S for at_s in stops), "a stop was not sent at once"

    def _wanted(self) -> Wanted:
        locked = sorted(self.rig.sim.station.block.locked)
        action = self.random.choice([Action.OPEN, Action.OPEN, *Action] + [Action.UNLOCK] * 2 * len(locked))
        if action is Action.UNLOCK and locked:
            return Wanted(action, self.random.choice(locked))
        if not action.is_of_carriage:
            return Wanted(action, self.random.choice(self.rig.block.aisles))
        is_held = action is Action.JOG and self.random.random() < 0.5
        most_mm = 900 if is_held else 50
        jog_mm = self.random.choice([-1, 1]) * self.random.randint(1, most_mm) if action is Action.JOG else 0
        return Wanted(action, self.random.randint(1, 5), jog_mm, is_held)

    def _do(self, wanted: Wanted) -> None:
        rig = self.rig
        rig.run(5.0, lambda: rig.view().is_movable)
        before = rig.sim.station.block.positions_mm()
        try:
            ticket = rig.start(wanted)
        except MotionRefused:
            return
        self.asked += 1
        locked = rig.sim.station.block.locked
        event = self.random.choice([None, None, *_EVENTS])
        happens_s = rig.now + self.random.uniform(0.0, 7.0)

        def has_ended() -> bool:
            nonlocal event
            self._look()
            if event is not None and rig.now >= happens_s:
                event(rig)
                event = None
            return rig.supervisor.outcome(ticket.id) is not None

        assert rig.run(60.0, has_ended), "a motion without an end"
        outcome = rig.supervisor.outcome(ticket.id)
        assert outcome is not None
        rig.lease_of = None
        if outcome.kind is OutcomeKind.UNKNOWN:
            rig.run(STOPPED_WITHIN_S, self._is_hit)
        assert rig.is_still, "the steel ran on, or an end was told before standstill"
        rested = rig.sim.station.block.positions_mm()
        if outcome.kind is OutcomeKind.DONE:
            self._judge_done(wanted, tuple(before), tuple(rested))
            self.done[wanted.action] += 1
        if outcome.kind is OutcomeKind.REFUSED or not wanted.action.is_motion:
            assert rested == before, "refused or locked, but moved"
        stayed = [rested[number - 1] == before[number - 1] for number in locked]
        assert all(stayed), "a locked carriage moved"
        rig.run(3.0, self._is_hit)
        assert rig.sim.station.block.positions_mm() == rested, "it moved again by itself"
        assert rig.view().open_aisles() is not None
        self._tidy()

    def _judge_done(self, wanted: Wanted, before: tuple[int, ...], rested: tuple[int, ...]) -> None:
        steel, number = self.rig.sim.station.block, wanted.number
        widths = self.rig.block.gaps_mm(rested)
        if wanted.action is Action.OPEN:
            assert steel.gap(number) >= self.rig.block.aisle_mm - 20, "done, but not open"
        elif wanted.action is Action.CLOSE:
            segment = self.rig.block.segment_of(number, frozenset(steel.locked))
            assert segment is not None
            assert all(widths[gap] <= 25 + 5 for gap in segment.gaps if gap in self.rig.block.aisles), "done, but not closed"
        elif wanted.action is Action.VENTILATE:
            segment = self.rig.block.segment_of(number, frozenset(steel.locked))
            assert segment is not None
            assert max(widths[gap] for gap in segment.gaps) - min(widths[gap] for gap in segment.gaps) <= 15, "not even"
        elif wanted.action is Action.JOG:
            moved = [index for index, pair in enumerate(zip(before, rested, strict=True), start=1) if pair[0] != pair[1]]
            assert moved in ([], [number]), "another carriage was jogged"
        else:
            assert (number in steel.locked) is (wanted.action is Action.LOCK), "done, but not locked or unlocked"

    def _is_hit(self) -> bool:
        self._look()
        return self.rig.sim.station.block.hits > 0

    def _look(self) -> None:
        if self._was_still and not self.rig.is_still:
            self.starts += 1
        self._was_still = self.rig.is_still
        if self.rig.lease_of is not None or self.rig.is_still:
            self._alive_s = self.rig.now
        assert self.rig.now - self._alive_s <= STOPPED_WITHIN_S, "it moved with nobody alive"
        shown = dict(self.rig.view().aisles)
        people = {person.aisle for person in self.rig.sim.station.block.people}
        assert AisleState.CLOSED not in {shown.get(aisle) for aisle in people if self.rig.view().age_s == 0.0}

    def _tidy(self) -> None:
        for person in self.rig.sim.station.block.people:
            self.rig.sim.station.block.let_out(person.name)
        self.rig.sim.control("emergency_stop", pressed=False)
        self.rig.sim.control("silent", on=False)
        self.rig.sim.control("freeze", on=False)
        self.rig.run(0.1)
        self.rig.sim.control("reset")

    def _fate(self, rate: float) -> str | None:
        return self.random.choice([LOST_REQUEST, LOST_ANSWER]) if self.random.random() < rate else None


def _press_stop(rig: SupervisedBlock) -> None:
    rig.supervisor.stop(rig.now, say("Stopped."))


def _freeze_client(rig: SupervisedBlock) -> None:
    rig.lease_of = None


def _let_go(rig: SupervisedBlock) -> None:
    if rig.lease_of is not None:
        rig.supervisor.let_go(rig.now, rig.lease_of)


def _walk_in(rig: SupervisedBlock) -> None:
    widest = max(rig.block.aisles, key=rig.sim.station.block.gap)
    try:
        rig.sim.control("person_in", aisle=widest, name="Bo")
    except ControlError:
        return


def _power_cycle(rig: SupervisedBlock) -> None:
    rig.sim.control("power", on=False)
    rig.sim.control("power", on=True)


def _second_master(rig: SupervisedBlock) -> None:
    epoch = rig.sim.read(registers.STATUS, registers.status_count(5))[2]
    rig.sim.write(registers.COMMAND, *registers.command(epoch + 1, 1, 1, 2, 0, 1000))


def _cut_cable(rig: SupervisedBlock) -> None:
    rig.sim.control("silent", on=True)


def _repeat_status(rig: SupervisedBlock) -> None:
    rig.sim.control("freeze", on=True)


def _press_emergency_stop(rig: SupervisedBlock) -> None:
    rig.sim.control("emergency_stop", pressed=True)


_EVENTS: list[Callable[[SupervisedBlock], None]] = [
    _press_stop,
    _freeze_client,
    _let_go,
    _walk_in,
    _power_cycle,
    _second_master,
    _cut_cable,
    _repeat_status,
    _press_emergency_stop,
]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_rule_is_broken_whatever_happens(seed: int) -> None:
    Trial(seed).run()


@pytest.mark.proof
@pytest.mark.timeout(3600)
@settings(max_examples=2500, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_rule_is_broken_in_thousands_of_trials(seed: int) -> None:
    Trial(seed).run()


def test_the_trials_bring_every_action_to_its_end_and_to_others() -> None:
    done: Counter[Action] = Counter()
    asked = 0
    for seed in range(40):
        trial = Trial(seed)
        trial.run()
        done += trial.done
        asked += trial.asked
    assert set(done) == set(Action)
    assert asked > done.total()


def first_broken_rule(seeds: range, beginning: str = "") -> str | None:
    """The sentence of the first rule with such a beginning that a trial finds broken, None if all hold."""
    for seed in seeds:
        try:
            Trial(seed).run()
        except AssertionError as error:
            sentence = str(error).split("\n")[0]
            if sentence.startswith(beginning):
                return sentence
    return None


def test_the_trials_find_an_operate_that_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def send_again(motion: Motion, now: float, status: ControllerStatus, asked_s: float) -> None:
        if motion._is_unanswered:
            motion._sent_s = None
            motion._is_unanswered = False
            return
        judge(motion, now, status, asked_s)

    judge = Motion._judge_operate
    monkeypatch.setattr(Motion, "_judge_operate", send_again)
    assert first_broken_rule(range(200), "sent again")


def test_the_trials_find_a_stop_that_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stopping, "wish", lambda self, now, heard_s: None)
    assert first_broken_rule(range(40), "a stop was not sent at once")


def test_the_trials_find_a_stop_that_waits_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    def as_a_poll(self: Stopping, now: float, heard_s: float | None) -> Wish | None:
        found = wish(self, now, heard_s)
        return None if found is None else replace(found, lane=Lane.PROBE, due_s=found.due_s + 0.2)

    wish = Stopping.wish
    monkeypatch.setattr(Stopping, "wish", as_a_poll)
    assert first_broken_rule(range(40), "a stop was not sent at once")


def test_the_trials_find_an_end_that_is_told_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Motion, "_has_arrived", lambda self, status: True)
    monkeypatch.setattr(Motion, "_stuck", lambda self, now, status: self._conclude(status))
    assert first_broken_rule(range(40))


def test_the_trials_find_a_motion_that_needs_no_living_program(monkeypatch: pytest.MonkeyPatch) -> None:
    def advance_alive(self: Motion, now: float) -> None:
        self.keep_alive(now)
        advance(self, now)

    advance = Motion.advance
    monkeypatch.setattr(Motion, "advance", advance_alive)
    assert first_broken_rule(range(60), "it moved with nobody alive")
