"""A supervisor fed by hand, status by status, at the beginnings that its tests need."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from commissioned import Licensed
from statuses import bent, identity_of, opening, status_of
from supervised_room import block_of

from archroom.core.shelving import ControllerState, EndReason, Identity, Ticket
from archroom.core.supervisor.notices import NoticeKind
from archroom.core.supervisor.supervisor import Supervisor
from archroom.core.supervisor.wishes import Frame, Lane

BLOCK = block_of()
AT = 100.0


class Fed:
    """A supervisor, and the statuses that it was shown."""

    def __init__(self, identity: Identity | None = None) -> None:
        numbers = count(1)
        self.supervisor = Supervisor(BLOCK, lambda: f"t{next(numbers)}")
        self.supervisor.licensing = Licensed(BLOCK.number)
        self.identity = identity or identity_of(BLOCK)
        self.status = status_of(BLOCK)

    def read(self, now: float, asked_s: float | None = None, **change: object) -> None:
        """Show the next status, with changes that last."""
        self.status = bent(replace(self.status, counter=self.status.counter + 1), change)
        self.supervisor.status_read(now, self.status, now if asked_s is None else asked_s)

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


def proved(identity: Identity | None = None) -> Fed:
    """A supervisor that believes its block at `AT`, which Ana has armed."""
    fed = Fed(identity)
    fed.supervisor.wishes(AT - 0.5)
    fed.supervisor.identity_read(AT - 0.5, fed.identity)
    fed.read(AT - 0.25)
    fed.read(AT)
    fed.supervisor.arm(AT, "Ana", 3600.0)
    fed.kinds()
    return fed


def intended() -> tuple[Fed, Ticket]:
    """An opening of aisle 3 that is allowed and not written down yet."""
    fed = proved()
    ticket = fed.supervisor.select(AT, opening(3), "Ana")
    fed.supervisor.go(AT, ticket.id, (0,), "Ana")
    return fed, ticket


def selecting() -> tuple[Fed, Ticket]:
    """The same once its SELECT went out."""
    fed, ticket = intended()
    fed.supervisor.release(AT, ticket.id)
    for frame in (Frame.HEARTBEAT, Frame.SELECT):
        wish = next(wish for wish in fed.supervisor.wishes(AT) if wish.frame is frame)
        fed.supervisor.frame_sent(AT, wish)
        fed.supervisor.frame_echoed(AT, wish)
    return fed, ticket


def moving() -> tuple[Fed, Ticket]:
    """The same once it moves, at AT + 0.25."""
    fed, ticket = selecting()
    fed.read(AT + 0.125, epoch=4, last_seq=1, last_result=1, state=ControllerState.SELECTED)
    wish = next(wish for wish in fed.supervisor.wishes(AT + 0.125) if wish.frame is Frame.OPERATE)
    fed.supervisor.frame_sent(AT + 0.125, wish)
    fed.supervisor.frame_echoed(AT + 0.125, wish)
    fed.read(AT + 0.25, last_seq=2, last_result=2, state=ControllerState.MOVING, end_reason=EndReason.NONE)
    return fed, ticket
