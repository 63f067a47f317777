"""The aisles: every block drawn live from what its controller reports, and the aisle that F6 would ask for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from textual import on
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from archroom.core.shelving import Action
from archroom.errors import say
from archroom.tui import marks, messages
from archroom.tui.aisles.asking import asking_for_carriage
from archroom.tui.aisles.block_panel import BlockPanel
from archroom.tui.aisles.claiming import Claiming
from archroom.tui.aisles.confirm import ConfirmScreen
from archroom.tui.aisles.jog import JogScreen
from archroom.tui.aisles.outages import Ordering
from archroom.tui.painted import Painted
from archroom.tui.situation import Chosen, Where
from archroom.tui.text import row, words, wrapped
from archroom.tui.watching import WatchScreen
from archroom.tui.work import Lane

if TYPE_CHECKING:
    from archroom.core.outages import Outage
    from archroom.core.rooms import Block
    from archroom.tui.app import ArchroomApp

LOOKS_A_READ: Final = 4
"""How many looks at the shelving there are for each at the books, which tell what is out of order."""


class AislesHead(Painted):
    """What concerns all blocks: no shelving, no answer; else how to choose."""

    DEFAULT_CSS = """
    AislesHead { padding: 0 2; margin: 1 0 0 0; }
    """

    def __init__(self, house: ArchroomApp) -> None:
        super().__init__()
        self._house = house

    def paint(self, width: int, height: int) -> list[Content]:
        """Return the trouble with the shelving, or how to use the screen."""
        trouble = self._house.shelving.trouble
        if trouble is not None:
            return [row((line, marks.BAD)) for line in wrapped(words(trouble), width, 3)]
        said = say(
            "Arrows or a click choose an aisle: F6 opens, F10 holds, F12 releases it. "
            "F1 tells what else: close up, ventilate, lock."
        )
        return [row((line, marks.MUTED)) for line in wrapped(words(said), width, 2)]


class AislesScreen(WatchScreen):
    """All blocks of the room."""

    WHERE = Where.AISLES
    TITLE_TEXT = say("Aisles")
    LOOK_S = 0.25
    BINDINGS = [
        Binding("left", "choose(-1)", show=False),
        Binding("right", "choose(1)", show=False),
        Binding("up", "choose_block(-1)", show=False),
        Binding("down", "choose_block(1)", show=False),
        Binding("pageup", "choose_block(-1)", show=False),
        Binding("pagedown", "choose_block(1)", show=False),
    ]
    DEFAULT_CSS = """
    AislesScreen VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
    """

    def __init__(self, house: ArchroomApp) -> None:
        super().__init__(house)
        self._blocks: list[Block] = []
        self._panels: dict[int, BlockPanel] = {}
        self._outages: dict[int, Outage] = {}
        self._at: tuple[int, int] | None = None
        """Block and aisle under the cursor."""
        self._looks = 0
        self._claiming = Claiming(house)
        self._ordering = Ordering(house)
        self._books = Lane(self, "out of order", say("Reading what is out of order"))

    def body(self) -> Iterable[Widget]:
        """Return head and blocks."""
        with VerticalScroll(can_focus=False):
            yield AislesHead(self.house)

    def on_mount(self) -> None:
        """Begin to ask the shelving."""
        self._read_outages()
        self.house.shelving.read_blocks()
        self.house.shelving.read_views()

    def look(self) -> None:
        """Ask the shelving, and now and then the books."""
        self.house.shelving.read_views()
        self._looks += 1
        if self._looks % LOOKS_A_READ == 0:
            self._read_outages()
        self.show_situation()

    def chosen(self) -> Chosen:
        """Return the aisle under the cursor."""
        view, _ = (None, 0.0) if self._at is None else self.house.shelving.views.get(self._at[0], (None, 0.0))
        return Chosen(aisle=self._at, cannot=frozenset() if view is None else view.cannot)

    def show_situation(self) -> None:
        """Draw everything again, and the blocks for the first time once they are known."""
        super().show_situation()
        if not self._blocks and self.house.shelving.blocks:
            self._build()
        for painted in self.query(Painted):
            if isinstance(painted, BlockPanel | AislesHead):
                painted.refresh(layout=True)

    def action_choose(self, step: int) -> None:
        """Move the cursor to a neighbouring aisle, as it is drawn."""
        if self._at is None:
            return
        number, aisle = self._at
        block = self.house.shelving.blocks[number]
        in_sight = block.aisles if block.numbered_from.value == "left" else block.aisles[::-1]
        index = min(max(in_sight.index(aisle) + step, 0), len(in_sight) - 1)
        self._choose(number, in_sight[index])

    def action_choose_block(self, step: int) -> None:
        """Move the cursor to a neighbouring block."""
        if self._at is None:
            return
        numbers = [block.number for block in self._blocks]
        index = min(max(numbers.index(self._at[0]) + step, 0), len(numbers) - 1)
        if numbers[index] != self._at[0]:
            self._choose(numbers[index], self.house.shelving.blocks[numbers[index]].aisles[0])

    def do_close_aisles(self) -> None:
        """Ask for the aisles around the chosen one to be closed."""
        self._move(Action.CLOSE)

    def do_ventilate(self) -> None:
        """Ask for the carriages around the chosen aisle to be spread."""
        self._move(Action.VENTILATE)

    def do_lock(self) -> None:
        """Ask which carriage is locked."""
        self._ask_carriage(Action.LOCK)

    def do_unlock(self) -> None:
        """Ask which carriage is unlocked."""
        self._ask_carriage(Action.UNLOCK)

    def do_jog(self) -> None:
        """Ask which carriage is jogged, then show what moves it."""
        self._ask_carriage(Action.JOG)

    def do_commission(self) -> None:
        """Say what proving the block of the chosen aisle takes, and ask whether to begin."""
        from archroom.tui.commissioning.preparing import prepare  # a technician's work: loaded when it is wanted

        if self._at is not None:
            prepare(self.house, self._at[0])

    def do_arm(self) -> None:
        """Ask whether the block of the chosen aisle is to be armed."""
        if self._at is not None:
            self._claiming.arm(self._at[0])

    def do_disarm(self) -> None:
        """Disarm the block of the chosen aisle."""
        if self._at is not None:
            self._claiming.disarm(self._at[0])

    def do_hold(self) -> None:
        """Ask who is in the chosen aisle."""
        if self._at is not None:
            self._claiming.hold(*self._at)

    def do_release(self) -> None:
        """Ask who is out of the chosen aisle again."""
        if self._at is not None:
            self._claiming.release(*self._at)

    def do_out_of_order(self) -> None:
        """Ask why the block of the chosen aisle is taken out of order."""
        if self._at is not None:
            self._ordering.take_out(self._at[0])

    def do_opened_by_hand(self) -> None:
        """Ask who says that the chosen aisle was opened by hand."""
        if self._at is not None:
            self._ordering.open_by_hand(*self._at)

    def do_in_order(self) -> None:
        """Ask who puts the block of the chosen aisle back in order."""
        if self._at is not None:
            self._ordering.put_back(self._at[0])

    def _move(self, action: Action) -> None:
        self.house.opening.ask(self.chosen(), action)
        self.house.show_situation()

    def _ask_carriage(self, action: Action) -> None:
        if self._at is None:
            return
        house, block = self.house, self.house.shelving.blocks[self._at[0]]
        view, _ = house.shelving.views.get(block.number, (None, 0.0))

        def answered(numbers: tuple[int, ...] | None) -> None:
            if numbers is not None and action is Action.JOG:
                house.push_screen(JogScreen(house, block, numbers[0]))
            elif numbers is not None:
                house.opening.ask_of_carriage(block.number, action, numbers[0])
                house.show_situation()

        house.push_screen(ConfirmScreen(house, asking_for_carriage(action, block, view)), answered)

    @on(BlockPanel.AisleClicked)
    def _choose_clicked(self, event: BlockPanel.AisleClicked) -> None:
        self._choose(event.block, event.aisle)

    def _read_outages(self) -> None:
        outages = self.house.services.outages
        if not self._books.is_busy:
            self._books.start(lambda: messages.OutagesRead(outages.present()), lambda _reason: messages.OutagesRead(None))

    @on(messages.OutagesRead)
    def _show_outages(self, event: messages.OutagesRead) -> None:
        """Show what is out of order; what the books said last stands while they do not answer."""
        event.stop()
        if event.outages is not None:
            self._outages = event.outages
            self._mark_panels()
            self.show_situation()

    def _mark_panels(self) -> None:
        for number, panel in self._panels.items():
            panel.outage = self._outages.get(number)

    def _build(self) -> None:
        self._blocks = [block for block in self.house.shelving.blocks.values() if block.aisles]
        self._panels = {block.number: BlockPanel(self.house, block) for block in self._blocks}
        self._mark_panels()
        self.query_one(VerticalScroll).mount(*self._panels.values())
        if self._blocks:
            first = self._blocks[0]
            self._choose(first.number, first.aisles[0])

    def _choose(self, block: int, aisle: int) -> None:
        self._at = block, aisle
        for number, panel in self._panels.items():
            panel.chosen = aisle if number == block else None
            panel.refresh()
        self._panels[block].scroll_visible(animate=False)
        super().show_situation()
