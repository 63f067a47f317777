"""What a client may ask of the server, one connection each: look, move, stop, hold, release, arm. JSON lines, version 2.

A connection that let a motion go holds its lease: its ticks keep the motion alive, its end or its silence stops it. A stop
is answered at once, and again when standstill was seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from time import monotonic

from archroom.core.arming import Arming
from archroom.core.people_holds import Hold, Release
from archroom.core.shelving import Outcome, OutcomeKind, Wanted
from archroom.core.supervisor.supervisor import Supervisor
from archroom.errors import ArchroomError, Message, PortUnavailable, Unreadable, say
from archroom.shelving import bench_serving
from archroom.shelving.bus import Bus
from archroom.shelving.codec import encode
from archroom.shelving.commissioning_serving import serve_commissioning
from archroom.shelving.commissionings import read_record
from archroom.shelving.endpoint import Gone, Lines
from archroom.shelving.floor import Floor, wait_for_standstill
from archroom.shelving.posts import AnySupervisor
from archroom.shelving.request_values import LONGEST_TEXT, fact, numbers, text, texts, whole

VERSION = 2
FRESH_WITHIN_S = 1.0
"""How long a question waits for a status that is newer than itself."""
KNOWN_WITHIN_S = 2.0
"""How long a commissioning waits for a controller that has just booted to say who it is."""
STANDSTILL_WITHIN_S = 2.5
"""How long the second answer to a stop waits for standstill."""
VIEW_PERIOD_S = 0.1
LOOK_S = 0.05


def serve_client(lines: Lines, floor: Floor) -> None:
    """Answer one connection until it ends."""
    try:
        while (request := lines.receive(None)) is not None:
            _answer(lines, floor, request)
    except Gone:
        return
    finally:
        lines.close()


def _answer(lines: Lines, floor: Floor, request: Mapping[str, object]) -> None:
    if request.get("v") != VERSION:
        raise Gone
    try:
        match request.get("do"):
            case "hello":
                found = [intent.message() for intent in floor.journal.found_open]
                lines.send({"ok": True, "digest": floor.digest, "unknown": encode(found)})
            case "make_way":
                lines.send({"ok": True, "making_way": floor.make_way()})
            case "views":
                lines.send({"ok": True, "views": encode([view for bus in floor.buses for view in bus.views()])})
            case "select":
                _select(lines, floor, request)
            case "go":
                _go(lines, floor, request)
            case "tick" | "let_go":
                return
            case "stop":
                _stop(lines, floor, request)
            case "hold":
                lines.send({"ok": True, "hold": encode(_hold(floor, request))})
            case "release":
                lines.send({"ok": True, "release": encode(_release(floor, request))})
            case "arm":
                lines.send({"ok": True, "arming": encode(_arm(floor, request))})
            case "disarm":
                lines.send({"ok": True, "arming": encode(_disarm(floor, request))})
            case str(do) if do in bench_serving.VERBS:
                bench_serving.serve_bench(lines, floor.buses, floor.journal, request)
            case "commission":
                _commission(lines, floor, request)
            case "record":
                lines.send({"ok": True, "found": encode(read_record(whole(request, "block"), floor.state_folder))})
            case str(do) if do.startswith("climate"):
                lines.send(floor.climate.answer(do, request))
            case _:
                raise Gone
    except ArchroomError as error:
        lines.send({"ok": False, "error": type(error).__name__, "message": encode(error.message)})


def _select(lines: Lines, floor: Floor, request: Mapping[str, object]) -> None:
    block, by = whole(request, "block"), text(request, "by")
    wanted = fact(Wanted, request, "wanted")
    floor.keep_holds()
    bus = floor.bus_of(block)
    with bus.changed:
        supervisor = _refreshed(bus, block)
        supervisor.licensing.refuse_others(monotonic(), _key(request))
        ticket = supervisor.select(monotonic(), wanted, by)
    lines.send({"ok": True, "ticket": encode(ticket)})


def _go(lines: Lines, floor: Floor, request: Mapping[str, object]) -> None:
    block, motion, by = whole(request, "block"), text(request, "ticket"), text(request, "by")
    confirmed = numbers(request, "confirmed_clear")
    bus = floor.bus_of(block)
    with bus.changed:
        supervisor = _refreshed(bus, block)
        supervisor.licensing.refuse_others(monotonic(), _key(request))
        intent = supervisor.go(monotonic(), motion, confirmed, by, text(request, "attendant"))
    try:
        floor.journal.write_intent(intent)
        with bus.changed:
            supervisor.release(monotonic(), motion)
            bus.changed.notify_all()
        outcome = _observe(lines, bus, supervisor, motion, floor)
    except Gone:
        _withdraw(bus, supervisor, motion, say("The program that moved the shelving has ended."))
        raise
    except ArchroomError as error:
        _withdraw(bus, supervisor, motion, error.message)
        raise
    lines.send({"ok": True, "outcome": encode(outcome)})


def _observe(lines: Lines, bus: Bus, supervisor: AnySupervisor, motion: str, floor: Floor) -> Outcome:
    """Pass views on and ticks in until the motion has an outcome."""
    block = supervisor.block.number
    shown_s = float("-inf")
    while True:
        with bus.changed:
            outcome = supervisor.outcome(motion)
            view = bus.view(block)
        if outcome is not None:
            return outcome
        if view.motion != motion or floor.is_ending():
            ended = say("The shelving server ended before the motion did.")
            return Outcome(OutcomeKind.UNKNOWN, bus.port_problem or ended, view)
        if monotonic() - shown_s >= VIEW_PERIOD_S:
            lines.send({"ok": True, "view": encode(view)})
            shown_s = monotonic()
        tick = lines.receive(LOOK_S)
        if tick is not None and tick.get("do") in ("tick", "let_go"):
            with bus.changed:
                supervisor.keep_alive(monotonic(), motion)
                if tick["do"] == "let_go" and isinstance(supervisor, Supervisor):
                    supervisor.let_go(monotonic(), motion)
                    bus.changed.notify_all()


def _withdraw(bus: Bus, supervisor: AnySupervisor, motion: str, reason: Message) -> None:
    with bus.changed:
        supervisor.withdraw(monotonic(), motion, reason)
        bus.changed.notify_all()


def _stop(lines: Lines, floor: Floor, request: Mapping[str, object]) -> None:
    block = None if request.get("block") is None else whole(request, "block")
    name = _name_of_stopper(request)
    asked = floor.stop(block, say("Stopped by {name}.", name=name) if name else say("Stopped."))
    if all(bus.takes_stops for bus in asked):
        lines.send({"ok": True, "taken": True})
    reports = wait_for_standstill(asked, STANDSTILL_WITHIN_S)
    lines.send({"ok": True, "reports": encode(reports)})


def _name_of_stopper(request: Mapping[str, object]) -> str:
    """Return who stops as far as it is said: no name, however strange, keeps a stop from being taken."""
    name = request.get("by")
    return name[:LONGEST_TEXT] if isinstance(name, str) else ""


def _hold(floor: Floor, request: Mapping[str, object]) -> Hold:
    """Keep an aisle as it is: at once, and then on the disk; raises Unreadable if it stands in this server's memory only."""
    block, aisle = whole(request, "block"), whole(request, "aisle")
    person, reason = text(request, "person"), text(request, "reason")
    bus = floor.bus_of(block)
    with bus.changed:
        hold = bus.supervisors[block].gate.hold(aisle, person, datetime.now(UTC), reason)
        floor.holds.note(block, hold)
        bus.urge()
    try:
        floor.holds.flush()
    except Unreadable as error:
        raise Unreadable(
            say(
                "Aisle {aisle} of block {block} is held while this shelving server runs, and nothing moves: {why}",
                aisle=aisle,
                block=block,
                why=error.message,
            )
        ) from error
    return hold


