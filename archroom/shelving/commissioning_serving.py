"""One commissioning as the server sees it: a connection that may move a block without a licence until it ends.

It ends when it is signed, when the connection does, or when half an hour passes without an act; then nothing of it is left
but the record, if it was signed. The server judges the licence from the findings itself, and dates the record by its clock.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic

from archroom.core.commissioning import CommissioningRecord, Finding, record_of
from archroom.errors import ArchroomError, MotionRefused, say
from archroom.shelving.bus import Bus
from archroom.shelving.codec import encode
from archroom.shelving.commissionings import write_record
from archroom.shelving.endpoint import Gone, Lines
from archroom.shelving.request_values import fact

LOOK_S = 0.5


def serve_commissioning(
    lines: Lines, bus: Bus, block: int, by: str, witness: str, state_folder: Path, is_ending: Callable[[], bool]
) -> None:
    """Let a connection commission a block until it signs, hangs up or falls silent; raises MotionRefused, Gone."""
    key = secrets.token_hex(16)
    supervisor = bus.supervisors[block]
    begun_at = _now()
    with bus.changed:
        if supervisor.view(monotonic()).motion is not None:
            raise MotionRefused(say("A motion is under way at block {block}.", block=block))
        controller = supervisor.controller
        if controller is None:
            raise MotionRefused(say("Block {block} was not read yet.", block=block))
        supervisor.licensing.begin(monotonic(), by, witness, key)
        bus.changed.notify_all()

    def sign(request: Mapping[str, object]) -> CommissioningRecord:
        findings = fact(tuple[Finding, ...], request, "findings")
        with bus.changed:
            if supervisor.controller != controller:
                raise MotionRefused(say("Another controller answers at block {block} than at the beginning.", block=block))
            can = supervisor.can
        record = record_of(
            supervisor.block,
            controller,
            findings,
            can,
            by=by,
            witness=witness,
            begun_at=begun_at,
            signed_at=_now(),
            signed_on=date.today(),
        )
        write_record(record, state_folder)
        with bus.changed:
            supervisor.licensing.record, supervisor.licensing.problem = record, None
        return record

    try:
        lines.send({"ok": True, "key": key})
        while not is_ending() and supervisor.licensing.is_under_way(monotonic(), key):
            request = lines.receive(LOOK_S)
            match None if request is None else request.get("do"):
                case None:
                    continue
                case "sign" if request is not None:
                    try:
                        lines.send({"ok": True, "record": encode(sign(request))})
                        return
                    except ArchroomError as error:
                        lines.send({"ok": False, "error": type(error).__name__, "message": encode(error.message)})
                case _:
                    raise Gone
        raise Gone
    finally:
        with bus.changed:
            ended = say("The commissioning of block {block} has ended.", block=block)
            supervisor.end_commissioning(monotonic(), key, ended)
            bus.urge()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
