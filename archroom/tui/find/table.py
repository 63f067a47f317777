"""A table of any length that holds only the pages one looks at: rows are asked for when they are to be drawn.

The total is counted up to a limit; beyond it the table grows as far as somebody scrolls.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message as Posted
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from archroom.core.holdings import Custody, Person, Standing
from archroom.errors import Message, say
from archroom.tui import marks
from archroom.tui.glyphs import Glyphs
from archroom.tui.marks import Mark
from archroom.tui.text import Piece, fitted, row, shown, words

if TYPE_CHECKING:
    from archroom.core.ports import Hit
    from archroom.services.finding import FoundPage

PAGE_ROWS: Final = 50
PAGES_KEPT: Final = 40

Row = "Hit | tuple[Person, int]"


@dataclass(frozen=True, slots=True)
class PersonFound:
    """A person among what was found, with how many things they have."""

    person: Person
    count: int


class FoundTable(ScrollView):
    """What a search found."""

    DEFAULT_CSS = """
    FoundTable { height: 1fr; scrollbar-size-vertical: 1; overflow-x: hidden; padding: 0 1; }
    FoundTable > .found-table--cursor { background: $primary-muted; text-style: bold; }
    FoundTable > .found-table--heading { color: $quiet; }
    """
    COMPONENT_CLASSES = {"found-table--cursor", "found-table--heading"}
    can_focus = False

    class RowChosen(Posted):
        """The cursor stands on another row, or on none."""

    class PageWanted(Posted):
        """A page is to be drawn that is not there."""

        def __init__(self, page: int) -> None:
            super().__init__()
            self.page = page

    def __init__(self, glyphs: Glyphs, today: Callable[[], date]) -> None:
        super().__init__()
        self._glyphs = glyphs
        self._today = today
        self._pages: OrderedDict[int, Sequence[Hit]] = OrderedDict()
        self._asked: set[int] = set()
        self._people: list[PersonFound] = []
        self._count = 0
        self._is_capped = False
        self.note: Message | None = say("Type words, a reference code, a barcode or a name.")
        """What is said in place of rows."""
        self.cursor = 0

    @property
    def row_count(self) -> int:
        """How many rows are known to exist."""
        return len(self._people) + self._count

    @property
    def row_at_cursor(self) -> Hit | PersonFound | None:
        """The row under the cursor, None if there is none or it was not read yet."""
        return self._row(self.cursor)

    def clear(self, note: Message | None) -> None:
        """Forget everything found, and say why there are no rows."""
        self._pages.clear()
        self._asked.clear()
        self._people, self._count, self._is_capped = [], 0, False
        self.note = note
        self.cursor = 0
        self._resize()
        self.scroll_to(y=0, animate=False)
        self.post_message(self.RowChosen())

    def take(self, page: int, found: FoundPage) -> None:
        """Take one page of the present search."""
        if page == 0:
            self._people = [PersonFound(person, count) for person, count in found.people]
            self._count, self._is_capped = found.total, found.is_total_capped
        self._keep(page, found.hits)
        if self._is_capped:
            end = page * PAGE_ROWS + len(found.hits)
            is_more = len(found.hits) == PAGE_ROWS
            self._count = max(self._count, end + (1 if is_more else 0))
        self.note = None if self.row_count else say("Nothing found.")
        self._resize()
        if page == self._page_of(self.cursor):
            self.post_message(self.RowChosen())

    def total(self) -> Message | None:
        """Return how much was found, None before a search."""
        if self.note is not None:
            return None
        if self._is_capped:
            return say("more than {count}", count=f"{self._count - 1:,}")
        return say("{count} found", count=f"{self.row_count:,}")

    def move(self, rows: int) -> None:
        """Move the cursor by so many rows."""
        self.go_to(self.cursor + rows)

    def go_to(self, index: int) -> None:
        """Put the cursor on a row and bring it into sight."""
        index = min(max(index, 0), max(self.row_count - 1, 0))
        room = max(self.size.height - 1, 1)
        top = round(self.scroll_offset.y)
        if index < top:
            self.scroll_to(y=index, animate=False)
        elif index >= top + room:
            self.scroll_to(y=index - room + 1, animate=False)
        if index != self.cursor:
            self.cursor = index
            self.refresh()
            self.post_message(self.RowChosen())

    def page_rows(self) -> int:
        """Return how many rows are in sight."""
        return max(self.size.height - 1, 1)

    def render_line(self, y: int) -> Strip:
        """Return one line: the heading, or the row at that place."""
        width = self.size.width
        if y == 0:
            return self._strip(self._heading(width), width, "found-table--heading")
        index = round(self.scroll_offset.y) + y - 1
        if self.note is not None:
            return self._strip(row((words(self.note) if y == 1 else "", marks.MUTED)), width)
        if index >= self.row_count:
            return Strip.blank(width, self.rich_style)
        is_at_cursor = index == self.cursor
        return self._strip(self._drawn(index, width, is_at_cursor), width, "found-table--cursor" if is_at_cursor else "")

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where somebody clicked."""
        at = event.get_content_offset(self)
        if at is not None and at.y > 0 and self.note is None:
            index = round(self.scroll_offset.y) + at.y - 1
            if index < self.row_count:
                self.go_to(index)

    def _strip(self, content: Content, width: int, component: str = "") -> Strip:
        style = self.visual_style + self.get_visual_style(component) if component else self.visual_style
        return Visual.to_strips(self, content, width, 1, style, pad=True, apply_selection=False)[0]

    def _resize(self) -> None:
        self.virtual_size = Size(self.size.width, self.row_count + 1)
        self.refresh()

    def _page_of(self, index: int) -> int:
        return max(index - len(self._people), 0) // PAGE_ROWS

    def _keep(self, page: int, hits: Sequence[Hit]) -> None:
        self._asked.discard(page)
        self._pages[page] = hits
        self._pages.move_to_end(page)
        while len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)

    def _row(self, index: int) -> Hit | PersonFound | None:
        if index < len(self._people):
            return self._people[index]
        hit_index = index - len(self._people)
        if hit_index >= self._count:
            return None
        page = hit_index // PAGE_ROWS
        hits = self._pages.get(page)
        if hits is None:
            self._want(page)
            return None
        self._pages.move_to_end(page)
        return hits[hit_index % PAGE_ROWS] if hit_index % PAGE_ROWS < len(hits) else None

    def _want(self, page: int) -> None:
        if page not in self._asked:
            self._asked.add(page)
            self.post_message(self.PageWanted(page))

    def failed(self, page: int) -> None:
        """Take note that a page could not be read: it is asked for again when somebody looks there again."""
        self._asked.discard(page)

    def _columns(self, width: int) -> tuple[int, int, int]:
        """Return the cells of title, reference and present place."""
        now = 34 if width >= 90 else 28 if width >= 60 else 0
        reference = 16 if width >= 76 else 0
        gaps = (1 if now else 0) + (1 if reference else 0)
        return max(width - now - reference - gaps - 2, 4), reference, now

    def _heading(self, width: int) -> Content:
        title, reference, now = self._columns(width)
        total = self.total()
        head = words(say("Title")) if total is None else f"{words(say('Title'))}  ({words(total)})"
        pieces: list[Piece] = [("  ", ""), (fitted(head, title), "")]
        if reference:
            pieces.append((" " + fitted(words(say("Reference")), reference), ""))
        if now:
            pieces.append((" " + fitted(words(say("Now")), now), ""))
        return row(*pieces)

    def _drawn(self, index: int, width: int, is_at_cursor: bool) -> Content:
        title, reference, now = self._columns(width)
        found = self._row(index)
        pointer = f"{self._glyphs.right if is_at_cursor else ' '} "
        if found is None:
            return row((pointer, ""), (fitted("..", title), marks.MUTED))
        if isinstance(found, PersonFound):
            name, code, mark, at = found.person.name, "", marks.PERSON, words(_out_text(found.count))
        else:
            thing = found.standing.thing
            name, code = thing.title, thing.reference
            mark, at = now_of(found.standing, self._today())
        pieces: list[Piece] = [(pointer, marks.KEY), (fitted(shown(name), title), "")]
        if reference:
            pieces.append((" " + fitted(shown(code), reference), marks.MUTED))
        if now:
            state = mark.shown(self._glyphs)
            pieces += [(" ", ""), (fitted(f"{state}  {shown(at)}", now), mark.tone.removeprefix("bold "))]
        return row(*pieces)


def _out_text(count: int) -> Message:
    match count:
        case 0:
            return say("Nothing out")
        case 1:
            return say("1 thing out")
        case _:
            return say("{count} things out", count=count)


def now_of(standing: Standing, today: date) -> tuple[Mark, str]:
    """Return the mark for where a thing is now, and the address or the name of who has it."""
    loan = standing.loan or standing.enclosing_loan
    if loan is not None:
        return (marks.OVERDUE if loan.due_on < today else marks.CUSTODY[Custody.OUT]), loan.person.name
    outermost = standing.enclosing[-1] if standing.enclosing else standing.thing
    custody = standing.thing.whereabouts.custody
    mark = marks.CUSTODY[outermost.whereabouts.custody if custody is Custody.IN else custody]
    if standing.place is not None:
        return (mark if standing.reach is None else marks.REACH[standing.reach]), standing.place.address
    return (marks.NOT_PLACED, "") if mark is marks.CUSTODY[Custody.IN] else (mark, "")
