"""The screens one works on, by where they are; each is loaded when somebody first goes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archroom.tui.situation import Where

if TYPE_CHECKING:
    from archroom.tui.app import ArchroomApp
    from archroom.tui.screens import HouseScreen


def screen_of(where: Where, house: ArchroomApp) -> HouseScreen:
    """Return a new screen; the desk is home, and what is no screen leads there."""
    match where:
        case Where.FIND:
            from archroom.tui.find.screen import FindScreen

            return FindScreen(house)
        case Where.AISLES:
            from archroom.tui.aisles.screen import AislesScreen

            return AislesScreen(house)
        case Where.CLIMATE:
            from archroom.tui.climate.screen import ClimateScreen

            return ClimateScreen(house)
        case Where.BENCH:
            from archroom.tui.bench.screen import BenchScreen

            return BenchScreen(house)
        case Where.SIMULATOR:
            from archroom.tui.bench.simulator import SimulatorScreen

            return SimulatorScreen(house)
        case Where.WALK:
            from archroom.tui.walk.screen import WalkScreen

            return WalkScreen(house)
        case _:
            from archroom.tui.desk.screen import DeskScreen

            return DeskScreen(house)
