"""The scan loop: what each scan does to the books and what it says, refusals, and the race of two terminals."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_house import CARRIAGE_3, CARRIAGE_4, OPERATOR, SmallHouse

from archroom.core.acts import ActKind, Performer
from archroom.core.codes import CodeKind, format_code
from archroom.core.holdings import Custody, PlaceKind
from archroom.core.scans import Hand, Step
from archroom.services.desk import Desk, LoanPolicy


def kinds(house: SmallHouse) -> list[ActKind]:
    """The kinds of the desk's own acts, oldest first."""
    return [event.act.kind for event in house.archive.books.events if event.performer.terminal == "desk/1"]


def test_the_whole_round(house: SmallHouse) -> None:
    shown = house.scan(house.box.code)
    assert (shown.step, shown.is_ok, shown.seq) == (Step.SHOW, True, None)
    assert shown.message.english() == f"Box 1, Smith papers: in {CARRIAGE_3}."

    lent = house.scan(house.ann.code)
    assert (lent.step, lent.subject_kind, lent.subject) == (Step.LEND, "person", "Ann")
    assert lent.message.english() == f"Box 1, Smith papers -> Ann, due 2026-12-08. It was at {CARRIAGE_3}."
    assert lent.standing is not None
    assert lent.standing.held_by == house.ann
    assert lent.seq == len(house.archive.books.events)

    house.scan("DONE")
    back = house.scan(house.box.code)
    assert back.step is Step.RETURN
    assert back.message.english() == f"Box 1, Smith papers back from Ann -> R1/STG. Its home is {CARRIAGE_3}."
    assert house.stands(house.box).thing.whereabouts.custody is Custody.STAGING

    put = house.scan(house.box.code, house.shelf.code)
    assert put.step is Step.PUT
    assert put.message.english() == f"Box 1, Smith papers -> {CARRIAGE_3}. It was at R1/STG."
    assert kinds(house) == [ActKind.THING_LENT, ActKind.THING_RETURNED, ActKind.THING_PUT]


def test_an_address_may_be_typed_where_a_shelf_is_scanned(house: SmallHouse) -> None:
    assert house.scan(f" {CARRIAGE_3.lower()} ").step is Step.HERE
    refused = house.scan("R1/9/99/A/9/9")
    assert (refused.step, refused.message.english()) == (Step.REFUSE, "R1/9/99/A/9/9 is not one of ours.")


def test_a_person_borrows_one_thing_after_another(house: SmallHouse) -> None:
    person = house.scan(house.ann.code)
    assert person.message.english() == "Ann: nothing out. Scan what they borrow."
    assert house.scan(house.box.code).step is Step.LEND
    assert house.scan(house.other_box.code).step is Step.LEND
    assert house.scan(house.ann.code).message.english() == "Ann: 2 things out. Scan what they borrow."


def test_what_they_have_already_changes_nothing(house: SmallHouse) -> None:
    house.scan(house.ann.code, house.box.code)
    count = len(house.archive.books.events)
    again = house.scan(house.box.code)
    assert (again.step, again.is_ok, again.seq) == (Step.ALREADY, True, None)
    assert "already with Ann, due 2026-12-08" in again.message.english()
    inside = house.scan(house.letter.code)
    assert (inside.step, inside.is_ok) == (Step.ALREADY, True)
    assert len(house.archive.books.events) == count


def test_what_another_has_is_refused_and_the_person_stays_in_hand(house: SmallHouse) -> None:
    house.scan(house.ann.code, house.box.code)
    refused = house.scan(house.bob.code, house.box.code)
    assert (refused.step, refused.is_ok, refused.seq) == (Step.REFUSE, False, None)
    assert refused.message.english() == "Box 1, Smith papers is out to Ann."
    assert house.session.hand.held == house.bob


def test_an_item_in_a_lent_box_comes_back_alone(house: SmallHouse) -> None:
    house.scan(house.ann.code, house.box.code, "DONE")
    back = house.scan(house.letter.code)
    assert back.step is Step.RETURN
    assert house.stands(house.letter).place == house.archive.place_at("R1/STG")
    assert house.stands(house.box).held_by == house.ann


