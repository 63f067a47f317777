"""What is made of the things seen at the shelving in a commissioning: each judgement a pure function of facts.

Two witnesses are heard for each motion, the wire and the person there; it has passed only if both saw what was told.
"""

from __future__ import annotations

from collections.abc import Sequence

from archroom.core.commissioning import Finding, Step, StepKind, Verdict
from archroom.core.controllers import Fault
from archroom.core.plain.facts import UNTRIED_BIT, Alarm, PlainStatus
from archroom.core.shelving import ControllerStatus
from archroom.errors import Message, say

HAND_MM = 50
"""How far a carriage is jogged: the longest single step."""
SEEN_MM = 10
"""Less than this is no motion that a person could see."""
JOG_TOLERANCE_MM = 10
ROUND_S = 0.3
"""Between the last status before a line was parted and the parting itself: the oldest that a status may be."""
BRAKING_MM_S2 = 200
"""The braking that the simulator and the register map's page assume."""
BRAKING_SLACK_MM = 20
STOPWATCH_S = 2
"""Longest time by the clock of a person until everything stands, where no positions are told."""

EMERGENCY_STOP, EDGE, BEAM = "emergency_stop", "edge", "beam"


_BY_FAULT = {Fault.ESTOP: EMERGENCY_STOP, Fault.EDGE: EDGE, Fault.BEAM: BEAM, Fault.OCCUPIED: BEAM}


def devices_seen(status: ControllerStatus | PlainStatus) -> frozenset[str]:
    """Return what a status shows of protective devices that are tripped now; beside inputs, latched faults do not count.

    Of a controller of the register map by their names; of any other its alarms, in its own words, and the bits of which
    nobody knows yet what they mean.
    """
    if isinstance(status, ControllerStatus):
        bits = {1: EMERGENCY_STOP, 2: EDGE, 4: BEAM}
        return frozenset(name for bit, name in bits.items() if status.inputs & bit)
    untried = {f"{name} = {value}" for name, value in status.others if name.startswith(UNTRIED_BIT)}
    return frozenset(_sign(alarm) for alarm in status.alarms) | untried


def signs_of_any(status: ControllerStatus | PlainStatus) -> frozenset[str]:
    """Return those of `devices_seen` that stand for any of several devices."""
    if isinstance(status, ControllerStatus):
        return frozenset()
    return frozenset(_sign(alarm) for alarm in status.alarms if alarm.is_any)


def _sign(alarm: Alarm) -> str:
    """An alarm in the controller's word, with the device that it is where that is one."""
    name = _BY_FAULT.get(alarm.fault)
    return alarm.code if name is None else f"{alarm.code} ({name})"


def judged_device(step: Step, before: frozenset[str], during: frozenset[str], after: frozenset[str]) -> Finding:
    """Judge one device that a person tripped and let go: it must be seen then, and at no other time."""
    name = {StepKind.EMERGENCY_STOP: EMERGENCY_STOP, StepKind.EDGE: EDGE, StepKind.BEAM: BEAM}[step.kind]
    if name in during and name not in before and name not in after:
        return Finding(step, Verdict.PASSED, say("it was seen when it was tripped, and gone afterwards"))
    if name in before and name in after and name not in during:
        return _failed(step, say("{device} is inverted: it is told at rest, and gone when it is tripped", device=name))
    if name not in during:
        others = ", ".join(sorted(during - before)) or "-"
        return _failed(step, say("{device} was tripped and not told; told was: {others}", device=name, others=others))
    return _failed(step, say("{device} is told though nobody trips it", device=name))


def judged_alarm(
    step: Step,
    before: frozenset[str],
    during: frozenset[str],
    after: frozenset[str],
    alike: frozenset[str] = frozenset(),
) -> Finding:
    """Judge one device of a controller that tells alarms in words of its own: any that came with the hand and went with it.

    `alike` are those that stand for other devices too: then the finding says that they cannot be told apart. Where nothing
    came, nobody knows whether the controller cannot show it or nobody has tripped it.
    """
    came = during - before
    if came and not came & after:
        others = ", ".join(sorted(came))
        if came <= alike:
            text = say(
                "it was told, as {others}, and gone afterwards; other devices are told alike: which one it is, "
                "the controller does not tell",
                others=others,
            )
        else:
            text = say("it was told, as {others}, and gone afterwards", others=others)
        return Finding(step, Verdict.PASSED, text)
    if before == during == after == frozenset():
        text = say(
            "nothing was told while it was held: it was not tripped, or its controller does not tell it, or not at rest"
        )
        return Finding(step, Verdict.NOT_POSSIBLE, text)
    return judged_device(step, before, during, after)


def judged_count(step: Step, counted: int, told: int | None, expected: int, *, mobile: int | None = None) -> Finding:
    """Judge the number of carriages that a person counted, from the end where number 1 should stand.

    `mobile` is how many of them a controller tells that does not count the fixed ones.
    """
    if counted != expected:
        return _failed(
            step, say("{counted} carriages were counted, the room has {expected}", counted=counted, expected=expected)
        )
    if told is not None and told not in (expected, mobile):
        return _failed(
            step, say("the controller tells {told} carriages, the room has {expected}", told=told, expected=expected)
        )
    return Finding(step, Verdict.PASSED, say("all carriages are there"), (("carriages", counted),))


