"""What may be believed of one unit: its identity, its last status, how old that is, and whether it may be acted on.

Nothing is believed at start, after a lost link, a reboot, an impossible position or a second master; only two fresh statuses
that are equal, at rest and at least 200 ms apart lead out. A status whose counter did not move is no news.
"""

from __future__ import annotations

from enum import Enum

from archroom.core.rooms import Block
from archroom.core.shelving import ControllerStatus, Identity, Trust, impossibility
from archroom.core.supervisor_rules import identity_problem
from archroom.core.supervisor_wishes import Pace
from archroom.errors import Message, say

PROOF_APART_S = 0.2
"""Least time between the two equal statuses that prove a block."""
FAILED_POLLS = 3
"""So many failed polls in a row lose the link."""
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


class Watch:
    """The eyes of a supervisor: fed with answers and failures, asked what may be believed."""

    def __init__(self, block: Block) -> None:
        self.block = block
        self.pace = Pace()
        self.identity: Identity | None = None
        self.is_stranger = False
        """Whether what answers is certainly no controller of this map: not even a STOP means anything to it."""
        self.status: ControllerStatus | None = None
        self.fresh_s: float | None = None
        """When the last status with news in it came."""
        self.heard_s: float | None = None
        """When the unit last answered anything that matched."""
        self.failures = 0
        """Failed exchanges since the last answered poll; a write that is answered does not tell how the steel stands."""
        self.is_lost = False
        self.reason: Message | None = None
        """Why it is not believed."""
        self._is_proved = False
        self._candidate: tuple[float, ControllerStatus] | None = None
        self._authority: Authority | None = None
        self._expected: list[Authority] = []
        self._since_s: float | None = None

    # -- questions

    def trust(self, now: float, is_busy: bool = False) -> Trust:
        """Return how far the last status may be believed; strictly while something is asked of the block."""
        if self.is_lost:
            return Trust.LOST
        if not self._is_proved:
            return Trust.UNKNOWN
        limit_s = self.pace.stale_s + (0.0 if is_busy else self.pace.idle_slack_s)
        return Trust.STALE if now - (self.fresh_s or 0.0) > limit_s else Trust.GOOD

    def believed(self, now: float, is_busy: bool = False) -> ControllerStatus | Message:
        """Return the last status if it may be acted on, else why not."""
        trust = self.trust(now, is_busy)
        if self.status is not None and trust is Trust.GOOD:
            return self.status
        if trust is Trust.STALE:
            return say("The last status of block {block} is too old to act on.", block=self.block.number)
        return self.reason or say("Block {block} was not read yet.", block=self.block.number)

    def age_s(self, now: float) -> float | None:
        """Return the age of the last status, None if there never was one."""
        return None if self.fresh_s is None else now - self.fresh_s

    @property
    def is_ours(self) -> bool:
        """Whether the unit has proved to be the controller that this block needs."""
        return self.identity is not None and identity_problem(self.block, self.identity) is None

    @property
    def authority(self) -> Authority | None:
        """The last command that the controller took, as far as it is believed."""
        return self._authority

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

    def take_echo(self, now: float) -> None:
        """Take note that a write was answered."""
        self.heard_s = now

    def take_status(self, now: float, status: ControllerStatus) -> Sight:
        """Take a matched status and say what it was worth."""
        self._hear(now)
        before, before_s = self.status, self.fresh_s
        if before is not None and (before.boot_id, before.counter) == (status.boot_id, status.counter):
            return Sight.REPEATED
        self.status, self.fresh_s = status, now
        self._return(now)
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

    def take_failure(self) -> None:
        """Take note of an exchange without a matched answer."""
        self.failures += 1

    def advance(self, now: float, is_busy: bool = False) -> bool:
        """Let time pass; returns whether the link was lost just now."""
        if self._since_s is None:
            self._since_s = now
        if self.is_lost or self.is_stranger:
            return False
        silent_s = now - max(self._since_s, self.fresh_s or self._since_s)
        limit_s = self.pace.lost_s + (0.0 if is_busy else self.pace.idle_slack_s)
        is_late = silent_s > limit_s and (self.is_ours or self.identity is None)
        if self.failures < FAILED_POLLS and not is_late:
            return False
        if self.failures:
            self.lose(say("Block {block} does not answer.", block=self.block.number))
        else:
            self.lose(say("Block {block} repeats an old status.", block=self.block.number))
        return True

    def lose(self, reason: Message) -> None:
        """Count the link as lost, until a fresh status comes."""
        self.is_lost = True
        self.identity = None
        self.distrust(reason)

    # -- what was believed

    def expect(self, *commands: Authority) -> None:
        """Take note of commands that are about to be given, so that they are known for our own when they show."""
        self._expected.extend(commands)

    def distrust(self, reason: Message) -> None:
        """Believe nothing until it is proved again."""
        self._is_proved = False
        self._candidate = None
        self._authority = None
        self._expected.clear()
        self.reason = reason

    def forget_expected(self) -> None:
        """Take note that commands which have not shown yet are given up: if they still come, they are a stranger's."""
        self._expected.clear()

    def _hear(self, now: float) -> None:
        self.failures = 0
        self.heard_s = now

    def _return(self, now: float) -> None:
        if self.is_lost:
            self.is_lost = False
            self._since_s = now
            self.reason = say("Block {block} answers again and is being checked.", block=self.block.number)

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
        earlier = self._candidate
        if earlier is None or not status.state.is_at_rest or _essence(earlier[1]) != _essence(status):
            self._candidate = (now, status)
            return False
        if now - earlier[0] < PROOF_APART_S or self.identity is None:
            return False
        self._is_proved = True
        self._candidate = None
        self._authority = (status.epoch, status.last_seq)
        self.reason = None
        return True


def _essence(status: ControllerStatus) -> tuple[object, ...]:
    """What must be equal in two statuses of a block that stands still."""
    return (
        status.boot_id,
        (status.epoch, status.last_seq),
        (status.state, status.mode, status.is_enabled),
        (status.faults, status.inputs, status.occupied_aisles, status.moving_carriages),
        status.positions_mm,
    )
