"""Whatever bytes and orders come: no face breaks, the steel keeps its laws, and nobody who is seen is touched."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_wire import golden

from hardware_sim.block import Block
from hardware_sim.layout import BlockLayout, CarriageFacts
from hardware_sim.plain_cabinet import PlainCabinet
from hardware_sim.plain_orders import Act, Order, PlainSettings
from hardware_sim.plain_room import PlainRoom
from hardware_sim.profiles.catalogue import PLAIN_PROFILES
from hardware_sim.sessions import BrokenStream

FRAMES = {name: [step.request for session in golden(name) for step in session.steps] for name in PLAIN_PROFILES}


def layout_of(kinds: str, open_aisles: tuple[int, ...]) -> BlockLayout:
    """Carriages of 500 mm, F fixed and M mobile; aisles of 800 mm, clearance 25 mm."""
    carriages = tuple(CarriageFacts(number, kind == "F", 500) for number, kind in enumerate(kinds, start=1))
    return BlockLayout(1, "Block", 800, 25, (False, False), open_aisles, carriages)


def broken(frame: bytes, place: int, value: int) -> bytes:
    """A frame with one byte changed."""
    place %= len(frame)
    return frame[:place] + bytes((value,)) + frame[place + 1 :]


@pytest.mark.parametrize("profile", list(PLAIN_PROFILES))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_bytes_break_a_face(profile: str, data: st.DataObject) -> None:
    make = PLAIN_PROFILES[profile]
    room = PlainRoom([layout_of("FMMM", (1,))], make)
    session = room.session(make.wires[0], 1 if make.has_own_ends else None)
    whole = st.sampled_from(FRAMES[profile])
    piece = st.one_of(st.binary(max_size=40), whole, st.builds(broken, whole, st.integers(0, 200), st.integers(0, 255)))
    for sent in data.draw(st.lists(piece, max_size=12)):
        with contextlib.suppress(BrokenStream):
            session.feed(sent)
        room.advance(0.05)
    session.fall_silent()
    assert room.truth_of(1)["hits"] == 0


orders = st.builds(Order, st.sampled_from(list(Act)), st.integers(-1, 8), st.booleans())


@settings(max_examples=60, deadline=None)
@given(
    kinds=st.sampled_from(["FMMM", "MMMF", "MMFMM", "FMMMF", "MMM"]),
    acts=st.lists(st.tuples(orders, st.integers(0, 40), st.integers(0, 5)), max_size=12),
    locked=st.sets(st.integers(1, 5), max_size=2),
)
def test_no_orders_break_the_laws_of_the_steel(kinds: str, acts: list[tuple[Order, int, int]], locked: set[int]) -> None:
    layout = layout_of(kinds, {"MMFMM": (1, 3)}.get(kinds, (1,)))
    cabinet = PlainCabinet(Block(layout), PlainSettings(frozenset(Act), warning_ms=100), time_scale=5.0)
    block = cabinet.block
    for carriage in locked:
        if not layout.is_fixed(carriage):
            block.set_locked(carriage, True)
    still = {carriage.number: carriage.position for carriage in block.carriages if not block.can_move(carriage.number)}
    spare = sum(block.gaps_mm())
    for order, scans, aisle in acts:
        cabinet.take(order)
        with contextlib.suppress(ValueError):
            block.let_in("Ana", aisle)
        for _ in range(scans):
            cabinet.scan()
        with contextlib.suppress(ValueError):
            block.let_out("Ana")
        assert min(block.gaps_mm()) >= -1e-6
        assert abs(sum(block.gaps_mm()) - spare) < 1e-3
        assert all(block.carriages[number - 1].position == position for number, position in still.items())
        assert block.hits == 0
