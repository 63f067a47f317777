"""Whether a plain controller may be given an order: every rule as a pure function of facts.

What a controller does not tell cannot speak against an order, so the less it tells, the more people must: an order to a
controller that cannot be stopped, or is not proved to stop when this program falls silent, needs a second person there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from archroom.core.commissioning import Licence
from archroom.core.controllers import Mode
from archroom.core.gaps import carriages_between, changed_aisles
from archroom.core.licensing import Permission
from archroom.core.plain import Capabilities, Order, OrderKind, PlainStatus
from archroom.core.plain_watch import open_aisles
from archroom.core.rooms import Block
from archroom.core.supervisor_texts import fault_phrase, mode_phrase
from archroom.errors import Message, say

SPEED_MM_S = 30
"""The slow end of what archive shelving runs at; no plain controller tells its own speed."""
START_S = 5.0
"""Longest time from an order to the first sign of motion."""
SPARE_S = 10.0
"""Allowance for warning and staggered starts, which no plain controller tells."""


@dataclass(frozen=True, slots=True)
class PlainPlan:
    """One opening by a plain controller, as far as it can be foreseen."""

    opens: int
    closes: int | None
    """None where the controller does not tell which aisle is open: whoever asks must look and name it."""
    carriages: tuple[int, ...]
    """Those that move; all of the segment where nobody can tell."""
    changes: frozenset[int]


def plain_permission(capabilities: Capabilities, permission: Permission) -> Permission:
    """Return a permission for a controller that can do so much: one that does not stop by itself is attended at most."""
    if permission.licence is Licence.FULL and capabilities.needs_attendance:
        return replace(permission, licence=Licence.ATTENDED, reason=say("it was not seen to stop by itself"))
    return permission


def monitor_only(block: Block) -> Message:
    """Return why a block with a controller of another make does not move."""
    return say("Block {block} may only be watched: it has not passed its commissioning.", block=block.number)


def standing_problem(block: Block, capabilities: Capabilities, status: PlainStatus) -> Message | None:
    """Return why no order may be given as the controller stands; None if one may."""
    number = block.number
    if status.alarms:  # one that came is one, also where their absence is not told
        alarm = status.alarms[0]
        return say(
            "Block {block} reports an alarm: {fault} ({code}).",
            block=number,
            fault=fault_phrase(alarm.fault),
            code=alarm.code,
        )
    if capabilities.tells_mode and status.mode is not Mode.AUTOMATIC:
        if status.mode is None:
            return say("The controller of block {block} does not say its mode.", block=number)
        return say("Block {block} is not in automatic: {mode}.", block=number, mode=mode_phrase(status.mode))
    if status.is_enabled is False:
        return say("The controller of block {block} is not released for remote orders.", block=number)
    if status.is_moving:
        return say("Block {block} is moving.", block=number)
    if status.people_inside:
        return say("The controller of block {block} counts {count} inside.", block=number, count=status.people_inside)
    return None


def disarming_problem(block: Block, capabilities: Capabilities, status: PlainStatus) -> Message | None:
    """Return why a block must be armed anew, None if it need not: an alarm, another mode, no release for remote orders."""
    return standing_problem(block, capabilities, replace(status, is_moving=None, people_inside=None))


def planned(block: Block, capabilities: Capabilities, status: PlainStatus, opens: int) -> PlainPlan | Message:
    """Return how an aisle opens from here, or why it may not."""
    number = block.number
    if OrderKind.OPEN not in capabilities.orders:
        return say("The controller of block {block} cannot open an aisle on demand.", block=number)
    segment = block.segment_of(opens)
    if segment is None or not segment.is_mobile or opens not in block.aisles:
        return say("Block {block} has no aisle {aisle}.", block=number, aisle=opens)
    now_open = open_aisles(block, status, capabilities.position_sense)
    if opens in now_open:
        return say("Aisle {aisle} of block {block} is open already.", block=number, aisle=opens)
    closes = next((aisle for aisle in now_open if aisle in segment.gaps), None)
    carriages = _mobile(block, opens) if closes is None else carriages_between(opens, closes)
    changes = segment.gaps if closes is None else changed_aisles(opens, closes)
    occupied = min(frozenset(changes) & (status.occupied_aisles or frozenset()), default=None)
    if occupied is not None:
        return say("Somebody is in aisle {aisle} of block {block}.", block=number, aisle=occupied)
    return PlainPlan(opens, closes, carriages, frozenset(changes))


def confirmation_problem(block: Block, plan: PlainPlan, confirmed: tuple[int, ...]) -> Message | None:
    """Return why what a person confirmed to be clear is not enough; None if it is."""
    if plan.closes is not None:
        if confirmed != (plan.closes,):
            return say("Nobody has confirmed that aisle {aisle} is clear.", aisle=plan.closes)
        return None
    segment = block.segment_of(plan.opens)
    candidates = () if segment is None else tuple(gap for gap in segment.gaps if gap in block.aisles and gap != plan.opens)
    if len(confirmed) != 1 or confirmed[0] not in candidates:
        return say(
            "The controller of block {block} does not tell which aisle is open: look, and confirm that one to be clear.",
            block=block.number,
        )
    return None


def expected_s(block: Block, plan: PlainPlan) -> float:
    """Return how long an opening may take at most: all its carriages one after the other, at a slow speed."""
    return SPARE_S + len(plan.carriages) * (block.aisle_mm - block.clearance_mm) / SPEED_MM_S


def order_of(plan: PlainPlan) -> Order:
    """Return the order that opens the plan's aisle."""
    return Order(OrderKind.OPEN, aisle=plan.opens)


def _mobile(block: Block, opens: int) -> tuple[int, ...]:
    segment = block.segment_of(opens)
    gaps = () if segment is None else segment.gaps
    return tuple(gap for gap in gaps if gap and block.carriages[gap - 1].is_mobile)
