"""What a client has ordered: the record of its commands, a living selection, a motion under way."""

from __future__ import annotations

from dataclasses import dataclass

from hardware_sim.motions import Plan
from hardware_sim.registers import Action, Result


@dataclass(frozen=True, slots=True)
class Task:
    """What a command asks for: the action, and AISLE and CLOSES as that action takes them."""

    action: Action
    aisle: int
    closes: int


@dataclass(frozen=True, slots=True)
class Selection:
    """A living SELECT: which command may follow it, and until when."""

    seq: int
    task: Task
    expires_ms: int


@dataclass(slots=True)
class CommandRecord:
    """What the last commands were and what became of them: EPOCH, LAST_SEQ, LAST_RESULT, REFUSAL."""

    epoch: int = 0
    seq: int = 0
    result: int = 0
    refusal: int = 0
    refusal_count: int = 0

    def malformation(self, epoch: int, seq: int, *, is_checked: bool, is_known: bool) -> Result | None:
        """Why a command is ill-formed, None if it is not; `is_known`: this controller can do what its OP asks for."""
        if not is_checked:
            return Result.CHECK_WRONG
        if epoch < self.epoch:
            return Result.EPOCH_OLD
        expected = (self.seq, self.seq + 1) if epoch == self.epoch else (1,)
        if seq not in expected:
            return Result.SEQUENCE_WRONG
        if not is_known:
            return Result.OPERATION_UNKNOWN
        return None

    def refuse(self, refusal: Result) -> None:
        """Take down an ill-formed command."""
        self.refusal = refusal
        self.refusal_count = self.refusal_count + 1 & 0xFF


@dataclass(frozen=True, slots=True)
class Motion:
    """An accepted OPERATE: what it does, which carriages go where, which aisles it changes, how long it may take."""

    task: Task
    plan: Plan
    changed_mask: int
    accepted_ms: int
    ttl_ms: int
