"""A block out of order: what is decided, what the ledger makes of it, and how its shelves are said to be reached."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from supervised_room import block_of

from archroom.core.acts import Act, ActKind, AisleOpenedByHand, OutageBegun, OutageEnded, Performer
from archroom.core.events import Event, body_of, event_of
from archroom.core.holdings import Custody, Place, PlaceKind, Standing, Thing, ThingKind, Whereabouts
from archroom.core.outage_rules import OutageFact, OutageHistory, open_by_hand, put_back, take_out
from archroom.core.outages import Outage, Reach
from archroom.core.replay import Replay
from archroom.errors import LedgerBroken, Refused, UsageError

TODAY = date(2026, 11, 24)
AT = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
BLOCK = block_of(open_aisles=(1,))
OUTAGE = Outage(1, AT, TODAY, "Ann", "drive broken", 7)
OPENED = replace(OUTAGE, open_aisle=3, opened_by="Bo", opened_at=AT)


def test_the_acts_name_the_block_the_reason_and_what_they_follow() -> None:
    assert take_out(BLOCK, None, "  drive\t broken ", TODAY) == Act(
        ActKind.BLOCK_OUT_OF_ORDER, outages_begun=(OutageBegun(1, TODAY, "drive broken"),)
    )
    assert open_by_hand(BLOCK, OPENED, 2).opened_by_hand == (AisleOpenedByHand(1, 2, 7),)
    assert put_back(BLOCK, OUTAGE).outages_ended == (OutageEnded(1, 7),)


def test_what_cannot_be_meant_is_refused_with_the_reason() -> None:
    with pytest.raises(UsageError, match="why"):
        take_out(BLOCK, None, " \x00 ", TODAY)
    with pytest.raises(Refused, match=r"since 2026-11-24, says Ann: drive broken\. Nothing changed\."):
        take_out(BLOCK, OUTAGE, "again", TODAY)
    with pytest.raises(UsageError, match="no aisle 77"):
        open_by_hand(BLOCK, OUTAGE, 77)
    with pytest.raises(Refused, match="not out of order"):
        open_by_hand(BLOCK, None, 3)
    with pytest.raises(Refused, match="not out of order"):
        put_back(BLOCK, None)


def test_only_the_aisle_that_was_opened_by_hand_is_reached() -> None:
    reached = [OPENED.reach_of(aisle) for aisle in (None, 2, 3, 4)]
    assert reached == [Reach.UNREACHABLE, Reach.UNREACHABLE, Reach.BY_HAND, Reach.UNREACHABLE]
    assert OUTAGE.reach_of(None) is Reach.UNREACHABLE, "no aisle is not the aisle that nobody opened"
    assert OUTAGE.reach_in_words(3).english() == "unreachable: block 1 is out of order since 2026-11-24 (drive broken)"
    assert OPENED.reach_in_words(3).english() == "block 1 is out of order, and its aisle 3 was opened by hand"


def test_the_refusal_names_who_since_when_why_and_what_ends_it() -> None:
    assert OPENED.refusal().english() == (
        "Block 1 is out of order since 2026-11-24, says Ann: drive broken. Its aisle 3 was opened by hand, says Bo. "
        "Once it is mended: archroom shelving in-order 1"
    )


@pytest.mark.parametrize(
    ("custody", "reach"), [(Custody.IN, Reach.BY_HAND), (Custody.MISSING, None), (Custody.DISPOSED, None)]
)
def test_only_what_stands_in_its_place_is_said_to_be_reached(custody: Custody, reach: Reach | None) -> None:
    shelf = Place(5, PlaceKind.SHELF, "R1/1/03/B/1/6", 900, 1, 3, OPENED)
    thing = Thing(1, ThingKind.BOX, "Box 1", "", Whereabouts(custody, place_id=5))
    assert Standing(thing, place=shelf).reach is reach
    assert Standing(thing, place=replace(shelf, outage=None)).reach is None


def event(seq: int, act: Act) -> Event:
    return Event(seq, AT, AT, Performer("Ann", "test/desk"), act)


def test_the_acts_come_back_from_the_ledger_as_they_went_in() -> None:
    for act in (take_out(BLOCK, None, "Antrieb 驱动", TODAY), open_by_hand(BLOCK, OUTAGE, 2), put_back(BLOCK, OUTAGE)):
        written = event(3, act)
        assert event_of(body_of(written)) == written


def test_a_history_keeps_what_is_over_and_the_last_word_on_an_aisle() -> None:
    history = OutageHistory()
    acts = [
        take_out(BLOCK, None, "drive", TODAY),
        Act(ActKind.AISLE_OPENED_BY_HAND, opened_by_hand=(AisleOpenedByHand(1, 2, 1),)),
        Act(ActKind.AISLE_OPENED_BY_HAND, opened_by_hand=(AisleOpenedByHand(1, 4, 1),)),
        Act(ActKind.BLOCK_IN_ORDER, outages_ended=(OutageEnded(1, 1),)),
        take_out(BLOCK, None, "rail", TODAY),
    ]
    assert [flaw for seq, act in enumerate(acts, 1) for flaw in history.apply(act, seq)] == []
    assert history.facts == [OutageFact(1, 1, TODAY, "drive", 4, 3, 4), OutageFact(1, 5, TODAY, "rail")]


@pytest.mark.parametrize(
    ("section", "act"),
    [
        ("out_of_order", Act(ActKind.BLOCK_OUT_OF_ORDER, outages_begun=(OutageBegun(1, TODAY, "twice"),))),
        ("opened_by_hand", Act(ActKind.AISLE_OPENED_BY_HAND, opened_by_hand=(AisleOpenedByHand(2, 3, 1),))),
        ("opened_by_hand", Act(ActKind.AISLE_OPENED_BY_HAND, opened_by_hand=(AisleOpenedByHand(1, 3, 9),))),
        ("in_order", Act(ActKind.BLOCK_IN_ORDER, outages_ended=(OutageEnded(2, 1),))),
        ("in_order", Act(ActKind.BLOCK_IN_ORDER, outages_ended=(OutageEnded(1, 9),))),
    ],
)
def test_an_entry_that_fits_nothing_before_it_breaks_the_ledger(section: str, act: Act) -> None:
    replay = Replay()
    replay.apply(event(1, take_out(BLOCK, None, "drive", TODAY)))
    with pytest.raises(LedgerBroken, match=section) as found:
        replay.apply(event(2, act))
    assert found.value.seq == 2
