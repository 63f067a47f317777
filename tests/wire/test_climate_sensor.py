"""A sensor of temperature and humidity: one map, a scale that a person confirms, and no write at all."""

from __future__ import annotations

import struct

import pytest
from paper_controller import with_crc
from profile_texts import changed_profile
from virtual_wire import VirtualWire, scripted_line

from archroom.drivers import modbus_frames
from archroom.drivers.climate import ClimateReading, ClimateSensor, RawClimate, climate_request
from archroom.drivers.timing import Framing, serial_timing
from archroom.drivers.wire_settings import ClimateSettings
from archroom.errors import LinkError, UsageError


def sensor(scale: str, *answers: bytes) -> tuple[ClimateSensor, VirtualWire]:
    """A sensor by the shipped profile with a scale, and its wire."""
    line, wire, _ = scripted_line(serial_timing(9_600), *answers)
    settings = changed_profile("climate-sensor", scale=f'"{scale}"').settings
    assert isinstance(settings, ClimateSettings)
    return ClimateSensor(line, 1, settings), wire


def answer(temperature: int, humidity: int) -> bytes:
    """The answer of unit 1."""
    return with_crc(struct.pack(">BBBhH", 1, 4, 4, temperature, humidity))


def test_the_frame_of_the_makers_sheet_is_thirty_and_a_half_degrees() -> None:
    request = climate_request(1, 1, 1)
    assert modbus_frames.build_request(request, Framing.RTU, 0) == bytes.fromhex("01 04 00 01 00 01 60 0A")
    found = modbus_frames.find_reply(bytes.fromhex("01 04 02 01 31 79 74"), request, Framing.RTU, 0)
    assert found is not None
    assert RawClimate(found.registers[0], 0, 0.0).scaled(10).temperature_c == 30.5


@pytest.mark.parametrize(
    ("scale", "raw", "temperature", "humidity"),
    [
        ("10", (305, 600), 30.5, 60.0),
        ("100", (2050, 5512), 20.5, 55.12),
        ("10", (-15, 0), -1.5, 0.0),
        ("100", (0, 10_000), 0.0, 100.0),
    ],
)
def test_a_confirmed_scale_is_used(scale: str, raw: tuple[int, int], temperature: float, humidity: float) -> None:
    found, wire = sensor(scale, answer(*raw))
    reading = found.read()
    assert (reading.temperature_c, reading.humidity_percent) == (temperature, humidity)
    assert isinstance(reading, ClimateReading)
    assert reading.read_at == wire.sent[0][0]
    assert wire.sent[0][1] == with_crc(bytes.fromhex("01 04 00 01 00 02"))


def test_without_a_confirmed_scale_nothing_is_believed_and_nothing_asked() -> None:
    found, wire = sensor("unconfirmed", answer(305, 600))
    with pytest.raises(UsageError, match="Nobody has confirmed the scale of sensor 1"):
        found.read()
    assert not wire.sent
    assert found.read_raw().temperature == 305


@pytest.mark.parametrize(
    ("raw", "plausible", "proposed"),
    [
        ((305, 600), (10, 100), None),
        ((2050, 5500), (100,), 100),
        ((601, 600), (100,), 100),
        ((600, 1000), (10, 100), None),
        ((305, 1001), (100,), 100),
        ((6_001, 500), (), None),
        ((-1, 500), (), None),
    ],
)
def test_a_scale_is_proposed_only_if_exactly_one_is_plausible(
    raw: tuple[int, int], plausible: tuple[int, ...], proposed: int | None
) -> None:
    found, _ = sensor("unconfirmed", answer(*raw))
    told = found.read_raw()
    assert (told.plausible_scales, told.proposed_scale) == (plausible, proposed)


def test_a_silent_sensor_is_asked_three_times_and_nothing_is_ever_written() -> None:
    found, wire = sensor("10")
    with pytest.raises(LinkError, match="does not answer"):
        found.read()
    assert [data[1] for _, data in wire.sent] == [4, 4, 4]
