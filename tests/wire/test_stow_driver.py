"""What the settings of the Stow link change, and which aisle is open, beside what the golden transcript shows."""

from __future__ import annotations

from contextlib import suppress

import pytest
from profile_texts import changed_profile, driver_of
from supervised_room import block_of

from archroom.core.controllers import Fault, Mode
from archroom.core.plain.facts import Order, OrderKind, PlainStatus
from archroom.core.plain.rules import standing_problem
from archroom.drivers.profile_reading import shipped_profile
from archroom.errors import LinkError, UsageError

RECORDED = [
    bytes.fromhex("00 02 02 05 02 02 00 00 df 1b 00 00 00 00 00 00 00 0e 00 00"),
    bytes.fromhex("00 02 02 05 09 09 00 00 df 1b 00 00 00 00 00 00 00 0e 00 00"),
    bytes.fromhex("00 00 02 05 02 02 00 00 df 1b 00 00 00 00 00 00 00 0e 00 00"),
]


def stow_status(reply: bytes, **settings: str) -> PlainStatus:
    """What the Stow driver says of an answer."""
    driver, _, _ = driver_of(changed_profile("stow-wms", **settings), reply)
    return driver.status().status


@pytest.mark.parametrize("inverted", ["unknown", "yes", "no"])
@pytest.mark.parametrize("recorded", RECORDED)
def test_no_recorded_answer_is_a_healthy_installation(recorded: bytes, inverted: str) -> None:
    status = stow_status(recorded, alarm_bits_inverted=f'"{inverted}"', echoes_request="false", meaningless='["17"]')
    assert status.alarms
    problem = standing_problem(block_of(), shipped_profile("stow-wms").capabilities, status)
    assert problem is not None
    said = "what the alarm bits of its controller mean is not settled" if inverted == "unknown" else "reports an alarm"
    assert said in problem.english()


def answer(
    state: int = 0x47,
    alarms: bytes = b"\0\0",
    to_open: int = 0,
    opened: int = 3,
    carriages: int = 6,
    head: bytes = b"\0\x02",
) -> bytes:
    """An answer of a Stow controller."""
    return head + bytes((2, 5, 1, state, carriages, 0)) + alarms + bytes((0, 0, 0, 0, to_open, opened, 0, 0, 0, 0))


@pytest.mark.parametrize(("state", "mode"), [(0x02, Mode.AUTOMATIC), (0x08, Mode.LOCAL), (0x0A, None), (0x00, None)])
def test_a_mode_is_told_only_if_one_bit_says_so(state: int, mode: Mode | None) -> None:
    assert stow_status(answer(state)).mode is mode


@pytest.mark.parametrize(("word", "fault"), [("beam", Fault.BEAM), ("estop", Fault.ESTOP)])
def test_what_two_tables_differ_on_is_what_the_setting_says(word: str, fault: Fault) -> None:
    told = stow_status(answer(alarms=b"\x04\0"), alarm_bits_inverted='"no"', bit_8_2=f'"{word}"').alarms
    assert [(alarm.fault, alarm.code) for alarm in told] == [(fault, "8.2")]


def test_the_aisles_and_carriages_of_a_site_are_settings() -> None:
    site = changed_profile("stow-wms", aisle_offset="1", counts_carriages="false")
    driver, _, _ = driver_of(site, answer(to_open=4, opened=2), answer(to_open=4, opened=4, carriages=0))
    driver.status()
    status = driver.status().status
    assert (status.open_aisle, status.carriages) == (3, None)
    assert stow_status(answer(opened=0)).open_aisle is None
    driver, wire, _ = driver_of(changed_profile("stow-wms", aisle_offset="1"), answer(head=b"\x06\x01"))
    driver.order(Order(OrderKind.OPEN, aisle=5))
    assert wire.sent[0][1] == b"\x06\x01"
    for aisle in (None, -1, 19):
        with pytest.raises(UsageError, match="which aisle"):
            driver.order(Order(OrderKind.OPEN, aisle=aisle))


def test_the_long_request_has_two_words() -> None:
    driver, wire, _ = driver_of(changed_profile("stow-wms", request='"long"'), answer(), answer(head=b"\x05\x01"))
    driver.status()
    with suppress(LinkError):  # the script's counter does not move
        driver.order(Order(OrderKind.OPEN, aisle=5))
    assert [data.hex() for _, data in wire.sent] == ["00000200", "05000100"]


def test_only_an_aisle_that_was_seen_to_open_is_open_and_only_until_another_begins_to() -> None:
    """The controller goes on to name the aisle that opened last, also where its closing was interrupted, by whomever."""

    def told(to_open: int, opened: int) -> bytes:
        return answer()[:14] + bytes((to_open, opened)) + bytes(4)

    replies = [told(0, 3), told(5, 3), told(5, 5), told(0, 5), told(6, 5), told(0, 5), told(3, 5), told(0, 3), told(0, 4)]
    driver, _, _ = driver_of(shipped_profile("stow-wms"), *replies)
    assert [driver.status().status.open_aisle for _ in replies] == [None, None, 5, 5, None, None, None, 3, 4]


def test_of_an_aisle_that_opens_again_after_another_was_broken_off_nobody_knows_how_far() -> None:
    def told(to_open: int, opened: int) -> bytes:
        return answer()[:14] + bytes((to_open, opened)) + bytes(4)

    replies = [told(3, 3), told(5, 3), told(0, 3), told(3, 3), told(0, 3), told(6, 3), told(0, 6)]
    driver, _, _ = driver_of(shipped_profile("stow-wms"), *replies)
    assert [driver.status().status.open_aisle for _ in replies] == [None, None, None, None, None, None, 6]
