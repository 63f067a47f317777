"""Planning a walk: from a list of codes to the order of openings and errands; and what past loans say of the aisles.

Nothing on the list is dropped: what no walk can reach is set aside with the reason. A plan proposes and moves nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from archroom.core.plain.texts import not_known
from archroom.core.routes.errands import Goal, Route
from archroom.core.routes.motion import Motion
from archroom.core.routes.pins import Pins, pins_of, why_unreachable
from archroom.core.routes.planning import planned
from archroom.core.routes.slotting import AislePlace, Habits, Lending, best_parking, habits_of
from archroom.core.routes.stretches import Stretch, stretches_of, widest_gaps
from archroom.core.shelving import BlockView, Trust
from archroom.errors import Message, ShelvingError, say
from archroom.services.errands import Aside, Asked, Purpose, Spot, sorted_out

if TYPE_CHECKING:
    from archroom.core.outages import Outage
    from archroom.core.ports import Archive, Clock, Hit, Reading, Shelving
    from archroom.core.rooms import Block, MotionPolicy

MOST_LINES = 2000
"""Codes on one list; more is no walk for one person."""
MOST_LENDINGS = 5000
"""How many past loans are looked at, the newest."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a walk is to be planned."""

    purpose: Purpose = Purpose.PICK
    goal: Goal = Goal.TIME
    policy: MotionPolicy | None = None
    """How the carriages of every block are taken to start; None as the room says of each."""
    is_parking: bool = False
    """Whether to say which aisle to leave open in the end."""


@dataclass(frozen=True, slots=True)
class Parking:
    """An aisle to leave open after the last errand, by what past loans asked for."""

    block: int
    aisle: int
    closes: int


@dataclass(frozen=True, slots=True)
class Walk:
    """A planned walk, with what its errands mean."""

    route: Route
    spots: Mapping[int, Spot]
    """The thing of each errand, by the errand's number."""
    asides: tuple[Aside, ...]
    notes: tuple[Message, ...]
    """What a person should know of the blocks before walking."""
    parkings: tuple[Parking, ...]


@dataclass(frozen=True, slots=True)
class Footing:
    """What a plan rests on besides its list: as long as it stays the same, so does the plan."""

    seq: int
    """Number of the last act in the books."""
    blocks: tuple[tuple[int, tuple[int, ...], Pins, bool], ...]
    """Of each block its number, open gaps, what must not move in it, and whether that is known for certain."""
    is_moving: bool
    """Whether a block is on its way, so that how it stands is not yet what a plan should begin from."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What past loans say, with the boxes by name."""

    habits: Habits
    boxes: tuple[tuple[Hit, Hit, int], ...]
    """Pairs of boxes that were asked for together from different aisles, and how often."""
    parkings: tuple[tuple[int, int], ...]
    """For each block, the aisle that is best left open."""


class Planning:
    """Plans walks in one house; `shelving` is None where none is connected."""

    def __init__(self, archive: Archive, shelving: Shelving | None, clock: Clock) -> None:
        self._archive = archive
        self._shelving = shelving
        self._clock = clock

    def plan(self, asked: Sequence[Asked], wishes: Wishes) -> Walk:
        """Return the walk for a list; what it cannot hold is set aside."""
        with self._archive.reading() as books:
            spots, asides = sorted_out(books, asked, wishes.purpose, self._clock.today())
            needed = {spot.errand.block for spot in spots}
            blocks = [block for block in books.blocks() if block.number in needed]
            outages = books.outages()
            habits = habits_of(_lendings(books)) if wishes.is_parking else None
        views, notes = self._views() if blocks else ({}, [])
        grounds = {
            block.number: _ground(block, views.get(block.number), outages.get(block.number), wishes.policy)
            for block in blocks
        }
        for block in blocks:
            notes += _notes_of(block, views.get(block.number), outages.get(block.number), is_connected=bool(views))
        reached: list[Spot] = []
        for spot in spots:
            why = grounds[spot.errand.block].why_unreachable(spot.errand.aisle)
            if why is None:
                reached.append(spot)
            else:
                asides.append(Aside(spot.errand.number, spot.code, spot.title, spot.address, why))
        stretches = tuple(stretch for ground in grounds.values() for stretch in ground.stretches if stretch.open_gaps)
        route = planned(stretches, [spot.errand for spot in reached], wishes.goal)
        halted = {number for number, ground in grounds.items() if ground.pins.halt or ground.pins.outage}
        return Walk(
            route,
            {spot.errand.number: spot for spot in reached},
            tuple(sorted(asides, key=lambda aside: aside.number)),
            tuple(notes),
            _parkings(stretches, route, habits.demand, halted) if habits is not None else (),
        )

    def footing(self) -> Footing:
        """Return what a plan that is made now would rest on."""
        with self._archive.reading() as books:
            seq = max((event.seq for event in books.last_events(1)), default=0)
            blocks, outages = books.blocks(), books.outages()
        views, _ = self._views()
        stands: list[tuple[int, tuple[int, ...], Pins, bool]] = []
        for block in blocks:
            view, outage = views.get(block.number), outages.get(block.number)
            ground = _ground(block, view, outage)
            stands.append((block.number, ground.open_gaps, ground.pins, _positions_mm(block, view) is not None))
        return Footing(seq, tuple(stands), any(_is_moving(view) for view in views.values()))

    def advise(self) -> Advice:
        """Return what past loans say of where boxes should stand and which aisles to leave open."""
        with self._archive.reading() as books:
            habits = habits_of(_lendings(books))
            blocks = books.blocks()
            pairs = [(_details(books, pair.first), _details(books, pair.second), pair.times) for pair in habits.boxes[:20]]
        stretches = [stretch for block in blocks for stretch in _ground(block, None, None).stretches]
        parked = [(stretch.block, best_parking(stretch, habits.demand)) for stretch in stretches]
        return Advice(
            habits,
            tuple((first, second, times) for first, second, times in pairs if first and second),
            tuple((block, aisle) for block, aisle in parked if aisle is not None),
        )

    def _views(self) -> tuple[dict[int, BlockView], list[Message]]:
        """Return what is known of the blocks at present, and what to say where that is nothing."""
        if self._shelving is None:
            return {}, [say("No shelving is connected to this machine: planned as the room was built.")]
        try:
            return {view.block: view for view in self._shelving.views()}, []
        except ShelvingError as error:
            return {}, [
                say(
                    "The shelving cannot be asked: planned as the room was built, and who is in which aisle is not known. "
                    "{why}",
                    why=error.message,
                )
            ]


