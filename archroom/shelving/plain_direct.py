"""STOP past the server to controllers of other makes, through their drivers: only where the profile knows of a stop.

Loaded by `direct` only where there is such a bus: it needs the profile and the whole driver.
"""

from __future__ import annotations

from collections.abc import Mapping
from time import monotonic

from archroom.core.shelving import StopReport
from archroom.drivers.plain import PlainDriver
from archroom.drivers.plain_drivers import Unit, plain_drivers
from archroom.drivers.ports import open_port
from archroom.errors import ArchroomError, LinkError, Message, say
from archroom.shelving.bus_profiles import profile_of
from archroom.shelving.direct import PATH, STANDSTILL_WITHIN_S
from archroom.shelving.spec import BusSpec


class PlainDirectStop:
    """The stop of one bus of another make; what it has come to may be asked at any time."""

    def __init__(self, bus: BusSpec, units: Mapping[int, int], carriages: Mapping[int, int]) -> None:
        self._bus = bus
        self._units = {number: Unit(unit, carriages.get(number, 0)) for number, unit in units.items()}
        self._sent: set[int] = set()
        self._resting: set[int] = set()
        self._reason: Message = say("Standstill was not seen.")

    def run(self) -> None:
        """Send, then repeat and read until the controllers say that all is at rest, if they tell."""
        try:
            profile = profile_of(self._bus)
            if profile is None or not profile.capabilities.can_stop:
                self._reason = say("Its controller has no stop that could be sent. Use the shelving's own.")
                return
            wire = open_port(self._bus.url, past_lock=True)
        except ArchroomError as error:
            self._reason = error.message
            return
        try:
            drivers = plain_drivers(profile, wire, self._units)
            self._send_all(drivers)
            if profile.capabilities.tells_motion:
                self._repeat(drivers)
        except ArchroomError as error:
            self._reason = error.message
        finally:
            wire.close()

    def reports(self) -> list[StopReport]:
        """Return what has become of each unit so far."""
        return [
            StopReport(
                number,
                number in self._sent,
                number in self._resting,
                PATH,
                None if number in self._resting else self._reason,
            )
            for number in self._units
        ]

    def _send_all(self, drivers: Mapping[int, PlainDriver]) -> None:
        for number, driver in drivers.items():
            try:
                driver.stop()
            except LinkError as error:
                self._reason = error.message
            else:
                self._sent.add(number)

    def _repeat(self, drivers: Mapping[int, PlainDriver]) -> None:
        deadline_s = monotonic() + STANDSTILL_WITHIN_S
        while len(self._resting) < len(self._units) and monotonic() < deadline_s:
            for number in self._units.keys() - self._resting:
                driver = drivers[number]
                try:
                    driver.stop()
                    self._sent.add(number)
                    if driver.status().status.is_moving is False:
                        self._resting.add(number)
                except LinkError:
                    continue
