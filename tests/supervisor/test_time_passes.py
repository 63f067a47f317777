"""Whatever befalls a supervisor or is asked of it lets the time pass first: what ran out meanwhile is over, and told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import fed_plain
import fed_supervisor
import pytest
from statuses import opening

from archroom.core.plain.supervisor import PlainSupervisor
from archroom.core.shelving import OutcomeKind
from archroom.core.supervisor.notices import NoticeKind
from archroom.core.supervisor.supervisor import Supervisor
from archroom.core.supervisor.wishes import Frame, Lane, Pace, Wish
from archroom.errors import MotionRefused, say

AT = 100.0
ARMED_S = 8.0
OVER = AT + ARMED_S
REASON = say("Stopped by {name}.", name="Bo")
PATIENT = Pace(stale_s=99.0, lost_s=99.0)
QUESTION = Wish(Frame.STATUS, Lane.POLL, AT)
BEAT = Wish(Frame.HEARTBEAT, Lane.HEARTBEAT, AT)

Fed = fed_supervisor.Fed | fed_plain.FedPlain
AnySupervisor = Supervisor | PlainSupervisor
Act = Callable[[AnySupervisor], object]
WHAT_BEFALLS: dict[str, Act] = {
    "is asked what it wishes": lambda supervisor: supervisor.wishes(OVER),
    "a question fails": lambda supervisor: supervisor.frame_failed(OVER, QUESTION),
    "a write is answered": lambda supervisor: supervisor.frame_echoed(OVER, BEAT),
    "the port goes": lambda supervisor: supervisor.port_lost(OVER, REASON),
    "leave is asked for": lambda supervisor: supervisor.select(OVER, opening(3), "Ana"),
    "leave is used": lambda supervisor: supervisor.go(OVER, "t1", (0,), "Ana"),
    "an intent is released": lambda supervisor: supervisor.release(OVER, "t1"),
    "a motion is withdrawn": lambda supervisor: supervisor.withdraw(OVER, "t1", REASON),
    "somebody stops": lambda supervisor: supervisor.stop(OVER, REASON),
}


def armed(begin: Callable[[], Fed]) -> Fed:
    """A believed block that is armed for eight seconds from `AT` on, on a line that excuses any silence."""
    fed = begin()
    fed.supervisor.set_pace(PATIENT)
    fed.supervisor.arm(AT, "Ana", ARMED_S)
    fed.kinds()
    return fed


@pytest.mark.parametrize("begin", [fed_supervisor.proved, fed_plain.proved], ids=["map", "other make"])
@pytest.mark.parametrize("what", WHAT_BEFALLS)
def test_an_arming_that_ran_out_is_told_with_whatever_comes_next(begin: Callable[[], Fed], what: str) -> None:
    fed = armed(begin)
    with suppress(MotionRefused):
        WHAT_BEFALLS[what](fed.supervisor)
    assert NoticeKind.DISARMED in fed.kinds()
    assert not fed.supervisor.gate.arming(OVER).is_armed


@pytest.mark.parametrize("begin", [fed_supervisor.proved, fed_plain.proved], ids=["map", "other make"])
def test_an_arming_that_ran_out_is_told_before_the_next_one(begin: Callable[[], Fed]) -> None:
    fed = armed(begin)
    fed.supervisor.arm(OVER, "Bo", 60.0)
    assert fed.kinds() == [NoticeKind.DISARMED, NoticeKind.ARMED]


@pytest.mark.parametrize("begin", [fed_supervisor.proved, fed_plain.proved], ids=["map", "other make"])
def test_an_arming_that_ran_out_is_told_with_the_next_status(begin: Callable[[], Fed]) -> None:
    fed = armed(begin)
    fed.read(OVER)
    assert fed.kinds() == [NoticeKind.DISARMED]


def test_an_arming_that_ran_out_is_told_when_a_key_is_let_go() -> None:
    fed = fed_supervisor.proved()
    fed.supervisor.set_pace(PATIENT)
    fed.supervisor.arm(AT, "Ana", ARMED_S)
    fed.kinds()
    fed.supervisor.let_go(OVER, "t1")
    assert fed.kinds() == [NoticeKind.DISARMED]


@pytest.mark.parametrize("begin", [fed_supervisor.intended, fed_plain.intended], ids=["map", "other make"])
def test_what_a_stop_ends_before_anything_was_sent_has_ended_with_it(begin: Callable[[], tuple[Fed, object]]) -> None:
    fed, _ = begin()
    fed.supervisor.stop(AT, REASON)
    outcome = fed.supervisor.outcome("t1")
    assert outcome is not None
    assert (outcome.kind, outcome.reason) == (OutcomeKind.REFUSED, REASON)


@pytest.mark.parametrize("begin", [fed_supervisor.intended, fed_plain.intended], ids=["map", "other make"])
def test_an_intent_that_is_refused_at_its_release_has_ended_with_it(begin: Callable[[], tuple[Fed, object]]) -> None:
    fed, _ = begin()
    fed.supervisor.set_pace(Pace(stale_s=0.25, lost_s=99.0))
    fed.supervisor.release(AT + 0.5, "t1")
    outcome = fed.supervisor.outcome("t1")
    assert outcome is not None
    assert (outcome.kind, outcome.reason.english()) == (
        OutcomeKind.REFUSED, "The last status of block 1 is too old to act on.",
    )  # fmt: skip
