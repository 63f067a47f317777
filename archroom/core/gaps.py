"""The gaps of a block: which are open, which narrow, and where the carriages stand once an action has shared the width out.

A locked carriage stands still and parts its segment in two; locks are live facts, so they come with the positions.
"""

from __future__ import annotations

from archroom.core.rooms import Block, Segment
from archroom.core.shelving import Action, Instruction
from archroom.errors import Message, say

OPEN_TOLERANCE_MM = 20
"""A gap this much narrower than the aisle still counts as open (docs/shelving-protocol.md)."""
STANDING_ROOM_MM = 150
"""A gap wider than this may hold a person, turned sideways; a narrower one cannot."""

Positions = tuple[int, ...]
"""Of each carriage the near edge, mm."""
NONE: frozenset[int] = frozenset()


def open_gaps(block: Block, positions_mm: Positions) -> tuple[int, ...]:
    """Return the aisles that stand open at these positions."""
    widths = block.gaps_mm(positions_mm)
    return tuple(aisle for aisle in block.aisles if widths[aisle] >= block.aisle_mm - OPEN_TOLERANCE_MM)


def closing_aisle(block: Block, positions_mm: Positions, opens: int, locked: frozenset[int] = NONE) -> int | None:
    """Return the aisle of the same segment that stands open and closes when `opens` opens, None if none is open there."""
    segment = block.segment_of(opens, locked)
    if segment is None:
        return None
    return next((aisle for aisle in open_gaps(block, positions_mm) if aisle in segment.gaps and aisle != opens), None)


def shut_gaps(block: Block, segment: Segment) -> tuple[int, ...]:
    """Return the gaps of a segment that nobody can enter: ends without an entrance."""
    return tuple(gap for gap in segment.gaps if gap not in block.aisles)


def is_roomy(block: Block, width_mm: int) -> bool:
    """Return whether somebody could stand in a gap of this width."""
    return width_mm > max(STANDING_ROOM_MM, block.clearance_mm)


def width_if_open(block: Block, positions_mm: Positions, gap: int, locked: frozenset[int] = NONE) -> int:
    """Return how wide a gap is once it has all the spare width of its segment; what it is now where nothing moves."""
    segment = block.segment_of(gap, locked)
    if segment is None or not segment.is_mobile:
        return block.gaps_mm(positions_mm)[gap]
    return _free_mm(block, positions_mm, segment) - (len(segment.gaps) - 1) * block.clearance_mm


