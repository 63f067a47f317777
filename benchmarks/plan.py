"""Planning 500 picks over 60 aisles of one block, against sorting the same picks by aisle.

The floor is what any plan must do at least: put the picks in order of aisle, face, bay and level. Both are run in turn on
lists drawn with fixed seeds; the figure is the median. Two further figures have other lists: two open aisles, where the cost
in list order is an assignment of its own, and six blocks, which open while the person works elsewhere.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from random import Random

from archroom.core.rooms import Face
from archroom.core.routes.errands import Errand
from archroom.core.routes.motion import Motion
from archroom.core.routes.planning import planned
from archroom.core.routes.stretches import Stretch

PICKS = 500
LISTS = 25
DRIVES = Motion(875)


def milliseconds(act: Callable[[], object]) -> float:
    """Return how long an act takes."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def errands(rng: Random, blocks: int, aisles: int) -> list[Errand]:
    """Return a list of picks anywhere."""
    return [
        Errand(
            number,
            rng.randint(1, blocks),
            rng.randrange(aisles),
            rng.choice((Face.A, Face.B)),
            rng.randint(1, 8),
            rng.randint(1, 7),
        )
        for number in range(PICKS)
    ]


def figure(name: str, blocks: int, aisles: int, gaps: int, most_ms: float) -> dict[str, object]:
    """Plan the lists and return the figure; each plan must be proved shortest."""
    rng = Random(500 + blocks + gaps)
    values: list[float] = []
    floors: list[float] = []
    for _ in range(LISTS):
        stretches = tuple(
            Stretch(block, tuple(range(aisles)), tuple(sorted(rng.sample(range(aisles), gaps))), DRIVES)
            for block in range(1, blocks + 1)
        )
        picks = errands(rng, blocks, aisles)
        floors.append(milliseconds(lambda: sorted(picks, key=_shelf)))  # noqa: B023  # called at once
        values.append(milliseconds(lambda: planned(stretches, picks)))  # noqa: B023  # called at once
        assert planned(stretches, picks).is_shortest
    value, floor = statistics.median(values), statistics.median(floors)
    return {
        "name": name,
        "value": round(value, 3),
        "floor": round(floor, 3),
        "ratio": round(value / floor, 2),
        "reach": f"<= {most_ms:g} ms",
        "ok": value <= most_ms,
    }


def _shelf(errand: Errand) -> tuple[int, int, str, int, int]:
    return errand.block, errand.aisle, errand.face.value, errand.bay, errand.level


def main() -> int:
    """Measure and print the figures."""
    figures = [
        figure(f"plan of {PICKS} picks over 60 aisles, one open, p50", 1, 60, 1, 20),
        figure(f"plan of {PICKS} picks over six blocks of 13 aisles, p50", 6, 13, 1, 50),
        figure(f"plan of {PICKS} picks over 60 aisles, two open, p50", 1, 60, 2, 1000),
    ]
    for found in figures:
        print(json.dumps(found), flush=True)
    return 0 if all(found["ok"] for found in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
