"""The question who stands at the aisle: a second person who holds the shelving's own stop, named for each motion anew.

Only a name that is typed by hand and then F9 answer it; a scan made here is refused as what it is. The question goes away by
itself when its ticket has run out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archroom.core.shelving import Action
from archroom.errors import Message, say
from archroom.services.aisles import unattended
from archroom.tui import marks
from archroom.tui.forms import Box, FormScreen
from archroom.tui.situation import Where

if TYPE_CHECKING:
    from archroom.core.shelving import Ticket
    from archroom.tui.app import ArchroomApp


class AttendForm(FormScreen):
    """Dismisses itself with the name of who is at the aisle, or None."""

    WHERE = Where.ATTEND
    is_strict = True

    def __init__(self, house: ArchroomApp, ticket: Ticket, left_s: float) -> None:
        block, number = ticket.block, ticket.wanted.number
        head = say("Block {block} moves only while a second person holds its own stop at the aisle.", block=block)
        if ticket.wanted.action is Action.OPEN:
            what = say("Aisle {aisle} of block {block} opens as soon as you press F9.", aisle=number, block=block)
        else:
            what = say("Block {block} moves as soon as you press F9.", block=block)
        why = say("Block {block} may run on though this program says stop. Whoever stands there stops it.", block=block)
        lines = [(head, marks.BAD), (why, ""), (what, "bold")]
        box = Box(say("Who stands there now, with a hand on it"))
        operator = house.performer.actor

        def wrong(values: tuple[str, ...]) -> Message | None:
            return unattended(block, values[0], operator)

        super().__init__(house, lines, [box], wrong)
        self._left_s = left_s

    def on_mount(self) -> None:
        """Go away with the ticket."""
        self.set_timer(max(self._left_s, 0.01), self._run_out)

    def _run_out(self) -> None:
        self.house.tell(say("The question was open too long, so nothing moves. Ask again."), "warning")
        self.leave()
