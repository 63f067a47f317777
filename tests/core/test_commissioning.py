"""Proof before motion: controllers that must fail their commissioning do, and what was not seen is never assumed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from plain_rig import SIDES_AND_STOP
from statuses import status_of
from supervised_room import block_of

from archroom.core.commissioning import (
    VALID_DAYS,
    CommissioningRecord,
    Controller,
    Finding,
    Licence,
    Step,
    StepKind,
    Verdict,
    invalidity,
    licence_of,
    record_of,
    steps_of,
)
from archroom.core.commissioning_rules import (
    BEAM,
    EDGE,
    EMERGENCY_STOP,
    HAND_MM,
    allowed_run_mm,
    devices_seen,
    judged_alarm,
    judged_count,
    judged_device,
    judged_jog,
    judged_opening,
    judged_plug,
    judged_plug_by_eye,
    may_be_repeated,
    not_possible,
    signs_of_any,
)
from archroom.core.controllers import Fault
from archroom.core.plain.facts import SAFETY_DEVICE, Alarm, OrderKind, PlainStatus
from archroom.errors import say

CAN = replace(SIDES_AND_STOP, orders=frozenset({OrderKind.OPEN, OrderKind.JOG}), stops_when_host_is_silent=True)
OWN = Controller("reference", "SIM00001", 6, 1000)
TODAY = date(2026, 11, 24)


def test_jogs_begin_beside_the_open_aisle_and_go_outwards() -> None:
    steps = [step for step in steps_of(block_of(), CAN, (2,)) if step.kind is StepKind.JOG]
    assert [(step.number, step.is_towards_low) for step in steps] == [
        (3, True), (4, True), (5, True), (6, True), (2, False), (1, False),
    ]  # fmt: skip


def test_every_carriage_beam_and_edge_has_its_step_in_both_segments() -> None:
    block = block_of(6, fixed=(3,), open_aisles=(1, 4))
    steps = steps_of(block, CAN, (1, 4))
    assert sorted(step.number for step in steps if step.kind is StepKind.JOG) == [1, 2, 4, 5, 6]
    assert sorted(step.number for step in steps if step.kind is StepKind.EDGE) == [1, 2, 4, 5, 6]
    assert [step.number for step in steps if step.kind is StepKind.BEAM] == list(block.aisles)
    assert [step.number for step in steps if step.kind is StepKind.OPENING] == [0, 6]
    assert len({step.key for step in steps}) == len(steps)
    assert steps[0].kind is StepKind.IDENTITY
    assert steps[-1].kind is StepKind.PLUG


def test_without_a_jog_only_openings_prove_the_numbering() -> None:
    kinds = {step.kind for step in steps_of(block_of(), SIDES_AND_STOP, (0,))}
    assert StepKind.JOG not in kinds
    assert StepKind.OPENING in kinds


JOG = Step(StepKind.JOG, 3, is_towards_low=True)
BEFORE = (0, 600, 1200, 1800, 2400, 3000)


def moved(number: int, by_mm: int) -> tuple[int, ...]:
    """The positions after one carriage has moved."""
    return tuple(mm + by_mm if index == number else mm for index, mm in enumerate(BEFORE, 1))


@pytest.mark.parametrize(
    ("after", "seen", "is_low", "verdict", "words"),
    [
        (moved(3, -HAND_MM), 3, True, Verdict.PASSED, "moved as told"),
        (moved(3, -HAND_MM + 9), 3, True, Verdict.PASSED, "moved as told"),
        (moved(3, HAND_MM), 3, True, Verdict.FAILED, "was told -50 mm and tells 50 mm"),
        (moved(3, -HAND_MM), 3, False, Verdict.FAILED, "left and right are swapped"),
        (moved(3, -HAND_MM), 4, True, Verdict.FAILED, "carriage 4 was seen to"),
        (moved(4, -HAND_MM), 3, True, Verdict.FAILED, "told as moved: 4"),
        (BEFORE, 3, True, Verdict.FAILED, "told as moved: -"),
        (moved(3, -120), 3, True, Verdict.FAILED, "tells -120 mm"),
    ],
)
def test_a_jog_needs_both_witnesses(after: tuple[int, ...], seen: int, is_low: bool, verdict: Verdict, words: str) -> None:
    finding = judged_jog(JOG, BEFORE, after, seen, is_low)
    assert finding.verdict is verdict
    assert words in finding.text.english()


@pytest.mark.parametrize(
    ("before", "during", "after", "verdict", "words"),
    [
        ((), (BEAM,), (), Verdict.PASSED, "was seen"),
        ((BEAM,), (), (BEAM,), Verdict.FAILED, "inverted"),
        ((), (), (), Verdict.FAILED, "was tripped and not told; told was: -"),
        ((), (EDGE,), (), Verdict.FAILED, "told was: edge"),
        ((), (BEAM,), (BEAM,), Verdict.FAILED, "though nobody trips it"),
        ((BEAM,), (BEAM,), (BEAM,), Verdict.FAILED, "though nobody trips it"),
    ],
)
def test_a_device_is_seen_when_it_is_tripped_and_at_no_other_time(
    before: tuple[str, ...], during: tuple[str, ...], after: tuple[str, ...], verdict: Verdict, words: str
) -> None:
    step = Step(StepKind.BEAM, 2)
    finding = judged_device(step, frozenset(before), frozenset(during), frozenset(after))
    assert finding.verdict is verdict
    assert words in finding.text.english()


@pytest.mark.parametrize(
    ("before", "during", "after", "verdict", "words"),
    [
        ((), (BEAM,), (), Verdict.PASSED, "told, as beam"),
        ((), (EDGE,), (), Verdict.PASSED, "told, as edge"),
        ((EDGE,), (EDGE, BEAM), (EDGE,), Verdict.PASSED, "told, as beam"),
        ((), (), (), Verdict.NOT_POSSIBLE, "nothing was told while it was held"),
        ((BEAM,), (), (BEAM,), Verdict.FAILED, "inverted"),
        ((), (EDGE,), (EDGE,), Verdict.FAILED, "told was: edge"),
        ((), (), (EDGE,), Verdict.FAILED, "told was: -"),
        ((BEAM,), (BEAM,), (BEAM,), Verdict.FAILED, "though nobody trips it"),
    ],
)
def test_a_controller_of_another_make_tells_a_device_in_its_own_words_or_cannot_show_it(
    before: tuple[str, ...], during: tuple[str, ...], after: tuple[str, ...], verdict: Verdict, words: str
) -> None:
    finding = judged_alarm(Step(StepKind.BEAM, 2), frozenset(before), frozenset(during), frozenset(after))
    assert finding.verdict is verdict
    assert words in finding.text.english()


def test_a_step_may_be_done_again_where_that_could_show_more() -> None:
    step, none = Step(StepKind.BEAM, 2), frozenset[str]()
    assert may_be_repeated(judged_alarm(step, none, none, none)), "perhaps it was not tripped"
    assert may_be_repeated(judged_device(step, none, none, none)), "it has failed"
    assert not may_be_repeated(not_possible(step)), "nobody was asked for anything"
    assert not may_be_repeated(judged_device(step, none, frozenset({BEAM}), none)), "it has passed"


def test_devices_are_read_from_inputs_and_from_alarms() -> None:
    assert devices_seen(replace(status_of(block_of()), inputs=5, faults=Fault.EDGE)) == {EMERGENCY_STOP, BEAM}
    alarms = (Alarm(Fault.EDGE, "x"), Alarm(Fault.OCCUPIED, "y"), Alarm(Fault.DRIVE, "z"))
    assert devices_seen(PlainStatus(alarms=alarms)) == {"x (edge)", "y (beam)", "z"}


def test_one_alarm_for_all_devices_proves_each_and_the_record_says_that_they_cannot_be_told_apart() -> None:
    tripped = PlainStatus(alarms=(Alarm(SAFETY_DEVICE, "M148"),))
    seen, of_any, none = devices_seen(tripped), signs_of_any(tripped), frozenset[str]()
    assert seen == of_any == {"M148"}
    for kind in (StepKind.EMERGENCY_STOP, StepKind.EDGE, StepKind.BEAM):
        finding = judged_alarm(Step(kind), none, seen, none, of_any)
        assert finding.verdict is Verdict.PASSED
        assert "as M148, and gone afterwards; other devices are told alike" in finding.text.english()
        assert judged_alarm(Step(kind), none, seen, seen, of_any).verdict is Verdict.FAILED, "it did not go"
    both = seen | {"8.3 (emergency_stop)"}
    assert "alike" not in judged_alarm(Step(StepKind.EMERGENCY_STOP), none, both, none, of_any).text.english()
    assert signs_of_any(PlainStatus(alarms=(Alarm(Fault.EDGE, "x"),))) == none
    assert signs_of_any(status_of(block_of())) == none


def test_the_count_is_a_persons_and_the_controllers() -> None:
    step = Step(StepKind.COUNT)
    assert judged_count(step, 6, 6, 6).verdict is judged_count(step, 6, None, 6).verdict is Verdict.PASSED
    assert judged_count(step, 7, 6, 7, mobile=6).verdict is Verdict.PASSED, "it counts those that move"
    assert judged_count(step, 6, 6, 7, mobile=6).verdict is Verdict.FAILED, "but the person counts all"
    assert judged_count(step, 7, 5, 7, mobile=6).verdict is judged_count(step, 7, 6, 7).verdict is Verdict.FAILED
    assert judged_count(step, 5, 6, 6).verdict is judged_count(step, 6, 5, 6).verdict is Verdict.FAILED


def test_an_opening_needs_both_witnesses() -> None:
    step = Step(StepKind.OPENING, 1)
    assert judged_opening(step, 1, None).verdict is judged_opening(step, 1, 1).verdict is Verdict.PASSED
    assert judged_opening(step, 2, 1).verdict is judged_opening(step, 1, 2).verdict is Verdict.FAILED


def test_the_plug_is_judged_by_how_far_the_steel_ran_on() -> None:
    step = Step(StepKind.PLUG)
    allowed_mm = allowed_run_mm(40, 1000, 20)
    assert 40 < allowed_mm < 100
    target = tuple(mm - 775 for mm in BEFORE)

    def ran(by_mm: int) -> Finding:
        return judged_plug(step, BEFORE, tuple(mm - by_mm for mm in BEFORE), target, allowed_mm)

    assert ran(45).verdict is Verdict.PASSED
    assert ran(allowed_mm).verdict is Verdict.PASSED
    assert ran(allowed_mm + 1).verdict is Verdict.FAILED
    assert ran(775).text.english().startswith("it went on to its end")


@pytest.mark.parametrize(
    ("seconds", "verdict"), [(1, Verdict.PASSED), (2, Verdict.PASSED), (3, Verdict.FAILED), (0, Verdict.FAILED)]
)
def test_the_plug_is_judged_by_eye_where_no_positions_are_told(seconds: int, verdict: Verdict) -> None:
    assert judged_plug_by_eye(Step(StepKind.PLUG), seconds).verdict is verdict


PASSED = [
    Finding(step, Verdict.PASSED, say("seen"))
    for step in (JOG, Step(StepKind.OPENING, 1), Step(StepKind.EMERGENCY_STOP), Step(StepKind.PLUG))
]


def with_failed(kind: StepKind, verdict: Verdict = Verdict.FAILED) -> list[Finding]:
    """All passed but one."""
    return [replace(one, verdict=verdict) if one.step.kind is kind else one for one in PASSED]


@pytest.mark.parametrize(
    ("findings", "licence"),
    [
        (PASSED, Licence.FULL),
        (with_failed(StepKind.PLUG), Licence.ATTENDED),
        (with_failed(StepKind.PLUG, Verdict.NOT_POSSIBLE), Licence.ATTENDED),
        (PASSED[:-1], Licence.ATTENDED),
        (with_failed(StepKind.JOG), Licence.MONITOR),
        (with_failed(StepKind.EMERGENCY_STOP), Licence.MONITOR),
        (with_failed(StepKind.EMERGENCY_STOP, Verdict.NOT_POSSIBLE), Licence.FULL),
        ([], Licence.MONITOR),
        ([not_possible(JOG), not_possible(Step(StepKind.OPENING, 1)), PASSED[-1]], Licence.MONITOR),
    ],
)
def test_the_licence_follows_from_what_was_seen(findings: list[Finding], licence: Licence) -> None:
    assert licence_of(findings, CAN)[0] is licence


def test_without_a_stop_a_second_person_is_needed_whatever_was_seen() -> None:
    assert licence_of(PASSED, replace(CAN, can_stop=False))[0] is Licence.ATTENDED


def record(valid_days: int = VALID_DAYS) -> CommissioningRecord:
    """A record of today."""
    return record_of(
        block_of(),
        OWN,
        PASSED,
        CAN,
        by="Ana",
        witness="Ben",
        begun_at="2026-11-24T08:00:00+00:00",
        signed_at="2026-11-24T09:00:00+00:00",
        signed_on=TODAY,
        valid_days=valid_days,
    )


def test_a_record_speaks_for_its_controller_for_a_year_at_most() -> None:
    made = record(valid_days=4_000)
    assert made.expires_on == date(2027, 11, 24)
    assert invalidity(made, OWN, TODAY) is None
    assert invalidity(made, OWN, made.expires_on) is None
    problems = [
        invalidity(made, OWN, date(2027, 11, 25)),
        invalidity(made, OWN, date(2026, 11, 23)),
        invalidity(made, replace(OWN, serial="SIM00002"), TODAY),
        invalidity(made, replace(OWN, profile="z5"), TODAY),
        invalidity(made, replace(OWN, stops_after_ms=2000), TODAY),
        invalidity(made, replace(OWN, carriages=5), TODAY),
    ]
    words = ["ran out on 2027-11-24", "dated in the future", *["another controller"] * 4]
    for problem, told in zip(problems, words, strict=True):
        assert problem is not None
        assert told in problem.english()
    assert record(valid_days=30).expires_on == date(2026, 12, 24)
