"""What may be shown of a block: each aisle in one word, and unknown where the wire does not say."""

from __future__ import annotations

from archroom.core.gaps import is_roomy, open_gaps, target_positions
from archroom.core.rooms import Block
from archroom.core.shelving import Action, AisleState, ControllerStatus


def aisle_states(block: Block, status: ControllerStatus | None) -> tuple[tuple[int, AisleState], ...]:
    """Return the state of each aisle that can be entered; all unknown without a status that may be believed."""
    if status is None:
        return tuple((aisle, AisleState.UNKNOWN) for aisle in block.aisles)
    widths, targets = _widths_mm(block, status)
    return tuple((aisle, _state(block, status, aisle, widths, targets)) for aisle in block.aisles)


def _widths_mm(block: Block, status: ControllerStatus) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return how wide each gap is, and how wide it will be once what is under way has ended."""
    widths, told = block.gaps_mm(status.positions_mm), status.instruction
    if told is None or status.state.is_at_rest:
        return widths, widths
    target = target_positions(block, status.positions_mm, told, status.locked_carriages)
    return widths, block.gaps_mm(target)


def _state(
    block: Block, status: ControllerStatus, aisle: int, widths: tuple[int, ...], targets: tuple[int, ...]
) -> AisleState:
    told, width_mm = status.instruction, widths[aisle]
    if aisle in status.occupied_aisles:
        return AisleState.OCCUPIED
    if told is not None and not status.state.is_at_rest:
        if told.action is Action.OPEN and aisle == told.number:
            return AisleState.OPENING
        if aisle == told.closes or (targets[aisle] < width_mm and is_roomy(block, width_mm)):
            return AisleState.CLOSING
    if aisle in open_gaps(block, status.positions_mm):
        return AisleState.OPEN
    return AisleState.PARTLY if is_roomy(block, width_mm) else AisleState.CLOSED
