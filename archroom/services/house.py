"""All services of one house, as the command line and the screens receive them."""

from __future__ import annotations

from dataclasses import dataclass

from archroom.core.ports import Archive, Clock, Importing, Shelving
from archroom.core.shelving import StopReport
from archroom.services.aisles import Aisles
from archroom.services.desk import Desk, LoanPolicy
from archroom.services.finding import Finder
from archroom.services.importing import Intake
from archroom.services.labelling import Labelling
from archroom.services.people import People
from archroom.services.placing import Placing
from archroom.services.rooms import Rooms


@dataclass(frozen=True, slots=True)
class Services:
    """What people do with one house."""

    desk: Desk
    people: People
    rooms: Rooms
    finder: Finder
    placing: Placing
    intake: Intake
    aisles: Aisles
    labelling: Labelling


def services_of(
    archive: Archive, importing: Importing, shelving: Shelving | None, clock: Clock, policy: LoanPolicy
) -> Services:
    """Return the services on these books and this shelving; `shelving` is None where none is connected."""

    def stop_all() -> list[StopReport]:
        return shelving.stop() if shelving is not None else []

    return Services(
        desk=Desk(archive, clock, policy, stop_all),
        people=People(archive),
        rooms=Rooms(archive),
        finder=Finder(archive, clock),
        placing=Placing(archive),
        intake=Intake(importing),
        aisles=Aisles(archive, shelving),
        labelling=Labelling(archive),
    )
