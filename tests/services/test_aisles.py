"""Opening an aisle: nothing moves before its intent is written, and every end is written or the shelving is stopped."""

from __future__ import annotations

import pytest
from small_house import CARRIAGE_3, OPERATOR, SmallHouse

from archroom.core.acts import Act, ActKind
from archroom.core.shelving import Action, Outcome, OutcomeKind, StopReport, Ticket, Wanted
from archroom.errors import (
    ArchroomError,
    BadCode,
    BadDatabase,
    Busy,
    LinkError,
    MotionFailed,
    MotionRefused,
    PortUnavailable,
    Refused,
    UsageError,
    say,
)
from archroom.services.aisles import Aisles
from archroom.services.history import words_of_event


@pytest.fixture
def aisles(house: SmallHouse) -> Aisles:
    """The aisles of the small house."""
    return Aisles(house.archive, house.shelving)


def opened(aisles: Aisles, says: tuple[int, ...] | None = (1,)) -> Outcome:
    """Ask for aisle 1/3; the person says that these aisles are clear."""
    return aisles.open(OPERATOR, 1, 3, lambda ticket: says, lambda view: None)


def events(house: SmallHouse) -> list[tuple[ActKind, dict[str, str | int]]]:
    """The motion events, oldest first, with their facts."""
    return [(e.act.kind, dict(e.act.facts)) for e in house.archive.books.events if e.act.kind.value.startswith("motion")]


def test_an_opening_leaves_intent_and_outcome(house: SmallHouse, aisles: Aisles) -> None:
    house.shelving.on_go = lambda: house.shelving.log.append(f"{len(events(house))} written")
    seen: list[int] = []
    outcome = aisles.open(OPERATOR, 1, 3, lambda ticket: ticket.answer, lambda view: seen.append(view.block))
    assert outcome.kind is OutcomeKind.DONE
    assert house.shelving.log == ["select open 1/3 by Olga", "go open 1/3 clear (1,)", "1 written"]
    intent, ended = events(house)
    asked = {"block": 1, "action": "open", "opens": 3, "clear": "1", "ticket": "t1"}
    number = len(house.archive.books.events) - 1
    assert intent == (ActKind.MOTION_INTENDED, asked)
    assert ended == (ActKind.MOTION_ENDED, asked | {"intent": number, "outcome": "done", "reason": "Aisle open."})
    assert seen == [1]


def words_of(house: SmallHouse, number: int) -> str:
    """An event in words; -1 is the last."""
    with house.archive.reading() as books:
        return words_of_event(books, house.archive.books.events[number].seq).english()


def test_a_refused_ticket_leaves_one_event_and_asks_nobody(house: SmallHouse, aisles: Aisles) -> None:
    house.shelving.refusal = MotionRefused(say("Somebody is in aisle {aisle}.", aisle=1))

    def nobody(ticket: Ticket) -> tuple[int, ...] | None:
        raise AssertionError("a refused motion asks nobody")

    outcome = aisles.open(OPERATOR, 1, 3, nobody, lambda view: None)
    assert (outcome.kind, outcome.reason.english()) == (OutcomeKind.REFUSED, "Somebody is in aisle 1.")
    facts = {"block": 1, "action": "open", "opens": 3, "reason": "Somebody is in aisle 1."}
    assert events(house) == [(ActKind.MOTION_REFUSED, facts)]


@pytest.mark.parametrize("says", [None, (), (2,), (3,), (0,), (1, 1), (1, 2)])
def test_nothing_moves_unless_what_closes_is_confirmed(
    house: SmallHouse, aisles: Aisles, says: tuple[int, ...] | None
) -> None:
    assert opened(aisles, says).kind is OutcomeKind.REFUSED
    assert house.shelving.log == ["select open 1/3 by Olga"]
    assert [kind for kind, _ in events(house)] == [ActKind.MOTION_REFUSED]


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        ((1, 4), OutcomeKind.DONE),
        ((4, 1), OutcomeKind.DONE),
        ((1,), OutcomeKind.REFUSED),
        ((4,), OutcomeKind.REFUSED),
        ((1, 2, 4), OutcomeKind.REFUSED),
        (None, OutcomeKind.REFUSED),
    ],
)
def test_where_several_aisles_narrow_each_is_confirmed_by_its_number(
    house: SmallHouse, aisles: Aisles, says: tuple[int, ...] | None, kind: OutcomeKind
) -> None:
    house.shelving.narrows = (1, 4)
    assert opened(aisles, says).kind is kind
    assert ("go open 1/3 clear (1, 4)" in house.shelving.log) == (kind is OutcomeKind.DONE)
    assert events(house)[0][1]["clear"] == "1 4"


