"""A simulator on paper: keeps what it was told, and says what a test wants it to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Event

from archroom.core.simulation import Json
from archroom.errors import ArchroomError


@dataclass
class PaperSimulator:
    """One block, whose people, stop and speed are what was last said."""

    log: list[dict[str, Json]] = field(default_factory=list)
    """What it was told, without looks."""
    people: list[dict[str, Json]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Lines of a scenario that could not be done."""
    refusal: ArchroomError | None = None
    """What comes of everything that it is told."""
    trouble: ArchroomError | None = None
    """What comes of every look."""
    may_answer: Event | None = None
    """What it waits for before it answers to what it is told."""
    speed: float = 1.0
    is_stop_pressed: bool = False
    hits: int = 0

    def ask(self, question: Mapping[str, Json]) -> dict[str, Json]:
        """Answer."""
        if question["do"] == "state":
            return self._state()
        if self.may_answer is not None:
            assert self.may_answer.wait(20)
        self.log.append(dict(question))
        if self.refusal is not None:
            raise self.refusal
        match question["do"]:
            case "person_in":
                seen = question.get("detected", True)
                self.people.append({"name": question["name"], "aisle": question["aisle"], "detected": seen, "hit": False})
            case "person_out":
                self.people = [person for person in self.people if person["name"] != question["name"]]
            case "emergency_stop":
                self.is_stop_pressed = question["pressed"] is True
            case "speed":
                assert isinstance(question["factor"], float)
                self.speed = question["factor"]
            case "reset":
                return {"ok": True, "latched": ["edge"]}
        return {"ok": True}

    def _state(self) -> dict[str, Json]:
        if self.trouble is not None:
            raise self.trouble
        block: dict[str, Json] = {
            "powered": True,
            "silent": False,
            "emergency_stop": self.is_stop_pressed,
            "beams": [],
            "people": self.people,
            "hits": self.hits,
        }
        return {
            "ok": True,
            "now_s": 1.0,
            "speed": self.speed,
            "link_faults": [],
            "scenario": {"done": 0, "waiting": 0, "refused": list(self.refused)},
            "units": {"1": block},
        }
