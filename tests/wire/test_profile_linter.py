"""The linter of profiles: each rule with a profile that breaks it, and the line that it names."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from archroom.core.plain.facts import OrderKind, PositionSense
from archroom.drivers.checksums import Checksum, ChecksumKind
from archroom.drivers.profile_reading import SHIPPED, parse_profile, read_profile, shipped_profile
from archroom.drivers.wire_settings import Z5Settings
from archroom.errors import BadFile

BEAT = """[write.beat]
table = "holding"
address = 11
style = "level"
read_back = false

"""
GOOD = (
    """[profile]
name = "own"
title = "Own controller"
wire = "modbus"
proof = "users-code"
source = "a test"

[can]
stops_when_host_is_silent = "yes"

[read]
most_registers = 8

[signal.running]
table = "holding"
address = 100
bit = 3
means = "moving"
poll = "fast"

[signal.low]
table = "discrete"
address = 20
step = 16
means = "at-low"
poll = "fast"

[signal.high]
table = "discrete"
address = 21
step = 16
means = "at-high"
poll = "fast"

[write.target]
table = "holding"
address = 10
style = "level"
read_back = true

"""
    + BEAT
    + """[write.go]
table = "coils"
address = 1
style = "pulse"
hold_ms = 100

[write.halt]
table = "coils"
address = 2
style = "level"
read_back = false

[order.open]
steps = [{ write = "target", argument = "aisle" }, { write = "go" }]

[stop]
steps = [{ write = "halt" }]

