"""Shelving a new collection: unplaced boxes in reference order, one shelf after another, each filled by width.

What is planned is checked again inside each transaction; a transaction takes at most 500 boxes, so that no other terminal
waits long. What somebody else changed in between is left alone and told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from archroom.core import custody
from archroom.core.acts import Performer
from archroom.core.holdings import Place, PlaceKind, Thing
from archroom.core.ports import Archive, Writing
from archroom.errors import BadCode, Busy, Unreadable, say
from archroom.services.resolving import place_of_typed

BATCH = 500


@dataclass(frozen=True, slots=True)
class PlacingReport:
    """What a run placed, and what is left."""

    placed: int
    not_fitted: tuple[tuple[str, int], ...]
    """Title and width, mm, of each box that did not fit or was changed by somebody else meanwhile."""
    shelves_used: int
    last_address: str
    """The shelf of the last box placed, empty if none was."""
    assumed_count: int
    """How many of the boxes placed have no known width."""
    assumed_width_mm: int
    """What those counted with."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One box and the shelf it goes to."""

    box: Thing
    shelf: Place
    width_mm: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Where each box of a run goes."""

    placed: tuple[Placed, ...]
    not_fitted: tuple[Thing, ...]


class Placing:
    """Places runs of boxes."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def place_run(
        self, performer: Performer, first_shelf: str, is_dry_run: bool, progress: Callable[[int], None]
    ) -> PlacingReport:
        """Shelve all unplaced boxes from a shelf on; `progress` gets the number of boxes placed so far.

        A dry run reports the same and writes nothing. Raises BadCode if the text names no shelf; Busy or Unreadable, with
        the number of boxes placed before, if the books take no more.
        """
        with self._archive.reading() as books:
            first = place_of_typed(books, first_shelf)
            if first.kind is not PlaceKind.SHELF:
                raise BadCode(say("{place} is no shelf.", place=first.address))
            boxes = list(books.unplaced_boxes())
            usual_mm = books.usual_width_mm()
            plan = plan_run(boxes, list(books.shelves_from(first.id)), usual_mm)
        done: list[Placed] = []
        for start in range(0, len(plan.placed), BATCH):
            batch = plan.placed[start : start + BATCH]
            try:
                done += batch if is_dry_run else self._place(performer, batch)
            except (Busy, Unreadable) as error:
                if not done:
                    raise
                raise _broken_off(error, len(done)) from error
            progress(len(done))
        return _report(plan, done, usual_mm)

    def _place(self, performer: Performer, batch: Sequence[Placed]) -> list[Placed]:
        with self._archive.writing() as books:
            sound = list(_still_right(books, batch))
            if sound:
                books.commit(custody.shelve([(placed.box, placed.shelf) for placed in sound]), performer)
        return sound


def plan_run(boxes: Sequence[Thing], shelves: Sequence[tuple[Place, int]], usual_mm: int) -> Plan:
    """Return where each box goes: onto the present shelf, or the next one with room; never back to an earlier shelf.

    A box wider than the present shelf as a whole, or than the room of every later one, is left out, and the run goes on
    where it was. `shelves` are in shelving order with their free width, mm.
    """
    placed: list[Placed] = []
    left_out: list[Thing] = []
    at, free_mm = 0, shelves[0][1] if shelves else 0
    too_wide_mm: int | None = None
    for box in boxes:
        width = box.width_mm or usual_mm
        whole_mm = shelves[at][0].width_mm if at < len(shelves) else None
        if (too_wide_mm is not None and width >= too_wide_mm) or width > (whole_mm or 0):
            left_out.append(box)
            continue
        if width > free_mm:
            following = next((number for number in range(at + 1, len(shelves)) if shelves[number][1] >= width), None)
            if following is None:
                too_wide_mm = width
                left_out.append(box)
                continue
            at, free_mm = following, shelves[following][1]
        placed.append(Placed(box, shelves[at][0], width))
        free_mm -= width
    return Plan(tuple(placed), tuple(left_out))


def _still_right(books: Writing, batch: Sequence[Placed]) -> Iterator[Placed]:
    """Yield what nobody touched since it was planned, on shelves that still have the room."""
    touched = books.touched_seqs([placed.box.id for placed in batch])
    for shelf, on_shelf in groupby(batch, key=lambda placed: placed.shelf):
        free_mm = books.free_mm(shelf.id) or 0
        for placed in on_shelf:
            if touched.get(placed.box.id, 0) == placed.box.touched_seq and placed.width_mm <= free_mm:
                free_mm -= placed.width_mm
                yield placed


def _broken_off(error: Busy | Unreadable, count: int) -> Busy | Unreadable:
    why = say("{why} Boxes placed before: {count}. The same command again places the rest.", why=error.message, count=count)
    return type(error)(why)


def _report(plan: Plan, done: Sequence[Placed], usual_mm: int) -> PlacingReport:
    done_ids = {placed.box.id for placed in done}
    undone = [placed.box for placed in plan.placed if placed.box.id not in done_ids]
    return PlacingReport(
        placed=len(done),
        not_fitted=tuple((box.title, box.width_mm or usual_mm) for box in (*plan.not_fitted, *undone)),
        shelves_used=len({placed.shelf.id for placed in done}),
        last_address=done[-1].shelf.address if done else "",
        assumed_count=sum(placed.box.width_mm is None for placed in done),
        assumed_width_mm=usual_mm,
    )
