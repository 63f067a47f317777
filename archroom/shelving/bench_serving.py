"""The technician's bench within a running server: counters, frames as they pass, and single questions to a unit.

Frames are decoded on the watcher's own thread. A question waits for a pause of the bus and is refused while something moves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic

from archroom.core.bench import BusCounts, FoundUnit, OneValue, SeenFrame, SeenFrames, Table
from archroom.core.cleaning import clean
from archroom.core.people_holds import LONGEST_NAME
from archroom.drivers.decoding import function_of, meaning_of, unit_of
from archroom.drivers.line import ExchangeFailed
from archroom.drivers.modbus import MAX_UNIT, Request
from archroom.drivers.passages import Passage
from archroom.drivers.reference import parse_identity, read_identity
from archroom.drivers.transactions import FailureKind, Reply
from archroom.errors import ArchroomError, LinkError, PortUnavailable, Refused, UsageError, say
from archroom.shelving.bus import Bus
from archroom.shelving.codec import Json, encode
from archroom.shelving.endpoint import Lines
from archroom.shelving.journal import Journal
from archroom.shelving.request_values import fact, whole

WATCH_PERIOD_S = 0.1
LIFE_SIGN_S = 1.0
"""A watcher hears so often from a bus on which nothing passes."""
MOST_AT_ONCE = 200
VERBS = ("counters", "watch", "probe", "read_one", "write_one")
TURN_WITHIN_S = 3.0
"""How long a question of the bench waits for a pause of its bus."""
ENDED_WITHIN_S = 1.0
"""How long one waits that the bus has taken, for the end of its exchange."""


def serve_bench(lines: Lines, buses: Sequence[Bus], journal: Journal, request: Mapping[str, object]) -> None:
    """Answer one question of the bench; a watcher is answered until it hangs up. Raises Gone, ArchroomError."""
    if request.get("do") == "counters":
        lines.send({"ok": True, "buses": encode([counts_of(number, bus) for number, bus in enumerate(buses, 1)])})
        return
    bus = bus_of(buses, request.get("bus"))
    try:
        match request.get("do"):
            case "watch":
                _watch(lines, bus)
            case "probe":
                lines.send({"ok": True, "found": encode(_probe(bus, whole(request, "unit")))})
            case "read_one":
                lines.send({"ok": True, "value": encode(_read_one(bus, whole(request, "unit"), *_place(request)))})
            case _:
                lines.send({"ok": True, "value": encode(_write_one(bus, journal, request))})
    except ExchangeFailed as failed:
        raise LinkError(failed.message) from failed


def bus_of(buses: Sequence[Bus], number: object) -> Bus:
    """Return the bus of a number, counted from 1; raises UsageError."""
    if type(number) is not int or not 1 <= number <= len(buses):
        raise UsageError(say("There is no bus {number} here.", number=str(number)[:10]))
    return buses[number - 1]


def counts_of(number: int, bus: Bus) -> BusCounts:
    """Return what has happened on a bus; one that has just begun is waited for."""
    watch = bus.watch
    with bus.changed:
        bus.wait_for_first_reading()
    return BusCounts(
        number,
        bus.spec.url,
        bus.port_problem,
        watch.openings,
        watch.noise_bytes,
        watch.foreign_frames,
        dict(bus.spec.units),
        watch.counters(),
    )


def _watch(lines: Lines, bus: Bus) -> None:
    watcher = bus.watch.join()
    told_s = float("-inf")
    try:
        while True:
            passages, lost = watcher.take()
            if passages or lost or monotonic() - told_s >= LIFE_SIGN_S:
                seen = tuple(seen_of(passage, bus.reference_units) for passage in passages)
                for start in range(0, max(1, len(seen)), MOST_AT_ONCE):
                    part = SeenFrames(seen[start : start + MOST_AT_ONCE], lost if start == 0 else 0, bus.port_problem)
                    lines.send({"ok": True, "seen": encode(part)})
                told_s = monotonic()
            lines.receive(WATCH_PERIOD_S)
    finally:
        bus.watch.leave(watcher)


def seen_of(passage: Passage, reference_units: frozenset[int]) -> SeenFrame:
    """Return what a technician sees of bytes that passed."""
    unit = unit_of(passage)
    return SeenFrame(
        at=datetime.now(UTC) - timedelta(seconds=monotonic() - passage.at_s),
        unit=unit,
        is_ours=passage.is_ours,
        function=function_of(passage),
        meaning=meaning_of(passage, unit in reference_units),
        hex=passage.data.hex(" "),
        verdict=passage.verdict,
        after_ms=None if passage.after_s is None else round(1000 * passage.after_s),
    )


def _probe(bus: Bus, unit: int) -> FoundUnit | None:
    """Ask a unit who it is, by a read that any Modbus device answers in some way."""
    try:
        reply = _asked(bus, read_identity(_checked_unit(unit)))
    except ExchangeFailed as failed:
        if failed.failure.kind is FailureKind.SILENCE:
            bus.watch.forget(unit, frozenset(bus.spec.units.values()))
            return None
        if failed.failure.kind is FailureKind.EXCEPTION:
            return FoundUnit(unit, say("a device of another make"), False)
        return FoundUnit(unit, failed.message, False)
    try:
        identity = parse_identity(reply.registers)
    except LinkError as error:
        return FoundUnit(unit, error.message, False)
    who = say(
        "shelving controller of block {block}, {count} carriages, serial {serial}",
        block=identity.block,
        count=identity.carriages,
        serial=identity.serial or "-",
    )
    return FoundUnit(unit, who, True)


def _read_one(bus: Bus, unit: int, table: Table, address: int) -> OneValue:
    read = bus.rights_of(_checked_unit(unit)).read(table, address)
    return OneValue(unit, table, address, _asked(bus, read.request).registers[read.index])


def _write_one(bus: Bus, journal: Journal, request: Mapping[str, object]) -> OneValue:
    """Write what a profile allows, once; who asked is on the disk before the frame goes out."""
    unit, value = _checked_unit(whole(request, "unit")), whole(request, "value")
    table, address = _place(request)
    by = clean(str(request.get("by") or ""), LONGEST_NAME)
    write = bus.rights_of(unit).write(table, address, value)
    if not by:
        raise UsageError(say("Say who writes it."))
    entry: dict[str, Json] = {"bus": bus.spec.url, "unit": unit, "table": table.value, "address": address, "value": value}
    with bus.changed:
        _check_rest(bus)
    journal.write_bench({**entry, "by": by})
    try:
        _asked(bus, write)
        found = _read_one(bus, unit, table, address)
    except ArchroomError as error:
        journal.write_bench({**entry, "text": error.message.english()})
        raise
    journal.write_bench({**entry, "found": found.value})
    return replace(found, is_as_written=found.value == value)


def _asked(bus: Bus, request: Request) -> Reply:
    """Have a request carried out in a pause of the bus; raises Refused if something moves before its turn comes."""
    if not bus.is_modbus:
        raise Refused(say("The controllers of this bus speak no Modbus: it can only be watched."))
    with bus.changed:
        _check_rest(bus)
        question = bus.bench.ask(request)
        bus.changed.notify_all()
        bus.changed.wait_for(lambda: question.outcome is not None or bus.is_busy, TURN_WITHIN_S)
        if question.outcome is None and bus.bench.withdraw(question):
            _check_rest(bus)
            raise Refused(say("The bus has no time now; ask again."))
        bus.changed.wait_for(lambda: question.outcome is not None, ENDED_WITHIN_S)
    if isinstance(question.outcome, ArchroomError):
        raise question.outcome
    if question.outcome is None:
        raise PortUnavailable(say("The bus does not answer."))
    return question.outcome


def _check_rest(bus: Bus) -> None:
    """Refuse a question to a port that is not open, or while something moves; a bus that just began is waited for."""
    bus.wait_for_first_reading()
    if bus.port_problem is not None:
        raise PortUnavailable(bus.port_problem)
    if bus.is_busy:
        raise Refused(say("Something moves on this bus: ask again when it stands."))


def _checked_unit(unit: int) -> int:
    if not 1 <= unit <= MAX_UNIT:
        raise UsageError(say("A Modbus unit is 1 to 247, not {unit}.", unit=unit))
    return unit


def _place(request: Mapping[str, object]) -> tuple[Table, int]:
    address, table = whole(request, "address"), fact(Table, request, "table")
    if not 0 <= address <= 0xFFFF:
        raise UsageError(say("The shelving server was asked without {name}.", name="address"))
    return table, address
