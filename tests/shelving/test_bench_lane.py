"""A question that was taken back never begins, whatever the bus does with it at that moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest

from archroom.drivers.line import ExchangeFailed, Line
from archroom.drivers.modbus import Request
from archroom.drivers.reference import read_identity
from archroom.drivers.transactions import Failure, FailureKind
from archroom.shelving.bench_lane import BenchLane

ASKED = read_identity(7)


class UrgentLine:
    """A line on which something more urgent always comes; `meanwhile` happens while a question has its turn."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.asked: list[Request] = []
        self._meanwhile = meanwhile

    def exchange(self, request: Request, is_urgent: Callable[[], bool] | None = None) -> None:
        """Give way."""
        self.asked.append(request)
        self._meanwhile()
        raise ExchangeFailed(Failure(FailureKind.GAVE_WAY, request, is_sent=False), "here")


def turn(lane: BenchLane, line: UrgentLine) -> None:
    """Let the bus carry out what is next."""
    lane.read_next(cast(Line, line))


def test_a_question_that_gave_way_waits_for_its_turn_again() -> None:
    lane, line = BenchLane(), UrgentLine()
    question = lane.ask(ASKED)
    turn(lane, line)
    assert question.outcome is None
    turn(lane, line)
    assert line.asked == [ASKED, ASKED]


def test_a_question_that_was_taken_back_while_it_gave_way_never_begins() -> None:
    lane = BenchLane()
    question = lane.ask(ASKED)
    line = UrgentLine(lambda: pytest.fail("taken back too late") if lane.withdraw(question) else None)
    turn(lane, line)
    assert isinstance(question.outcome, ExchangeFailed), "whoever still waits is told that nothing was sent"
    assert not lane.is_due(float("inf"))


def test_a_turn_whose_question_was_just_taken_back_does_nothing() -> None:
    lane, line = BenchLane(), UrgentLine()
    question = lane.ask(ASKED)
    assert lane.withdraw(question)
    turn(lane, line)
    assert line.asked == []
