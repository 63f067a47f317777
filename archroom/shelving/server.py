"""The one process of a machine that owns its shelving buses: locks, bus threads, journal, local socket.

It holds the locks of all its ports before it says that it listens; a second server is refused with the holder's name. It
ends on SIGTERM, SIGINT and SIGHUP with a STOP to whatever moves. A bus whose serving fails is out of service until then, and
the others are served; if its thread has died altogether the server ends, with a STOP past it. It never touches the database.
"""

from __future__ import annotations

import contextlib
import os
import queue
import secrets
import selectors
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import monotonic

from archroom.core.licensing import Licensing
from archroom.core.liveness import ThreadLife, feeding_period_s, may_be_fed
from archroom.core.rooms import Block
from archroom.core.supervisor.gate import Gate
from archroom.core.supervisor.notices import Notice
from archroom.errors import Message, PortUnavailable, ShelvingError, Unreadable, say
from archroom.shelving import notice_board
from archroom.shelving.bus import Bus
from archroom.shelving.climate_serving import ClimateServing
from archroom.shelving.commissionings import read_record
from archroom.shelving.direct import stop_past_server
from archroom.shelving.endpoint import Gone, Lines, listen, prepare_folder
from archroom.shelving.floor import Floor, wait_for_standstill
from archroom.shelving.holds_file import HoldsFile
from archroom.shelving.journal import NO_BLOCK, Journal
from archroom.shelving.lock import Held, Lock, lock_port
from archroom.shelving.out_of_service import failure_of
from archroom.shelving.service_manager import ServiceManager
from archroom.shelving.sessions import serve_client
from archroom.shelving.spec import Places, ServerSpec

STANDSTILL_AT_END_S = 1.5
TOKEN_WITHIN_S = 2.0
LOOK_S = 1.0
COUNTED_EVERY_S = 60.0
"""How often what the journal has counted is looked at while nothing happens."""
GONE_EXIT_S = 0.2
"""How long nobody must be connected before a server without a port ends: shorter than a screen's pause between looks."""
LOCK_NAME = "shelving.lock"
MOST_CLIENTS = 200
"""Connections at a time: whoever forgets to hang up must leave descriptors for ports and journals, and is hung up on. A stop
that is not taken goes past the server."""


class AlreadyRuns(PortUnavailable):
    """Another server serves from the same folder."""


