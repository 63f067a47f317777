"""One block as the wire tells it: the drawing, how old it is, what moves, and why it may not be moved.

Nothing old is shown as true: whatever the status said, a look that is older than `FRESH_S` is stale here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from textual import events
from textual.content import Content
from textual.message import Message as Posted

from archroom.core.arming import unarmed
from archroom.core.commissioning import Licence
from archroom.core.gaps import ways_of
from archroom.core.outages import Outage
from archroom.core.people_holds import Hold, held_aisles
from archroom.core.plain.facts import Capabilities, PlainStatus
from archroom.core.plain.texts import lacks, places_phrase, state_phrase
from archroom.core.rooms import Block
from archroom.core.shelving import (
    Action,
    AisleState,
    BlockView,
    ControllerState,
    ControllerStatus,
    Fault,
    Instruction,
    Trust,
)
from archroom.errors import Message, say
from archroom.services.commissioning_words import LICENCES
from archroom.tui import marks
from archroom.tui.aisles import block_drawing, outages
from archroom.tui.aisles import marks as shelving_marks
from archroom.tui.aisles.block_drawing import Sight
from archroom.tui.marks import Mark
from archroom.tui.painted import Painted
from archroom.tui.text import Piece, cut, fitted, row, shown, width_of, words, wrapped

if TYPE_CHECKING:
    from archroom.tui.app import ArchroomApp

FRESH_S: Final = 1.0
"""Older looks are stale: four of our own polls."""

MOVING: Final = Mark(say("MOVING"), "out", marks.CAREFUL)
WARNING: Final = Mark(say("ABOUT TO MOVE"), "waiting", marks.CAREFUL)
STOPPING: Final = Mark(say("STOPPING"), "waiting", marks.CAREFUL)
FAULTED: Final = Mark(say("FAULT"), "no", marks.BAD)
ALL_CLOSED: Final = Mark(say("ALL CLOSED"), "quiet", marks.MUTED)
LOCKED: Final = Mark(say("LOCKED"), "no", marks.CAREFUL)
NOT_MOVABLE: Final = Mark(say("NOT TO BE MOVED"), "no", marks.CAREFUL)
ARMED: Final = Mark(say("ARMED"), "yes", marks.MUTED)
NOT_ARMED: Final = Mark(say("NOT ARMED"), "no", marks.CAREFUL)
TOLD: Final = Mark(say("TELLS LITTLE"), "unknown", marks.CAREFUL)
"""Of a resting block of another make which shows no aisle to be open."""
LACKS: Final = Mark(say("NOTE"), "waiting", marks.CAREFUL)
"""What must be known before it moves: what its controller cannot do or tell."""
UNFINISHED: Final = Mark(say("END NOT SEEN"), "unknown", marks.BAD)
COMMISSIONED: Final = Mark(say("COMMISSIONED"), "here", marks.MUTED)
WATCHED_ONLY: Final = Mark(say("WATCHED ONLY"), "no", marks.CAREFUL)
HELD: Final = Mark(say("HELD"), "here", marks.BAD)
MOST_HOLDS: Final = 6
"""Holds of one block that are told one by one."""

_FAULTS = {
    Fault.ESTOP: say("emergency stop"),
    Fault.EDGE: say("safety edge"),
    Fault.BEAM: say("light beam"),
    Fault.OCCUPIED: say("somebody in an aisle"),
    Fault.POSITION: say("position"),
    Fault.DRIVE: say("drive"),
    Fault.OVERTRAVEL: say("overtravel"),
}
_STATES = {
    ControllerState.WARNING: WARNING,
    ControllerState.MOVING: MOVING,
    ControllerState.STOPPING: STOPPING,
    ControllerState.FAULTED: FAULTED,
}


class BlockPanel(Painted):
    """One block of mobile shelving."""

    DEFAULT_CSS = """
    BlockPanel { padding: 0 2; margin: 1 0 0 0; }
    """

    class AisleClicked(Posted):
        """Somebody clicked an aisle."""

        def __init__(self, block: int, aisle: int) -> None:
            super().__init__()
            self.block = block
            self.aisle = aisle

    def __init__(self, house: ArchroomApp, block: Block) -> None:
        super().__init__()
        self._house = house
        self._block = block
        self.chosen: int | None = None
        """The aisle under the cursor, None if the cursor is on another block."""
        self.outage: Outage | None = None
        """What the books say of the block while it is out of order."""

    def paint(self, width: int, height: int) -> list[Content]:
        """Return heading, drawing and what is to be said of the block."""
        view, trust, age_s = self._seen()
        sight = self._sight(view, trust)
        lines = [self._heading(trust, age_s, width)]
        lines += [row(*pieces) for pieces in block_drawing.drawn(sight, width, self._box_height(), self._house.glyphs)]
        for mark, said in self.sayings(view, trust):
            lines += self._saying(mark, said, width)
        return lines

    def sayings(self, view: BlockView | None, trust: Trust) -> list[tuple[Mark, Message | None]]:
        """Return what is to be said of the block, most important first."""
        return [*outages.sayings(self.outage), *sayings(view, trust, self._house.local)]

    def on_click(self, event: events.Click) -> None:
        """Choose the aisle that was clicked."""
        view, trust, _ = self._seen()
        sight, at = self._sight(view, trust), event.get_content_offset(self)
        if at is None:
            return
        height, width = self._box_height(), self.size.width
        aisle = block_drawing.aisle_at(sight, width, height, self._house.glyphs, at.x, at.y - 1)
        if aisle is not None:
            self.post_message(self.AisleClicked(self._block.number, aisle))

    def _box_height(self) -> int:
        return 3 if self.app.size.height < 30 else 5

    def _seen(self) -> tuple[BlockView | None, Trust, float | None]:
        """Return the last look, how far it may be believed now, and the age of its values."""
        view, at_s = self._house.shelving.views.get(self._block.number, (None, 0.0))
        if view is None:
            return None, Trust.UNKNOWN, None
        elapsed = max(self._house.now_s() - at_s, 0.0)
        age_s = view.age_s + elapsed if view.age_s is not None else None
        is_old = elapsed > FRESH_S and view.trust is Trust.GOOD
        return view, Trust.STALE if is_old else view.trust, age_s

    def _sight(self, view: BlockView | None, trust: Trust) -> Sight:
        return replace(self._reported(view, trust), outage=self.outage)

    def _reported(self, view: BlockView | None, trust: Trust) -> Sight:
        if view is not None and view.plain is not None:
            return _plain_sight(self._block, view, trust, self.chosen)
        status = view.status if view is not None else None
        is_sure = trust is Trust.GOOD and status is not None and len(status.positions_mm) == len(self._block.carriages)
        if view is None or status is None or not is_sure:
            positions = self._block.positions_mm(self._block.open_aisles)
            if status is not None and len(status.positions_mm) == len(self._block.carriages):
                positions = status.positions_mm
            held = held_aisles(view.holds) if view is not None else frozenset()
            return Sight(self._block, positions, False, chosen=self.chosen, held=held)
        moving, locked = _ways(self._block, status), status.locked_carriages
        held = held_aisles(view.holds)
        return Sight(self._block, status.positions_mm, True, dict(view.aisles), moving, self.chosen, held, locked)

    def _heading(self, trust: Trust, age_s: float | None, width: int) -> Content:
        mark = shelving_marks.TRUST[trust]
        title = self._title()
        age = words(say("never read") if age_s is None else say("read {age} s ago", age=f"{min(age_s, 999):.1f}"))
        state = mark.shown(self._house.glyphs)
        room = width - width_of(state) - width_of(age) - 4
        pieces: list[Piece] = [(fitted(title, room), "bold"), ("  ", ""), (state, mark.tone), ("  ", ""), (age, marks.MUTED)]
        return row(*pieces) if room > 6 else row((cut(f"{self._block.number} {state}", width), mark.tone))

    def _title(self) -> str:
        """Return the block's own title, with its number if that is not in it."""
        title = shown(self._block.title)
        if str(self._block.number) in title:
            return title
        return f"{words(say('Block {block}', block=self._block.number))}  {title}"

    def _saying(self, mark: Mark, said: Message | None, width: int) -> list[Content]:
        head = mark.shown(self._house.glyphs)
        if said is None:
            return [row((cut(head, width), mark.tone))]
        room = width - width_of(head) - 2
        if room < 20:
            return [row((cut(head, width), mark.tone)), *(row((line, "")) for line in wrapped(words(said), width, 2))]
        first, *rest = wrapped(words(said), room, 2)
        lead = fitted("", width_of(head) + 2)
        return [row((head, mark.tone), ("  ", ""), (first, "")), *(row((lead, ""), (line, "")) for line in rest)]


