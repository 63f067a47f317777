"""A simulated Fatek PLC on a virtual clock, its line and port at fault as told, and drivers that come and go."""

from __future__ import annotations

import struct
from collections.abc import Callable

from profile_texts import profile_text
from supervised_room import block_of, layout_of
from virtual_wire import VirtualClock, VirtualWire

from archroom.drivers.line import Line
from archroom.drivers.line_state import LineState
from archroom.drivers.map_driver import MapDriver
from archroom.drivers.profile_reading import parse_profile
from archroom.drivers.pulses import Begun
from archroom.drivers.timing import Framing, stream_timing
from archroom.errors import PortUnavailable, say
from hardware_sim.plain_room import PlainRoom
from hardware_sim.profiles.catalogue import PLAIN_PROFILES

CLOSE, STOP, VENTILATE, OPEN = 2200, 2201, 2204, 2205
Frame = tuple[int, int, int]
"""Function, address, and count or value."""


class CutWire(VirtualWire):
    """A wire whose port may be gone."""

    is_gone: Callable[[], bool] = staticmethod(lambda: False)

    def write(self, data: bytes) -> None:
        """Give bytes to the far end, if there is a port."""
        self._look()
        super().write(data)

    def read(self, max_wait_s: float) -> bytes:
        """Let time pass, if there is a port."""
        self._look()
        return super().read(max_wait_s)

    def _look(self) -> None:
        if self.is_gone():
            raise PortUnavailable(say("{port} went away.", port="here"))


class Site:
    """A simulated PLC, and drivers that come and go."""

    def __init__(self, more: str = "") -> None:
        self.clock = VirtualClock()
        self.room = PlainRoom([layout_of(block_of(5))], PLAIN_PROFILES["fatek-coils"])
        self.profile = parse_profile((profile_text("fatek-coils") + more).encode())
        self.asked: list[Frame] = []
        """Of all drivers."""
        self.is_lost: Callable[[Frame], bool] = lambda frame: False
        """Whether a request never arrives."""
        self.refuses: Callable[[Frame], int] = lambda frame: 0
        """The exception that comes for a request."""
        self.is_deaf: Callable[[Frame], bool] = lambda frame: False
        """Whether a write is answered and not carried out."""
        self.is_urgent: Callable[[], bool] = lambda: False

    def driver(self, begun: Begun | None = None) -> MapDriver:
        """A driver on a port that was just opened."""
        self.wire = CutWire(self.clock, stream_timing(Framing.MBAP), self._answer)
        line = Line(self.wire, self.clock, LineState(self.wire.timing))
        return MapDriver(line, 1, self.profile, 5, lambda: self.is_urgent(), self.clock, begun)

    def _answer(self, data: bytes, now: float) -> list[tuple[float, bytes]]:
        self._live(now)
        frame = struct.unpack(">BHH", data[7:12])
        self.asked.append(frame)
        if self.is_lost(frame):
            return []
        pdu = self._carried_out(data, frame)
        return [(now + 0.001, data[:4] + struct.pack(">HB", len(pdu) + 1, data[6]) + pdu)]

    def _carried_out(self, data: bytes, frame: Frame) -> bytes:
        if code := self.refuses(frame):
            return bytes((data[7] | 0x80, code))
        if self.is_deaf(frame):
            return data[7:12]
        session = self.room.session("tcp", None)
        return b"".join(delivery.data for delivery in session.feed(data))[7:]

    def _live(self, now: float) -> None:
        self.room.advance(now - 1_000.0 - self.room.now_ms / 1000)

    # -- another master

    def set(self, address: int, *, is_on: bool = True) -> None:
        """Write a coil as another master does."""
        self._told(5, address, 0xFF00 * is_on)

    def coil(self, address: int) -> bool:
        """Whether a coil is set in truth."""
        return bool(self._told(1, address, 1)[-1] & 1)

    def _told(self, function: int, address: int, value: int) -> bytes:
        self._live(self.clock.now)
        session = self.room.session("tcp", None)
        request = struct.pack(">HHHBBHH", 1, 0, 6, 1, function, address, value)
        return b"".join(delivery.data for delivery in session.feed(request))

    # -- what went over the wire

    def writes(self, since: int = 0) -> list[Frame]:
        """What was written."""
        return [frame for frame in self.asked[since:] if frame[0] in (5, 6)]

    def pulses_of(self, address: int) -> int:
        """How often a coil was set by archroom."""
        return self.asked.count((5, address, 0xFF00))
