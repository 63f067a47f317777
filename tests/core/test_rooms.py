"""Rooms: gaps are conserved, segments part the track, aisles reach the faces, addresses name each shelf once."""

from __future__ import annotations

import re

import pytest
from arbitrary_blocks import blocks
from hypothesis import assume, given
from hypothesis import strategies as st

from archroom.core.gaps import carriages_between, changed_aisles, closing_aisle, impossibility, open_gaps
from archroom.core.holdings import PlaceKind
from archroom.core.rooms import Block, Carriage, End, Face, NamedPlace, RoomPlan, StaticShelving

ADDRESS = re.compile(r"R1/([1-9][0-9]?|[A-Z][A-Z0-9]{0,5})/[0-9]{2}/[AB]/[1-9][0-9]*/[1-9][0-9]*")


@st.composite
def arrangements(draw: st.DrawFn) -> tuple[Block, tuple[int, ...], int]:
    """A block, its open aisles, and an aisle to be opened."""
    block = draw(blocks())
    chosen = []
    for segment in block.segments:
        enterable = [aisle for aisle in segment.gaps if aisle in block.aisles]
        if segment.is_mobile and enterable:
            chosen.append(draw(st.sampled_from(enterable)))
    assume(block.aisles)
    return block, tuple(chosen), draw(st.sampled_from(block.aisles))


@given(arrangements())
def test_gaps_and_depths_sum_to_the_track_whatever_is_open(arranged: tuple[Block, tuple[int, ...], int]) -> None:
    block, open_aisles, _ = arranged
    has_closed_segment = any(s.is_mobile and not set(s.gaps) & set(open_aisles) for s in block.segments)
    assume(not has_closed_segment)
    positions = block.positions_mm(open_aisles)
    gaps = block.gaps_mm(positions)
    assert len(gaps) == len(block.carriages) + 1
    assert sum(gaps) + sum(unit.depth_mm for unit in block.carriages) == block.track_mm
    assert min(gaps) >= 0


@given(arrangements())
def test_what_is_asked_to_be_open_is_open_and_nothing_else(arranged: tuple[Block, tuple[int, ...], int]) -> None:
    block, open_aisles, _ = arranged
    assume(all(not s.is_mobile or set(s.gaps) & set(open_aisles) for s in block.segments))
    always = {gap for segment in block.segments if not segment.is_mobile for gap in segment.gaps}
    assert set(open_gaps(block, block.positions_mm(open_aisles))) == (set(open_aisles) | always) & set(block.aisles)


@given(blocks())
def test_segments_part_the_gaps_at_the_fixed_carriages(block: Block) -> None:
    gaps = [gap for segment in block.segments for gap in segment.gaps]
    assert gaps == sorted(set(gaps))
    missing = set(range(len(block.carriages) + 1)) - set(gaps)
    assert missing <= {0, len(block.carriages)}
    for end, unit in ((0, block.carriages[0]), (len(block.carriages), block.carriages[-1])):
        assert (end in missing) == (not unit.is_mobile)
    for segment in block.segments:
        between = block.carriages[segment.first_gap : segment.last_gap]
        assert all(unit.is_mobile for unit in between)
        assert bool(between) == segment.is_mobile
        assert all(block.segment_of(gap) == segment for gap in segment.gaps)


@given(blocks(), st.integers(-3, 40))
def test_there_is_no_segment_of_a_gap_that_is_not_there(block: Block, gap: int) -> None:
    known = {number for segment in block.segments for number in segment.gaps}
    assert (block.segment_of(gap) is not None) == (gap in known)


@given(blocks(), st.data())
def test_locked_carriages_part_segments_and_lose_no_gap(block: Block, data: st.DataObject) -> None:
    mobile = [unit.number for unit in block.carriages if unit.is_mobile]
    locked = frozenset(data.draw(st.sets(st.sampled_from(mobile)))) if mobile else frozenset[int]()
    parts = block.parted(locked)
    gaps = [gap for part in parts for gap in part.gaps]
    assert gaps == [gap for segment in block.segments for gap in segment.gaps]
    for part in parts:
        assert part.is_mobile is (len(part.gaps) > 1)
        assert not locked & set(part.gaps[1:])
        assert all(block.segment_of(gap, locked) == part for gap in part.gaps)


@given(blocks())
def test_each_face_is_reached_from_the_aisle_beside_it(block: Block) -> None:
    for unit in block.carriages:
        assert block.aisle_of(unit.number, Face.A) == unit.number - 1
        assert block.aisle_of(unit.number, Face.B) == unit.number
        assert all(block.aisle_of(unit.number, face) in block.aisles for face in unit.faces)


