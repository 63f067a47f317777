"""STOP past the server: from a process that must import little and wait for nobody.

The frames are built here, 8 bytes on a serial line, and go out as soon as the port is open, one thread a bus. Only then is
the guarded line loaded, to repeat them until two matched statuses, one newer than the other, say that all is at rest.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Mapping
from time import monotonic
from typing import Protocol

from archroom.core.bus_urls import REFERENCE
from archroom.core.stop_reports import StopReport
from archroom.drivers import reference
from archroom.drivers.ports import open_port
from archroom.drivers.timing import Framing
from archroom.drivers.wires import Wire
from archroom.errors import ArchroomError, LinkError, Message, say
from archroom.shelving.spec import BusSpec

WRITE_ONE = 6
ECHO_WITHIN_S = 0.06
"""How long one unit's answer is waited for before the next unit's STOP goes out on the same line."""
STANDSTILL_WITHIN_S = 3.0
JOIN_WITHIN_S = STANDSTILL_WITHIN_S + 2.0
PATH = "direct"


def stop_frame(unit: int, framing: Framing) -> bytes:
    """Return the whole frame that stops a unit (docs/shelving-protocol.md: one write of STOP, any value)."""
    body = struct.pack(">BBHH", unit, WRITE_ONE, reference.STOP, 1)
    if framing is Framing.MBAP:
        return struct.pack(">HHH", 1, 0, len(body)) + body
    return body + struct.pack("<H", reference.crc16(struct.unpack(">HHH", body)))


def stop_past_server(
    buses: tuple[BusSpec, ...], carriages: Mapping[int, int], block: int | None, within_s: float = JOIN_WITHIN_S
) -> list[StopReport]:
    """Stop one block or all on these buses, the server notwithstanding; never raises.

    After `within_s` it returns what has been seen by then; the frames are repeated on until standstill, or for 3 s in all.
    """
    stops: list[tuple[threading.Thread, _Stopping]] = []
    for bus in sorted(buses, key=lambda bus: bus.profile != REFERENCE):  # those that need no loading first
        units = {number: unit for number, unit in bus.units.items() if block in (None, number)}
        if units:
            stopping = _stopping_of(bus, units, carriages)
            thread = threading.Thread(target=stopping.run, name=f"stop {bus.url}", daemon=True)
            thread.start()
            stops.append((thread, stopping))
    deadline_s = monotonic() + within_s
    reports: list[StopReport] = []
    for thread, stopping in stops:
        thread.join(max(0.0, deadline_s - monotonic()))
        reports += stopping.reports()
    return sorted(reports, key=lambda report: report.block)


class _Stopping(Protocol):
    """The stop of one bus, under way."""

    def run(self) -> None: ...

    def reports(self) -> list[StopReport]: ...


def _stopping_of(bus: BusSpec, units: dict[int, int], carriages: Mapping[int, int]) -> _Stopping:
    """Return the stop of a bus: a frame of the register map may mean anything to a controller of another make."""
    if bus.profile == REFERENCE:
        return _DirectStop(bus.url, units, carriages)
    from archroom.shelving.plain_direct import PlainDirectStop  # loads every driver

    return PlainDirectStop(bus, units, carriages)


class _DirectStop:
    """The stop of one bus; what it has come to may be asked at any time."""

    def __init__(self, url: str, units: dict[int, int], carriages: Mapping[int, int]) -> None:
        self._url = url
        self._units = units
        self._carriages = carriages
        self._sent: set[int] = set()
        self._resting: set[int] = set()
        self._reason = say("Standstill was not seen.")

    def run(self) -> None:
        """Send, then repeat and read until all is at rest."""
        try:
            wire = open_port(self._url, past_lock=True)
        except ArchroomError as error:
            self._reason = error.message
            return
        try:
            self._send_all(wire)
            self._repeat(wire)
        except ArchroomError as error:
            self._reason = error.message
        finally:
            wire.close()

    def reports(self) -> list[StopReport]:
        """Return what has become of each unit so far."""
        return [
            StopReport(number, number in self._sent, number in self._resting, PATH, self._reason_for(number))
            for number in self._units
        ]

    def _reason_for(self, number: int) -> Message | None:
        return None if number in self._resting else self._reason

    def _send_all(self, wire: Wire) -> None:
        for number, unit in self._units.items():
            frame = stop_frame(unit, wire.timing.framing)
            wire.write(frame)
            self._sent.add(number)
            deadline_s = monotonic() + ECHO_WITHIN_S
            heard = b""
            while frame not in heard and (left_s := deadline_s - monotonic()) > 0:
                heard += wire.read(left_s)

    def _repeat(self, wire: Wire) -> None:
        from archroom.drivers.controller import ReferenceController  # heavy; the frames are out by now
        from archroom.drivers.line import Line

        line = Line(wire, monotonic)
        deadline_s = monotonic() + STANDSTILL_WITHIN_S
        counters: dict[int, int] = {}
        while len(self._resting) < len(self._units) and monotonic() < deadline_s:
            for number in self._units.keys() - self._resting:
                controller = ReferenceController(line, self._units[number])
                try:
                    controller.stop()
                    if number not in self._carriages:  # its answer has a length that nobody knows
                        continue
                    status = controller.status(self._carriages[number]).status
                    is_news = counters.setdefault(number, status.counter) != status.counter
                    if status.state.is_at_rest and is_news:
                        self._resting.add(number)
                except LinkError:
                    continue
