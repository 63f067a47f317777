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
from archroom.core.plain.facts import Capabilities, Order, OrderKind, PlainStatus
from archroom.core.plain.texts import alarm_phrase
from archroom.core.plain.watch import open_aisles
from archroom.core.rooms import Block, Segment
from archroom.core.shelving import PLAIN_ACTIONS, Action, Wanted
from archroom.core.supervisor.rules import not_capable
from archroom.core.supervisor.texts import mode_phrase
from archroom.errors import Message, say

SPEED_MM_S = 30
"""The slow end of what archive shelving runs at; no plain controller tells its own speed."""
START_S = 5.0
"""Longest time from an order to the first sign of motion."""
SPARE_S = 10.0
"""Allowance for warning and staggered starts, which no plain controller tells."""


@dataclass(frozen=True, slots=True)
class PlainPlan:
    """One motion of a plain controller, as far as it can be foreseen."""

    opens: int | None
    """The aisle to open; None where the whole block closes up or is spread."""
    closes: int | None
    """None where the controller does not tell which aisle is open: whoever asks must look and name it."""
    carriages: tuple[int, ...]
    """Those that move; all of the segment where nobody can tell."""
    changes: frozenset[int]
    kind: OrderKind = OrderKind.OPEN


def plain_permission(capabilities: Capabilities, permission: Permission) -> Permission:
    """Return a permission for a controller that can do so much.

    One that does not stop by itself is attended at most, one that takes no orders is only watched.
    """
    if not capabilities.orders:
        return replace(permission, licence=Licence.MONITOR, reason=say("It is only watched: its profile lists no orders."))
    if permission.licence is Licence.FULL and capabilities.needs_attendance:
        return replace(permission, licence=Licence.ATTENDED, reason=say("it was not seen to stop by itself"))
    return permission


def standing_problem(block: Block, capabilities: Capabilities, status: PlainStatus) -> Message | None:
    """Return why no order may be given as the controller stands; None if one may."""
    number = block.number
    if status.alarms:  # one that came is one, also where their absence is not told
        alarm = status.alarms[0]
        if alarm.said is not None:
            return say("Block {block}: {what}", block=number, what=alarm.said)
        return say(
            "Block {block} reports an alarm: {fault} ({code}). Reset it at the shelving.",
            block=number,
            fault=alarm_phrase(alarm),
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
    if status.is_moving or status.people_inside:
        status = replace(status, is_moving=None, people_inside=None)
    return standing_problem(block, capabilities, status)


def planned(block: Block, capabilities: Capabilities, status: PlainStatus, wanted: Wanted) -> PlainPlan | Message:
    """Return how an action is carried out from here, or why it may not be."""
    number, kind = block.number, _ORDERS.get(wanted.action)
    if wanted.action is Action.OPEN and OrderKind.OPEN not in capabilities.orders:
        return say("The controller of block {block} cannot open an aisle on demand.", block=number)
    if kind is None or kind not in capabilities.orders:
        return not_capable(block, wanted.action)
    now_open = open_aisles(block, status, capabilities.position_sense)
    plan = _opening(block, wanted.number, now_open) if kind is OrderKind.OPEN else _of_all(block, kind, now_open)
    if isinstance(plan, Message):
        return plan
    occupied = min(plan.changes & (status.occupied_aisles or frozenset()), default=None)
    if occupied is not None:
        return say("Somebody is in aisle {aisle} of block {block}.", block=number, aisle=occupied)
    return plan


def _opening(block: Block, opens: int, now_open: frozenset[int]) -> PlainPlan | Message:
    number, segment = block.number, block.segment_of(opens)
    if segment is None or not segment.is_mobile or opens not in block.aisles:
        return say("Block {block} has no aisle {aisle}.", block=number, aisle=opens)
    if opens in now_open:
        return say("Aisle {aisle} of block {block} is open already.", block=number, aisle=opens)
    closes = next((aisle for aisle in now_open if aisle in segment.gaps), None)
    if closes is None:
        return PlainPlan(opens, None, _mobile(block, segment), frozenset(segment.gaps))
    return PlainPlan(opens, closes, carriages_between(opens, closes), frozenset(changed_aisles(opens, closes)))


def _of_all(block: Block, kind: OrderKind, now_open: frozenset[int]) -> PlainPlan | Message:
    """Return what changes everything at once; such an order names no part of the block."""
    parts = [segment for segment in block.segments if segment.is_mobile]
    if len(parts) != 1:
        return say("The controller of block {block} does that to all its parts at once.", block=block.number)
    (segment,) = parts
    closes = next((aisle for aisle in now_open if aisle in segment.gaps), None)
    return PlainPlan(None, closes, _mobile(block, segment), frozenset(segment.gaps), kind)


def candidates(block: Block, plan: PlainPlan) -> tuple[int, ...]:
    """Return the aisles of which a person must say which are open and clear; none where the controller tells.

    After a motion that was broken off several may stand partly open.
    """
    if plan.closes is not None:
        return ()
    return tuple(gap for gap in sorted(plan.changes) if gap in block.aisles and gap != plan.opens)


def confirmation_problem(block: Block, plan: PlainPlan, confirmed: tuple[int, ...]) -> Message | None:
    """Return why what a person confirmed to be clear is not enough; None if it is."""
    if plan.closes is not None:
        if confirmed != (plan.closes,):
            return say("Nobody has confirmed that aisle {aisle} is clear.", aisle=plan.closes)
        return None
    if not confirmed or len(set(confirmed)) < len(confirmed) or not set(confirmed) <= set(candidates(block, plan)):
        return say(
            "The controller of block {block} does not tell which aisle is open: look, and confirm that one to be clear.",
            block=block.number,
        )
    return None


def expected_s(block: Block, plan: PlainPlan) -> float:
    """Return how long a motion may take at most: all its carriages one after the other, at a slow speed."""
    return SPARE_S + len(plan.carriages) * (block.aisle_mm - block.clearance_mm) / SPEED_MM_S


def order_of(plan: PlainPlan) -> Order:
    """Return the order that carries a plan out."""
    return Order(plan.kind, aisle=plan.opens)


def _mobile(block: Block, segment: Segment) -> tuple[int, ...]:
    return tuple(gap for gap in segment.gaps if gap and block.carriages[gap - 1].is_mobile)


_ORDERS = {action: OrderKind(action.value) for action in PLAIN_ACTIONS}
