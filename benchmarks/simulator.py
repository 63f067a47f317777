"""How many times faster than the clock the simulated shelving runs: model and controller, no wire, one core.

Six carriages are always moving (the whole group, from one end aisle to the other and back), scanned every 20 ms, with a
master that writes heartbeats and commands and reads the status ten times a simulated second. And how many idle blocks, each
read once a second as the shelving server reads idle ones, one core keeps alive.
"""

from __future__ import annotations

import json
import sys
import time

from hardware_sim import Mechanics, Settings, VirtualBlock, registers
from hardware_sim.layout import BlockLayout, CarriageFacts
from hardware_sim.registers import State

CARRIAGES = 6
SCAN_MS = 20
SIMULATED_S = 10_000
SCANS_PER_POLL = 5
REACH = 1000.0
IDLE = 100
IDLE_S = 60
SCANS_PER_IDLE_READ = 50


def always_moving_block() -> VirtualBlock:
    """Six carriages that start as one group and without a warning."""
    facts = tuple(CarriageFacts(number, False, 550) for number in range(1, CARRIAGES + 1))
    layout = BlockLayout(1, "Block", 800, 25, (True, True), (0,), facts)
    return VirtualBlock(
        layout, mechanics=Mechanics(stagger_s=0.0), settings=Settings(serial="BENCH001", scan_ms=SCAN_MS, warning_ms=0)
    )


def run(block: VirtualBlock, simulated_s: float) -> tuple[float, float]:
    """Drive the block to and fro; gives the seconds it took and the share of polls that saw all six moving."""
    scan_s = SCAN_MS / 1000
    polls = round(simulated_s / (SCANS_PER_POLL * scan_s))
    status_count = registers.status_count(CARRIAGES)
    seq, aisle, closes, seen_moving = 0, CARRIAGES, 0, 0
    began = time.perf_counter()
    for poll in range(polls):
        status = block.read(registers.STATUS, status_count)
        block.write(registers.HEARTBEAT, poll & 0xFFFF)
        seen_moving += status[12] == (1 << CARRIAGES) - 1
        if status[5] in (State.IDLE, State.SELECTED):
            seq += 1
            operation = registers.Operation.SELECT if status[5] == State.IDLE else registers.Operation.OPERATE
            ttl_ms = 5000 if operation is registers.Operation.SELECT else 60_000
            block.write(registers.COMMAND, *registers.command(1, seq, operation, aisle, closes, ttl_ms))
            if operation is registers.Operation.OPERATE:
                aisle, closes = closes, aisle
        for _ in range(SCANS_PER_POLL):
            block.advance(scan_s)
    return time.perf_counter() - began, seen_moving / polls


def idle_blocks(simulated_s: float) -> float:
    """Return how many idle blocks would keep up with the clock on one core."""
    blocks = [always_moving_block() for _ in range(IDLE)]
    status_count = registers.status_count(CARRIAGES)
    scans = round(simulated_s * 1000 / SCAN_MS)
    began = time.perf_counter()
    for scan in range(scans):
        for block in blocks:
            if scan % SCANS_PER_IDLE_READ == 0:
                block.read(registers.STATUS, status_count)
            block.advance(SCAN_MS / 1000)
    return IDLE * simulated_s / (time.perf_counter() - began)


def figure(name: str, ratio: float, reach: float, is_good: bool) -> bool:
    """Print one figure; returns whether it was reached."""
    print(
        json.dumps(
            {
                "name": name,
                "value": round(ratio, 1),
                "floor": 1.0,
                "ratio": round(ratio, 1),
                "reach": f"at least {reach:g}",
                "ok": is_good,
                "unit": "x",
            }
        )
    )
    return is_good


def main() -> int:
    """Measure and print; 1 if a figure is missed or the carriages did not move."""
    took_s, share_moving = run(always_moving_block(), SIMULATED_S)
    ratio = SIMULATED_S / took_s
    live = idle_blocks(IDLE_S)
    are_reached = [
        figure(
            f"simulator, {CARRIAGES} carriages moving, {SCAN_MS} ms scan, times wall clock",
            ratio,
            REACH,
            ratio >= REACH and share_moving > 0.95,
        ),
        figure(f"simulator, idle blocks of {CARRIAGES} carriages that one core keeps alive", live, IDLE, live >= IDLE),
    ]
    return 0 if all(are_reached) else 1


if __name__ == "__main__":
    sys.exit(main())
