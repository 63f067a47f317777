"""Profiles out of their TOML files, and the linter: a profile that could move steel by accident is refused, with its line.

Refused are: keys and words that nobody knows, writes that no `[write]` declares, writes that overlap, pulses that would be
repeated or never end, targets that are not read back, a lease of nothing, and signals or orders that their controller cannot
have by its own declaration.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from enum import Enum
from importlib.resources import files
from pathlib import Path
from typing import TypeVar

from archroom.core.bench import Table
from archroom.core.controllers import Fault
from archroom.core.plain.facts import SAFETY_DEVICE, Capabilities, OrderKind, PositionSense
from archroom.core.tables import Table as TomlTable
from archroom.core.tables import parse_toml
from archroom.drivers.profile import (
    Argument,
    Lease,
    Meaning,
    ModbusMap,
    NumberType,
    Parameter,
    Poll,
    Profile,
    Proof,
    Signal,
    Step,
    WireKind,
    Write,
    WriteStyle,
)
from archroom.drivers.wire_settings_reading import SENSOR, read_capabilities, read_settings
from archroom.errors import BadFile, Message, say

SHIPPED = ("climate-sensor", "fatek-coils", "mjj-web", "stow-wms", "wkl", "z5")
"""The profiles that come with the program, beside the reference map."""
MAX_BYTES = 200_000
MOST_HOLD_MS = 2_000
LEAST_SILENCE_MS, MOST_SILENCE_MS = 500, 2_000
SILENCE_KEY = "stops_when_host_is_silent"
ANY_DEVICE = "safety-device"
"""The `fault` of an alarm that any safety device raises."""
NAME = "[a-z][a-z0-9-]{0,39}"
E = TypeVar("E", bound=Enum)


def shipped_profile(name: str) -> Profile:
    """Return a profile that comes with the program; raises BadFile if there is none of that name."""
    if name not in SHIPPED:
        raise BadFile(say("There is no profile {name}; there is {known}.", name=name, known=", ".join(SHIPPED)))
    return parse_profile(files("archroom").joinpath("drivers", "profiles", f"{name}.toml").read_bytes())


def read_profile(path: Path) -> Profile:
    """Return the profile in a file; raises BadFile with the file and the line."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadFile(say("{file} cannot be read: {why}.", file=str(path), why=error.strerror or "")) from error
    try:
        return parse_profile(content)
    except BadFile as error:
        raise BadFile(say("{file}: {why}", file=str(path), why=error.message), error.line, error.column) from error


def parse_profile(content: bytes) -> Profile:
    """Return the profile that a file's bytes describe; raises BadFile with the line of what is wrong."""
    document = parse_toml(content, MAX_BYTES)
    head = document.table("profile")
    name, title = head.code("name", NAME), head.text("title")
    wire, proof = _word(head, "wire", WireKind), _word(head, "proof", Proof)
    source = head.text("source")
    head.finish()
    modbus, settings, capabilities = None, None, SENSOR
    if wire is WireKind.MODBUS:
        can, modbus = document.table("can"), _modbus_map(document)
        capabilities = _capabilities(can, modbus)
        can.finish()
    else:
        settings = read_settings(wire, document.table("settings"))
    if settings is not None and wire is not WireKind.CLIMATE:
        can = document.table("can")
        capabilities = read_capabilities(wire, settings, can, _silence(can))
        can.finish()
    parameters: tuple[Parameter, ...] = ()
    if wire in (WireKind.MODBUS, WireKind.CLIMATE):
        parameters = _parameters(document.tables_by_name("parameter", NAME), modbus)
    document.finish()
    return Profile(name, title, wire, proof, source, capabilities, modbus, settings, parameters, _digest(content))


def _digest(content: bytes) -> str:
    """Return 12 hexadecimal digits that stay while the file says the same, whatever its comments, spaces and order."""
    said = json.dumps(tomllib.loads(content.decode()), sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:12]


# -- what it can do


def _capabilities(can: TomlTable, modbus: ModbusMap) -> Capabilities:
    """What a map's controller can do follows from its signals and orders; only its silence must be declared."""
    told = {signal.means for signal in modbus.signals if signal.poll is Poll.FAST}
    sense = PositionSense.NOTHING
    if Meaning.POSITION in told:
        sense = PositionSense.MILLIMETRES
    elif {Meaning.AT_LOW, Meaning.AT_HIGH} <= told:
        sense = PositionSense.SIDES
    elif Meaning.OPEN_AISLE in told:
        sense = PositionSense.AISLE
    silence = _silence(can)
    if silence and modbus.lease is None:
        can.refuse(say("nothing tells the controller that this program is silent: [lease] is missing"), SILENCE_KEY)
    return Capabilities(
        orders=frozenset(modbus.orders),
        can_stop=bool(modbus.stop),
        position_sense=sense,
        tells_motion=bool(told & {Meaning.MOVING, Meaning.STANDING}),
        tells_mode=bool(told & {Meaning.AUTOMATIC, Meaning.MANUAL}),
        tells_faults=Meaning.ALARM in told,
        tells_occupied=Meaning.OCCUPIED in told,
        tells_fresh=Meaning.COUNTER in told,
        has_sequence_numbers=False,
        stops_when_host_is_silent=silence,
        lease_period_s=None if modbus.lease is None else modbus.lease.period_ms / 1000,
    )


