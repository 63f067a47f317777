"""Proving a block from the app: what it takes, the walk through its steps, and the record that both people sign.

The walk is that of the command line and runs on a worker's thread; this screen shows what it tells and answers what it asks.
An answer is typed by hand and then F9; a scan is none. Whatever ends the screen, Esc, the server or the app itself, ends the
commissioning: what moves is stopped, and the block is as it was before.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual import events, on
from textual.binding import Binding
from textual.widget import Widget

from archroom.core.acts import Performer
from archroom.core.commissioning import CommissioningRecord, Licence
from archroom.core.comparing import name_key
from archroom.errors import ArchroomError, Message, say
from archroom.services.commissioning import ended
from archroom.services.commissioning_words import licence_message
from archroom.tui import marks
from archroom.tui.aisles.asking import asking_for
from archroom.tui.aisles.confirm import ConfirmScreen
from archroom.tui.commissioning import messages as told
from archroom.tui.commissioning.drawing import Course, CourseHead, CourseSteps, CourseText, ProvedBlock
from archroom.tui.commissioning.technician import AnswerKind, ScreenTechnician
from archroom.tui.forms import Box, FormScreen
from archroom.tui.inputs import TextBox
from archroom.tui.painted import Painted
from archroom.tui.screens import HouseDialog
from archroom.tui.situation import Where
from archroom.tui.work import Lane, unforeseen

if TYPE_CHECKING:
    from textual.message import Message as Posted

    from archroom.core.rooms import Block
    from archroom.tui.app import ArchroomApp

LOOK_S: Final = 0.25
TONES: Final = {Licence.FULL: marks.GOOD, Licence.ATTENDED: marks.CAREFUL, Licence.MONITOR: marks.BAD}


class SignForm(FormScreen):
    """Both names, each typed by who has it; a key that comes as fast as a scanner types is no answer."""

    WHERE = Where.SIGN
    is_strict = True


class AnswerLine(TextBox):
    """Where answers are typed: figures or one letter, nothing pasted; Enter answers nothing."""

    DEFAULT_CSS = """
    AnswerLine, AnswerLine:focus { background: $panel; border: none; height: 1; width: 24; margin: 0 2; }
    """

    def __init__(self) -> None:
        super().__init__(say("your answer"), 3)
        self.restrict = r"[0-9sSyYnN]*"

    def on_paste(self, event: events.Paste) -> None:
        """Refuse a paste: an answer is typed."""
        event.prevent_default()
        event.stop()

    def action_paste(self) -> None:
        """Refuse a paste: an answer is typed."""

    async def action_submit(self) -> None:
        """Do nothing: Enter answers nothing here."""


class CommissioningScreen(HouseDialog[None]):
    """One commissioning, until it is left."""

    WHERE = Where.COMMISSION
    AUTO_FOCUS = "AnswerLine"
    refuses_scans = True
    is_strict = True
    BINDINGS = [Binding("up", "scroll(1)", show=False), Binding("down", "scroll(-1)", show=False)]
    DEFAULT_CSS = """
    CommissioningScreen { background: $background; }
    CommissioningScreen.-low ProvedBlock { display: none; }
    CommissioningScreen.-low CourseSteps, CommissioningScreen.-low CourseText { margin: 0; }
    """

    def __init__(self, house: ArchroomApp, block: Block, by: str, witness: str) -> None:
        super().__init__(house)
        self.course = Course(block.number, by, witness)
        self._block = block
        self._technician = ScreenTechnician(block.number, self.post_message)
        self._lane = Lane(self, "commissioning", say("The commissioning"))
        self._answer: Future[str] | None = None
        """What the walk waits for."""
        self._is_left_by_hand = False
        self._is_leave_asked = False
        """Whether Esc was pressed since the last answer."""
        self._is_signed = False
        self._was_seen = False
        """Whether the block was seen to be commissioned."""

    def body(self) -> Iterable[Widget]:
        """Return head, block, steps, question and box."""
        yield CourseHead(self.course)
        yield ProvedBlock(self.house, self._block)
        yield CourseSteps(self.course, self.house.glyphs)
        yield CourseText(self.course)
        yield AnswerLine()

    def on_mount(self) -> None:
        """Begin to look at the block, and the walk."""
        house, course, technician = self.house, self.course, self._technician
        self.set_interval(LOOK_S, house.shelving.read_views)
        performer = Performer(course.by, house.performer.terminal)

        def carry_out() -> Posted:
            technician.service = service = house.services.commissioning
            record, seq = service.commission(performer, course.block, course.witness, technician)
            return told.BlockCommissioned(record, seq is not None, *_page(house, record))

        self._lane.start(carry_out, told.CommissioningFailed)

    def on_unmount(self) -> None:
        """End the commissioning, if it has not ended yet."""
        if not self.course.end:
            self._technician.leave()

    def leave(self) -> None:
        """End the commissioning and go away once it has ended; if asked twice while it waits and steps were taken."""
        course = self.course
        if course.end:
            super().leave()
        elif self._is_signed:
            self.house.tell(say("Both have signed: the record is being written."), "warning")
        elif self._answer is not None and course.findings and not self._is_leave_asked:
            self._is_leave_asked = True
            lost = say(
                "Steps that would be lost: {count}. Press Esc again to end the commissioning.", count=len(course.findings)
            )
            self.house.tell(lost, "warning")
        elif not course.is_ending:
            self._is_left_by_hand = True
            self._end_it()

    def confirm(self) -> None:
        """Take what was typed as the answer, if it is one."""
        course, box = self.course, self.query_one(AnswerLine)
        question, typed = course.question, box.value.casefold()
        if question is None or course.end or course.is_ending:
            return
        box.value = ""
        if not question.is_answered_by(typed):
            course.wrong = say("That is no answer to this question.")
            self.show_situation()
        elif question.kind is AnswerKind.SIGNATURES:
            self._ask_signatures()
        else:
            self._give(typed)

    def scan_refused(self) -> None:
        """Say that a scan is no answer."""
        self.house.bell()
        self.query_one(AnswerLine).value = ""
        self.course.wrong = say("A scan is not an answer. Type it by hand, or leave with Esc.")
        self.show_situation()

    def show_situation(self) -> None:
        """Draw everything again, and end where the server has ended the commissioning."""
        super().show_situation()
        self._look_whether_it_goes_on()
        for painted in self.query(Painted):
            if isinstance(painted, CourseHead | ProvedBlock | CourseSteps | CourseText):
                painted.refresh(layout=True)

    def action_scroll(self, lines: int) -> None:
        """Look further back, or forth again."""
        self.course.up = max(self.course.up + lines, 0)
        self.show_situation()

    # -- what the walk tells

    @on(told.StepsExpected)
    def _take_steps(self, event: told.StepsExpected) -> None:
        self.course.steps = list(event.steps)
        self.show_situation()

    @on(told.StepBegun)
    def _begin_step(self, event: told.StepBegun) -> None:
        self.course.begin(event.step)
        self.show_situation()

    @on(told.PartTold)
    def _show_part(self, event: told.PartTold) -> None:
        self.course.urgent = event.text
        self.house.bell()
        self.show_situation()

    @on(told.FindingSeen)
    def _take_finding(self, event: told.FindingSeen) -> None:
        self.course.findings[event.finding.step] = event.finding
        self.course.urgent = None
        self.show_situation()

    @on(told.AnswerAsked)
    def _ask(self, event: told.AnswerAsked) -> None:
        self._answer = event.answer
        self.course.question, self.course.wrong = event.question, None
        self.query_one(AnswerLine).value = ""
        self.show_situation()

    @on(told.ClearAsked)
    def _ask_clear(self, event: told.ClearAsked) -> None:
        def answered(clear: tuple[int, ...] | None) -> None:
            if not event.answer.done():
                event.answer.set_result(clear)

        self.house.push_screen(ConfirmScreen(self.house, asking_for(event.ticket)), answered)

    @on(told.BlockCommissioned)
    def _show_record(self, event: told.BlockCommissioned) -> None:
        record = event.record
        dates = say(
            "Block {block}, commissioned on {date}, valid until {expires}",
            block=record.block,
            date=record.signed_on.isoformat(),
            expires=record.expires_on.isoformat(),
        )
        said = [(licence_message(record.licence, record.reason), TONES[record.licence]), (dates, "bold")]
        if event.file is not None:
            said.append((say("The page to sign is in {file}.", file=str(event.file)), ""))
        if event.note is not None:
            said.append((event.note, marks.CAREFUL))
        if not event.is_in_ledger:
            said.append((say("The ledger has not taken it; the record stands."), marks.CAREFUL))
        self._show_end(said)

    @on(told.CommissioningFailed)
    def _show_failure(self, event: told.CommissioningFailed) -> None:
        self._show_end([(event.reason, marks.BAD)])
        if self._is_left_by_hand and self.is_current:
            self.house.tell(event.reason, "warning")
            super().leave()

    # -- inside

    def _give(self, typed: str) -> None:
        answer, self._answer = self._answer, None
        self._is_leave_asked = False
        self.course.question = self.course.wrong = None
        if answer is not None and not answer.done():
            answer.set_result(typed)
        self.show_situation()

    def _ask_signatures(self) -> None:
        course, names = self.course, (self.course.by, self.course.witness)
        text = course.question.text if course.question is not None else ended(course.block)
        boxes = [Box(say("To sign, {name} types that name", name=name)) for name in names]

        def wrong(values: tuple[str, ...]) -> Message | None:
            pairs = zip(values, names, strict=True)
            other = next((name for typed, name in pairs if name_key(typed) != name_key(name)), None)
            return None if other is None else say("{name} has not signed: this is another name.", name=other)

        def answered(values: tuple[str, ...] | None) -> None:
            if values is not None and not course.is_ending:
                self._is_signed = True
                self._give("")

        self.house.push_screen(SignForm(self.house, [(text, "bold")], boxes, wrong), answered)

    def _end_it(self) -> None:
        self.course.is_ending, self.course.question = True, None
        self._technician.leave()
        self.show_situation()

    def _look_whether_it_goes_on(self) -> None:
        """End the walk where the server knows of the commissioning no more: too long without an act, or started anew."""
        seen, course = self.house.shelving.views.get(self.course.block), self.course
        if seen is None or course.end or course.is_ending or self._is_signed:
            return
        is_seen = bool(seen[0].permission.commissioned_by)
        was_seen, self._was_seen = self._was_seen, self._was_seen or is_seen
        if was_seen and not is_seen:
            self._end_it()

    def _show_end(self, said: list[tuple[Message, str]]) -> None:
        course = self.course
        course.end, course.question, course.urgent, course.is_ending = said, None, None, False
        said.append((say("Esc leaves."), marks.MUTED))
        self.house.bell()
        self.house.shelving.read_views()
        self.house.read_acts()
        self.show_situation()


def _page(house: ArchroomApp, record: CommissioningRecord) -> tuple[Path | None, Message | None]:
    """Write the page to sign, on the walk's thread; the record stands whatever comes of the page."""
    try:
        file, missing = house.write_record(record)
    except ArchroomError as error:
        return None, error.message
    except Exception as error:
        return None, unforeseen(error)
    lacks = say("The font lacks these letters, drawn as boxes: {letters}", letters=missing)
    return file, lacks if missing else None