def sayings(
    view: BlockView | None, trust: Trust, local: Callable[[datetime], datetime] = datetime.astimezone
) -> list[tuple[Mark, Message | None]]:
    """Return what is to be said of a block, most important first; `local` gives the site's time."""
    if view is None:
        return [(shelving_marks.TRUST[Trust.UNKNOWN], say("Nothing was ever read of this block."))]
    sayings: list[tuple[Mark, Message | None]] = []
    if trust is Trust.GOOD and view.status is not None:
        sayings.append(_state(view, view.status))
        if view.status.locked_carriages:
            locked = ", ".join(map(str, sorted(view.status.locked_carriages)))
            sayings.append((LOCKED, say("Carriage {carriages}", carriages=locked)))
    elif trust is Trust.GOOD and view.plain is not None and view.capabilities is not None:
        sayings.append(_plain_state(view, view.plain, view.capabilities))
    else:
        sayings.append((shelving_marks.TRUST[trust], say("The drawing shows what was last known, not what is.")))
    is_moving = view.status is not None and not view.status.state.is_at_rest
    is_moving = is_moving or (view.plain is not None and view.plain.is_moving is True)
    unarmed_text = None if view.arming.reason is None else unarmed(view.block, view.arming.reason)
    if not is_moving and not view.is_movable and view.why_not not in (None, unarmed_text):
        sayings.append((NOT_MOVABLE, view.why_not))
    if view.permission.licence is Licence.ATTENDED:
        sayings.append((LACKS, say("It moves only while a second person holds its own stop at the aisle.")))
    if view.capabilities is not None:
        sayings += [(LACKS, lack) for lack in lacks(view.capabilities)]
    return sayings + _claims(view, trust, local) + _commissioning(view)


