"""The only place that chooses implementations: which books, which shelving, which clock stand behind the services.

Nothing is loaded or opened before it is asked for: stopping the shelving opens no books, and searching starts no shelving.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING

from archroom.config import Config
from archroom.core.acts import Performer
from archroom.errors import ArchroomError, BadFile, PortUnavailable, say

if TYPE_CHECKING:
    from archroom.core.arming import Arming
    from archroom.core.climate import Alarm, ClimateView, Limits
    from archroom.core.climate_history import Span
    from archroom.core.people_holds import Hold, Release
    from archroom.core.ports import Reading, Writing
    from archroom.core.rooms import Block
    from archroom.core.shelving import BlockView, Outcome, StopReport, Ticket, Wanted
    from archroom.services.aisles import Aisles
    from archroom.services.bench import TechnicianBench
    from archroom.services.claims import Claims
    from archroom.services.climate import Climate
    from archroom.services.commissioning import Commissioning
    from archroom.services.desk import Desk
    from archroom.services.finding import Finder
    from archroom.services.importing import Intake
    from archroom.services.labelling import Labelling
    from archroom.services.outages import Outages
    from archroom.services.people import People
    from archroom.services.placing import Placing
    from archroom.services.planning import Planning
    from archroom.services.rooms import Rooms
    from archroom.shelving.bench_client import BenchClient
    from archroom.shelving.client import ShelvingClient
    from archroom.shelving.spec import BusSpec, Places, ServerSpec
    from archroom.store.archive import SqlArchive


class MachineClock:
    """The machine's clock, in the machine's time zone."""

    def now(self) -> datetime:
        """Return the present instant, UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """Return the present date here."""
        return date.today()

    def monotonic(self) -> float:
        """Return seconds that only go forward."""
        return time.monotonic()


class BooksOnDemand:
    """The books of the house, opened by the first look or act."""

    def __init__(self, url: str, clock: MachineClock, founder: Performer) -> None:
        self._url = url
        self._clock = clock
        self._founder = founder
        self._archive: SqlArchive | None = None
        self._opening = threading.Lock()

    def opened(self, may_found: bool = False) -> SqlArchive:
        """Return the open books; `may_found`: where there are none, new ones are founded. Raises Unreadable."""
        with self._opening:
            if self._archive is None:
                from archroom.store.archive import open_archive

                self._archive = open_archive(self._url, self._clock, create=may_found, founder=self._founder)
            return self._archive

    @property
    def is_file_missing(self) -> bool:
        """Whether the address names a file that is not there."""
        from archroom.store.address import SqliteFile, read_address

        address = read_address(self._url)
        return isinstance(address, SqliteFile) and not os.path.exists(address.path)

    def reading(self) -> AbstractContextManager[Reading]:
        """Open a look at the books."""
        return self.opened().reading()

    def writing(self) -> AbstractContextManager[Writing]:
        """Open the one write transaction of an act."""
        return self.opened().writing()

    def close(self) -> None:
        """Close the books if they were opened."""
        with self._opening:
            archive, self._archive = self._archive, None
        if archive is not None:
            archive.close()


