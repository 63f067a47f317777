"""Hypothesis strategies for blocks of mobile shelving: any that a room file may describe."""

from __future__ import annotations

from hypothesis import strategies as st

from archroom.core.rooms import Block, Carriage, End, Face


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    """Any block: fixed carriages anywhere, end aisles only beside mobile carriages, one aisle open in each segment."""
    are_mobile = draw(st.lists(st.booleans(), min_size=1, max_size=12))
    carriages = tuple(
        Carriage(number, is_mobile, draw(st.integers(200, 1000)), (), 1, 1, 900)
        for number, is_mobile in enumerate(are_mobile, start=1)
    )
    ends = (draw(st.booleans()) and are_mobile[0], draw(st.booleans()) and are_mobile[-1])
    aisle_mm, clearance_mm = draw(st.integers(600, 1200)), draw(st.integers(0, 50))
    bare = Block(1, "Block", End.LEFT, aisle_mm, clearance_mm, ends, (), carriages)
    open_aisles = []
    for segment in bare.segments:
        enterable = [aisle for aisle in segment.gaps if aisle in bare.aisles]
        if segment.is_mobile and enterable:
            open_aisles.append(draw(st.sampled_from(enterable)))
    faces = tuple(_with_faces(bare, carriage) for carriage in carriages)
    return Block(1, "Block", End.LEFT, aisle_mm, clearance_mm, ends, tuple(open_aisles), faces)


def _with_faces(block: Block, unit: Carriage) -> Carriage:
    faces = tuple(face for face in Face if block.aisle_of(unit.number, face) in block.aisles)
    return Carriage(unit.number, unit.is_mobile, unit.depth_mm, faces, 2, 3, 900)
