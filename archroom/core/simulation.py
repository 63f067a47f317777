"""What a running simulator tells of its room, and what it is told, in its own words (docs/simulator.md). Pure.

The simulator decides itself what it takes; a line that somebody types is only sorted here into a verb or a sentence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from archroom.core.cleaning import clean
from archroom.errors import UsageError, say

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
LONGEST_FIELD: Final = 40
_VERB: Final = re.compile(r"[a-z_]{1,40}")
GRAMMAR: Final = (
    "person NAME enters aisle N [unseen]",
    "person NAME leaves",
    "e-stop press",
    "e-stop release",
    "reset",
    "edge carriage N on|off|chatters",
    "beam aisle N on|off|chatters",
    "detector aisle N stuck clear|stuck occupied|chatters|well",
    "jam carriage N on|off",
    "encoder carriage N off by 12mm|frozen|well",
    "drive keeps running [on a lost link]|drive obeys",
    "crank carriage N by -120mm",
    "mode automatic|local|maintenance|hand crank",
    "enable on|off",
    "power on|off",
    "silent on|off",
    "freeze on|off",
    "second master opens aisle N|stops|falls silent",
    "link lose|drop|late 500ms|corrupt|duplicate|echo [for N replies]",
    "link clear",
    "speed X",
    "at 5s ...",
    "when carriage N moving: ...",
    "300ms after carriage N moving: ...",
    "block N ...",
    "person_in aisle=N name=NAME",
    "link fault=drop count=5",
    "speed factor=4",
)
"""What can be typed: the usual sentences of a scenario, then verbs of the control channel with their fields."""


class SimulatorConsole(Protocol):
    """The control channel of a running simulator."""

    def ask(self, question: Mapping[str, Json]) -> dict[str, Json]:
        """Return what the simulator answers; raises Refused with its own sentence, PortUnavailable, UsageError."""
        ...


@dataclass(frozen=True, slots=True)
class SimulatedPerson:
    """Somebody who stands in an aisle of a simulated block."""

    name: str
    aisle: int
    is_seen: bool
    """Whether the detectors see them."""
    is_hit: bool
    """Whether steel has touched them."""


@dataclass(frozen=True, slots=True)
class SimulatedBlock:
    """What is so at one block of the simulator, whatever its registers say."""

    number: int
    people: tuple[SimulatedPerson, ...] = ()
    is_powered: bool = True
    is_silent: bool = False
    """Whether it is dead to its line."""
    is_stop_pressed: bool = False
    broken_beams: frozenset[int] = frozenset()
    """Aisles whose light beam is broken."""
    hits: int = 0


@dataclass(frozen=True, slots=True)
class SimulatedRoom:
    """The truth of a running simulator."""

    speed: float
    """How many times as fast as steel its carriages run."""
    blocks: Mapping[int, SimulatedBlock]
    line_faults: int = 0
    """Answers that are still to meet a fault of the line."""
    refused: tuple[str, ...] = ()
    """Lines of the scenario under way that could not be done when their time came, in the simulator's words."""


def room_in(state: Mapping[str, Json]) -> SimulatedRoom:
    """Return what the answer to `state` says; what it leaves out is nowhere wrong."""
    scenario = _object(state.get("scenario"))
    faults = [_object(fault) for fault in _list(state.get("link_faults"))]
    return SimulatedRoom(
        speed=_number(state.get("speed")),
        blocks={
            int(unit): _block(int(unit), _object(truth))
            for unit, truth in _object(state.get("units")).items()
            if unit.isdecimal()
        },
        line_faults=sum(round(_number(fault.get("count"))) for fault in faults),
        refused=tuple(str(line) for line in _list(scenario.get("refused"))),
    )


def question_of(line: str) -> dict[str, Json]:
    """Return what a typed line asks: a verb with its fields, as `speed factor=4`, else a sentence of a scenario.

    Raises UsageError for an empty line.
    """
    verb, *fields = line.split() or [""]
    if not verb:
        raise UsageError(say("Type a sentence, as: person ana enters aisle 3"))
    is_verb = _VERB.fullmatch(verb) is not None and all("=" in field for field in fields)
    if not is_verb:
        return {"do": "scenario", "text": line}
    return {**dict(field_in(field) for field in fields), "do": verb}


def field_in(text: str) -> tuple[str, Json]:
    """Return name and value of a field NAME=VALUE: a number, a truth, a list or a word; raises UsageError."""
    name, separator, value = text.partition("=")
    if not separator or _VERB.fullmatch(name) is None:
        raise UsageError(say("{text} is no field; write NAME=VALUE.", text=clean(text, LONGEST_FIELD)))
    try:
        found: Json = json.loads(value)
    except (ValueError, RecursionError):
        return name, value
    return name, found


def told_by(answer: Mapping[str, Json]) -> list[str]:
    """Return what an answer says besides that it was done, each field in words."""
    return [f"{name} {short(value)}" for name, value in answer.items() if name != "ok" and value != []]


def short(value: Json) -> str:
    """Return a value in one line."""
    return value if isinstance(value, str) else json.dumps(value)


def phrases_for(typed: str) -> list[str]:
    """Return what can be typed that begins as somebody has begun."""
    words = typed.casefold().split()
    return [phrase for phrase in GRAMMAR if all(a.startswith(b) for a, b in zip(phrase.split(), words[:1], strict=False))]


def _block(number: int, truth: Mapping[str, Json]) -> SimulatedBlock:
    people = [_object(person) for person in _list(truth.get("people"))]
    return SimulatedBlock(
        number,
        tuple(
            SimulatedPerson(
                str(person.get("name", "")),
                round(_number(person.get("aisle"))),
                person.get("detected") is not False,
                person.get("hit") is True,
            )
            for person in people
        ),
        is_powered=truth.get("powered") is not False,
        is_silent=truth.get("silent") is True,
        is_stop_pressed=truth.get("emergency_stop") is True,
        broken_beams=frozenset(round(_number(aisle)) for aisle in _list(truth.get("beams"))),
        hits=round(_number(truth.get("hits"))),
    )


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
