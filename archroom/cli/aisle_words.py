"""One line on a block: what its controller reports, how old that is, and why it could not be moved."""

from __future__ import annotations

from archroom.cli.output import Json
from archroom.core.commissioning import Licence
from archroom.core.licensing import Permission
from archroom.core.plain.texts import lacks, places_phrase, state_phrase
from archroom.core.shelving import BlockView, ControllerState, Trust
from archroom.errors import Message, say
from archroom.texts import render


def view_message(view: BlockView) -> Message:
    """Return one line on a block: what the controller reports, how old it is, and why it could not be moved."""
    if view.trust is Trust.GOOD and view.plain is not None and view.capabilities is not None:
        line = say(
            "Block {block}: {state}, {open}, {age} s old",
            block=view.block,
            state=state_phrase(view.plain),
            open=places_phrase(view.capabilities, view.plain, view.open_aisles()),
            age=f"{view.age_s or 0.0:.1f}",
        )
        return say("{line}. {why}", line=line, why=view.why_not) if view.why_not else say("{line}.", line=line)
    if view.trust is not Trust.GOOD or view.status is None:
        why = view.why_not or say("nothing is known of it")
        return say("Block {block}: {trust}. {why}", block=view.block, trust=_TRUST[view.trust], why=why)
    open_aisles = " ".join(map(str, view.open_aisles()))
    line = say(
        "Block {block}: {state}, {open}, carriages at {positions} mm, {age} s old",
        block=view.block,
        state=_STATES[view.status.state],
        open=say("open aisle {aisles}", aisles=open_aisles) if open_aisles else say("no aisle open"),
        positions=" ".join(map(str, view.status.positions_mm)),
        age=f"{view.age_s or 0.0:.1f}",
    )
    if view.status.locked_carriages:
        locked = " ".join(map(str, sorted(view.status.locked_carriages)))
        line = say("{line}, locked carriages {carriages}", line=line, carriages=locked)
    return say("{line}. {why}", line=line, why=view.why_not) if view.why_not else say("{line}.", line=line)


def lacks_messages(view: BlockView) -> list[Message]:
    """Return what a controller of another make cannot do or tell, a line each."""
    found = () if view.capabilities is None else lacks(view.capabilities)
    return [say("Block {block}: {what}", block=view.block, what=what) for what in found]


def permission_shape(permission: Permission) -> dict[str, Json]:
    """Return how far a block may be moved, for --json."""
    return {
        "licence": permission.licence.value,
        "licence_reason": render(permission.reason) if permission.reason else None,
        "licence_until": permission.expires_on.isoformat() if permission.expires_on else None,
        "commissioned_by": permission.commissioned_by or None,
    }


def permission_messages(view: BlockView) -> list[Message]:
    """Return how far a block may be moved, unless that is why it cannot be moved anyway, or it does not answer."""
    permission = view.permission
    if view.trust is Trust.LOST and permission.reason is not None:
        return []
    said = [permission.reason] if permission.reason is not None and permission.reason != view.why_not else []
    if permission.expires_on is not None and permission.licence is not Licence.MONITOR:
        date = permission.expires_on.isoformat()
        said.append(say("Commissioning of block {block}: valid until {date}.", block=view.block, date=date))
    return said


_STATES = {
    ControllerState.STARTING: say("starting"),
    ControllerState.IDLE: say("at rest"),
    ControllerState.SELECTED: say("ready to move"),
    ControllerState.WARNING: say("about to move"),
    ControllerState.MOVING: say("moving"),
    ControllerState.STOPPING: say("stopping"),
    ControllerState.FAULTED: say("fault"),
}
_TRUST = {
    Trust.GOOD: say("known"),
    Trust.STALE: say("not fresh"),
    Trust.UNKNOWN: say("unknown"),
    Trust.LOST: say("no answer"),
}
