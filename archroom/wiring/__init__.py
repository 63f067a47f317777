"""The only place that chooses implementations: which books, which shelving, which clock stand behind the services.

Nothing is loaded or opened before it is asked for: stopping the shelving opens no books, and searching starts no shelving.
"""

from __future__ import annotations

import time
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING

from archroom.config import Config
from archroom.core.performer import Performer
from archroom.wiring.books import BooksOnDemand
from archroom.wiring.books import MachineClock as MachineClock

if TYPE_CHECKING:
    from archroom.core.shelving import StopReport
    from archroom.services.aisles import Aisles
    from archroom.services.bench import TechnicianBench
    from archroom.services.claims import Claims
    from archroom.services.climate import Climate
    from archroom.services.commissioning import Commissioning
    from archroom.services.desk import Desk
    from archroom.services.finding import Finder
    from archroom.services.history import Ledger
    from archroom.services.importing import Intake
    from archroom.services.labelling import Labelling
    from archroom.services.outages import Outages
    from archroom.services.people import People
    from archroom.services.placing import Placing
    from archroom.services.planning import Planning
    from archroom.services.rooms import Rooms
    from archroom.services.stopping import Stopper
    from archroom.wiring.shelving import ShelvingOnDemand


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
        from archroom.wiring.shelving import ShelvingOnDemand

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
    def ledger(self) -> Ledger:
        """What was done in the house."""
        from archroom.services.history import Ledger

        return Ledger(self.books)

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
    def stopper(self) -> Stopper:
        """Stopping the shelving, and nothing else."""
        from archroom.services.stopping import Stopper

        return Stopper(self.books, self.shelving)

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
