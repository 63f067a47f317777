"""A block out of order: nobody's opening is tried there, a technician's work is, and every surface says what it means."""

from __future__ import annotations

import pytest
from small_house import CARRIAGE_3, OPERATOR, SmallHouse

from archroom.core.acts import ActKind
from archroom.core.scans import Step
from archroom.core.shelving import Action, Outcome, OutcomeKind, Wanted
from archroom.errors import BadDatabase, NotArmed, Refused, say
from archroom.services.aisles import Aisles
from archroom.services.claims import Claims
from archroom.services.errands import Asked, Purpose
from archroom.services.finding import Finder
from archroom.services.history import words_of_event
from archroom.services.outages import Outages
from archroom.services.planning import Planning, Wishes

OUT = "unreachable: block 1 is out of order since 2026-11-24 (drive broken)"
BY_HAND = "block 1 is out of order, and its aisle 2 was opened by hand"
OF_AISLES, OF_CARRIAGES = (Action.OPEN, Action.CLOSE, Action.VENTILATE), (Action.JOG, Action.LOCK, Action.UNLOCK)


@pytest.fixture
def outages(house: SmallHouse) -> Outages:
    """Which block of the small house is out of order; none at first."""
    return Outages(house.archive, house.clock)


def carried_out(house: SmallHouse, action: Action) -> Outcome:
    """Ask for something; the person says whatever is asked to be clear."""
    aisles = Aisles(house.archive, house.shelving)
    return aisles.carry_out(OPERATOR, 1, Wanted(action, 3), lambda ticket: ticket.answer, lambda view: None)


def test_what_was_said_is_told_and_stands_in_the_ledger_in_words(house: SmallHouse, outages: Outages) -> None:
    said = outages.take_out(OPERATOR, 1, "drive broken")
    assert said.message.english() == "Block 1 is out of order since 2026-11-24, says Olga: drive broken."
    opened = outages.open_by_hand(OPERATOR, 1, 2)
    assert opened.message.english() == "Aisle 2 of block 1 was opened by hand, says Olga."
    assert outages.open_by_hand(OPERATOR, 1, 4).outage == outages.present()[1]
    assert outages.present()[1].open_aisle == 4
    ended = outages.put_back(OPERATOR, 1)
    assert (ended.outage, ended.message.english()) == (None, "Block 1 is in order again.")
    with house.archive.reading() as books:
        words = [words_of_event(books, seq).english() for seq in range(said.seq, ended.seq + 1)]
    assert words == [
        "Block 1 out of order: drive broken",
        "Aisle 1/2 opened by hand",
        "Aisle 1/4 opened by hand",
        "Block 1 in order again",
    ]


@pytest.mark.parametrize("action", OF_AISLES)
def test_no_aisle_of_it_is_opened_closed_or_ventilated(house: SmallHouse, outages: Outages, action: Action) -> None:
    outages.take_out(OPERATOR, 1, "drive broken")
    outcome = carried_out(house, action)
    assert outcome.kind is OutcomeKind.REFUSED
    said = outcome.reason.english()
    assert said.startswith("Block 1 is out of order since 2026-11-24, says Olga: drive broken.")
    assert "archroom shelving in-order 1" in said
    assert house.shelving.log == [], "the shelving is not even asked"
    refused = house.archive.books.events[-1].act
    assert (refused.kind, refused.facts["reason"]) == (ActKind.MOTION_REFUSED, said)
    outages.put_back(OPERATOR, 1)
    assert carried_out(house, action).kind is OutcomeKind.DONE


@pytest.mark.parametrize("action", OF_CARRIAGES)
def test_whoever_mends_it_jogs_and_unlocks_its_carriages(house: SmallHouse, outages: Outages, action: Action) -> None:
    outages.take_out(OPERATOR, 1, "drive broken")
    assert carried_out(house, action).kind is OutcomeKind.DONE


def test_what_was_mended_is_commissioned_before_it_is_put_back(house: SmallHouse, outages: Outages) -> None:
    outages.take_out(OPERATOR, 1, "drive broken")
    aisles = Aisles(house.archive, house.shelving, is_commissioning=True)
    assert aisles.open(OPERATOR, 1, 3, lambda ticket: ticket.answer, lambda view: None).kind is OutcomeKind.DONE
    assert 1 in outages.present()


def test_stop_hold_and_arming_ask_no_books(house: SmallHouse, outages: Outages) -> None:
    outages.take_out(OPERATOR, 1, "drive broken")
    claims = Claims(house.archive, house.shelving)
    assert claims.hold(OPERATOR, 1, 1, "Ann").seq is not None
    assert claims.arm(OPERATOR, 1).seq is not None
    assert Aisles(house.archive, house.shelving).stop(OPERATOR, 1)[0].is_sent
    assert house.scan("STOP").step is Step.STOP


def test_another_block_is_opened_as_ever(house: SmallHouse, outages: Outages) -> None:
    outages.take_out(OPERATOR, 1, "drive broken")
    aisles = Aisles(house.archive, house.shelving)
    outcome = aisles.open(OPERATOR, 2, 3, lambda ticket: ticket.answer, lambda view: None)
    assert outcome.kind is OutcomeKind.DONE


def test_a_block_that_goes_out_of_order_while_somebody_looks_is_not_moved(house: SmallHouse, outages: Outages) -> None:
    def meanwhile(_: object) -> tuple[int, ...]:
        outages.take_out(OPERATOR, 1, "drive broken")
        return (1,)

    outcome = Aisles(house.archive, house.shelving).open(OPERATOR, 1, 3, meanwhile, lambda view: None)
    assert outcome.kind is OutcomeKind.REFUSED
    assert house.shelving.log == ["select open 1/3 by Olga"]
    assert [event.act.kind for event in house.archive.books.events[-2:]] == [
        ActKind.BLOCK_OUT_OF_ORDER,
        ActKind.MOTION_REFUSED,
    ]


