"""Everything that the sessions of a server act on: its buses, journal, holds and climate; and the stop across its buses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic

from archroom.core.shelving import StopReport
from archroom.errors import Message, Unreadable, UsageError, say
from archroom.shelving.bus import Bus
from archroom.shelving.climate_serving import ClimateServing
from archroom.shelving.holds_file import HoldsFile
from archroom.shelving.journal import Journal


class Floor:
    """What one server has under it."""

    def __init__(
        self,
        buses: tuple[Bus, ...],
        journal: Journal,
        holds: HoldsFile,
        climate: ClimateServing,
        digest: str,
        is_ending: Callable[[], bool],
        make_way: Callable[[], bool],
        state_folder: Path,
    ) -> None:
        self.buses = buses
        self.journal = journal
        self.holds = holds
        self.climate = climate
        self.digest = digest
        """Of the specification that is served."""
        self.is_ending = is_ending
        self.make_way = make_way
        """Ends the server if it was started on demand and nothing is under way; returns whether it does."""
        self.state_folder = state_folder
        """Where the records of commissionings lie."""

    def bus_of(self, block: int) -> Bus:
        """Return the bus of a block; raises UsageError."""
        for bus in self.buses:
            if block in bus.supervisors:
                return bus
        raise UsageError(say("There is no block {block} here.", block=block))

    def keep_holds(self) -> None:
        """Write down holds that could not be written when they were placed; while that fails nothing may move."""
        with suppress(Unreadable):
            self.holds.flush()

    def stop(self, block: int | None, reason: Message) -> dict[Bus, tuple[int, ...]]:
        """Stop one block or all; returns at once with what was asked of which bus."""
        if block is not None:
            self.bus_of(block)
        asked = {bus: tuple(n for n in bus.supervisors if block in (None, n)) for bus in self.buses}
        for bus, blocks in asked.items():
            if blocks:
                bus.stop(blocks, reason)
        return {bus: blocks for bus, blocks in asked.items() if blocks}


def wait_for_standstill(asked: Mapping[Bus, tuple[int, ...]], within_s: float) -> list[StopReport]:
    """Return what became of a stop, as soon as everything stands still or the time is up."""
    deadline_s = monotonic() + within_s
    reports: list[StopReport] = []
    for bus, blocks in asked.items():
        with bus.changed:
            bus.changed.wait_for(partial(_is_at_rest, bus, blocks), max(0.0, deadline_s - monotonic()))
            reports += [bus.stop_report(number) for number in blocks]
    return sorted(reports, key=lambda report: report.block)


def _is_at_rest(bus: Bus, blocks: tuple[int, ...]) -> bool:
    """Whether blocks were seen to stand after their stop; one that cannot be stopped from here is not waited for."""
    return all(bus.stop_report(number).is_standstill_seen or not bus.supervisors[number].can_stop for number in blocks)
