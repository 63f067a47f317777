"""A room as the wires and the control channel know it, and the choice between the kinds of rooms. Pure but for the file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from hardware_sim.line_faults import Delivery
from hardware_sim.mechanics import Mechanics
from hardware_sim.plain_room import PlainRoom
from hardware_sim.profiles.catalogue import PLAIN_PROFILES, PROFILE_NAMES, REFERENCE
from hardware_sim.profiles.climate import CLIMATE, chosen_sensors
from hardware_sim.profiles.options import Options, ProfileError
from hardware_sim.roomfile import RoomLayout, load_room
from hardware_sim.sessions import Session
from hardware_sim.settings import Settings
from hardware_sim.virtual import VirtualRoom


class Room(Protocol):
    """Simulated shelving of any make."""

    code: str
    now_ms: float

    @property
    def wires(self) -> tuple[str, ...]:
        """The wires that there are; the first is opened when none is asked for."""

    @property
    def description(self) -> dict[str, object]:
        """What the line of JSON says beside the wires."""

    @property
    def report_to(self) -> str | None:
        """``H:P`` of who is told what units say unasked; None: whoever spoke last."""

    @property
    def units(self) -> dict[int, int]:
        """How many carriages each unit has."""

    @property
    def next_event_s(self) -> float:
        """Seconds from now until the next scan of any unit."""

    def ends(self, wire: str) -> list[int | None]:
        """The ends of a wire: one for everybody, or one for each unit."""

    def session(self, wire: str, unit: int | None) -> Session:
        """A client of a wire."""

    def advance(self, seconds: float) -> None:
        """Let time pass."""

    def drain_reports(self) -> list[tuple[int, Delivery]]:
        """What units have said unasked since this was last asked."""

    def execute(self, request: Mapping[str, object]) -> dict[str, object]:
        """Carry out a request of the control channel. Raises ControlError."""

    def truth_of(self, unit: int) -> Mapping[str, object]:
        """What is so on the track of a unit."""


def default_wire(profile: str) -> str:
    """The wire that is opened when none is asked for."""
    return VirtualRoom.wires[0] if profile not in PLAIN_PROFILES else PLAIN_PROFILES[profile].wires[0]


def room_of(
    room: RoomLayout | Path,
    profile: str = REFERENCE,
    choices: Mapping[str, str] | None = None,
    *,
    seed: int = 0,
    speed: float = 1.0,
    mechanics: Mechanics | None = None,
    settings: Settings | None = None,
) -> Room:
    """The blocks of a room, or of a room file, with controllers of a profile. Raises RoomFileError and ProfileError."""
    layout = load_room(room) if isinstance(room, Path) else room
    if profile not in PROFILE_NAMES:
        raise ProfileError(f"there is no profile {profile!r}; there is {', '.join(PROFILE_NAMES)}")
    if profile in (REFERENCE, CLIMATE):
        options = Options(choices or {})
        sensors = chosen_sensors(options) if profile == CLIMATE else {}
        options.finish()
        try:
            return VirtualRoom.of_room(
                layout, seed=seed, speed=speed, mechanics=mechanics, settings=settings, sensors=sensors
            )
        except ValueError as error:
            raise ProfileError(str(error)) from error
    if settings is not None:
        raise ProfileError(f"the settings of the reference controller mean nothing to {profile}")
    make = PLAIN_PROFILES[profile]
    return PlainRoom(layout.blocks, make, choices, code=layout.code, speed=speed, mechanics=mechanics)
