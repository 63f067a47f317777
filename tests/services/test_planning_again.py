"""When a walk is to be planned again, and which of its lines are done: told by books and shelving, not by the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest
from small_house import CARRIAGE_3, OPERATOR, SmallHouse
from statuses import identity_of, status_of

from archroom.core.holdings import Custody
from archroom.core.people_holds import Hold
from archroom.core.plain.facts import PlainStatus
from archroom.core.shelving import AisleState, BlockView, ControllerState, Trust
from archroom.errors import LinkError, say
from archroom.services.errands import Aside, Asked, Purpose
from archroom.services.outages import Outages
from archroom.services.planning import Footing, Planning, Wishes


@dataclass
class Seen:
    """The small house with a shelving that shows one view of its block, or does not answer."""

    house: SmallHouse
    open_aisle: int = 1
    changed: Callable[[BlockView], BlockView] = field(default=lambda view: view)
    error: LinkError | None = None

    def views(self) -> list[BlockView]:
        if self.error is not None:
            raise self.error
        block, opened = self.house.archive.books.blocks[1], self.open_aisle
        states = tuple((aisle, AisleState.OPEN if aisle == opened else AisleState.CLOSED) for aisle in block.aisles)
        status = status_of(block, 1, (opened,))
        return [self.changed(BlockView(1, Trust.GOOD, 0.1, identity_of(block), status, states, True, None))]

    def planning(self) -> Planning:
        shelving = self.house.shelving
        shelving.views = self.views  # type: ignore[method-assign]
        return Planning(self.house.archive, shelving, self.house.clock)

    def footing(self) -> Footing:
        return self.planning().footing()


def held(view: BlockView) -> BlockView:
    return replace(view, holds=(Hold(3, "Bo Chen", datetime(2026, 1, 1, tzinfo=UTC)),))


def locked(view: BlockView) -> BlockView:
    assert view.status is not None
    return replace(view, status=replace(view.status, locked_carriages=frozenset({4})))


def in_state(state: ControllerState) -> Callable[[BlockView], BlockView]:
    def changed(view: BlockView) -> BlockView:
        assert view.status is not None
        return replace(view, status=replace(view.status, state=state))

    return changed


def plain_moving(view: BlockView) -> BlockView:
    return replace(view, status=None, plain=PlainStatus(is_moving=True))


def test_it_stays_the_same_while_only_time_passes(house: SmallHouse) -> None:
    seen = Seen(house)
    before = seen.footing()
    house.clock.pass_seconds(60)
    seen.changed = lambda view: replace(view, age_s=0.4)
    assert seen.footing() == before


@pytest.mark.parametrize("changed", [held, locked, lambda view: replace(view, trust=Trust.LOST)])
def test_holds_locks_and_a_lost_link_change_it(house: SmallHouse, changed: Callable[[BlockView], BlockView]) -> None:
    seen = Seen(house)
    before = seen.footing()
    seen.changed = changed
    assert seen.footing() != before


def test_another_open_aisle_changes_it(house: SmallHouse) -> None:
    seen = Seen(house)
    before = seen.footing()
    seen.open_aisle = 4
    assert seen.footing() != before


def test_an_outage_and_any_act_in_the_books_change_it(house: SmallHouse) -> None:
    seen = Seen(house)
    before = seen.footing()
    house.desk.put(OPERATOR, house.box.code, CARRIAGE_3)
    after_put = seen.footing()
    assert after_put.seq > before.seq
    assert after_put.blocks == before.blocks
    Outages(house.archive, house.clock).take_out(OPERATOR, 1, "drive")
    assert seen.footing().blocks != before.blocks


def test_it_needs_no_shelving(house: SmallHouse) -> None:
    seen = Seen(house, error=LinkError(say("No answer.")))
    assert not seen.footing().is_moving
    assert Planning(house.archive, None, house.clock).footing().blocks == seen.footing().blocks


@pytest.mark.parametrize(
    ("changed", "is_moving"),
    [
        (in_state(ControllerState.MOVING), True),
        (in_state(ControllerState.WARNING), True),
        (plain_moving, True),
        (lambda view: replace(view, motion="m1"), True),
        (in_state(ControllerState.SELECTED), False),
        (held, False),
    ],
)
def test_it_says_whether_a_block_is_on_its_way(
    house: SmallHouse, changed: Callable[[BlockView], BlockView], is_moving: bool
) -> None:
    assert Seen(house, changed=changed).footing().is_moving is is_moving


def aside_of(house: SmallHouse, purpose: Purpose) -> Aside | None:
    asides = Planning(house.archive, None, house.clock).plan([Asked(house.box.code)], Wishes(purpose)).asides
    return asides[0] if asides else None


def test_what_was_fetched_is_done_and_what_is_missing_is_not(house: SmallHouse) -> None:
    house.desk.put(OPERATOR, house.box.code, CARRIAGE_3)
    assert aside_of(house, Purpose.PICK) is None
    house.desk.lend(OPERATOR, house.box.code, house.ann.code)
    lent = aside_of(house, Purpose.PICK)
    assert lent is not None
    assert lent.is_done
    house.desk.take_back(OPERATOR, house.box.code)
    staged = aside_of(house, Purpose.PICK)
    assert staged is not None
    assert staged.is_done
    things = house.archive.books.things
    thing = things[house.box.id]
    things[house.box.id] = replace(thing, whereabouts=replace(thing.whereabouts, custody=Custody.MISSING, place_id=None))
    missing = aside_of(house, Purpose.PICK)
    assert missing is not None
    assert not missing.is_done


def test_what_came_home_is_put_back_and_no_book_knows_what_was_counted(house: SmallHouse) -> None:
    house.desk.put(OPERATOR, house.box.code, CARRIAGE_3)
    home = aside_of(house, Purpose.PUT_BACK)
    assert home is not None
    assert home.is_done
    assert aside_of(house, Purpose.COUNT) is None
    house.desk.lend(OPERATOR, house.box.code, house.ann.code)
    for purpose in (Purpose.PUT_BACK, Purpose.COUNT):
        lent = aside_of(house, purpose)
        assert lent is not None
        assert not lent.is_done
