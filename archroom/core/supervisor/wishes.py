"""What a supervisor wishes to have on its unit's wire, and how urgent it is.

A wish is not a frame: the bus decides when its turn comes, says so (`frame_sent`), and says what became of it. A wish for an
OPERATE is never uttered again once it was said to be sent, whatever came of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

from archroom.core.plain.facts import Order
from archroom.core.shelving import Instruction


class Lane(IntEnum):
    """Order of service on a bus: nothing waits behind a lower lane but for the frame in flight."""

    STOP = 0
    COMMAND = 1
    """SELECT and OPERATE, and the reads that tell what became of them or of a STOP."""
    HEARTBEAT = 2
    POLL = 3
    PROBE = 4
    """Whatever goes to a unit that does not answer; never while something moves on the same bus."""


class Frame(Enum):
    """The kinds of frames that are ever sent: six of the reference map, and to plain controllers STATUS, ORDER and STOP."""

    IDENTITY = "identity"
    STATUS = "status"
    HEARTBEAT = "heartbeat"
    SELECT = "select"
    OPERATE = "operate"
    STOP = "stop"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Command:
    """What a SELECT or an OPERATE says."""

    epoch: int
    seq: int
    told: Instruction
    ttl_ms: int


@dataclass(frozen=True, slots=True)
class Wish:
    """One frame that a unit should be sent, not before `due_s`."""

    frame: Frame
    lane: Lane
    due_s: float
    command: Command | None = None
    """Of a SELECT or OPERATE."""
    value: int = 0
    """Of a HEARTBEAT."""
    order: Order | None = None
    """Of an ORDER."""
    is_anew: bool = False
    """Of a STATUS of a plain controller: nothing is believed of it, so it is looked for orders that were left standing."""
    may_release: bool = False
    """Of the same: whether such an order may be ended, since its block may be given orders."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a unit is asked and how old its answers may become, in seconds; the bus sets it by its baud and units."""

    idle_poll_s: float = 0.2
    busy_poll_s: float = 0.05
    """While something moves or a command waits for its effect."""
    stale_s: float = 0.3
    """Age from which a status is stale: no motion begins on it, and one that is under way is stopped."""
    lost_s: float = 0.6
    """Time without a fresh status after which the link counts as lost."""
    idle_slack_s: float = 0.0
    """Added to both while nothing is asked of the block: the time that a silent unit of the line takes up."""

    @classmethod
    def of_line(cls, round_s: float, probe_s: float) -> Pace:
        """Return the pace of a line on which asking every unit once takes `round_s`, and asking a silent one `probe_s`.

        300 ms and 600 ms hold wherever a round takes 150 ms or less; on a slower line two and four rounds stand for them.
        """
        return cls(stale_s=max(0.3, 2.0 * round_s), lost_s=max(0.6, 4.0 * round_s), idle_slack_s=probe_s)
