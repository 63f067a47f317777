"""What a task means on a block as it stands: whether it names what is there, what would move, what stands against it.

Pure, and changes nothing: these are the preconditions of ``docs/shelving-protocol.md`` that rest on the steel and on
who is in its aisles. Those that rest on the controller's own state are in its program.
"""

from __future__ import annotations

from hardware_sim.block import Block
from hardware_sim.motions import Plan, changed_aisles
from hardware_sim.orders import Task
from hardware_sim.registers import NONE, TOWARDS_ORIGIN, Action, Result

OPEN_TOLERANCE_MM = 20
"""An aisle is open when its gap is at least AISLE_MM less this."""
MAX_JOG_MM = 2000
LOCKING = frozenset({Action.LOCK, Action.UNLOCK})
"""Actions that move nothing."""


def names_what_is_there(block: Block, task: Task) -> bool:
    """Whether AISLE and CLOSES are what the action takes."""
    match task.action:
        case Action.JOG:
            return block.can_move(task.aisle) and 1 <= task.closes & ~TOWARDS_ORIGIN <= MAX_JOG_MM
        case Action.LOCK:
            return block.can_move(task.aisle) and task.closes == NONE
        case Action.UNLOCK:
            return task.aisle in block.locked and task.closes == NONE
    layout = block.layout
    if task.aisle > layout.carriage_count or task.aisle == task.closes:
        return False
    if task.action is not Action.VENTILATE and layout.is_enterable(task.aisle) != (task.action is Action.OPEN):
        return False
    return task.closes == NONE or (layout.is_enterable(task.closes) and task.closes in block.segment_of(task.aisle))


def plan_of(block: Block, task: Task) -> Plan:
    """How the block moves for a task that names what is there."""
    match task.action:
        case Action.OPEN | Action.CLOSE:
            return block.stretch(task.aisle).gathering(task.aisle)
        case Action.VENTILATE:
            return block.stretch(task.aisle).spreading()
        case Action.JOG:
            distance_mm = task.closes & ~TOWARDS_ORIGIN
            return block.jogging(task.aisle, -distance_mm if task.closes & TOWARDS_ORIGIN else distance_mm)
        case _:
            return ()


def obstacle_to(block: Block, task: Task, occupied_mask: int) -> Result | None:
    """What the carriages and people have against a task that names what is there; the first in the document's order."""
    if task.action in LOCKING:
        return None
    plan = plan_of(block, task)
    is_done = not plan
    if task.action is not Action.JOG:
        standing_open = open_aisles(block, task.aisle)
        if task.closes != next((aisle for aisle in standing_open if aisle != task.aisle), NONE):
            return Result.CLOSES_NOT_OPEN
        if task.action is Action.OPEN:
            is_done = task.aisle in standing_open
    if is_done:
        return Result.OPEN_ALREADY
    return Result.OCCUPIED if occupied_mask & changed_mask(plan) else None


def is_too_narrow(block: Block, task: Task) -> bool:
    """Whether an aisle that is to open would not be open even with all spare width of its segment."""
    return task.action is Action.OPEN and block.stretch(task.aisle).widest_mm < _open_mm(block)


def changed_mask(plan: Plan) -> int:
    """Bit *k* set: the motion changes aisle *k* or slides it sideways."""
    return sum(1 << aisle for aisle in changed_aisles(plan))


def open_aisles(block: Block, gap: int) -> list[int]:
    """The open aisles of the segment that holds a gap: wide enough, and somebody can enter them."""
    segment = block.segment_of(gap)
    wide = [other for other in range(segment.first, segment.last + 1) if block.gap(other) >= _open_mm(block)]
    return [aisle for aisle in wide if block.layout.is_enterable(aisle)]


def _open_mm(block: Block) -> int:
    return block.layout.aisle_mm - OPEN_TOLERANCE_MM
