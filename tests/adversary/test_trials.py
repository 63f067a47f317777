"""Drawn trials of archroom's control side against the simulator: people, programs, sensors, power and the line misbehave.

A trial is a number. One that breaks a rule is told with its number and cut down to a scenario that can be played again
(`python tests/support/trials.py FILE`).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from conduct import Law
from plain_conduct import NEVER, SELDOM, Make
from plain_draws import drawn_plain, make_of
from trial_draws import drawn
from trials import judged, minimized, shrunk, tried, tried_in_parallel

from archroom.core.plain.motion import PlainMotion
from archroom.core.plain.supervisor import PlainSupervisor
from archroom.core.shelving import ControllerStatus, OutcomeKind, StopReport
from archroom.core.supervisor.motion import Motion
from archroom.core.supervisor.stop import Stopping
from archroom.core.supervisor.supervisor import Supervisor
from archroom.core.supervisor.wishes import Frame
from archroom.drivers import reference
from archroom.drivers.controller import ReferenceController
from archroom.shelving.holds_file import HoldsFile
from archroom.shelving.journal import Journal
from hardware_sim import Rule
from hardware_sim.scenario import ScenarioError

BATCH = 25
IN_CHECK = 200
IN_PROOF = 10_000
INCIDENTS = Path(__file__).with_name("incidents")
"""Trials that once broke a rule, cut down."""


def _batches() -> list[tuple[str, list[int]]]:
    """The numbers of the check: those of each other make together, those of the register map in batches."""
    of_map = [seed for seed in range(IN_CHECK) if make_of(seed) is None]
    batches = [(f"map-{at}", of_map[at : at + BATCH]) for at in range(0, len(of_map), BATCH)]
    return batches + [(make.value, [seed for seed in range(IN_CHECK) if make_of(seed) is make]) for make in Make]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("name", "seeds"), _batches(), ids=lambda value: value if isinstance(value, str) else "")
def test_no_rule_is_broken_in_drawn_trials(name: str, seeds: list[int], tmp_path: Path) -> None:
    counts: Counter[str] = Counter()
    for seed in seeds:
        verdict, failure = tried(seed)
        if failure is not None:
            text = shrunk(failure.text, failure.rule)
            file = tmp_path / f"trial-{seed}.txt"
            file.write_text(text)
            pytest.fail(f"{failure.told(text)}({file})")
        counts.update(verdict.counts)
    never = NEVER[Make(name)] if name in list(Make) else {}
    seldom = SELDOM.get(Make(name), frozenset()) if name in list(Make) else frozenset()
    for kind in set(OutcomeKind) - seldom:
        assert (counts[kind.value] > 0) is (kind not in never), f"{kind.value}: {dict(counts)}"
    assert counts["starts"] > 3 * len(seeds)
    assert len(seeds) >= 15


@pytest.mark.proof
@pytest.mark.timeout(4 * 3600)
def test_no_rule_is_broken_in_ten_thousand_trials() -> None:
    starts = 0
    seeds = range(IN_CHECK, IN_CHECK + IN_PROOF)
    for verdict, failure in tried_in_parallel(seeds, os.cpu_count() or 1):
        if failure is not None:
            pytest.fail(failure.told(shrunk(failure.text, failure.rule)))
        starts += verdict.counts["starts"]
    assert starts > 4 * IN_PROOF


def test_the_same_number_is_the_same_course() -> None:
    first, _ = tried(3)
    again, _ = tried(3)
    other, _ = tried(4)
    assert first == again
    assert first.trace != other.trace


@pytest.mark.parametrize("file", sorted(INCIDENTS.glob("*.txt")), ids=lambda file: file.stem)
def test_what_was_found_once_is_found_no_more(file: Path) -> None:
    verdict = judged(file.read_text())
    assert not verdict.broken, str(verdict.broken[0])


# -- the trials bite


def first_broken(
    seeds: range, change: Callable[[str], str] = str, draw: Callable[[int, float], str] = drawn
) -> tuple[int, Law | Rule, str]:
    """The first trial that breaks a rule: its number, the rule and its text."""
    for seed in seeds:
        _, failure = tried(seed, change, draw)
        if failure is not None:
            assert isinstance(failure.rule, Law | Rule)
            return seed, failure.rule, failure.text
    raise AssertionError("no trial has found it")


def planted(line: str) -> Callable[[str], str]:
    """A trial with one more line at its begin."""
    return lambda text: text.replace("\n", f"\n{line}\n", 1)


def flawed(*lines: str) -> Callable[[str], str]:
    """A trial with these lines at its begin, for every block of the room."""

    def change(text: str) -> str:
        blocks = (1, 2) if text.startswith("room pair") else (1,)
        return planted("\n".join(f"block {block} {line}" for block in blocks for line in lines))(text)

    return change


def test_an_operate_that_is_sent_again_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def send_again(motion: Motion, now: float, status: ControllerStatus, asked_s: float) -> None:
        if motion._is_unanswered:
            motion._sent_s = None
            motion._is_unanswered = False
            return
        judge(motion, now, status, asked_s)

    judge = Motion._judge_operate
    monkeypatch.setattr(Motion, "_judge_operate", send_again)
    _, rule, _ = first_broken(range(60))
    assert rule is Law.ONCE


def test_a_supervisor_that_ignores_occupied_aisles_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def see_nobody(self: Supervisor, now: float, status: ControllerStatus, asked_s: float) -> None:
        read(self, now, replace(status, occupied_aisles=frozenset()), asked_s)

    read = Supervisor.status_read
    monkeypatch.setattr(Supervisor, "status_read", see_nobody)
    _, rule, _ = first_broken(range(40))
    assert rule is Law.NOT_OCCUPIED


HOLD_IN_THE_WAY = """room small
at 2s desk holds aisle 2 for Gil
at 4s server dies for 0.5s
at 8s desk opens aisle 4
"""
"""Aisle 0 stands open, so aisle 2 would slide sideways."""


def test_a_gate_that_forgets_who_is_in_an_aisle_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not judged(HOLD_IN_THE_WAY).broken
    monkeypatch.setattr("archroom.core.supervisor.gate.hold_problem", lambda block, holds, changes: None)
    assert judged(HOLD_IN_THE_WAY).broken[0].rule is Law.NOT_HELD
    _, rule, _ = first_broken(range(20))
    assert rule is Law.NOT_HELD


def test_a_server_that_does_not_read_who_is_in_an_aisle_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HoldsFile, "_read", lambda self, data: None)
    assert judged(HOLD_IN_THE_WAY).broken[0].rule is Law.NOT_HELD


def test_a_journal_that_is_not_written_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Journal, "write_intent", lambda self, intent: None)
    _, rule, _ = first_broken(range(3))
    assert rule is Law.INTENT_FIRST


def test_an_outcome_that_is_not_written_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Journal, "write_notice", lambda self, block, notice: None)
    monkeypatch.setattr("archroom.shelving.journal.open_intents", lambda path: [])
    _, rule, _ = first_broken(range(3))
    assert rule is Law.OUTCOME_AFTER


def test_a_unit_that_is_never_asked_again_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_busy(self: Supervisor) -> bool:
        return self._motion is not None or self._stopping.is_active

    monkeypatch.setattr(Supervisor, "is_busy", property(is_busy))
    _, rule, _ = first_broken(range(3), flawed("configure magic 7", "desk stops"))
    assert rule is Law.COMES_BACK


def test_an_end_that_is_told_too_early_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Motion, "_has_arrived", lambda self, status: True)
    monkeypatch.setattr(Motion, "_stuck", lambda self, now, status: self._conclude(status))
    _, rule, _ = first_broken(range(5))
    assert rule is Law.TRUE_OUTCOME


def test_a_frame_to_everybody_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop_all(self: ReferenceController) -> None:
        self._line.exchange(reference.stop(0))

    monkeypatch.setattr(ReferenceController, "stop", stop_all)
    _, rule, _ = first_broken(range(5))
    assert rule is Law.NO_BROADCAST


def test_a_stop_that_is_not_sent_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stopping, "wish", lambda self, now, heard_s: None)
    _, rule, _ = first_broken(range(5))
    assert rule is Law.STOP_AT_ONCE


def test_a_drive_that_keeps_running_on_a_lost_link_is_found() -> None:
    _, rule, _ = first_broken(range(40), flawed("drive keeps running"))
    assert rule is Rule.WATCHDOG_BOUND


def test_a_controller_that_keeps_running_after_a_stop_is_found_and_the_trial_cut_down() -> None:
    _, rule, text = first_broken(range(20, 30), flawed("drive keeps running on stop"))
    assert rule is Rule.STOP_BOUND
    short = shrunk(text, rule)
    assert len(short.splitlines()) <= 6, short
    assert "drive keeps running on stop" in short
    verdict = judged(short)
    assert verdict.broken[0].rule is rule
    for line in short.splitlines()[1:]:
        without = judged(short.replace(f"{line}\n", "", 1))
        assert not without.broken or without.broken[0].rule is not rule, "each line that is left is needed"


@pytest.mark.parametrize("needed", [set(), {3}, {0, 9}, {2, 3, 4}, {0, 4, 9}, set(range(10))])
def test_lines_are_cut_down_to_those_that_are_needed(needed: set[int]) -> None:
    lines = [str(number) for number in range(10)]
    assert minimized(lines, lambda rest: needed <= set(map(int, rest))) == sorted(map(str, needed))


# -- the trials of other makes bite


def of_make(make: Make) -> Callable[[int, float], str]:
    """Draws trials of one make."""
    return lambda seed, minutes: drawn_plain(seed, make, minutes)


@pytest.mark.parametrize("make", Make)
def test_an_order_that_is_sent_again_is_found(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def forget(self: PlainMotion, now: float, frame: Frame) -> None:
        if self.ordered_until_s != self._since_s or frame is not Frame.ORDER or self.ticket.id in again:
            sent(self, now, frame)
        again.add(self.ticket.id)

    again: set[str] = set()
    sent = PlainMotion.frame_sent
    monkeypatch.setattr(PlainMotion, "frame_sent", forget)
    _, rule, _ = first_broken(range(10), draw=of_make(make))
    assert rule is Law.ONCE


@pytest.mark.parametrize("make", Make)
def test_an_intent_that_is_not_written_is_found(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Journal, "write_intent", lambda self, intent: None)
    _, rule, _ = first_broken(range(5), draw=of_make(make))
    assert rule is Law.INTENT_FIRST


def test_a_motion_that_nobody_attends_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archroom.core.plain.supervisor.attendance_problem", lambda *of: None)
    _, rule, _ = first_broken(range(20), draw=of_make(Make.Z5))
    assert rule is Law.ATTENDED


@pytest.mark.parametrize("make", Make)
def test_an_order_for_a_held_aisle_is_found(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archroom.core.supervisor.gate.hold_problem", lambda block, holds, changes: None)
    _, rule, _ = first_broken(range(40), draw=of_make(make))
    assert rule is Law.NOT_HELD


@pytest.mark.parametrize("make", [Make.Z5, Make.WKL, Make.STOW_WMS])
def test_a_stop_that_is_made_up_is_found(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PlainSupervisor, "stop_report", lambda self: StopReport(self.block.number, True, False, "server"))
    _, rule, _ = first_broken(range(10), draw=of_make(make))
    assert rule is Law.NEVER_CLAIMED


@pytest.mark.parametrize("make", [Make.FATEK_COILS, Make.MJJ_WEB])
def test_a_stop_that_never_goes_out_is_found(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stopping, "wish", lambda self, now, heard_s: None)
    _, rule, _ = first_broken(range(10), draw=of_make(make))
    assert rule is Law.STOP_AT_ONCE


@pytest.mark.parametrize("make", [Make.Z5, Make.WKL, Make.MJJ_WEB, Make.STOW_WMS])
def test_an_end_that_is_made_up_is_found(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PlainMotion, "_is_done", lambda self, status: True)
    _, rule, _ = first_broken(range(10), draw=of_make(make))
    assert rule is Law.TRUE_OUTCOME


def test_what_a_wire_does_not_know_is_refused() -> None:
    for line in ("link exception 4", "link wrong unit 9", "freeze on", "encoder carriage 2 frozen", "configure magic 7"):
        with pytest.raises(ScenarioError):
            judged(f"room z5\nat 1s {line}\n")