def _release(floor: Floor, request: Mapping[str, object]) -> Release:
    """Let a hold go once that is on the disk; raises Refused, Unreadable."""
    block, aisle = whole(request, "block"), whole(request, "aisle")
    person, reason, by = text(request, "person"), text(request, "reason"), texts(request, "by")
    bus = floor.bus_of(block)
    gate = bus.supervisors[block].gate
    with bus.changed:
        release = gate.permitted_release(aisle, person, by, reason)
        hold = next(hold for hold in gate.holds if release.ends(hold))
    floor.holds.write_release(block, release, hold)
    with bus.changed:
        gate.release(release)
        bus.changed.notify_all()
    return release


def _arm(floor: Floor, request: Mapping[str, object]) -> Arming:
    """Arm a block, with what its person has taken note of written down first; raises MotionRefused, Unreadable."""
    block, by, acknowledged = whole(request, "block"), text(request, "by"), texts(request, "acknowledged")
    hours = whole(request, "hours")
    floor.keep_holds()
    bus = floor.bus_of(block)
    with bus.changed:
        supervisor = _refreshed(bus, block)
        supervisor.licensing.refuse_others(monotonic(), _key(request))
        supervisor.gate.check_arming(by, hours * 3600.0, acknowledged)
    floor.journal.write_acknowledged(acknowledged, by)
    with bus.changed:
        arming = supervisor.arm(monotonic(), by, hours * 3600.0, acknowledged)
        bus.changed.notify_all()
    return arming


def _disarm(floor: Floor, request: Mapping[str, object]) -> Arming:
    """Disarm a block; what moves there is stopped."""
    block, by = whole(request, "block"), text(request, "by")
    bus = floor.bus_of(block)
    with bus.changed:
        gate = bus.supervisors[block].gate
        gate.disarm(say("Disarmed by {name}.", name=by) if by else say("Disarmed."))
        bus.urge()
        return gate.arming(monotonic())


def _commission(lines: Lines, floor: Floor, request: Mapping[str, object]) -> None:
    """Let this connection commission a block; it says nothing else any more."""
    block, by, witness = whole(request, "block"), text(request, "by"), text(request, "witness")
    bus = floor.bus_of(block)
    with bus.changed:
        supervisor = _refreshed(bus, block)
        bus.changed.wait_for(lambda: supervisor.controller is not None, KNOWN_WITHIN_S)
    serve_commissioning(lines, bus, block, by, witness, floor.state_folder, floor.is_ending)
    raise Gone


def _key(request: Mapping[str, object]) -> str:
    """Return what proves that a client commissions the block; empty for all others."""
    key = request.get("commissioning")
    return key if isinstance(key, str) else ""


def _refreshed(bus: Bus, block: int) -> AnySupervisor:
    """Return a block's supervisor once it has a status newer than this question, or could not get one. `changed` is held."""
    supervisor = bus.supervisors[block]
    bus.wait_for_first_reading()
    if bus.port_problem is not None:
        raise PortUnavailable(bus.port_problem)
    asked_s = monotonic()
    supervisor.refresh(asked_s)
    bus.changed.notify_all()
    bus.changed.wait_for(lambda: supervisor.fresh_since(asked_s) or bus.port_problem is not None, FRESH_WITHIN_S)
    return supervisor
