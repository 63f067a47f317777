"""The question before an aisle opens: is the aisle that closes clear? Only a typed number and then F9 answer it.

Enter does nothing, nothing dangerous has the focus, and a scan made here is refused as what it is. The question goes away by
itself when its ticket has run out.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import events
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from archroom.errors import Message, say
from archroom.tui import marks
from archroom.tui.actions import Where
from archroom.tui.inputs import TextBox
from archroom.tui.painted import Painted
from archroom.tui.screens import HouseDialog
from archroom.tui.text import row, words, wrapped

if TYPE_CHECKING:
    from archroom.core.shelving import Ticket
    from archroom.tui.app import ArchroomApp


class Question(Painted):
    """What closes, what opens, what moves, and what to do."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__()
        self.ticket = ticket

    def paint(self, width: int, height: int) -> list[Content]:
        """Return the question in lines."""
        ticket = self.ticket
        closing = "-" if ticket.closes is None else ticket.closes
        closes = say("Aisle {aisle} of block {block} CLOSES.", aisle=closing, block=ticket.block)
        opens = say("Aisle {aisle} opens; carriages that move: {moving}.", aisle=ticket.opens, moving=_moving(ticket))
        ask = say("Go and look. If nobody and nothing is in aisle {aisle}, type {aisle} and press F9.", aisle=closing)
        lines = [row((line, marks.BAD)) for line in wrapped(words(closes), width, 2)]
        lines += [row((line, "")) for line in wrapped(words(opens), width, 2)]
        return [*lines, Content(""), *(row((line, "bold")) for line in wrapped(words(ask), width, 3))]


class Note(Painted):
    """What was wrong with the last answer, else how long the question still stands."""

    def __init__(self, left_s: float) -> None:
        super().__init__()
        self.left_s = left_s
        self.wrong: Message | None = None

    def paint(self, width: int, height: int) -> list[Content]:
        """Return the note in lines."""
        left = say("This question goes away in {seconds} s.", seconds=max(round(self.left_s), 0))
        tone = marks.MUTED if self.wrong is None else marks.CAREFUL
        return [row((line, tone)) for line in wrapped(words(self.wrong or left), width, 2)]


class AnswerBox(TextBox):
    """Where the aisle's number is typed; it takes digits, and nothing that is pasted."""

    def __init__(self) -> None:
        super().__init__(say("number of the aisle that closes"), 2)
        self.restrict = r"[0-9]*"

    def on_paste(self, event: events.Paste) -> None:
        """Refuse a paste: an answer is typed."""
        event.prevent_default()
        event.stop()

    def action_paste(self) -> None:
        """Refuse a paste: an answer is typed."""

    async def action_submit(self) -> None:
        """Do nothing: Enter moves no steel."""


class ConfirmScreen(HouseDialog[int]):
    """Asks until it is answered, left, or too old; dismisses itself with the aisle that is said to be clear, or None."""

    WHERE = Where.CONFIRM
    AUTO_FOCUS = "AnswerBox"
    refuses_scans = True
    DEFAULT_CSS = """
    ConfirmScreen { align: center middle; background: $background 60%; }
    ConfirmScreen #question {
        width: 64; max-width: 100%; height: auto; max-height: 100%;
        border: round $error; background: $surface; padding: 0 2;
    }
    ConfirmScreen.-low #question { border: none; }
    ConfirmScreen AnswerBox { width: 44; max-width: 100%; }
    ConfirmScreen AnswerBox, ConfirmScreen AnswerBox:focus { background: $surface; }
    ConfirmScreen.-low AnswerBox { border: none; height: 1; }
    """

    def __init__(self, house: ArchroomApp, ticket: Ticket) -> None:
        super().__init__(house)
        self.ticket = ticket
        self._until_s = house.now_s() + ticket.life_s

    def body(self) -> Iterable[Widget]:
        """Return question and box."""
        with Vertical(id="question"):
            yield Question(self.ticket)
            yield AnswerBox()
            yield Note(self.ticket.life_s)

    def on_mount(self) -> None:
        """Count the seconds that are left."""
        self.set_interval(0.5, self._count_down)

    def confirm(self) -> None:
        """Take the typed number as the answer, if it names the aisle that closes."""
        box = self.query_one(AnswerBox)
        typed = box.value
        if typed and int(typed) == self.ticket.closes:
            self.dismiss(int(typed))
            return
        box.value = ""
        if typed:
            self._note(say("Aisle {typed} does not close here. Look again.", typed=typed))
        else:
            self._note(say("Type the number of the aisle that closes first."))

    def scan_refused(self) -> None:
        """Say that a scan is no answer."""
        self.query_one(AnswerBox).value = ""
        self.house.bell()
        self._note(say("A scan is not an answer. Type the number by hand, or leave with Esc."))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Take the note away once somebody types."""
        event.stop()
        if event.input.value:
            self._note(None)

    def _note(self, wrong: Message | None) -> None:
        note = self.query_one(Note)
        note.wrong = wrong
        note.refresh(layout=True)

    def _count_down(self) -> None:
        note = self.query_one(Note)
        note.left_s = self._until_s - self.house.now_s()
        if note.left_s <= 0:
            self.house.tell(say("The question was open too long, so nothing moves. Ask again with F6."), "warning")
            self.leave()
        else:
            note.refresh()


def _moving(ticket: Ticket) -> str:
    return ", ".join(str(carriage) for carriage in sorted(ticket.moving_carriages))
