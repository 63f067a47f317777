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
from hardware_sim.parent import POLL_S, Parent, ask_for_hint
from hardware_sim.roomfile import RoomFileError
from hardware_sim.running import RunningSimulator

EXIT_OK = 0
EXIT_REFUSED = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the simulator; 0 when it was ended, 2 when it could not begin."""
    parent = Parent()
    options = _parser().parse_args(arguments)
    wires = (options.tcp, options.rtu_tcp, options.pty)
    try:
        simulator = RunningSimulator(
            options.room,
            tcp=options.tcp,
            rtu_tcp=options.rtu_tcp if any(wire is not None for wire in wires) else "127.0.0.1:0",
            pty=options.pty if options.pty is not None else False,
            baud=options.baud,
            speed=options.speed,
            seed=options.seed,
            control=options.control if any(wire is not None for wire in wires) else options.control or "127.0.0.1:0",
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
    units = {str(unit): len(station.block.carriages) for unit, station in room.stations.items()}
    print(json.dumps({"pid": os.getpid(), "room": room.code, "units": units, **simulator.endpoints}), flush=True)
    simulator.run()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m hardware_sim",
        description="Simulate the mobile shelving of a room. Prints its endpoints as one line of JSON.",
        epilog="Without a wire: RTU over TCP and the control channel on free loopback ports. Port 0 is any free port.",
    )
    parser.add_argument("room", type=Path, metavar="ROOM.toml", help="the room file (docs/room-file.md)")
    parser.add_argument("--tcp", metavar="H:P", help="serve Modbus TCP there")
    parser.add_argument("--rtu-tcp", metavar="H:P", help="serve Modbus RTU over TCP there")
    parser.add_argument(
        *("--pty",),
        metavar="LINK",
        nargs="?",
        const=True,
        type=Path,
        help="serve Modbus RTU on a pty; LINK will point to it",
    )
    parser.add_argument("--baud", type=int, metavar="N", help="pace the serial wires as a line of N baud would")
    parser.add_argument("--speed", type=float, default=1.0, metavar="X", help="run the mechanics X times as fast")
    parser.add_argument("--seed", type=int, metavar="N", help="draw the same boot ids each time")
    parser.add_argument(
        "--scenario", type=Path, metavar="FILE", help="play what FILE says from the start on (the same page)"
    )
    parser.add_argument("--control", metavar="H:P", help="serve the control channel there (docs/simulator.md)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
