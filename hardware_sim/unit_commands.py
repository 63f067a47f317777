"""What can be done to one unit, verb by verb: its people, its sensors, its drives, its cabinet. Pure.

Each verb takes its fields apart, refuses what can never be done, and returns the act; the act refuses what cannot be done
now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hardware_sim.block import Block, DriveFault
from hardware_sim.fields import ControlError, Fields
from hardware_sim.registers import Fault, Mode, WatchdogMode
from hardware_sim.settings import Settings
from hardware_sim.station import Station
from hardware_sim.track_commands import TRACK_VERBS, Act, Answer, carriage_in, tried

_CONFIGURED = ("magic", "map_version", "kind", "block", "watchdog_ms", "warning_ms", "capabilities")


def _encoder(station: Station, fields: Fields) -> Act:
    carriage = carriage_in(station.block, fields)
    is_frozen = fields.has("frozen") and fields.truth("frozen")
    offset_mm = 0 if is_frozen else fields.whole("offset_mm", -0xFFFF, 0xFFFF)
    fields.finish()

    def act() -> Answer:
        block = station.block
        station.controller.freeze_snapshot()
        measured = block.positions_mm()[carriage - 1]
        block.encoder_offsets.pop(carriage, None)
        block.sensor_faults.encoders_frozen.pop(carriage, None)
        if is_frozen:
            block.sensor_faults.encoders_frozen[carriage] = measured
        elif offset_mm:
            block.encoder_offsets[carriage] = offset_mm
        return {}

    return act


def _drive(station: Station, fields: Fields) -> Act:
    name = fields.text("runs_on_after")
    if name != "nothing" and name not in set(DriveFault):
        raise ControlError(f"runs_on_after must be nothing, {', '.join(DriveFault)}")
    fields.finish()

    def act() -> Answer:
        station.block.drive_fault = None if name == "nothing" else DriveFault(name)
        return {}

    return act


def _crank(station: Station, fields: Fields) -> Act:
    carriage = carriage_in(station.block, fields)
    by_mm = fields.whole("by_mm", -10_000, 10_000)
    fields.finish()
    if by_mm == 0:
        raise ControlError("by_mm must not be 0")

    def act() -> Answer:
        controller = station.controller
        if controller.mode is not Mode.HAND_CRANK:
            raise ControlError("the crank can be turned in mode hand_crank only")
        return tried(lambda: station.block.crank(carriage, by_mm, controller.time_scale))

    return act


def _reset(station: Station, fields: Fields) -> Act:
    fields.finish()

    def act() -> Answer:
        if not station.is_powered:
            raise ControlError("the controller has no power")
        left = station.controller.press_reset()
        return {"latched": [fault.name.lower() for fault in Fault(left) if fault.name]}

    return act


def _mode(station: Station, fields: Fields) -> Act:
    name = fields.text("mode")
    fields.finish()
    if name.upper() not in Mode.__members__:
        raise ControlError(f"mode must be one of {', '.join(mode.name.lower() for mode in Mode)}")

    def act() -> Answer:
        station.controller.turn_mode_switch(Mode[name.upper()])
        return {}

    return act


def _enable(station: Station, fields: Fields) -> Act:
    is_given = fields.truth("given")
    fields.finish()

    def act() -> Answer:
        station.controller.turn_enable_key(is_given)
        return {}

    return act


def _power(station: Station, fields: Fields) -> Act:
    is_on = fields.truth("on")
    fields.finish()

    def act() -> Answer:
        station.switch_power(is_on)
        return {"boot_id": station.controller.boot_id} if is_on else {}

    return act


def _silent(station: Station, fields: Fields) -> Act:
    is_on = fields.truth("on")
    fields.finish()

    def act() -> Answer:
        station.is_silent = is_on
        return {}

    return act


def _freeze(station: Station, fields: Fields) -> Act:
    is_on = fields.truth("on")
    fields.finish()

    def act() -> Answer:
        station.repeat_status(is_on)
        return {}

    return act


def _configure(station: Station, fields: Fields) -> Act:
    numbers = {name: fields.whole(name, 0, 0xFFFF) for name in _CONFIGURED if fields.has(name)}
    serial = fields.text("serial") if fields.has("serial") else None
    watchdog_mode = fields.whole("watchdog_mode", 0, 3) if fields.has("watchdog_mode") else None
    fields.finish()

    def configured(old: Settings) -> Settings:
        return replace(
            old,
            **numbers,
            serial=old.serial if serial is None else serial,
            watchdog_mode=old.watchdog_mode if watchdog_mode is None else WatchdogMode(watchdog_mode),
        )

    tried(lambda: configured(station.controller.settings))

    def act() -> Answer:
        station.configure(configured(station.controller.settings))
        return {"boot_id": station.controller.boot_id}

    return act


def _on_track(verb: Callable[[Block, Fields], Act]) -> Callable[[Station, Fields], Act]:
    return lambda station, fields: verb(station.block, fields)


UNIT_VERBS: dict[str, Callable[[Station, Fields], Act]] = {
    **{name: _on_track(verb) for name, verb in TRACK_VERBS.items()},
    "encoder": _encoder,
    "drive": _drive,
    "crank": _crank,
    "reset": _reset,
    "mode": _mode,
    "enable": _enable,
    "power": _power,
    "silent": _silent,
    "freeze": _freeze,
    "configure": _configure,
}
