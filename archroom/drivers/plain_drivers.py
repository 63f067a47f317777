"""Which driver speaks a profile: the one place where a plain controller's wire is chosen.

The units of one bus share its line, so that none speaks while another's answer is awaited or a drain goes on.
A driver is loaded when its wire is: a STOP past the server waits for that of its own make only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from archroom.drivers.ports import Carrier
from archroom.drivers.profile import Profile, WireKind
from archroom.drivers.timing import LineTiming
from archroom.drivers.wire_settings import StowSettings, WebSettings, WklSettings, Z5Settings
from archroom.errors import UsageError, say

if TYPE_CHECKING:
    from archroom.drivers.framed_line import FramedLine
    from archroom.drivers.framed_state import FramedState, Language
    from archroom.drivers.line import Line
    from archroom.drivers.plain import PlainDriver
    from archroom.drivers.pulses import Begun
    from archroom.drivers.wires import Wire

CARRIERS = {
    WireKind.MODBUS: (Carrier.SERIAL, Carrier.RTU_OVER_TCP, Carrier.MODBUS_TCP, Carrier.MODBUS_TLS),
    WireKind.CLIMATE: (Carrier.SERIAL, Carrier.RTU_OVER_TCP, Carrier.MODBUS_TCP, Carrier.MODBUS_TLS),
    WireKind.STOW: (Carrier.RTU_OVER_TCP,),
    WireKind.Z5: (Carrier.UDP,),
    WireKind.WKL: (Carrier.SERIAL, Carrier.RTU_OVER_TCP),
    WireKind.MJJ_WEB: (Carrier.HTTP,),
}
"""What may carry each wire; `socket` is a bare TCP stream to all but Modbus."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One controller of a bus."""

    address: int
    """Modbus unit, or area number, as the profile's wire has it; on the WKL wire the last number of its address."""
    carriages: int
    """Of its block, fixed ones included."""


def check_carrier(profile: Profile, carrier: Carrier, url: str) -> None:
    """Raise UsageError unless a port of this kind can carry the profile's wire."""
    allowed = CARRIERS[profile.wire]
    if carrier not in allowed:
        words = ", ".join(f"{fit.value}://" for fit in allowed)
        raise UsageError(say("{url}: {profile} needs a port of {allowed}.", url=url, profile=profile.title, allowed=words))


def answer_s(profile: Profile, timing: LineTiming) -> float:
    """Return how long a unit of this profile may take until its answer begins."""
    match profile.settings:
        case StowSettings() | Z5Settings() | WklSettings() | WebSettings() as framed:
            return framed.answer_ms / 1000
    return timing.answer_s


def plain_drivers(
    profile: Profile,
    wire: Wire,
    units: Mapping[int, Unit],
    is_urgent: Callable[[], bool] | None = None,
    clock: Callable[[], float] = monotonic,
    line: Line | None = None,
    attach: Callable[[FramedState], None] | None = None,
    begun: Begun | None = None,
) -> dict[int, PlainDriver]:
    """Return a driver for each block's unit behind one wire; raises UsageError if the profile is of no controller.

    `line` is the one that a Modbus wire has already, where other devices answer on it too; `attach` is told of the line of
    any other wire, for whoever counts and watches; `begun` are pulses whose end nobody saw before the port was opened anew.
    """
    make = _maker(profile, wire, is_urgent, clock, line, attach, begun)
    return {block: make(unit) for block, unit in units.items()}


def _maker(
    profile: Profile,
    wire: Wire,
    is_urgent: Callable[[], bool] | None,
    clock: Callable[[], float],
    line: Line | None,
    attach: Callable[[FramedState], None] | None,
    begun: Begun | None,
) -> Callable[[Unit], PlainDriver]:
    """Open the one line of a bus and return what makes a driver on it."""
    settings = profile.settings

    def framed(language: Language, answer_ms: int) -> FramedLine:
        from archroom.drivers.framed_line import FramedLine

        opened = FramedLine(wire, clock, language, answer_ms / 1000)
        if attach is not None:
            attach(opened.state)
        return opened

    if profile.map is not None:
        from archroom.drivers.line import Line
        from archroom.drivers.map_driver import MapDriver

        bus = Line(wire, clock) if line is None else line
        return lambda unit: MapDriver(bus, unit.address, profile, unit.carriages, is_urgent, clock, begun)
    match settings:
        case StowSettings():
            from archroom.drivers.stow import StowLanguage
            from archroom.drivers.stow_driver import StowDriver

            stow, of_stow = framed(StowLanguage(), settings.answer_ms), settings
            return lambda unit: StowDriver(stow, unit.address, profile, of_stow, is_urgent)
        case Z5Settings():
            from archroom.drivers.z5 import Z5Language
            from archroom.drivers.z5_driver import Z5Driver

            z5, of_z5 = framed(Z5Language(settings.checksum), settings.answer_ms), settings
            return lambda unit: Z5Driver(z5, unit.address, profile, of_z5, unit.carriages, is_urgent, clock)
        case WklSettings():
            from archroom.drivers.wkl import WklLanguage
            from archroom.drivers.wkl_driver import WklDriver

            wkl, of_wkl = framed(WklLanguage(settings.checksum), settings.answer_ms), settings
            return lambda unit: WklDriver(wkl, unit.address, profile, of_wkl, unit.carriages, is_urgent, clock)
        case WebSettings():
            from archroom.drivers.web import WebLanguage
            from archroom.drivers.web_driver import WebDriver

            web, of_web = framed(WebLanguage(), settings.answer_ms), settings
            return lambda unit: WebDriver(web, unit.address, profile, of_web, unit.carriages, is_urgent)
    raise UsageError(say("{profile} is no controller of shelving.", profile=profile.title))
