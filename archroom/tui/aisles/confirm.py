"""The question before shelving moves: is every aisle that narrows clear? Only their typed numbers and then F9 answer it.

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
from archroom.tui.inputs import TextBox
from archroom.tui.painted import Painted
from archroom.tui.screens import HouseDialog
from archroom.tui.situation import Where
from archroom.tui.text import row, words, wrapped

if TYPE_CHECKING:
    from archroom.tui.aisles.asking import Asking
    from archroom.tui.app import ArchroomApp


class Question(Painted):
    """What narrows, what is done, what moves, and what to do."""

    def __init__(self, asking: Asking) -> None:
        super().__init__()
        self._asking = asking

    def paint(self, width: int, height: int) -> list[Content]:
        """Return the question in lines."""
        asking, lines = self._asking, list[Content]()
        if asking.narrows is not None:
            lines += [row((line, marks.BAD)) for line in wrapped(words(asking.narrows), width, 2)]
        lines += [row((line, "")) for line in wrapped(words(asking.effect), width, 2)]
        return [*lines, Content(""), *(row((line, "bold")) for line in wrapped(words(asking.what_to_do), width, 3))]


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
    """Where the numbers are typed; it takes digits, between several of them commas and blanks, and nothing pasted."""

    def __init__(self, asking: Asking) -> None:
        most = asking.most_numbers
        super().__init__(asking.label, 4 * most - 2)
        self.restrict = r"[0-9]*" if most == 1 else r"[0-9, ]*"

    def numbers(self) -> tuple[int, ...]:
        """Return the typed numbers, in order."""
        return tuple(sorted(int(number) for number in self.value.replace(",", " ").split()))

    def on_paste(self, event: events.Paste) -> None:
        """Refuse a paste: an answer is typed."""
        event.prevent_default()
        event.stop()

    def action_paste(self) -> None:
        """Refuse a paste: an answer is typed."""

    async def action_submit(self) -> None:
        """Do nothing: Enter moves no steel."""


class ConfirmScreen(HouseDialog[tuple[int, ...]]):
    """Asks until it is answered, left, or too old; dismisses itself with the numbers that were typed, or None."""

    WHERE = Where.CONFIRM
    AUTO_FOCUS = "AnswerBox"
    refuses_scans = True
    is_strict = True
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

    def __init__(self, house: ArchroomApp, asking: Asking) -> None:
        super().__init__(house)
        self.asking = asking
        self._until_s = house.now_s() + asking.life_s

    def body(self) -> Iterable[Widget]:
        """Return question and box."""
        with Vertical(id="question"):
            yield Question(self.asking)
            yield AnswerBox(self.asking)
            yield Note(self.asking.life_s)

    def on_mount(self) -> None:
        """Count the seconds that are left."""
        self.set_interval(0.5, self._count_down)

    def confirm(self) -> None:
        """Take the typed numbers as the answer, if they are one."""
        box = self.query_one(AnswerBox)
        typed = box.numbers()
        if self.asking.is_answered_by(typed):
            self.dismiss(typed)
            return
        box.value = ""
        self._note(self.asking.wrong(typed))

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
            self.house.tell(say("The question was open too long, so nothing moves. Ask again."), "warning")
            self.leave()
        else:
            note.refresh()
