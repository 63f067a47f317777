"""The simulator in real time: a virtual room, its wires and its control channel, in one thread.

If the machine is so busy that more than `MAX_BACKLOG_S` of scans are overdue, the rest is not made up for: the room
loses that time (`lost_s` in the state) rather than hold the silence of a starved computer against its clients.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from hardware_sim.control import ControlSession
from hardware_sim.datagrams import DatagramPort
from hardware_sim.endpoints import (
    DEFAULT_BAUD,
    Connection,
    EndpointError,
    Listener,
    PtyPort,
    TcpPort,
    Wire,
    join_address,
    parse_address,
)
from hardware_sim.fields import ControlError
from hardware_sim.line_faults import Delivery
from hardware_sim.loop import Loop
from hardware_sim.mechanics import Mechanics
from hardware_sim.profiles.options import ProfileError
from hardware_sim.roomfile import RoomLayout
from hardware_sim.rooms import room_of
from hardware_sim.settings import Settings
from hardware_sim.station import Station
from hardware_sim.virtual import VirtualRoom
from hardware_sim.wire import InstantWire, PacedWire

MAX_BACKLOG_S = 0.25
SERIAL_SILENCE_S = 0.02
"""A frame that was begun on a pty is void after this; far above 3.5 characters, for programs that are held up."""
TCP_SILENCE_S = 0.1
"""The same for RTU over TCP, where a network may split a frame."""
_SCHEMES = {"tcp": "tcp", "rtu_tcp": "socket", "http": "http"}


class RunningSimulator:
    """A room of simulated shelving on real wires, from construction until `close`."""

    def __init__(
        self,
        room: RoomLayout | Path,
        *,
        tcp: str | None = None,
        rtu_tcp: str | None = None,
        pty: bool | Path = False,
        udp: str | None = None,
        http: str | None = None,
        baud: int | None = None,
        speed: float = 1.0,
        seed: int | None = None,
        control: str | None = None,
        mechanics: Mechanics | None = None,
        settings: Settings | None = None,
        scenario: str | None = None,
        profile: str = "reference",
        choices: Mapping[str, str] | None = None,
    ) -> None:
        """Raises RoomFileError, ProfileError and EndpointError."""
        if seed is None:
            seed = int.from_bytes(os.urandom(4), "big")
        self.room = room_of(*(room, profile, choices), seed=seed, speed=speed, mechanics=mechanics, settings=settings)
        if scenario is not None:
            if not isinstance(self.room, VirtualRoom):
                raise ProfileError("scenarios are the reference profile's")
            self.room.play(self.room.player_of(scenario))
        self.lost_s = 0.0
        self.loop = Loop()
        self._scanned = threading.Condition(self.loop.lock)
        self._closers: list[Callable[[], None]] = [self.loop.close]
        self._thread: threading.Thread | None = None
        self._lived_until = 0.0
        self.endpoints: dict[str, str] = {}
        """URLs of the ends that were asked for, by wire ("tcp", "pty", ...), and the address of "control".

        Where each unit has an end of its own, "tcp_4" is that of unit 4 and "tcp" that of the first.
        """
        self._datagrams: DatagramPort | None = None
        asked = {"tcp": tcp, "rtu_tcp": rtu_tcp, "pty": pty or None, "udp": udp, "http": http}
        try:
            self._open({wire: where for wire, where in asked.items() if where is not None}, baud, control)
        except EndpointError:
            self.close()
            raise

    def _open(self, wires: Mapping[str, str | Path | bool], baud: int | None, control: str | None) -> None:
        if baud is not None and not 300 <= baud <= 4_000_000:
            raise EndpointError(f"{baud} is not a baud rate")
        for wire, where in wires.items():
            if wire not in self.room.wires:
                raise EndpointError(f"this profile has no {wire}; it has {', '.join(self.room.wires)}")
            for place, unit in enumerate(self.room.ends(wire)):
                url = self._open_end(wire, where, place, unit, baud)
                self.endpoints.setdefault(wire, url)
                if unit is not None:
                    self.endpoints[f"{wire}_{unit}"] = url
        if control is not None:
            listener = self._listen(control, 0, lambda connection: ControlSession(connection, self._execute))
            self.endpoints["control"] = join_address(listener.address)

    def _open_end(self, wire: str, where: str | Path | bool, place: int, unit: int | None, baud: int | None) -> str:
        """Open one end of a wire, `place` ports behind the one that was asked for, and give its URL."""
        if wire == "pty":
            link = where if isinstance(where, Path) else None
            serial = self._serial_wire(baud, SERIAL_SILENCE_S, is_shared=False)
            port = PtyPort(self.loop, serial, self.room.session(wire, unit), link)
            self._closers.append(port.close)
            return f"serial://{port.device}?baud={baud or DEFAULT_BAUD}"
        if wire == "udp":
            return self._open_datagrams(str(where), unit)
        line = self._serial_wire(baud if wire == "rtu_tcp" else None, TCP_SILENCE_S, is_shared=True)
        welcome = self._welcome(wire, unit, line)
        return f"{_SCHEMES[wire]}://{join_address(self._listen(str(where), place, welcome).address)}"

    def _welcome(self, wire: str, unit: int | None, line: Wire) -> Callable[[Connection], TcpPort]:
        return lambda connection: TcpPort(connection, line, self.room.session(wire, unit))

    def _open_datagrams(self, where: str, unit: int | None) -> str:
        listener = self.room.report_to
        port = DatagramPort(
            *(self.loop, InstantWire(self.loop, TCP_SILENCE_S), parse_address(where)),
            lambda: self.room.session("udp", unit),
            parse_address(listener) if listener else None,
        )
        self._closers.append(port.close)
        self._datagrams = port
        return f"udp://{join_address(port.address)}"

    def _serial_wire(self, baud: int | None, silence_s: float, *, is_shared: bool) -> Wire:
        if baud is None:
            return InstantWire(self.loop, silence_s)
        return PacedWire(self.loop, baud, silence_s, is_shared=is_shared)

    def _listen(self, address: str, place: int, welcome: Callable[[Connection], TcpPort | ControlSession]) -> Listener:
        host, port = parse_address(address)
        listener = Listener(self.loop, (host, port + place if port else 0), welcome)
        self._closers.append(listener.close)
        return listener

    # -- running

    def run(self) -> None:
        """Serve in this thread until `stop` is called from elsewhere."""
        self._lived_until = self.loop.now()
        self._schedule_scan()
        self.loop.run()

    def stop(self) -> None:
        """End `run` soon; from any thread or a signal handler."""
        self.loop.stop()

    def close(self) -> None:
        """Stop, and close every end."""
        if self._thread is not None:
            self.stop()
            self._thread.join()
            self._thread = None
        while self._closers:
            self._closers.pop()()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.run, name="hardware_sim", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _schedule_scan(self) -> None:
        self.loop.call_at(self._lived_until + max(0.0, self.room.next_event_s), self._live)

    def _live(self) -> None:
        now = self.loop.now()
        elapsed = now - self._lived_until
        self._lived_until = now
        if elapsed > MAX_BACKLOG_S:
            self.lost_s += elapsed - MAX_BACKLOG_S
            elapsed = MAX_BACKLOG_S
        self.room.advance(elapsed)
        for _, delivery in self.room.drain_reports():
            self._report(delivery)
        self._scanned.notify_all()
        self._schedule_scan()

    def _report(self, delivery: Delivery) -> None:
        port = self._datagrams
        if port is not None and delivery.after_s:
            self.loop.call_at(self.loop.now() + delivery.after_s, lambda: port.report(delivery.data))
        elif port is not None:
            port.report(delivery.data)

    # -- control

    def control(self, do: str, **fields: object) -> dict[str, object]:
        """What the control channel does, without a socket. Raises ControlError for what is refused."""
        with self.loop.lock:
            return self._execute({"do": do, **fields})

    def truth(self, unit: int) -> Mapping[str, object]:
        """What is so on the track of a unit right now."""
        with self.loop.lock:
            return self.room.truth_of(unit)

    def station(self, unit: int) -> Station:
        """A unit of the reference profile, with its registers. Raises TypeError for other makes. Not under the lock."""
        if not isinstance(self.room, VirtualRoom):
            raise TypeError("only the reference profile has stations")
        return self.room.stations[unit]

    def wait_until(self, unit: int, condition: Callable[[Mapping[str, object]], bool], timeout_s: float) -> bool:
        """Wait until a condition on a unit's truth holds after some scan; False when the time is up."""
        with self._scanned:
            return self._scanned.wait_for(lambda: condition(self.room.truth_of(unit)), timeout=timeout_s)

    def _execute(self, request: dict[str, object]) -> dict[str, object]:
        if request.get("do") == "quit":
            if len(request) > 1:
                raise ControlError("quit takes no field")
            self.stop()
            return {}
        answer = self.room.execute(request)
        if request.get("do") == "state":
            answer["lost_s"] = round(self.lost_s, 6)
        return answer
