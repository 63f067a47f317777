"""The golden frames are what the document says, and the simulator speaks them byte for byte.

The first half rebuilds every frame from the named numbers with a CRC of its own, so the file does not rest on the code
that it checks.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NotRequired, TypedDict

import pytest

from hardware_sim import Mechanics, Settings, VirtualBlock
from hardware_sim.layout import BlockLayout, CarriageFacts

GOLDEN = Path(__file__).with_name("golden_frames.json")


class Step(TypedDict):
    name: str
    meaning: str
    scans_before: int
    holds: NotRequired[dict[str, int]]
    rtu: tuple[str, str | None]
    tcp: NotRequired[tuple[str, str | None]]


STEPS: list[Step] = json.loads(GOLDEN.read_text())["steps"]


def crc(data: bytes) -> int:
    """CRC-16 of Modbus bit by bit, without a table."""
    register = 0xFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            carry = register & 1
            register >>= 1
            if carry:
                register ^= 0xA001
    return register


def test_the_crc_used_here_is_that_of_modbus() -> None:
    assert crc(b"123456789") == 0x4B37  # the published check value of CRC-16/MODBUS


def golden_block() -> VirtualBlock:
    facts = json.loads(GOLDEN.read_text())["block"]
    carriages = tuple(
        CarriageFacts(number, number in facts["fixed"], depth) for number, depth in enumerate(facts["depths_mm"], start=1)
    )
    layout = BlockLayout(
        number=facts["number"],
        title="",
        aisle_mm=facts["aisle_mm"],
        clearance_mm=facts["clearance_mm"],
        end_aisles=(facts["end_aisles"][0], facts["end_aisles"][1]),
        open_aisles=tuple(facts["open_aisles"]),
        carriages=carriages,
    )
    mechanics = Mechanics(facts["speed_mm_s"], facts["acceleration_mm_s2"], facts["stop_deceleration_mm_s2"])
    settings = Settings(
        serial=facts["serial"],
        warning_ms=facts["warning_ms"],
        watchdog_ms=facts["watchdog_ms"],
        scan_ms=facts["scan_ms"],
        capabilities=facts["capabilities"],
    )
    return VirtualBlock(layout, seed=facts["seed"], mechanics=mechanics, settings=settings)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step["name"])
def test_each_frame_is_well_formed_by_the_document(step: Step) -> None:
    request = bytes.fromhex(step["rtu"][0])
    assert (crc(request[:-2]).to_bytes(2, "little") == request[-2:]) == (step["name"] != "bad CRC")
    reply = bytes.fromhex(step["rtu"][1] or "")
    if reply:
        assert crc(reply[:-2]).to_bytes(2, "little") == reply[-2:]
        assert reply[0] == request[0]
    if "tcp" in step:
        assert _mbap_body(step["tcp"][0]) == request[:-2]
        if step["tcp"][1] is not None:
            assert _mbap_body(step["tcp"][1]) == reply[:-2]
            assert step["tcp"][0][:5] == step["tcp"][1][:5], "the transaction comes back"


def _mbap_body(frame: str) -> bytes:
    data = bytes.fromhex(frame)
    assert data[2:4] == b"\0\0"
    assert int.from_bytes(data[4:6], "big") == len(data) - 6
    return data[6:]


@pytest.mark.parametrize("step", [step for step in STEPS if "holds" in step], ids=lambda step: step["name"])
def test_each_block_holds_the_numbers_that_stand_beside_it(step: Step) -> None:
    request, reply = bytes.fromhex(step["rtu"][0]), bytes.fromhex(step["rtu"][1] or "")
    block = request[7:-2] if request[1] == 16 else reply[3:-2]
    named = b"".join(value.to_bytes(2, "big") for value in step["holds"].values())
    check = crc(named) ^ (1 if step["name"] == "bad CHECK" else 0)
    assert block == named + check.to_bytes(2, "big")


@pytest.mark.parametrize("wire", ["rtu", "tcp"])
def test_the_simulator_speaks_every_golden_frame(wire: str) -> None:
    block = golden_block()
    replied = 0
    for step in STEPS:
        block.advance(step["scans_before"] * 0.02)
        pair = step["rtu"] if wire == "rtu" else step.get("tcp")
        if pair is None:
            continue
        exchange = block.exchange_rtu if wire == "rtu" else block.exchange_tcp
        reply = exchange(bytes.fromhex(pair[0])).hex(" ").upper()
        assert reply == (pair[1] or ""), step["name"]
        replied += bool(reply)
    assert replied > 60
