"""The walk: a list of things, and in which order to open the aisles for it, planned from where the carriages are now.

What is shown is always what is left, planned anew when the list changes, a carriage has moved, or books, holds or outages
say otherwise, and every minute while something is due. It moves nothing: an aisle is asked for as everywhere. A scan made
here is the desk's, as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from textual import on
from textual.binding import Binding
from textual.message import Message as Posted
from textual.widget import Widget

from archroom.core.routes.errands import Goal
from archroom.errors import Message, say
from archroom.services.pick_lists import BadLine, read_lines
from archroom.tui import marks, messages
from archroom.tui.desk.screen import name_of_hand
from archroom.tui.forms import FormScreen
from archroom.tui.inputs import ColumnsBox
from archroom.tui.situation import Chosen, Where
from archroom.tui.text import Line, sentence_lines
from archroom.tui.walk.drawing import Key, WalkRow, effort, heading, minutes_left, page_lines, rows_of
from archroom.tui.watching import LinesPage, LinesScreen
from archroom.tui.work import Lane

if TYPE_CHECKING:
    from archroom.services.errands import Asked
    from archroom.services.planning import Footing, Parking, Planning, Walk, Wishes
    from archroom.tui.app import ArchroomApp

PAGE_ROWS = 8
DUE_EVERY_S = 60.0
"""How often it is planned anew while something is due, since what is left of the time has become less."""


class EmptyWalkForm(FormScreen):
    """Whether everything is taken off the list; only F9 says yes."""

    WHERE = Where.EMPTY_WALK
    AUTO_FOCUS = ""
    is_strict = True

    def scan_refused(self) -> None:
        """Say that a scan is no answer."""
        self.house.bell()
        self._tell(say("A scan is not an answer. Press F9 by hand, or leave with Esc."))


class WalkScreen(LinesScreen):
    """The list and its walk."""

    WHERE = Where.WALK
    TITLE_TEXT = say("Walk")
    LOOK_S = 1.0
    AUTO_FOCUS = "ColumnsBox"
    BINDINGS = [
        Binding("pageup", f"move(-{PAGE_ROWS})", show=False),
        Binding("pagedown", f"move({PAGE_ROWS})", show=False),
    ]

    def __init__(self, house: ArchroomApp) -> None:
        super().__init__(house)
        self._listed = house.walk_list
        self._lane = Lane(self, "walk", say("Planning the walk"))
        self._footing: Footing | None = None
        self._planned_changes = -1
        """State of the list that the plan is of."""
        self._planned_at: datetime | None = None
        self._trouble: Message | None = None
        self._key: Key | None = None
        """What the row under the cursor is about."""
        self._heard = house.journal.latest
        self._drawn_of: tuple[int, Walk | None, tuple[Parking, ...], tuple[int, ...]] | None = None
        """What the rows were made of: the state of the list, the plan, where to park, and the minutes that are left."""
        self._drawn: list[WalkRow] = []

    def body(self) -> Iterable[Widget]:
        """Return the box for codes and the page."""
        hint = say("Codes, reference codes or shelves, one a line; Enter puts them on the list")
        yield ColumnsBox(hint, self._add, lambda why_not: self.house.tell(why_not, "error"))
        yield LinesPage(self)

    @property
    def last(self) -> int:
        """The last row."""
        return len(self._rows()) - 1

    def chosen(self) -> Chosen:
        """Return what the row under the cursor is about."""
        rows = self._rows()
        return rows[self.at].chosen if self.at < len(rows) else Chosen()

    def look(self) -> None:
        """Plan, if what the plan rests on is no longer as it was, unless a plan is still awaited."""
        listed = self._listed
        if self._lane.is_busy:
            return
        if not listed.pending and not listed.parkings:
            listed.take(None, ())
            self._planned_changes = listed.changes
            return
        planning, changes, wishes = self.house.services.planning, listed.changes, listed.wishes
        now = self.house.now()
        numbers, asked = tuple(line.number for line in listed.pending), listed.asked(now)
        known = self._footing if self._planned_changes == changes else None
        is_old = self._is_old(now)
        self._lane.start(lambda: _planned(planning, changes, numbers, asked, wishes, known, is_old), messages.WalkFailed)

    def show_situation(self) -> None:
        """Draw everything again; plan at once if something was scanned or has come to its end."""
        if self.house.journal.latest is not self._heard:
            self._heard = self.house.journal.latest
            self.look()
        self._follow()
        super().show_situation()

    def action_move(self, step: int) -> None:
        """Move the cursor, and remember what it stands on."""
        self.at = min(max(self.at + step, 0), max(self.last, 0))
        self._remember()
        self.show_situation()

    def do_tick(self) -> None:
        """Tick off what is under the cursor, and go on to what comes next."""
        rows, lines = self._rows(), self.chosen().lines
        later = [row.key for row in rows[self.at + 1 :] if not set(row.chosen.lines) <= set(lines)]
        is_last = not later
        self._listed.tick(lines)
        self._key = self._key if is_last else later[0]
        self._changed()

    def do_take_off(self) -> None:
        """Take what is under the cursor off the list."""
        self._listed.take_off(self.chosen().lines)
        self._key = None
        self._changed()

    def do_turn_purpose(self) -> None:
        """Fetch, put back or count."""
        self._listed.turn_purpose()
        self._key = None
        self._changed()

    def do_turn_goal(self) -> None:
        """Have the least waiting in place of the shortest walk, or the other way round."""
        self._listed.turn_goal()
        self._changed()

    def do_turn_parking(self) -> None:
        """Say which aisle to leave open in the end, or no longer."""
        self._listed.turn_parking()
        self._changed()

    def do_plan_again(self) -> None:
        """Plan what is left, whether or not anything has changed."""
        self._footing = None
        self.look()

    def do_empty_walk(self) -> None:
        """Ask whether everything is taken off the list."""
        count = len(self._listed.lines)
        if not count:
            self.house.tell(say("Nothing is on the list."), "warning")
            return
        asked = say("Everything is taken off the list of the walk: {count}. Press F9 if so.", count=count)

        def answered(values: tuple[str, ...] | None) -> None:
            if values is not None:
                self._listed.empty()
                self._key = None
                self._changed()

        self.house.push_screen(EmptyWalkForm(self.house, [(asked, "bold")], [], lambda _: None), answered)

    def lines(self, width: int, height: int) -> list[Line]:
        """Return what the page shows in so many rows."""
        head = sentence_lines(self._said(), width)
        rows = self._rows()
        if height < 2 * len(head):
            head = head[: max(height // 3, 1)]
        gap: list[Line] = [[("", "")]] if rows and height > 12 else []
        room = max(height - len(head) - len(gap), 1)
        return [*head, *gap, *page_lines(rows, self.at, width, room, self.house.glyphs)]

    @on(messages.WalkPlanned)
    def _show_plan(self, event: messages.WalkPlanned) -> None:
        event.stop()
        self._trouble = None
        if event.changes == self._listed.changes:
            opened = {(number, gap) for number, gaps, _, _ in event.footing.blocks for gap in gaps}
            self._listed.take(event.walk, event.numbers, opened)
            self._footing, self._planned_changes, self._planned_at = event.footing, event.changes, self.house.now()
        else:
            self.call_later(self.look)
        self.show_situation()

    @on(messages.WalkStands)
    def _show_no_news(self, event: messages.WalkStands) -> None:
        event.stop()
        if self._trouble is not None or self._made_of() != self._drawn_of:
            self._trouble = None
            self.show_situation()

    @on(messages.WalkFailed)
    def _show_trouble(self, event: messages.WalkFailed) -> None:
        event.stop()
        self._trouble = event.reason
        self.show_situation()

    # -- inside

    def _is_old(self, now: datetime) -> bool:
        """Whether the plan heeds times of which less is left by now."""
        is_due = any(line.due_at is not None for line in self._listed.pending)
        return is_due and self._planned_at is not None and (now - self._planned_at).total_seconds() >= DUE_EVERY_S

    def _rows(self) -> list[WalkRow]:
        made_of = self._made_of()
        if made_of != self._drawn_of:
            self._drawn_of, self._drawn = made_of, rows_of(self._listed, self.house.now())
        return self._drawn

    def _made_of(self) -> tuple[int, Walk | None, tuple[Parking, ...], tuple[int, ...]]:
        listed = self._listed
        return listed.changes, listed.walk, listed.parkings, minutes_left(listed, self.house.now())

    def _add(self, texts: list[str]) -> list[str]:
        """Put lines on the list; return those that stay in the box: what cannot be read, and all of too many."""
        read = list(read_lines(texts))
        bad = [line for line in read if isinstance(line, BadLine)]
        why_not = self._listed.add([line for line in read if not isinstance(line, BadLine)], self.house.now())
        if why_not is not None:
            self.house.tell(why_not, "error")
            return texts
        if bad:
            stays = say("{why} Lines that stay in the box: {count}.", why=bad[0].why, count=len(bad))
            self.house.tell(stays, "error")
        self._changed()
        return [line.text for line in bad]

    def _changed(self) -> None:
        self.look()
        self.show_situation()

    def _follow(self) -> None:
        """Let the cursor stay on what it stood on, wherever a new plan has put that."""
        keys = [row.key for row in self._rows()]
        if self._key in keys:
            self.at = keys.index(self._key)
        self.at = min(self.at, max(len(keys) - 1, 0))
        self._remember()

    def _remember(self) -> None:
        rows = self._rows()
        self._key = rows[self.at].key if self.at < len(rows) else self._key

    def _said(self) -> list[tuple[Message, str]]:
        """Return what is said of the whole: what a scan would do here before everything, where something is in hand."""
        held = name_of_hand(self.house.held)
        scan = say("In hand: {name}. {hint}", name=held, hint=self.house.hint)
        return [*([(scan, marks.NEWS)] if held else []), *self._said_of_walk()]

    def _said_of_walk(self) -> list[tuple[Message, str]]:
        listed, walk = self._listed, self._listed.walk
        if not listed.lines:
            empty = say("Nothing is on the list yet. Type or paste codes above, or find a thing (F2) and add it with ^O.")
            return [(empty, marks.MUTED), *self._said_of_wishes()]
        said = [(heading(listed), marks.PLAIN), *self._said_of_wishes()]
        if self._trouble is not None:
            said.append((say("It could not be planned: {why}", why=self._trouble), marks.BAD))
        if walk is None:
            return said if self._trouble or not listed.pending else [*said, (say("It is being planned."), marks.MUTED)]
        if walk.route.steps:
            said.append((effort(walk), ""))
        said += [(note, marks.CAREFUL) for note in walk.notes]
        return [*said, (say("Arrows choose. F6 opens the aisle, ^R ticks off. F1: what else can be done."), marks.MUTED)]

    def _said_of_wishes(self) -> list[tuple[Message, str]]:
        waiting = say("Planned for the least waiting in sum, in place of the shortest walk.")
        parking = say("The last lines say which aisle to leave open, where past loans tell it.")
        is_waiting = self._listed.goal is Goal.WAITING
        wished = [*([waiting] if is_waiting else []), *([parking] if self._listed.is_parking else [])]
        return [(one, marks.PLAIN) for one in wished]


def _planned(
    planning: Planning,
    changes: int,
    numbers: tuple[int, ...],
    asked: list[Asked],
    wishes: Wishes,
    known: Footing | None,
    is_old: bool,
) -> Posted:
    """Return a plan, on a worker's thread; none while what is known still holds and is not old, or a carriage moves."""
    footing = planning.footing()
    if known is not None and (footing.is_moving or (footing == known and not is_old)):
        return messages.WalkStands()
    return messages.WalkPlanned(changes, numbers, planning.plan(asked, wishes), footing)
