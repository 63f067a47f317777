"""Find: one box for words and codes, what was found, and everything of the row under the cursor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from textual import on
from textual.binding import Binding
from textual.containers import Container, VerticalScroll
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from archroom.errors import Message, say
from archroom.tui import messages
from archroom.tui.find.details import DetailPane, PersonShown, ThingShown
from archroom.tui.find.table import PAGE_ROWS, FoundTable, PersonFound
from archroom.tui.inputs import TextBox
from archroom.tui.screens import HouseScreen
from archroom.tui.situation import Chosen, Where
from archroom.tui.work import Lane

if TYPE_CHECKING:
    from archroom.core.ports import Hit
    from archroom.tui.app import ArchroomApp

TYPING_S: Final = 0.12
"""How long typing must pause before a search begins."""
MOVING_S: Final = 0.08
"""How long the cursor must rest before details are read."""
MOST_TYPED: Final = 1_000


class FindScreen(HouseScreen):
    """Finding things and people."""

    WHERE = Where.FIND
    TITLE_TEXT = say("Find")
    AUTO_FOCUS = "TextBox"
    BINDINGS = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "move_page(-1)", show=False),
        Binding("pagedown", "move_page(1)", show=False),
        Binding("ctrl+home", "go_to_end(-1)", show=False),
        Binding("ctrl+end", "go_to_end(1)", show=False),
        Binding("ctrl+up", "scroll_details(-1)", show=False),
        Binding("ctrl+down", "scroll_details(1)", show=False),
    ]
    DEFAULT_CSS = """
    FindScreen #found { height: 1fr; layout: horizontal; }
    FindScreen VerticalScroll { width: 2fr; height: 1fr; border-left: solid $border-blurred; scrollbar-size-vertical: 1; }
    FindScreen FoundTable { width: 3fr; }
    FindScreen.-narrow #found { layout: vertical; }
    FindScreen.-narrow VerticalScroll { width: 1fr; border-left: none; border-top: solid $border-blurred; height: 12fr; }
    FindScreen.-narrow FoundTable { width: 1fr; height: 7fr; }
    FindScreen.-low VerticalScroll { display: none; }
    """

    def __init__(self, house: ArchroomApp) -> None:
        super().__init__(house)
        self._find_lane = Lane(self, "find", say("The search"))
        self._details_lane = Lane(self, "details", say("Reading the details"))
        self._search = 0
        """Number of the present search; what comes of an earlier one is thrown away."""
        self._words = ""
        self._wanted: list[int] = []
        self._typing: Timer | None = None
        self._moving: Timer | None = None

    def body(self) -> Iterable[Widget]:
        """Return the box, the table and the details."""
        yield TextBox(say("Words in any order, a code, a barcode or a name"), MOST_TYPED)
        with Container(id="found"):
            yield FoundTable(self.house.glyphs, lambda: self.house.local(self.house.now()).date())
            with VerticalScroll(can_focus=False):
                yield DetailPane(self.house)

    def chosen(self) -> Chosen:
        """Return the thing under the cursor."""
        tables = self.query(FoundTable)
        found = tables.first().row_at_cursor if tables else None
        if found is None or isinstance(found, PersonFound):
            return Chosen()
        return Chosen(found.standing.thing.code, found.standing.thing.title)

    def select_words(self) -> None:
        """Mark what stands in the box, so that typing replaces it."""
        for box in self.query(TextBox):
            box.select_all()

    def on_screen_resume(self) -> None:
        """Read again what may have changed while nobody looked."""
        super().on_screen_resume()
        if self._words:
            self._begin()

    def show_situation(self) -> None:
        """Draw again what depends on the plan of the room."""
        super().show_situation()
        for pane in self.query(DetailPane):
            pane.refresh(layout=True)

    def action_move(self, rows: int) -> None:
        """Move the cursor, whatever has the focus."""
        self.query_one(FoundTable).move(rows)

    def action_move_page(self, pages: int) -> None:
        """Move the cursor by as many rows as are in sight."""
        table = self.query_one(FoundTable)
        table.move(pages * table.page_rows())

    def action_go_to_end(self, way: int) -> None:
        """Go to the first or the last row that is known."""
        table = self.query_one(FoundTable)
        table.go_to(0 if way < 0 else table.row_count - 1)

    def action_scroll_details(self, way: int) -> None:
        """Scroll the details by some lines."""
        self.query_one(VerticalScroll).scroll_relative(y=way * 3, animate=False)

    @on(Input.Changed)
    def _wait_for_typing(self, event: Input.Changed) -> None:
        event.stop()
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(TYPING_S, self._take_words)

    @on(Input.Submitted)
    def _search_now(self, event: Input.Submitted) -> None:
        event.stop()
        if self._typing is not None:
            self._typing.stop()
        self._take_words()

    def _take_words(self) -> None:
        words = " ".join(self.query_one(TextBox).value.split())
        if words != self._words:
            self._words = words
            self.query_one(FoundTable).clear(None if words else say("Type words, a reference code, a barcode or a name."))
            self._begin()

    def _begin(self) -> None:
        self._search += 1
        self._wanted = []
        if self._words:
            self._ask(0)

    @on(FoundTable.PageWanted)
    def _want(self, event: FoundTable.PageWanted) -> None:
        event.stop()
        if self._find_lane.is_busy:
            self._wanted = [*(page for page in self._wanted[-3:] if page != event.page), event.page]
        else:
            self._ask(event.page)

    def _ask(self, page: int) -> None:
        number, words, finder = self._search, self._words, self.house.services.finder
        self._find_lane.start(
            lambda: messages.PageFound(number, page, finder.find(words, PAGE_ROWS, page * PAGE_ROWS)),
            lambda reason: messages.PageFailed(number, page, reason),
        )

    @on(messages.PageFound)
    def _show_page(self, event: messages.PageFound) -> None:
        if event.number == self._search:
            self.query_one(FoundTable).take(event.page, event.found)
            self._ask_next()

    @on(messages.PageFailed)
    def _show_failed_page(self, event: messages.PageFailed) -> None:
        if event.number == self._search:
            self.query_one(FoundTable).failed(event.page)
            self._wanted = []
        self.house.tell(say("The search failed: {why}", why=event.reason), "error")

    def _ask_next(self) -> None:
        if self._wanted and not self._find_lane.is_busy:
            self._ask(self._wanted.pop())

    @on(FoundTable.RowChosen)
    def _wait_for_rest(self, event: FoundTable.RowChosen) -> None:
        event.stop()
        super().show_situation()
        if self._moving is not None:
            self._moving.stop()
        self._moving = self.set_timer(MOVING_S, self._read_details)

    def _read_details(self) -> None:
        found = self.query_one(FoundTable).row_at_cursor
        if found is None:
            self._show_details(None)
        elif isinstance(found, PersonFound):
            person, people = found.person, self.house.services.people
            self._details_lane.start(lambda: messages.LoansRead(person, people.loans_of(person.id)))
        else:
            self._read_thing(found)

    def _read_thing(self, hit: Hit) -> None:
        thing_id, finder = hit.standing.thing.id, self.house.services.finder

        def read() -> messages.DetailsRead:
            details = finder.details_of(thing_id)
            described = finder.describe(details.hit.standing)
            return messages.DetailsRead(details, finder.history_of(details), described.where, described.home)

        self._details_lane.start(read)

    @on(messages.DetailsRead)
    def _show_thing(self, event: messages.DetailsRead) -> None:
        found = self.query_one(FoundTable).row_at_cursor
        if found is None or isinstance(found, PersonFound):
            return
        if found.standing.thing.id == event.details.hit.standing.thing.id:
            self._show_details(ThingShown(event.details, event.history, event.where, event.home))

    @on(messages.LoansRead)
    def _show_person(self, event: messages.LoansRead) -> None:
        found = self.query_one(FoundTable).row_at_cursor
        if isinstance(found, PersonFound) and found.person.id == event.person.id:
            self._show_details(PersonShown(event.person, event.loans))

    @on(messages.WorkFailed)
    def _show_failure(self, event: messages.WorkFailed) -> None:
        event.stop()
        self._show_details(None)
        self.house.tell(say("{what} failed: {why}", what=event.what, why=event.reason), "error")

    def _show_details(self, showing: ThingShown | PersonShown | None) -> None:
        pane = self.query_one(DetailPane)
        is_another = _named(pane.showing) != _named(showing)
        pane.show(showing)
        if is_another:
            self.query_one(VerticalScroll).scroll_home(animate=False)


def _named(showing: ThingShown | PersonShown | None) -> Message | str:
    match showing:
        case ThingShown():
            return showing.details.hit.standing.thing.code
        case PersonShown():
            return showing.person.code
        case None:
            return ""
