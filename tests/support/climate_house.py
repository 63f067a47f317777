"""A house of paper whose rooms have sensors, at the end of a day on which a few things went wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from manual_clock import ManualClock
from paper_climate import PaperClimate
from tui_house import TuiHouse, tui_house


@dataclass(frozen=True)
class ClimateHouse:
    """The house and its climate."""

    house: TuiHouse
    rooms: PaperClimate


def climate_house(folder: Path) -> ClimateHouse:
    """Return the house; its clock stands at the end of the day."""
    clock = ManualClock()
    rooms = PaperClimate(folder, clock)
    house = tui_house(folder, clock=clock, rooms=lambda _: rooms)
    rooms.live_through_a_day()
    return ClimateHouse(house, rooms)
