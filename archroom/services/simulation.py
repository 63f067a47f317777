"""The console of a running simulator, as a screen receives it: what is so there, and what is usually tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from archroom.core.simulation import (
    Json,
    SimulatedBlock,
    SimulatedRoom,
    SimulatorConsole,
    question_of,
    room_in,
    told_by,
)
from archroom.errors import Message, say

NAMES: Final = ("Ana", "Bo", "Chen", "Dee", "Eve", "Finn", "Gu", "Hal")
"""Who walks into an aisle, the first who is in none."""
SPEEDS: Final = (1.0, 4.0, 12.0)
FAULTS_AT_ONCE: Final = 5


@dataclass(frozen=True, slots=True)
class SimulatedAct:
    """Something that can be let happen at the simulator."""

    what: Message
    question: Mapping[str, Json]

    @property
    def is_scenario(self) -> bool:
        """Whether it is played, line by line, as their times come."""
        return self.question.get("do") == "scenario"


class Simulation:
    """One running simulator; every method that asks it raises Refused, PortUnavailable, UsageError."""

    def __init__(self, console: SimulatorConsole) -> None:
        self._console = console

    def room(self) -> SimulatedRoom:
        """Return what is so there."""
        return room_in(self._console.ask({"do": "state"}))

    def carry_out(self, act: SimulatedAct) -> Message:
        """Let something happen, and return what the simulator says to it."""
        told = told_by(self._console.ask(act.question))
        if act.is_scenario:
            return say("It is played.")
        return say("{told}", told=", ".join(told)) if told else say("Done.")


def typed_act(line: str) -> SimulatedAct:
    """Return what a typed line lets happen; raises UsageError for one that says nothing."""
    return SimulatedAct(say("{text}", text=line), question_of(line))


def usual_acts(room: SimulatedRoom, block: int, aisle: int) -> list[SimulatedAct]:
    """Return what somebody usually tries at an aisle of a block, in the state that it is in."""
    truth = room.blocks.get(block, SimulatedBlock(block))
    inside = {person.name for one in room.blocks.values() for person in one.people}
    name = next((name for name in NAMES if name not in inside), f"P{len(inside) + 1}")
    walks_in: dict[str, Json] = {"do": "person_in", "unit": block, "aisle": aisle, "name": name}
    acts = [
        SimulatedAct(say("{name} walks into aisle {aisle}", name=name, aisle=aisle), walks_in),
        *(
            SimulatedAct(
                say("{name} walks out of aisle {aisle}", name=person.name, aisle=person.aisle),
                {"do": "person_out", "unit": block, "name": person.name},
            )
            for person in truth.people
        ),
        _of_stop(truth),
        _of_beam(truth, aisle),
        SimulatedAct(say("Reset the controller at its own panel"), {"do": "reset", "unit": block}),
        SimulatedAct(
            say("{name} walks into aisle {aisle}, unseen by the detectors", name=name, aisle=aisle),
            {**walks_in, "detected": False},
        ),
        _of_link(truth),
        _of_power(truth),
        _of_faults(room, block),
    ]
    return [*acts, *_of_speed(room)]


def _of_stop(truth: SimulatedBlock) -> SimulatedAct:
    what = say("Release the emergency stop") if truth.is_stop_pressed else say("Press the emergency stop")
    return SimulatedAct(what, {"do": "emergency_stop", "unit": truth.number, "pressed": not truth.is_stop_pressed})


def _of_beam(truth: SimulatedBlock, aisle: int) -> SimulatedAct:
    is_broken = aisle in truth.broken_beams
    what = say("Clear the light beam of aisle {aisle}", aisle=aisle)
    if not is_broken:
        what = say("Break the light beam of aisle {aisle}", aisle=aisle)
    return SimulatedAct(what, {"do": "beam", "unit": truth.number, "aisle": aisle, "broken": not is_broken})


def _of_link(truth: SimulatedBlock) -> SimulatedAct:
    what = say("Mend the line of the block") if truth.is_silent else say("Cut the line of the block")
    return SimulatedAct(what, {"do": "silent", "unit": truth.number, "on": not truth.is_silent})


def _of_power(truth: SimulatedBlock) -> SimulatedAct:
    what = say("Cut the power of the block") if truth.is_powered else say("Give the block its power again")
    return SimulatedAct(what, {"do": "power", "unit": truth.number, "on": not truth.is_powered})


def _of_faults(room: SimulatedRoom, block: int) -> SimulatedAct:
    if room.line_faults:
        return SimulatedAct(say("Damage no more answers"), {"do": "link_clear"})
    return SimulatedAct(
        say("Damage the next {count} answers on the line", count=FAULTS_AT_ONCE),
        {"do": "link", "unit": block, "fault": "corrupt", "count": FAULTS_AT_ONCE},
    )


def _of_speed(room: SimulatedRoom) -> list[SimulatedAct]:
    return [
        SimulatedAct(
            say("Run as fast as steel") if speed == 1 else say("Run {factor} times as fast as steel", factor=f"{speed:g}"),
            {"do": "speed", "factor": speed},
        )
        for speed in SPEEDS
        if speed != room.speed
    ]
