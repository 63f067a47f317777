"""What people say of the shelving: kept by its server first, in the ledger if the books take it, never blocked by them."""

from __future__ import annotations

import pytest
from small_house import OPERATOR, SmallHouse

from archroom.core.acts import ActKind, Performer
from archroom.core.shelving import OutcomeKind
from archroom.errors import BadDatabase, Busy, MotionRefused, NotArmed, PortUnavailable, Refused, say
from archroom.services.aisles import Aisles, read_aisle
from archroom.services.claims import Claims


@pytest.fixture
def claims(house: SmallHouse) -> Claims:
    """What is said of the small house."""
    return Claims(house.archive, house.shelving)


def events(house: SmallHouse) -> list[tuple[ActKind, str, dict[str, str | int]]]:
    """The events of what was said, with who was at the terminal, and their facts."""
    kinds = (ActKind.AISLE_HELD, ActKind.AISLE_RELEASED, ActKind.BLOCK_ARMED, ActKind.BLOCK_DISARMED)
    found = [event for event in house.archive.books.events if event.act.kind in kinds]
    return [(event.act.kind, event.performer.actor, dict(event.act.facts)) for event in found]


def test_everything_that_is_said_leaves_an_event(house: SmallHouse, claims: Claims) -> None:
    held = claims.hold(OPERATOR, 1, 3, "Ann Archer", "fetching")
    assert held.message.english() == "Ann Archer is in aisle 3 of block 1: it stays as it is."
    claims.release(OPERATOR, 1, 3, "Ann Archer", ("Bo", "Cleo"), "gone home")
    claims.disarm(OPERATOR, 1)
    armed = claims.arm(OPERATOR, 1, 4)
    assert armed.message.english() == "Block 1 is armed by Olga for 4 h."
    assert armed.seq == len(house.archive.books.events)
    assert events(house) == [
        (ActKind.AISLE_HELD, "Olga", {"block": 1, "aisle": 3, "person": "Ann Archer", "reason": "fetching"}),
        (
            ActKind.AISLE_RELEASED,
            "Olga",
            {"block": 1, "aisle": 3, "person": "Ann Archer", "by": "Bo, Cleo", "reason": "gone home"},
        ),
        (ActKind.BLOCK_DISARMED, "Olga", {"block": 1}),
        (ActKind.BLOCK_ARMED, "Olga", {"block": 1, "hours": 4}),
    ]


@pytest.mark.parametrize("error", [Busy(say("The books are busy.")), BadDatabase(say("The books are gone."))])
def test_books_that_do_not_answer_block_no_hold(house: SmallHouse, claims: Claims, error: Busy | BadDatabase) -> None:
    house.archive.broken = error
    held = claims.hold(OPERATOR, 1, 3, "Ann")
    assert held.seq is None
    assert held.message.english().endswith(f"This is not in the ledger: {error.message.english()}")
    assert [hold.person for hold in house.shelving.people.gates[1].holds] == ["Ann"]
    assert claims.release(OPERATOR, 1, 3, "Ann", ("Ann",)).seq is None


def test_what_is_refused_leaves_no_event(house: SmallHouse, claims: Claims) -> None:
    with pytest.raises(Refused):
        claims.hold(OPERATOR, 1, 9, "Ann")
    with pytest.raises(Refused):
        claims.release(OPERATOR, 1, 3, "Ann", ("Ann",))
    with pytest.raises(MotionRefused):
        claims.arm(Performer("", "desk/1"), 1)
    assert events(house) == []


def test_without_shelving_nothing_can_be_said(house: SmallHouse) -> None:
    with pytest.raises(PortUnavailable):
        Claims(house.archive, None).hold(OPERATOR, 1, 3, "Ann")


def test_an_opening_offers_to_arm_and_goes_on_if_somebody_does(house: SmallHouse, claims: Claims) -> None:
    aisles = Aisles(house.archive, house.shelving)
    refusal = NotArmed(say("Block 1 is not armed."))
    house.shelving.refusal = refusal
    asked: list[str] = []

    def arm(refused: NotArmed) -> bool:
        asked.append(str(refused))
        house.shelving.refusal = None
        claims.arm(OPERATOR, 1)
        return True

    outcome = aisles.open(OPERATOR, 1, 3, lambda ticket: ticket.narrows, lambda view: None, arm)
    assert (outcome.kind, asked) == (OutcomeKind.DONE, ["Block 1 is not armed."])
    select = "select open 1/3 by Olga"
    assert house.shelving.log == [select, "arm 1 by Olga for 12 h", select, "go open 1/3 clear (1,)"]


@pytest.mark.parametrize("is_offered", [True, False])
def test_an_opening_that_nobody_arms_for_is_refused(house: SmallHouse, is_offered: bool) -> None:
    aisles = Aisles(house.archive, house.shelving)
    house.shelving.refusal = NotArmed(say("Block 1 is not armed."))
    offer = (lambda refusal: False) if is_offered else None
    outcome = aisles.open(OPERATOR, 1, 3, lambda ticket: ticket.narrows, lambda view: None, offer)
    assert (outcome.kind, outcome.reason.english()) == (OutcomeKind.REFUSED, "Block 1 is not armed.")
    assert house.archive.books.events[-1].act.kind is ActKind.MOTION_REFUSED


def test_what_is_refused_for_another_reason_offers_nothing(house: SmallHouse) -> None:
    def nobody(refusal: NotArmed) -> bool:
        raise AssertionError("arming would not help")

    house.shelving.refusal = MotionRefused(say("Somebody is in aisle 1."))
    outcome = Aisles(house.archive, house.shelving).open(OPERATOR, 1, 3, lambda ticket: (1,), lambda view: None, nobody)
    assert outcome.kind is OutcomeKind.REFUSED


def test_an_aisle_is_read_without_books() -> None:
    assert read_aisle("7/12") == (7, 12)
