"""Plays a scenario to its end on a virtual clock and tells what happened. Pure.

What is told are changes of state, one fact each in its order, and last which rules of the steel were broken and which acts
could not be done.
"""

from __future__ import annotations

from collections.abc import Iterator

from hardware_sim.oracle import Oracle
from hardware_sim.registers import State
from hardware_sim.virtual import VirtualRoom

QUIET_S = 5.0
"""It has ended when all acts are done and nothing has moved for so long."""
LONGEST_S = 600.0
STEP_S = 0.02

Told = dict[str, object]


def judge(room: VirtualRoom, text: str) -> Iterator[Told]:
    """Play a scenario and yield what happens. Raises ControlError before anything is played."""
    oracle = Oracle(room)
    room.control("scenario", text=text)
    shown = dict.fromkeys(room.stations, "")
    quiet_s = 0.0
    while quiet_s < QUIET_S and room.now_ms < 1000 * LONGEST_S:
        room.advance(STEP_S)
        is_over = room.player is None or room.player.next_ms > 1000 * LONGEST_S
        for unit, station in room.stations.items():
            state = station.controller.state.name.lower() if station.is_powered else "no power"
            if state != shown[unit]:
                shown[unit] = state
                yield _changed(room, unit, state)
            is_over = is_over and station.block.is_still and station.controller.state is not State.WARNING
        quiet_s = quiet_s + STEP_S if is_over else 0.0
    refused = [] if room.player is None else room.player.refused
    yield {"broken": [str(finding) for finding in oracle.findings], "refused": list(refused)}


def _changed(room: VirtualRoom, unit: int, state: str) -> Told:
    station = room.stations[unit]
    controller = station.controller
    return {
        "at_s": round(room.now_ms / 1000, 3),
        "unit": unit,
        "state": state,
        "end": controller.end_reason.name.lower(),
        "faults": [fault.name.lower() for fault in controller.faults if fault.name],
        "positions": station.block.positions_mm(),
    }