def judged_jog(
    step: Step, before_mm: Sequence[int], after_mm: Sequence[int], seen_carriage: int, is_seen_towards_low: bool
) -> Finding:
    """Judge one carriage's motion by a hand's width: what the controller told, and what the person there saw."""
    moved = [number for number, (a, b) in enumerate(zip(before_mm, after_mm, strict=True), 1) if abs(a - b) >= SEEN_MM]
    number = step.number
    way_mm = after_mm[number - 1] - before_mm[number - 1]
    told_mm = -HAND_MM if step.is_towards_low else HAND_MM
    measured = (("moved_mm", way_mm),)
    if moved != [number]:
        others = ", ".join(map(str, moved)) or "-"
        return _failed(
            step, say("carriage {number} was told to move; told as moved: {others}", number=number, others=others)
        )
    if abs(way_mm - told_mm) > JOG_TOLERANCE_MM:
        text = say("carriage {number} was told {told} mm and tells {moved} mm", number=number, told=told_mm, moved=way_mm)
        return Finding(step, Verdict.FAILED, text, measured)
    if seen_carriage != number:
        text = say("carriage {number} was told to move, carriage {seen} was seen to", number=number, seen=seen_carriage)
        return Finding(step, Verdict.FAILED, text, measured)
    if is_seen_towards_low is not step.is_towards_low:
        text = say("carriage {number} moved the other way than it tells: left and right are swapped", number=number)
        return Finding(step, Verdict.FAILED, text, measured)
    return Finding(step, Verdict.PASSED, say("it moved as told, and was seen to"), measured)


def judged_opening(
    step: Step, seen_aisle: int, told_open: int | None, measured: tuple[tuple[str, int], ...] = ()
) -> Finding:
    """Judge the opening of an aisle; `told_open` is None where the controller does not tell."""
    if seen_aisle != step.number:
        text = say("aisle {number} was told to open, aisle {seen} was seen open", number=step.number, seen=seen_aisle)
        return Finding(step, Verdict.FAILED, text, measured)
    if told_open is not None and told_open != step.number:
        text = say("aisle {number} was seen open, the controller tells aisle {told}", number=step.number, told=told_open)
        return Finding(step, Verdict.FAILED, text, measured)
    return Finding(step, Verdict.PASSED, say("it opened as told, and was seen to"), measured)


def allowed_run_mm(speed_mm_s: int, silence_ms: int, scan_ms: int) -> int:
    """Return how far a carriage may run on after its line was parted: silence, scan, the last status's age, and braking."""
    run_on_s = silence_ms / 1000 + scan_ms / 1000 + ROUND_S
    return round(speed_mm_s * run_on_s + speed_mm_s**2 / (2 * BRAKING_MM_S2)) + BRAKING_SLACK_MM


def judged_plug(
    step: Step, last_mm: Sequence[int], final_mm: Sequence[int], target_mm: Sequence[int], allowed_mm: int
) -> Finding:
    """Judge by positions whether carriages stopped by themselves: told last before the line was parted, and told again."""
    travelled = max(abs(a - b) for a, b in zip(last_mm, final_mm, strict=True))
    left = max(abs(a - b) for a, b in zip(final_mm, target_mm, strict=True))
    measured = (("travelled_mm", travelled), ("allowed_mm", allowed_mm))
    if left < SEEN_MM:
        text = say("it went on to its end after the line was parted: it does not stop by itself")
        return Finding(step, Verdict.FAILED, text, measured)
    if travelled > allowed_mm:
        text = say("it ran on for {travelled} mm, allowed are {allowed} mm", travelled=travelled, allowed=allowed_mm)
        return Finding(step, Verdict.FAILED, text, measured)
    return Finding(step, Verdict.PASSED, say("it stopped by itself after {travelled} mm", travelled=travelled), measured)


def judged_plug_by_eye(step: Step, seconds: int) -> Finding:
    """Judge by the stopwatch of the person there; 0 seconds means that it did not stop before its end."""
    measured = (("stopped_after_s", seconds),)
    if seconds == 0:
        text = say("it went on to its end after the line was parted: it does not stop by itself")
        return Finding(step, Verdict.FAILED, text, measured)
    if seconds > STOPWATCH_S:
        text = say("it stood only after {seconds} s", seconds=seconds)
        return Finding(step, Verdict.FAILED, text, measured)
    return Finding(step, Verdict.PASSED, say("it stopped by itself within {seconds} s", seconds=seconds), measured)


def not_possible(step: Step) -> Finding:
    """Return the finding of a step that the controller cannot show."""
    return Finding(step, Verdict.NOT_POSSIBLE, say("its controller does not tell this"))


def may_be_repeated(finding: Finding) -> bool:
    """Return whether doing a step again could show more: not where it has passed, nor where the controller never tells."""
    return finding.verdict is not Verdict.PASSED and finding != not_possible(finding.step)


def _failed(step: Step, text: Message) -> Finding:
    return Finding(step, Verdict.FAILED, text)
