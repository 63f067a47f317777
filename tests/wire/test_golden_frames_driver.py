"""The driver asks for, and understands, each golden frame byte for byte."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import NotRequired, TypedDict

import pytest
from virtual_wire import scripted_line

from archroom.core.shelving import Action, ControllerKind, ControllerState, Instruction, Mode
from archroom.drivers import reference
from archroom.drivers.line import ExchangeFailed
from archroom.drivers.modbus import Function, Request, read, write_one, write_several
from archroom.drivers.modbus_frames import build_request
from archroom.drivers.timing import Framing, LineTiming, serial_timing, stream_timing
from archroom.drivers.transactions import FailureKind, Reply

GOLDEN = Path(__file__).with_name("golden_frames.json")
TIMINGS = {Framing.RTU: serial_timing(19_200), Framing.MBAP: stream_timing(Framing.MBAP)}
NEVER_ASKED = {
    "broadcast of anything else",
    "exception 1",
    "exception 3: a count of 0",
    "exception 3: a byte count that does not fit",
    "bad CRC",
}
"""Steps whose request this driver cannot be made to send."""


class Step(TypedDict):
    name: str
    meaning: str
    holds: NotRequired[dict[str, int]]
    rtu: tuple[str, str | None]
    tcp: NotRequired[tuple[str, str | None]]


STEPS: list[Step] = json.loads(GOLDEN.read_text())["steps"]
ASKED = [step for step in STEPS if step["name"] not in NEVER_ASKED]


def asked_for(step: Step) -> Request:
    """The request of a step, taken apart by this test alone."""
    frame = bytes.fromhex(step["rtu"][0])
    unit, function, address, second = struct.unpack(">BBHH", frame[:6])
    if function == Function.READ:
        return read(unit, address, second)
    if function == Function.WRITE_ONE:
        return write_one(unit, address, second, is_stop=address == reference.STOP)
    assert function == Function.WRITE_SEVERAL
    return write_several(unit, address, struct.unpack(f">{second}H", frame[7:-2]))


def frames(step: Step, framing: Framing) -> tuple[bytes, bytes]:
    request, reply = step["rtu"] if framing is Framing.RTU else step["tcp"]
    return bytes.fromhex(request), bytes.fromhex(reply or "")


def exchanged(step: Step, timing: LineTiming) -> Reply:
    """The step through the guarded exchange, its golden reply coming back."""
    request_frame, reply_frame = frames(step, timing.framing)
    line, wire, _ = scripted_line(timing, reply_frame)
    if timing.framing is Framing.MBAP:
        line.state.next_transaction = int.from_bytes(request_frame[:2], "big")
    try:
        return line.exchange(asked_for(step))
    finally:
        assert [data for _, data in wire.sent] == [request_frame]


@pytest.mark.parametrize("framing", Framing)
@pytest.mark.parametrize("step", ASKED, ids=lambda step: step["name"])
def test_the_driver_asks_and_understands(step: Step, framing: Framing) -> None:
    reply_frame = frames(step, framing)[1]
    if not reply_frame and asked_for(step).unit:
        with pytest.raises(ExchangeFailed) as failed:
            exchanged(step, TIMINGS[framing])
        assert failed.value.failure.kind is FailureKind.SILENCE
    elif step["name"].startswith("exception"):
        with pytest.raises(ExchangeFailed) as failed:
            exchanged(step, TIMINGS[framing])
        assert failed.value.failure.exception_code == int(step["name"].split()[1].rstrip(":"))
    else:
        registers = exchanged(step, TIMINGS[framing]).registers
        held = tuple(step.get("holds", {}).values())
        if asked_for(step).function is Function.READ and held:
            assert registers[:-1] == held


def test_steps_that_are_never_asked_are_there_and_cannot_be_built() -> None:
    assert {step["name"] for step in STEPS} >= NEVER_ASKED
    with pytest.raises(ValueError, match="unit 0"):
        write_one(0, reference.HEARTBEAT, 1)
    with pytest.raises(ValueError, match="0 registers"):
        read(1, 0x100, 0)


def test_a_golden_request_is_built_by_name() -> None:
    by_name = {step["name"]: step for step in STEPS}
    built = {
        "identity": reference.read_identity(1),
        "status idle": reference.read_status(1, 3),
        "heartbeat": reference.heartbeat(1, 7),
        "STOP": reference.stop(1, 0),
        "broadcast STOP": reference.stop_broadcast(),
    }
    for name, request in built.items():
        for framing in Framing:
            golden = frames(by_name[name], framing)[0]
            transaction = int.from_bytes(golden[:2], "big")
            assert build_request(request, framing, transaction) == golden, name


COMMANDS = {
    "SELECT": Instruction(Action.OPEN, 2, 1),
    "OPERATE": Instruction(Action.OPEN, 2, 1),
    "SELECT lock": Instruction(Action.LOCK, 2),
    "OPERATE lock": Instruction(Action.LOCK, 2),
    "SELECT of a narrow aisle": Instruction(Action.OPEN, 2),
    "SELECT unlock": Instruction(Action.UNLOCK, 2),
    "OPERATE unlock": Instruction(Action.UNLOCK, 2),
    "SELECT jog": Instruction(Action.JOG, 2, jog_mm=-20),
    "OPERATE jog": Instruction(Action.JOG, 2, jog_mm=-20),
    "SELECT ventilate": Instruction(Action.VENTILATE, 3),
    "OPERATE ventilate": Instruction(Action.VENTILATE, 3),
    "SELECT close": Instruction(Action.CLOSE, 3),
    "OPERATE close": Instruction(Action.CLOSE, 3),
}


@pytest.mark.parametrize("framing", Framing)
@pytest.mark.parametrize("name", COMMANDS)
def test_every_golden_command_is_built_from_its_instruction(name: str, framing: Framing) -> None:
    step = next(step for step in STEPS if step["name"] == name)
    golden, holds = frames(step, framing)[0], step["holds"]
    build = reference.select if name.startswith("SELECT") else reference.operate
    request = build(1, holds["EPOCH"], holds["SEQ"], COMMANDS[name], holds["TTL_MS"])
    assert build_request(request, framing, int.from_bytes(golden[:2], "big")) == golden


def test_a_golden_status_shows_the_instruction_that_was_selected() -> None:
    for name, told in COMMANDS.items():
        shown = next((step for step in STEPS if step["name"] == f"status{name.removeprefix('SELECT')} selected"), None)
        if name.startswith("SELECT") and shown is not None:
            assert reference.parse_status(exchanged(shown, TIMINGS[Framing.RTU]).registers).instruction == told


@pytest.mark.parametrize(
    "step", [step for step in ASKED if step["name"].startswith("status")], ids=lambda step: step["name"]
)
def test_a_golden_status_says_what_it_holds(step: Step) -> None:
    holds = step["holds"]
    status = reference.parse_status(exchanged(step, TIMINGS[Framing.RTU]).registers)
    assert (status.counter, status.boot_id, status.epoch) == (holds["STATUS_CTR"], holds["BOOT_ID"], holds["EPOCH"])
    assert (status.last_seq, status.last_result) == (holds["LAST_SEQ"], holds["LAST_RESULT"])
    assert (status.state, status.mode) == (ControllerState(holds["STATE"]), Mode(holds["MODE"]))
    assert status.positions_mm == (holds["POS_1"], holds["POS_2"], holds["POS_3"])
    assert status.heartbeat_echo == holds["HB_ECHO"]
    assert status.refusal == holds["REFUSAL"]
    assert status.locked_carriages == {bit + 1 for bit in range(16) if holds["LOCKED_LO"] >> bit & 1}
    assert (status.instruction is None) == (holds["ACTION"] == 0)
    if status.instruction is not None:
        assert status.instruction.number == holds["TARGET"]


def test_the_golden_identity_says_what_it_holds() -> None:
    identity = reference.parse_identity(exchanged(STEPS[0], TIMINGS[Framing.RTU]).registers)
    assert (identity.kind, identity.block, identity.carriages) == (ControllerKind.SIMULATOR, 1, 3)
    assert (identity.watchdog_ms, identity.watchdog_mode, identity.scan_ms) == (1000, 1, 20)
    assert (identity.aisle_mm, identity.warning_ms, identity.speed_mm_s) == (800, 1000, 40)
    assert identity.fixed_carriages == {1}
    assert identity.serial == "SIM00001"
    assert identity.capabilities == set(Action)
