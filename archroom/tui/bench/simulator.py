"""The console of a running simulator: the block as its controller reports it, what can be let happen, what came of it.

One box takes the simulator's own words. While nothing stands in it, Enter lets the act under the cursor happen, and left and
right choose the aisle. Everything here happens to simulated steel; what the simulator does not know, it refuses itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from textual import events, on
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input

from archroom.core.simulation import SimulatedRoom, phrases_for
from archroom.errors import ArchroomError, Message, say
from archroom.services.simulation import SimulatedAct, typed_act, usual_acts
from archroom.tui import marks, messages
from archroom.tui.aisles.block_panel import BlockPanel
from archroom.tui.aisles.claiming import Claiming
from archroom.tui.inputs import TextBox
from archroom.tui.painted import Painted
from archroom.tui.scrolling import Scroll
from archroom.tui.situation import Chosen, Where
from archroom.tui.text import Line, cut, row, sentence_lines, words
from archroom.tui.watching import WatchScreen, first_shown
from archroom.tui.work import Lane

if TYPE_CHECKING:
    from archroom.tui.app import ArchroomApp

LONGEST_LINE: Final = 500
MOST_ANSWERS: Final = 200
LEAST_ANSWERS: Final = 3
LEAST_ACTS: Final = 4
"""Rows for answers and acts where there is not room for all; the acts come first."""


class PhraseBox(TextBox):
    """Where the simulator's words are typed; empty, it leaves Enter and the arrows to the screen."""

    def __init__(self, screen: SimulatorScreen) -> None:
        super().__init__(say("Arrows choose aisle and act, Enter does it. Or type: e-stop press"), LONGEST_LINE)
        self._simulator = screen

    async def action_submit(self) -> None:
        """Say what is typed, else do what is under the cursor."""
        line, self.value = " ".join(self.value.split()), ""
        self._simulator.enter(line)

    def action_cursor_left(self, select: bool = False) -> None:
        """Move in the text, else to the aisle at the left."""
        self._left_or_right(-1, select)

    def action_cursor_right(self, select: bool = False) -> None:
        """Move in the text, else to the aisle at the right."""
        self._left_or_right(1, select)

    def _left_or_right(self, step: int, select: bool) -> None:
        if not self.value:
            self._simulator.action_choose(step)
        elif step < 0:
            super().action_cursor_left(select)
        else:
            super().action_cursor_right(select)


class SimulatorPage(Painted):
    """What is so at the simulator, what can be let happen or typed, and the last answers."""

    DEFAULT_CSS = """
    SimulatorPage { height: 1fr; padding: 0 2; margin: 1 0 0 0; }
    """

    def __init__(self, screen: SimulatorScreen) -> None:
        super().__init__()
        self._simulator = screen

    def paint(self, width: int, height: int) -> list[Content]:
        """Return the lines for as many rows as there are."""
        return [row(*line) for line in self._simulator.lines(width, max(height, 1))]

    def on_click(self, event: events.Click) -> None:
        """Let the act that was clicked happen."""
        at = event.get_content_offset(self)
        if at is not None:
            self._simulator.clicked(at.y)


