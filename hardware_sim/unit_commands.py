"""What can be done to one unit, verb by verb: its people, its sensors, its drives, its cabinet. Pure.

Each verb takes its fields apart, refuses what can never be done, and returns the act; the act refuses what cannot be done
now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hardware_sim.block import DriveFault
from hardware_sim.fields import ControlError, Fields
from hardware_sim.registers import Fault, Mode, WatchdogMode
from hardware_sim.sensor_faults import DetectorFault
from hardware_sim.settings import Settings
from hardware_sim.station import Station

_CONFIGURED = ("magic", "map_version", "kind", "block", "watchdog_ms", "warning_ms")

Answer = dict[str, object]
Act = Callable[[], Answer]


def _person_in(station: Station, fields: Fields) -> Act:
    name = fields.text("name", "somebody")
    aisle = _aisle(station, fields)
    is_detected = fields.truth("detected", True)
    fields.finish()
    return lambda: _tried(lambda: station.block.let_in(name, aisle, is_detected=is_detected))


def _person_out(station: Station, fields: Fields) -> Act:
    name = fields.text("name", "somebody")
    fields.finish()
    return lambda: _tried(lambda: station.block.let_out(name))


def _emergency_stop(station: Station, fields: Fields) -> Act:
    is_pressed = fields.truth("pressed")
    fields.finish()

    def act() -> Answer:
        station.block.emergency_stop_pressed = is_pressed
        return {}

    return act


def _edge(station: Station, fields: Fields) -> Act:
    block = station.block
    return _contact(fields, "pressed", _carriage(station, fields), block.edges_held, block.sensor_faults.edges_chattering)


def _beam(station: Station, fields: Fields) -> Act:
    block = station.block
    return _contact(fields, "broken", _aisle(station, fields), block.beams_broken, block.sensor_faults.beams_chattering)


def _contact(fields: Fields, name: str, place: int, closed: set[int], chattering: set[int]) -> Act:
    """A contact that is closed or not, or (`chatters` in place of its name) both in turns."""
    is_chattering = fields.has("chatters") and fields.truth("chatters")
    is_closed = not is_chattering and fields.truth(name)
    fields.finish()

    def act() -> Answer:
        _set_membership(chattering, place, is_chattering)
        _set_membership(closed, place, is_closed)
        return {}

    return act


def _detector(station: Station, fields: Fields) -> Act:
    aisle = _aisle(station, fields)
    name = fields.text("is")
    if name != "well" and name not in set(DetectorFault):
        raise ControlError(f"is must be well, {', '.join(DetectorFault)}")
    fields.finish()

    def act() -> Answer:
        if name == "well":
            station.block.sensor_faults.detectors.pop(aisle, None)
        else:
            station.block.sensor_faults.detectors[aisle] = DetectorFault(name)
        return {}

    return act


def _jam(station: Station, fields: Fields) -> Act:
    carriage = _carriage(station, fields)
    is_jammed = fields.truth("jammed")
    fields.finish()

    def act() -> Answer:
        if is_jammed:
            station.block.jammed.add(carriage)
        else:
            station.block.free(carriage)
        return {}

    return act


def _encoder(station: Station, fields: Fields) -> Act:
    carriage = _carriage(station, fields)
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
    carriage = _carriage(station, fields)
    by_mm = fields.whole("by_mm", -10_000, 10_000)
    fields.finish()
    if by_mm == 0:
        raise ControlError("by_mm must not be 0")

    def act() -> Answer:
        controller = station.controller
        if controller.mode is not Mode.HAND_CRANK:
            raise ControlError("the crank can be turned in mode hand_crank only")
        return _tried(lambda: station.block.crank(carriage, by_mm, controller.time_scale))

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

    _tried(lambda: configured(station.controller.settings))

    def act() -> Answer:
        station.configure(configured(station.controller.settings))
        return {"boot_id": station.controller.boot_id}

    return act


def _tried(act: Callable[[], object]) -> Answer:
    """Do what the block may refuse."""
    try:
        act()
    except ValueError as error:
        raise ControlError(str(error)) from error
    return {}


def _aisle(station: Station, fields: Fields) -> int:
    return fields.whole("aisle", 0, len(station.block.carriages))


def _carriage(station: Station, fields: Fields) -> int:
    return fields.whole("carriage", 1, len(station.block.carriages))


def _set_membership(members: set[int], member: int, is_in: bool) -> None:
    if is_in:
        members.add(member)
    else:
        members.discard(member)


UNIT_VERBS: dict[str, Callable[[Station, Fields], Act]] = {
    "person_in": _person_in,
    "person_out": _person_out,
    "emergency_stop": _emergency_stop,
    "edge": _edge,
    "beam": _beam,
    "detector": _detector,
    "jam": _jam,
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
