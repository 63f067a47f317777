"""Holds are names, not a count: who may place one, who may end one, and that nothing else does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from supervised_room import block_of

from archroom.core.comparing import name_key
from archroom.core.people_holds import (
    Hold,
    Holds,
    Release,
    held_aisles,
    hold_problem,
    new_hold,
    new_release,
    with_hold,
    without_hold,
)
from archroom.errors import Refused

BLOCK = block_of()
AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOLDS: Holds = (Hold(3, "Ana Lind", AT, "fetching"), Hold(3, "王小明", AT), Hold(5, "Ana Lind", AT))


def test_a_hold_is_kept_as_harmless_text() -> None:
    hold = new_hold(BLOCK, (), Hold(3, "  Ana\x1b[31m  Lind ", AT, "a\nb"))
    assert (hold.person, hold.reason) == ("Ana\ufffd[31m Lind", "a b")
    assert len(new_hold(BLOCK, (), Hold(3, "x" * 500, AT)).person) == 100


@pytest.mark.parametrize("aisle", [-1, 7, 99])
def test_an_aisle_that_does_not_exist_cannot_be_held(aisle: int) -> None:
    with pytest.raises(Refused, match=f"has no aisle {aisle}"):
        new_hold(BLOCK, (), Hold(aisle, "Ana", AT))
    outer = block_of(end_aisles=(False, False), open_aisles=(1,))
    with pytest.raises(Refused, match="has no aisle 0"):
        new_hold(outer, (), Hold(0, "Ana", AT))


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "\u00ad "])
def test_nobody_holds_nothing(name: str) -> None:
    with pytest.raises(Refused, match="Say who"):
        new_hold(BLOCK, (), Hold(3, name, AT))


@pytest.mark.parametrize("name", ["Ana Lind", "ANA LIND", " ana  lind", "Ａｎａ Ｌｉｎｄ", "Ana\u200b Lind"])
def test_one_name_holds_an_aisle_once(name: str) -> None:
    with pytest.raises(Refused, match="holds aisle 3 of block 1 already"):
        new_hold(BLOCK, HOLDS, Hold(3, name, AT))
    assert new_hold(BLOCK, HOLDS, Hold(4, name, AT)).aisle == 4


@pytest.mark.parametrize("by", [("Ana Lind",), ("ana lind",), ("ＡＮＡ Lind",)])
def test_a_person_ends_their_own_hold_and_no_other(by: tuple[str, ...]) -> None:
    release = new_release(BLOCK, HOLDS, Release(3, "ana lind", by))
    assert release.person == "Ana Lind"
    assert without_hold(HOLDS, release) == HOLDS[1:]


def test_two_others_end_a_hold_with_a_reason() -> None:
    release = new_release(BLOCK, HOLDS, Release(3, "王小明", ("Bo", "Cleo"), "gone home, seen at the gate"))
    assert without_hold(HOLDS, release) == (HOLDS[0], HOLDS[2])


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        ((), "gone"),
        (("Bo",), "gone"),
        (("Bo", "Bo"), "gone"),
        (("Bo", " BO "), "gone"),
        (("Bo", "Ana Lind"), "gone"),
        (("ana lind", "Ana Lind"), "gone"),
        (("Bo", ""), "gone"),
        (("", ""), "gone"),
        (("Bo", "Cleo", "Dan"), "gone"),
        (("Bo", "Cleo"), ""),
        (("Bo", "Cleo"), "  "),
    ],
)
def test_nobody_else_ends_a_hold(by: tuple[str, ...], reason: str) -> None:
    with pytest.raises(Refused):
        new_release(BLOCK, HOLDS, Release(3, "Ana Lind", by, reason))


def test_a_hold_that_is_not_there_cannot_end() -> None:
    for aisle, person in ((4, "Ana Lind"), (3, "Bo"), (3, "")):
        with pytest.raises(Refused, match="does not hold"):
            new_release(BLOCK, HOLDS, Release(aisle, person, (person,)))


def test_a_held_aisle_forbids_every_motion_that_changes_it_and_no_other() -> None:
    assert held_aisles(HOLDS) == {3, 5}
    problem = hold_problem(BLOCK, HOLDS, {2, 3, 4})
    assert problem is not None
    assert problem.english() == "Ana Lind is in aisle 3 of block 1: it must not change until that hold is released."
    assert hold_problem(BLOCK, HOLDS, {0, 1, 2}) is None


def test_a_hold_on_an_aisle_that_the_block_has_no_more_forbids_everything() -> None:
    """The room was changed behind somebody's back: nobody can say where they are."""
    assert hold_problem(BLOCK, (Hold(9, "Ana", AT),), {0}) is not None
    assert new_release(BLOCK, (Hold(9, "Ana", AT),), Release(9, "Ana", ("Ana",))).aisle == 9


names = st.sampled_from(["Ana", "ana", "Bo", "Cleo", "王小明", " Dan "])
asked = st.tuples(
    st.booleans(), st.sampled_from(BLOCK.aisles), names, st.lists(names, max_size=3), st.sampled_from(["", "r"])
)


@given(st.lists(asked, max_size=30))
def test_a_hold_stands_until_its_own_person_or_two_others_end_it(
    acts: list[tuple[bool, int, str, list[str], str]],
) -> None:
    """Against a plain model: for each aisle the set of names that are in it."""
    holds: Holds = ()
    inside: set[tuple[int, str]] = set()
    for is_hold, aisle, person, by, reason in acts:
        key = (aisle, name_key(person))
        if is_hold:
            try:
                holds = with_hold(holds, new_hold(BLOCK, holds, Hold(aisle, person, AT)))
            except Refused:
                assert key in inside
            inside.add(key)
        else:
            keys = [name_key(name) for name in by]
            others = set(keys) - {name_key(person)}
            may = key in inside and (keys == [name_key(person)] or (len(keys) == 2 and len(others) == 2 and reason != ""))
            try:
                holds = without_hold(holds, new_release(BLOCK, holds, Release(aisle, person, tuple(by), reason)))
            except Refused:
                assert not may
            else:
                assert may
                inside.discard(key)
        assert {(hold.aisle, name_key(hold.person)) for hold in holds} == inside