def test_nobody_is_asked_to_arm_what_will_be_refused(house: SmallHouse, outages: Outages) -> None:
    outages.take_out(OPERATOR, 1, "drive broken")
    house.shelving.refusal = NotArmed(say("Nobody has armed it."))

    def offered(refusal: NotArmed) -> bool:
        raise AssertionError("arming was offered")

    aisles = Aisles(house.archive, house.shelving)
    outcome = aisles.open(OPERATOR, 1, 3, lambda ticket: (1,), lambda view: None, offer_arming=offered)
    assert outcome.kind is OutcomeKind.REFUSED


def test_books_that_do_not_answer_move_nothing(house: SmallHouse) -> None:
    house.archive.broken = BadDatabase(say("gone"))
    with pytest.raises(BadDatabase):
        carried_out(house, Action.OPEN)
    assert not any(line.startswith("go ") for line in house.shelving.log)


def test_whoever_looks_for_a_box_sees_it(house: SmallHouse, outages: Outages) -> None:
    finder = Finder(house.archive, house.clock)
    outages.take_out(OPERATOR, 1, "drive broken")
    (hit,) = finder.find(house.letter.code).hits
    title = "Box 1, Smith papers"
    assert finder.describe(hit.standing).where.english() == f"in {title} at {CARRIAGE_3}; {OUT}"
    assert house.scan(house.box.code).message.english() == f"{title}: in {CARRIAGE_3}; {OUT}."
    assert house.scan("DONE", house.shelf.code).message.english().endswith(f"{OUT}.")
    outages.open_by_hand(OPERATOR, 1, 2)
    assert house.scan("DONE", house.box.code).message.english() == f"{title}: in {CARRIAGE_3}; {BY_HAND}."
    outages.put_back(OPERATOR, 1)
    assert house.scan("DONE", house.box.code).message.english() == f"{title}: in {CARRIAGE_3}."


def test_a_box_in_the_hand_is_lent_whatever_the_books_say_of_its_block(house: SmallHouse, outages: Outages) -> None:
    outages.take_out(OPERATOR, 1, "drive broken")
    lent = house.scan(house.ann.code, house.box.code)
    assert (lent.is_ok, lent.step) == (True, Step.LEND)
    back = house.scan("DONE", house.box.code)
    assert back.step is Step.RETURN
    assert back.message.english().endswith(f"Its home is {CARRIAGE_3}. Of its home: {OUT}.")
    assert house.scan(house.box.code, house.shelf.code).step is Step.PUT


def test_undo_takes_back_the_last_scan_and_leaves_the_block_alone(house: SmallHouse, outages: Outages) -> None:
    house.scan(house.ann.code, house.box.code, "DONE")
    outages.take_out(OPERATOR, 1, "drive broken")
    assert house.scan("UNDO").is_ok
    assert house.stands(house.box).held_by is None
    assert 1 in outages.present()
    refused = house.scan("UNDO")
    assert not refused.is_ok, "nothing else was done by scan at this terminal"
    assert 1 in outages.present()


def walk(house: SmallHouse, *codes: str, purpose: Purpose = Purpose.PICK) -> tuple[list[int], list[str], list[str]]:
    """Aisles, asides and notes of a planned walk."""
    planned = Planning(house.archive, None, house.clock).plan([Asked(code) for code in codes], Wishes(purpose))
    why = [aside.why.english() for aside in planned.asides]
    assert planned.route.effort.openings == 0 or not why
    return [step.aisle for step in planned.route.steps], why, [note.english() for note in planned.notes]


def test_the_planner_leaves_out_what_it_cannot_reach_and_opens_nothing(house: SmallHouse, outages: Outages) -> None:
    aisles = (house.shelf.aisle, house.other_shelf.aisle)
    assert aisles == (2, 3)
    outages.take_out(OPERATOR, 1, "drive broken")
    steps, why, notes = walk(house, house.box.code, house.other_shelf.code)
    assert (steps, why) == ([], [OUT, OUT])
    assert "Block 1 is out of order since 2026-11-24, says Olga: drive broken." in notes
    outages.open_by_hand(OPERATOR, 1, 2)
    steps, why, _ = walk(house, house.box.code, house.other_shelf.code)
    assert (steps, why) == ([2], [OUT])
    outages.put_back(OPERATOR, 1)
    assert walk(house, house.box.code, house.other_shelf.code)[1] == []


def test_a_person_in_the_aisle_that_was_opened_by_hand_is_named(house: SmallHouse, outages: Outages) -> None:
    outages.take_out(OPERATOR, 1, "drive broken")
    outages.open_by_hand(OPERATOR, 1, 2)
    house.shelving.hold(1, 2, "Ann")
    view = house.shelving.people.seen(house.shelving.views()[0])
    house.shelving.views = lambda: [view]  # type: ignore[method-assign]  # as a server tells it
    planned = Planning(house.archive, house.shelving, house.clock).plan([Asked(house.box.code)], Wishes())
    assert [aside.why.english() for aside in planned.asides] == [
        "aisle 1/2 stands open and is held by Ann: go there directly"
    ]


def test_taking_out_twice_and_putting_back_twice_are_refused(outages: Outages) -> None:
    with pytest.raises(Refused):
        outages.put_back(OPERATOR, 1)
    outages.take_out(OPERATOR, 1, "drive broken")
    with pytest.raises(Refused):
        outages.take_out(OPERATOR, 1, "again")
    outages.put_back(OPERATOR, 1)
    assert outages.take_out(OPERATOR, 1, "again").outage is not None