ASKED = [
    (Wanted(Action.CLOSE, 3), {"aisle": 3, "clear": "1"}),
    (Wanted(Action.VENTILATE, 3), {"aisle": 3, "clear": "1"}),
    (Wanted(Action.JOG, 3, -20), {"carriage": 3, "mm": -20, "clear": "1"}),
    (Wanted(Action.LOCK, 3), {"carriage": 3}),
    (Wanted(Action.UNLOCK, 3), {"carriage": 3}),
]


@pytest.mark.parametrize(
    ("wanted", "facts"), ASKED, ids=lambda value: value.action.value if hasattr(value, "action") else ""
)
def test_every_action_leaves_intent_and_outcome(
    house: SmallHouse, aisles: Aisles, wanted: Wanted, facts: dict[str, str | int]
) -> None:
    outcome = aisles.carry_out(OPERATOR, 1, wanted, lambda ticket: ticket.answer, lambda view: None)
    assert outcome.kind is OutcomeKind.DONE
    clear = "(1,)" if wanted.action.is_motion else "()"
    assert house.shelving.log[-1] == f"go {wanted.action.value} 1/3 clear {clear}"
    (intended, intent), (ended, end) = events(house)
    assert (intended, ended) == (ActKind.MOTION_INTENDED, ActKind.MOTION_ENDED)
    assert intent == {"block": 1, "action": wanted.action.value, "ticket": "t1"} | facts
    assert end.items() >= intent.items()
    texts = [words_of(house, number) for number in (-2, -1)]
    assert all("1/3" in text and "?" not in text for text in texts)
    assert texts[1].endswith(": done")


@pytest.mark.parametrize("action", [Action.LOCK, Action.UNLOCK])
@pytest.mark.parametrize(("says", "kind"), [(None, "refused"), ((), "refused"), ((1,), "refused"), ((3,), "done")])
def test_where_nothing_narrows_the_number_of_the_carriage_says_yes(
    house: SmallHouse, aisles: Aisles, action: Action, says: tuple[int, ...] | None, kind: str
) -> None:
    outcome = aisles.carry_out(OPERATOR, 1, Wanted(action, 3), lambda ticket: says, lambda view: None)
    assert outcome.kind.value == kind


def test_an_event_of_an_action_that_a_later_release_knows_is_told_all_the_same(house: SmallHouse) -> None:
    with house.archive.writing() as books:
        books.commit(Act(ActKind.MOTION_REFUSED, facts={"block": 1, "action": "dance"}), OPERATOR)
    assert words_of(house, -1) == "unknown 1/? refused"


@pytest.mark.parametrize("error", [Busy(say("busy")), BadDatabase(say("gone"))])
def test_nothing_moves_if_the_intent_cannot_be_written(house: SmallHouse, aisles: Aisles, error: ArchroomError) -> None:
    house.archive.broken = error
    with pytest.raises(type(error)):
        opened(aisles)
    assert house.shelving.log == ["select open 1/3 by Olga"]


def test_an_outcome_that_cannot_be_written_stops_the_block_and_is_told(house: SmallHouse, aisles: Aisles) -> None:
    house.shelving.on_go = lambda: setattr(house.archive, "broken", BadDatabase(say("The disk is full.")))
    with pytest.raises(MotionFailed, match=r"was stopped. Outcome: Aisle open. The disk is full."):
        opened(aisles)
    assert house.shelving.log[-1] == "stop 1"