def _silence(can: TomlTable) -> bool | None:
    word = can.choice(SILENCE_KEY, ("yes", "no", "unknown"))
    return None if word == "unknown" else word == "yes"


# -- the map


def _modbus_map(document: TomlTable) -> ModbusMap:
    most = 16
    if document.has("read"):
        limits = document.table("read")
        most = limits.whole("most_registers", 1, 125)
        limits.finish()
    signals = tuple(_signal(name, table) for name, table in document.tables_by_name("signal", NAME).items())
    tables = document.tables_by_name("write", NAME)
    writes = {name: _write(name, table) for name, table in tables.items()}
    _refuse_overlaps(tables, writes)
    orders: dict[OrderKind, tuple[Step, ...]] = {}
    jog_low: tuple[Step, ...] = ()
    used: set[str] = set()
    for name, table in document.tables_by_name("order", NAME).items():
        kind = next((kind for kind in OrderKind if name in (kind.value, f"{kind.value}-low")), None)
        if kind is None or (name.endswith("-low") and kind is not OrderKind.JOG):
            table.refuse(say("there is no order {name}", name=name))
        steps = _steps(table, writes, _arguments_of(kind), is_stop=False)
        used |= {step.write for step in steps}
        if name.endswith("-low"):
            jog_low = steps
        else:
            orders[kind] = steps
    stop: tuple[Step, ...] = ()
    if document.has("stop"):
        table = document.table("stop")
        stop = _steps(table, writes, (), is_stop=True)
        used |= {step.write for step in stop}
    lease = _lease(document.table("lease"), writes) if document.has("lease") else None
    if lease is not None:
        used.add(lease.write)
    for name, table in tables.items():
        if name not in used:
            table.refuse(say("no order and no stop writes {name}", name=name))
    return ModbusMap(signals, writes, orders, jog_low, stop, lease, most)


