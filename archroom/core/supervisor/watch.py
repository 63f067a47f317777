"""What may be believed of one unit: its identity, its last status, how old that is, and whether it may be acted on.

Nothing is believed at start, after a lost link, a reboot, an impossible position or a second master; only two fresh statuses
that are equal, at rest and at least 200 ms apart lead out. A status whose counter did not move is no news.
"""

from __future__ import annotations

from enum import Enum

from archroom.core.gaps import impossibility
from archroom.core.rooms import Block
from archroom.core.shelving import ControllerStatus, Identity
from archroom.core.supervisor.link import LinkWatch
from archroom.core.supervisor.rules import identity_problem
from archroom.errors import Message, say

SPEED_SLACK_MM = 10
SPEED_SLACK_S = 0.2
"""How much further, and for how much longer, a carriage may have run between two statuses than their times say."""

Authority = tuple[int, int]
"""EPOCH and LAST_SEQ: the last command that a controller took."""


class Sight(Enum):
    """What a status was worth."""

    REPEATED = "repeated"
    """Its counter did not move: no news."""
    TAKEN = "taken"
    PROVED = "proved"
    """From this one on the block is believed."""
    SHAKEN = "shaken"
    """It cannot be, or should not: nothing is believed from now on."""


class Watch(LinkWatch[ControllerStatus]):
    """The eyes of a supervisor: fed with answers and failures, asked what may be believed."""

    def __init__(self, block: Block) -> None:
        super().__init__(block)
        self.identity: Identity | None = None
        self.is_stranger = False
        """Whether what answers is certainly no controller of this map: not even a STOP means anything to it."""
        self._authority: Authority | None = None
        self._expected: list[Authority] = []

    # -- questions

    @property
    def is_ours(self) -> bool:
        """Whether the unit has proved to be the controller that this block needs."""
        return self.identity is not None and identity_problem(self.block, self.identity) is None

    @property
    def authority(self) -> Authority | None:
        """The last command that the controller took, as far as it is believed."""
        return self._authority

    @property
    def is_waited_for(self) -> bool:
        """Whether silence of the unit means that the link is lost: not of a stranger, which is asked rarely."""
        return self.is_ours or self.identity is None

    # -- answers

    def take_identity(self, now: float, identity: Identity) -> None:
        """Take note of who answers."""
        self._hear(now)
        self.identity = identity
        self.is_stranger = False
        if not self.is_ours:
            self.is_lost = False

    def take_stranger(self, now: float, reason: Message) -> None:
        """Take note that what answers is no controller of this map."""
        self._hear(now)
        self.identity = None
        self.is_stranger = True
        self.distrust(reason)

    def take_status(self, now: float, status: ControllerStatus) -> Sight:
        """Take a matched status and say what it was worth."""
        self._hear(now)
        before, before_s = self.status, self.fresh_s
        if before is not None and (before.boot_id, before.counter) == (status.boot_id, status.counter):
            return Sight.REPEATED
        self.status, self.fresh_s = status, now
        self._return()
        shock = None
        if before is not None and before_s is not None:
            shock = self._shock(before, status, now - before_s)
        shock = shock or impossibility(self.block, status.positions_mm)
        if shock is not None:
            self.distrust(shock)
            return Sight.SHAKEN
        if not self._is_proved and self._weigh(now, status):
            return Sight.PROVED
        return Sight.TAKEN

    def advance(self, now: float, is_busy: bool = False) -> bool:
        """Let time pass; returns whether the link was lost just now."""
        return not self.is_stranger and super().advance(now, is_busy)

    def lose(self, reason: Message) -> None:
        """Count the link as lost, until a fresh status comes."""
        self.identity = None
        super().lose(reason)

    # -- what was believed

    def expect(self, *commands: Authority) -> None:
        """Take note of commands that are about to be given, so that they are known for our own when they show."""
        self._expected.extend(commands)

    def distrust(self, reason: Message) -> None:
        """Believe nothing until it is proved again."""
        self._authority = None
        self._expected.clear()
        super().distrust(reason)

    def forget_expected(self) -> None:
        """Take note that commands which have not shown yet are given up: if they still come, they are a stranger's."""
        self._expected.clear()

    def _shock(self, before: ControllerStatus, status: ControllerStatus, apart_s: float) -> Message | None:
        number = self.block.number
        if before.boot_id != status.boot_id:
            self.identity = None
            return say("The controller of block {block} was restarted.", block=number)
        shown = (status.epoch, status.last_seq)
        if self._authority is not None and shown != self._authority:
            if shown not in self._expected:
                return say("Another program commands block {block} too.", block=number)
            del self._expected[: self._expected.index(shown) + 1]
            self._authority = shown
        speed_mm_s = self.identity.speed_mm_s if self.identity is not None else None
        if self._is_proved and speed_mm_s is not None:
            most_mm = speed_mm_s * (apart_s + SPEED_SLACK_S) + SPEED_SLACK_MM
            for carriage, (here, there) in enumerate(zip(before.positions_mm, status.positions_mm, strict=True), start=1):
                if abs(there - here) > most_mm:
                    return say(
                        "Carriage {carriage} of block {block} is reported {distance} mm away from where it just was.",
                        carriage=carriage,
                        block=number,
                        distance=abs(there - here),
                    )
        return None

    def _weigh(self, now: float, status: ControllerStatus) -> bool:
        is_equal = self._candidate is not None and _essence(self._candidate[1]) == _essence(status)
        if not self._is_second(now, status, status.state.is_at_rest, is_equal) or self.identity is None:
            return False
        self._prove()
        self._authority = (status.epoch, status.last_seq)
        return True


def _essence(status: ControllerStatus) -> tuple[object, ...]:
    """What must be equal in two statuses of a block that stands still."""
    return (
        status.boot_id,
        (status.epoch, status.last_seq),
        (status.state, status.mode, status.is_enabled),
        (status.faults, status.inputs, status.occupied_aisles, status.moving_carriages),
        status.locked_carriages,
        status.positions_mm,
    )