class ShelvingOnDemand:
    """The mobile shelving of this machine: the configured buses with the blocks that the books know.

    A stop needs no books: where a server runs, or ran, what it was told is enough. Only where none ever ran, the books are
    asked for the blocks, and where they do not answer, whatever server another user runs is told all the same.
    """

    def __init__(self, config: Config, books: BooksOnDemand) -> None:
        self._config = config
        self._books = books
        self._client: ShelvingClient | None = None
        self._has_seen_climate = False

    def views(self) -> list[BlockView]:
        """Return what may be shown of each block."""
        return self.connected().views()

    def select(self, block: int, wanted: Wanted, by: str) -> Ticket:
        """Ask for leave to do something."""
        return self.connected().select(block, wanted, by)

    def go(
        self,
        ticket: Ticket,
        confirmed_clear: tuple[int, ...],
        by: str,
        observe: Callable[[BlockView], None],
        is_held: Callable[[], bool] | None = None,
        attendant: str = "",
    ) -> Outcome:
        """Do what the ticket is for and watch until its end."""
        return self.connected().go(ticket, confirmed_clear, by, observe, is_held, attendant)

    def hold(self, block: int, aisle: int, person: str, reason: str = "") -> Hold:
        """Keep an aisle as it is for a person."""
        return self._for_holds().hold(block, aisle, person, reason)

    def release(self, block: int, aisle: int, person: str, by: Sequence[str], reason: str = "") -> Release:
        """Let a person's hold go."""
        return self._for_holds().release(block, aisle, person, by, reason)

    def arm(self, block: int, by: str, hours: int, acknowledged: Sequence[str] = ()) -> Arming:
        """Arm a block in a person's name."""
        return self.connected().arm(block, by, hours, acknowledged)

    def disarm(self, block: int, by: str) -> Arming:
        """Disarm a block."""
        return self._for_holds().disarm(block, by)

    def climate(self) -> ClimateView:
        """Return what may be shown of the climate; the first time once each sensor was asked, if that is soon."""
        from archroom.shelving.first_look import climate_once_asked

        client = self._for_holds()
        view = client.climate() if self._has_seen_climate else climate_once_asked(client)
        self._has_seen_climate = True
        return view

    def climate_history(self, sensor: str, from_s: int, to_s: int) -> list[Span]:
        """Return the first spans of a sensor in a while."""
        return self._for_holds().climate_history(sensor, from_s, to_s)

    def set_climate_limits(self, room: str, limits: Limits, by: str) -> None:
        """Judge a room by other limits from now on."""
        self._for_holds().set_climate_limits(room, limits, by)

    def acknowledge_climate(self, number: int, by: str, note: str) -> Alarm:
        """Keep who has taken note of an alarm."""
        return self._for_holds().acknowledge_climate(number, by, note)

    def bench(self) -> BenchClient:
        """Return the technician's bench at the buses; raises PortUnavailable where there are none."""
        from archroom.shelving.bench_client import BenchClient

        return BenchClient(self._for_holds())

    def stop(self, block: int | None = None) -> list[StopReport]:
        """Stop one block or all."""
        client = self._client or self._remembered() or self._stopping_client()
        return client.stop(block, self._config.operator)

    def dismiss(self) -> None:
        """Have the server end now, if it was started on demand and nothing moves."""
        if (client := self._client or self._remembered()) is not None:
            client.dismiss()

    def spec(self) -> ServerSpec:
        """Return what the server of this machine is to serve; opens the books.

        Raises UsageError if units and blocks do not agree, PortUnavailable if the books know no block.
        """
        from archroom.shelving.spec import ServerSpec

        blocks = self._blocks() if self._config.buses else []
        if not blocks and self._config.buses:
            raise PortUnavailable(say("The books know no block of mobile shelving yet; archroom init builds the room."))
        return ServerSpec.of(self._buses(), blocks, self._config.shelving_group, self._config.sensors)

    def _blocks(self) -> list[Block]:
        with self._books.reading() as books:
            return books.blocks()

    def places(self) -> Places:
        """Return where the server and its clients keep their things."""
        from archroom.shelving.spec import Places

        return Places(self._config.run_folder, self._config.state_folder)

    def connected(self) -> ShelvingClient:
        """Return a client of the server, started if need be, that has looked at each block once."""
        if self._client is None:
            from archroom.shelving.first_look import wait_for_first_look

            client = self._new_client()
            wait_for_first_look(client)
            self._client = client
        return self._client

    def _for_holds(self) -> ShelvingClient:
        """Return a client that waits for no look at the blocks, and without books asks a server told before of them."""
        try:
            return self._client or self._new_client()
        except ArchroomError:
            remembered = self._remembered()
            if remembered is None:
                raise
            return remembered

    def _new_client(self) -> ShelvingClient:
        from archroom.shelving.client import ShelvingClient

        return ShelvingClient(self.spec(), self.places())

    def _stopping_client(self) -> ShelvingClient:
        """Return a client for a stop only, which does without the books if they do not answer."""
        from archroom.shelving.client import ShelvingClient
        from archroom.shelving.spec import ServerSpec

        try:
            return self._new_client()
        except ArchroomError:
            return ShelvingClient(ServerSpec((), ()), self.places())

    def _remembered(self) -> ShelvingClient | None:
        """Return a client that knows what the last server on these buses was told, None if there was none."""
        from archroom.shelving.client import ShelvingClient
        from archroom.shelving.spec import FILE_NAME, read_spec

        try:
            spec = read_spec(self._config.state_folder / FILE_NAME)
        except BadFile:
            return None
        is_same = {bus.url for bus in spec.buses} == {bus.url for bus in self._config.buses}
        return ShelvingClient(spec, self.places()) if is_same else None

    def _buses(self) -> tuple[BusSpec, ...]:
        from archroom.shelving.spec import BusSpec

        return tuple(BusSpec(bus.url, bus.units, bus.profile) for bus in self._config.buses)


