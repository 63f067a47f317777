"""`aisle status`: the mobile shelving as it stands. What moves it is in `aisle_actions`, what stops it in `aisle_stop`."""

from __future__ import annotations

from archroom.cli import claims
from archroom.cli.aisle_actions import add_actions
from archroom.cli.aisle_stop import add_stop, aisle_group
from archroom.cli.aisle_words import lacks_messages, permission_messages, permission_shape, view_message
from archroom.cli.arguments import Commands
from archroom.cli.job import Job
from archroom.cli.outages import outage_messages, outage_shape
from archroom.cli.output import Json
from archroom.core.plain.facts import Capabilities, PlainStatus
from archroom.core.shelving import Action, BlockView
from archroom.errors import Message, PortUnavailable, say
from archroom.texts import render


def add_commands(commands: Commands) -> None:
    """Add the commands of the aisles."""
    group = aisle_group(commands)
    group.add("status", say("Say how each block stands, as its controller reports."), "archroom aisle status", _status)
    add_actions(group)
    claims.add_hold_commands(group)
    add_stop(group)


def _status(job: Job) -> int:
    views = job.house.aisles.views()
    if not job.settings.config.buses:
        raise PortUnavailable(say("No shelving is connected to this machine."))
    outages = job.house.outages.present()
    lines = [render(said) for view in views for said in [*_said(view), *outage_messages(outages.get(view.block))]]
    shapes: list[Json] = [{**_view_shape(view), "out_of_order": outage_shape(outages.get(view.block))} for view in views]
    job.output.result({"blocks": shapes}, lines)
    return 0


def _said(view: BlockView) -> list[Message]:
    return [view_message(view), *lacks_messages(view), *claims.claims_messages(view), *permission_messages(view)]


def _view_shape(view: BlockView) -> dict[str, Json]:
    status, identity = view.status, view.identity
    shape: dict[str, Json] = {
        "block": view.block,
        "trust": view.trust.value,
        "age_s": None if view.age_s is None else round(view.age_s, 3),
        "kind": identity.kind.name.lower() if identity else None,
        "state": status.state.name.lower() if status else None,
        "mode": status.mode.name.lower() if status else None,
        "faults": [fault.name.lower() for fault in status.faults if fault.name] if status else [],
        "aisles": {str(aisle): state.value for aisle, state in view.aisles},
        "open": list(view.open_aisles()),
        "positions_mm": list(status.positions_mm) if status else [],
        "locked": sorted(status.locked_carriages) if status else [],
        "can": [action.value for action in Action if identity and action in identity.capabilities],
        "movable": view.is_movable,
        "why_not": render(view.why_not) if view.why_not else None,
        "motion": view.motion,
        **permission_shape(view.permission),
        **claims.claims_shape(view),
    }
    return shape if view.capabilities is None else {**shape, **_plain_shape(view, view.capabilities)}


def _plain_shape(view: BlockView, can: Capabilities) -> dict[str, Json]:
    """What a controller of another make tells and can do; null where it does not tell."""
    status = view.plain
    is_moving = None if status is None else status.is_moving
    mode = None if status is None else status.mode
    positions = None if status is None else status.positions_mm
    return {
        "kind": "plain",
        "state": None if is_moving is None else "moving" if is_moving else "idle",
        "mode": None if mode is None else mode.name.lower(),
        "faults": _alarms_told(status, can),
        "positions_mm": None if positions is None else list(positions),
        "can": sorted(order.value for order in can.orders),
        "can_stop": can.can_stop,
        "positions": can.position_sense.value,
        "stops_when_host_is_silent": can.stops_when_host_is_silent,
        "needs_attendance": view.needs_attendance,
    }


def _alarms_told(status: PlainStatus | None, can: Capabilities) -> list[Json] | None:
    """Return the alarms that are told; one that came counts also where their absence is never told."""
    if status is None or not (status.alarms or can.tells_faults):
        return None
    return [alarm.code for alarm in status.alarms]