class Server:
    """A server from the taking of its locks to its end."""

    def __init__(self, spec: ServerSpec, places: Places, complain: Callable[[Message], None]) -> None:
        """Take locks, open the journal, listen; nothing is sent yet.

        `complain` is told, in any thread, what cannot be written down; where nobody hears it any more, as on a disk that is
        full, it may raise OSError. Raises PortUnavailable, UsageError, Unreadable.
        """
        self.spec = spec
        self._complain = complain = _heard_or_not(complain)
        self._closers = contextlib.ExitStack()
        self._notices: queue.SimpleQueue[tuple[int, Notice] | None] = queue.SimpleQueue()
        self._clients = 0
        self._idle_since_s = monotonic()
        self._lock = threading.Lock()
        self._wake_read, self._wake_write = socket.socketpair()
        self._wake_write.setblocking(False)
        self._is_ending = False
        self._manager = ServiceManager()
        try:
            prepare_folder(places.run_folder, spec.group)
            self._closers.callback(_lock_folder(places).release)
            for bus in spec.buses:
                self._closers.callback(lock_port(bus.url, places.lock_folder).release)
            self._journal = Journal(places.state_folder)
            self._closers.callback(self._journal.close)
            holds = HoldsFile(places.state_folder)
            self._closers.callback(holds.close)
            if holds.problem is not None:
                complain(holds.problem)
            self._climate = ClimateServing(spec.sensors, places, complain)
            self._closers.callback(self._climate.close)
            self._listener, self.address, self._token = listen(places.run_folder)
            self._listener.setblocking(False)
            self._closers.callback(self._listener.close)
            blocks = {block.number: block for block in spec.blocks}
            gates = {number: self._gate(block, holds) for number, block in blocks.items()}
            buses = tuple(
                Bus(
                    bus,
                    blocks,
                    lambda: secrets.token_hex(8),
                    lambda block, told: self._notices.put((block, told)),
                    gates,
                    self._climate.shared_with(bus.url),
                )
                for bus in spec.buses
            )
            self._take_records(buses, places.state_folder)
            self._floor = Floor(
                buses,
                self._journal,
                holds,
                self._climate,
                spec.digest,
                lambda: self._is_ending,
                self._make_way,
                places.state_folder,
            )
            carriages = {block.number: len(block.carriages) for block in spec.blocks}
            board = notice_board.Board(os.getpid(), self.address, self._token, spec.digest, spec.buses, carriages)
            notice_board.publish(board, places.run_folder)
            self._closers.callback(notice_board.withdraw, places.run_folder)
        except BaseException:
            self.close()
            raise

    @property
    def found_open(self) -> list[str]:
        """Motions whose end the last server did not see, in English, for the log."""
        return [intent.message().english() for intent in self._journal.found_open]

    def run(self) -> None:
        """Serve until `end`, or until nobody has been connected for as long as the specification says.

        Raises ShelvingError at the end if serving a bus, or keeping the climate, has failed meanwhile.
        """
        writer = threading.Thread(target=self._write_journal, name="journal", daemon=True)
        writer.start()
        for bus in self._floor.buses:
            bus.start()
        self._climate.start()
        self._manager.ready(f"serving {len(self._floor.buses)} buses at {self.address}")
        look_s = feeding_period_s(self._manager.watchdog_s, LOOK_S) if self._manager.watchdog_s is not None else LOOK_S
        try:
            with selectors.DefaultSelector() as selector:
                selector.register(self._listener, selectors.EVENT_READ)
                selector.register(self._wake_read, selectors.EVENT_READ)
                while not self._is_ending and not self._is_useless() and not self._dead_buses:
                    if any(key.fileobj is self._listener for key, _ in selector.select(look_s)):
                        self._accept()
                    self._show_life()
        finally:
            failed = [failure_of(bus.spec.url) for bus in self._dead_buses] + self._failures
            self._is_ending = True
            self._manager.stopping()
            self._come_to_rest()
            self._climate.end()
            for bus in self._floor.buses:
                bus.end()
            self._notices.put(None)
            writer.join()
        if failed:
            raise ShelvingError(say("The server ends. {why}", why=failed[0]))

    def end(self) -> None:
        """End soon; from any thread or a signal handler."""
        self._is_ending = True
        with contextlib.suppress(OSError):
            self._wake_write.send(b"x")

    def close(self) -> None:
        """Let go of everything."""
        self._closers.close()
        self._wake_read.close()
        self._wake_write.close()

    def _gate(self, block: Block, holds: HoldsFile) -> Gate:
        """Return what earlier servers have left of a block: who is in it, and what is to be acknowledged.

        A motion of which the journal does not tell the block concerns every one.
        """
        unfinished = [one.unfinished() for one in self._journal.found_open if one.block in (block.number, NO_BLOCK)]
        return Gate(block, holds.found.get(block.number, ()), unfinished, lambda: holds.problem)

    def _take_records(self, buses: Sequence[Bus], folder: Path) -> None:
        """Let each block be moved as far as the record of its commissioning says."""
        for bus in buses:
            for number, supervisor in bus.supervisors.items():
                found = read_record(number, folder)
                supervisor.licensing = Licensing(number, record=found.record, problem=found.problem, profile=bus.make)
                if found.problem is not None:
                    self._complain(found.problem)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            connection, _ = self._listener.accept()
            if self._clients >= MOST_CLIENTS:
                connection.close()
                return
            with self._lock:
                self._clients += 1
            threading.Thread(target=self._serve, args=(connection,), name="client", daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        lines = Lines(connection)
        try:
            if self._token:
                greeting = lines.receive(TOKEN_WITHIN_S)
                if greeting is None or not secrets.compare_digest(str(greeting.get("token")), self._token):
                    return
            serve_client(lines, self._floor)
        except Gone:
            return
        finally:
            lines.close()
            with self._lock:
                self._clients -= 1
                self._idle_since_s = monotonic()

    def _is_useless(self) -> bool:
        """Whether a server that was started on demand has nobody to stay for, or no port left that could come back."""
        limit_s = self.spec.idle_exit_s
        if limit_s is None:
            return False
        if self._floor.buses and all(bus.is_gone for bus in self._floor.buses):
            limit_s = min(limit_s, GONE_EXIT_S)
        with self._lock:
            is_left = not self._clients and monotonic() - self._idle_since_s > limit_s
        return is_left and not self._is_armed()

    def _is_armed(self) -> bool:
        """Whether a block is armed: its server stays for whoever armed it, though nobody is connected."""
        now = monotonic()
        gates = [supervisor.gate for bus in self._floor.buses for supervisor in bus.supervisors.values()]
        return any(gate.arming(now).is_armed for gate in gates)

    def _show_life(self) -> None:
        """Feed the service manager's watchdog, unless a bus hangs: then it runs out. What is out of service is told."""
        lives = [ThreadLife(bus.is_alive, bus.alive_s, bus.is_gone) for bus in self._floor.buses]
        if may_be_fed(lives, monotonic()):
            self._manager.alive(" ".join(failure.english() for failure in self._failures))
        else:
            self._manager.hangs("a bus hangs")

    def _is_busy(self) -> bool:
        return any(bus.is_busy for bus in self._floor.buses)

    @property
    def _dead_buses(self) -> list[Bus]:
        """The buses whose thread has died, while the others run."""
        return [bus for bus in self._floor.buses if not bus.is_alive]

    @property
    def _failures(self) -> list[Message]:
        """What has failed by a mistake of this program while the rest is served."""
        buses = [bus.out_of_service.reason for bus in self._floor.buses if bus.out_of_service is not None]
        return buses + self._climate.failures

    def _make_way(self) -> bool:
        if self.spec.idle_exit_s is None or self._is_busy():
            return False
        self.end()
        return True

    def _come_to_rest(self) -> None:
        """Stop what moves; where a bus thread has died, past it: not every controller minds that nobody speaks to it."""
        if not self._is_busy():
            return
        asked = self._floor.stop(None, say("The shelving server was told to end."))
        carriages = {block.number: len(block.carriages) for block in self.spec.blocks}
        stop_past_server(tuple(bus.spec for bus in self._dead_buses), carriages, None)
        wait_for_standstill({bus: blocks for bus, blocks in asked.items() if bus.is_alive}, STANDSTILL_AT_END_S)

    def _write_journal(self) -> None:
        is_over = False
        while not is_over:
            try:
                entry = self._notices.get(timeout=COUNTED_EVERY_S)
            except queue.Empty:
                self._write_down(self._journal.write_counted)
                continue
            is_over = entry is None
            if entry is not None:
                self._write_down(partial(self._journal.write_notice, *entry))

    def _write_down(self, write: Callable[[], None]) -> None:
        try:
            write()
        except Unreadable as error:
            self._complain(error.message)


def serve(spec: ServerSpec, places: Places, announce: Callable[[Server], None], complain: Callable[[Message], None]) -> None:
    """Run a shelving server in this process until it is told to end; `announce` is called once it listens.

    Raises PortUnavailable with the holder's name if a port is held, UsageError, Unreadable; ShelvingError at the end if
    serving a bus has failed, so that a service manager starts it anew.
    """
    server = Server(spec, places, complain)
    try:
        for name in ("SIGTERM", "SIGINT", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda _number, _frame: server.end())
        announce(server)
        server.run()
    finally:
        server.close()


def _heard_or_not(complain: Callable[[Message], None]) -> Callable[[Message], None]:
    """Return a way to complain that ends no thread: the log may lie on the very disk that is full."""

    def tell(message: Message) -> None:
        with contextlib.suppress(OSError):
            complain(message)

    return tell


def _lock_folder(places: Places) -> Lock:
    try:
        return Lock(places.run_folder / LOCK_NAME)
    except Held as held:
        raise AlreadyRuns(say("A shelving server runs already: {holder}.", holder=held.holder)) from held
    except OSError as error:
        folder, reason = str(places.run_folder), error.strerror or ""
        raise PortUnavailable(say("{folder} cannot be used: {reason}.", folder=folder, reason=reason)) from error
