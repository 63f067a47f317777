"""How far one block may be moved now: by the record of its commissioning, or because a technician is commissioning it.

Without either it may be watched only. Whoever reads or writes records sets `record` and `problem`; a supervisor asks
`permission`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from archroom.core.cleaning import clean
from archroom.core.commissioning import CommissioningRecord, Controller, Licence, invalidity
from archroom.core.comparing import name_key
from archroom.errors import Message, MotionRefused, say

COMMISSIONING_S = 30 * 60.0
"""How long a commissioning goes on without an act of whoever commissions."""
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Permission:
    """How far a block may be moved, and why no more."""

    licence: Licence = Licence.MONITOR
    reason: Message | None = None
    """Why the licence is not full; None if it is."""
    expires_on: date | None = None
    """The last day of the record; None without one."""
    commissioned_by: str = ""
    """Who commissions the block now; empty: nobody does."""
    attendant: str = ""
    """Who stands at the shelving meanwhile."""


@dataclass(frozen=True, slots=True)
class _Commissioning:
    by: str
    witness: str
    key: str
    until_s: float


class Licensing:
    """The licence of one block. Not safe for two threads at once: its bus holds the lock."""

    def __init__(
        self,
        block: int,
        today: Callable[[], date] = date.today,
        record: CommissioningRecord | None = None,
        problem: Message | None = None,
        profile: str = "reference",
    ) -> None:
        """`problem` says why there is no record although there is a file; `profile` names the kind of controller."""
        self.block = block
        self.record = record
        self.problem = problem
        self.profile = profile
        self._today = today
        self._commissioning: _Commissioning | None = None

    def permission(self, now: float, controller: Controller | None) -> Permission:
        """Return what may be done with the controller that answers now; None: nobody knows yet which one does."""
        under_way, record = self._commissioning, self.record
        if under_way is not None and now < under_way.until_s:
            reason = say("Block {block} is being commissioned by {name}.", block=self.block, name=under_way.by)
            return Permission(Licence.ATTENDED, reason, None, under_way.by, under_way.witness)
        if record is None:
            return Permission(reason=self.problem or _not_commissioned(self.block))
        if controller is None:
            return Permission(reason=say("Block {block} was not read yet.", block=self.block), expires_on=record.expires_on)
        problem = invalidity(record, controller, self._today())
        if problem is not None:
            again = say("{problem} Commission it again: {command}", problem=problem, command=_command(self.block))
            return Permission(reason=again, expires_on=record.expires_on)
        reason = say("Block {block} may only be watched: {why}", block=self.block, why=record.reason)
        match record.licence:
            case Licence.FULL:
                return Permission(Licence.FULL, None, record.expires_on)
            case Licence.ATTENDED:
                reason = say(
                    "A second person must be at the aisle of block {block}: {why}", block=self.block, why=record.reason
                )
        return Permission(record.licence, reason, record.expires_on)

    # -- while a technician commissions it

    def begin(self, now: float, by: str, witness: str, key: str) -> None:
        """Let a commissioning begin; `key` is known to the one connection that may move meanwhile. Raises MotionRefused."""
        if not name_key(by) or not name_key(witness):
            raise MotionRefused(say("Say who commissions block {block}, and who stands at it.", block=self.block))
        if name_key(by) == name_key(witness):
            raise MotionRefused(say("The person at the aisle must be another one than who gives the order."))
        self.refuse_others(now, key)
        until_s = now + COMMISSIONING_S
        self._commissioning = _Commissioning(clean(by, LONGEST_NAME), clean(witness, LONGEST_NAME), key, until_s)

    def refuse_others(self, now: float, key: str) -> None:
        """Raise MotionRefused if somebody else commissions the block; whoever does has the whole time anew with each act."""
        under_way = self._commissioning
        if under_way is None or now >= under_way.until_s:
            return
        if under_way.key == key:
            self._commissioning = replace(under_way, until_s=now + COMMISSIONING_S)
        else:
            raise MotionRefused(
                say(
                    "Block {block} is being commissioned by {name}; until that ends nobody else moves it.",
                    block=self.block,
                    name=under_way.by,
                )
            )

    def is_under_way(self, now: float, key: str) -> bool:
        """Whether the commissioning of this key goes on."""
        under_way = self._commissioning
        return under_way is not None and under_way.key == key and now < under_way.until_s

    def is_commissioned_now(self, now: float) -> bool:
        """Whether somebody commissions the block, and wants to see everything at once."""
        return self._commissioning is not None and now < self._commissioning.until_s

    def end(self, key: str) -> bool:
        """Let the commissioning of this key end; returns whether it was under way."""
        was_under_way = self._commissioning is not None and self._commissioning.key == key
        if was_under_way:
            self._commissioning = None
        return was_under_way


def attendance_problem(block: int, permission: Permission, attendant: str, by: str) -> Message | None:
    """Return why nobody may move the block with this permission and this second person; None if somebody may."""
    if permission.licence is Licence.MONITOR:
        return permission.reason or _not_commissioned(block)
    if permission.licence is Licence.FULL:
        return None
    there = attendant if attendant.strip() else permission.attendant
    if not there.strip():
        return say("Block {block} moves only while a second person holds its own stop at the aisle.", block=block)
    if name_key(there) == name_key(by):
        return say("The person at the aisle must be another one than who gives the order.")
    return None


def _not_commissioned(block: int) -> Message:
    return say("Block {block} may only be watched until it is commissioned: {command}", block=block, command=_command(block))


def _command(block: int) -> str:
    return f"archroom shelving commission {block}"
