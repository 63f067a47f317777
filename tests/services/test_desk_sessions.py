"""A terminal's session: repeated readings, the minute of the hand, who works there, and books that do not answer."""

from __future__ import annotations

import pytest
from small_house import SmallHouse

from archroom.core.acts import ActKind, Performer
from archroom.core.scans import Hand, Step
from archroom.errors import BadDatabase, Busy, say


def kinds(house: SmallHouse) -> list[ActKind]:
    """The kinds of the desk's own acts, oldest first."""
    return [event.act.kind for event in house.archive.books.events if event.performer.terminal == "desk/1"]


def test_a_second_reading_within_a_moment_counts_once(house: SmallHouse) -> None:
    house.scan(house.ann.code)
    first = house.desk.scan(house.session, house.box.code)
    house.clock.pass_seconds(0.7)
    second = house.desk.scan(house.session, house.box.code.lower())
    assert (first.is_repeat, second.is_repeat) == (False, True)
    assert (second.step, second.seq, second.is_ok) == (Step.LEND, None, True)
    assert kinds(house) == [ActKind.THING_LENT]
    house.clock.pass_seconds(0.9)
    assert not house.desk.scan(house.session, house.box.code).is_repeat


def test_different_codes_are_never_taken_for_a_repeat(house: SmallHouse) -> None:
    house.scan(house.ann.code)
    assert house.desk.scan(house.session, house.box.code).seq is not None
    assert house.desk.scan(house.session, house.other_box.code).seq is not None
    assert not house.desk.scan(house.session, house.box.code).is_repeat


def test_an_empty_line_between_two_readings_does_not_hide_the_repeat(house: SmallHouse) -> None:
    house.scan(house.ann.code)
    house.desk.scan(house.session, house.box.code)
    house.desk.scan(house.session, "\r")
    assert house.desk.scan(house.session, house.box.code).is_repeat


def test_piped_lines_all_count(house: SmallHouse) -> None:
    session = house.desk.open_session(Performer("Olga", "desk/1"), is_live=False)
    steps = [house.desk.scan(session, code).step for code in (house.box.code, house.ann.code, "DONE")]
    steps += [house.desk.scan(session, house.box.code).step for _ in range(2)]
    assert steps == [Step.SHOW, Step.LEND, Step.DONE, Step.RETURN, Step.SHOW]


def test_the_hand_empties_after_a_minute(house: SmallHouse) -> None:
    house.scan(house.ann.code)
    house.clock.pass_seconds(59.9)
    assert house.session.hand.held == house.ann
    house.clock.pass_seconds(0.1)
    assert house.session.hand == Hand()
    assert house.desk.scan(house.session, house.box.code).step is Step.SHOW


def test_a_told_time_decides_over_the_clock(house: SmallHouse) -> None:
    session = house.desk.open_session(Performer("Olga", "desk/1"), is_live=False)
    house.desk.scan(session, house.ann.code, at_s=10.0)
    house.clock.pass_seconds(3600)
    assert house.desk.scan(session, house.box.code, at_s=69.0).step is Step.LEND
    assert house.desk.scan(session, house.other_box.code, at_s=129.0).step is Step.SHOW
    house.desk.scan(session, house.ann.code, at_s=130.0)
    assert house.desk.scan(session, house.other_box.code, at_s=5.0).step is Step.ALREADY


def test_a_time_told_late_in_a_session_is_of_the_same_count(house: SmallHouse) -> None:
    session = house.desk.open_session(Performer("Olga", "desk/1"), is_live=False)
    house.desk.scan(session, house.ann.code)
    assert house.desk.scan(session, house.box.code, at_s=61.0).step is Step.SHOW


def test_the_hand_empties_when_somebody_else_works_here(house: SmallHouse) -> None:
    house.scan(house.ann.code)
    house.session.performer = Performer("Olga", "desk/1")
    assert house.session.hand.held == house.ann
    house.session.performer = Performer("Paul", "desk/1")
    assert house.session.hand == Hand()
    assert house.scan(house.ann.code, house.box.code).seq is not None
    assert house.archive.books.events[-1].performer.actor == "Paul"


def test_done_empties_the_hand_without_the_books(house: SmallHouse) -> None:
    house.scan(house.ann.code)
    house.archive.broken = BadDatabase(say("gone"))
    assert house.scan("DONE").is_ok
    assert house.session.hand == Hand()


@pytest.mark.parametrize("error", [Busy(say("busy")), BadDatabase(say("gone"))])
def test_when_the_books_do_not_answer_the_scan_is_not_counted(house: SmallHouse, error: Busy | BadDatabase) -> None:
    house.scan(house.ann.code)
    house.archive.broken = error
    with pytest.raises(type(error)):
        house.desk.scan(house.session, house.box.code)
    assert house.session.hand.held == house.ann
    house.archive.broken = None
    assert house.desk.scan(house.session, house.box.code).step is Step.LEND
