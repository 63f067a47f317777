"""Opening the app on a terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from archroom import paths
from archroom.cli.bench_files import BenchFolder
from archroom.cli.job import Job
from archroom.errors import Message, UsageError, say

if TYPE_CHECKING:
    from archroom.core.commissioning import CommissioningRecord
    from archroom.services.simulation import Simulation
    from archroom.wiring import House


def open_app(job: Job) -> int:
    """Open the app on this machine's house."""
    if job.output.is_json:
        raise UsageError(say("The app has no JSON; name a command. See: {program} --help", program="archroom"))
    return run_app(job.house, paths.data_folder(), control=os.environ.get(paths.SIMULATOR_VARIABLE, ""))


def run_app(house: House, folder: Path, greeting: Message | None = None, control: str = "") -> int:
    """Run the app until it is left; what it writes goes below a folder, and `greeting` is shown at the start.

    `control` is the control channel of the simulator that the buses lead to, empty if none is known.

    Raises Unreadable before anything is drawn, UsageError where there is no terminal.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(say("The app needs a terminal. See: {program} --help", program="archroom"))
    house.books.opened()
    from archroom.tui.app import ArchroomApp  # a third of a second to load, and only worth it now

    def make_label(codes: Sequence[str]) -> Path:
        from archroom.cli.labels import label_file  # when the first label is wanted

        return label_file(house, codes, folder / "labels")

    def write_record(record: CommissioningRecord) -> tuple[Path, str]:
        from archroom.cli.commissioning import record_file  # when the first block was commissioned

        return record_file(record, folder / "commissionings")

    files = BenchFolder(house, folder / "bench")
    simulation = _simulation(control) if control else None
    app = ArchroomApp(
        house,
        house.performer,
        make_label,
        write_record,
        house.config.glyphs,
        greeting=greeting,
        bench_files=files,
        simulation=simulation,
    )
    code = app.run() or 0
    house.bench.look_away()
    return code


def _simulation(control: str) -> Simulation:
    from archroom.drivers.simulator_channel import SimulatorChannel
    from archroom.services.simulation import Simulation

    return Simulation(SimulatorChannel(control))
