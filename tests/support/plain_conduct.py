"""Judges archroom's side of a trial with controllers of other makes, by their frames, their steel and the journal.

Most laws are those of `conduct`. What cannot be asked of a make, because its controller cannot do or tell it, stands in
`LIMITS` with its reason, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from conduct import Conduct, Law, WatchedRoom

from archroom.core.shelving import OutcomeKind, StopReport
from archroom.core.supervisor.notices import Notice, NoticeKind
from archroom.shelving.journal import entries
from hardware_sim import Finding, Rule
from hardware_sim.motions import changed_aisles
from hardware_sim.plain_cabinet import PlainCabinet
from hardware_sim.plain_orders import MOTIONS, Order
from hardware_sim.plain_orders import Act as Told
from hardware_sim.plain_places import SWITCH_MM
from hardware_sim.registers import Mode

BRAKING_SCANS = 3


class Sent(StrEnum):
    """What a frame of ours is."""

    READ = "read"
    ORDER = "order"
    """It starts a motion."""
    STOP = "stop"
    OTHER = "other"
    """It names an aisle, or takes a bit back: by itself it moves nothing."""


class Make(StrEnum):
    """The makes that may be moved, beside the register map."""

    FATEK_COILS = "fatek-coils"
    Z5 = "z5"
    WKL = "wkl"
    MJJ_WEB = "mjj-web"
    STOW_WMS = "stow-wms"


def _of_coils(frame: bytes) -> Sent:
    function, address, value = frame[7], int.from_bytes(frame[8:10], "big"), frame[10:12]
    if function in (1, 3):
        return Sent.READ
    if function == 5 and value == b"\xff\x00":
        return {2200: Sent.ORDER, 2201: Sent.STOP, 2204: Sent.ORDER, 2205: Sent.ORDER}[address]
    return Sent.OTHER


def _of_z5(frame: bytes) -> Sent:
    is_opening = frame[5] in (0x81, 0x82) and len(frame) == 11
    return Sent.ORDER if is_opening or frame[5] in (0x84, 0x8F) else Sent.READ


def _of_wkl(frame: bytes) -> Sent:
    return Sent.ORDER if frame[8] == 1 else Sent.READ


def _of_web(frame: bytes) -> Sent:
    operation = frame.partition(b"Op=")[2].partition(b"&")[0].partition(b" ")[0]
    if operation == b"StopMove":
        return Sent.STOP
    return Sent.READ if operation in (b"GetMjjStatus", b"GetQuXX") else Sent.ORDER


def _of_stow(frame: bytes) -> Sent:
    return Sent.ORDER if frame[1] & 1 else Sent.READ


KINDS: Mapping[Make, Callable[[bytes], Sent]] = {
    Make.FATEK_COILS: _of_coils,
    Make.Z5: _of_z5,
    Make.WKL: _of_wkl,
    Make.MJJ_WEB: _of_web,
    Make.STOW_WMS: _of_stow,
}

STOPS = {Make.FATEK_COILS: 1.2, Make.MJJ_WEB: 1.6}
"""The makes that have a stop, and how long it may take from the key to its frame: what is in flight may wait so long for its
answer (three reads of coils, or one second), and a drain."""

_NO_STOP = "its controller has no stop: whoever stands at the aisle uses the shelving's own"
_TELLS_NOBODY = "its controller does not tell in which aisle somebody is; it sees to them by itself"
LIMITS: Mapping[Make, Mapping[Law, str]] = {
    Make.FATEK_COILS: {Law.NOT_OCCUPIED: _TELLS_NOBODY},
    Make.Z5: {Law.NOT_OCCUPIED: _TELLS_NOBODY, Law.STOP_AT_ONCE: _NO_STOP},
    Make.WKL: {Law.NOT_OCCUPIED: _TELLS_NOBODY, Law.STOP_AT_ONCE: _NO_STOP},
    Make.MJJ_WEB: {Law.NOT_OCCUPIED: _TELLS_NOBODY},
    Make.STOW_WMS: {Law.STOP_AT_ONCE: _NO_STOP},
}
"""What cannot be asked of a make, and why."""

NEVER: Mapping[Make, Mapping[OutcomeKind, str]] = {
    Make.FATEK_COILS: {OutcomeKind.DONE: "it tells no places, so the end of a motion is never seen"},
    Make.WKL: {
        OutcomeKind.ABORTED: "it tells no motion and has no stop, so a motion that is broken off is never seen at rest"
    },
    Make.Z5: {},
    Make.MJJ_WEB: {OutcomeKind.ABORTED: "it tells no motion, so a motion that is broken off is never seen at rest"},
    Make.STOW_WMS: {},
}
"""Outcomes that a make cannot come to, and why."""
SELDOM: Mapping[Make, frozenset[OutcomeKind]] = {
    Make.Z5: frozenset({OutcomeKind.ABORTED}),
    Make.STOW_WMS: frozenset({OutcomeKind.ABORTED}),
}
"""Outcomes that the trials of one check may miss: without a stop, only a motion is aborted that comes to rest by itself
without an alarm, elsewhere than it should."""
COUNTED_WITHIN_S = 3.0
"""So long after somebody came in no order goes out where the controller counts who is inside: a status, and one lost."""


class PlainConduct(Conduct):
    """Watches what archroom does to controllers of another make."""

    done_short_mm = SWITCH_MM

    def __init__(
        self,
        room: WatchedRoom,
        cabinets: Mapping[int, PlainCabinet],
        make: Make,
        journal: Path,
        now: Callable[[], float],
        is_stranger: Callable[[int], bool],
    ) -> None:
        super().__init__(room, journal, now, is_stranger)
        self.stop_within_s = STOPS.get(make, 0.0)
        self._cabinets = cabinets
        self._make = make
        self._used: set[str] = set()
        """Intents whose order went out."""
        self._ordered_s: dict[int, float] = {}
        self._obeyed: dict[int, Order | None] = dict.fromkeys(cabinets)
        room.observers.append(self._look_at_order)

    # -- the wire

    def bytes_sent(self, frame: bytes) -> None:
        """A frame of ours is on the wire."""
        kind = KINDS[self._make](frame)
        self.sent[kind.value] += 1
        if kind is Sent.STOP:
            self._stops_due.pop(self._unit_of(frame), None)
        elif kind is Sent.ORDER:
            self._judge_order(self._unit_of(frame))

    def _unit_of(self, frame: bytes) -> int:
        places = {Make.FATEK_COILS: 6, Make.Z5: 3, Make.WKL: 6}
        unit = frame[places[self._make]] if self._make in places else next(iter(self._cabinets))
        if unit not in self._cabinets:
            self._find(Law.NO_BROADCAST, 0, f"{frame.hex()} was sent to unit {unit}")
            return next(iter(self._cabinets))
        return unit

    def _judge_order(self, unit: int) -> None:
        self._ordered_s[unit] = self._now()
        told = list(entries(self._journal))
        ended = {str(entry.get("motion")) for entry in told if entry.get("kind") == "end"}
        intents = [entry for entry in told if entry.get("kind") == "intent" and _block_of(entry) == unit]
        under_way = [entry for entry in intents if str(entry["motion"]) not in ended]
        if not under_way:
            self._find(Law.INTENT_FIRST, unit, "an order went out that was written down nowhere, or had ended")
            return
        intent = under_way[-1]
        if str(intent["motion"]) in self._used:
            self._find(Law.ONCE, unit, f"the order of {intent['motion']} went out again")
        self._used.add(str(intent["motion"]))
        if not str(intent["attendant"]).strip() or intent["attendant"] == intent["by"]:
            self._find(Law.ATTENDED, unit, f"the order of {intent['by']} went out with nobody else there")
        if Law.NOT_OCCUPIED not in LIMITS[self._make]:
            for (other, aisle), since_s in self._occupied_since_s.items():
                if other == unit and self._now() - since_s > COUNTED_WITHIN_S:
                    self._find(Law.NOT_OCCUPIED, unit, f"an order went out while somebody is counted in aisle {aisle}")

    def _look_at_order(self, unit: int, _at_ms: float) -> None:
        """What the cabinet has just begun to carry out must leave held aisles alone."""
        cabinet = self._cabinets[unit]
        order, before = cabinet.last_order, self._obeyed[unit]
        self._obeyed[unit] = order
        if order is None or order is before or order.act not in MOTIONS:
            return
        changed = changed_aisles(cabinet._plan(order))
        for (other, aisle, name), since_s in self._held.items():
            if other == unit and aisle in changed and since_s < self._ordered_s.get(unit, self._now()):
                self._find(Law.NOT_HELD, unit, f"an order changes aisle {aisle} while {name} holds it")

    # -- what is told

    def stop_asked(self, unit: int) -> None:
        """Somebody has asked for a stop."""
        if Law.STOP_AT_ONCE in LIMITS[self._make]:
            self._find(Law.NEVER_CLAIMED, unit, "it is told that a stop is sent, and there is none")
        else:
            super().stop_asked(unit)

    def stop_reported(self, unit: int, report: StopReport) -> None:
        """Whoever asked for a stop was told what became of it."""
        if Law.STOP_AT_ONCE in LIMITS[self._make] and (report.is_sent or report.is_standstill_seen):
            self._find(Law.NEVER_CLAIMED, unit, "whoever asked for a stop is told that it was sent")

    def noticed(self, unit: int, notice: Notice) -> None:
        """The server tells the journal something."""
        never = None if notice.outcome is None else NEVER[self._make].get(notice.outcome)
        if notice.kind is NoticeKind.ENDED and never is not None:
            self._find(Law.TRUE_OUTCOME, unit, f"it is told how it ended, but {never}")
        super().noticed(unit, notice)

    def _may_move(self, unit: int, outcome: OutcomeKind) -> bool:
        """A limit switch shows the end a little before it; what was refused may have met a motion that somebody lost."""
        cabinet = self._cabinets[unit]
        if outcome is OutcomeKind.DONE:
            return all(_left_mm(cabinet, carriage.number) <= SWITCH_MM for carriage in cabinet.block.carriages)
        return outcome is OutcomeKind.REFUSED and self._ordered_s.get(unit) != self._now()


def _left_mm(cabinet: PlainCabinet, carriage: int) -> float:
    motion = cabinet._motion
    target = None if motion is None else next((m.target_mm for m in motion.plan if m.carriage == carriage), None)
    return 0.0 if target is None else abs(cabinet.block.carriages[carriage - 1].position - target)


def _block_of(entry: Mapping[str, object]) -> object:
    ticket = entry.get("ticket")
    return ticket["block"] if isinstance(ticket, dict) else None


@dataclass(slots=True)
class _Watched:
    """What is remembered of a cabinet from scan to scan."""

    cabinet: PlainCabinet
    order: Order | None = None
    is_ordered: bool = False
    """Whether an order was taken that no motion was seen of yet."""
    was_still: bool = True
    halted: tuple[Rule, float] | None = None
    """Why what moves must come to stand, and since when."""
    hits: int = 0


@dataclass(slots=True)
class PlainOracle:
    """Watches the steel of cabinets: the rules of `hardware_sim.oracle` that hold of every make."""

    cabinets: Mapping[int, PlainCabinet]
    findings: list[Finding] = field(default_factory=list)
    starts: int = 0
    _watched: dict[int, _Watched] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._watched = {unit: _Watched(cabinet) for unit, cabinet in self.cabinets.items()}

    def look(self, unit: int, at_ms: float) -> None:
        """A scan was run."""
        watched = self._watched[unit]
        cabinet = watched.cabinet
        block, order = cabinet.block, cabinet.last_order
        if order is not watched.order:
            watched.order = order
            if order is not None and order.act in MOTIONS:
                watched.is_ordered = True
            elif order is not None and order.act is Told.STOP and watched.halted is None:
                watched.halted = (Rule.STOP_BOUND, at_ms)
        if block.is_still:
            watched.was_still, watched.halted = True, None
            return
        if watched.was_still:
            if not watched.is_ordered:
                self._find(Rule.ONE_COMMAND, unit, at_ms, "the steel moves, and nobody has ordered it")
            self.starts += 1
            watched.was_still = watched.is_ordered = False
        self._judge_halt(unit, watched, at_ms)
        self._judge_places(unit, watched, at_ms)

    def _judge_halt(self, unit: int, watched: _Watched, at_ms: float) -> None:
        cabinet = watched.cabinet
        block = cabinet.block
        is_halted = not cabinet.is_powered or cabinet.mode is not Mode.AUTOMATIC or bool(cabinet.faults)
        if watched.halted is None and (is_halted or block.emergency_stop_pressed or block.is_edge_pressed()):
            watched.halted = (Rule.HALT_BOUND, at_ms)
        if watched.halted is None:
            return
        mechanics = block.mechanics
        braking_ms = 1000.0 * mechanics.speed_mm_s / mechanics.stop_deceleration_mm_s2 / cabinet.time_scale
        late_ms = at_ms - watched.halted[1] - braking_ms - BRAKING_SCANS * cabinet.settings.scan_ms
        if late_ms > 0.0:
            self._find(watched.halted[0], unit, at_ms, f"the steel moves {late_ms:.0f} ms too long")

    def _judge_places(self, unit: int, watched: _Watched, at_ms: float) -> None:
        block = watched.cabinet.block
        edge = 0.0
        for carriage in block.carriages:
            if carriage.position < edge - 1e-6:
                self._find(Rule.GEOMETRY, unit, at_ms, f"carriage {carriage.number} overlaps what stands before it")
            edge = carriage.position + carriage.depth_mm
        if block.hits > watched.hits:
            watched.hits = block.hits
            self._find(Rule.NOBODY_HIT, unit, at_ms, "somebody was hit")

    def _find(self, rule: Rule, unit: int, at_ms: float, what: str) -> None:
        self.findings.append(Finding(rule, at_ms, unit, what))