def test_lending_a_box_takes_what_is_in_it(house: SmallHouse) -> None:
    house.scan(house.ann.code, house.box.code)
    assert house.stands(house.letter).held_by == house.ann


def test_another_thing_in_hand_does_not_keep_a_thing_that_is_out_from_coming_back(house: SmallHouse) -> None:
    house.scan(house.ann.code, house.box.code, "DONE")
    assert house.scan(house.other_box.code, house.box.code).step is Step.RETURN
    assert house.session.hand == Hand()


def test_a_house_without_a_staging_place_says_so(house: SmallHouse) -> None:
    house.scan(house.ann.code, house.box.code, "DONE")
    for place in [place for place in house.archive.books.places.values() if place.kind is PlaceKind.STAGING]:
        del house.archive.books.places[place.id]
    refused = house.scan(house.box.code)
    assert not refused.is_ok
    assert "no staging place" in refused.message.english()


def test_a_wrong_shelf_is_refused_with_both_addresses_and_the_way_out(house: SmallHouse) -> None:
    refused = house.scan(house.box.code, house.other_shelf.code)
    assert refused.message.english() == (
        f"Box 1, Smith papers belongs at {CARRIAGE_3}, not at {CARRIAGE_4}. "
        f"To accept it, scan OVERRIDE, then {CARRIAGE_4} again."
    )
    assert house.scan("OVERRIDE").is_ok
    over = house.scan(house.other_shelf.code)
    assert over.step is Step.PUT
    assert over.message.english() == f"Box 1, Smith papers -> {CARRIAGE_4} by override. Its home stays {CARRIAGE_3}."
    assert kinds(house) == [ActKind.THING_PUT_OVER]


def test_the_same_wrong_shelf_again_is_refused_again_without_override(house: SmallHouse) -> None:
    house.scan(house.box.code, house.other_shelf.code)
    assert not house.scan(house.other_shelf.code).is_ok


def test_here_each_thing_is_checked_and_put(house: SmallHouse) -> None:
    here = house.scan(house.other_shelf.code)
    assert here.step is Step.HERE
    assert here.message.english() == f"{CARRIAGE_4}: 870 mm free. Scan what you put here."
    assert house.scan(house.other_box.code).step is Step.PUT
    wrong = house.scan(house.box.code)
    assert "then Box 1, Smith papers again" in wrong.message.english()
    assert house.scan("OVERRIDE", house.box.code).step is Step.PUT
    assert house.session.hand.held == house.other_shelf


def test_a_full_shelf_is_refused_with_its_room(house: SmallHouse) -> None:
    house.scan(house.shelf.code)
    boxes = [house.archive.add_thing(title=f"Box {number}", width_mm=200) for number in range(10, 15)]
    answers = [house.scan(box.code) for box in boxes]
    assert [answer.is_ok for answer in answers] == [True, True, True, False, False]
    assert f"{CARRIAGE_3} has 140 mm left; Box 13 needs 200 mm." in answers[3].message.english()


def test_what_is_out_is_found_on_a_shelf_by_name(house: SmallHouse) -> None:
    house.scan(house.ann.code, house.box.code, house.shelf.code)
    found = house.scan(house.box.code)
    assert found.message.english() == f"Box 1, Smith papers found at {CARRIAGE_3}; the loan to Ann is ended."
    assert kinds(house)[-1] is ActKind.THING_FOUND


def test_returning_to_a_chosen_trolley_is_a_return(house: SmallHouse) -> None:
    house.scan(house.ann.code, house.box.code, house.archive.place_at("R1/DSK").code)
    assert house.scan(house.box.code).message.english().startswith("Box 1, Smith papers back from Ann -> R1/DSK.")
    assert kinds(house)[-1] is ActKind.THING_RETURNED


def test_an_item_goes_into_its_container(house: SmallHouse) -> None:
    house.scan(house.ann.code, house.letter.code, "DONE", house.letter.code)
    into = house.scan(house.letter.code, house.box.code)
    assert into.step is Step.PUT_INTO
    assert into.message.english() == f"Letter to Jones -> {CARRIAGE_3} / Box 1, Smith papers. It was at R1/STG."