def _commissioning(view: BlockView) -> list[tuple[Mark, Message | None]]:
    """Return who commissions a block now, or how its commissioning lets it move and until when that holds."""
    permission = view.permission
    if permission.commissioned_by:
        name, witness = permission.commissioned_by, permission.attendant
        return [(COMMISSIONED, say("Now, by {name}; at the shelving: {witness}.", name=name, witness=witness))]
    until = None if permission.expires_on is None else permission.expires_on.isoformat()
    if permission.licence is not Licence.MONITOR:
        licence = LICENCES[permission.licence]
        return [] if until is None else [(COMMISSIONED, say("{licence}, valid until {date}.", licence=licence, date=until))]
    found: list[tuple[Mark, Message | None]] = []
    if permission.reason is not None and permission.reason != view.why_not:
        found.append((WATCHED_ONLY, permission.reason))
    if until is not None:
        found.append((WATCHED_ONLY, say("The last day of its record is {date}.", date=until)))
    return found


def _claims(view: BlockView, trust: Trust, local: Callable[[datetime], datetime]) -> list[tuple[Mark, Message | None]]:
    """Return what people have said of a block; holds stand whatever is known of the steel, an arming does not."""
    found: list[tuple[Mark, Message | None]] = [(HELD, _held(hold, local(hold.since))) for hold in view.holds[:MOST_HOLDS]]
    if len(view.holds) > MOST_HOLDS:
        found.append((HELD, say("{count} more.", count=len(view.holds) - MOST_HOLDS)))
    found += [(UNFINISHED, one.what) for one in view.unfinished]
    if trust is not Trust.GOOD:
        return found
    if view.arming.is_armed:
        hours, minutes = divmod(int(view.arming.left_s / 60), 60)
        found.append((ARMED, say("By {name}, for {left} h yet.", name=view.arming.by, left=f"{hours}:{minutes:02d}")))
    elif view.arming.reason is not None:
        found.append((NOT_ARMED, say("{reason} F7 arms it.", reason=view.arming.reason)))
    return found


