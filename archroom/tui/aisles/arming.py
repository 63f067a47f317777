"""The question whether a block is armed: why it is not, what is to be acknowledged, and in whose name. Only F9 answers it.

A scan made here is refused as what it is, and so is a key that comes as fast as a scanner types.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from archroom.errors import Message, say
from archroom.services.claims import HOURS
from archroom.tui import marks
from archroom.tui.painted import Painted
from archroom.tui.screens import HouseDialog
from archroom.tui.situation import Where
from archroom.tui.text import row, shown, words, wrapped

if TYPE_CHECKING:
    from archroom.core.shelving import BlockView
    from archroom.tui.app import ArchroomApp


class ArmingText(Painted):
    """How the block is armed or why it is not, and what to do."""

    def __init__(self, view: BlockView, person: str) -> None:
        super().__init__()
        self._view = view
        self._person = person
        self.wrong: Message | None = None

    def paint(self, width: int, height: int) -> list[Content]:
        """Return the question in lines."""
        view, arming = self._view, self._view.arming
        if arming.is_armed:
            head, tone = say("Block {block} is armed by {name}.", block=view.block, name=arming.by), marks.GOOD
        else:
            head, tone = say("Block {block} is not armed, so nothing of it moves.", block=view.block), marks.BAD
        lines = [row((line, tone)) for line in wrapped(words(head), width, 2)]
        for said in [arming.reason] if arming.reason is not None else []:
            lines += [row((line, "")) for line in wrapped(words(said), width, 3)]
        for one in view.unfinished:
            lines += [row((line, marks.CAREFUL)) for line in wrapped(words(one.what), width, 3)]
        ask = say(
            "Look at the block. If it may move, press F9: it is armed in the name of {name} for {hours} hours.",
            name=shown(self._person),
            hours=HOURS,
        )
        lines += [Content(""), *(row((line, "bold")) for line in wrapped(words(ask), width, 3))]
        if self.wrong is not None:
            lines += [row((line, marks.CAREFUL)) for line in wrapped(words(self.wrong), width, 2)]
        return lines


class ArmScreen(HouseDialog[tuple[str, ...]]):
    """Dismisses itself with the motions that are acknowledged with the arming, or None if the block is not to be armed."""

    WHERE = Where.ARM
    refuses_scans = True
    is_strict = True
    DEFAULT_CSS = """
    ArmScreen { align: center middle; background: $background 60%; }
    ArmScreen #arming {
        width: 64; max-width: 100%; height: auto; max-height: 100%;
        border: round $warning; background: $surface; padding: 0 2;
    }
    ArmScreen.-low #arming { border: none; }
    """

    def __init__(self, house: ArchroomApp, view: BlockView) -> None:
        super().__init__(house)
        self._view = view

    def body(self) -> Iterable[Widget]:
        """Return the question."""
        with Vertical(id="arming"):
            yield ArmingText(self._view, self.house.performer.actor)

    def confirm(self) -> None:
        """Take F9 as the answer: everything that is shown here is acknowledged by it."""
        self.dismiss(tuple(one.motion for one in self._view.unfinished))

    def scan_refused(self) -> None:
        """Say that a scan is no answer."""
        self.house.bell()
        text = self.query_one(ArmingText)
        text.wrong = say("A scan is not an answer. Press F9 by hand, or leave with Esc.")
        text.refresh(layout=True)
