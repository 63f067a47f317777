"""The bounds of what is judged at the shelving, to the millimetre, and the figures that go into the record."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plain_rig import SIDES_AND_STOP
from statuses import status_of
from supervised_room import block_of

from archroom.core.commissioning import Controller, Finding, Licence, Step, StepKind, Verdict, licence_of, steps_of
from archroom.core.commissioning_rules import (
    BEAM,
    EDGE,
    EMERGENCY_STOP,
    allowed_run_mm,
    devices_seen,
    judged_count,
    judged_device,
    judged_jog,
    judged_opening,
    judged_plug,
    judged_plug_by_eye,
    not_possible,
)
from archroom.core.controllers import Fault
from archroom.core.plain.facts import Alarm, OrderKind, PlainStatus
from archroom.errors import say

CAN = replace(SIDES_AND_STOP, orders=frozenset({OrderKind.OPEN, OrderKind.JOG}))
HERE = (0, 600, 1200, 1800)


def after(**by_mm: int) -> tuple[int, ...]:
    """Where the carriages stand once some have moved: c2=50 is carriage 2 by 50 mm."""
    return tuple(mm + by_mm.get(f"c{number}", 0) for number, mm in enumerate(HERE, 1))


@pytest.mark.parametrize(
    ("way_mm", "verdict"),
    [(39, Verdict.FAILED), (40, Verdict.PASSED), (50, Verdict.PASSED), (60, Verdict.PASSED), (61, Verdict.FAILED)],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_jog_of_50_mm_may_be_10_mm_off_either_way(way_mm: int, verdict: Verdict, sign: int) -> None:
    step = Step(StepKind.JOG, 2, is_towards_low=sign < 0)
    finding = judged_jog(step, HERE, after(c2=sign * way_mm), 2, sign < 0)
    assert (finding.verdict, finding.measured) == (verdict, (("moved_mm", sign * way_mm),))


@pytest.mark.parametrize(("other_mm", "verdict"), [(9, Verdict.PASSED), (-9, Verdict.PASSED), (10, Verdict.FAILED)])
def test_another_carriage_has_moved_from_10_mm_on(other_mm: int, verdict: Verdict) -> None:
    assert judged_jog(Step(StepKind.JOG, 2), HERE, after(c2=50, c3=other_mm), 2, False).verdict is verdict


def test_a_jog_that_was_not_seen_has_its_figures_too() -> None:
    step = Step(StepKind.JOG, 2)
    unseen, swapped = (
        judged_jog(step, HERE, after(c2=50), 3, False),
        judged_jog(step, HERE, after(c2=50), 2, True),
    )
    assert unseen.measured == swapped.measured == (("moved_mm", 50),)
    assert unseen.step is swapped.step is step
    several = judged_jog(step, HERE, after(c2=50, c3=50), 2, False)
    assert "told as moved: 2, 3" in several.text.english()


@pytest.mark.parametrize(
    ("speed_mm_s", "silence_ms", "scan_ms", "allowed_mm"),
    [(40, 1000, 20, 77), (100, 500, 100, 135), (7, 2000, 1000, 43), (0, 1000, 20, 20)],
)
def test_how_far_steel_may_run_on(speed_mm_s: int, silence_ms: int, scan_ms: int, allowed_mm: int) -> None:
    """Silence, scan and 0.3 s at full speed, the braking at 200 mm/s2, and 20 mm."""
    assert allowed_run_mm(speed_mm_s, silence_ms, scan_ms) == allowed_mm


@pytest.mark.parametrize(
    ("ran_mm", "left_mm", "verdict"),
    [(77, 10, Verdict.PASSED), (78, 10, Verdict.FAILED), (5, 9, Verdict.FAILED), (5, 10, Verdict.PASSED)],
)
def test_steel_has_stopped_by_itself_if_a_visible_way_was_left(ran_mm: int, left_mm: int, verdict: Verdict) -> None:
    final = after(c2=-ran_mm, c3=ran_mm)
    target = tuple(mm + (left_mm if number == 1 else 0) for number, mm in enumerate(final))
    finding = judged_plug(Step(StepKind.PLUG), HERE, final, target, 77)
    assert (finding.verdict, finding.measured) == (verdict, (("travelled_mm", ran_mm), ("allowed_mm", 77)))


@pytest.mark.parametrize("seconds", range(4))
def test_the_stopwatch_is_in_the_record(seconds: int) -> None:
    assert judged_plug_by_eye(Step(StepKind.PLUG), seconds).measured == (("stopped_after_s", seconds),)


def test_the_count_is_in_the_record() -> None:
    assert judged_count(Step(StepKind.COUNT), 6, None, 6).measured == (("carriages", 6),)
    assert "has 6" in judged_count(Step(StepKind.COUNT), 5, 5, 6).text.english()
    assert "tells 5" in judged_count(Step(StepKind.COUNT), 6, 5, 6).text.english()


def test_an_opening_carries_its_figures_whatever_came_of_it() -> None:
    step, measured = Step(StepKind.OPENING, 1), (("seconds", 20),)
    for seen, told, verdict in (
        (1, 1, Verdict.PASSED),
        (1, None, Verdict.PASSED),
        (2, None, Verdict.FAILED),
        (1, 2, Verdict.FAILED),
    ):
        assert judged_opening(step, seen, told, measured).measured == measured
        assert judged_opening(step, seen, told, measured).verdict is verdict


@pytest.mark.parametrize(
    ("inputs", "seen"), [(0, set()), (1, {EMERGENCY_STOP}), (2, {EDGE}), (4, {BEAM}), (7, {EMERGENCY_STOP, EDGE, BEAM})]
)
def test_each_input_is_a_device(inputs: int, seen: set[str]) -> None:
    assert devices_seen(replace(status_of(block_of()), inputs=inputs)) == seen


@pytest.mark.parametrize(
    ("fault", "seen"),
    [(Fault.ESTOP, "1 (emergency_stop)"), (Fault.EDGE, "1 (edge)"), (Fault.BEAM, "1 (beam)"), (Fault.OCCUPIED, "1 (beam)"),
     (Fault.DRIVE, "1"), (Fault.NONE, "1"), (Fault.ESTOP | Fault.EDGE, "1")],
)  # fmt: skip
def test_each_alarm_is_told_in_the_controllers_word_with_the_one_device_that_it_is(fault: Fault, seen: str) -> None:
    assert devices_seen(PlainStatus(alarms=(Alarm(fault, "1"),))) == {seen}
    assert devices_seen(PlainStatus()) == set()


@pytest.mark.parametrize(
    ("kind", "name"),
    [(StepKind.EMERGENCY_STOP, EMERGENCY_STOP), (StepKind.EDGE, EDGE), (StepKind.BEAM, BEAM)],
)
def test_each_device_is_judged_by_its_own_name_in_every_combination(kind: StepKind, name: str) -> None:
    own, none = frozenset({name}), frozenset[str]()
    for before in (own, none):
        for during in (own, none):
            for behind in (own, none):
                finding = judged_device(Step(kind, 2), before, during, behind)
                is_right = during and not before and not behind
                assert (finding.verdict is Verdict.PASSED) == bool(is_right)
                assert ("inverted" in finding.text.english()) == bool(before and behind and not during)
    others = judged_device(Step(kind, 2), frozenset({"a"}), frozenset({"a", "c", "b"}), none)
    assert others.text.english().endswith("told was: b, c")


def test_what_cannot_be_shown_is_not_possible() -> None:
    assert not_possible(Step(StepKind.EDGE, 2)) == Finding(
        Step(StepKind.EDGE, 2), Verdict.NOT_POSSIBLE, say("its controller does not tell this")
    )


def test_each_step_has_its_name_in_the_record() -> None:
    keys = [
        Step(kind, 3).key for kind in (StepKind.JOG, StepKind.EDGE, StepKind.BEAM, StepKind.OPENING, StepKind.EMERGENCY_STOP)
    ]
    assert keys == ["jog-3", "edge-3", "beam-3", "opening-3", "emergency_stop"]
    assert [kind for kind in StepKind if kind.is_motion] == [StepKind.JOG, StepKind.OPENING, StepKind.PLUG]
    assert Controller("z5", "", 6).stops_after_ms == 0
    assert [Step(StepKind.PLUG).number, Step(StepKind.JOG).is_towards_low] == [0, False]


@pytest.mark.parametrize(("open_aisle", "openings"), [(0, [1, 6]), (6, [0, 5]), (3, [0, 6])], ids=["low", "high", "between"])
def test_the_lowest_and_the_highest_aisle_that_is_not_open_are_opened(open_aisle: int, openings: list[int]) -> None:
    steps = steps_of(block_of(), CAN, (open_aisle,))
    assert [step.number for step in steps if step.kind is StepKind.OPENING] == openings


def test_a_block_with_one_other_aisle_has_one_opening_and_its_jogs() -> None:
    steps = steps_of(block_of(1), CAN, (0,))
    assert [step.key for step in steps] == [
        "identity", "count", "jog-1", "opening-1", "emergency_stop", "edge-1", "beam-0", "beam-1", "plug",
    ]  # fmt: skip
    assert [step.is_towards_low for step in steps if step.kind is StepKind.JOG] == [True]


def test_jogs_of_a_segment_without_an_open_aisle_begin_at_its_low_end() -> None:
    block = block_of(5, fixed=(3,), open_aisles=(0, 3))
    steps = [step for step in steps_of(block, CAN, (0,)) if step.kind is StepKind.JOG]
    assert [(step.number, step.is_towards_low) for step in steps] == [(1, True), (2, True), (4, True), (5, True)]


@pytest.mark.parametrize("kind", [StepKind.JOG, StepKind.OPENING])
def test_one_motion_that_was_seen_is_enough(kind: StepKind) -> None:
    findings = [Finding(Step(kind, 1), Verdict.PASSED, say("seen")), Finding(Step(StepKind.PLUG), Verdict.PASSED, say("s"))]
    assert licence_of(findings, CAN)[0] is Licence.FULL
    assert licence_of(findings[1:], CAN)[0] is Licence.MONITOR
    assert licence_of(findings[:1], CAN) == (Licence.ATTENDED, say("it was not seen to stop by itself"))
    ran_on = replace(findings[1], verdict=Verdict.FAILED, text=say("it ran on"))
    assert licence_of([findings[0], ran_on], CAN) == (Licence.ATTENDED, say("it ran on"))
