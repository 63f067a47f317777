"""A few boxes to fill in by hand and F9 to answer: who is in an aisle, and who says that somebody is out of it.

A scan made here goes nowhere, and F9 counts only if it does not come as fast as a scanner types.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from archroom.errors import Message, say
from archroom.tui import marks
from archroom.tui.inputs import TextBox
from archroom.tui.painted import Painted
from archroom.tui.screens import HouseDialog
from archroom.tui.situation import Where
from archroom.tui.text import row, sentence_lines

if TYPE_CHECKING:
    from archroom.tui.app import ArchroomApp

LONGEST = 100
MOST_LINES = 5
"""Of one sentence."""


@dataclass(frozen=True, slots=True)
class Box:
    """One box of a form."""

    title: Message
    value: str = ""
    """What stands in it at first."""


class FormBox(TextBox):
    """A box of a form; Enter goes to the next one and answers nothing."""

    def __init__(self, box: Box) -> None:
        super().__init__(box.title, LONGEST)
        self.placeholder = ""
        self.value = box.value

    async def action_submit(self) -> None:
        """Go on to the next box."""
        self.screen.focus_next("FormBox")


class FormText(Painted):
    """What the form is for, with what was wrong with the last answer; or what a box is for."""

    def __init__(self, lines: Sequence[tuple[Message, str]]) -> None:
        super().__init__()
        self._lines = lines
        self.wrong: Message | None = None

    def paint(self, width: int, height: int) -> list[Content]:
        """Return the sentences in lines."""
        said = [*self._lines, *([(self.wrong, marks.CAREFUL)] if self.wrong is not None else [])]
        return [row(*line) for line in sentence_lines(said, width, MOST_LINES)]


class FormScreen(HouseDialog[tuple[str, ...]]):
    """Dismisses itself with what stands in its boxes, or None if it is left."""

    AUTO_FOCUS = "FormBox"
    refuses_scans = True
    DEFAULT_CSS = """
    FormScreen { align: center middle; background: $background 60%; }
    FormScreen #form {
        width: 64; max-width: 100%; height: auto; max-height: 100%; overflow-y: auto; scrollbar-size-vertical: 1;
        border: round $warning; background: $surface; padding: 0 2;
    }
    FormScreen FormBox, FormScreen FormBox:focus { background: $panel; border: none; height: 1; margin: 0 0 1 0; }
    FormScreen.-low #form { border: none; }
    FormScreen.-low FormBox { margin: 0; }
    """

    def __init__(
        self,
        house: ArchroomApp,
        lines: Sequence[tuple[Message, str]],
        boxes: Sequence[Box],
        wrong_with: Callable[[tuple[str, ...]], Message | None],
    ) -> None:
        """`wrong_with` says what is wrong with an answer, None if nothing is."""
        super().__init__(house)
        self._lines = lines
        self._boxes = boxes
        self._wrong_with = wrong_with

    def body(self) -> Iterable[Widget]:
        """Return sentences and boxes."""
        with Vertical(id="form"):
            yield FormText(self._lines)
            for box in self._boxes:
                yield FormText([(box.title, marks.MUTED)])
                yield FormBox(box)

    def confirm(self) -> None:
        """Take what stands in the boxes as the answer, unless something is wrong with it."""
        values = tuple(" ".join(box.value.split()) for box in self.query(FormBox))
        wrong = self._wrong_with(values)
        if wrong is None:
            self.dismiss(values)
        else:
            self._tell(wrong)

    def scan_refused(self) -> None:
        """Say that a scan is no answer."""
        self.house.bell()
        self._tell(say("A scan is not an answer. Type it by hand, or leave with Esc."))

    def _tell(self, wrong: Message) -> None:
        text = self.query(FormText).first()
        text.wrong = wrong
        text.refresh(layout=True)


class HoldForm(FormScreen):
    """Who is in an aisle."""

    WHERE = Where.HOLD


class ReleaseForm(FormScreen):
    """Who is out of an aisle again, and who says so."""

    WHERE = Where.RELEASE


class FilterForm(FormScreen):
    """Which frames of a bus are shown."""

    WHERE = Where.FILTER
