"""The import of 200,000 generated components in 15,000 barcoded boxes, beside a desk that goes on lending.

The floor is lxml's iterparse and sqlite3's executemany, which write the same rows with the same indexes, guards and search
index on the same journal profile in one transaction; it keeps no ledger, compares nothing and takes everything at its word.
Each run is a process of its own; both take turns, and the best of three counts. That the rows are the same is checked.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from archroom.core import custody
from archroom.core.acts import Performer
from archroom.core.holdings import Person, PlaceKind
from archroom.errors import Busy
from archroom.exchange.ead import read_ead
from archroom.services.importing import Intake, Source
from archroom.store import database, imports
from archroom.store.archive import SqlArchive, open_archive
from archroom.store.connections import Books
from benchmarks import finding_aids
from benchmarks.stocked import RealClock, stock

COMPONENTS = 200_000
BOXES = 15_000
TURNS = 3
REACH_RATIO = 2.0
REACH_MB = 250
REACH_LOCK_MS = 5_000
IMPORTER = Performer("importer", "benchmark/import")
DESK = Performer("Ann", "benchmark/desk")
SUMS = (
    "SELECT count(*), sum(length(title)), sum(length(reference)), sum(length(dates)), sum(length(path)),"
    " sum(length(label)), sum(length(indicator)), sum(length(housing)), sum(length(profile)) FROM description",
    "SELECT kind, count(*), count(container_id), count(home_container_id) FROM thing GROUP BY kind ORDER BY kind",
    "SELECT count(*), sum(length(value)) FROM barcode",
    "SELECT count(*) FROM listed_in",
    "SELECT count(*) FROM search_index WHERE search_index MATCH 'papers'",
    "SELECT count(*) FROM search_index WHERE search_index MATCH '水利'",
    "SELECT count(*) FROM search_index WHERE search_index MATCH '▣papers'",
    "SELECT count(*) FROM search_index WHERE search_index MATCH '▤papers'",
)


def take_in(file: Path, url: str) -> dict[str, float]:
    """Take a file in and return what it took, with the longest time for which the lock was held, ms."""
    held_ms: list[float] = []

    @contextmanager
    def timed(books: Books) -> Iterator[None]:
        with database.unit_of_work(books):
            begun = time.perf_counter()
            yield
        held_ms.append((time.perf_counter() - begun) * 1000)

    vars(imports)["unit_of_work"] = timed
    archive = open_archive(url, RealClock(), create=True)
    begun = time.perf_counter()
    report = Intake(archive.importing()).take_in([Source(file.name, read_ead(file))], IMPORTER, False, lambda done: None)
    took_s = time.perf_counter() - begun
    archive.close()
    assert not report.refused
    return {
        "s": took_s,
        "lock_ms": max(held_ms, default=0.0),
        "batches": len(held_ms),
        "mb": peak_mb(),
        "added": report.total.added,
    }


def write_at_once(file: Path, path: Path) -> dict[str, float]:
    """Write the same rows with nothing but lxml and sqlite3, and return what it took."""
    from benchmarks.importing_floor import write

    open_archive(f"sqlite:///{path}", RealClock(), create=True).close()
    begun = time.perf_counter()
    write(file, path)
    return {"s": time.perf_counter() - begun, "mb": peak_mb()}


def lend_on(url: str) -> dict[str, float]:
    """Lend and take back at a desk until told to stop on stdin; return how long the slowest act took, ms."""
    archive = open_archive(url, RealClock(), create=False)
    thing_id, person = first_item(archive), add_person(archive)
    took_ms: list[float] = []
    busy = 0
    print("ready", flush=True)
    while not is_told_to_stop():
        for act in (lend, take_back):
            begun = time.perf_counter()
            try:
                act(archive, thing_id, person)
            except Busy:
                busy += 1
            took_ms.append((time.perf_counter() - begun) * 1000)
            time.sleep(0.05)  # a person with a scanner does not act faster
    archive.close()
    ordered = sorted(took_ms)
    return {"slowest_ms": ordered[-1], "median_ms": ordered[len(ordered) // 2], "acts": len(ordered), "busy": busy}


def lend(archive: SqlArchive, thing_id: int, person: Person) -> None:
    with archive.writing() as books:
        standing = books.standing(thing_id)
        assert standing is not None
        if standing.loan is None:
            books.commit(custody.lend(standing, person, date.today()), DESK)


def take_back(archive: SqlArchive, thing_id: int, person: Person) -> None:
    with archive.writing() as books:
        standing, staging = books.standing(thing_id), books.first_place(PlaceKind.STAGING)
        assert standing is not None
        assert staging is not None
        if standing.loan is not None:
            books.commit(custody.return_to(standing, staging), DESK)


def first_item(archive: SqlArchive) -> int:
    with archive.reading() as books:
        return books.find("", 1)[0].standing.thing.id


def add_person(archive: SqlArchive) -> Person:
    with archive.writing() as books:
        person, act = books.new_person("Ada Reader")
        books.commit(act, DESK)
    return person


def is_told_to_stop() -> bool:
    """Whether stdin holds a line or has ended."""
    import select

    return bool(select.select([sys.stdin], [], [], 0)[0])


def peak_mb() -> float:
    """Return the highest resident memory of this process, MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1000


