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

from hardware_sim import commands
from hardware_sim.control import ControlSession
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
from hardware_sim.loop import Loop
from hardware_sim.mechanics import Mechanics
from hardware_sim.modbus import MbapDecoder, Request, RtuDecoder
from hardware_sim.roomfile import RoomLayout
from hardware_sim.sessions import Decoder, RequestSession, Session
from hardware_sim.settings import Settings
from hardware_sim.virtual import VirtualRoom
from hardware_sim.wire import InstantWire, PacedWire

MAX_BACKLOG_S = 0.25
SERIAL_SILENCE_S = 0.02
"""A frame that was begun on a pty is void after this; far above 3.5 characters, for programs that are held up."""
TCP_SILENCE_S = 0.1
"""The same for RTU over TCP, where a network may split a frame."""


class RunningSimulator:
    """A room of simulated shelving on real wires, from construction until `close`."""

    def __init__(
        self,
        room: RoomLayout | Path,
        *,
        tcp: str | None = None,
        rtu_tcp: str | None = None,
        pty: bool | Path = False,
        baud: int | None = None,
        speed: float = 1.0,
        seed: int | None = None,
        control: str | None = None,
        mechanics: Mechanics | None = None,
        settings: Settings | None = None,
        scenario: str | None = None,
    ) -> None:
        if seed is None:
            seed = int.from_bytes(os.urandom(4), "big")
        self.room = VirtualRoom.of_room(room, seed=seed, speed=speed, mechanics=mechanics, settings=settings)
        if scenario is not None:
            self.room.play(self.room.player_of(scenario))
        self.lost_s = 0.0
        self.loop = Loop()
        self._scanned = threading.Condition(self.loop.lock)
        self._closers: list[Callable[[], None]] = [self.loop.close]
        self._thread: threading.Thread | None = None
        self._lived_until = 0.0
        self.endpoints: dict[str, str] = {}
        """URLs of the ends that were asked for: "tcp", "rtu_tcp", "pty", and the address of "control"."""
        try:
            self._open(tcp, rtu_tcp, pty, baud, control)
        except EndpointError:
            self.close()
            raise

    def _open(self, tcp: str | None, rtu_tcp: str | None, pty: bool | Path, baud: int | None, control: str | None) -> None:
        if baud is not None and not 300 <= baud <= 4_000_000:
            raise EndpointError(f"{baud} is not a baud rate")
        if tcp is not None:
            instant = InstantWire(self.loop, TCP_SILENCE_S)
            listener = self._listen(tcp, lambda connection: TcpPort(connection, instant, self._session(MbapDecoder())))
            self.endpoints["tcp"] = f"tcp://{join_address(listener.address)}"
        if rtu_tcp is not None:
            wire = self._serial_wire(baud, TCP_SILENCE_S, is_shared=True)
            listener = self._listen(rtu_tcp, lambda connection: TcpPort(connection, wire, self._session(RtuDecoder())))
            self.endpoints["rtu_tcp"] = f"socket://{join_address(listener.address)}"
        if pty:
            link = pty if isinstance(pty, Path) else None
            serial = self._serial_wire(baud, SERIAL_SILENCE_S, is_shared=False)
            port = PtyPort(self.loop, serial, self._session(RtuDecoder()), link)
            self._closers.append(port.close)
            self.endpoints["pty"] = f"serial://{port.device}?baud={baud or DEFAULT_BAUD}"
        if control is not None:
            listener = self._listen(control, lambda connection: ControlSession(connection, self._execute))
            self.endpoints["control"] = join_address(listener.address)

    def _session(self, decoder: Decoder[Request]) -> Session:
        return RequestSession(decoder, self.room.bus.exchange)

    def _serial_wire(self, baud: int | None, silence_s: float, *, is_shared: bool) -> Wire:
        if baud is None:
            return InstantWire(self.loop, silence_s)
        return PacedWire(self.loop, baud, silence_s, is_shared=is_shared)

    def _listen(self, address: str, welcome: Callable[[Connection], TcpPort | ControlSession]) -> Listener:
        listener = Listener(self.loop, parse_address(address), welcome)
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
        self._scanned.notify_all()
        self._schedule_scan()

    # -- control

    def control(self, do: str, **fields: object) -> dict[str, object]:
        """What the control channel does, without a socket. Raises ControlError for what is refused."""
        with self.loop.lock:
            return self._execute({"do": do, **fields})

    def truth(self, unit: int) -> Mapping[str, object]:
        """What is so on the track of a unit right now."""
        with self.loop.lock:
            return commands.truth_of(self.room.stations[unit])

    def wait_until(self, unit: int, condition: Callable[[Mapping[str, object]], bool], timeout_s: float) -> bool:
        """Wait until a condition on a unit's truth holds after some scan; False when the time is up."""
        with self._scanned:
            return self._scanned.wait_for(lambda: condition(commands.truth_of(self.room.stations[unit])), timeout=timeout_s)

    def _execute(self, request: dict[str, object]) -> dict[str, object]:
        if request.get("do") == "quit":
            if len(request) > 1:
                raise ControlError("quit takes no field")
            self.stop()
            return {}
        answer = commands.execute(self.room, request)
        if request.get("do") == "state":
            answer["lost_s"] = round(self.lost_s, 6)
        return answer