@dataclass(frozen=True, slots=True)
class _Ground:
    """A block as a walk finds it."""

    block: Block
    open_gaps: tuple[int, ...]
    pins: Pins
    stretches: tuple[Stretch, ...]

    def why_unreachable(self, aisle: int) -> Message | None:
        """Return why no walk gets into an aisle, None if one does."""
        return why_unreachable(self.block, self.open_gaps, self.pins, aisle)


def _ground(block: Block, view: BlockView | None, outage: Outage | None, policy: MotionPolicy | None = None) -> _Ground:
    """Return a block as it stands if that is known, else as it was built; held and locked as the view tells.

    Its carriages start as the room says, unless a policy is given. Where it is out of order, the aisle that somebody opened
    by hand stands open, whatever the controller tells.
    """
    positions = _positions_mm(block, view) or block.positions_mm(block.open_aisles)
    drives = Motion(block.aisle_mm - block.clearance_mm, policy or block.motion)
    if view is not None and view.identity is not None:
        speed_mm_s, warning_s = max(1, view.identity.speed_mm_s), view.identity.warning_ms / 1000
        drives = Motion(drives.travel_mm, drives.policy, speed_mm_s=speed_mm_s, warning_s=warning_s)
    open_gaps, pins = _opened_by_hand(block, widest_gaps(block, positions), outage), pins_of(block, view, outage)
    return _Ground(block, open_gaps, pins, stretches_of(block, open_gaps, pins, drives))


def _opened_by_hand(block: Block, open_gaps: tuple[int, ...], outage: Outage | None) -> tuple[int, ...]:
    """Return the open gaps with the aisle that somebody opened by hand in place of the open one of its segment."""
    aisle = None if outage is None else outage.open_aisle
    segment = None if aisle is None else block.segment_of(aisle)
    if aisle is None or segment is None:
        return open_gaps
    return tuple(sorted({aisle, *(gap for gap in open_gaps if gap not in segment.gaps)}))


def _positions_mm(block: Block, view: BlockView | None) -> tuple[int, ...] | None:
    """Return where the carriages stand for certain, None if that is not known.

    A controller that tells no positions counts as known where it tells one open aisle for each part of the block.
    """
    if view is None or view.trust is not Trust.GOOD:
        return None
    if view.status is not None:
        return view.status.positions_mm
    opened = view.open_aisles()
    mobile = [segment for segment in block.segments if segment.is_mobile]
    is_told = all(sum(aisle in segment.gaps for aisle in opened) == 1 for segment in mobile)
    return block.positions_mm(opened) if is_told else None


def _is_moving(view: BlockView) -> bool:
    is_told = view.status is not None and not view.status.state.is_at_rest
    return is_told or (view.plain is not None and view.plain.is_moving is True) or view.motion is not None


def _notes_of(block: Block, view: BlockView | None, outage: Outage | None, is_connected: bool) -> list[Message]:
    if outage is not None:
        return [say("{what}.", what=outage.in_words())]
    if not is_connected:
        return []
    if view is None:
        return [say("How block {block} stands and who is in it is not known: planned as it was built.", block=block.number)]
    untold = [] if view.capabilities is None else not_known(block, view.capabilities)
    if _positions_mm(block, view) is None:
        return [say("How block {block} stands is not known: planned as it was built.", block=block.number), *untold]
    if view.why_not is not None:
        return [say("Block {block} cannot be moved now: {why}", block=block.number, why=view.why_not), *untold]
    return untold


def _parkings(
    stretches: tuple[Stretch, ...], route: Route, demand: Mapping[AislePlace, int], halted: Collection[int]
) -> tuple[Parking, ...]:
    """Return where to leave the open aisle of each stretch that was walked, where that is another than the last."""
    last = {step.timed.visit.stretch: step.aisle for step in route.steps}
    found: list[Parking] = []
    for index, aisle in last.items():
        stretch = stretches[index]
        may_park = len(stretch.open_gaps) == 1 and stretch.block not in halted
        best = best_parking(stretch, demand) if may_park else None
        if best is not None and best != aisle:
            found.append(Parking(stretch.block, best, aisle))
    return tuple(found)


def _lendings(books: Reading) -> list[Lending]:
    return [
        Lending(
            person=loan.person.id,
            at_s=loan.lent_at.timestamp(),
            box=(hit.standing.home_enclosing or (hit.standing.thing,))[-1].id,
            collection=hit.collection,
            place=_aisle_of(hit),
        )
        for loan, hit in books.lendings(MOST_LENDINGS)
    ]


def _aisle_of(hit: Hit) -> AislePlace | None:
    home = hit.standing.home_place
    return None if home is None or home.block is None or home.aisle is None else (home.block, home.aisle)


def _details(books: Reading, number: int | str) -> Hit | None:
    found = books.details(number) if isinstance(number, int) else None
    return found.hit if found is not None else None
