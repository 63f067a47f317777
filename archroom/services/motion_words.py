"""The ledger's motions in words: what was asked of the shelving, what was refused, and how it ended."""

from __future__ import annotations

from archroom.core.acts import Act, ActKind
from archroom.core.shelving import Action
from archroom.core.supervisor.texts import action_name
from archroom.errors import Message, Value, say
from archroom.services.motion_facts import asked_action


def motion_words(act: Act) -> Message:
    """Return the sentence for a motion that was asked for, refused or ended."""
    match act.kind:
        case ActKind.MOTION_INTENDED if act.facts.get("attendant"):
            return say("{what}, {name} at the aisle", what=_motion_asked(act), name=_fact(act, "attendant"))
        case ActKind.MOTION_INTENDED:
            return _motion_asked(act)
        case ActKind.MOTION_REFUSED:
            return _motion_refused(act)
        case _:
            return _motion_ended(act)


def _motion_asked(act: Act) -> Message:
    if asked_action(act.facts) is Action.OPEN:
        return say("Aisle {block}/{aisle} asked to open", block=_fact(act, "block"), aisle=_fact(act, "opens"))
    return say("{what} {block}/{number} asked for", **_named(act))


def _motion_refused(act: Act) -> Message:
    if asked_action(act.facts) is Action.OPEN:
        return say("Aisle {block}/{aisle} refused", block=_fact(act, "block"), aisle=_fact(act, "opens"))
    return say("{what} {block}/{number} refused", **_named(act))


def _motion_ended(act: Act) -> Message:
    outcome = str(act.facts.get("outcome", "unknown"))
    said = _MOTION_OUTCOMES.get(outcome, say("unknown"))
    if asked_action(act.facts) is Action.OPEN:
        return say("Aisle {block}/{aisle}: {outcome}", block=_fact(act, "block"), aisle=_fact(act, "opens"), outcome=said)
    said = say("done") if outcome == "done" else said
    return say("{what} {block}/{number}: {outcome}", **_named(act), outcome=said)


def _named(act: Act) -> dict[str, Value]:
    action = asked_action(act.facts)
    what = say("unknown") if action is None else action_name(action)
    number = act.facts.get("aisle", act.facts.get("carriage", "?"))
    return {"what": what, "block": _fact(act, "block"), "number": number}


def _fact(act: Act, name: str) -> str | int:
    return act.facts.get(name, "?")


_MOTION_OUTCOMES = {
    "done": say("opened"),
    "refused": say("refused, nothing moved"),
    "aborted": say("stopped on the way"),
    "unknown": say("unknown: look at the shelving"),
}
