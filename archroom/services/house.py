"""All services of one house, as the command line and the screens receive them."""

from __future__ import annotations

from dataclasses import dataclass

from archroom.services.aisles import Aisles
from archroom.services.desk import Desk
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
