"""All services of one house, as the command line and the screens receive them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
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


class Services(Protocol):
    """What people do with one house. Whoever builds it may build each part when it is first asked for."""

    @property
    def desk(self) -> Desk:
        """Lending, returning, putting away, by scan or by command."""
        ...

    @property
    def ledger(self) -> Ledger:
        """What was done in the house."""
        ...

    @property
    def people(self) -> People:
        """The people things are lent to."""
        ...

    @property
    def rooms(self) -> Rooms:
        """The rooms."""
        ...

    @property
    def finder(self) -> Finder:
        """Finding things and people."""
        ...

    @property
    def placing(self) -> Placing:
        """Shelving new collections."""
        ...

    @property
    def intake(self) -> Intake:
        """Taking records in."""
        ...

    @property
    def aisles(self) -> Aisles:
        """Opening and stopping aisles."""
        ...

    @property
    def planning(self) -> Planning:
        """Planning walks through the aisles."""
        ...

    @property
    def claims(self) -> Claims:
        """Who is in which aisle, and which block may move."""
        ...

    @property
    def commissioning(self) -> Commissioning:
        """Proving a block before it may be moved from here; waits for a first look at the shelving."""
        ...

    @property
    def outages(self) -> Outages:
        """Which block is out of order."""
        ...

    @property
    def climate(self) -> Climate:
        """Temperature and humidity of the rooms."""
        ...

    @property
    def bench(self) -> TechnicianBench:
        """The technician's bench at the buses."""
        ...

    @property
    def labelling(self) -> Labelling:
        """The facts of labels."""
        ...
