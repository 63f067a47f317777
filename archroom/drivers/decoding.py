"""What frames mean, for a technician's eyes: Modbus in general, and the reference controller's register map. Pure.

Nothing here decides anything: what cannot be decoded is said to be so, and the bytes stand beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from archroom.core.bench import Verdict
from archroom.drivers import reference
from archroom.drivers.modbus import Function, Request
from archroom.drivers.modbus_frames import find_reply, whole_frames
from archroom.drivers.passages import Passage
from archroom.drivers.timing import Framing
from archroom.errors import LinkError, Message, say

MOST_VALUES: Final = 16
"""So many registers of an answer are written out; the bytes hold them all."""

_NO_MEANING: Final = {
    Verdict.SILENT: say("no answer"),
    Verdict.CRC: say("damaged"),
    Verdict.STRANGE: say("does not fit the question"),
    Verdict.UNSENT: say("not sent: the line is never silent"),
    Verdict.LATE: say("came too late"),
    Verdict.UNASKED: say("nobody asked for it"),
}
_EXCEPTIONS: Final = {
    1: say("exception 1: unknown function"),
    2: say("exception 2: no such register"),
    3: say("exception 3: impossible value"),
    4: say("exception 4: failure of the device"),
    5: say("exception 5: accepted, takes long"),
    6: say("exception 6: busy"),
    10: say("exception 10: the gateway knows no way"),
    11: say("exception 11: the gateway hears nothing"),
}


def meaning_of(passage: Passage, is_reference: bool) -> Message:
    """Return what bytes that passed mean; `is_reference`: the unit is a controller of this project's register map."""
    request = passage.request
    if passage.is_ours and request is not None and passage.verdict is Verdict.SENT:
        return _question(request, is_reference)
    if passage.verdict in (Verdict.MATCHED, Verdict.EXCEPTION) and request is not None and passage.framing is not None:
        return _answer(passage.data, request, passage.framing, is_reference)
    if passage.verdict is Verdict.SENT:
        return say("request")
    if passage.verdict is Verdict.MATCHED:
        return say("answer")
    return _with_frames(passage)


def function_of(passage: Passage) -> int | None:
    """Return the function of Modbus in bytes that passed, None where there is none."""
    if passage.request is not None:
        return int(passage.request.function)
    found = _first_frame(passage)
    return None if found is None else found[1]


def unit_of(passage: Passage) -> int | None:
    """Return the unit that bytes are of or for, None where nobody can tell."""
    if passage.unit is not None:
        return passage.unit
    found = _first_frame(passage)
    return None if found is None else found[0]


def _first_frame(passage: Passage) -> tuple[int, int] | None:
    return None if passage.framing is None else next(whole_frames(passage.data, passage.framing), None)


def _with_frames(passage: Passage) -> Message:
    """What is wrong with bytes, and which whole frame stands in them all the same."""
    problem = _NO_MEANING[passage.verdict]
    found = _first_frame(passage)
    if found is None:
        return problem
    unit, function = found
    return say("{problem}: a frame of unit {unit}, function {function}", problem=problem, unit=unit, function=function)


def _question(request: Request, is_reference: bool) -> Message:
    if is_reference and (known := _reference_question(request)) is not None:
        return known
    at = f"0x{request.address:04X}"
    if request.function.is_read:
        what = say("read {count} bits from {at}") if request.function.is_of_bits else say("read {count} registers from {at}")
        return Message(what.template, {"count": request.count, "at": at})
    return say("write {values} to {at}", values=_values(request.values), at=at)


def _reference_question(request: Request) -> Message | None:
    if request.function is Function.READ:
        return {reference.IDENTITY: say("read identity"), reference.STATUS: say("read status")}.get(request.address)
    if request.address == reference.STOP:
        return say("STOP")
    if request.address == reference.HEARTBEAT:
        return say("heartbeat {value}", value=request.values[0])
    if request.address == reference.COMMAND and len(request.values) == 7:
        epoch, seq, op, aisle, closes, ttl_ms, _ = request.values
        action, operation = op >> 8, op & 0xFF
        return say(
            "{operation} {action}: EPOCH {epoch}, SEQ {seq}, AISLE {aisle}, CLOSES {closes}, TTL {ttl} ms",
            operation={1: "SELECT", 2: "OPERATE"}.get(operation, f"OP {operation}"),
            action=reference.ACTIONS[action].value if action < len(reference.ACTIONS) else str(action),
            epoch=epoch,
            seq=seq,
            aisle=aisle,
            closes="-" if closes == reference.NO_AISLE else closes,
            ttl=ttl_ms,
        )
    return None


def _answer(data: bytes, request: Request, framing: Framing, is_reference: bool) -> Message:
    transaction = int.from_bytes(data[:2], "big") if framing is Framing.MBAP else 0
    found = find_reply(data, request, framing, transaction)
    if found is None:
        return say("does not fit the question")
    if found.exception_code is not None:
        return _EXCEPTIONS.get(found.exception_code, say("exception {code}", code=found.exception_code))
    if not request.function.is_read:
        return say("taken")
    if is_reference and (known := _reference_answer(request, found.registers)) is not None:
        return known
    return say("values {values}", values=_values(found.registers))


def _reference_answer(request: Request, registers: Sequence[int]) -> Message | None:
    try:
        if request.address == reference.IDENTITY and request.count == reference.IDENTITY_REGISTERS:
            identity = reference.parse_identity(registers)
            return say(
                "identity: block {block}, {count} carriages, serial {serial}",
                block=identity.block,
                count=identity.carriages,
                serial=identity.serial or "-",
            )
        if request.address == reference.STATUS and request.count > reference.STATUS_REGISTERS_BESIDE_POSITIONS:
            status = reference.parse_status(registers)
            return say(
                "status {counter}: {state}, {mode}, faults {faults}, EPOCH {epoch}, SEQ {seq}, mm {positions}",
                counter=status.counter,
                state=status.state.name.lower(),
                mode=status.mode.name.lower(),
                faults=int(status.faults.value),
                epoch=status.epoch,
                seq=status.last_seq,
                positions=" ".join(map(str, status.positions_mm)),
            )
    except LinkError as error:
        return error.message
    return None


def _values(values: Sequence[int]) -> str:
    shown = " ".join(f"0x{value:04X}" for value in values[:MOST_VALUES])
    return f"{shown} ..." if len(values) > MOST_VALUES else shown