def sums_of(path: Path) -> list[list[Any]]:
    """Return what the rows of a file add up to."""
    with sqlite3.connect(path) as connection:
        found = [connection.execute(statement).fetchall() for statement in SUMS]
    connection.close()
    return found


def run(*arguments: str | Path) -> dict[str, float]:
    """Run a part of this program in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.importing", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    shape: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return shape


def beside_a_desk(file: Path, folder: Path) -> tuple[dict[str, float], dict[str, float]]:
    """Take the file in while another process lends and takes back."""
    url = f"sqlite:///{folder / 'desk.db'}"
    archive = open_archive(url, RealClock(), create=True)
    stock(archive, 500)
    archive.close()
    command = [sys.executable, "-m", "benchmarks.importing", "--desk", url]
    desk = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert desk.stdout is not None
    assert desk.stdout.readline() == "ready\n"
    taken = run("--ours", file, url)
    told, _ = desk.communicate("stop\n", timeout=60)
    lent: dict[str, float] = json.loads(told)
    return taken, lent


def figure(
    name: str, value: float, reach: str, is_ok: bool, unit: str, floor: float | None = None, ratio: float | None = None
) -> None:
    """Print one figure."""
    shape = {"name": name, "value": value, "floor": floor, "ratio": ratio, "reach": reach, "ok": is_ok, "unit": unit}
    print(json.dumps(shape, ensure_ascii=False), flush=True)


def main() -> int:
    """Measure and print the figures."""
    with tempfile.TemporaryDirectory(prefix="archroom-bench-") as name:
        folder = Path(name)
        file = folder / "generated.xml"
        finding_aids.write(file, COMPONENTS, BOXES)
        ours: list[dict[str, float]] = []
        floors: list[dict[str, float]] = []
        for turn in range(TURNS):
            floors.append(run("--floor", file, folder / f"floor{turn}.db"))
            ours.append(run("--ours", file, f"sqlite:///{folder / f'ours{turn}.db'}"))
        assert sums_of(folder / "floor0.db") == sums_of(folder / "ours0.db"), "the floor writes the same rows"
        took_s, floor_s = (min(run["s"] for run in runs) for runs in (ours, floors))
        again = run("--ours", file, f"sqlite:///{folder / 'ours0.db'}")
        taken, lent = beside_a_desk(file, folder)
    title = f"import of {COMPONENTS:,} components with {BOXES:,} barcoded boxes"
    ratio = took_s / floor_s
    figure(title, took_s * 1000, f"<= {REACH_RATIO:g}x", ratio <= REACH_RATIO, "ms", floor_s * 1000, ratio)
    peak = max(run["mb"] for run in (*ours, taken, again))
    figure("its peak memory", peak, f"<= {REACH_MB} MB", peak <= REACH_MB, "MB")
    lock_ms = max(run["lock_ms"] for run in (*ours, taken))
    figure("its longest lock", lock_ms, f"<= {REACH_LOCK_MS:,} ms", lock_ms <= REACH_LOCK_MS, "ms")
    is_ok = lent["slowest_ms"] <= REACH_LOCK_MS and not lent["busy"]
    figure("slowest of a desk's acts meanwhile", lent["slowest_ms"], f"<= {REACH_LOCK_MS:,} ms, none refused", is_ok, "ms")
    figure("the same file again", again["s"] * 1000, "writes nothing", again["added"] == 0, "ms")
    return 0 if ratio <= REACH_RATIO and peak <= REACH_MB and lock_ms <= REACH_LOCK_MS and is_ok else 1


def parts() -> int:
    """Run the part that the command line names, or all."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.importing")
    parser.add_argument("--ours", nargs=2, metavar=("FILE", "URL"))
    parser.add_argument("--floor", nargs=2, metavar=("FILE", "DATABASE"))
    parser.add_argument("--desk", metavar="URL")
    chosen = parser.parse_args()
    part: Callable[[], dict[str, float]]
    if chosen.ours:
        part = lambda: take_in(Path(chosen.ours[0]), chosen.ours[1])  # noqa: E731
    elif chosen.floor:
        part = lambda: write_at_once(Path(chosen.floor[0]), Path(chosen.floor[1]))  # noqa: E731
    elif chosen.desk:
        part = lambda: lend_on(chosen.desk)  # noqa: E731
    else:
        return main()
    print(json.dumps(part()))
    return 0


if __name__ == "__main__":
    sys.exit(parts())
