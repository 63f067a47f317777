"""STOP at the desk: first of all, without the books, never a repeat, and no more said than was seen."""

from __future__ import annotations

import pytest
from small_house import SmallHouse

from archroom.core.acts import ActKind
from archroom.core.scans import Step
from archroom.core.shelving import StopReport
from archroom.errors import BadDatabase, PortUnavailable, say


def test_stop_goes_first_and_is_recorded_afterwards(house: SmallHouse) -> None:
    answer = house.scan("stop\r")
    assert house.shelving.log == ["stop None"]
    assert (answer.step, answer.is_ok, answer.subject) == (Step.STOP, True, "STOP")
    assert answer.message.english() == "Stopped. All shelving stands still."
    assert house.archive.books.events[-1].act.kind is ActKind.MOTION_STOPPED
    assert house.archive.books.events[-1].seq == answer.seq


def test_stop_needs_no_books(house: SmallHouse) -> None:
    house.archive.broken = BadDatabase(say("gone"))
    answer = house.scan("STOP")
    assert house.shelving.log == ["stop None"]
    assert (answer.is_ok, answer.seq) == (True, None)
    assert "not in the ledger" in answer.message.english()


def test_stop_is_never_taken_for_a_repeat(house: SmallHouse) -> None:
    for _ in range(3):
        house.desk.scan(house.session, "STOP")
    assert house.shelving.log == ["stop None"] * 3


def test_a_stop_counts_for_the_time_that_is_told_with_it(house: SmallHouse) -> None:
    house.desk.scan(house.session, house.ann.code, at_s=0.0)
    house.desk.scan(house.session, "STOP", at_s=59.0)
    assert house.desk.scan(house.session, house.box.code, at_s=100.0).step is Step.LEND


@pytest.mark.parametrize(
    ("reports", "step", "sentence"),
    [
        ([], Step.REFUSE, "No shelving is connected here; nothing was stopped."),
        (
            [StopReport(2, False, False, "direct")],
            Step.REFUSE,
            "STOP could not be sent to block 2. Use its emergency stop.",
        ),
        (
            [StopReport(2, True, False, "server")],
            Step.STOP,
            "STOP was sent; standstill of block 2 was not seen. Look at it.",
        ),
        (
            [StopReport(1, True, True, "server"), StopReport(2, False, False, "direct")],
            Step.STOP,
            "STOP could not be sent to block 2. Use its emergency stop.",
        ),
    ],
)
def test_stop_says_what_was_seen_and_no_more(
    house: SmallHouse, reports: list[StopReport], step: Step, sentence: str
) -> None:
    house.shelving.reports = reports
    answer = house.scan("STOP")
    assert (answer.step, answer.is_ok, answer.message.english()) == (step, False, sentence)


def test_a_stop_that_fails_is_told_at_once(house: SmallHouse) -> None:
    house.shelving.stop_error = PortUnavailable(say("The port went away."))
    answer = house.scan("STOP")
    assert (answer.is_ok, answer.message.english()) == (False, "The port went away.")