@given(arrangements())
def test_opening_an_aisle_moves_each_carriage_between_by_one_aisle(arranged: tuple[Block, tuple[int, ...], int]) -> None:
    block, open_aisles, opens = arranged
    before = block.positions_mm(open_aisles)
    closes = closing_aisle(block, before, opens)
    assume(closes is not None and opens not in open_aisles)
    assert closes is not None
    after = block.positions_mm(tuple(opens if aisle == closes else aisle for aisle in open_aisles))
    step = block.aisle_mm - block.clearance_mm
    moved = {n + 1: b - a for n, (a, b) in enumerate(zip(before, after, strict=True)) if a != b}
    assert set(moved) == set(carriages_between(opens, closes))
    assert set(moved.values()) <= {step if opens < closes else -step}
    assert set(changed_aisles(opens, closes)) >= {opens, closes}
    assert all(block.carriages[number - 1].is_mobile for number in moved)


@given(arrangements())
def test_no_arrangement_is_called_impossible_and_every_swap_is(arranged: tuple[Block, tuple[int, ...], int]) -> None:
    block, open_aisles, _ = arranged
    assume(all(not s.is_mobile or set(s.gaps) & set(open_aisles) for s in block.segments))
    positions = block.positions_mm(open_aisles)
    assert impossibility(block, positions) is None
    for left in range(len(positions) - 1):
        swapped = list(positions)
        swapped[left], swapped[left + 1] = swapped[left + 1], swapped[left]
        assert impossibility(block, tuple(swapped)) is not None


def test_the_sum_of_the_room_files_own_example() -> None:
    fixed = Carriage(1, False, 500, (Face.B,), 5, 6, 870)
    mobile = [Carriage(n, True, 800, (Face.A, Face.B), 5, 6, 870) for n in range(2, 8)]
    block = Block(1, "Block 1", End.LEFT, 800, 25, (False, False), (1,), (fixed, *mobile))
    assert block.track_mm == 500 + 6 * 800 + 7 * 25 + 775
    assert block.aisles == (1, 2, 3, 4, 5, 6)
    assert block.positions_mm((1,))[:2] == (0, 1300)
    assert block.positions_mm((6,))[-1] == 500 + 5 * 825 + 800


def test_shelves_come_in_shelving_order_each_with_its_own_address() -> None:
    block = Block(
        2,
        "Block 2",
        End.RIGHT,
        800,
        25,
        (False, False),
        (1,),
        (Carriage(1, False, 500, (Face.B,), 2, 3, 870), Carriage(2, True, 500, (Face.A,), 1, 2, 900)),
    )
    static = StaticShelving("W1", "Wall", 1, (Face.A,), 1, 2, 950)
    plan = RoomPlan("R1", "Room", (block,), (static,), (NamedPlace("STG", PlaceKind.STAGING, "Trolley"),))
    shelves = list(plan.shelves())
    assert [shelf.address for shelf in shelves] == [
        *("R1/2/01/B/1/3", "R1/2/01/B/1/2", "R1/2/01/B/1/1", "R1/2/01/B/2/3", "R1/2/01/B/2/2", "R1/2/01/B/2/1"),
        *("R1/2/02/A/1/2", "R1/2/02/A/1/1", "R1/W1/01/A/1/2", "R1/W1/01/A/1/1"),
    ]
    assert [(shelf.block, shelf.aisle, shelf.width_mm) for shelf in shelves[5:9]] == [
        *((2, 1, 870), (2, 1, 900), (2, 1, 900), (None, None, 950)),
    ]


@given(blocks())
def test_every_shelf_has_an_address_of_the_one_form(block: Block) -> None:
    plan = RoomPlan("R1", "Room", (block,), (StaticShelving("W1", "Wall", 2, (Face.A, Face.B), 2, 2, 900),), ())
    addresses = [shelf.address for shelf in plan.shelves()]
    assert len(set(addresses)) == len(addresses)
    assert all(ADDRESS.fullmatch(address) for address in addresses)
    assert len(addresses) == sum(len(unit.faces) * 6 for unit in block.carriages) + 16


@pytest.mark.parametrize("ends", [(True, True), (True, False), (False, True), (False, False)])
def test_end_aisles_are_aisles_only_where_a_person_can_enter(ends: tuple[bool, bool]) -> None:
    carriages = tuple(Carriage(n, True, 800, (), 1, 1, 900) for n in (1, 2, 3))
    block = Block(1, "Block", End.LEFT, 800, 25, ends, (1,), carriages)
    assert (0 in block.aisles, 3 in block.aisles) == ends
