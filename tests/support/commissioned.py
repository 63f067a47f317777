"""Blocks that have passed their commissioning: licences for rigs, and records in the state folder for servers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path

from archroom import config
from archroom.core.commissioning import (
    CommissioningRecord,
    Controller,
    Finding,
    Licence,
    Step,
    StepKind,
    Verdict,
    record_of,
)
from archroom.core.licensing import Licensing, Permission
from archroom.core.plain.facts import Capabilities, PositionSense
from archroom.core.rooms import Block
from archroom.drivers.profile_reading import read_profile, shipped_profile
from archroom.errors import say
from archroom.exchange.roomfile import sample_room
from archroom.shelving.commissionings import write_record

REFERENCE = "reference"
WATCHDOG_MS = 1000
_SEEN = say("seen")
_CAN_STOP = Capabilities(frozenset(), True, PositionSense.SIDES, True, True, True, True, True, True, True)


class Licensed(Licensing):
    """A licence that no controller and no day changes."""

    def __init__(self, block: int, licence: Licence = Licence.FULL) -> None:
        super().__init__(block)
        self.licence = licence

    def permission(self, now: float, controller: Controller | None) -> Permission:
        reason = None if self.licence is Licence.FULL else say("Block {block} may only be watched.", block=self.block)
        return Permission(self.licence, reason)


def record_for(
    block: Block,
    serial: str,
    licence: Licence = Licence.FULL,
    signed_on: date | None = None,
    watchdog_ms: int = WATCHDOG_MS,
    profile: str = REFERENCE,
) -> CommissioningRecord:
    """A record that gives this licence, signed today unless said otherwise."""
    verdicts = {StepKind.OPENING: Verdict.PASSED, StepKind.PLUG: Verdict.PASSED}
    if licence is Licence.ATTENDED:
        verdicts[StepKind.PLUG] = Verdict.FAILED
    elif licence is Licence.MONITOR:
        verdicts[StepKind.OPENING] = Verdict.FAILED
    findings = [Finding(Step(kind), verdict, _SEEN) for kind, verdict in verdicts.items()]
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return record_of(
        block,
        Controller(profile, serial, len(block.carriages), watchdog_ms),
        findings,
        _CAN_STOP,
        by="Ana",
        witness="Ben",
        begun_at=at,
        signed_at=at,
        signed_on=signed_on or date.today(),
    )


def commission(folder: Path, blocks: Iterable[Block], serial: str | None = None) -> None:
    """Leave records in a server's state folder, for simulators with a serial of their own or with this one."""
    for block in blocks:
        write_record(record_for(block, serial or f"SIM{block.number:05d}"), folder)


def commission_plain(folder: Path, blocks: Iterable[Block], profile: str) -> None:
    """Leave records of blocks whose controllers are of another make: moved while a second person is at the aisle."""
    made = read_profile(Path(profile)) if profile.endswith(".toml") else shipped_profile(profile)
    for block in blocks:
        write_record(record_for(block, "", Licence.ATTENDED, watchdog_ms=0, profile=made.make), folder)


def commission_here() -> None:
    """Leave a record of the small sample room's block where the command line of this machine keeps its state."""
    commission(config.load().config.state_folder, sample_room("small").blocks)