[lease]
write = "beat"
period_ms = 200
silence_ms = 1000
"""
)


def test_a_good_profile_says_what_its_controller_can_do() -> None:
    can = parse_profile(GOOD.encode()).capabilities
    assert can.orders == {OrderKind.OPEN}
    assert (can.can_stop, can.tells_motion, can.tells_mode, can.tells_fresh) == (True, True, False, False)
    assert can.position_sense is PositionSense.SIDES
    assert (can.stops_when_host_is_silent, can.lease_period_s, can.needs_attendance) == (True, 0.2, False)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_profiles_are_good(name: str) -> None:
    profile = shipped_profile(name)
    assert profile.name == name
    assert profile.capabilities.stops_when_host_is_silent is not True, "nobody has shown it"


PARAMETER = """
[parameter.ramp]
table = "holding"
address = 40
least = 1
most = 9
"""
BAD_PARAMETERS = {
    "what orders write": ("address = 40", "address = 10", "ramp is what orders write"),
    "what stops": (
        'table = "holding"\naddress = 40\nleast = 1\nmost = 9',
        'table = "coils"\naddress = 2\nleast = 0\nmost = 1',
        "is what orders write",
    ),
    "the heartbeat": ("address = 40", "address = 11", "ramp is what orders write"),
    "a table that is read only": ("holding", "input", "nothing can be written to input"),
    "no range": ("most = 9", "most = 0", "most"),
}


def test_a_parameter_is_for_a_technician() -> None:
    (parameter,) = parse_profile((GOOD + PARAMETER).encode()).parameters
    assert (parameter.name, parameter.address, parameter.least, parameter.most) == ("ramp", 40, 1, 9)


@pytest.mark.parametrize("case", BAD_PARAMETERS)
def test_a_parameter_that_could_move_steel_is_refused(case: str) -> None:
    right, wrong, why = BAD_PARAMETERS[case]
    with pytest.raises(BadFile, match=why):
        parse_profile((GOOD + PARAMETER.replace(right, wrong)).encode())


BAD = {
    "unknown key": ('means = "moving"', 'means = "moving"\ncolour = 1', "unknown key colour", "colour = 1"),
    "unknown section": ("[read]", "[reed]", "unknown key reed", "[reed]"),
    "unknown word": ('means = "moving"', 'means = "dancing"', "means must be one of moving", "dancing"),
    "undeclared write": ('{ write = "go" }', '{ write = "went" }', "steps 2: went is not declared", "went"),
    "overlapping writes": ("address = 2\n", "address = 1\n", "halt and go write the same place", "address = 1"),
    "unused write": ('{ write = "target", argument = "aisle" }, ', "", "no order and no stop writes", "[write.target]"),
    "pulse retried": ("hold_ms = 100", "hold_ms = 100\nretries = 2", "no write is repeated", "retries"),
    "pulse retried never": ("hold_ms = 100", "hold_ms = 100\nretries = 0", "no write is repeated", "retries"),
    "level retried": ("address = 10\n", "address = 10\nretries = 1\n", "no write is repeated", "retries"),
    "pulse without end": ("hold_ms = 100", "hold_ms = 0", "hold_ms must be a whole number from 1", "hold_ms"),
    "pulse not last": ('{ write = "go" }]', '{ write = "go" }, { write = "halt" }]', "a pulse is the last", "[order.open]"),
    "pulse of 0": ('{ write = "go" }', '{ write = "go", value = 0 }', "a pulse writes 1 and then 0", "value = 0"),
    "pulse of a register": ('"coils"\naddress = 1', '"holding"\naddress = 1', "a pulse is of a coil", "pulse"),
    "target not read back": ("read_back = true", "read_back = false", "target must be read back", "[order.open]"),
    "read-back missing": ("read_back = true\n", "", "read_back is missing", "[write.target]"),
    "write to inputs": ('"coils"\naddress = 2', '"input"\naddress = 2', "nothing can be written to input", "input"),
    "lease of 0": ("silence_ms = 1000", "silence_ms = 0", "silence_ms must be .* from 500 to 2000", "silence_ms"),
    "lease too long": ("silence_ms = 1000", "silence_ms = 60000", "silence_ms must be .* 500 to 2000", "silence_ms"),
    "lease between beats": ("period_ms = 200", "period_ms = 900", "period_ms must be .* 50 to 500", "period_ms"),
    "lease undeclared": ('write = "beat"\nperiod', 'write = "bear"\nperiod', "bear is not declared", "bear"),
    "silence without lease": ("yes", "yes", "nothing tells the controller", "stops_when_host_is_silent"),
    "no bit": ("bit = 3\n", "", "moving is a yes or no", "moving"),
    "bit of a number": ('means = "moving"', 'means = "people"', "people is a number", "people"),
    "step missing": ('step = 16\nmeans = "at-low"', 'means = "at-low"', "at-low has a step exactly if", "[signal.low]"),
    "step too much": ("bit = 3", "bit = 3\nstep = 2", "moving has a step exactly if", "step = 2"),
    "scale of 0": ("bit = 3", "bit = 3\nmultiply = 0", "multiply must not be 0", "multiply"),
    "address": ("address = 100", "address = 70000", "address must be a whole number from 0 to 65535", "70000"),
    "argument of a stop": ('{ write = "halt" }', '{ write = "halt", argument = "x" }', "argument must be one of", "x"),
    "argument of another": ('argument = "aisle"', 'argument = "carriage"', "argument must be one of aisle", "carriage"),
    "no steps": ('steps = [{ write = "halt" }]', "steps = []", "it has no steps", "[stop]"),
    "unknown order": ("[order.open]", "[order.fly]", "there is no order fly", "[order.fly]"),
    "order half known": ("[order.open]", "[order.open-low]", "there is no order open-low", "[order.open-low]"),
    "coil of 2": ('{ write = "halt" }', '{ write = "halt", value = 2 }', "a coil takes 0 or 1", "value = 2"),
}


@pytest.mark.parametrize("rule", BAD)
def test_what_breaks_a_rule_is_refused(rule: str) -> None:
    before, after, words, on_line = BAD[rule]
    assert GOOD.count(before) >= 1
    text = GOOD.replace(before, after, 1)
    if rule == "silence without lease":
        text = text[: text.index("[lease]")].replace(BEAT, "")
    with pytest.raises(BadFile, match=words) as refused:
        parse_profile(text.encode())
    assert on_line in text.split("\n")[refused.value.line - 1]


OTHER_WIRES = {
    "orders without writing": ("mjj-web", "orders = []", 'orders = ["close"]', "orders are given only where writing = true"),
    "opening by nothing": (
        "mjj-web",
        "orders = []",
        'orders = ["open"]\n#',
        "nothing opens an aisle: opens_with",
    ),
    "order without a word": ("stow-wms", 'orders = ["open"]', 'orders = ["open", "close"]', "orders must be a list of open"),
    "setting missing": ("stow-wms", 'request = "short"', "", "request is missing"),
    "setting unknown": ("z5", "type = 0x01", "type = 0x01\ncolour = 1", "unknown key colour"),
    "word unknown": ("stow-wms", 'bit_8_2 = "beam"', 'bit_8_2 = "edge"', "bit_8_2 must be one of beam, estop"),
    "bit unknown": ("stow-wms", "meaningless = []", 'meaningless = ["9.5"]', "meaningless must be a list of 8.0"),
    "polynomial of 0": ("z5", "polynomial = 0x07", "polynomial = 0", "polynomial must be a whole number from 1 to 255"),
    "figures of another checksum": ("wkl", 'checksum = "crc8"', 'checksum = "sum8"', "unknown key polynomial"),
    "network": ("wkl", '"192.168.1"', '"192.168.300"', "network must be the first three numbers"),
    "column below 0": (
        "z5",
        "column_offset = 0",
        "column_offset = -2",
        "column_offset must be a whole number from -1 to 100",
    ),
    "path": ("mjj-web", '"/MjjWebApi"', '"/MjjWebApi?Op=LeftMove"', "path must be of the form"),
    "patience": ("z5", "answer_ms = 1000", "answer_ms = 1", "answer_ms must be a whole number from 50 to 5000"),
    "scale": ("climate-sensor", 'scale = "unconfirmed"', 'scale = "1000"', "scale must be one of unconfirmed, 10, 100"),
    "abilities of a sensor": ("climate-sensor", "[settings]", "[can]\n[settings]", "unknown key can"),
}


@pytest.mark.parametrize("rule", OTHER_WIRES)
def test_what_breaks_a_rule_of_another_wire_is_refused(rule: str) -> None:
    name, before, after, words = OTHER_WIRES[rule]
    text = files("archroom").joinpath("drivers", "profiles", f"{name}.toml").read_text(encoding="utf-8")
    assert text.count(before) == 1
    text = text.replace(before, after)
    if rule == "opening by nothing":
        text = text.replace("writing = false", "writing = true")
    with pytest.raises(BadFile, match=words) as refused:
        parse_profile(text.encode())
    assert refused.value.line


def test_a_sum_or_xor_needs_no_polynomial() -> None:
    text = files("archroom").joinpath("drivers", "profiles", "z5.toml").read_text(encoding="utf-8")
    text = text.replace('"crc8" #', '"xor8" #').replace("polynomial = 0x07\n", "").replace("reflected = false\n", "")
    settings = parse_profile(text.encode()).settings
    assert isinstance(settings, Z5Settings)
    assert settings.checksum == Checksum(ChecksumKind.XOR8)


def test_a_file_is_named_in_its_refusal(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(GOOD.replace("bit = 3", "bit = 33"))
    with pytest.raises(BadFile, match=r"own.toml: line 17, \[signal.running\]: bit must be"):
        read_profile(file)
    with pytest.raises(BadFile, match=r"none.toml cannot be read"):
        read_profile(tmp_path / "none.toml")
    with pytest.raises(BadFile, match="There is no profile nothing"):
        shipped_profile("nothing")
