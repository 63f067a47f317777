"""What people say of a block, by itself: how long an arming lasts, what ends it, and what each word forbids."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from supervised_room import block_of, refusal

from archroom.core.arming import Arming, BlockArming, Unfinished
from archroom.core.people_holds import Hold, new_hold
from archroom.core.shelving import BlockView, OutcomeKind, Trust
from archroom.core.supervisor.gate import Gate
from archroom.core.supervisor.notices import NoticeKind
from archroom.errors import Message, NotArmed, say

BLOCK = block_of()
AT = 100.0
SINCE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LITTLE = 1 / 1024
REASON, OTHER, GONE = say("It was stopped."), say("Another."), say("The record is gone.")
ORPHAN = Unfinished("t9", say("Nobody saw the end of t9."))


@dataclass
class UnderWay:
    """A motion that notes why it is ended."""

    changes: frozenset[int] = frozenset({0, 1})
    ended: list[Message] = field(default_factory=list)

    def fail(self, now: float, reason: Message) -> None:
        """Note the reason."""
        self.ended.append(reason)


def gate_of(*holds: int, is_armed: bool = True, problems: tuple[Message, ...] = ()) -> Gate:
    """A gate with somebody in these aisles, armed at `AT` for an hour."""
    found: list[Message] = []
    gate = Gate(BLOCK, [Hold(aisle, "Bo", SINCE) for aisle in holds], (), lambda: found[0] if found else None)
    if is_armed:
        gate.arm(AT, "Ana", 3600.0, ())
    gate.take_notices()
    found += problems
    return gate


def kinds(gate: Gate) -> list[NoticeKind]:
    """What happened since the last look."""
    return [notice.kind for notice in gate.take_notices()]


def view(is_movable: bool = True, why_not: Message | None = None) -> BlockView:
    """A view as the supervisor makes it."""
    return BlockView(1, Trust.GOOD, 0.0, None, None, (), is_movable, why_not)


# -- arming


@pytest.mark.parametrize(
    ("for_s", "is_allowed"), [(0.0, False), (-1.0, False), (0.5, True), (43_200.0, True), (43_200.5, False)]
)
def test_a_block_is_armed_for_twelve_hours_at_most(for_s: float, is_allowed: bool) -> None:
    arming = BlockArming(1)
    if is_allowed:
        arming.arm(AT, "Ana", for_s, ())
        assert arming.state(AT) == Arming("Ana", for_s)
    else:
        assert "12 hours" in refusal(lambda: arming.arm(AT, "Ana", for_s, ()))
        assert not arming.state(AT).is_armed


def test_an_arming_ends_with_its_time_to_the_moment() -> None:
    arming = BlockArming(1)
    arming.arm(AT, "Ana", 8.0, ())
    assert arming.state(AT + 3.0).left_s == 5.0
    assert not arming.let_pass(AT + 8.0 - LITTLE)
    assert arming.state(AT + 9.0) == Arming("Ana", 0.0)
    assert arming.let_pass(AT + 8.0)
    assert not arming.let_pass(AT + 8.0), "it ends once"
    assert (Arming().is_armed, Arming().left_s) == (False, 0.0)
    assert arming.state(AT).reason == say("The time for which {name} armed it is over.", name="Ana")


def test_who_arms_is_kept_as_a_harmless_name_and_must_be_somebody() -> None:
    arming = BlockArming(7)
    arming.arm(AT, "x" * 500, 8.0, ())
    assert arming.state(AT).by == "x" * 100
    for nobody in ("", "  ", "\u200b"):
        assert refusal(lambda: BlockArming(7).check(nobody, 8.0, ())) == "Say who arms block 7."  # noqa: B023 - at once


def test_whether_a_block_may_be_armed_is_asked_before_it_is() -> None:
    gate = gate_of(is_armed=False)
    gate.check_arming("Ana", 60.0, ())
    assert not gate.arming(AT).is_armed
    assert "12 hours" in refusal(lambda: gate.check_arming("Ana", 0.0, ()))
    assert "Say who arms" in refusal(lambda: gate.check_arming(" ", 60.0, ()))


def test_who_goes_into_an_aisle_is_told_what_was_noted() -> None:
    gate = gate_of()
    assert gate.hold(3, "Bo", SINCE, "mends a shelf") == Hold(3, "Bo", SINCE, "mends a shelf") == gate.holds[0]


def test_the_first_reason_stays_until_somebody_arms() -> None:
    arming = BlockArming(1)
    assert arming.state(AT).reason == say("The shelving server was started.")
    assert not arming.disarm(REASON)
    assert arming.state(AT).reason == say("The shelving server was started.")
    arming.arm(AT, "Ana", 8.0, ())
    assert arming.disarm(REASON)
    assert not arming.disarm(OTHER)
    assert arming.state(AT) == Arming(reason=REASON)
    assert refusal(arming.refuse_unarmed).startswith("Block 1 is not armed. What disarmed it: It was stopped. ")
    arming.arm(AT, "Bea", 8.0, ())
    arming.refuse_unarmed()
    assert arming.state(AT) == Arming("Bea", 8.0)


def test_each_end_that_nobody_saw_is_acknowledged_by_itself() -> None:
    other = Unfinished("t8", say("Nobody saw the end of t8."))
    arming = BlockArming(1, [other, ORPHAN])
    assert "end of t8" in refusal(lambda: arming.arm(AT, "Ana", 8.0, ()))
    assert "end of t9" in refusal(lambda: arming.arm(AT, "Ana", 8.0, ("t8",)))
    assert len(arming.unfinished) == 2
    arming.arm(AT, "Ana", 8.0, ("t8", "t9"))
    assert not arming.unfinished


def test_reasons_are_kept_to_200_letters() -> None:
    assert new_hold(BLOCK, (), Hold(3, "Bo", SINCE, "x" * 500)).reason == "x" * 200


# -- what happened


def test_arming_and_disarming_are_told_once() -> None:
    gate = Gate(BLOCK)
    assert gate.arm(AT, "Ana", 8.0, ()) == Arming("Ana", 8.0)
    (told,) = gate.take_notices()
    assert (told.kind, told.text) == (NoticeKind.ARMED, say("Block {block} is armed by {name}.", block=1, name="Ana"))
    gate.disarm(REASON)
    gate.disarm(OTHER)
    (told,) = gate.take_notices()
    assert told.kind is NoticeKind.DISARMED
    assert "It was stopped." in told.text.english()
    assert gate.take_notices() == []


@pytest.mark.parametrize(
    ("kind", "is_armed"),
    [(OutcomeKind.DONE, True), (OutcomeKind.REFUSED, True), (OutcomeKind.ABORTED, False), (OutcomeKind.UNKNOWN, False)],
)
def test_a_motion_that_was_not_done_disarms(kind: OutcomeKind, is_armed: bool) -> None:
    gate = gate_of()
    gate.conclude(kind, REASON)
    assert gate.arming(AT) == (Arming("Ana", 3600.0) if is_armed else Arming(reason=REASON))
    assert kinds(gate) == ([] if is_armed else [NoticeKind.DISARMED])


def test_doubt_disarms_and_ends_a_motion_and_time_ends_only_what_rests() -> None:
    gate, motion = gate_of(), UnderWay()
    gate.heed(AT, None, motion)
    gate.heed(AT + 9999.0, None, motion)
    assert (motion.ended, kinds(gate)) == ([], [])
    gate.heed(AT + 3600.0 - LITTLE, None, None)
    assert kinds(gate) == []
    gate.heed(AT + 3600.0, None, None)
    gate.heed(AT + 3600.0, None, None)
    assert kinds(gate) == [NoticeKind.DISARMED]
    doubtful = gate_of()
    doubtful.heed(AT, REASON, motion)
    assert (motion.ended, kinds(doubtful)) == ([REASON], [NoticeKind.DISARMED])
    resting = gate_of()
    resting.heed(AT, REASON, None)
    assert kinds(resting) == [NoticeKind.DISARMED]


# -- what is forbidden


def test_a_hold_ends_a_motion_that_changes_its_aisle_and_no_other() -> None:
    for held, is_ended in ((1, True), (2, False)):
        gate, motion = gate_of(held), UnderWay()
        gate.heed(AT, None, motion)
        assert bool(motion.ended) is is_ended
    motion = UnderWay()
    gate_of(problems=(GONE,)).heed(AT, None, motion)
    assert motion.ended == [GONE]
    locking = UnderWay(frozenset())
    gate_of(1, is_armed=False, problems=(GONE,)).heed(AT, None, locking)
    assert locking.ended == []


def test_what_is_admitted() -> None:
    gate_of().admit({0, 1})
    gate_of(2).admit({0, 1})
    gate_of(1, is_armed=False, problems=(GONE,)).admit(())
    assert "Bo is in aisle 1" in refusal(lambda: gate_of(1).admit({0, 1}))
    assert "Bo is in aisle 1" in refusal(lambda: gate_of(1, is_armed=False).admit({0, 1}))
    assert refusal(lambda: gate_of(1, problems=(GONE,)).admit({0, 1})) == "The record is gone."
    with pytest.raises(NotArmed):
        gate_of(is_armed=False).admit({0, 1})


def test_why_nothing_moves() -> None:
    assert gate_of().problem() is None
    assert gate_of(problems=(GONE,)).problem() == GONE
    unarmed = gate_of(is_armed=False).problem()
    assert unarmed is not None
    assert "is not armed" in unarmed.english()


def test_without_the_record_nobody_arms() -> None:
    assert refusal(lambda: gate_of(problems=(GONE,), is_armed=False).arm(AT, "Ana", 8.0, ())) == "The record is gone."


def test_a_view_shows_what_people_said() -> None:
    shown = gate_of(3).shown(AT + 600.0, view())
    assert (shown.is_movable, shown.why_not, shown.arming) == (True, None, Arming("Ana", 3000.0))
    assert [hold.aisle for hold in shown.holds] == [3]
    unarmed = gate_of(is_armed=False).shown(AT, view())
    assert not unarmed.is_movable
    assert unarmed.why_not is not None
    assert "is not armed" in unarmed.why_not.english()
    broken = gate_of().shown(AT, view(False, REASON))
    assert (broken.is_movable, broken.why_not) == (False, REASON)
    both = gate_of(is_armed=False).shown(AT, view(False, REASON))
    assert (both.is_movable, both.why_not) == (False, REASON)
    assert Gate(BLOCK, (), [ORPHAN]).shown(AT, view()).unfinished == (ORPHAN,)
