"""The alarm bits of a Stow installation, unsettled and settled: what a commissioning sees of them, and what is said."""

from __future__ import annotations

import pytest
from profile_texts import changed_profile, driver_of
from supervised_room import block_of

from archroom.core.commissioning import Step, StepKind, Verdict
from archroom.core.commissioning_rules import devices_seen, judged_alarm
from archroom.core.controllers import Fault
from archroom.core.plain.facts import PlainStatus
from archroom.core.plain.rules import standing_problem
from archroom.drivers.profile_reading import shipped_profile

ESTOP = Step(StepKind.EMERGENCY_STOP)
RECORDED = bytes.fromhex("00 02 02 05 02 02 00 00 df 1b 00 00 00 00 00 00 00 0e 00 00")
"""At an installation that was called healthy."""


def status_of(reply: bytes, **settings: str) -> PlainStatus:
    """What the driver says of an answer."""
    driver, _, _ = driver_of(changed_profile("stow-wms", **settings), reply)
    return driver.status().status


def told(alarms: str, drive: str = "00 00", inverted: str = "unknown") -> PlainStatus:
    """What an answer with these two alarm bytes, and this carriage and code of a drive error, says."""
    reply = bytes.fromhex(f"00 02 02 05 01 47 06 00 {alarms} 00 00 00 00 00 03 {drive} 00 00")
    return status_of(reply, alarm_bits_inverted=f'"{inverted}"')


def seen(alarms: str, inverted: str = "unknown") -> frozenset[str]:
    """The devices that an answer with these two alarm bytes shows."""
    return devices_seen(told(alarms, inverted=inverted))


@pytest.mark.parametrize(("at_rest", "pressed", "bit"), [("ff 1f", "f7 1f", "8.3 = 0"), ("00 00", "00 01", "9.0 = 1")])
def test_a_device_is_known_by_the_bit_that_it_changes(at_rest: str, pressed: str, bit: str) -> None:
    finding = judged_alarm(ESTOP, seen(at_rest), seen(pressed), seen(at_rest))
    assert finding.verdict is Verdict.PASSED
    assert f"it was told, as bit {bit}, and gone afterwards" in finding.text.english()


def test_settled_bits_are_known_by_their_names_alone() -> None:
    assert seen("f7 1f", "yes") == {"8.3 (emergency_stop)"}
    assert seen("00 00", "no") == frozenset()


@pytest.mark.parametrize(
    ("alarms", "drive", "said"),
    [
        ("80 00", "03 01", "a drive has failed (17: 3 1)"),
        ("90 00", "00 00", "a safety edge was touched (8.4)"),
        ("80 00", "00 00", "a safety relay of its controller is off (8.7): something has tripped."),
        ("00 08", "00 00", "a safety relay of its controller is off (9.3): something has tripped."),
    ],
)
def test_a_relay_that_fell_is_no_pressed_button_and_what_made_it_fall_comes_first(
    alarms: str, drive: str, said: str
) -> None:
    problem = standing_problem(block_of(), shipped_profile("stow-wms").capabilities, told(alarms, drive, "no"))
    assert problem is not None
    assert said in problem.english()


def test_only_settings_can_say_that_the_alarm_bits_of_a_site_mean_nothing() -> None:
    inverted = status_of(RECORDED, alarm_bits_inverted='"yes"')
    assert {alarm.code for alarm in inverted.alarms} == {"8.5", "9.2", "17: 0 14"}
    settled = status_of(RECORDED, alarm_bits_inverted='"yes"', meaningless='["8.5", "9.2", "17"]')
    assert settled.alarms == ()
    assert len(status_of(RECORDED, alarm_bits_inverted='"no"').alarms) == 12
    unsettled = status_of(RECORDED, meaningless='["17"]').alarms
    assert [(alarm.fault, alarm.code) for alarm in unsettled] == [(Fault.NONE, "8.0-9.4")]
