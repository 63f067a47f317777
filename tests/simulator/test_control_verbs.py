"""The control channel's verbs on a virtual clock: each does what it says, and what is not modelled is refused."""

from __future__ import annotations

import pytest
from shelving_master import SCAN_S, track

from hardware_sim import ControlError, VirtualBlock, VirtualRoom, commands, registers
from hardware_sim.line_faults import HELD_S, Delivery, FaultKind
from hardware_sim.modbus import Request, encode_mbap, encode_rtu

STATUS = bytes((3, 1, 0, 0, 30))
BEAT = bytes((6, 2, 0x10, 0, 5))


@pytest.fixture
def block() -> VirtualBlock:
    """Six carriages after one scan."""
    fresh = VirtualBlock(track())
    fresh.advance(SCAN_S)
    return fresh


def exchange(block: VirtualBlock, pdu: bytes = BEAT) -> list[Delivery]:
    """What comes back for a request on RTU."""
    return block.bus.exchange(Request(1, pdu))


GOOD = encode_rtu(1, BEAT)


LINE_FAULTS: list[tuple[dict[str, object], list[tuple[float, bytes]], bool]] = [
    ({"fault": "lose"}, [], False),
    ({"fault": "drop"}, [], True),
    ({"fault": "exception", "code": 6}, [(0.0, encode_rtu(1, b"\x86\x06"))], False),
    ({"fault": "late", "ms": 250}, [(0.25, GOOD)], True),
    ({"fault": "garbage", "hex": "00 ff"}, [(0.0, b"\x00\xff" + GOOD)], True),
    ({"fault": "duplicate"}, [(0.0, GOOD), (0.0, GOOD)], True),
    ({"fault": "wrong_unit", "as_unit": 9}, [(0.0, encode_rtu(9, BEAT))], True),
    ({"fault": "truncate", "bytes": 5}, [(0.0, GOOD[:5])], True),
    ({"fault": "split", "ms": 30}, [(0.0, GOOD[:4]), (0.03, GOOD[4:])], True),
    ({"fault": "corrupt"}, [(0.0, GOOD[:5] + bytes((GOOD[5] ^ 0x10,)) + GOOD[6:])], True),
    ({"fault": "glue"}, [(HELD_S, GOOD)], True),
    ({"fault": "echo"}, [(0.0, encode_rtu(1, BEAT) + GOOD)], True),
]


@pytest.mark.parametrize(("fields", "expected", "is_executed"), LINE_FAULTS)
def test_each_line_fault_strikes_as_often_as_asked(
    block: VirtualBlock, fields: dict[str, object], expected: list[tuple[float, bytes]], is_executed: bool
) -> None:
    block.control("link", count=2, **fields)
    for _ in range(2):
        block.write(registers.HEARTBEAT, 0)
        assert exchange(block) == expected
        assert block.read(registers.HEARTBEAT, 1) == [5 if is_executed else 0]
    assert exchange(block) == [(0.0, GOOD)]


def test_every_kind_of_line_fault_is_tried_above() -> None:
    assert {fields["fault"] for fields, _, _ in LINE_FAULTS} == set(FaultKind)


def test_a_corrupt_reply_on_tcp_is_caught_by_check_only(block: VirtualBlock) -> None:
    block.control("link", fault="corrupt")
    reply = block.exchange_tcp(encode_mbap(1, STATUS, 3))
    values = registers.from_bytes(reply[9:])
    assert registers.check_of(values[:-1]) != values[-1]
    again = registers.from_bytes(block.exchange_tcp(encode_mbap(1, STATUS, 3))[9:])
    assert values[:-1] == again[:-1]


def test_faults_of_one_reply_add_up(block: VirtualBlock) -> None:
    block.control("link", fault="late", ms=100)
    block.control("link", fault="garbage", hex="aa")
    block.control("link", fault="duplicate")
    assert exchange(block) == [(0.1, b"\xaa" + GOOD)] * 2


def test_a_fault_may_wait_for_one_unit_or_function() -> None:
    room = VirtualRoom((track(number=1), track(number=2)))
    room.control("link", fault="drop", unit=2, function=3)
    assert room.bus.exchange(Request(2, BEAT))
    assert room.bus.exchange(Request(1, STATUS))
    assert room.bus.exchange(Request(2, STATUS)) == []
    assert room.bus.exchange(Request(2, STATUS))


def test_faults_can_be_called_off(block: VirtualBlock) -> None:
    block.control("link", fault="drop", count=100)
    block.control("link_clear")
    assert exchange(block) == [(0.0, GOOD)]
    assert block.control("state")["link_faults"] == []


def test_a_silent_unit_neither_hears_nor_answers(block: VirtualBlock) -> None:
    block.control("silent", on=True)
    assert exchange(block) == []
    block.control("silent", on=False)
    assert block.read(registers.HEARTBEAT, 1) == [0]
    assert exchange(block) == [(0.0, GOOD)]


def test_a_gateway_that_repeats_itself_shows_an_old_status_while_the_controller_lives(block: VirtualBlock) -> None:
    block.control("freeze", on=True)
    old = exchange(block, STATUS)
    block.advance(1.0)
    assert exchange(block, STATUS) == old
    assert block.read(registers.STATUS, 30)[0] == 51
    assert exchange(block) == [(0.0, GOOD)], "writes go through"
    block.control("freeze", on=False)
    assert exchange(block, STATUS) != old