def test_if_neither_books_nor_shelving_answer_that_is_said(house: SmallHouse, aisles: Aisles) -> None:
    house.shelving.on_go = lambda: setattr(house.archive, "broken", BadDatabase(say("The disk is full.")))
    house.shelving.stop_error = PortUnavailable(say("The port went away."))
    with pytest.raises(MotionFailed, match="look at it"):
        opened(aisles)


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        (Outcome(OutcomeKind.ABORTED, say("Stopped."), None), "aborted"),
        (Outcome(OutcomeKind.UNKNOWN, say("No answer."), None), "unknown"),
        (MotionRefused(say("The ticket is too old.")), "refused"),
        (MotionFailed(say("Stopped on the way.")), "unknown"),
        (LinkError(say("Silence.")), "unknown"),
    ],
)
def test_every_end_is_an_outcome_in_the_ledger(
    house: SmallHouse, aisles: Aisles, end: Outcome | ArchroomError, kind: str
) -> None:
    house.shelving.outcome = end
    outcome = opened(aisles)
    assert outcome.kind.value == kind
    assert events(house)[-1][1]["outcome"] == kind
    assert events(house)[-1][1]["reason"] == outcome.reason.english()


def test_breaking_off_stops_the_block_and_leaves_an_unknown_outcome(house: SmallHouse, aisles: Aisles) -> None:
    house.shelving.outcome = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        opened(aisles)
    assert house.shelving.log[-1] == "stop 1"
    assert events(house)[-1][1]["outcome"] == "unknown"


def test_breaking_off_is_written_even_if_the_stop_fails(house: SmallHouse, aisles: Aisles) -> None:
    house.shelving.outcome = KeyboardInterrupt()
    house.shelving.stop_error = PortUnavailable(say("The port went away."))
    with pytest.raises(MotionFailed, match="look at it"):
        opened(aisles)
    assert events(house)[-1][1]["outcome"] == "unknown"


def test_a_refusal_is_told_even_if_it_cannot_be_written(house: SmallHouse, aisles: Aisles) -> None:
    house.shelving.refusal = MotionRefused(say("Somebody is in aisle 1."))
    house.archive.broken = Busy(say("The books are busy."))
    outcome = opened(aisles)
    assert outcome.kind is OutcomeKind.REFUSED
    assert outcome.reason.english() == "Somebody is in aisle 1. This is not in the ledger: The books are busy."


def test_a_canary_an_end_that_is_not_written_is_noticed(house: SmallHouse, aisles: Aisles) -> None:
    opened(aisles)
    house.archive.books.events.pop()
    assert [kind for kind, _ in events(house)] != [ActKind.MOTION_INTENDED, ActKind.MOTION_ENDED]


def test_a_stop_is_sent_first_and_written_afterwards(house: SmallHouse, aisles: Aisles) -> None:
    assert aisles.stop(OPERATOR, 1) == [StopReport(1, True, True, "server")]
    assert events(house) == [(ActKind.MOTION_STOPPED, {"blocks": "1", "standstill": "1"})]
    house.archive.broken = BadDatabase(say("gone"))
    assert aisles.stop(OPERATOR) == [StopReport(1, True, True, "server")]
    assert house.shelving.log == ["stop 1", "stop None"]


def test_a_stop_that_was_not_sent_is_not_written(house: SmallHouse, aisles: Aisles) -> None:
    house.shelving.reports = [StopReport(1, False, False, "direct", say("The port went away."))]
    assert not aisles.stop(OPERATOR)[0].is_sent
    assert events(house) == []


def test_without_shelving_nothing_is_shown_and_nothing_opens(house: SmallHouse) -> None:
    none = Aisles(house.archive, None)
    assert none.views() == []
    with pytest.raises(PortUnavailable):
        opened(none)
    with pytest.raises(PortUnavailable):
        none.stop(OPERATOR)


def test_the_views_are_those_of_the_shelving(aisles: Aisles) -> None:
    assert [view.block for view in aisles.views()] == [1]


@pytest.mark.parametrize("text", ["MS 1", "B00000001K", "MS 1/7", CARRIAGE_3])
def test_the_aisle_of_a_thing_or_shelf(aisles: Aisles, text: str) -> None:
    assert aisles.aisle_for(text) == (1, 2)


