"""The shelving nobody has on their desk. Shares no code with archroom; the contract is ``docs/shelving-protocol.md``.

In real time, with sockets, in a thread of this process::

    from hardware_sim import RunningSimulator

    with RunningSimulator(Path("room.toml"), rtu_tcp="127.0.0.1:0", pty=True, speed=20.0) as simulator:
        url = simulator.endpoints["rtu_tcp"]            # "socket://127.0.0.1:40001"; also "tcp", "pty", "control"
        simulator.control("person_in", unit=1, aisle=2)  # the verbs of docs/simulator.md; ControlError if refused
        simulator.wait_until(1, lambda truth: truth["state"] == "idle", timeout_s=5.0)
        assert simulator.truth(1)["hits"] == 0

With controllers of another make (``docs/simulator.md``), their truth and control channel in the same words::

    with RunningSimulator(Path("room.toml"), udp="127.0.0.1:0", profile="z5", choices={"checksum": "sum8"}) as simulator:
        url = simulator.endpoints["udp"]                # "udp://127.0.0.1:40003"; each unit's own end: "http_4", "tcp_4"

On a virtual clock, without a socket or a thread: time passes in `advance` and nowhere else::

    from hardware_sim import VirtualBlock, registers

    block = VirtualBlock(layout)                        # a BlockLayout; or load_room(path).blocks[0]
    block.write(registers.HEARTBEAT, 1)
    block.write(registers.COMMAND, *registers.command(epoch=1, seq=1, operation=1, aisle=3, closes=1, ttl_ms=5000))
    block.advance(0.02)                                 # one scan
    block.read(registers.STATUS, registers.status_count(7))
    reply = block.exchange_rtu(frame)                   # raw RTU bytes in and out; exchange_tcp for Modbus TCP
    block.control("emergency_stop", pressed=True)
    block.truth()["positions"]

`VirtualRoom` is the same for all blocks of a room: `advance`, `control`, `exchange_rtu`, `exchange_tcp`; a request that
is cut out already goes to `bus.exchange`, which also tells by how much a line fault delays the reply. `Oracle(room)` lists
the rules of the steel that are broken from then on.
"""

from hardware_sim.fields import ControlError
from hardware_sim.layout import BlockLayout, CarriageFacts
from hardware_sim.mechanics import Mechanics
from hardware_sim.oracle import Finding, Oracle, Rule
from hardware_sim.profiles.options import ProfileError
from hardware_sim.roomfile import RoomFileError, load_room, parse_room
from hardware_sim.running import RunningSimulator
from hardware_sim.settings import Settings
from hardware_sim.virtual import VirtualBlock, VirtualRoom

__all__ = [
    "BlockLayout",
    "CarriageFacts",
    "ControlError",
    "Finding",
    "Mechanics",
    "Oracle",
    "ProfileError",
    "RoomFileError",
    "Rule",
    "RunningSimulator",
    "Settings",
    "VirtualBlock",
    "VirtualRoom",
    "load_room",
    "parse_room",
]
