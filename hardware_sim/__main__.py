"""``python -m hardware_sim ROOM.toml``: simulated shelving on real wires until its parent ends or it is told to quit.

Prints one JSON line with its endpoints as soon as they can be opened, and nothing else on stdout.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from hardware_sim.endpoints import EndpointError
from hardware_sim.fields import ControlError
from hardware_sim.judging import judge
from hardware_sim.parent import POLL_S, Parent, ask_for_hint
from hardware_sim.profiles.catalogue import PROFILE_NAMES, REFERENCE
from hardware_sim.profiles.options import ProfileError
from hardware_sim.roomfile import RoomFileError
from hardware_sim.rooms import default_wire
from hardware_sim.running import RunningSimulator
from hardware_sim.virtual import VirtualRoom

EXIT_OK = 0
EXIT_BROKEN = 1
EXIT_REFUSED = 2
FREE_PORT = "127.0.0.1:0"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the simulator; 0 when it was ended, 2 when it could not begin."""
    parent = Parent()
    options = _parser().parse_args(arguments)
    if options.judge:
        return _judge(options)
    asked = {wire: getattr(options, wire) for wire in ("tcp", "rtu_tcp", "pty", "udp", "http")}
    wires = {wire: where for wire, where in asked.items() if where is not None}
    control = options.control
    if not wires:
        wires = {default_wire(options.profile): FREE_PORT}
        control = control or FREE_PORT
    try:
        simulator = RunningSimulator(
            options.room,
            **wires,
            baud=options.baud,
            speed=options.speed,
            seed=options.seed,
            control=control,
            profile=options.profile,
            choices=_choices(options.choose),
            scenario=None if options.scenario is None else options.scenario.read_text(encoding="utf-8"),
        )
    except ControlError as error:
        print(f"hardware_sim: {options.scenario}: {error}", file=sys.stderr)
        return EXIT_REFUSED
    except (RoomFileError, EndpointError, OSError, ValueError) as error:
        print(f"hardware_sim: {error}", file=sys.stderr)
        return EXIT_REFUSED
    try:
        _serve(simulator, parent)
    except BrokenPipeError:  # nobody waits for the endpoints any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        simulator.close()
    return EXIT_OK


def _judge(options: argparse.Namespace) -> int:
    try:
        if options.scenario is None or options.profile != REFERENCE:
            raise ValueError("--judge takes a --scenario for reference controllers")
        room = VirtualRoom.of_room(options.room, seed=options.seed or 0, speed=options.speed)
        text = options.scenario.read_text(encoding="utf-8")
        told: dict[str, object] = {}
        for told in judge(room, text):
            print(json.dumps(told), flush=True)
    except (OSError, ValueError) as error:
        print(
            f"hardware_sim: {options.scenario}: {error}" if isinstance(error, ControlError) else f"hardware_sim: {error}",
            file=sys.stderr,
        )
        return EXIT_REFUSED
    return EXIT_BROKEN if told.get("broken") else EXIT_OK


def _serve(simulator: RunningSimulator, parent: Parent) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: simulator.stop())

    def look_for_parent() -> None:
        if parent.is_gone:
            simulator.stop()
        else:
            simulator.loop.call_at(simulator.loop.now() + POLL_S, look_for_parent)

    ask_for_hint(lambda: simulator.stop() if parent.is_gone else None)
    look_for_parent()
    room = simulator.room
    units = {str(unit): count for unit, count in room.units.items()}
    line = {"pid": os.getpid(), "room": room.code, **room.description, "units": units, **simulator.endpoints}
    print(json.dumps(line), flush=True)
    simulator.run()


def _choices(given: list[str]) -> dict[str, str]:
    """NAME=VALUE pairs. Raises ProfileError."""
    pairs = [text.partition("=") for text in given]
    for name, separator, value in pairs:
        if not name or not separator:
            raise ProfileError(f"{name + separator + value!r} is not NAME=VALUE")
    return {name: value for name, _, value in pairs}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hardware_sim",
        description="Simulate the mobile shelving of a room. Prints its endpoints as one line of JSON.",
        epilog="Without a wire: the profile's first one and the control channel on free loopback ports. "
        "Port 0 is any free port.",
    )
    parser.add_argument("room", type=Path, metavar="ROOM.toml", help="the room file (docs/room-file.md)")
    parser.add_argument("--profile", default=REFERENCE, choices=PROFILE_NAMES, help="whose controllers these are")
    parser.add_argument(
        "--choose", metavar="NAME=VALUE", action="append", default=[], help="a choice of the profile; may be repeated"
    )
    parser.add_argument("--tcp", metavar="H:P", help="serve Modbus TCP, or what else the profile has on TCP, there")
    parser.add_argument("--udp", metavar="H:P", help="serve datagrams there")
    parser.add_argument("--http", metavar="H:P", help="serve HTTP there")
    parser.add_argument("--rtu-tcp", metavar="H:P", help="serve Modbus RTU over TCP there")
    parser.add_argument(
        *("--pty",),
        metavar="LINK",
        nargs="?",
        const=True,
        type=Path,
        help="serve Modbus RTU, or the profile's own frames, on a pty; LINK will point to it",
    )
    parser.add_argument("--baud", type=int, metavar="N", help="pace the serial wires as a line of N baud would")
    parser.add_argument("--speed", type=float, default=1.0, metavar="X", help="run the mechanics X times as fast")
    parser.add_argument("--seed", type=int, metavar="N", help="draw the same boot ids each time")
    parser.add_argument(
        "--scenario", type=Path, metavar="FILE", help="play what FILE says from the start on (the same page)"
    )
    parser.add_argument(
        "--judge",
        action="store_true",
        help="open nothing: play the scenario at once and print what happens, and what is broken",
    )
    parser.add_argument("--control", metavar="H:P", help="serve the control channel there (docs/simulator.md)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
