"""Plays a scenario into a room, scan by scan. Pure: time is told to it.

Everything that is wrong with the words is found before the first act. What cannot be done when its time comes (nobody fits
into the aisle) is not done, and told in the report.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from hardware_sim.block import Block
from hardware_sim.fields import ControlError
from hardware_sim.scenario import Condition, Line, ScenarioError
from hardware_sim.track_commands import Act

OPEN_TOLERANCE_MM = 20


class PlayedController(Protocol):
    """What conditions ask of a controller."""

    @property
    def state(self) -> Enum: ...


class PlayedUnit(Protocol):
    """What conditions ask of a unit of any make."""

    @property
    def block(self) -> Block: ...

    @property
    def controller(self) -> PlayedController: ...


class PlayedRoom(Protocol):
    """A room of any make."""

    @property
    def stations(self) -> Mapping[int, PlayedUnit]: ...


@dataclass(slots=True)
class _Waiting:
    """A line that waits for a condition of one station."""

    line: Line
    station: PlayedUnit
    is_so: Callable[[], bool]
    was_so: bool = False
    times_left: int = 1


@dataclass(slots=True)
class Player:
    """One scenario on its way through a room."""

    room: PlayedRoom
    lines: tuple[Line, ...]
    prepare: Callable[[Mapping[str, object]], Act]
    """Makes an act of a request. Raises ControlError for what can never be done in the room."""
    refused: list[str] = field(default_factory=list, init=False)
    """What could not be done when its time came, a sentence each."""
    done: list[str] = field(default_factory=list, init=False)
    """What was done, as it was said."""
    _acts: dict[int, Callable[[], dict[str, object]]] = field(default_factory=dict, init=False)
    _timed: list[tuple[float, int]] = field(default_factory=list, init=False)
    _waiting: list[_Waiting] = field(default_factory=list, init=False)
    _by_number: dict[int, Line] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Prepare every line; raises ScenarioError for what can never be done in this room."""
        for line in self.lines:
            self._by_number[line.number] = line
            try:
                if line.request.get("do") == "scenario":
                    raise ControlError("a scenario plays no scenario")
                self._acts[line.number] = self.prepare(line.request)
                if line.condition is not None:
                    self._waiting.append(self._waiting_for(line, line.condition))
            except ControlError as error:
                raise ScenarioError(f"line {line.number}: {error}") from error

    @property
    def line_count(self) -> int:
        """How many acts it has."""
        return len(self.lines)

    @property
    def next_ms(self) -> float:
        """When the next act is due that waits for a time only, by the room's clock."""
        return self._timed[0][0] if self._timed else math.inf

    def begin(self, now_ms: float) -> None:
        """Begin at this time of the room's clock."""
        for line in self.lines:
            if line.condition is None:
                heapq.heappush(self._timed, (now_ms + line.after_ms, line.number))
        self.play_due(now_ms)

    def play_due(self, now_ms: float) -> None:
        """Do everything that is due."""
        while self._timed and self._timed[0][0] <= now_ms + 1e-6:
            self._act(heapq.heappop(self._timed)[1])

    def look(self, station: PlayedUnit, now_ms: float) -> None:
        """A station has run a scan: what waited for how it is now becomes due."""
        if not self._waiting:
            return
        due: list[Line] = []
        for waiting in self._waiting:
            if waiting.station is station and waiting.is_so() is not waiting.was_so:
                waiting.was_so = not waiting.was_so
                waiting.times_left -= waiting.was_so
                if waiting.times_left == 0:
                    due.append(waiting.line)
        if due:
            self._waiting = [waiting for waiting in self._waiting if waiting.times_left > 0]
            for line in due:
                heapq.heappush(self._timed, (now_ms + line.after_ms, line.number))
            self.play_due(now_ms)

    def report(self) -> dict[str, object]:
        """How far it has come, for the control channel."""
        left = len(self._timed) + len(self._waiting)
        return {"done": len(self.done), "waiting": left, "refused": list(self.refused)}

    def _act(self, number: int) -> None:
        line = self._by_number[number]
        try:
            self._acts[number]()
        except ControlError as error:
            self.refused.append(f"line {number} ({line.text}): {error}")
        else:
            self.done.append(line.text)

    def _waiting_for(self, line: Line, condition: Condition) -> _Waiting:
        stations = self.room.stations
        if condition.block is None and len(stations) > 1:
            raise ControlError(f"there are blocks {', '.join(map(str, stations))}; say which")
        unit = next(iter(stations)) if condition.block is None else condition.block
        if unit not in stations:
            raise ControlError(f"there is no unit {unit}")
        station = stations[unit]
        return _Waiting(line, station, _predicate(station, condition), times_left=condition.time)


def _predicate(station: PlayedUnit, condition: Condition) -> Callable[[], bool]:
    what, block = condition.what, station.block
    if what["do"] == "state":
        return lambda: station.controller.state.name.lower() == what["state"]
    count = len(block.carriages)
    if what["do"] == "carriage":
        number = what["carriage"]
        if not isinstance(number, int) or not 1 <= number <= count:
            raise ControlError(f"carriage must be a whole number from 1 to {count}")
        carriage = block.carriages[number - 1]
        return lambda: (carriage.speed != 0.0) == what["moving"]
    aisle = what["aisle"]
    if not isinstance(aisle, int) or not 0 <= aisle <= count:
        raise ControlError(f"aisle must be a whole number from 0 to {count}")
    open_mm = block.layout.aisle_mm - OPEN_TOLERANCE_MM
    closed_mm = block.layout.clearance_mm + OPEN_TOLERANCE_MM
    if what["open"]:
        return lambda: block.gap(aisle) >= open_mm
    return lambda: block.gap(aisle) <= closed_mm
