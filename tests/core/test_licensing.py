"""How far a block may be moved: by its record and the controller that answers, or while one connection commissions it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from commissioned import record_for
from supervised_room import block_of

from archroom.core.commissioning import Controller, Licence
from archroom.core.licensing import COMMISSIONING_S, Licensing, Permission, attendance_problem
from archroom.errors import MotionRefused, say

BLOCK = block_of()
TODAY = date(2026, 11, 24)
OWN = Controller("reference", "SIM00001", 6, 1000)


def licensing(licence: Licence = Licence.FULL, today: date = TODAY) -> Licensing:
    """A block with a record signed on 2026-11-24."""
    return Licensing(1, lambda: today, record_for(BLOCK, "SIM00001", licence, TODAY))


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(MotionRefused) as refused:
        act()
    return refused.value.message.english()


def words(permission: Permission) -> str:
    return permission.reason.english() if permission.reason is not None else ""


def test_without_a_record_it_is_watched_and_the_command_is_named() -> None:
    permission = Licensing(4).permission(0.0, OWN)
    assert permission.licence is Licence.MONITOR
    assert words(permission).endswith("archroom shelving commission 4")
    told = Licensing(4, problem=say("The file is torn.")).permission(0.0, OWN)
    assert (told.licence, words(told)) == (Licence.MONITOR, "The file is torn.")


@pytest.mark.parametrize("licence", Licence)
def test_a_record_gives_its_licence_and_says_why_no_more(licence: Licence) -> None:
    permission = licensing(licence).permission(0.0, OWN)
    assert permission.licence is licence
    assert (permission.reason is None) is (licence is Licence.FULL)
    assert permission.expires_on == date(2027, 11, 24)


@pytest.mark.parametrize(
    ("controller", "today", "told"),
    [
        (OWN, date(2027, 11, 25), "ran out on 2027-11-24"),
        (OWN, date(2026, 11, 23), "dated in the future"),
        (replace(OWN, serial="SIM00002"), TODAY, "another controller"),
        (replace(OWN, profile="z5"), TODAY, "another controller"),
        (replace(OWN, stops_after_ms=2000), TODAY, "another setting"),
        (replace(OWN, carriages=5), TODAY, "another controller"),
        (None, TODAY, "was not read yet"),
    ],
)
def test_a_record_of_another_day_or_controller_gives_none(controller: Controller | None, today: date, told: str) -> None:
    permission = licensing(today=today).permission(0.0, controller)
    assert permission.licence is Licence.MONITOR
    assert told in words(permission)
    assert permission.expires_on == date(2027, 11, 24)


def test_whoever_commissions_moves_attended_and_nobody_else() -> None:
    block = Licensing(1)
    block.begin(10.0, "Ana", "Ben", "key")
    permission = block.permission(10.0, OWN)
    assert (permission.licence, permission.commissioned_by, permission.attendant) == (Licence.ATTENDED, "Ana", "Ben")
    block.refuse_others(10.0, "key")
    for other in ("", "another"):
        assert "being commissioned by Ana" in refusal(partial(block.refuse_others, 10.0, other))
    assert "being commissioned by Ana" in refusal(lambda: block.begin(10.0, "Cy", "Di", "another"))
    assert not block.end("another")
    assert block.is_under_way(10.0, "key")
    assert block.end("key")
    assert block.permission(10.0, OWN).licence is Licence.MONITOR
    block.refuse_others(10.0, "")


def test_half_an_hour_without_an_act_ends_it() -> None:
    block = Licensing(1)
    block.begin(0.0, "Ana", "Ben", "key")
    block.refuse_others(COMMISSIONING_S - 1, "key")
    assert block.permission(COMMISSIONING_S + 1, OWN).licence is Licence.ATTENDED
    assert block.is_commissioned_now(2 * COMMISSIONING_S - 2)
    assert not block.is_commissioned_now(2 * COMMISSIONING_S)
    assert not block.is_under_way(2 * COMMISSIONING_S, "key")
    assert block.permission(2 * COMMISSIONING_S, OWN).licence is Licence.MONITOR
    block.begin(2 * COMMISSIONING_S, "Cy", "Di", "another")


@pytest.mark.parametrize(("by", "witness"), [("", "Ben"), ("Ana", "  "), ("Ana", "ana")])
def test_two_people_commission(by: str, witness: str) -> None:
    block = Licensing(1)
    refusal(lambda: block.begin(0.0, by, witness, "key"))
    assert not block.is_commissioned_now(0.0)


@pytest.mark.parametrize(
    ("permission", "attendant", "told"),
    [
        (Permission(Licence.FULL), "", None),
        (Permission(Licence.ATTENDED), "Ben", None),
        (Permission(Licence.ATTENDED, attendant="Ben"), "", None),
        (Permission(Licence.ATTENDED), " ", "only while a second person"),
        (Permission(Licence.ATTENDED), "ANA", "must be another one"),
        (Permission(Licence.ATTENDED, attendant="Ben"), "Ana", "must be another one"),
        (Permission(Licence.MONITOR, say("Not now.")), "Ben", "Not now."),
        (Permission(), "Ben", "archroom shelving commission 1"),
    ],
)
def test_an_attended_block_needs_a_second_person(permission: Permission, attendant: str, told: str | None) -> None:
    problem = attendance_problem(1, permission, attendant, "Ana")
    assert (problem is None) is (told is None)
    assert told is None or (problem is not None and told in problem.english())
