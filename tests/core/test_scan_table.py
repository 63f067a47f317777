"""The scan table, cell by cell: for every hand and every scanned subject, what is asked for and what is in hand then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from arbitrary import people, places, standings
from hypothesis import given
from hypothesis import strategies as st

from archroom.core.codes import Command, Flaw
from archroom.core.holdings import (
    Custody,
    Loan,
    Person,
    Place,
    PlaceKind,
    Standing,
    Thing,
    ThingKind,
    Whereabouts,
)
from archroom.core.scans import (
    Hand,
    InHand,
    Intent,
    Nameless,
    Retired,
    Step,
    Subject,
    hand_after,
    interpret,
)

ANN, BOB = Person(1, "Ann"), Person(2, "Bob")
SHELF, TROLLEY = Place(1, PlaceKind.SHELF, "R1/1/01/B/1/1", 900), Place(2, PlaceKind.STAGING, "R1/STG")


def standing(
    number: int, kind: ThingKind, custody: Custody, lent_to: Person | None = None, by_box: bool = False
) -> Standing:
    """A thing that stands as the name of its row says."""
    box = Thing(90 + number, ThingKind.BOX, "outer box", "", Whereabouts(custody))
    where = Whereabouts(Custody.IN, container_id=box.id) if by_box else Whereabouts(custody)
    thing = Thing(number, kind, f"{kind.value} {number}", "", where)
    if lent_to is None:
        return Standing(thing)
    loan = Loan(box.id if by_box else number, lent_to, datetime(2026, 11, 1, tzinfo=UTC), date(2026, 11, 15), 5)
    return Standing(thing, enclosing=(box,), enclosing_loan=loan) if by_box else Standing(thing, loan)


NAMED: dict[str, Subject] = {
    "Ann": ANN,
    "Bob": BOB,
    "shelf": SHELF,
    "trolley": TROLLEY,
    "box in": standing(1, ThingKind.BOX, Custody.IN),
    "box staged": standing(2, ThingKind.BOX, Custody.STAGING),
    "box with Ann": standing(3, ThingKind.BOX, Custody.OUT, ANN),
    "box with Bob": standing(4, ThingKind.BOX, Custody.OUT, BOB),
    "box being read": standing(5, ThingKind.BOX, Custody.READING_ROOM),
    "box missing": standing(6, ThingKind.BOX, Custody.MISSING),
    "box in transit": standing(7, ThingKind.BOX, Custody.IN_TRANSIT),
    "folder in": standing(8, ThingKind.FOLDER, Custody.IN),
    "item in": standing(9, ThingKind.ITEM, Custody.IN),
    "item in Ann's box": standing(10, ThingKind.ITEM, Custody.OUT, ANN, by_box=True),
    "UNDO": Command.UNDO,
    "DONE": Command.DONE,
    "STOP": Command.STOP,
    "OVERRIDE": Command.OVERRIDE,
    "unknown": Nameless("ABC"),
    "unreadable": Nameless("", Flaw.CONTROL),
    "retired": Retired("Box 99"),
}
HANDS = (
    "nothing",
    "Ann",
    "shelf",
    "trolley",
    "box in",
    "box staged",
    "box being read",
    "box with Ann",
    "folder in",
    "item in",
)
TABLE = """
scanned           | nothing  | Ann      | shelf    | trolley  | box in   | box staged | box being read | box with Ann | folder in | item in
Ann               | person   | person   | person   | person   | lent     | lent       | person         | already      | lent      | lent
Bob               | person   | person   | person   | person   | lent     | lent       | person         | person       | lent      | lent
box in            | shown    | lent     | put      | put      | shown    | shown      | shown          | shown        | into      | into
box staged        | shown    | lent     | put      | put      | shown    | shown      | shown          | shown        | into      | into
box with Ann      | returned | already  | put      | put      | returned | returned   | returned       | returned     | returned  | returned
box with Bob      | returned | lent     | put      | put      | returned | returned   | returned       | returned     | returned  | returned
box being read    | shown    | lent     | put      | put      | shown    | shown      | shown          | shown        | into      | into
box missing       | shown    | lent     | put      | put      | shown    | shown      | shown          | shown        | into      | into
box in transit    | shown    | lent     | put      | put      | shown    | shown      | shown          | shown        | into      | into
folder in         | shown    | lent     | put      | put      | shown    | shown      | shown          | shown        | shown     | into
item in           | shown    | lent     | put      | put      | shown    | shown      | shown          | shown        | shown     | shown
item in Ann's box | returned | already  | put      | put      | returned | returned   | returned       | returned     | returned  | returned
shelf             | here     | here     | here     | here     | put      | put        | put            | put          | put       | put
trolley           | here     | here     | here     | here     | put      | put        | put            | put          | put       | put
UNDO              | undone   | undone   | undone   | undone   | undone   | undone     | undone         | undone       | undone    | undone
DONE              | done     | done     | done     | done     | done     | done       | done           | done         | done      | done
STOP              | stopped  | stopped  | stopped  | stopped  | stopped  | stopped    | stopped        | stopped      | stopped   | stopped
OVERRIDE          | override | override | override | override | override | override   | override       | override     | override  | override
unknown           | refused  | refused  | refused  | refused  | refused  | refused    | refused        | refused      | refused   | refused
unreadable        | refused  | refused  | refused  | refused  | refused  | refused    | refused        | refused      | refused   | refused
retired           | refused  | refused  | refused  | refused  | refused  | refused    | refused        | refused      | refused   | refused
"""  # noqa: E501  (a table is read across)


def cells() -> list[tuple[str, str, str]]:
    """Hand, scanned subject and expected act word of every cell."""
    head, *rows = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    assert tuple(head[1:]) == HANDS
    return [(hand, row[0], word) for row in rows for hand, word in zip(HANDS, row[1:], strict=True)]


def in_hand(name: str) -> InHand:
    """What the name of a column stands for."""
    held = None if name == "nothing" else NAMED[name]
    assert held is None or isinstance(held, Person | Standing | Place)
    return held


def subjects(step: Step, intent: Intent) -> tuple[object, ...]:
    """What an act needs: nothing of it may be missing."""
    match step:
        case Step.LEND | Step.ALREADY:
            return intent.thing, intent.person
        case Step.PUT:
            return intent.thing, intent.place
        case Step.PUT_INTO:
            return intent.thing, intent.container
        case Step.RETURN | Step.SHOW:
            return (intent.thing,)
        case Step.HOLD_PERSON:
            return (intent.person,)
        case Step.HERE:
            return (intent.place,)
        case _:
            return ()


def test_the_table_has_every_cell() -> None:
    assert {(hand, scanned) for hand, scanned, _ in cells()} == {(hand, scanned) for hand in HANDS for scanned in NAMED}
    assert {word for _, _, word in cells()} == {step.value for step in Step} - {Step.BIND.value}


@pytest.mark.parametrize(("hand", "scanned", "word"), cells())
def test_a_scan_asks_for_what_the_table_says(hand: str, scanned: str, word: str) -> None:
    intent = interpret(Hand(in_hand(hand)), NAMED[scanned])
    assert intent.step.value == word
    assert None not in subjects(intent.step, intent)
    assert not intent.is_override


@pytest.mark.parametrize(
    ("hand", "scanned", "thing", "other"),
    [
        ("box in", "Bob", "box in", "Bob"),
        ("Ann", "item in", "item in", "Ann"),
        ("box staged", "shelf", "box staged", "shelf"),
        ("trolley", "box with Bob", "box with Bob", "trolley"),
        ("item in", "folder in", "item in", "folder in"),
    ],
)
def test_parties_keep_their_parts_whichever_is_scanned_first(hand: str, scanned: str, thing: str, other: str) -> None:
    intent = interpret(Hand(in_hand(hand)), NAMED[scanned])
    assert intent.thing == NAMED[thing]
    assert NAMED[other] in (intent.person, intent.place, intent.container)


held = st.none() | people | places | standings()
any_hand = st.builds(Hand, held, st.none() | st.tuples(st.just("B00000001K"), st.just("S00000001J")), st.booleans())
any_subject = people | places | standings() | st.sampled_from(Command) | st.just(Nameless("X")) | st.just(Retired("Box"))


@given(any_hand, any_subject, st.booleans())
def test_every_hand_and_subject_has_an_act_and_a_hand_after_it(hand: Hand, subject: Subject, was_refused: bool) -> None:
    intent = interpret(hand, subject)
    assert None not in subjects(intent.step, intent)
    after = hand_after(hand, intent, was_refused or intent.step is Step.REFUSE)
    if was_refused and intent.step is not Step.OVERRIDE:
        assert after.held == hand.held
        assert not after.is_override_armed
    if after.is_override_armed:
        assert intent.step is Step.OVERRIDE
        assert after.refused_pair is not None


AFTER = [
    ("nothing", "Ann", "Ann"),
    ("box in", "Ann", "Ann"),
    ("Ann", "box in", "Ann"),
    ("Ann", "box with Ann", "Ann"),
    ("Ann", "Bob", "Bob"),
    ("nothing", "box in", "box in"),
    ("box in", "box staged", "box staged"),
    ("nothing", "box with Ann", "nothing"),
    ("box in", "box with Ann", "nothing"),
    ("box in", "shelf", "nothing"),
    ("nothing", "shelf", "shelf"),
    ("shelf", "box in", "shelf"),
    ("shelf", "box with Ann", "shelf"),
    ("shelf", "trolley", "trolley"),
    ("Ann", "shelf", "shelf"),
    ("shelf", "Ann", "Ann"),
    ("item in", "box in", "nothing"),
    ("Ann", "DONE", "nothing"),
    ("Ann", "UNDO", "Ann"),
    ("shelf", "UNDO", "shelf"),
    ("Ann", "STOP", "Ann"),
    ("box in", "OVERRIDE", "box in"),
    ("box in", "unknown", "box in"),
    ("Ann", "retired", "Ann"),
]


@pytest.mark.parametrize(("hand", "scanned", "after"), AFTER)
def test_what_is_in_hand_afterwards(hand: str, scanned: str, after: str) -> None:
    before = Hand(in_hand(hand))
    intent = interpret(before, NAMED[scanned])
    assert hand_after(before, intent, was_refused=intent.step is Step.REFUSE).held == in_hand(after)


def refused(hand: Hand, scanned: str) -> Hand:
    """The hand after a scan that was refused."""
    return hand_after(hand, interpret(hand, NAMED[scanned]), was_refused=True)


@pytest.mark.parametrize(
    ("hand", "scanned"), [("box in", "shelf"), ("shelf", "box in"), ("item in", "box in"), ("trolley", "item in")]
)
def test_override_accepts_the_refused_pair_and_nothing_else(hand: str, scanned: str) -> None:
    first = refused(Hand(in_hand(hand)), scanned)
    assert not interpret(first, NAMED[scanned]).is_override
    armed = hand_after(first, interpret(first, Command.OVERRIDE), was_refused=False)
    assert armed.is_override_armed
    assert interpret(armed, NAMED[scanned]).is_override
    for other, subject in NAMED.items():
        if other != scanned:
            assert not interpret(armed, subject).is_override


def test_override_of_a_place_does_not_open_the_container_of_the_same_number() -> None:
    item, box = NAMED["item in"], standing(SHELF.id, ThingKind.BOX, Custody.IN)
    assert isinstance(item, Standing)
    first = refused(Hand(item), "shelf")
    armed = hand_after(first, interpret(first, Command.OVERRIDE), was_refused=False)
    assert interpret(armed, SHELF).is_override
    assert not interpret(armed, box).is_override


def test_override_with_nothing_refused_is_not_armed() -> None:
    hand = Hand(in_hand("box in"))
    assert not hand_after(hand, interpret(hand, Command.OVERRIDE), was_refused=False).is_override_armed


def test_an_override_is_used_once() -> None:
    first = refused(Hand(in_hand("shelf")), "box in")
    armed = hand_after(first, interpret(first, Command.OVERRIDE), was_refused=False)
    used = hand_after(armed, interpret(armed, NAMED["box in"]), was_refused=False)
    assert used == Hand(SHELF)
    assert not interpret(used, NAMED["box in"]).is_override


@pytest.mark.parametrize("between", ["unknown", "box missing", "Ann"])
def test_anything_between_override_and_the_pair_disarms_it(between: str) -> None:
    first = refused(Hand(in_hand("shelf")), "box in")
    armed = hand_after(first, interpret(first, Command.OVERRIDE), was_refused=False)
    intent = interpret(armed, NAMED[between])
    after = hand_after(armed, intent, was_refused=intent.step is Step.REFUSE)
    assert not after.is_override_armed


def test_a_canary_a_table_with_one_wrong_cell_is_noticed() -> None:
    wrong = [(hand, scanned, "shown" if word == "lent" else word) for hand, scanned, word in cells()]
    steps = [interpret(Hand(in_hand(hand)), NAMED[scanned]).step.value == word for hand, scanned, word in wrong]
    assert not all(steps)
    assert replace(Hand(ANN), held=None) == Hand()
