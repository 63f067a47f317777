"""Somebody at the app on a real house, who waits for what they see and for nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from time import monotonic

from textual.pilot import Pilot
from tui_stage import PERSON_S, SCANNER_S, key_event

from archroom.cli import demo_house
from archroom.cli.bench_files import BenchFolder
from archroom.cli.commissioning import record_file
from archroom.cli.labels import label_file
from archroom.drivers.simulator_channel import SimulatorChannel
from archroom.services.simulation import Simulation
from archroom.tui.app import ArchroomApp
from archroom.wiring import House

DEADLINE_S = 30.0


class Person:
    """Somebody at the app, who waits for what they see."""

    def __init__(self, app: ArchroomApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self._at_s = 0.0

    async def press(self, *keys: str, each_s: float = PERSON_S) -> None:
        """Press keys, as fast as said."""
        for key in keys:
            event = key_event(key)
            self._at_s = max(self._at_s, event.time) + each_s
            event.time = self._at_s
            self.app.post_message(event)
            if each_s == PERSON_S:
                await self.see(lambda: not self.app.is_holding_keys)

    async def scan(self, code: str) -> None:
        """Scan a code and wait for its answer."""
        latest = self.app.journal.latest
        await self.press(*code, "\r", each_s=SCANNER_S)
        self._at_s += 1.0
        await self.see(lambda: self.app.journal.latest is not latest)

    async def see(self, is_so: Callable[[], bool]) -> None:
        """Wait until something is so."""
        ends_at = monotonic() + DEADLINE_S
        while not is_so():
            assert monotonic() < ends_at, self.app.journal.entries(5)
            await self.pilot.pause()

    def word(self) -> str:
        """The English word of the last answer."""
        assert self.app.journal.latest is not None
        return self.app.journal.latest.mark.word.english()


@asynccontextmanager
async def app_on(house: House, labels: Path, control: str = "") -> AsyncIterator[Person]:
    """Open the app on a house; `control` is the control channel of its simulator, empty if the app does not know it."""
    make_label = partial(label_file, house, folder=labels)
    write_record = partial(record_file, folder=labels.with_name("commissionings"))
    simulation = Simulation(SimulatorChannel(control)) if control else None
    app = ArchroomApp(
        house,
        house.performer,
        make_label,
        write_record,
        greeting=demo_house.greeting(),
        bench_files=BenchFolder(house, labels.with_name("bench")),
        simulation=simulation,
    )
    async with app.run_test(size=(100, 30), notifications=True) as pilot:
        person = Person(app, pilot)
        yield person
    await asyncio.get_running_loop().shutdown_default_executor()
    house.bench.look_away()
