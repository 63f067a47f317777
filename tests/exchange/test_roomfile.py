"""The room file: what its page defines is read, all else is refused with its name; and the rooms that come along."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archroom.core.holdings import PlaceKind
from archroom.core.rooms import End, Face, MotionPolicy, RoomPlan
from archroom.errors import BadFile
from archroom.exchange.roomfile import MAX_BYTES, SAMPLES, parse_room, read_room, sample_room

BOX_MM = 130
PLAIN = """
[room]
code = "R1"
title = "Map room"

[[block]]
number = 1
title = "Block 1"
numbered_from = "left"
aisle_mm = 800
clearance_mm = 25
end_aisles = [false, false]
open_aisles = [1]
track_mm = 3950

[[block.carriage]]
kind = "fixed"
depth_mm = 500
faces = ["B"]
bays = 5
levels = 6
shelf_mm = 870

[[block.carriage]]
kind = "mobile"
depth_mm = 800
faces = ["A", "B"]
bays = 5
levels = 6
shelf_mm = 870
count = 2

[[block.carriage]]
kind = "fixed"
depth_mm = 1000
faces = []
bays = 1
levels = 1
shelf_mm = 1

[[static]]
code = "W1"
title = "Wall shelving"
rows = 1
faces = ["A"]
bays = 8
levels = 5
shelf_mm = 900

[[place]]
code = "STG"
kind = "staging"
title = "Returns trolley"
"""


def parsed(text: str) -> RoomPlan:
    """The plan of a room file's text."""
    return parse_room(text.encode())


def changed(old: str, new: str) -> str:
    """The plain room with one line changed."""
    assert old in PLAIN
    return PLAIN.replace(old, new, 1)


