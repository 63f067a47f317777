"""When the frames of one stop are due and how urgent they are, to the moment; and which status ends it."""

from __future__ import annotations

import pytest

from archroom.core.shelving import StopReport
from archroom.core.supervisor.stop import Stopping
from archroom.core.supervisor.wishes import Lane
from archroom.errors import say

PRESSED_S = 100.0


def pressed(heard_s: float | None = PRESSED_S) -> Stopping:
    """A stop that was just asked for."""
    stopping = Stopping()
    stopping.ask(PRESSED_S, heard_s)
    return stopping


def due(stopping: Stopping, now: float = PRESSED_S, heard_s: float | None = PRESSED_S) -> tuple[Lane, float]:
    """How urgent the next frame is, and when it is due."""
    wish = stopping.wish(now, heard_s)
    assert wish is not None
    return wish.lane, wish.due_s


def test_nothing_is_wished_before_anybody_asks() -> None:
    assert Stopping().wish(PRESSED_S, None) is None
    assert not Stopping().take_status(True, PRESSED_S, 0.02)


def test_a_frame_is_due_at_once_and_then_every_100_ms() -> None:
    stopping = pressed()
    assert due(stopping) == (Lane.STOP, PRESSED_S)
    stopping.frame_sent(PRESSED_S)
    assert due(stopping) == (Lane.STOP, PRESSED_S + 0.1)


def test_after_a_failure_there_is_room_for_the_others_of_the_line() -> None:
    stopping = pressed()
    stopping.frame_sent(PRESSED_S)
    stopping.frame_failed(PRESSED_S + 0.01)
    assert due(stopping) == (Lane.STOP, PRESSED_S + 0.1)
    stopping.frame_failed(PRESSED_S + 0.1)
    assert due(stopping)[1] == pytest.approx(PRESSED_S + 0.15)


def test_a_failure_of_what_went_out_before_the_press_keeps_nothing_waiting() -> None:
    stopping = pressed(None)
    stopping.frame_sent(PRESSED_S)
    stopping.ask(PRESSED_S + 0.0625, None)
    stopping.frame_failed(PRESSED_S + 0.25)
    assert due(stopping, PRESSED_S + 0.25, None) == (Lane.STOP, PRESSED_S + 0.0625)
    for after_s in (0.25, 0.5, 0.75):
        assert due(stopping, PRESSED_S + after_s, None)[0] is Lane.STOP, "that failure is none of its three tries"
        stopping.frame_sent(PRESSED_S + after_s)
        stopping.frame_failed(PRESSED_S + after_s)
    assert due(stopping, PRESSED_S + 0.75, None)[0] is Lane.PROBE


@pytest.mark.parametrize("heard_s", [None, PRESSED_S - 10.0, PRESSED_S - 3.0])
def test_a_unit_goes_along_with_the_probes_once_it_was_silent_for_three_seconds(heard_s: float | None) -> None:
    stopping = pressed()
    assert due(stopping, PRESSED_S + 3.0, heard_s)[0] is Lane.STOP
    assert due(stopping, PRESSED_S + 3.0625, heard_s)[0] is Lane.PROBE
    stopping.frame_sent(PRESSED_S)
    stopping.frame_failed(PRESSED_S + 3.0)
    assert due(stopping)[1] == PRESSED_S + 3.05
    stopping.frame_failed(PRESSED_S + 3.0625)
    assert due(stopping)[1] == PRESSED_S + 4.0625


def test_a_unit_that_answers_stays_ahead_of_everything() -> None:
    stopping = pressed()
    assert due(stopping, PRESSED_S + 9.0, PRESSED_S + 6.0)[0] is Lane.STOP
    assert due(stopping, PRESSED_S + 9.0, PRESSED_S + 5.9)[0] is Lane.PROBE


@pytest.mark.parametrize(
    ("heard_s", "lane"), [(PRESSED_S - 3.0, Lane.STOP), (PRESSED_S - 3.0625, Lane.PROBE), (None, Lane.PROBE)]
)
def test_a_unit_that_was_silent_when_the_key_was_pressed_gets_three_frames_first(heard_s: float | None, lane: Lane) -> None:
    stopping = pressed(heard_s)
    stopping.frame_sent(PRESSED_S - 1.0)
    for _ in range(2):
        stopping.frame_failed(PRESSED_S)
    assert due(stopping, PRESSED_S, heard_s) == (Lane.STOP, PRESSED_S + 0.05)
    stopping.frame_failed(PRESSED_S)
    assert due(stopping, PRESSED_S, heard_s) == (lane, PRESSED_S + (0.05 if lane is Lane.STOP else 1.0))
    stopping.ask(PRESSED_S + 2.0, heard_s)
    assert due(stopping, PRESSED_S + 2.0, heard_s) == (Lane.STOP, PRESSED_S + 2.0), "each press gets three again"


def test_only_a_status_asked_for_two_scans_after_the_frame_ends_it() -> None:
    stopping = pressed()
    assert not stopping.take_status(True, PRESSED_S + 9.0, 0.5), "no frame went out yet"
    stopping.frame_sent(PRESSED_S)
    stopping.frame_sent(PRESSED_S + 0.75)
    assert stopping.sent_s == PRESSED_S, "the first frame after the press counts"
    assert not stopping.take_status(True, PRESSED_S + 0.9375, 0.5)
    assert not stopping.take_status(False, PRESSED_S + 1.0, 0.5)
    assert stopping.is_active
    assert stopping.take_status(True, PRESSED_S + 1.0, 0.5)
    assert not stopping.is_active
    assert stopping.wish(PRESSED_S + 1.0, PRESSED_S) is None
    assert not stopping.take_status(True, PRESSED_S + 2.0, 0.5), "it has ended"


def test_it_reports_whether_it_went_out_and_whether_standstill_was_seen() -> None:
    stopping = pressed()
    unseen = say("Standstill of block {block} was not seen.", block=1)
    assert stopping.report(1, None) == StopReport(1, False, False, "server", unseen)
    assert Stopping().report(1, None) == StopReport(1, False, False, "server", unseen)
    stranger = say("What answers there is no shelving controller.")
    assert stopping.report(1, stranger) == StopReport(1, False, False, "server", stranger)
    stopping.frame_sent(PRESSED_S)
    assert stopping.report(1, None) == StopReport(1, True, False, "server", unseen)
    stopping.take_status(True, PRESSED_S + 1.0, 0.02)
    assert stopping.report(1, None) == StopReport(1, True, True, "server", None)
    assert stopping.report(1, stranger) == StopReport(1, True, True, "server", stranger)
    stopping.ask(PRESSED_S + 2.0, PRESSED_S)
    assert stopping.report(1, None) == StopReport(1, False, False, "server", unseen)