def test_a_thing_in_another_box_on_the_same_shelf_is_not_at_home(house: SmallHouse) -> None:
    house.desk.put(OPERATOR, house.other_box.code, CARRIAGE_3)
    house.desk.put(OPERATOR, house.letter.code, house.other_box.code, is_override=True)
    assert house.scan(house.letter.code).message.english() == (
        f"Letter to Jones: in Box 2, Smith papers at {CARRIAGE_3}. Its home is {CARRIAGE_3} / Box 1, Smith papers."
    )


def test_undo_goes_back_step_by_step_and_keeps_the_hand(house: SmallHouse) -> None:
    house.scan(house.ann.code, house.other_box.code, house.box.code)
    undone = house.scan("UNDO")
    assert undone.step is Step.UNDO
    assert undone.message.english() == (
        f"Undone: Box 1, Smith papers lent to Ann, due 2026-12-08. Box 1, Smith papers: in {CARRIAGE_3}."
    )
    assert house.session.hand.held == house.ann
    assert house.scan("CMD-UNDO").message.english().startswith("Undone: Box 2")
    nothing = house.scan("UNDO")
    assert not nothing.is_ok
    assert nothing.message.english() == "There is nothing to undo at this terminal."
    assert house.archive.books.open_loans == {}


def test_undo_is_of_this_terminal_and_names_what_came_later(house: SmallHouse) -> None:
    house.scan(house.ann.code, house.box.code)
    house.desk.take_back(Performer("Paul", "desk/2"), house.box.code)
    refused = house.scan("UNDO")
    assert refused.message.english() == "Cannot be undone. Something came later: Box 1, Smith papers returned"
    assert house.desk.undo(Performer("Paul", "desk/2")).is_ok
    assert house.scan("UNDO").is_ok


def test_what_left_with_its_box_is_not_put_back_by_an_undo(house: SmallHouse) -> None:
    elsewhere = Performer("Paul", "desk/2")
    house.scan(house.ann.code, house.letter.code)
    house.desk.lend(elsewhere, house.box.code, house.bob.code)
    refused = house.scan("UNDO")
    assert refused.message.english() == (
        "Cannot be undone. Something came later: Box 1, Smith papers lent to Bob, due 2026-12-08"
    )
    assert house.stands(house.letter).held_by == house.ann
    assert house.desk.undo(elsewhere).is_ok
    assert house.scan("UNDO").is_ok
    assert house.stands(house.letter).enclosing == (house.stands(house.box).thing,)


def test_what_was_put_into_a_box_that_left_since_stays_with_it(house: SmallHouse) -> None:
    elsewhere = Performer("Paul", "desk/2")
    house.scan(house.ann.code, house.letter.code, "DONE", house.letter.code, house.letter.code, house.box.code)
    house.desk.lend(elsewhere, house.box.code, house.bob.code)
    assert house.scan("UNDO").step is Step.REFUSE
    assert house.stands(house.letter).held_by == house.bob


UNKNOWN = format_code(CodeKind.BOX, 999)


@pytest.mark.parametrize(
    ("scanned", "sentence"),
    [
        ("", "Nothing was read."),
        ("9783161484100", "9783161484100 is not one of ours."),
        (UNKNOWN, f"{UNKNOWN} has the form of our codes, but nothing here has it."),
        (UNKNOWN[:6], f"{UNKNOWN[:6]} is cut short. Scan it again."),
        (UNKNOWN + UNKNOWN, f"Two codes ran together: {UNKNOWN}{UNKNOWN}. Scan each by itself."),
        ("B00000999X", "B00000999X was misread: its check character is wrong. Scan it again."),
        ("x" * 65, "That is too long for a barcode."),
        ("x" * 1_000_000, "That is too long for a barcode."),
        ("A\x1bB", "The scan holds control characters. Scan it again."),
        ("ВХ-1", "ВХ-1 holds letters that no barcode of ours has. Look at the scanner's keyboard layout."),
        (format_code(CodeKind.PERSON, 77), "P… has the form of our codes, but nothing here has it."),
    ],
)
def test_what_names_nothing_is_a_sentence_and_changes_nothing(house: SmallHouse, scanned: str, sentence: str) -> None:
    house.scan(house.ann.code)
    before, hand = len(house.archive.books.events), house.session.hand
    answer = house.scan(scanned)
    assert (answer.step, answer.is_ok, answer.subject_kind) == (Step.REFUSE, False, "unknown")
    assert answer.message.english() == sentence
    assert len(house.archive.books.events) == before
    assert house.session.hand == hand


