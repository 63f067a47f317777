"""Identities and statuses of a healthy simulated block, to be bent by tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import TypeVar

from archroom.core.plain.facts import PlainStatus
from archroom.core.rooms import Block
from archroom.core.shelving import (
    Action,
    ControllerKind,
    ControllerState,
    ControllerStatus,
    EndReason,
    Fault,
    Identity,
    Mode,
    Wanted,
)
from archroom.drivers.reference import CommandResult


def identity_of(block: Block) -> Identity:
    """The identity block of the right controller."""
    return Identity(
        kind=ControllerKind.SIMULATOR,
        block=block.number,
        carriages=len(block.carriages),
        watchdog_ms=1000,
        watchdog_mode=1,
        scan_ms=20,
        aisle_mm=block.aisle_mm,
        warning_ms=1000,
        speed_mm_s=40,
        fixed_carriages=frozenset(unit.number for unit in block.carriages if not unit.is_mobile),
        serial="SIM00001",
        capabilities=frozenset(Action),
    )


def status_of(block: Block, counter: int = 1, open_aisles: tuple[int, ...] | None = None) -> ControllerStatus:
    """A status at rest with these aisles open, those of the block if none are named."""
    return ControllerStatus(
        counter=counter,
        boot_id=7,
        epoch=3,
        last_seq=2,
        last_result=2,
        state=ControllerState.IDLE,
        mode=Mode.AUTOMATIC,
        is_enabled=True,
        is_watchdog_armed=False,
        faults=Fault.NONE,
        inputs=0,
        occupied_aisles=frozenset(),
        moving_carriages=frozenset(),
        instruction=None,
        heartbeat_echo=0,
        end_reason=EndReason.ARRIVED,
        refusal=0,
        locked_carriages=frozenset(),
        positions_mm=block.positions_mm(block.open_aisles if open_aisles is None else open_aisles),
    )


def opening(aisle: int) -> Wanted:
    """What somebody wants who opens an aisle."""
    return Wanted(Action.OPEN, aisle)


F = TypeVar("F", Identity, ControllerStatus, PlainStatus)


def bent(fact: F, change: Mapping[str, object]) -> F:
    """The same fact with other values; raises TypeError for a field that it does not have."""
    values = {field.name: getattr(fact, field.name) for field in fields(fact)}
    assert change.keys() <= values.keys()
    return type(fact)(**{**values, **change})


def result_of(code: int) -> CommandResult | None:
    """The result that a code stands for, None if the map does not know it."""
    return next((result for result in CommandResult if result == code), None)


def refusal_of(status: ControllerStatus) -> tuple[CommandResult | None, int]:
    """Why the last ill-formed command was thrown away, and how many were so far (mod 256)."""
    return result_of(status.refusal & 0xFF), status.refusal >> 8
