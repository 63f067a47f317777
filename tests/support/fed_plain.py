"""A supervisor of a controller of another make, fed by hand, at the beginnings that its tests need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import count

from commissioned import Licensed
from plain_rig import SIDES_AND_STOP
from statuses import bent, opening
from supervised_room import block_of

from archroom.core.commissioning import Licence
from archroom.core.controllers import Mode
from archroom.core.plain.facts import Capabilities, PlainStatus, PositionSense
from archroom.core.plain.supervisor import PlainSupervisor
from archroom.core.shelving import Ticket
from archroom.core.supervisor.notices import NoticeKind
from archroom.core.supervisor.wishes import Frame, Lane

BLOCK = block_of()
AT = 100.0
TELLS_AISLE = replace(SIDES_AND_STOP, position_sense=PositionSense.AISLE, tells_occupied=True)


class FedPlain:
    """A supervisor, and the statuses that it was shown."""

    def __init__(self, capabilities: Capabilities = TELLS_AISLE, licence: Licence = Licence.ATTENDED) -> None:
        numbers = count(1)
        self.supervisor = PlainSupervisor(BLOCK, capabilities, lambda: f"t{next(numbers)}")
        self.supervisor.licensing = Licensed(BLOCK.number, licence)
        self.status = PlainStatus(is_moving=False, mode=Mode.AUTOMATIC, is_enabled=True, open_aisle=0, freshness=1)

    def read(self, now: float, asked_s: float | None = None, **change: object) -> None:
        """Show the next status, with changes that last."""
        self.show(now, change, asked_s)

    def show(self, now: float, change: Mapping[str, object], asked_s: float | None = None) -> None:
        """Show the next status, with changes that last."""
        self.status = bent(replace(self.status, freshness=(self.status.freshness or 0) + 1), change)
        self.supervisor.status_read(now, self.status, now if asked_s is None else asked_s)

    def send(self, now: float, frame: Frame) -> None:
        """Let a wish go out and be answered."""
        wish = next(wish for wish in self.supervisor.wishes(now) if wish.frame is frame)
        self.supervisor.frame_sent(now, wish)
        self.supervisor.frame_echoed(now, wish)

    def frames(self, now: float) -> list[Frame]:
        """What it wishes to send, polls apart."""
        return [wish.frame for wish in self.supervisor.wishes(now)[1:]]

    def poll(self, now: float) -> tuple[Frame, Lane, float]:
        """What it asks next, how urgently and when."""
        wish = self.supervisor.wishes(now)[0]
        return wish.frame, wish.lane, wish.due_s

    def kinds(self) -> list[NoticeKind]:
        """What happened since the last look."""
        return [notice.kind for notice in self.supervisor.take_notices()]


def proved(capabilities: Capabilities = TELLS_AISLE, licence: Licence = Licence.ATTENDED) -> FedPlain:
    """A supervisor that believes its controller at `AT`; Ana has armed the block."""
    fed = FedPlain(capabilities, licence)
    fed.read(AT - 0.25)
    fed.read(AT)
    fed.supervisor.arm(AT, "Ana", 3600.0)
    fed.kinds()
    return fed


def intended() -> tuple[FedPlain, Ticket]:
    """An opening of aisle 3 that is allowed and not written down yet."""
    fed = proved()
    ticket = fed.supervisor.select(AT, opening(3), "Ana")
    fed.supervisor.go(AT, ticket.id, (0,), "Ana", "Ben")
    return fed, ticket


def ordered() -> tuple[FedPlain, Ticket]:
    """The same once its order went out."""
    fed, ticket = intended()
    fed.supervisor.release(AT, ticket.id)
    fed.send(AT, Frame.ORDER)
    return fed, ticket


def moving() -> tuple[FedPlain, Ticket]:
    """The same once it moves, at AT + 0.125."""
    fed, ticket = ordered()
    fed.read(AT + 0.125, is_moving=True)
    return fed, ticket
