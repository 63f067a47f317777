"""The climate within a running server: its sensors by port, the clock that finds silence, the answers to clients.

What fails by a mistake of this program is shown with every sensor that it concerns, and found silent in time.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from time import monotonic

from archroom.core.climate import Limits
from archroom.core.sensors import Sensor
from archroom.drivers.ports import parse_port
from archroom.errors import Message, PortUnavailable, UsageError, say
from archroom.shelving.climate_inbox import Inbox
from archroom.shelving.climate_rounds import OwnPort, SensorRound
from archroom.shelving.climate_station import ClimateStation
from archroom.shelving.codec import Json, encode
from archroom.shelving.lock import port_key
from archroom.shelving.request_values import fact
from archroom.shelving.spec import Places

TICK_S = 5.0

_log = logging.getLogger(__name__)


class ClimateServing:
    """The sensors of one server, from its start to its end."""

    def __init__(self, sensors: Sequence[Sensor], places: Places, complain: Callable[[Message], None]) -> None:
        """Read what earlier servers have left; nothing is sent yet. Raises Unreadable, UsageError, BadFile."""
        self._station = ClimateStation(sensors, places.state_folder, complain) if sensors else None
        by_port: dict[str, list[Sensor]] = defaultdict(list)
        for sensor in sensors:
            by_port[_key(sensor.url)].append(sensor)
        self._inbox = None if self._station is None else Inbox(self._station)
        inbox = self._inbox
        self._rounds = {} if inbox is None else {key: SensorRound(found, inbox) for key, found in by_port.items()}
        self._places = places
        self._ports: list[OwnPort] = []
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="climate", daemon=True)

    def shared_with(self, url: str) -> SensorRound | None:
        """Return the sensors on the port of a bus, whose thread reads them from now on; None if there are none."""
        return self._rounds.pop(_key(url), None)

    def start(self) -> None:
        """Begin to read the sensors that have ports of their own."""
        if self._station is None:
            return
        self._ports = [OwnPort(found, self._places.lock_folder) for found in self._rounds.values()]
        for port in self._ports:
            port.start()
        self._thread.start()

    def end(self) -> None:
        """Stop reading."""
        for port in self._ports:
            port.end()
        self._ending.set()
        if self._inbox is not None:
            self._inbox.end()
        if self._thread.ident is not None:
            self._thread.join()

    @property
    def failures(self) -> list[Message]:
        """What has failed by a mistake of this program."""
        kept = None if self._station is None else self._station.failure
        return [failure for failure in (kept, *(port.failure for port in self._ports)) if failure is not None]

    def close(self) -> None:
        """Close the files."""
        if self._station is not None:
            self._station.close()

    def answer(self, do: str, request: Mapping[str, object]) -> dict[str, Json]:
        """Return the answer to a client's question; raises ArchroomError."""
        station = self._station
        if station is None:
            raise PortUnavailable(say("The shelving server here knows no sensor of temperature and humidity."))
        match do:
            case "climate_history":
                first, last = (fact(int, request, name) for name in ("from_s", "to_s"))
                return {"ok": True, "spans": encode(station.history(fact(str, request, "sensor"), first, last))}
            case "climate_limits":
                room, by = (fact(str, request, name) for name in ("room", "by"))
                station.set_limits(room, fact(Limits, request, "limits"), by)
                return {"ok": True}
            case "climate_acknowledge":
                by, note = (fact(str, request, name) for name in ("by", "note"))
                return {"ok": True, "alarm": encode(station.acknowledge(fact(int, request, "number"), by, note))}
            case _:
                return {"ok": True, "climate": encode(station.view())}

    def _run(self) -> None:
        station, inbox = self._station, self._inbox
        if station is None or inbox is None:
            return
        try:
            self._keep(station, inbox)
        except Exception as error:  # whatever it is, the shelving is served
            reason = say(
                "Keeping the climate has failed, and no reading is taken any more. The log of the shelving server says why; "
                "start the server anew."
            )
            _log.error("%s", reason.english(), exc_info=error)
            station.give_up(reason)
            while not self._ending.wait(TICK_S):
                station.tick()

    def _keep(self, station: ClimateStation, inbox: Inbox) -> None:
        """Hand readings on as they come, and let the station look at its clock every few seconds."""
        ticked_s = monotonic()
        while not self._ending.is_set():
            inbox.hand_on(max(0.0, ticked_s + TICK_S - monotonic()))
            if monotonic() >= ticked_s + TICK_S:
                ticked_s = monotonic()
                station.tick()
        inbox.hand_on(0.0)


def _key(url: str) -> str:
    try:
        return port_key(parse_port(url))
    except UsageError:
        return url
