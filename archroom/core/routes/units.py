"""Units: what stays together on a walk. An order is one, and so are all other errands of one aisle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archroom.core.routes.errands import Errand, Visit, serpentine, stretch_indices
from archroom.core.routes.stretches import Stretch
from archroom.core.routes.sweep import sweep


@dataclass(frozen=True, slots=True)
class Unit:
    """Visits that follow each other: all of one order, or one visit of errands that belong to no order."""

    order: str
    visits: tuple[Visit, ...]
    """In order of stretches and aisles; the walk chooses theirs."""

    @property
    def errands(self) -> int:
        """How many errands it has."""
        return sum(len(visit.errands) for visit in self.visits)

    @property
    def number(self) -> int:
        """Where it begins in the list."""
        return min(errand.number for visit in self.visits for errand in visit.errands)

    @property
    def due_s(self) -> float | None:
        """When the first of its errands is due, None if none is."""
        dues = [errand.due_s for visit in self.visits for errand in visit.errands if errand.due_s is not None]
        return min(dues, default=None)


def units_of(stretches: tuple[Stretch, ...], errands: Iterable[Errand]) -> tuple[Unit, ...]:
    """Return the units in the order in which the list begins them."""
    where = stretch_indices(stretches)
    visits: dict[tuple[str, int, int], list[Errand]] = {}
    for errand in errands:
        visits.setdefault((errand.order, where[errand.block, errand.aisle], errand.aisle), []).append(errand)
    units: dict[tuple[str, int, int], list[Visit]] = {}
    for key in sorted(visits):
        order, stretch, aisle = key
        unit = (order, 0, 0) if order else key
        units.setdefault(unit, []).append(Visit(stretch, aisle, serpentine(visits[key])))
    return tuple(sorted((Unit(key[0], tuple(found)) for key, found in units.items()), key=lambda unit: unit.number))


def laid_out(stretches: tuple[Stretch, ...], units: Iterable[Unit]) -> tuple[Visit, ...]:
    """Return the visits of units in this order.

    Within each, every stretch is swept from where its gaps stand then, and blocks take turns, so that one opens meanwhile.
    """
    gaps = [stretch.open_gaps for stretch in stretches]
    walk: list[Visit] = []
    for unit in units:
        rows: dict[int, list[Visit]] = {}
        by_stretch: dict[int, dict[int, Visit]] = {}
        for visit in unit.visits:
            by_stretch.setdefault(visit.stretch, {})[visit.aisle] = visit
        for index, visits in by_stretch.items():
            order, gaps[index] = _swept(stretches[index], gaps[index], tuple(visits))
            rows.setdefault(stretches[index].block, []).extend(visits[aisle] for aisle in order)
        walk += _in_turn(rows, stretches[walk[-1].stretch].block if walk else None)
    return tuple(walk)


def swept_units(stretches: tuple[Stretch, ...], units: Sequence[Unit]) -> tuple[Unit, ...]:
    """Return units of one visit each, stretch after stretch, each stretch in its shortest order."""
    by_place = {(unit.visits[0].stretch, unit.visits[0].aisle): unit for unit in units}
    found: list[Unit] = []
    for index, stretch in enumerate(stretches):
        aisles = [aisle for where, aisle in by_place if where == index]
        if aisles:
            found += [by_place[index, aisle] for aisle in sweep(stretch, aisles)[0]]
    return tuple(found)


def _in_turn(rows: dict[int, list[Visit]], last: int | None) -> list[Visit]:
    """Return the visits of several blocks: never twice the same if another is left, the one with most left first."""
    if len(rows) == 1:
        return next(iter(rows.values()))
    walk: list[Visit] = []
    while any(rows.values()):
        last = min((block for block in rows if rows[block]), key=lambda block: (block == last, -len(rows[block]), block))
        walk.append(rows[last].pop(0))
    return walk


def _swept(stretch: Stretch, gaps: tuple[int, ...], aisles: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    if len(gaps) == 1 and len(aisles) == 1:
        return aisles, aisles
    return sweep(Stretch(stretch.block, stretch.aisles, gaps, stretch.motion), aisles)