def target_positions(block: Block, positions_mm: Positions, told: Instruction, locked: frozenset[int] = NONE) -> Positions:
    """Return where the carriages will stand once an instruction is carried out; other segments stay as they are."""
    if not told.action.is_motion:
        return positions_mm
    if told.action is Action.JOG:
        return _jogged(block, positions_mm, told)
    segment = block.segment_of(told.number, locked)
    if segment is None or not segment.is_mobile:
        return positions_mm
    count, free_mm = len(segment.gaps), _free_mm(block, positions_mm, segment)
    if told.action is Action.VENTILATE:
        widths = [free_mm // count] * count
    else:
        widths = [block.clearance_mm] * count
        widths[told.number - segment.first_gap] = free_mm - (count - 1) * block.clearance_mm
    return _spread(block, positions_mm, segment, widths)


def narrowing_gaps(block: Block, start_mm: Positions, target_mm: Positions) -> tuple[int, ...]:
    """Return the gaps that become narrower and in which somebody could stand, in order; if there is none, the widest."""
    before, after = block.gaps_mm(start_mm), block.gaps_mm(target_mm)
    narrower = [gap for gap, width in enumerate(before) if after[gap] < width]
    roomy = tuple(gap for gap in narrower if is_roomy(block, before[gap]))
    return roomy or tuple(sorted(narrower, key=lambda gap: -before[gap])[:1])


def ways_of(block: Block, positions_mm: Positions, told: Instruction, locked: frozenset[int] = NONE) -> dict[int, int]:
    """Return the way that each carriage goes which is not there yet: -1 towards carriage 1, else 1."""
    target = target_positions(block, positions_mm, told, locked)
    pairs = enumerate(zip(positions_mm, target, strict=True), start=1)
    return {number: 1 if there > here else -1 for number, (here, there) in pairs if there != here}


def carriages_between(opens: int, closes: int) -> tuple[int, ...]:
    """Return the carriages between two aisles, the one next to the aisle that closes first."""
    if opens > closes:
        return tuple(range(closes + 1, opens + 1))
    return tuple(range(closes, opens, -1))


def changed_aisles(opens: int, closes: int) -> range:
    """Return the aisles that change when one opens and one closes: the two, and those between, which slide sideways."""
    return range(min(opens, closes), max(opens, closes) + 1)


def impossibility(block: Block, positions_mm: Positions, tolerance_mm: int = 5) -> Message | None:
    """Return why positions cannot be true, by order, gaps and fixed carriages; None if they can.

    The sum of a segment's gaps follows from the fixed carriages standing where they must, so it is checked by them.
    """
    widths = block.gaps_mm(positions_mm)
    real = {gap for segment in block.segments for gap in segment.gaps}
    for gap, width in enumerate(widths):
        least = block.clearance_mm if gap in real else 0
        if width < least - tolerance_mm:
            return say(
                "Gap {gap} of block {block} is {width} mm wide: swapped or wrong positions.",
                gap=gap,
                block=block.number,
                width=width,
            )
    home = block.positions_mm(block.open_aisles)
    for carriage, position, fixed_at in zip(block.carriages, positions_mm, home, strict=True):
        if not carriage.is_mobile and abs(position - fixed_at) > tolerance_mm:
            return say(
                "Fixed carriage {carriage} of block {block} is reported {distance} mm off its place.",
                carriage=carriage.number,
                block=block.number,
                distance=abs(position - fixed_at),
            )
    return None


def _bounds_mm(block: Block, positions_mm: Positions, segment: Segment) -> tuple[int, int]:
    """Return where a segment begins and ends: fixed carriages stand where they were built, locked ones where they are."""
    built = block.positions_mm(block.open_aisles)

    def at_mm(number: int) -> int:
        return positions_mm[number - 1] if block.carriages[number - 1].is_mobile else built[number - 1]

    low, high = segment.first_gap, segment.last_gap + 1
    begins_mm = at_mm(low) + block.carriages[low - 1].depth_mm if low > 0 else 0
    ends_mm = at_mm(high) if high <= len(block.carriages) else block.track_mm
    return begins_mm, ends_mm


def _free_mm(block: Block, positions_mm: Positions, segment: Segment) -> int:
    begins_mm, ends_mm = _bounds_mm(block, positions_mm, segment)
    return ends_mm - begins_mm - sum(block.carriages[gap].depth_mm for gap in segment.gaps[:-1])


def _spread(block: Block, positions_mm: Positions, segment: Segment, widths: list[int]) -> Positions:
    """The carriages one gap after the other from the low end; the last gap is what is left."""
    found = list(positions_mm)
    edge_mm, _ = _bounds_mm(block, positions_mm, segment)
    for gap, width in zip(segment.gaps[:-1], widths, strict=False):
        found[gap] = edge_mm + width
        edge_mm = found[gap] + block.carriages[gap].depth_mm
    return tuple(found)


def _jogged(block: Block, positions_mm: Positions, told: Instruction) -> Positions:
    """The carriage of gap number k-1 and k moves into one of them, as far as one clearance."""
    number, widths = told.number, block.gaps_mm(positions_mm)
    ahead_mm = widths[number if told.jog_mm > 0 else number - 1]
    way_mm = min(abs(told.jog_mm), max(0, ahead_mm - block.clearance_mm))
    found = list(positions_mm)
    found[number - 1] += way_mm if told.jog_mm > 0 else -way_mm
    return tuple(found)
