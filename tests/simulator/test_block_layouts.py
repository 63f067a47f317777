"""Room files become layouts whose sums are right, and what the page does not define is refused with its name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hardware_sim.block import Block
from hardware_sim.layout import Segment, Starts
from hardware_sim.mechanics import Mechanics
from hardware_sim.roomfile import RoomFileError, load_room, parse_room

ROOM = """
[room]
code = "R1"
title = "Map room"

[[block]]
number = 3
title = "Block 3"
numbered_from = "left"
aisle_mm = 800
clearance_mm = 25
end_aisles = [false, true]
open_aisles = [1, 5]

[[block.carriage]]
kind = "fixed"
depth_mm = 300
faces = ["B"]
bays = 5
levels = 6
shelf_mm = 870

[[block.carriage]]
kind = "mobile"
depth_mm = 550
faces = ["A", "B"]
bays = 5
levels = 6
shelf_mm = 870
count = 2

[[block.carriage]]
kind = "fixed"
depth_mm = 600
faces = ["A", "B"]
bays = 5
levels = 6
shelf_mm = 870

[[block.carriage]]
kind = "mobile"
depth_mm = 550
faces = ["A", "B"]
bays = 5
levels = 6
shelf_mm = 870

[[static]]
code = "W1"
title = "Wall"
rows = 1
faces = ["A"]
bays = 8
levels = 5
shelf_mm = 900

