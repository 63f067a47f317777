"""One recorded motion of a journal as a scenario for the simulator: where the steel stood, what was ordered, what ended it.

The journal knows the place and the order exactly, what ended the motion by its sentence, and nothing of the way between.
What it does not know is said in the scenario as a remark, for a person to fill in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from archroom.core.rooms import Block, MotionPolicy
from archroom.core.shelving import Action, OutcomeKind
from archroom.core.supervisor.notices import Intent
from archroom.errors import BadFile, say
from archroom.shelving.codec import decode
from archroom.shelving.journal import END, INTENT

BEGINS_S = 1.0
"""When the order is given in the scenario."""
_INTENT_FIELDS = ("ticket", "by", "confirmed_clear", "select", "operate", "status", "age_s")

_VERBS = {
    Action.OPEN: "opens aisle",
    Action.CLOSE: "closes aisle",
    Action.VENTILATE: "ventilates aisle",
    Action.JOG: "jogs carriage",
    Action.LOCK: "locks carriage",
    Action.UNLOCK: "unlocks carriage",
}

CAUSES: tuple[tuple[str, str], ...] = (
    ("Stopped by {name}.", "second master stops"),
    ("Stopped.", "second master stops"),
    ("Block {block} was stopped.", "second master stops"),
    ("Block {block} was stopped: the program that moved it fell silent.", "second master stops"),
    ("Block {block} was stopped: its status went stale.", "second master stops"),
    ("Carriage {carriage} of block {block} was let go.", "second master stops"),
    ("The program that moved the shelving has ended.", "second master stops"),
    ("The shelving server was told to end.", "second master stops"),
    ("Block {block} stopped by itself: no heartbeat reached it in time.", "second master falls silent"),
    ("Block {block} does not answer.", "second master falls silent"),
    ("Block {block} repeats an old status.", "second master falls silent"),
    ("Somebody is in aisle {aisle} of block {block}.", "person somebody enters aisle {aisle}"),
    ("Block {block} stopped by itself: somebody is in an aisle that changes.", "person somebody enters aisle {clear}"),
    ("Block {block} stopped by itself: the mode switch or local enable was turned.", "mode local"),
    ("The controller of block {block} was restarted.", "power off"),
    ("Local enable is off at block {block}.", "enable off"),
)
"""The sentence that ended a motion, and the act that ends it in the simulator. `{clear}` is an aisle that was said to be
clear."""
PHRASES: tuple[tuple[str, str], ...] = (
    ("emergency stop pressed", "e-stop press"),
    ("a safety edge was touched", "edge carriage {carriage} on"),
    ("somebody was in the aisle", "person somebody enters aisle {clear}"),
    ("a light beam was broken", "beam aisle {clear} on"),
    ("a drive has failed", "jam carriage {carriage} on"),
    ("the emergency stop is pressed", "e-stop press"),
    ("a safety edge is pressed", "edge carriage {carriage} on"),
    ("a light beam is broken", "beam aisle {clear} on"),
    ("local operation", "mode local"),
    ("maintenance", "mode maintenance"),
    ("hand crank", "mode hand crank"),
)
"""The fault, input or mode of such a sentence, likewise; `{carriage}` is the first of those that moved."""
WITH_PHRASE = (
    "Block {block} stopped by itself: {fault}.",
    "Block {block} reports a fault: {fault}. Reset it at the shelving.",
    "Block {block} cannot move now: {input}.",
    "Block {block} is switched to {mode}.",
)
"""Sentences that hold a phrase in their last place."""


@dataclass(frozen=True, slots=True)
class Incident:
    """A motion as it was recorded."""

    motion: str
    intent: Intent
    at: datetime
    outcome: OutcomeKind | None
    """None if no end was written down."""
    after_s: float
    """From the intent to the end."""
    sentence: str
    """What was written down of the end; empty for a server that was cut off."""


def find_incident(entries: Iterable[dict[str, object]], motion: str | None) -> Incident:
    """Return the motion of that name, or the last one that was not done, or the last one; raises BadFile."""
    found: dict[str, Incident] = {}
    for entry in entries:
        name, kind = str(entry.get("motion")), entry.get("kind")
        if kind == INTENT and (intent := _intent(entry)) is not None:
            found.pop(name, None)
            found[name] = Incident(name, intent, _time(entry), None, 0.0, "")
        elif kind == END and name in found:
            begun = found[name]
            after_s = (_time(entry) - begun.at).total_seconds()
            outcome, sentence = OutcomeKind(entry.get("outcome")), str(entry.get("text", ""))
            found[name] = Incident(name, begun.intent, begun.at, outcome, after_s, sentence)
    if motion is not None and motion not in found:
        raise BadFile(say("The journal holds no motion {name} of a controller that can be simulated.", name=motion))
    if not found:
        raise BadFile(say("The journal holds no motion of a controller that can be simulated."))
    if motion is not None:
        return found[motion]
    undone = [incident for incident in found.values() if incident.outcome is not OutcomeKind.DONE]
    return undone[-1] if undone else list(found.values())[-1]


def scenario_of(incident: Incident) -> str:
    """Return the scenario of an incident."""
    intent = incident.intent
    told, block = intent.operate.told, intent.ticket.block
    by_mm = f" by {told.jog_mm}mm" if told.action is Action.JOG else ""
    stands = ",".join(map(str, intent.status.positions_mm))
    lines = [
        f"# motion {incident.motion}, asked for by {' '.join(intent.by.split())} at {incident.at.isoformat()}",
        f"block {block} carriages stand at {stands}mm",
    ]
    lines += [f"block {block} person somebody-in-{k} enters aisle {k}" for k in sorted(intent.status.occupied_aisles)]
    lines.append(f"at {BEGINS_S:g}s block {block} second master {_VERBS[told.action]} {told.number}{by_mm}")
    ended = "nothing was written down of its end" if incident.outcome is None else f"recorded: {incident.outcome.value}"
    act = _act(incident)
    if act is not None:
        lines.append(f"at {BEGINS_S + incident.after_s:.2f}s block {block} {act}")
    elif incident.outcome is OutcomeKind.UNKNOWN and not incident.sentence:
        lines.append(
            f"# the server was cut off, nobody knows when: at {BEGINS_S + 3:g}s block {block} second master falls silent"
        )
    said = " ".join(incident.sentence.split())
    lines.append(f"# {ended} after {incident.after_s:.2f}s{': ' + said if said else ''}")
    return "\n".join(lines) + "\n"


def _act(incident: Incident) -> str | None:
    """What happens in the simulator in place of what ended it, as far as its sentence tells."""
    ticket = incident.intent.ticket
    values = {"clear": str(min(ticket.narrows, default=0)), "carriage": str(min(ticket.moving_carriages, default=1))}
    filled = ((re.sub(r"\{(fault|input|mode)\}", phrase, whole), act) for whole in WITH_PHRASE for phrase, act in PHRASES)
    for template, act in (*CAUSES, *filled):
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(template))
        said = re.fullmatch(pattern, incident.sentence)
        if said is not None:
            return act.format(**{**values, **{name: value for name, value in said.groupdict().items() if value.isdigit()}})
    return None


def _intent(entry: dict[str, object]) -> Intent | None:
    try:
        return decode(Intent, {name: entry[name] for name in _INTENT_FIELDS if name in entry})
    except ValueError:
        return None  # of a plain controller, or of an older version


def _time(entry: dict[str, object]) -> datetime:
    try:
        return datetime.fromisoformat(str(entry.get("at")))
    except ValueError as error:
        raise BadFile(say("An entry of the journal has no time.")) from error


def room_text(blocks: Sequence[Block]) -> str:
    """Return a room file of these blocks for the simulator."""
    lines = ["[room]", 'code = "R1"', 'title = "Replay"']
    for block in blocks:
        ends, opened = (str(list(flags)).lower() for flags in (block.end_aisles, block.open_aisles))
        lines += [
            "[[block]]",
            f"number = {block.number}",
            'title = "Block"',
            f'numbered_from = "{block.numbered_from.value}"',
        ]
        lines += [f"aisle_mm = {block.aisle_mm}", f"clearance_mm = {block.clearance_mm}"]
        lines += [f"end_aisles = {ends}", f"open_aisles = {opened}"]
        if block.motion is not MotionPolicy.STAGGERED:
            lines.append(f'motion = "{block.motion.value}"')
        for unit in block.carriages:
            lines += ["[[block.carriage]]", f'kind = "{"mobile" if unit.is_mobile else "fixed"}"']
            lines += [f"depth_mm = {unit.depth_mm}", "faces = []", "bays = 1", "levels = 1", "shelf_mm = 1"]
    return "\n".join(lines) + "\n"