def _held(hold: Hold, since: datetime) -> Message:
    said = say("Aisle {aisle}: {name} since {since}", aisle=hold.aisle, name=hold.person, since=f"{since:%H:%M}")
    return say("{what}, {reason}", what=said, reason=hold.reason) if hold.reason else said


def _state(view: BlockView, status: ControllerStatus) -> tuple[Mark, Message | None]:
    mark = _STATES.get(status.state)
    if mark is FAULTED:
        faults = [words(name) for fault, name in _FAULTS.items() if fault in status.faults]
        return mark, say("{faults}", faults=", ".join(faults))
    told = status.instruction
    if mark is not None and told is not None:
        return mark, _under_way(told)
    if mark is not None:
        return mark, None
    occupied = [str(aisle) for aisle, state in view.aisles if state is AisleState.OCCUPIED]
    if occupied:
        return shelving_marks.AISLES[AisleState.OCCUPIED], say("Aisle {aisles}", aisles=", ".join(occupied))
    open_aisles = [str(aisle) for aisle in view.open_aisles()]
    if open_aisles:
        return shelving_marks.AISLES[AisleState.OPEN], say("Aisle {aisles}", aisles=", ".join(open_aisles))
    partly = [str(aisle) for aisle, state in view.aisles if state is AisleState.PARTLY]
    if partly:
        return shelving_marks.AISLES[AisleState.PARTLY], say("Aisle {aisles}", aisles=", ".join(partly))
    return ALL_CLOSED, None


def _plain_sight(block: Block, view: BlockView, trust: Trust, chosen: int | None) -> Sight:
    """Return a block of another make: drawn as sure only where its controller shows the one open aisle of each segment."""
    held, status, open_aisles = held_aisles(view.holds), view.plain, view.open_aisles()
    is_still = trust is Trust.GOOD and status is not None and status.is_moving is not True
    mobile = [segment for segment in block.segments if segment.is_mobile]
    is_told = is_still and all(sum(aisle in segment.gaps for aisle in open_aisles) == 1 for segment in mobile)
    if status is not None and status.positions_mm is not None and len(status.positions_mm) == len(block.carriages):
        return Sight(block, status.positions_mm, trust is Trust.GOOD, dict(view.aisles), chosen=chosen, held=held)
    positions = block.positions_mm(open_aisles if is_told else block.open_aisles)
    return Sight(block, positions, is_told, dict(view.aisles) if is_told else {}, chosen=chosen, held=held)


def _plain_state(view: BlockView, status: PlainStatus, can: Capabilities) -> tuple[Mark, Message | None]:
    """Return what a controller of another make tells, in the words of `_state` where they fit."""
    if status.alarms:
        return FAULTED, say("{faults}", faults=", ".join(alarm.code for alarm in status.alarms))
    if status.is_moving:
        return MOVING, None
    for state in (AisleState.OCCUPIED, AisleState.OPEN):
        aisles = [str(aisle) for aisle, seen in view.aisles if seen is state]
        if aisles:
            return shelving_marks.AISLES[state], say("Aisle {aisles}", aisles=", ".join(aisles))
    told = say("{one}, {other}.", one=state_phrase(status), other=places_phrase(can, status, view.open_aisles()))
    return TOLD, told


def _ways(block: Block, status: ControllerStatus) -> dict[int, int]:
    """Return the way that each moving carriage goes, towards where the action under way will leave it."""
    told = status.instruction
    ways = {} if told is None else ways_of(block, status.positions_mm, told, status.locked_carriages)
    return {number: ways.get(number, 1) for number in status.moving_carriages}


def _under_way(told: Instruction) -> Message | None:
    match told.action:
        case Action.OPEN if told.closes is not None:
            return say("Aisle {opens} opens, aisle {closes} closes.", opens=told.number, closes=told.closes)
        case Action.OPEN:
            return say("Aisle {opens} opens.", opens=told.number)
        case Action.CLOSE:
            return say("The aisles close.")
        case Action.VENTILATE:
            return say("The carriages are spread for ventilation.")
        case Action.JOG:
            return say("Carriage {carriage} moves a little.", carriage=told.number)
        case Action.LOCK | Action.UNLOCK:
            return None
