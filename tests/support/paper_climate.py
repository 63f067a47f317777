"""The climate of a house of paper: the server's own station, fed by hand instead of by sensors."""

from __future__ import annotations

import math
from pathlib import Path

from manual_clock import ManualClock

from archroom.core.climate import STANDARD, Alarm, ClimateView, Limits, RawValues, Stock
from archroom.core.climate_history import Span
from archroom.core.sensors import Sensor
from archroom.errors import ArchroomError, say
from archroom.shelving.climate_station import ClimateStation

DEPOT = Sensor("depot", "R1", "tcp://127.0.0.1:1", 31, "climate-sensor", 10)
VAULT = Sensor("film vault", "R2", "tcp://127.0.0.1:1", 32, "climate-sensor", 100)
ATTIC = Sensor("attic", "R3", "tcp://127.0.0.1:1", 33, "climate-sensor", None)


class PaperClimate:
    """Implements `core.ports.RoomClimate` without a server."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.clock = clock
        self.trouble: ArchroomError | None = None
        self.station = ClimateStation(
            (DEPOT, VAULT, ATTIC),
            folder,
            lambda message: None,
            lambda: clock.at.timestamp(),
            clock.monotonic,
            clock.at.tzinfo,
        )

    def climate(self) -> ClimateView:
        if self.trouble is not None:
            raise self.trouble
        return self.station.view()

    def climate_history(self, sensor: str, from_s: int, to_s: int) -> list[Span]:
        return self.station.history(sensor, from_s, to_s)

    def set_climate_limits(self, room: str, limits: Limits, by: str) -> None:
        self.station.set_limits(room, limits, by)

    def acknowledge_climate(self, number: int, by: str, note: str) -> Alarm:
        return self.station.acknowledge(number, by, note)

    def read(self, minutes: int, degrees: float = 18.0, percents: float = 50.0) -> None:
        """Let minutes pass in which the depot is read, and a digit flickers."""
        for minute in range(minutes):
            self.clock.pass_seconds(60)
            self.station.take("depot", degrees, percents + minute % 2 / 10)

    def live_through_a_day(self) -> None:
        """A day of readings every five minutes, at whose end the depot grows too damp and the vault has fallen silent."""
        self.station.set_limits("R2", STANDARD[Stock.FILM_MASTERS], "Olga Berg")
        for five in range(288):
            self.clock.pass_seconds(300)
            turn = math.sin(five / 288 * 2 * math.pi)
            damp = 12.0 * max(0, five - 260) / 28
            self.station.take("depot", round(18 + 1.5 * turn, 1), round(50 + 3 * turn + damp, 1))
            if five < 250:
                self.station.take("film vault", round(14 + 0.25 * turn, 2), round(40 + 2 * turn, 2))
            self.station.tick()
        self.station.take_raw("attic", RawValues(213, 502, 10))
        self.station.fail("film vault", say("Unit {unit} at {port} does not answer.", unit=32, port="tcp://127.0.0.1:1"))
        self.clock.pass_seconds(12)
