"""Drawings of blocks and shelves: to scale, mirrored where a block is numbered from the right, inside their width."""

from __future__ import annotations

import pytest
from arbitrary_blocks import blocks
from hypothesis import given
from hypothesis import strategies as st

from archroom.core.holdings import Place, PlaceKind
from archroom.core.rooms import Block
from archroom.core.shelving import AisleState
from archroom.exchange.roomfile import sample_room
from archroom.tui import shelf_drawing
from archroom.tui.aisles import block_drawing
from archroom.tui.aisles.block_drawing import Sight
from archroom.tui.glyphs import ASCII, UNICODE
from archroom.tui.text import Piece, width_of

SMALL = sample_room("small").blocks[0]
LARGE = sample_room("large").blocks


def text_of(lines: list[list[Piece]]) -> list[str]:
    """The letters of a drawing."""
    return ["".join(text for text, _ in line) for line in lines]


def at_rest(block: Block, open_aisles: tuple[int, ...] | None = None) -> Sight:
    """A block at rest, surely seen."""
    open_now = block.open_aisles if open_aisles is None else open_aisles
    states = {aisle: AisleState.OPEN if aisle in open_now else AisleState.CLOSED for aisle in block.aisles}
    return Sight(block, block.positions_mm(open_now), True, states)


def test_the_open_aisle_is_as_wide_as_it_is() -> None:
    box_line = text_of(block_drawing.drawn(at_rest(SMALL), 76, 3, UNICODE))[1]
    first_gap = box_line.index("┌") - box_line.index("╗") - 1
    carriage = box_line.index("┐") - box_line.index("┌") + 1
    ratio = SMALL.aisle_mm / SMALL.carriages[1].depth_mm
    assert abs(first_gap / carriage - ratio) < 0.25


@pytest.mark.parametrize("width", [60, 76, 156])
def test_every_carriage_and_every_aisle_is_named_once(width: int) -> None:
    for block in (SMALL, *LARGE):
        lines = text_of(block_drawing.drawn(at_rest(block), width, 3, UNICODE))
        boxes = " ".join(lines[index] for index in range(2, len(lines), 5)).replace("│", " ").replace("║", " ")
        named = sorted(int(part) for part in boxes.split() if part.isdigit())
        assert named == [unit.number for unit in block.carriages]
        numbers = " ".join(lines[index] for index in range(4, len(lines), 5)).split()
        assert set(numbers) == {str(aisle) for aisle in block.aisles}


def test_a_block_numbered_from_the_right_is_mirrored() -> None:
    line = text_of(block_drawing.drawn(at_rest(LARGE[1]), 156, 3, UNICODE))[2]
    assert line.index(" 2 ") < line.index("║ 1 ║")


def test_arrows_go_the_way_the_carriages_go() -> None:
    left, right = LARGE[0], LARGE[1]
    assert "◂◂◂" in text_of(block_drawing.drawn(Sight(left, left.positions_mm((1,)), True, {}, {2: -1}), 156, 3, UNICODE))[0]
    assert (
        "▸▸▸" in text_of(block_drawing.drawn(Sight(right, right.positions_mm((1,)), True, {}, {2: -1}), 156, 3, UNICODE))[0]
    )


def test_what_is_not_sure_is_hatched_and_says_no_state() -> None:
    states = dict.fromkeys(SMALL.aisles, AisleState.OPEN)
    sight = Sight(SMALL, SMALL.positions_mm((1,)), False, states)
    drawn = "\n".join(text_of(block_drawing.drawn(sight, 76, 3, UNICODE)))
    assert "░" in drawn
    assert "OPEN" not in drawn


def test_a_click_on_a_number_is_a_click_on_its_aisle() -> None:
    for block in (SMALL, LARGE[1], LARGE[3]):
        sight = at_rest(block)
        lines = text_of(block_drawing.drawn(sight, 156, 3, UNICODE))
        for aisle in block.aisles:
            column = f" {lines[4]} ".index(f" {aisle} ")
            assert block_drawing.aisle_at(sight, 156, 3, UNICODE, column, 4) == aisle
    assert block_drawing.aisle_at(at_rest(SMALL), 76, 3, UNICODE, 0, 99) is None


@given(blocks(), st.integers(1, 200), st.integers(3, 7), st.booleans(), st.data())
def test_every_block_can_be_drawn_in_any_width(
    block: Block, width: int, height: int, is_sure: bool, data: st.DataObject
) -> None:
    count = len(block.carriages)
    positions = tuple(data.draw(st.lists(st.integers(0, block.track_mm), min_size=count, max_size=count)))
    sight = Sight(block, positions, is_sure, {}, {1: 1}, block.aisles[0] if block.aisles else None)
    for line in text_of(block_drawing.drawn(sight, width, height, ASCII)):
        assert width_of(line) <= width
        assert line.isascii()


def test_a_moving_block_keeps_its_scale() -> None:
    """Boxes are of the same size wherever the carriages stand on the way."""
    start, end = SMALL.positions_mm((1,)), SMALL.positions_mm((4,))
    sizes = set()
    for step in range(11):
        positions = tuple(a + (b - a) * step // 10 for a, b in zip(start, end, strict=True))
        box_line = text_of(block_drawing.drawn(Sight(SMALL, positions, True), 76, 3, UNICODE))[1]
        sizes.add(tuple(len(part) for part in box_line.replace("┐┌", "┐ ┌").replace("╗┌", "╗ ┌").split()))
    assert len(sizes) == 1


def shelf(address: str, block: int | None = 1, aisle: int | None = 2) -> Place:
    """A shelf by its address."""
    return Place(1, PlaceKind.SHELF, address, 870, block, aisle)


def test_a_shelf_is_told_in_words_and_marked_on_its_face() -> None:
    spot = shelf_drawing.spot_of(shelf("R1/1/03/A/2/4"))
    assert spot is not None
    assert shelf_drawing.in_words(spot).english() == "Block 1, carriage 3, face A, bay 2, level 4"
    lines = text_of(shelf_drawing.drawn(spot, SMALL, 50, UNICODE))
    level = next(line for line in lines if line.startswith("Level 4"))
    assert level.split()[2:] == ["▫", "◼", "▫", "▫"]
    assert sum(line.count("◼") for line in lines) == 1


def test_the_pointer_stands_between_the_carriages_of_the_aisle() -> None:
    spot = shelf_drawing.spot_of(shelf("R1/1/03/A/2/4"))
    assert spot is not None
    numbers, pointer = text_of(shelf_drawing.drawn(spot, SMALL, 50, UNICODE))[:2]
    assert numbers.index(" 2 ") < pointer.index("▴") < numbers.index(" 3 ") + 2


def test_static_shelving_is_told_in_words() -> None:
    spot = shelf_drawing.spot_of(shelf("R1/W1/01/A/2/4", None, None))
    assert spot is not None
    assert shelf_drawing.in_words(spot).english() == "Shelving W1, row 1, face A, bay 2, level 4"


@pytest.mark.parametrize("address", ["R1/STG", "", "R1/1/x/A/2/4", "R1/1/03/A/2", "R1/1/03/A/2/²"])
def test_what_is_no_shelf_has_no_spot(address: str) -> None:
    assert shelf_drawing.spot_of(shelf(address)) is None


def test_a_plan_that_does_not_hold_the_carriage_is_not_drawn() -> None:
    spot = shelf_drawing.spot_of(shelf("R1/1/77/A/2/4"))
    assert spot is not None
    assert shelf_drawing.drawn(spot, SMALL, 50, UNICODE) == []
