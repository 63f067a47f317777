"""What a commissioning sees of a Stow installation with unsettled alarm bits: which of them each device changes."""

from __future__ import annotations

import pytest
from profile_texts import changed_profile, driver_of

from archroom.core.commissioning import Step, StepKind, Verdict
from archroom.core.commissioning_rules import devices_seen, judged_alarm

ESTOP = Step(StepKind.EMERGENCY_STOP)


def seen(alarms: str, inverted: str = "unknown") -> frozenset[str]:
    """The devices that an answer with these two alarm bytes shows."""
    reply = bytes.fromhex(f"00 02 02 05 01 47 06 00 {alarms} 00 00 00 00 00 03 00 00 00 00")
    driver, _, _ = driver_of(changed_profile("stow-wms", alarm_bits_inverted=f'"{inverted}"'), reply)
    return devices_seen(driver.status().status)


@pytest.mark.parametrize(("at_rest", "pressed", "bit"), [("ff 1f", "f7 1f", "8.3 = 0"), ("00 00", "00 01", "9.0 = 1")])
def test_a_device_is_known_by_the_bit_that_it_changes(at_rest: str, pressed: str, bit: str) -> None:
    finding = judged_alarm(ESTOP, seen(at_rest), seen(pressed), seen(at_rest))
    assert finding.verdict is Verdict.PASSED
    assert f"it was told, as bit {bit}, and gone afterwards" in finding.text.english()


def test_settled_bits_are_known_by_their_names_alone() -> None:
    assert seen("f7 1f", "yes") == {"8.3 (emergency_stop)"}
    assert seen("00 00", "no") == frozenset()
