"""The sensors behind one port, each read once a minute, by whichever thread has the port.

Sensors on a bus of shelving wait for its pauses: nothing is asked of them while something moves or is about to, nor while
anything else is due, and what is urgent breaks their turn off before it begins.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

from archroom.core.climate import POLL_S, RawValues
from archroom.core.sensors import Sensor
from archroom.drivers.climate import ClimateSensor
from archroom.drivers.line import ExchangeFailed, Line
from archroom.drivers.ports import open_port
from archroom.drivers.profile import Profile
from archroom.drivers.profile_reading import read_profile, shipped_profile
from archroom.drivers.transactions import FailureKind
from archroom.drivers.wire_settings import ClimateSettings
from archroom.errors import LinkError, Message, PortUnavailable, UsageError, say
from archroom.shelving.climate_inbox import ReadingsTaker
from archroom.shelving.lock import lock_port
from archroom.shelving.out_of_service import failure_of

STARVED_S = 2.0
"""A sensor that has waited for so long goes before the polls of blocks at rest."""
AGAIN_S = 1.0
"""When a sensor is asked again whose turn was broken off."""

_log = logging.getLogger(__name__)


class SensorRound:
    """Whose turn it is among the sensors of one port; for the thread that has the port."""

    def __init__(self, sensors: Sequence[Sensor], station: ReadingsTaker) -> None:
        """Raises BadFile for a profile that cannot be read, UsageError for one of no sensor."""
        self.url = sensors[0].url
        self._station = station
        self._sensors = {sensor.name: sensor for sensor in sensors}
        self._settings = {sensor.name: _settings_of(sensor) for sensor in sensors}
        self._due_s = dict.fromkeys(self._sensors, float("-inf"))

    def profile_of(self, unit: int) -> Profile | None:
        """Return the profile of the sensor at a unit, None if there is none; raises BadFile."""
        sensor = next((sensor for sensor in self._sensors.values() if sensor.unit == unit), None)
        return None if sensor is None else _profile_of(sensor)

    def is_due(self, now_s: float) -> bool:
        """Whether a sensor waits to be read."""
        return min(self._due_s.values()) <= now_s

    def is_starved(self, now_s: float) -> bool:
        """Whether a sensor has waited for too long; one that was never read has not."""
        return float("-inf") < min(self._due_s.values()) <= now_s - STARVED_S

    def wait_s(self, now_s: float) -> float:
        """Return how long no sensor is due."""
        return max(0.0, min(self._due_s.values()) - now_s)

    def begin(self, now_s: float) -> None:
        """Let every sensor that was never read be due now: the port is open."""
        self._due_s = {name: max(due_s, now_s) for name, due_s in self._due_s.items()}

    def read_next(self, line: Line, is_urgent: Callable[[], bool] | None = None) -> None:
        """Read the sensor that has waited longest, once; raises PortUnavailable."""
        name = min(self._due_s, key=lambda name: self._due_s[name])
        sensor = self._sensors[name]
        self._due_s[name] = monotonic() + POLL_S
        reader = ClimateSensor(line, sensor.unit, self._settings[name], is_urgent)
        try:
            raw = reader.read_raw(repeats=0)
        except ExchangeFailed as failed:
            if failed.failure.kind is FailureKind.GAVE_WAY:
                self._due_s[name] = monotonic() + AGAIN_S
            else:
                self._station.fail(name, failed.message)
        except LinkError as error:
            self._station.fail(name, error.message)
        else:
            if sensor.scale is None:
                values = RawValues(raw.temperature, raw.humidity, raw.proposed_scale)
                self._station.take_raw(name, values)
                return
            reading = raw.scaled(sensor.scale)
            self._station.take(name, reading.temperature_c, reading.humidity_percent, monotonic() - reading.read_at)

    def fail(self, reason: Message) -> None:
        """Say of every sensor why its port cannot be used."""
        for name in self._sensors:
            self._station.fail(name, reason)


class OwnPort:
    """A port that only sensors are behind, and the thread that reads them; it comes back by itself.

    If reading fails by a mistake of this program, the sensors are shown with that reason and not read any more.
    """

    def __init__(self, sensors: SensorRound, lock_folder: Path | None) -> None:
        self._round = sensors
        self._lock_folder = lock_folder
        self._ending = threading.Event()
        self.failure: Message | None = None
        """Why its sensors are not read any more."""
        self._thread = threading.Thread(target=self._run, name=f"sensors {sensors.url}", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def end(self) -> None:
        """Stop reading; returns when the port is closed."""
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._keep_reading()
        except Exception as error:  # whatever it is, all else is served
            self.failure = reason = failure_of(self._round.url)
            _log.error("%s", reason.english(), exc_info=error)
            self._round.fail(reason)

    def _keep_reading(self) -> None:
        while not self._ending.is_set():
            try:
                lock = lock_port(self._round.url, self._lock_folder)
                try:
                    self._serve()
                finally:
                    lock.release()
            except (PortUnavailable, UsageError) as error:
                self._round.fail(error.message)
                self._ending.wait(POLL_S)

    def _serve(self) -> None:
        line = Line(open_port(self._round.url), monotonic)
        try:
            self._round.begin(monotonic())
            while not self._ending.wait(self._round.wait_s(monotonic())):
                self._round.read_next(line)
        finally:
            with suppress(PortUnavailable):
                line.close()


def _profile_of(sensor: Sensor) -> Profile:
    is_file = sensor.family.endswith(".toml")
    return read_profile(Path(sensor.family)) if is_file else shipped_profile(sensor.family)


def _settings_of(sensor: Sensor) -> ClimateSettings:
    """Return where a sensor's values stand, as its profile says."""
    profile = _profile_of(sensor)
    if not isinstance(profile.settings, ClimateSettings):
        raise UsageError(say("{profile} is no sensor of temperature and humidity.", profile=profile.title))
    return profile.settings
