"""What may be shown of a block: each aisle in one word, and unknown where the wire does not say."""

from __future__ import annotations

from archroom.core.rooms import Block
from archroom.core.shelving import STANDING_ROOM_MM, AisleState, ControllerStatus, open_gaps


def aisle_states(block: Block, status: ControllerStatus | None) -> tuple[tuple[int, AisleState], ...]:
    """Return the state of each aisle that can be entered; all unknown without a status that may be believed."""
    if status is None:
        return tuple((aisle, AisleState.UNKNOWN) for aisle in block.aisles)
    return tuple((aisle, _state(block, status, aisle)) for aisle in block.aisles)


def _state(block: Block, status: ControllerStatus, aisle: int) -> AisleState:
    if aisle in status.occupied_aisles:
        return AisleState.OCCUPIED
    if not status.state.is_at_rest and aisle == status.target:
        return AisleState.OPENING
    if not status.state.is_at_rest and aisle == status.closes:
        return AisleState.CLOSING
    if aisle in open_gaps(block, status.positions_mm):
        return AisleState.OPEN
    is_roomy = block.gaps_mm(status.positions_mm)[aisle] > max(STANDING_ROOM_MM, block.clearance_mm)
    return AisleState.PARTLY if is_roomy else AisleState.CLOSED
