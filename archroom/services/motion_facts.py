"""What the ledger holds of an asked-for action: plain facts out of what was wanted, and back to the action."""

from __future__ import annotations

from collections.abc import Mapping

from archroom.core.shelving import Action, Ticket, Wanted

Facts = dict[str, str | int]


def asked(block: int, wanted: Wanted) -> Facts:
    """Return what was asked of a block, as it stands in the ledger."""
    facts: Facts = {"block": block, "action": wanted.action.value}
    if wanted.action is Action.OPEN:
        return facts | {"opens": wanted.number}
    if not wanted.action.is_of_carriage:
        return facts | {"aisle": wanted.number}
    jog: Facts = {"mm": wanted.jog_mm} if wanted.action is Action.JOG else {}
    return facts | {"carriage": wanted.number} | jog


def granted(ticket: Ticket, confirmed: tuple[int, ...] = (), attendant: str = "") -> Facts:
    """Return the same with the ticket that was given, the aisles that must be clear for it, and who stands at the aisle."""
    clear = confirmed or ticket.narrows
    facts = asked(ticket.block, ticket.wanted) | {"ticket": ticket.id}
    facts |= {"clear": " ".join(map(str, clear))} if clear else {}
    return facts | ({"attendant": attendant} if attendant else {})


def asked_action(facts: Mapping[str, str | int]) -> Action | None:
    """Return which action an event speaks of, None if this program knows none of that name."""
    name = facts.get("action", Action.OPEN.value)
    return next((action for action in Action if action.value == name), None)
