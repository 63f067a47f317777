"""What is left of a bus out of service: what is shown of its blocks, and which stop is answered by which report."""

from __future__ import annotations

from fed_plain import TELLS_AISLE
from fed_plain import proved as proved_plain
from fed_supervisor import AT, BLOCK, proved

from archroom.core.shelving import StopReport, Trust
from archroom.shelving.out_of_service import OutOfService, failure_of, give_up
from archroom.shelving.spec import BusSpec

SPEC = BusSpec("tcp://127.0.0.1:1", {1: 1, 2: 2})
REASON = failure_of(SPEC.url)
SEEN = StopReport(1, True, True, "direct")


def left() -> OutOfService:
    """What is left of a bus of two blocks."""
    return OutOfService(SPEC, {1: 6, 2: 6}, REASON)


def test_nothing_is_known_of_its_blocks_but_what_cannot_change() -> None:
    for supervisor, capabilities in ((proved().supervisor, None), (proved_plain().supervisor, TELLS_AISLE)):
        assert supervisor.gate.arming(AT).is_armed
        assert not give_up(supervisor, AT, REASON)
        view = left().view(supervisor, AT)
        assert (view.block, view.trust, view.status, view.plain, view.motion) == (BLOCK.number, Trust.LOST, None, None, None)
        assert (view.is_movable, view.why_not, view.capabilities) == (False, REASON, capabilities)
        assert (view.arming.is_armed, view.arming.reason) == (False, REASON)


def test_a_stop_of_one_block_is_sent_to_it_and_of_several_to_all() -> None:
    bus = left()
    assert (bus.is_asked, bus.is_stopping) == (False, False)
    for blocks, sent_to in (((1,), 1), ((1, 2), None), ((2,), 2)):
        bus.ask_stop(blocks)
        assert (bus.is_asked, bus.is_stopping) == (True, True)
        assert bus.take_asked() == sent_to
        assert (bus.is_asked, bus.is_stopping) == (False, True)
        bus.put_reports([])
        assert not bus.is_stopping


def test_a_stop_that_is_asked_for_anew_is_not_answered_by_what_became_of_the_one_before() -> None:
    bus = left()
    assert bus.report(1) == StopReport(1, False, False, "direct", REASON)
    bus.ask_stop([1])
    bus.take_asked()
    bus.put_reports([SEEN])
    assert bus.report(1) == SEEN
    bus.ask_stop([1])
    assert not bus.report(1).is_sent
    bus.take_asked()
    bus.ask_stop([1])
    bus.put_reports([SEEN])
    assert not bus.report(1).is_sent, "it may have moved again since"
    bus.take_asked()
    bus.put_reports([SEEN])
    assert bus.report(1) == SEEN