def _lease(table: TomlTable, writes: dict[str, Write]) -> Lease:
    """A lease that never ends, or ends between two beats, is none. Figures: docs/shelving-protocol.md, watchdog."""
    name = table.code("write", NAME)
    if name not in writes or writes[name].table is not Table.HOLDING:
        table.refuse(say("{name} is not declared as a [write] of a register", name=name), "write")
    silence_ms = table.whole("silence_ms", LEAST_SILENCE_MS, MOST_SILENCE_MS)
    period_ms = table.whole("period_ms", 50, silence_ms // 2)
    table.finish()
    return Lease(name, period_ms, silence_ms)


def _signal(name: str, table: TomlTable) -> Signal:
    means = _word(table, "means", Meaning)
    where = _word(table, "table", Table)
    is_plain_number = not where.is_of_bits and not table.has("bit") and not table.has("equals")
    number_type = _word(table, "type", NumberType) if table.has("type") else NumberType.U16
    signal = Signal(
        name=name,
        table=where,
        address=table.whole("address", 0, 0xFFFF),
        notation=table.text("notation") if table.has("notation") else "",
        means=means,
        poll=_word(table, "poll", Poll),
        type=number_type,
        is_low_word_first=table.truth("low_word_first") if table.has("low_word_first") else False,
        bit=table.whole("bit", 0, 15) if table.has("bit") else None,
        equals=table.whole("equals", 0, 0xFFFF) if table.has("equals") else None,
        is_inverted=table.truth("inverted") if table.has("inverted") else False,
        multiply=table.number("multiply") if table.has("multiply") else 1.0,
        add=table.number("add") if table.has("add") else 0.0,
        step=table.whole("step", 1, 1_000) if table.has("step") else 0,
        fault=_fault(table) if means is Meaning.ALARM else Fault.NONE,
    )
    if means.is_number and means is not Meaning.OTHER and not is_plain_number:
        table.refuse(say("{means} is a number: it needs whole registers", means=means.value), "means")
    if not means.is_number and is_plain_number:
        table.refuse(say("{means} is a yes or no: say which bit, or which value it equals", means=means.value), "means")
    if means.is_of_each != bool(signal.step):
        table.refuse(say("{means} has a step exactly if there is one of it a carriage or aisle", means=means.value), "step")
    if signal.multiply == 0:
        table.refuse(say("{key} must not be 0", key="multiply"), "multiply")
    if signal.is_inverted and means.is_number:
        table.refuse(say("a number cannot be inverted"), "inverted")
    table.finish()
    return signal


def _write(name: str, table: TomlTable) -> Write:
    where = _word(table, "table", Table)
    if where not in (Table.COILS, Table.HOLDING):
        table.refuse(say("nothing can be written to {table}", table=where.value), "table")
    style = _word(table, "style", WriteStyle)
    if style is WriteStyle.PULSE and where is not Table.COILS:
        table.refuse(say("a pulse is of a coil"), "style")
    hold_ms = table.whole("hold_ms", 1, MOST_HOLD_MS) if style is WriteStyle.PULSE else 0
    if table.has("retries") and (table.whole("retries", 0, 10) or style is WriteStyle.PULSE):
        table.refuse(say("no write is repeated: what became of it is read"), "retries")
    is_read_back = table.truth("read_back") if style is WriteStyle.LEVEL else False
    notation = table.text("notation") if table.has("notation") else ""
    write = Write(name, where, table.whole("address", 0, 0xFFFF), notation, style, hold_ms, is_read_back)
    table.finish()
    return write


def _parameters(tables: dict[str, TomlTable], modbus: ModbusMap | None) -> tuple[Parameter, ...]:
    """Settings for a technician; none of them is at a place that an order, a stop or a lease writes."""
    moving = {(write.table, write.address) for write in modbus.writes.values()} if modbus is not None else set()
    found: list[Parameter] = []
    for name, table in tables.items():
        where = _word(table, "table", Table)
        if where not in (Table.COILS, Table.HOLDING):
            table.refuse(say("nothing can be written to {table}", table=where.value), "table")
        address = table.whole("address", 0, 0xFFFF)
        if (where, address) in moving:
            table.refuse(say("{name} is what orders write: it is no parameter", name=name), "address")
        least = table.whole("least", 0, 0xFFFF)
        most = table.whole("most", least, 1 if where is Table.COILS else 0xFFFF)
        notation = table.text("notation") if table.has("notation") else ""
        table.finish()
        found.append(Parameter(name, where, address, notation, least, most))
    return tuple(found)


def _steps(
    table: TomlTable, writes: dict[str, Write], arguments: tuple[Argument, ...], *, is_stop: bool
) -> tuple[Step, ...]:
    steps: list[Step] = []
    for entry in table.tables("steps", "steps"):
        name = entry.code("write", NAME)
        if name not in writes:
            entry.refuse(say("{name} is not declared as a [write]", name=name), "write")
        value: int | Argument = 1
        if entry.has("argument"):
            value = Argument(entry.choice("argument", tuple(argument.value for argument in arguments)))
        elif entry.has("value"):
            value = entry.whole("value", 0, 0xFFFF)
        add = entry.whole("add", -1_000, 1_000) if entry.has("add") else 0
        entry.finish()
        _check_step(entry, writes[name], value, is_stop=is_stop)
        steps.append(Step(name, value, add))
    if not steps:
        table.refuse(say("it has no steps"))
    if not is_stop:
        _check_order(table, writes, steps)
    table.finish()
    return tuple(steps)


def _check_step(entry: TomlTable, write: Write, value: int | Argument, *, is_stop: bool) -> None:
    is_bit = write.table is Table.COILS
    if is_bit and value not in (0, 1):
        entry.refuse(say("a coil takes 0 or 1"), "value")
    if write.style is WriteStyle.PULSE and value != 1:
        entry.refuse(say("a pulse writes 1 and then 0"), "value")
    if is_stop and isinstance(value, Argument):
        entry.refuse(say("a stop has no argument"), "argument")


def _check_order(table: TomlTable, writes: dict[str, Write], steps: list[Step]) -> None:
    """A target is read back, and comes before the pulse that starts; the pulse is the last word."""
    used = [writes[step.write] for step in steps]
    for write in used:
        if write.table is Table.HOLDING and not write.is_read_back:
            table.refuse(say("{name} must be read back before an order rests on it", name=write.name))
    if any(write.style is WriteStyle.PULSE for write in used[:-1]):
        table.refuse(say("a pulse is the last step of its order: what comes after it would come too late"))


def _arguments_of(kind: OrderKind) -> tuple[Argument, ...]:
    if kind is OrderKind.OPEN:
        return (Argument.AISLE,)
    if kind in (OrderKind.JOG, OrderKind.LOCK, OrderKind.UNLOCK):
        return (Argument.CARRIAGE,)
    return ()


def _refuse_overlaps(tables: dict[str, TomlTable], writes: dict[str, Write]) -> None:
    taken: dict[tuple[Table, int], str] = {}
    for name, write in writes.items():
        other = taken.setdefault((write.table, write.address), name)
        if other != name:
            tables[name].refuse(say("{name} and {other} write the same place", name=name, other=other), "address")


def _fault(table: TomlTable) -> Fault:
    known = {fault.name.lower(): fault for fault in Fault if fault.name} | {ANY_DEVICE: SAFETY_DEVICE}
    return known[table.choice("fault", tuple(known))]


def _word(table: TomlTable, key: str, kind: type[E]) -> E:
    return kind(table.choice(key, tuple(str(member.value) for member in kind)))


def describe_proof(proof: Proof) -> Message:
    """Return what a profile rests on, for a person."""
    if proof is Proof.OWN:
        return say("specified by this project, proved on no hardware")
    if proof is Proof.USERS_CODE:
        return say("read from a user's code, proved on no hardware")
    return say("read from a vendor's code or notes, proved on no hardware")