def test_the_code_of_a_person_is_never_shown(house: SmallHouse) -> None:
    code = house.ann.code
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    for text in (code, wrong, code + code, house.box.code + code, code[:7], f"]C1{code.lower()}"):
        answer = house.scan(text)
        for said in (answer.subject, answer.message.english(), repr(answer.message)):
            assert "00000" not in said.replace(house.box.code, "")


def test_retired_things_and_people_are_told_and_left_alone(house: SmallHouse) -> None:
    books = house.archive.books
    books.people[house.ann.id] = replace(house.ann, is_active=False)
    gone = books.things[house.other_box.id]
    books.things[gone.id] = replace(gone, whereabouts=replace(gone.whereabouts, custody=Custody.DISPOSED))
    for code, name in ((house.ann.code, "Ann"), (gone.code, gone.title)):
        answer = house.scan(code)
        assert (answer.is_ok, answer.subject) == (False, name)
        assert answer.message.english() == f"{name} is no longer in use here; nothing changed."


def test_looking_opens_no_transaction(house: SmallHouse) -> None:
    before = house.archive.transactions
    house.scan(
        house.box.code, house.ann.code + "X", "DONE", house.ann.code, "DONE", house.shelf.code, house.other_shelf.code
    )
    assert house.archive.transactions == before


@pytest.mark.parametrize("first_scan", ["person", "thing"])
def test_of_two_terminals_that_race_one_gets_the_box(house: SmallHouse, first_scan: str) -> None:
    codes = (house.ann.code, house.box.code) if first_scan == "person" else (house.box.code, house.ann.code)
    house.scan(codes[0])
    house.archive.on_writing = lambda: _lend_to_bob(house)
    answer = house.scan(codes[1])
    assert house.stands(house.box).held_by == house.bob
    assert "out to Bob" in answer.message.english()
    assert (answer.step, answer.is_ok) == ((Step.REFUSE, False) if first_scan == "person" else (Step.HOLD_PERSON, True))
    assert [event.act.kind for event in house.archive.books.events].count(ActKind.THING_LENT) == 1


def test_a_return_that_another_terminal_has_made_meanwhile_only_shows(house: SmallHouse) -> None:
    house.scan(house.ann.code, house.box.code, "DONE")
    house.archive.on_writing = lambda: _take_back(house)
    answer = house.scan(house.box.code)
    assert (answer.step, answer.seq) == (Step.SHOW, None)
    assert house.session.hand.held == house.stands(house.box)


def test_what_is_in_hand_is_seen_as_it_stands_now(house: SmallHouse) -> None:
    house.scan(house.box.code)
    _lend_to_bob(house)
    refused = house.scan(house.other_shelf.code)
    assert not refused.is_ok
    assert house.scan(house.shelf.code).message.english().endswith("the loan to Bob is ended.")


def test_override_with_nothing_refused_says_so(house: SmallHouse) -> None:
    assert house.scan("OVERRIDE").message.english() == "Nothing was refused that OVERRIDE could accept."


def test_a_bound_barcode_scans_like_the_own_code(house: SmallHouse) -> None:
    house.desk.bind(house.session.performer, house.box.code, "3114 2063-052651")
    answer = house.scan("31142063-052651")
    assert (answer.step, answer.subject) == (Step.SHOW, house.box.code)


def test_the_policy_says_how_long(house: SmallHouse) -> None:
    desk = Desk(house.archive, house.clock, LoanPolicy(loan_days=3), house.shelving.stop)
    session = desk.open_session(house.session.performer, is_live=True)
    desk.scan(session, house.ann.code)
    assert "due 2026-11-27" in desk.scan(session, house.box.code).message.english()


def _lend_to_bob(house: SmallHouse) -> None:
    house.desk.lend(Performer("Paul", "desk/2"), house.box.code, house.bob.code)


def _take_back(house: SmallHouse) -> None:
    house.desk.take_back(Performer("Paul", "desk/2"), house.box.code)