class House:
    """The services of one process, each built when it is first asked for; used as a context, which closes the books."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.clock = MachineClock()
        self.performer = Performer(config.operator, config.terminal)
        self.books = BooksOnDemand(config.database, self.clock, self.performer)

    def __enter__(self) -> House:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.books.close()

    @cached_property
    def shelving(self) -> ShelvingOnDemand | None:
        """The mobile shelving of this machine, None where no bus is configured."""
        return self.server if self.config.buses else None

    @cached_property
    def server(self) -> ShelvingOnDemand:
        """The shelving server of this machine, which reads the sensors too."""
        return ShelvingOnDemand(self.config, self.books)

    @cached_property
    def climate(self) -> Climate:
        """Temperature and humidity of the rooms."""
        from archroom.services.climate import Climate

        return Climate(self.books, self.server if self.config.sensors else None)

    @cached_property
    def bench(self) -> TechnicianBench:
        """The technician's bench at the buses."""
        from archroom.services.bench import TechnicianBench

        return TechnicianBench(self.server.bench if self.config.buses else None)

    @cached_property
    def desk(self) -> Desk:
        """Lending, returning, putting away, by scan or by command."""
        from archroom.services.desk import Desk, LoanPolicy

        return Desk(self.books, self.clock, LoanPolicy(self.config.loan_days), self._stop_all)

    @cached_property
    def people(self) -> People:
        """The people things are lent to."""
        from archroom.services.people import People

        return People(self.books)

    @cached_property
    def rooms(self) -> Rooms:
        """The rooms."""
        from archroom.services.rooms import Rooms

        return Rooms(self.books)

    @cached_property
    def finder(self) -> Finder:
        """Finding things and people."""
        from archroom.services.finding import Finder

        return Finder(self.books, self.clock)

    @cached_property
    def placing(self) -> Placing:
        """Shelving new collections."""
        from archroom.services.placing import Placing

        return Placing(self.books)

    @cached_property
    def intake(self) -> Intake:
        """Taking records in; opens the books."""
        from archroom.services.importing import Intake

        return Intake(self.books.opened().importing())

    @cached_property
    def aisles(self) -> Aisles:
        """Opening and stopping aisles."""
        from archroom.services.aisles import Aisles

        return Aisles(self.books, self.shelving)

    @cached_property
    def planning(self) -> Planning:
        """Planning walks through the aisles."""
        from archroom.services.planning import Planning

        return Planning(self.books, self.shelving, self.clock)

    @cached_property
    def claims(self) -> Claims:
        """Who is in which aisle, and which block may move."""
        from archroom.services.claims import Claims

        return Claims(self.books, self.shelving)

    @cached_property
    def outages(self) -> Outages:
        """Which block is out of order."""
        from archroom.services.outages import Outages

        return Outages(self.books, self.clock)

    @cached_property
    def commissioning(self) -> Commissioning:
        """Proving a block before it may be moved from here."""
        from archroom.services.commissioning import Commissioning

        connected = self.shelving.connected() if self.shelving else None
        return Commissioning(self.books, connected, self.clock, time.sleep)

    @cached_property
    def labelling(self) -> Labelling:
        """The facts of labels."""
        from archroom.services.labelling import Labelling

        return Labelling(self.books)

    def dismiss_shelving(self) -> None:
        """Have the shelving server end now, if it was started on demand and nothing moves."""
        if self.config.buses or self.config.sensors:
            self.server.dismiss()

    def _stop_all(self) -> list[StopReport]:
        return self.shelving.stop() if self.shelving is not None else []
