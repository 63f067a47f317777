"""Planning a walk: from codes to steps, with the shelving as it stands, and nothing dropped from the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from plain_rig import SIDES_AND_STOP
from small_house import CARRIAGE_3, CARRIAGE_4, OPERATOR, SmallHouse
from statuses import identity_of, status_of

from archroom.core.arming import unarmed
from archroom.core.holdings import Custody, Place, PlaceKind, Thing, ThingKind
from archroom.core.people_holds import Hold
from archroom.core.plain.facts import SAFETY_DEVICE, Alarm, PlainStatus
from archroom.core.rooms import Block, End, MotionPolicy
from archroom.core.routes.errands import Goal
from archroom.core.shelving import AisleState, BlockView, Mode, Trust
from archroom.errors import LinkError, say
from archroom.services.errands import Asked, Purpose
from archroom.services.planning import Planning, Walk, Wishes

COUNTED = Wishes(Purpose.COUNT)
PUT_BACK = Wishes(Purpose.PUT_BACK)


@dataclass
class LookingOnly:
    """A shelving that shows these views, or fails."""

    shown: Sequence[BlockView] | LinkError

    def views(self) -> list[BlockView]:
        if isinstance(self.shown, LinkError):
            raise self.shown
        return list(self.shown)


def planning(house: SmallHouse, shown: Sequence[BlockView] | LinkError | None = None) -> Planning:
    """The planner of the small house, with a shelving that shows these views."""
    shelving = None
    if shown is not None:
        shelving = house.shelving
        shelving.views = LookingOnly(shown).views  # type: ignore[method-assign]
    return Planning(house.archive, shelving, house.clock)


def view_of(block: Block, *open_aisles: int) -> BlockView:
    """A block that stands with these aisles open, seen for certain."""
    states = tuple((aisle, AisleState.OPEN if aisle in open_aisles else AisleState.CLOSED) for aisle in block.aisles)
    return BlockView(1, Trust.GOOD, 0.1, identity_of(block), status_of(block, 1, open_aisles), states, True, None)


def block_of(house: SmallHouse) -> Block:
    return house.archive.books.blocks[1]


def planned(house: SmallHouse, *texts: str, wishes: Wishes | None = None) -> Walk:
    return planning(house).plan([Asked(text) for text in texts], wishes or Wishes())


def steps(walk: Walk) -> list[tuple[int, int | None, list[str]]]:
    """Aisle, what closes, and the addresses of each step."""
    return [(s.aisle, s.closes, [walk.spots[e.number].address for e in s.errands]) for s in walk.route.steps]


def told(walk: Walk) -> list[tuple[str, str]]:
    """What is not on the walk, and why."""
    return [(aside.title or aside.code, aside.why.english()) for aside in walk.asides]


def boxes_at(house: SmallHouse, *addresses: str) -> list[Thing]:
    """New boxes, each at home at an address."""
    boxes = [house.archive.add_thing(ThingKind.BOX, f"Box at {address}", width_mm=100) for address in addresses]
    for box, address in zip(boxes, addresses, strict=True):
        house.desk.put(OPERATOR, box.code, address)
    return boxes


def test_a_thing_is_fetched_where_it_stands_now(house: SmallHouse) -> None:
    walk = planned(house, house.letter.code)
    assert steps(walk) == [(2, 1, [CARRIAGE_3])]
    (spot,) = walk.spots.values()
    assert (spot.title, spot.container, spot.is_left) == ("Letter to Jones", "Box 1, Smith papers", False)
    house.desk.put(OPERATOR, house.box.code, CARRIAGE_4, is_override=True)
    assert steps(planned(house, house.letter.code)) == [(3, 1, [CARRIAGE_4])]


def test_left_and_right_are_those_of_who_goes_in_from_the_main_passage(house: SmallHouse) -> None:
    beside = ("R1/1/02/B/2/4", "R1/1/03/A/2/4")
    for end, sides in ((End.LEFT, [True, False]), (End.RIGHT, [False, True])):
        house.archive.books.blocks[1] = replace(block_of(house), numbered_from=end)
        walk = planned(house, *beside, wishes=COUNTED)
        assert [walk.spots[number].is_left for number in (0, 1)] == sides


def test_the_order_is_that_of_the_shortest_walk_with_the_cost_of_the_list(house: SmallHouse) -> None:
    boxes = boxes_at(house, "R1/1/07/A/1/1", "R1/1/02/B/1/1", "R1/1/05/B/1/1")
    walk = planned(house, *(box.code for box in boxes))
    assert [aisle for aisle, _, _ in steps(walk)] == [2, 5, 6]
    assert (walk.route.effort.carriages_moved, walk.route.listed.carriages_moved) == (5, 12)
    assert walk.route.is_shortest


def test_a_walk_begins_where_the_aisles_stand_now(house: SmallHouse) -> None:
    block = block_of(house)
    walk = planning(house, [view_of(block, 6)]).plan([Asked(CARRIAGE_3), Asked("R1/1/07/A/1/1")], Wishes())
    assert [(aisle, closes) for aisle, closes, _ in steps(walk)] == [(6, None), (2, 6)]
    assert walk.notes == ()


@pytest.mark.parametrize(("opened", "begins_at", "notes"), [((6,), 6, 0), ((), 1, 1), ((3, 6), 1, 1)])
def test_a_controller_that_tells_open_aisles_only_is_believed_where_it_tells_one(
    house: SmallHouse, opened: tuple[int, ...], begins_at: int, notes: int
) -> None:
    shown = replace(view_of(block_of(house), *opened), status=None, identity=None)
    walk = planning(house, [shown]).plan([Asked(CARRIAGE_3)], Wishes())
    assert [(aisle, closes) for aisle, closes, _ in steps(walk)] == [(2, begins_at)]
    assert len(walk.notes) == notes


def test_the_controller_says_how_fast_it_is(house: SmallHouse) -> None:
    block = block_of(house)
    quick = replace(view_of(block, 1), identity=replace(identity_of(block), speed_mm_s=80, warning_ms=3000))
    slow, fast = (
        planning(house, [v]).plan([Asked(CARRIAGE_3)], Wishes()).route.effort.total_s for v in (view_of(block, 1), quick)
    )
    assert slow == pytest.approx(1 + 875 / 40 + 1 + 30)
    assert fast == pytest.approx(3 + 875 / 80 + 2 + 30)


@pytest.mark.parametrize(
    ("shown", "note"),
    [
        (None, "No shelving is connected to this machine: planned as the room was built."),
        ("stale", "How block 1 stands is not known: planned as it was built."),
        ("another", "How block 1 stands and who is in it is not known: planned as it was built."),
        (
            LinkError(say("Silence.")),
            "The shelving cannot be asked: planned as the room was built, and who is in which aisle is not known. Silence.",
        ),
    ],
)
def test_where_nothing_certain_is_known_it_is_planned_as_built_and_said(
    house: SmallHouse, shown: str | LinkError | None, note: str
) -> None:
    view = view_of(block_of(house), 6)
    known = {"stale": replace(view, trust=Trust.STALE), "another": replace(view, block=2)}
    walk = planning(house, [known[shown]] if isinstance(shown, str) else shown).plan([Asked(CARRIAGE_3)], Wishes())
    assert [(aisle, closes) for aisle, closes, _ in steps(walk)] == [(2, 1)]
    assert [one.english() for one in walk.notes] == [note]


def test_of_a_block_that_cannot_be_moved_only_the_open_aisle_is_walked(house: SmallHouse) -> None:
    base = view_of(block_of(house), 1)
    assert base.status is not None
    why = say("Block 1 is switched to the hand crank.")
    latched = replace(base, is_movable=False, why_not=why, status=replace(base.status, mode=Mode.HAND_CRANK))
    wishes = Wishes(Purpose.COUNT, is_parking=True)
    walk = planning(house, [latched]).plan([Asked(CARRIAGE_3), Asked("R1/1/02/A/1/1")], wishes)
    assert [note.english() for note in walk.notes] == [f"Block 1 cannot be moved now: {why.english()}"]
    assert [(aisle, closes) for aisle, closes, _ in steps(walk)] == [(1, None)]
    assert [why for _, why in told(walk)] == ["aisle 1/2 cannot open now: Block 1 is switched to hand crank."]
    assert walk.parkings == ()


def test_a_block_that_is_only_watched_or_not_armed_is_planned_and_said(house: SmallHouse) -> None:
    for why in (say("Block 1 can only be watched."), unarmed(1, say("The shelving server was started."))):
        walk = planning(house, [replace(view_of(block_of(house), 1), is_movable=False, why_not=why)]).plan(
            [Asked(CARRIAGE_3)], Wishes()
        )
        assert [(aisle, closes) for aisle, closes, _ in steps(walk)] == [(2, 1)]
        assert [note.english() for note in walk.notes] == [f"Block 1 cannot be moved now: {why.english()}"]


def test_what_another_make_does_not_tell_is_said_to_be_unknown_and_its_alarm_keeps_the_walk_out(house: SmallHouse) -> None:
    tells_little = replace(SIDES_AND_STOP, tells_mode=False, tells_faults=False)
    status = PlainStatus(is_moving=False)
    view = replace(view_of(block_of(house), 1), status=None, identity=None, capabilities=tells_little, plain=status)
    walk = planning(house, [view]).plan([Asked(CARRIAGE_3)], Wishes())
    assert [(aisle, closes) for aisle, closes, _ in steps(walk)] == [(2, 1)]
    assert [note.english() for note in walk.notes] == [
        "Whether block 1 is in automatic is not known: its controller does not tell.",
        "Whether block 1 has an alarm is not known: its controller does not tell.",
        "Whether somebody is in an aisle of block 1 is not known but by people holds.",
    ]
    told = replace(tells_little, tells_mode=True, tells_faults=True, tells_occupied=True)
    automatic = replace(status, mode=Mode.AUTOMATIC)
    assert (
        planning(house, [replace(view, capabilities=told, plain=automatic)]).plan([Asked(CARRIAGE_3)], Wishes()).notes == ()
    )
    alarmed = replace(view, plain=replace(status, alarms=(Alarm(SAFETY_DEVICE, "M148"),)))
    walk = planning(house, [alarmed]).plan([Asked(CARRIAGE_3)], Wishes())
    assert steps(walk) == []
    assert [aside.why.english() for aside in walk.asides] == [
        "aisle 1/2 cannot open now: Block 1 reports an alarm: a safety device has tripped, it does not tell which (M148). "
        "Reset it at the shelving."
    ]


def test_nothing_is_dropped_from_the_list(house: SmallHouse) -> None:
    at_wall, gone = boxes_at(house, "R1/W1/01/A/1/1", "R1/1/05/B/1/1")
    missing = house.archive.add_thing(ThingKind.BOX, "Lost box", custody=Custody.MISSING)
    house.desk.lend(OPERATOR, gone.code, "Ann")
    walk = planned(
        house,
        *(at_wall.code, gone.code, house.other_box.code, missing.code, "nonsense", "Ann", "R1/STG", house.box.code),
        house.box.code,
    )
    assert [title for title, _ in told(walk)] == [
        *("Box at R1/W1/01/A/1/1", "Box at R1/1/05/B/1/1", "Box 2, Smith papers", "Lost box", "nonsense", "Ann"),
        *(house.archive.place_at("R1/STG").code, "Box 1, Smith papers"),
    ]
    reasons = [why for _, why in told(walk)]
    assert reasons[0] == "at R1/W1/01/A/1/1, which no aisle leads to: go there directly"
    assert reasons[1].startswith("out to Ann")
    assert reasons[2:4] == ["no place yet", "missing"]
    assert reasons[7] == "it is on the list already"
    assert [aside.is_named for aside in walk.asides] == [True, True, True, True, False, False, True, True]
    assert steps(walk) == [(2, 1, [CARRIAGE_3])]


def test_what_came_back_is_put_back_where_it_belongs(house: SmallHouse) -> None:
    house.desk.lend(OPERATOR, house.box.code, "Ann")
    assert told(planned(house, house.box.code, wishes=PUT_BACK))[0][1].startswith("out to Ann")
    house.desk.take_back(OPERATOR, house.box.code)
    assert [why for _, why in told(planned(house, house.box.code))] == ["in staging R1/STG"]
    walk = planned(house, house.box.code, house.other_box.code, wishes=PUT_BACK)
    assert steps(walk) == [(2, 1, [CARRIAGE_3])]
    assert told(walk) == [("Box 2, Smith papers", "no home yet")]
    house.desk.put(OPERATOR, house.box.code, CARRIAGE_3)
    assert told(planned(house, house.box.code, wishes=PUT_BACK)) == [("Box 1, Smith papers", "at home already")]


def test_shelves_are_counted_like_things(house: SmallHouse) -> None:
    walk = planned(house, "R1/1/05/B/1/1", house.box.code, wishes=COUNTED)
    assert [aisle for aisle, _, _ in steps(walk)] == [2, 5]


def test_what_is_held_or_locked_is_told_and_walked_round(house: SmallHouse) -> None:
    asked = [Asked(text) for text in (CARRIAGE_3, CARRIAGE_4, "R1/1/05/B/1/1")]
    hold = Hold(3, "Ann", datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
    base = view_of(block_of(house), 1)
    assert base.status is not None
    for trust in (Trust.GOOD, Trust.STALE, Trust.LOST):
        walk = planning(house, [replace(base, trust=trust, holds=(hold,))]).plan(asked, COUNTED)
        assert [aisle for aisle, _, _ in steps(walk)] == [2]
        assert [why for _, why in told(walk)] == [
            "aisle 1/3 is held by Ann: it must not change",
            "aisle 1/5 cannot open: aisle 3, which would change with it, is held by Ann",
        ]
        status = replace(base.status, locked_carriages=frozenset({5}))
        locked = planning(house, [replace(base, trust=trust, status=status)]).plan(asked, COUNTED)
        assert [aisle for aisle, _, _ in steps(locked)] == [2, 3]
        assert [why for _, why in told(locked)] == ["aisle 1/5 cannot open: carriage 5, which would move for it, is locked"]


def test_orders_due_times_and_waiting_reach_the_planner(house: SmallHouse) -> None:
    shelves = ["R1/1/07/A/1/1", "R1/1/02/B/1/1", "R1/1/05/B/1/1"]
    grouped = planning(house).plan([Asked(shelves[0], "a"), Asked(shelves[1]), Asked(shelves[2], "a")], COUNTED)
    assert [aisle for aisle, _, _ in steps(grouped)] == [2, 5, 6]
    due = planning(house).plan([Asked(shelves[0], due_s=70), Asked(shelves[1]), Asked(shelves[2])], COUNTED)
    assert [aisle for aisle, _, _ in steps(due)][0] == 6
    crowded = [Asked("R1/1/07/A/1/1"), *(Asked(f"R1/1/02/B/1/{level}") for level in range(1, 6))]
    waiting = planning(house).plan(crowded, Wishes(Purpose.COUNT, Goal.WAITING))
    assert [aisle for aisle, _, _ in steps(waiting)] == [2, 6]


def test_the_motion_policy_decides_how_long_an_opening_takes(house: SmallHouse) -> None:
    times = {
        policy.value: planned(house, "R1/1/07/A/1/1", wishes=Wishes(policy=policy)).route.effort.total_s
        for policy in MotionPolicy
    }
    run = 875 / 40 + 1
    assert times == pytest.approx({"sequential": 31 + 5 * run, "staggered": 31 + 4 * 0.5 + run, "group": 31 + run})


def test_each_block_of_one_walk_opens_by_its_own_policy(house: SmallHouse) -> None:
    first = replace(block_of(house), motion=MotionPolicy.SEQUENTIAL)
    blocks = {1: first, 2: replace(first, number=2, motion=MotionPolicy.GROUP)}
    house.archive.books.blocks.update(blocks)
    shelves = ("R1/1/07/A/1/1", "R1/2/07/A/1/1")
    house.archive.books.places[901] = Place(901, PlaceKind.SHELF, shelves[1], block=2, aisle=6)
    run = 875 / 40 + 1

    def openings_s(policy: MotionPolicy | None) -> dict[int, float]:
        walk = planned(house, *shelves, wishes=Wishes(Purpose.COUNT, policy=policy))
        return {step.block: step.timed.opening_s for step in walk.route.steps}

    assert openings_s(None) == pytest.approx({1: 1 + 5 * run, 2: 1 + run})
    assert openings_s(MotionPolicy.STAGGERED) == pytest.approx(dict.fromkeys(blocks, 1 + 4 * 0.5 + run))


def test_past_loans_advise_where_to_park_and_what_to_put_together(house: SmallHouse) -> None:
    first, second = boxes_at(house, "R1/1/07/A/1/1", "R1/1/02/B/1/1")
    for _ in range(2):
        for box in (first, second):
            house.desk.lend(OPERATOR, box.code, "Ann")
        for box in (first, second):
            house.desk.take_back(OPERATOR, box.code)
            house.desk.put(OPERATOR, box.code, house.stands(box).home_place.address)  # type: ignore[union-attr]
        house.clock.pass_seconds(7200)
    house.desk.lend(OPERATOR, house.box.code, "Bob")
    house.desk.undo(OPERATOR)
    advice = planning(house).advise()
    assert advice.habits.orders == 2
    assert [(a.standing.thing.id, b.standing.thing.id, times) for a, b, times in advice.boxes] == [(first.id, second.id, 2)]
    assert advice.parkings == ((1, 2),)
    walk = planned(house, first.code, wishes=Wishes(is_parking=True))
    assert [(parking.aisle, parking.closes) for parking in walk.parkings] == [(2, 6)]
    assert planned(house, second.code, wishes=Wishes(is_parking=True)).parkings == ()