def test_a_room_is_read_as_it_is_written() -> None:
    plan = parsed(PLAIN)
    (block,) = plan.blocks
    assert (plan.code, plan.title) == ("R1", "Map room")
    assert (block.number, block.title, block.numbered_from, block.aisle_mm) == (1, "Block 1", End.LEFT, 800)
    assert [unit.number for unit in block.carriages] == [1, 2, 3, 4]
    assert [unit.is_mobile for unit in block.carriages] == [False, True, True, False]
    assert block.carriages[1].faces == (Face.A, Face.B)
    assert block.track_mm == 3950
    assert [(static.code, static.rows, static.shelf_mm) for static in plan.statics] == [("W1", 1, 900)]
    assert [(place.code, place.kind) for place in plan.places] == [("STG", PlaceKind.STAGING)]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('code = "R1"', 'code = "r1"', "code must be of the form"),
        ('code = "R1"', 'code = "R1\\n"', "code must be of the form"),
        ('code = "R1"', "", "code is missing"),
        ('title = "Map room"', 'title = ""', "title must be a text"),
        ('title = "Map room"', "title = 5", "title must be a text"),
        ('title = "Map room"', 'title = "Map room"\ncolour = "red"', r"\[room\]: unknown key colour"),
        ("[room]", "storey = 2\n[room]", "unknown key storey"),
        ("number = 1", "number = 0", "number must be a whole number from 1 to 99"),
        ("number = 1", "number = true", "number must be a whole number"),
        ("number = 1", "number = 1.0", "number must be a whole number"),
        ("number = 1", 'number = "1"', "number must be a whole number"),
        ("number = 1", "number = 10000000000000000000000000", "number must be a whole number"),
        ('numbered_from = "left"', 'numbered_from = "front"', "numbered_from must be one of left, right"),
        ("aisle_mm = 800", "aisle_mm = -5", "aisle_mm must be a whole number"),
        ("aisle_mm = 800", "aisle_mm = 20", "aisle_mm must be more than clearance_mm"),
        ("end_aisles = [false, false]", "end_aisles = [false]", "end_aisles must be a list of 2"),
        ("end_aisles = [false, false]", "end_aisles = [0, 1]", "end_aisles must be a list of 2"),
        ("end_aisles = [false, false]", "end_aisles = [true, false]", "beside carriage 1: it is fixed"),
        ("end_aisles = [false, false]", "end_aisles = [false, true]", "beside carriage 4: it is fixed"),
        ("open_aisles = [1]", "open_aisles = []", "must name one aisle of 1 to 3, not 0"),
        ("open_aisles = [1]", "open_aisles = [1, 2]", "must name one aisle of 1 to 3, not 2"),
        ("open_aisles = [1]", "open_aisles = [0, 1]", "aisle 0, which nobody can enter"),
        ("open_aisles = [1]", "open_aisles = [1, 1]", "whole numbers, each once"),
        ("open_aisles = [1]", "open_aisles = [true]", "whole numbers, each once"),
        ("open_aisles = [1]", 'open_aisles = "1"', "open_aisles must be a list"),
        ("track_mm = 3950", "track_mm = 4000", "track_mm is 4000, but depths, gaps and aisles sum to 3950"),
        ('kind = "fixed"', 'kind = "rolling"', "kind must be one of fixed, mobile"),
        ('faces = ["B"]', 'faces = ["A", "B"]', "face A of carriage 1 is reached from no aisle"),
        ('faces = ["B"]', 'faces = ["C"]', "faces must be a list of A, B, each once"),
        ('faces = ["B"]', 'faces = ["B", "B"]', "faces must be a list of A, B, each once"),
        ('faces = ["B"]', "faces = [[]]", "faces must be a list of A, B, each once"),
        ("count = 2", "count = 0", "count must be a whole number from 1 to 32"),
        ("count = 2", "count = 31", "33 carriages; a block has 1 to 32"),
        ("count = 2", "counts = 2", "carriage.* 2: unknown key counts"),
        ("depth_mm = 800", "depth_mm = 10000\n", "sum to 22350"),
        ('code = "W1"', 'code = "1W"', "code must be of the form"),
        ('code = "W1"', 'code = "STG"', "STG is there twice"),
        ("rows = 1", "rows = 100", "rows must be a whole number from 1 to 99"),
        ("bays = 8", "bays = 100000", "bays must be a whole number"),
        ('kind = "staging"', 'kind = "cellar"', "kind must be one of staging, reading_room, desk"),
        ('kind = "staging"', 'kind = "desk"', "a room needs a .* staging"),
        ("[[static]]", "[static]", r"\[\[static\]\] must be a list of tables"),
        ("[room]", "[[room]]", r"\[room\] must be a table"),
    ],
)
def test_what_the_page_does_not_define_is_refused_with_its_name(old: str, new: str, why: str) -> None:
    with pytest.raises(BadFile, match=why):
        parsed(changed(old, new))


@pytest.mark.parametrize("policy", MotionPolicy)
def test_a_block_says_how_its_carriages_start(policy: MotionPolicy) -> None:
    (block,) = parsed(changed("track_mm = 3950", f'motion = "{policy.value}"')).blocks
    assert block.motion is policy
    assert parsed(PLAIN).blocks[0].motion is MotionPolicy.STAGGERED


def test_an_unknown_motion_policy_is_refused_with_its_line() -> None:
    with pytest.raises(BadFile, match="motion must be one of sequential, staggered, group") as refusal:
        parsed(changed("track_mm = 3950", 'motion = "in turn"'))
    assert refusal.value.line == PLAIN[: PLAIN.index("track_mm")].count("\n") + 1


def test_two_blocks_of_one_number_are_refused() -> None:
    block = PLAIN[PLAIN.index("[[block]]") : PLAIN.index("[[static]]")]
    with pytest.raises(BadFile, match="block 1 is there twice"):
        parsed(PLAIN.replace("[[static]]", block + "[[static]]", 1))


