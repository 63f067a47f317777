"""The desk without a scanner: lend, return, put, undo and bind by typed names, and the last acts in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from memory_archive import MemoryLook
from small_house import CARRIAGE_3, CARRIAGE_4, OPERATOR, SmallHouse

from archroom.core.acts import UNDOABLE, Act, ActKind, BarcodeBound, Described, LoanOpened, Move, Owner, Performer
from archroom.core.codes import CodeKind, Command, format_code
from archroom.core.holdings import Custody, Whereabouts
from archroom.core.scans import Step
from archroom.errors import (
    ArchroomError,
    BadCode,
    Busy,
    HeldByOther,
    NoRoom,
    Refused,
    UndoRefused,
    UsageError,
    WrongPlace,
    say,
)
from archroom.services.desk import LoanPolicy
from archroom.services.history import Ledger, act_in_words

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize("person", ["Ann", "ann", " Ann "])
@pytest.mark.parametrize("thing", ["MS 1", "b00000001k", "B0000 0001K\n"])
def test_lending_by_typed_names(house: SmallHouse, thing: str, person: str) -> None:
    answer = house.desk.lend(OPERATOR, thing, person)
    assert (answer.step, answer.is_ok, answer.subject, answer.subject_kind) == (Step.LEND, True, house.box.code, "box")
    assert house.stands(house.box).held_by == house.ann


def test_a_due_date_can_be_given(house: SmallHouse) -> None:
    answer = house.desk.lend(OPERATOR, house.box.code, house.ann.code, date(2026, 11, 30))
    assert "due 2026-11-30" in answer.message.english()


@pytest.mark.parametrize("due", [TODAY - timedelta(days=1), TODAY + timedelta(days=3661), date(1, 1, 1), date(9999, 12, 31)])
def test_an_impossible_due_date_is_refused(house: SmallHouse, due: date) -> None:
    with pytest.raises(UsageError, match=due.isoformat()):
        house.desk.lend(OPERATOR, house.box.code, house.ann.code, due)
    assert house.stands(house.box).loan is None


@pytest.mark.parametrize("due", [TODAY, TODAY + timedelta(days=3660)])
def test_the_bounds_of_due_dates_are_allowed(house: SmallHouse, due: date) -> None:
    assert house.desk.lend(OPERATOR, house.box.code, house.ann.code, due).is_ok


def test_lending_twice_to_the_same_person_is_no_error_and_no_second_loan(house: SmallHouse) -> None:
    house.desk.lend(OPERATOR, house.box.code, "Ann")
    again = house.desk.lend(OPERATOR, house.box.code, "Ann", date(2027, 1, 1))
    assert (again.step, again.is_ok, again.seq) == (Step.ALREADY, True, None)
    assert len(house.archive.books.loans) == 1


def test_lending_to_another_is_refused_and_names_who_has_it(house: SmallHouse) -> None:
    house.desk.lend(OPERATOR, house.box.code, "Ann")
    with pytest.raises(HeldByOther, match="Ann"):
        house.desk.lend(OPERATOR, house.box.code, "Bob")


def test_two_people_of_one_name_are_told_apart_by_code(house: SmallHouse) -> None:
    second = house.archive.add_person("ANN")
    with pytest.raises(BadCode, match="2 people are called Ann"):
        house.desk.lend(OPERATOR, house.box.code, "Ann")
    assert house.desk.lend(OPERATOR, house.box.code, second.code).is_ok


@pytest.mark.parametrize("thing", ["", "Ann", CARRIAGE_3, "MS 99", "B00000001X", format_code(CodeKind.FOLDER, 1)])
def test_what_names_no_thing_is_a_bad_code(house: SmallHouse, thing: str) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: house.desk.lend(OPERATOR, thing, "Ann"),
        lambda: house.desk.take_back(OPERATOR, thing),
        lambda: house.desk.put(OPERATOR, thing, CARRIAGE_3),
    ]
    for attempt in attempts:
        with pytest.raises(BadCode):
            attempt()


@pytest.mark.parametrize("person", ["", "Nobody", "MS 1", CARRIAGE_3, format_code(CodeKind.PERSON, 99)])
def test_what_names_no_person_is_a_bad_code(house: SmallHouse, person: str) -> None:
    with pytest.raises(BadCode) as refusal:
        house.desk.lend(OPERATOR, house.box.code, person)
    assert "00000099" not in refusal.value.message.english()


def test_a_second_return_is_refused(house: SmallHouse) -> None:
    house.desk.lend(OPERATOR, house.box.code, "Ann")
    assert house.desk.take_back(OPERATOR, house.box.code).step is Step.RETURN
    with pytest.raises(Refused, match="not out"):
        house.desk.take_back(OPERATOR, house.box.code)


def test_putting_by_address(house: SmallHouse) -> None:
    answer = house.desk.put(OPERATOR, house.other_box.code, CARRIAGE_4.lower())
    assert answer.step is Step.PUT
    assert answer.message.english() == f"Box 2, Smith papers -> {CARRIAGE_4}, from now on its home."
    with pytest.raises(WrongPlace):
        house.desk.put(OPERATOR, house.other_box.code, CARRIAGE_3)
    assert house.desk.put(OPERATOR, house.other_box.code, CARRIAGE_3, is_override=True).is_ok


def test_putting_into_a_container_or_onto_a_person(house: SmallHouse) -> None:
    with pytest.raises(WrongPlace):
        house.desk.put(OPERATOR, house.letter.code, house.other_box.code)
    assert house.desk.put(OPERATOR, house.letter.code, "MS 2", is_override=True).step is Step.PUT_INTO
    with pytest.raises(BadCode, match="Ann is a person"):
        house.desk.put(OPERATOR, house.letter.code, "Ann")


def test_a_full_shelf(house: SmallHouse) -> None:
    wide = house.archive.add_thing(title="Box 3", width_mm=860)
    with pytest.raises(NoRoom):
        house.desk.put(OPERATOR, wide.code, CARRIAGE_3)


def test_nothing_to_undo(house: SmallHouse) -> None:
    with pytest.raises(UndoRefused, match="nothing to undo"):
        house.desk.undo(OPERATOR)


def test_an_act_is_undone_once(house: SmallHouse) -> None:
    house.desk.lend(OPERATOR, house.box.code, "Ann")
    assert house.desk.undo(OPERATOR).seq == len(house.archive.books.events)
    with pytest.raises(UndoRefused):
        house.desk.undo(OPERATOR)
    assert house.desk.lend(OPERATOR, house.box.code, "Bob").is_ok


def test_a_refusal_leaves_no_event(house: SmallHouse) -> None:
    before = list(house.archive.books.events)
    attempts: list[Callable[[], object]] = [
        lambda: house.desk.put(OPERATOR, house.box.code, CARRIAGE_4),
        lambda: house.desk.take_back(OPERATOR, house.box.code),
        lambda: house.desk.undo(OPERATOR),
        lambda: house.desk.bind(OPERATOR, house.box.code, "UNDO"),
    ]
    for attempt in attempts:
        with pytest.raises(ArchroomError):
            attempt()
    assert house.archive.books.events == before


def test_busy_books_are_told(house: SmallHouse) -> None:
    house.archive.broken = Busy(say("busy"))
    with pytest.raises(Busy):
        house.desk.lend(OPERATOR, house.box.code, "Ann")


def test_a_barcode_is_bound_once_for_ever(house: SmallHouse) -> None:
    bound = house.desk.bind(OPERATOR, house.box.code, "3114-77")
    assert (bound.step, bound.message.english()) == (Step.BIND, "Barcode 3114-77 bound to Box 1, Smith papers")
    with pytest.raises(Refused):
        house.desk.bind(OPERATOR, house.other_box.code, "3114 -77 ")
    assert house.desk.lend(OPERATOR, "3114-77", "Ann").is_ok


def test_a_card_of_a_person_is_bound_without_showing_it(house: SmallHouse) -> None:
    bound = house.desk.bind(OPERATOR, "Ann", "SECRET-CARD-5")
    assert "SECRET" not in bound.message.english()
    assert house.desk.lend(OPERATOR, house.box.code, "secret-card-5").is_ok


@pytest.mark.parametrize(
    "barcode",
    [
        "B00000001K",
        "b0000 0001k",
        "B00000001X",
        "XXB00000001KYY",
        "R1/STG",
        CARRIAGE_3.lower(),
        *(command.value for command in Command),
        *(f"cmd-{command.value}" for command in Command),
    ],
)
def test_what_is_or_looks_like_our_own_is_never_bound(house: SmallHouse, barcode: str) -> None:
    with pytest.raises(BadCode, match="cannot be bound"):
        house.desk.bind(OPERATOR, house.box.code, barcode)


@pytest.mark.parametrize(
    ("barcode", "sentence"),
    [
        ("", "Nothing was read."),
        ("x" * 65, "That is too long for a barcode."),
        ("A\nB", "The scan holds control characters. Scan it again."),
        ("ВХ-1", "ВХ-1 holds letters that no barcode of ours has. Look at the scanner's keyboard layout."),
    ],
)
def test_what_no_scanner_sends_is_never_bound(house: SmallHouse, barcode: str, sentence: str) -> None:
    with pytest.raises(BadCode) as refused:
        house.desk.bind(OPERATOR, house.box.code, barcode)
    assert refused.value.message.english() == sentence


def test_the_last_acts_in_words_newest_first(house: SmallHouse) -> None:
    house.desk.lend(OPERATOR, house.box.code, "Ann")
    house.desk.take_back(Performer("Paul", "desk/2"), house.box.code)
    house.desk.put(OPERATOR, house.box.code, CARRIAGE_3)
    lines = Ledger(house.archive).last_acts(2)
    assert [(line.actor, line.message.english()) for line in lines] == [
        ("Olga", f"Box 1, Smith papers -> {CARRIAGE_3}"),
        ("Paul", "Box 1, Smith papers returned"),
    ]
    assert [line.seq for line in Ledger(house.archive).last_acts(10, "desk/2")] == [lines[1].seq]


UNKNOWN = 4711
NOWHERE = Whereabouts(Custody.IN, place_id=UNKNOWN)


def full_act(kind: ActKind, number: int, owner: Owner) -> Act:
    """An act of a kind with all that any kind speaks of, about the things, places and people of one number."""
    return Act(
        kind,
        moves=(Move(number, Whereabouts(), replace(NOWHERE, place_id=number), 0),),
        loans_opened=(LoanOpened(number, number, TODAY),),
        barcodes_bound=(BarcodeBound("3114", owner, number),),
        described=(Described(Owner.PERSON, number, 1, ""),),
        undoes=number,
        facts={"block": 1, "opens": 3, "outcome": "done"},
    )


@pytest.mark.parametrize("owner", Owner)
@pytest.mark.parametrize("number", [1, UNKNOWN])
@pytest.mark.parametrize("kind", ActKind)
def test_every_kind_of_act_has_a_sentence_even_about_what_nobody_knows(
    house: SmallHouse, kind: ActKind, number: int, owner: Owner
) -> None:
    said = act_in_words(MemoryLook(house.archive.books), full_act(kind, number, owner)).english()
    assert said
    assert "{" not in said


@pytest.mark.parametrize("kind", ActKind)
def test_a_bare_motion_or_bulk_act_has_a_sentence_too(house: SmallHouse, kind: ActKind) -> None:
    is_single = kind in UNDOABLE - {ActKind.THINGS_PLACED, ActKind.THING_RETURNED} or kind is ActKind.BARCODE_BOUND
    if not is_single:
        assert act_in_words(MemoryLook(house.archive.books), Act(kind)).english()


def test_a_policy_says_two_weeks_unless_told() -> None:
    assert LoanPolicy().loan_days == 14
