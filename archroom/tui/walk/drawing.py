"""How a walk is drawn: rows for what one can choose, each with its mark, and the lines about the whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING, Final

from archroom.errors import Message, say
from archroom.services import walk_words
from archroom.services.errands import Purpose
from archroom.tui import marks
from archroom.tui.glyphs import Glyphs
from archroom.tui.marks import Mark
from archroom.tui.situation import Chosen
from archroom.tui.text import Line, fitted, width_of, words, wrapped

if TYPE_CHECKING:
    from archroom.core.routes.errands import Step
    from archroom.services.errands import Aside
    from archroom.services.planning import Parking, Walk
    from archroom.tui.walk.list import ListLine, WalkList

NOW: Final = Mark(say("NOW"), "here", marks.GOOD)
DONE: Final = Mark(say("DONE"), "yes", marks.MUTED)
ASIDE: Final = Mark(say("OFF"), "no", marks.CAREFUL)

TITLES: Final = {
    Purpose.PICK: say("To fetch on this walk: {here}; not on it: {aside}; done: {done}."),
    Purpose.PUT_BACK: say("To put back on this walk: {here}; not on it: {aside}; done: {done}."),
    Purpose.COUNT: say("To count on this walk: {here}; not on it: {aside}; done: {done}."),
}

Key = tuple[str, int, int]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WalkRow:
    """One row of the page that can be chosen."""

    key: Key
    """What it is about, the same in the next plan."""
    said: Message | str
    style: str
    chosen: Chosen
    mark: Mark | None = None
    is_inner: bool = False
    """Whether it belongs to the step above it."""


def heading(listed: WalkList) -> Message:
    """Return how much is to be done, and how much is."""
    left = {line.number for line in listed.left}
    here = 0 if listed.walk is None else len({listed.numbers[number] for number in listed.walk.spots} & left)
    values = {"here": here, "aside": len(left) - here, "done": len(listed.lines) - len(left)}
    return Message(TITLES[listed.purpose].template, values)


def effort(walk: Walk) -> Message:
    """Return in one text what the walk takes, and what it might."""
    first, *rest = walk_words.effort_in_words(walk)
    for one in rest:
        first = say("{first} {then}", first=first, then=one)
    return first


def minutes_left(listed: WalkList, now: datetime) -> tuple[int, ...]:
    """Return how many minutes are left of each time that the rows tell: as long as they are the same, so are the rows."""
    left = (line.left_s(now) for line in listed.pending)
    return tuple(ceil(seconds / 60) for seconds in left if seconds is not None)


def rows_of(listed: WalkList, now: datetime) -> list[WalkRow]:
    """Return the rows: the steps with what is to be done at each, what is on no walk, what is done, and where to park."""
    walk = listed.walk
    steps = () if walk is None else range(len(walk.route.steps))
    rows = [] if walk is None else [row for index in steps for row in _step_rows(listed, walk, index, now)]
    gone, done = listed.gone, list[WalkRow]()
    for aside in () if walk is None else walk.asides:
        number = listed.numbers[aside.number]
        if number in gone:
            named = walk_words.named_with_code(aside.code, aside.title)
            said = _wished(say("{thing}: {why}", thing=named, why=aside.why), listed.line(number))
            done.append(_aside_row(listed, aside, said, marks.MUTED, DONE))
        elif not listed.line(number).is_ticked:
            said = _wished(walk_words.aside_in_words(aside), listed.line(number), now)
            rows.append(_aside_row(listed, aside, said, "", ASIDE))
    rows += done
    on_walk = set() if walk is None else {listed.numbers[number] for number in walk.spots}
    rows += [_ticked_row(line) for line in listed.lines if line.is_ticked and line.number not in on_walk | gone]
    return rows + [_parking_row(parking) for parking in listed.parkings]


def _wished(said: walk_words.Said, line: ListLine, now: datetime | None = None) -> walk_words.Said | Message:
    """Return what is said of a line with its order, and with what is left of its time where that still counts."""
    return walk_words.with_wish(said, line.order, None if now is None else line.left_s(now))


def _step_rows(listed: WalkList, walk: Walk, index: int, now: datetime) -> Iterator[WalkRow]:
    step = walk.route.steps[index]
    here, is_now = (step.block, step.aisle), index == 0
    numbers = tuple(listed.numbers[errand.number] for errand in step.errands)
    said = walk_words.step_in_words(index, step)
    key = ("step", *here)
    yield WalkRow(key, said, "bold" if is_now else "", Chosen(aisle=here, lines=numbers), NOW if is_now else None)
    for later in walk_words.openings_before(walk, index):
        yield _ahead_row(later)
    for errand, number in zip(step.errands, numbers, strict=True):
        spot, line = walk.spots[errand.number], listed.line(number)
        left_s = line.left_s(now)
        style = marks.CAREFUL if left_s is not None and left_s < 0 else ""
        yield WalkRow(
            ("line", number, 0),
            _wished(walk_words.spot_in_words(spot), line, None if line.is_ticked else now),
            marks.MUTED if line.is_ticked else style,
            Chosen(spot.code, spot.title or spot.address, here, lines=(number,)),
            DONE if line.is_ticked else None,
            is_inner=True,
        )


def _ahead_row(later: Step) -> WalkRow:
    there = (later.block, later.aisle)
    said = walk_words.opening_before_in_words(later)
    return WalkRow(("ahead", *there), said, marks.CAREFUL, Chosen(aisle=there), is_inner=True)


def _parking_row(parking: Parking) -> WalkRow:
    there = (parking.block, parking.aisle)
    return WalkRow(("park", *there), walk_words.parking_in_words(parking), "", Chosen(aisle=there))


def _aside_row(listed: WalkList, aside: Aside, said: Message | str, style: str, mark: Mark) -> WalkRow:
    number = listed.numbers[aside.number]
    code, title = (aside.code, aside.title) if aside.is_named else ("", "")
    return WalkRow(("line", number, 0), said, style, Chosen(code, title, lines=(number,)), mark)


def _ticked_row(line: ListLine) -> WalkRow:
    said = _wished(walk_words.named_with_code(line.code, line.title), line)
    return WalkRow(("line", line.number, 0), said, marks.MUTED, Chosen(line.code, line.title, lines=(line.number,)), DONE)


def row_lines(row: WalkRow, is_chosen: bool, width: int, glyphs: Glyphs) -> list[Line]:
    """Return a row in at most three lines, under its mark."""
    pointer = f"{glyphs.right if is_chosen else ' '} "
    marked = "" if row.mark is None else row.mark.shown(glyphs)
    indent = 3 if row.is_inner else 0
    room = max(width - 2 - _mark_cells(glyphs) - indent, 1)
    text = row.said if isinstance(row.said, str) else words(row.said)
    lines: list[Line] = []
    for number, line in enumerate(wrapped(text, room, 3)):
        first = number == 0
        head: Line = [(pointer if first else "  ", marks.KEY)]
        head.append((fitted(marked if first else "", _mark_cells(glyphs)), row.mark.tone if row.mark else ""))
        lines.append([*head, (" " * indent, ""), (line, row.style)])
    return lines


def _mark_cells(glyphs: Glyphs) -> int:
    return max(width_of(mark.shown(glyphs)) for mark in (NOW, DONE, ASIDE)) + 1


def page_lines(rows: list[WalkRow], at: int, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """Return so many lines of all rows, those of the row under the cursor among them; what is far from it is not drawn."""
    first = max(at - height, 0)
    drawn = [row_lines(row, first + index == at, width, glyphs) for index, row in enumerate(rows[first : at + height])]
    return windowed(drawn, at - first, height)


def windowed(drawn: list[list[Line]], at: int, rows: int) -> list[Line]:
    """Return so many lines of the drawn rows, those of the row under the cursor among them."""
    lines = [line for row in drawn for line in row]
    end = sum(len(row) for row in drawn[: at + 1])
    first = min(max(end - rows, 0), max(len(lines) - rows, 0))
    return lines[first : first + rows]