def test_more_shelves_than_any_room_has_are_refused_before_they_are_built() -> None:
    with pytest.raises(BadFile, match="shelves; a room has at most"):
        parsed(PLAIN.replace("bays = 5", "bays = 999").replace("levels = 6", "levels = 99"))


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'[room]\ncode = "R1\n', 2),
        (b'[room]\ncode = "R1"\ncode = "R2"\n', 3),
        (b"[room\n", 1),
        (b"[room]\n\xff\xfe = 1\n", 2),
        (b"\x00\x01\x02", 1),
    ],
)
def test_what_is_not_toml_is_refused_with_its_line(content: bytes, line: int) -> None:
    with pytest.raises(BadFile) as refusal:
        parse_room(content)
    assert refusal.value.line == line


@pytest.mark.parametrize("content", [b"", b"\n", b"room = 5", b"a = " + b"[" * 100_000, b"x" * (MAX_BYTES + 1)])
def test_anything_else_is_refused_too(content: bytes) -> None:
    with pytest.raises(BadFile):
        parse_room(content)


def test_what_is_no_file_is_refused_with_its_name(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.toml", tmp_path):
        with pytest.raises(BadFile, match=str(path)):
            read_room(path)
    bad = tmp_path / "bad.toml"
    bad.write_text("[room")
    with pytest.raises(BadFile, match="bad.toml") as refusal:
        read_room(bad)
    assert refusal.value.line == 1


def test_a_room_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "room.toml"
    path.write_text(PLAIN)
    assert read_room(path) == parsed(PLAIN)


def test_titles_are_cleaned() -> None:
    plan = parsed(changed('title = "Map room"', 'title = "Map\\u001b[2J \\u202eroom [/]"'))
    assert plan.title == "Map\ufffd[2J \ufffdroom [/]"


@given(st.text(max_size=200) | st.sampled_from(PLAIN.splitlines()).flatmap(lambda line: st.just(PLAIN.replace(line, "", 1))))
def test_any_text_is_a_room_or_a_bad_file(text: str) -> None:
    content = text.encode("utf-8", "replace")
    if _is_refused(content):
        with pytest.raises(BadFile, match=r"\S"):
            parse_room(content)
    else:
        assert parse_room(content).places


def _is_refused(content: bytes) -> bool:
    """Whether reading ends in BadFile; any other error is the test's failure."""
    try:
        parse_room(content)
    except BadFile:
        return True
    return False


def test_a_canary_the_checks_see_a_right_room_as_right() -> None:
    assert parsed(changed("track_mm = 3950", "")).blocks == parsed(PLAIN).blocks
    assert tomllib.loads(PLAIN)["block"][0]["track_mm"] == 3950


@pytest.mark.parametrize("name", SAMPLES)
def test_the_rooms_that_come_along_can_be_built(name: str) -> None:
    plan = sample_room(name)
    kinds = {place.kind for place in plan.places}
    assert {PlaceKind.STAGING, PlaceKind.READING_ROOM, PlaceKind.DESK} <= kinds
    assert plan.statics
    assert len({shelf.address for shelf in plan.shelves()}) == sum(1 for _ in plan.shelves())


def test_the_small_room_is_one_block_of_six_mobile_carriages() -> None:
    (block,) = sample_room("small").blocks
    assert sum(unit.is_mobile for unit in block.carriages) == 6
    assert not block.carriages[0].is_mobile


def test_the_large_room_takes_sixty_thousand_boxes() -> None:
    plan = sample_room("large")
    capacity = sum(shelf.width_mm // BOX_MM for shelf in plan.shelves())
    assert 60_000 <= capacity <= 70_000
    assert len(plan.blocks) >= 3
    has_fixed_inside = [any(not unit.is_mobile for unit in block.carriages[1:-1]) for block in plan.blocks]
    assert has_fixed_inside.count(True) == 1
    assert len(plan.blocks[has_fixed_inside.index(True)].segments) == 2


def test_the_example_of_the_page_is_a_room() -> None:
    page = (Path(__file__).parents[2] / "docs" / "room-file.md").read_text(encoding="utf-8")
    plan = parse_room(page.partition("```toml\n")[2].partition("```")[0].encode())
    assert [len(block.carriages) for block in plan.blocks] == [7]
    assert ([static.code for static in plan.statics], [place.code for place in plan.places]) == (["W1"], ["STG"])