@pytest.mark.parametrize(
    ("text", "why"),
    [("MS 2", "has no place yet"), ("R1/W1/01/A/1/1", "which no aisle leads to"), ("R1/STG", "which no aisle leads to")],
)
def test_what_no_aisle_leads_to_is_told_where_it_is(aisles: Aisles, text: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        aisles.aisle_for(text)


def test_a_returned_box_is_put_away_from_the_aisle_of_its_home(house: SmallHouse, aisles: Aisles) -> None:
    house.desk.lend(OPERATOR, "MS 1", "Ann")
    with pytest.raises(Refused, match="is out to Ann"):
        aisles.aisle_for("MS 1")
    house.desk.take_back(OPERATOR, "MS 1")
    assert aisles.aisle_for("MS 1") == (1, 2)


@pytest.mark.parametrize("text", ["Ann", "nothing", ""])
def test_what_stands_in_no_aisle_is_a_bad_code(aisles: Aisles, text: str) -> None:
    with pytest.raises(BadCode):
        aisles.aisle_for(text)


def test_aisles_by_name(aisles: Aisles) -> None:
    assert aisles.aisle_named("1/3") == (1, 3)


def test_carriages_by_name(aisles: Aisles) -> None:
    assert aisles.carriage_named("1/7") == (1, 7)


@pytest.mark.parametrize("text", ["", "1", "1/0", "1/8", "2/1", "1/x", "1/-1", "1/99999"])
def test_what_is_no_carriage_is_a_usage_error(aisles: Aisles, text: str) -> None:
    with pytest.raises(UsageError):
        aisles.carriage_named(text)


@pytest.mark.parametrize(
    "text", ["", "1", "1/", "/1", "1/x", "1/0", "1/7", "2/1", "1/3/4", "-1/3", "1/٣", "1/1e1", "1/99999"]
)
def test_what_is_no_aisle_is_a_usage_error(aisles: Aisles, text: str) -> None:
    with pytest.raises(UsageError):
        aisles.aisle_named(text)


def attended(aisles: Aisles, name: str | None) -> Outcome:
    """Ask for aisle 1/3; so somebody is named who stands there."""
    return aisles.open(OPERATOR, 1, 3, lambda ticket: (1,), lambda view: None, attend=lambda ticket: name)


def test_a_second_person_is_named_for_each_motion_and_stands_in_the_ledger(house: SmallHouse, aisles: Aisles) -> None:
    house.shelving.needs_attendant = True
    assert attended(aisles, "  Ben   Wu ").kind is OutcomeKind.DONE
    assert house.shelving.log[-1] == "go open 1/3 clear (1,), Ben Wu"
    (_, intent), (_, end) = events(house)
    assert (intent["attendant"], end["attendant"]) == ("Ben Wu", "Ben Wu")
    assert words_of(house, -2) == "Aisle 1/3 asked to open, Ben Wu at the aisle"


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (None, "moves only while a second person holds its own stop"),
        ("  ", "moves only while a second person holds its own stop"),
        ("ＯＬＧＡ ", "must be another one than who gives the order"),
        ("31142060001", "A code is no answer"),
        ("1", "A code is no answer"),
    ],
)
def test_without_a_second_person_nothing_moves(house: SmallHouse, aisles: Aisles, name: str | None, why: str) -> None:
    house.shelving.needs_attendant = True
    outcome = attended(aisles, name)
    assert outcome.kind is OutcomeKind.REFUSED
    assert why in outcome.reason.english()
    assert house.shelving.log == ["select open 1/3 by Olga"]
    assert [kind for kind, _ in events(house)] == [ActKind.MOTION_REFUSED]


def test_a_person_s_code_is_nobody_at_the_aisle(house: SmallHouse, aisles: Aisles) -> None:
    house.shelving.needs_attendant = True
    assert "A code is no answer" in attended(aisles, house.ann.code.lower()).reason.english()
    assert opened(aisles).kind is OutcomeKind.REFUSED, "nobody was asked, so nobody is there"


@pytest.mark.parametrize("says", [(), (3,), (7,), (1, 3), (2, 2), None])
def test_where_only_people_know_which_aisle_is_open_one_of_them_is_named(
    house: SmallHouse, aisles: Aisles, says: tuple[int, ...] | None
) -> None:
    house.shelving.candidates = (1, 2, 4)
    assert opened(aisles, says).kind is OutcomeKind.REFUSED
    assert opened(aisles, (2,)).kind is OutcomeKind.DONE
    assert house.shelving.log[-1] == "go open 1/3 clear (2,)"
    assert events(house)[-1][1]["clear"] == "2"
    assert opened(aisles, (4, 1)).kind is OutcomeKind.DONE, "two stand partly open"
    assert events(house)[-1][1]["clear"] == "4 1"