class SimulatorScreen(WatchScreen):
    """The simulator behind the buses of this machine."""

    WHERE = Where.SIMULATOR
    TITLE_TEXT = say("Simulator")
    AUTO_FOCUS = "PhraseBox"
    LOOK_S = 0.25
    BINDINGS = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "scroll_answers(-1)", show=False),
        Binding("pagedown", "scroll_answers(1)", show=False),
    ]
    DEFAULT_CSS = """
    SimulatorScreen PhraseBox, SimulatorScreen PhraseBox:focus {
        border: none; height: 1; background: $panel; margin: 1 2 0 2;
    }
    SimulatorScreen.-low PhraseBox, SimulatorScreen.-low PhraseBox:focus { margin: 0 2; padding: 0 1; }
    SimulatorScreen KeyBar { dock: bottom; }
    SimulatorScreen #blocks { height: auto; max-height: 50%; }
    """

    def __init__(self, house: ArchroomApp) -> None:
        super().__init__(house)
        self._at: tuple[int, int] | None = None
        """Block and aisle that the acts are about."""
        self._panels: dict[int, BlockPanel] = {}
        self._room: SimulatedRoom | None = None
        self._trouble: Message | None = None
        self._cursor = 0
        self._answers: deque[tuple[datetime, Message, str]] = deque(maxlen=MOST_ANSWERS)
        self._scroll = Scroll()
        self._refused: tuple[str, ...] | None = None
        """What of a scenario could not be done, as far as it was told; None before the first look."""
        self._first_row = self._first_act = self._act_rows = 0
        """Where the acts stand on the page, as last drawn."""
        self._claiming = Claiming(house)
        self._looks = Lane(self, "simulator", say("Asking the simulator"))
        self._acts = Lane(self, "simulated act", say("The simulator"))

    def body(self) -> Iterable[Widget]:
        """Return box, blocks and page."""
        yield PhraseBox(self)
        yield Vertical(id="blocks")
        yield SimulatorPage(self)

    def on_mount(self) -> None:
        """Begin to ask."""
        self.house.shelving.read_blocks()

    def on_screen_resume(self) -> None:
        """Ask at once when it comes up."""
        self.look()

    def look(self) -> None:
        """Ask the shelving what its controllers report, and the simulator what is so."""
        simulation = self.house.simulation
        if simulation is None:
            return
        self.house.shelving.read_views()
        if not self._looks.is_busy:
            self._looks.start(lambda: messages.SimulatorSeen(simulation.room()), messages.SimulatorFailed)

    def chosen(self) -> Chosen:
        """Return the aisle that the acts are about."""
        return Chosen(aisle=self._at)

    def show_situation(self) -> None:
        """Draw everything again, and the blocks for the first time once they are known."""
        super().show_situation()
        if not self._panels and self.house.shelving.blocks:
            self._build()
        for painted in self.query(Painted):
            if isinstance(painted, BlockPanel | SimulatorPage):
                painted.refresh(layout=True)

    def do_arm(self) -> None:
        """Ask whether the block of the chosen aisle is to be armed."""
        if self._at is not None:
            self._claiming.arm(self._at[0])

    def action_move(self, step: int) -> None:
        """Move the cursor over the acts."""
        self._cursor = min(max(self._cursor + step, 0), max(len(self._usual()) - 1, 0))
        self.show_situation()

    def action_choose(self, step: int) -> None:
        """Choose a neighbouring aisle, as it is drawn; behind the last of a block comes the first of the next."""
        aisles = [
            (block.number, aisle)
            for block in self.house.shelving.blocks.values()
            for aisle in (block.aisles if block.numbered_from.value == "left" else block.aisles[::-1])
        ]
        if self._at in aisles:
            self._choose(*aisles[min(max(aisles.index(self._at) + step, 0), len(aisles) - 1)])

    def action_scroll_answers(self, pages: int) -> None:
        """Show older answers, or newer ones."""
        self._scroll.turn(pages)
        self.show_situation()

    def enter(self, line: str) -> None:
        """Say a typed line to the simulator, or let the act under the cursor happen where none is typed."""
        try:
            act = typed_act(line) if line else self._act
        except ArchroomError as error:
            self._answer(error.message, marks.BAD)
            return
        if act is not None:
            self._begin(act)

    def clicked(self, page_row: int) -> None:
        """Let the act in a row of the page happen."""
        at = page_row - self._first_row
        if 0 <= at < self._act_rows and not self._typed:
            self._cursor = self._first_act + at
            self.enter("")

    def lines(self, width: int, height: int) -> list[Line]:
        """Return what the page shows in so many rows."""
        if self.house.simulation is None:
            return sentence_lines([(say("No simulator is known here."), marks.MUTED)], width)
        head = sentence_lines(self._said(), width)
        answers = self._answer_lines(width)
        offered: list[Line]
        if self._typed:
            offered = [[(f"  {cut(phrase, width - 2)}", marks.MUTED)] for phrase in phrases_for(self._typed)]
            offered = offered or [[(words(say("Nothing that can be typed begins so.")), marks.MUTED)]]
        else:
            offered = [self._act_line(index, act, width) for index, act in enumerate(self._usual())]
        room = height - len(head) - 1
        answer_rows = max(room - len(offered), min(LEAST_ANSWERS, room - LEAST_ACTS), 1)
        answer_rows = min(answer_rows, len(answers))
        rows = max(room - answer_rows if answers else room + 1, 1)
        self._first_row, self._act_rows = len(head), min(rows, len(offered))
        self._first_act = 0 if self._typed else first_shown(self._cursor, len(offered), rows)
        lines = [*head, *offered[self._first_act : self._first_act + rows]]
        return [*lines, [("", "")], *self._scroll.part(answers, answer_rows, width)] if answers else lines

    @on(Input.Changed)
    def _show_phrases(self, event: Input.Changed) -> None:
        event.stop()
        self.show_situation()

    @on(BlockPanel.AisleClicked)
    def _choose_clicked(self, event: BlockPanel.AisleClicked) -> None:
        self._choose(event.block, event.aisle)

    @on(messages.SimulatorSeen)
    def _show_room(self, event: messages.SimulatorSeen) -> None:
        """Show how things are there; a line of a scenario that could not be done when its time came is told once."""
        event.stop()
        under_cursor = self._act
        self._room, self._trouble = event.room, None
        usual = self._usual()
        if under_cursor in usual:
            self._cursor = usual.index(under_cursor)
        refused, known = event.room.refused, self._refused
        self._refused = refused
        if known is not None:
            for line in refused[len(known) if refused[: len(known)] == known else 0 :]:
                self._answer(say("The simulator could not do it: {why}", why=line), marks.BAD)
        self.action_move(0)

    @on(messages.SimulatorFailed)
    def _show_trouble(self, event: messages.SimulatorFailed) -> None:
        event.stop()
        self._room, self._trouble = None, event.reason
        self.show_situation()

    @on(messages.SimulatorAnswered)
    def _show_answer(self, event: messages.SimulatorAnswered) -> None:
        event.stop()
        if event.is_scenario:
            self._refused = ()
        told = say("{what}: {why}", what=event.what, why=event.answer)
        self._answer(told, marks.GOOD if event.is_good else marks.BAD)
        self.look()

    # -- inside

    @property
    def _typed(self) -> str:
        return "".join(box.value for box in self.query(PhraseBox)).strip()

    def _usual(self) -> list[SimulatedAct]:
        if self._room is None or self._at is None:
            return []
        return usual_acts(self._room, *self._at)

    @property
    def _act(self) -> SimulatedAct | None:
        """The act under the cursor."""
        usual = self._usual()
        return usual[self._cursor] if self._cursor < len(usual) else None

    def _begin(self, act: SimulatedAct) -> None:
        simulation = self.house.simulation
        if simulation is None or self._acts.is_busy:
            self.house.tell(say("The simulator has not answered the last act yet."), "warning")
            return
        self._acts.start(
            lambda: messages.SimulatorAnswered(act.what, simulation.carry_out(act), True, act.is_scenario),
            lambda reason: messages.SimulatorAnswered(act.what, reason, False, False),
        )

    def _answer(self, message: Message, tone: str) -> None:
        self._answers.append((self.house.now(), message, tone))
        self.show_situation()

    def _said(self) -> list[tuple[Message, str]]:
        if self._trouble is not None:
            return [(self._trouble, marks.BAD)]
        if self._room is None:
            return [(say("The simulator is being asked."), marks.MUTED)]
        blocks = self._room.blocks.values()
        people = [
            say("{name} in {block}/{aisle}", name=person.name, block=block.number, aisle=person.aisle)
            for block in blocks
            for person in block.people
        ]
        told = say("Simulated steel, speed {factor}. Nobody is in an aisle.", factor=f"{self._room.speed:g}")
        if people:
            names = ", ".join(words(one) for one in people)
            told = say("Simulated steel, speed {factor}. {people}.", factor=f"{self._room.speed:g}", people=names)
        hits = sum(block.hits for block in blocks)
        hit = [(say("Somebody was touched by steel: {count} times.", count=hits), marks.BAD)] if hits else []
        return [(told, marks.PLAIN), *hit]

    def _act_line(self, index: int, act: SimulatedAct, width: int) -> Line:
        is_chosen = index == self._cursor
        lead = f"{self.house.glyphs.out if is_chosen else ' '} "
        return [(lead, marks.NEWS), (cut(words(act.what), width - 2), "bold" if is_chosen else "")]

    def _answer_lines(self, width: int) -> list[Line]:
        lines: list[Line] = []
        for at, message, tone in self._answers:
            lead = f"{self.house.local(at):%H:%M:%S} "
            told = sentence_lines([(message, tone)], width - len(lead))
            lines += [[(" " * len(lead) if number else lead, marks.MUTED), *line] for number, line in enumerate(told)]
        return lines

    def _build(self) -> None:
        blocks = [block for block in self.house.shelving.blocks.values() if block.aisles]
        self._panels = {block.number: BlockPanel(self.house, block) for block in blocks}
        self.query_one("#blocks").mount(*self._panels.values())
        if blocks:
            self._choose(blocks[0].number, blocks[0].aisles[0])

    def _choose(self, block: int, aisle: int) -> None:
        self._at = block, aisle
        for number, panel in self._panels.items():
            panel.chosen = aisle if number == block else None
            panel.display = number == block
        self.show_situation()