[[place]]
code = "STG"
kind = "staging"
title = "Trolley"
"""


def test_a_room_becomes_blocks_with_their_segments() -> None:
    (block,) = parse_room(ROOM).blocks
    assert block.number == 3
    assert [carriage.is_fixed for carriage in block.carriages] == [True, False, False, True, False]
    assert block.segments == (Segment(0, 0), Segment(1, 3), Segment(4, 5))
    assert [segment.has_mobile for segment in block.segments] == [False, True, True]
    assert [gap for gap in range(6) if block.is_enterable(gap)] == [1, 2, 3, 4, 5]


def test_the_track_is_the_sum_of_depths_gaps_and_one_aisle_a_segment() -> None:
    (block,) = parse_room(ROOM).blocks
    # 300 + 2*550 + 600 + 550 depths; no gap 0; gaps 1..5 of 25; two segments that move
    assert block.track_mm == 2550 + 5 * 25 + 2 * 775
    assert block.positions_with_open((1, 5)) == (0, 1100, 1675, 2250, 2875)
    assert block.positions_with_open((3, 4)) == (0, 325, 900, 2250, 3650)


def test_a_gap_between_fixed_carriages_is_an_aisle_for_ever() -> None:
    text = ROOM.replace(
        'kind = "mobile"\ndepth_mm = 550\nfaces = ["A", "B"]\nbays = 5\nlevels = 6\nshelf_mm = 870\ncount = 2', ""
    )
    text = text.replace("[[block.carriage]]\n\n", "").replace("open_aisles = [1, 5]", "open_aisles = [3]")
    (block,) = parse_room(text).blocks
    assert block.closed_gap_mm(1) == 800
    assert block.closed_gap_mm(0) == 0
    assert block.track_mm == 300 + 600 + 550 + 800 + 2 * 25 + 775


@pytest.mark.parametrize(
    ("starts", "stagger_s", "is_sequential"),
    [(Starts.SEQUENTIAL, 0.5, True), (Starts.STAGGERED, 0.5, False), (Starts.GROUP, 0.0, False)],
)
def test_carriages_start_as_the_room_says(starts: Starts, stagger_s: float, is_sequential: bool) -> None:
    given = ROOM.replace("open_aisles =", f'motion = "{starts.value}"\nopen_aisles =')
    (layout,) = parse_room(given).blocks
    assert layout == replace(parse_room(ROOM).blocks[0], starts=starts)
    drives = Block(layout).mechanics
    assert (drives.stagger_s, drives.is_sequential) == (stagger_s, is_sequential)
    assert Block(layout, Mechanics(stagger_s=2.0)).mechanics.stagger_s == 2.0
    assert parse_room(ROOM).blocks[0].starts is Starts.STAGGERED


def test_a_declared_track_must_equal_the_sum_which_is_named() -> None:
    (block,) = parse_room(ROOM.replace("open_aisles =", "track_mm = 4225\nopen_aisles =")).blocks
    assert block.track_mm == 4225
    with pytest.raises(RoomFileError, match="track_mm is 4226, but depths, gaps and aisles sum to 4225"):
        parse_room(ROOM.replace("open_aisles =", "track_mm = 4226\nopen_aisles ="))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('title = "Map room"', 'title = "Map room"\ncolour = "red"', r"\[room\]: unknown key 'colour'"),
        ("aisle_mm = 800", "aisle_mm = 800\naisle_cm = 80", r"\[\[block\]\] 1: unknown key 'aisle_cm'"),
        ("depth_mm = 300", "depth_mm = 300\ndepth = 3", r"\[\[block.carriage\]\] 1: unknown key 'depth'"),
        ("rows = 1", "rows = 1\ncolumns = 2", r"\[\[static\]\] 1: unknown key 'columns'"),
        ('kind = "staging"', 'kind = "staging"\nx = 1', r"\[\[place\]\] 1: unknown key 'x'"),
        ("[room]", "[hall]\n[room]", "the file: unknown key 'hall'"),
        ("aisle_mm = 800\n", "", "aisle_mm is missing"),
        ("aisle_mm = 800", "aisle_mm = true", "aisle_mm must be a whole number"),
        ("aisle_mm = 800", "aisle_mm = 20", "aisle_mm 20 is not more than clearance_mm 25"),
        ("clearance_mm = 25", "clearance_mm = 25.5", "clearance_mm must be a whole number"),
        ('numbered_from = "left"', 'numbered_from = "up"', "numbered_from must be one of left, right"),
        ("aisle_mm = 800", 'aisle_mm = 800\nmotion = "slow"', "motion must be one of group, sequential, staggered"),
        ("end_aisles = [false, true]", "end_aisles = [true, true]", "aisle 0 cannot be entered, carriage 1 is fixed"),
        ("end_aisles = [false, true]", "end_aisles = [false]", "end_aisles must be two of true and false"),
        ("open_aisles = [1, 5]", "open_aisles = [1]", r"must name one aisle of 4\.\.5, it names 0"),
        ("open_aisles = [1, 5]", "open_aisles = [1, 2, 5]", r"must name one aisle of 1\.\.3, it names 2"),
        ("open_aisles = [1, 5]", "open_aisles = [1, 5, 5]", "names aisle 5 twice"),
        ("open_aisles = [1, 5]", "open_aisles = [0, 1, 5]", "names aisle 0, which cannot be entered"),
        ("end_aisles = [false, true]", "end_aisles = [false, false]", "names aisle 5, which cannot be entered"),
        ('faces = ["B"]', 'faces = ["A", "B"]', "face A of carriage 1 is listed, but aisle 0 cannot be entered"),
        ('faces = ["B"]', 'faces = ["C"]', "faces must be a list"),
        ("number = 3", "number = 100", "number must be a whole number from 1 to 99"),
        ("count = 2", "count = 30", "has 33 carriages; a unit holds 1 to 32"),
        ('code = "R1"', 'code = "r1"', "code must match"),
        ("number = 3", "number = ", "not TOML"),
        ("[[block.carriage]]", "[[block.carriages]]", "unknown key 'carriages'"),
    ],
)
def test_what_the_page_does_not_define_is_refused(old: str, new: str, sentence: str) -> None:
    assert old in ROOM
    with pytest.raises(RoomFileError, match=sentence):
        parse_room(ROOM.replace(old, new))


def test_a_block_number_is_used_once() -> None:
    head, _, block = ROOM.partition("[[block]]")
    with pytest.raises(RoomFileError, match="block number 3 is used twice"):
        parse_room(f"{head}[[block]]{block}\n[[block]]{block.partition('[[static]]')[0]}")


def test_a_room_without_a_block_has_nothing_to_simulate() -> None:
    with pytest.raises(RoomFileError, match="nothing to simulate"):
        parse_room('[room]\ncode = "R1"\ntitle = "Room"\n')


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(RoomFileError, match=r"missing\.toml: No such file"):
        load_room(tmp_path / "missing.toml")
    (tmp_path / "latin.toml").write_bytes(b"[room]\ntitle = '\xe9'\n")
    with pytest.raises(RoomFileError, match="not UTF-8 text"):
        load_room(tmp_path / "latin.toml")


def test_the_example_of_the_page_is_a_room() -> None:
    page = (Path(__file__).parents[2] / "docs" / "room-file.md").read_text(encoding="utf-8")
    (block,) = parse_room(page.partition("```toml\n")[2].partition("```")[0]).blocks
    assert len(block.carriages) == 7
