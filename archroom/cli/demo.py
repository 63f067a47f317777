"""`demo`: the app on a sample room with simulated shelving beside it, or the whole round without a screen."""

from __future__ import annotations

import shutil
import tempfile
import threading
from pathlib import Path

from archroom import paths
from archroom.cli import demo_house
from archroom.cli.arguments import Commands
from archroom.cli.demo_house import PEOPLE, ROOM
from archroom.cli.job import Job
from archroom.cli.simulator import USUAL_WIRE, WIRES, Simulator
from archroom.config import Config
from archroom.errors import ArchroomError, say
from archroom.texts import tr
from archroom.wiring import House

SCRIPT_SPEED = 12.0
"""How much faster than steel the carriages of the script run; the app's run as fast as steel."""


def add_commands(commands: Commands) -> None:
    """Add `demo`."""
    demo = commands.add(
        "demo", say("Open the app on a sample room with simulated shelving beside it."), "archroom demo --script", _demo
    )
    demo.add_argument("--fresh", action="store_true", help=tr("start anew, forgetting what was done in the demo"))
    demo.add_argument(
        "--script", action="store_true", help=tr("play the whole round without a screen, in a temporary database")
    )
    demo.add_argument(
        "--wire",
        choices=WIRES,
        default=USUAL_WIRE,
        help=tr("how the shelving is connected: pty (Modbus RTU) or tcp (Modbus TCP)"),
    )


def _demo(job: Job) -> int:
    if job.args.script:
        return _play_script(job)
    folder = paths.demo_folder()
    if job.args.fresh and folder.exists():
        shutil.rmtree(folder)
    paths.made(folder)
    job.output.note(say("The demo keeps what you do in {folder}; archroom demo --fresh starts anew.", folder=str(folder)))
    cards = ", ".join(f"{barcode} = {name}" for barcode, name in PEOPLE.items())
    job.output.note(say("People's cards, to scan or to type: {cards}", cards=cards))
    with Simulator(ROOM, job.args.wire) as simulator:
        return _open_app(job, folder, simulator)


def _open_app(job: Job, folder: Path, simulator: Simulator) -> int:
    from archroom.cli.app import run_app

    config = demo_house.demo_config(job.settings.config, folder, simulator.url)
    with House(config) as house:
        demo_house.furnish_once(house, folder)
        threading.Thread(target=_commission_once, args=(config, simulator.control), daemon=True).start()
        try:
            return run_app(house, folder, demo_house.greeting(), simulator.control)
        finally:
            house.dismiss_shelving()


def _commission_once(config: Config, control: str) -> None:
    """Commission the block of the demo beside the app, unless its record stands; until then it says why it does not move."""
    number = demo_house.room_plan().blocks[0].number
    with House(config) as house:
        try:
            if house.commissioning.record(number).record is None:
                demo_house.commission(house, number, control)
        except ArchroomError:
            return  # the app was left meanwhile, or says itself what is wrong with the shelving


def _play_script(job: Job) -> int:
    from archroom.cli import demo_script

    with tempfile.TemporaryDirectory(prefix="archroom-demo-") as folder:
        with Simulator(ROOM, job.args.wire, SCRIPT_SPEED) as simulator:
            config = demo_house.demo_config(job.settings.config, Path(folder), simulator.url)
            return demo_script.play(config, Path(folder), simulator.control, job.output)
