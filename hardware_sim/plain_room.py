"""A room whose controllers are of a plain make, on a virtual clock. Pure: time passes only in `advance`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from hardware_sim.block import Block
from hardware_sim.layout import BlockLayout
from hardware_sim.line_faults import Delivery, FaultKind, LineFault
from hardware_sim.mechanics import Mechanics
from hardware_sim.plain_cabinet import PlainCabinet
from hardware_sim.plain_commands import execute_plain, plain_truth
from hardware_sim.plain_orders import Happening, PlainSettings
from hardware_sim.profiles.options import Options
from hardware_sim.sessions import Session


class Line(Protocol):
    """What is spoken between hosts and the cabinets of a room, and what goes wrong there."""

    faults: list[LineFault]

    @property
    def fault_kinds(self) -> frozenset[FaultKind]:
        """The faults that are modelled on this line."""

    def session(self, unit: int | None) -> Session:
        """A client; `unit` names the cabinet where each has an end of its own."""

    def before_scan(self, unit: int) -> None:
        """A cabinet is about to look at what it was told."""

    def reported(self, unit: int, happenings: Sequence[Happening]) -> list[Delivery]:
        """What a cabinet says unasked of what has happened."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A make: its wires (the first is opened when none is asked for), what can be set, and what is spoken."""

    name: str
    wires: tuple[str, ...]
    settings: Callable[[Options], PlainSettings]
    line: Callable[[Mapping[int, PlainCabinet], Options], Line]
    has_own_ends: bool = False
    """Whether each cabinet has an end of its own, because its wire carries no address."""


class PlainRoom:
    """All blocks of a room with controllers of one make; the unit number of each is its block number."""

    __slots__ = ("_line", "_next_scans_ms", "_profile", "_reports", "_speed", "cabinets", "chosen", "code", "now_ms")

    def __init__(
        self,
        blocks: Sequence[BlockLayout],
        profile: Profile,
        choices: Mapping[str, str] | None = None,
        *,
        code: str = "",
        speed: float = 1.0,
        mechanics: Mechanics | None = None,
    ) -> None:
        """Raises ProfileError for choices that the profile does not have."""
        options = Options(choices or {})
        settings = profile.settings(options)
        self.code = code
        self.now_ms = 0.0
        self.cabinets = {layout.number: PlainCabinet(Block(layout, mechanics), replace(settings)) for layout in blocks}
        self._profile = profile
        self._line = profile.line(self.cabinets, options)
        options.finish()
        self.chosen: dict[str, object] = options.chosen
        """What holds of all that can be chosen."""
        self._next_scans_ms = dict.fromkeys(self.cabinets, float(settings.scan_ms))
        self._reports: list[tuple[int, Delivery]] = []
        self._speed = 1.0
        self.speed = speed

    # -- what the wires know

    @property
    def wires(self) -> tuple[str, ...]:
        """The wires that there are; the first is opened when none is asked for."""
        return self._profile.wires

    @property
    def description(self) -> dict[str, object]:
        """What the line of JSON says beside the wires."""
        return {"profile": self._profile.name, "choices": self.chosen}

    @property
    def report_to(self) -> str | None:
        """``H:P`` of who is told what units say unasked; None: whoever spoke last."""
        chosen = self.chosen.get("report_to")
        return chosen if isinstance(chosen, str) and chosen else None

    @property
    def units(self) -> dict[int, int]:
        """How many carriages each unit has."""
        return {unit: len(cabinet.block.carriages) for unit, cabinet in self.cabinets.items()}

    def ends(self, wire: str) -> list[int | None]:
        """The ends of a wire: one for everybody, or one for each unit."""
        return list(self.cabinets) if self._profile.has_own_ends else [None]

    def session(self, wire: str, unit: int | None) -> Session:
        """A client of a wire."""
        return self._line.session(unit)

    def drain_reports(self) -> list[tuple[int, Delivery]]:
        """What units have said unasked since this was last asked."""
        reports, self._reports = self._reports, []
        return reports

    # -- what the control channel knows

    @property
    def line_faults(self) -> list[LineFault]:
        """What will go wrong on the line."""
        return self._line.faults

    @property
    def fault_kinds(self) -> frozenset[FaultKind]:
        """The faults that are modelled on the line."""
        return self._line.fault_kinds

    def execute(self, request: Mapping[str, object]) -> dict[str, object]:
        """Carry out a request of the control channel. Raises ControlError."""
        return execute_plain(self, request)

    def control(self, do: str, **fields: object) -> dict[str, object]:
        """The same with the verb as an argument."""
        return self.execute({"do": do, **fields})

    def truth_of(self, unit: int) -> dict[str, object]:
        """What is so on the track of a unit, whatever its wire says."""
        return plain_truth(self.cabinets[unit])

    # -- time

    @property
    def speed(self) -> float:
        """How many seconds the mechanics live through in one second; scans, warnings and limits keep their pace."""
        return self._speed

    @speed.setter
    def speed(self, factor: float) -> None:
        if not 0.0 < factor <= 1000.0:
            raise ValueError("the speed factor lies above 0 and at most at 1000")
        self._speed = factor
        for cabinet in self.cabinets.values():
            cabinet.time_scale = factor

    @property
    def next_event_s(self) -> float:
        """Seconds from now until the next scan of any unit."""
        return (min(self._next_scans_ms.values()) - self.now_ms) / 1000.0

    def advance(self, seconds: float) -> None:
        """Let time pass: every scan that falls due is run."""
        self.now_ms += seconds * 1000.0
        now_ms = self.now_ms + 1e-6
        for unit, cabinet in self.cabinets.items():
            while self._next_scans_ms[unit] <= now_ms:
                self._line.before_scan(unit)
                cabinet.scan()
                self._next_scans_ms[unit] += cabinet.settings.scan_ms
                self._reports += [(unit, delivery) for delivery in self._line.reported(unit, cabinet.drain())]