def test_state_tells_the_truth(block: VirtualBlock) -> None:
    block.control("person_in", aisle=0, name="Ada", detected=False)
    block.control("encoder", carriage=2, offset_mm=12)
    state = block.control("state", unit=1)
    assert (state["now_s"], state["speed"]) == (0.02, 1.0)
    units = state["units"]
    assert isinstance(units, dict)
    truth = units["1"]
    assert truth == block.truth()
    assert truth["positions"] == [800.0, 1375.0, 1950.0, 2525.0, 3100.0, 3675.0]
    assert truth["gaps"] == [800.0, 25.0, 25.0, 25.0, 25.0, 25.0, 25.0]
    assert (truth["state"], truth["mode"], truth["enabled"], truth["still"]) == ("idle", "automatic", True, True)
    assert truth["people"] == [{"name": "Ada", "aisle": 0, "detected": False, "hit": False, "shifted_mm": 0.0}]
    assert block.read(registers.STATUS, 30)[24] == 1375, "an encoder is read at the next scan"
    block.advance(SCAN_S)
    assert block.read(registers.STATUS, 30)[24] == 1387


def test_configure_makes_another_controller_of_it(block: VirtualBlock) -> None:
    boot_id = block.read(registers.STATUS, 30)[1]
    answer = block.control(
        "configure",
        kind=2,
        watchdog_mode=3,
        watchdog_ms=3000,
        serial="REALIRON",
        magic=0x1234,
        map_version=3,
        block=7,
        capabilities=0x13,
    )
    identity = block.read(registers.IDENTITY, 19)
    assert identity[:7] == [0x1234, 3, 2, 7, 6, 3000, 3]
    assert registers.to_bytes(identity[13:17]) == b"REALIRON"
    assert identity[17] == 0x13, "bits that mean nothing are told too"
    assert registers.check_of(identity[:18]) == identity[18]
    assert answer["boot_id"] == block.read(registers.STATUS, 30)[1] != boot_id


def test_speed_changes_while_running(block: VirtualBlock) -> None:
    block.control("speed", factor=4)
    assert block.speed == 4.0
    assert block.read(registers.IDENTITY, 19)[10] == 160


def test_power_switched_twice_is_switched_once(block: VirtualBlock) -> None:
    boot_id = block.truth()["boot_id"]
    block.control("power", on=True)
    assert block.truth()["boot_id"] == boot_id


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        ({}, "do is missing"),
        ({"do": 3}, "do must be a text"),
        ({"do": "fire_alarm"}, "'fire_alarm' is not modelled; there is"),
        ({"do": "beam", "aisle": 1, "broken": True, "colour": "red"}, "unknown field 'colour'"),
        ({"do": "beam", "aisle": 7, "broken": True}, "aisle must be a whole number from 0 to 6"),
        ({"do": "beam", "aisle": True, "broken": True}, "aisle must be a whole number"),
        ({"do": "beam", "aisle": 1, "broken": 1}, "broken must be true or false"),
        ({"do": "edge", "carriage": 0, "pressed": True}, "carriage must be a whole number from 1 to 6"),
        ({"do": "emergency_stop"}, "pressed is missing"),
        ({"do": "silent", "on": True, "off": False}, "unknown field 'off'"),
        ({"do": "freeze", "on": 2}, "on must be true or false"),
        ({"do": "mode", "mode": "turbo"}, "mode must be one of automatic, local, maintenance, hand_crank"),
        ({"do": "speed", "factor": 0}, "the speed factor lies above 0"),
        ({"do": "speed", "factor": float("nan")}, "the speed factor lies above 0"),
        ({"do": "speed", "factor": "fast"}, "factor must be a number"),
        ({"do": "state", "unit": 5}, "there is no unit 5"),
        ({"do": "reset", "unit": 5}, "there is no unit 5"),
        ({"do": "link", "fault": "melt"}, "link fault 'melt' is not modelled; there is lose, exception"),
        ({"do": "link", "fault": "late"}, "ms is missing"),
        ({"do": "link", "fault": "drop", "ms": 5}, "unknown field 'ms'"),
        ({"do": "link", "fault": "garbage", "hex": "xyz"}, "hex must be pairs"),
        ({"do": "link", "fault": "drop", "count": 0}, "count must be a whole number from 1"),
        ({"do": "person_in", "aisle": 2}, "aisle 2 is 25 mm wide; a person needs 300"),
        ({"do": "person_out", "name": "Bob"}, "Bob is in no aisle"),
        ({"do": "configure", "serial": "SHORT"}, "8 ASCII"),
        ({"do": "configure", "watchdog_mode": 4}, "watchdog_mode must be a whole number from 0 to 3"),
    ],
)
def test_what_is_wrong_or_not_modelled_is_refused_and_changes_nothing(
    block: VirtualBlock, request_: dict[str, object], sentence: str
) -> None:
    before = block.control("state")
    with pytest.raises(ControlError, match=sentence):
        commands.execute(block, request_)
    assert block.control("state") == before


def test_with_several_units_one_must_be_named() -> None:
    room = VirtualRoom((track(number=1), track(number=2)))
    with pytest.raises(ControlError, match="unit is missing"):
        room.control("emergency_stop", pressed=True)
    room.control("emergency_stop", unit=2, pressed=True)
    room.advance(SCAN_S)
    state = room.control("state")["units"]
    assert isinstance(state, dict)
    assert {unit: truth["faults"] for unit, truth in state.items()} == {"1": [], "2": ["emergency_stop"]}
