"""Finding in a house of 1,000,000 items: the first 50 with place and holder, for 1,000 published queries.

The queries are those of `house_of.queries()`: English and Chinese, rare and common, a third with two common fragments. The
floor is the raw index asked the same question, newest first, on the same file. Each query is asked of both in turn, once to
warm the page cache and once to be measured.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from archroom.core.searching import opened, query_phrases
from archroom.services.finding import Finder
from archroom.store import search
from archroom.store.archive import SqlArchive, open_archive
from archroom.store.database import look
from benchmarks.house_of import queries
from benchmarks.stocked import RealClock, stock

ITEMS = 1_000_000
QUERIES = 1_000
PAGE = 50


def milliseconds(act: Callable[[], object]) -> float:
    """Return how long an act takes."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def raw(archive: SqlArchive, words: str) -> list[int]:
    """Ask the index alone."""
    with look(archive.books):
        return search.matching(archive.books, opened(query_phrases(words)), PAGE)


def page(archive: SqlArchive, words: str) -> int:
    """Find the first page, each hit with its place and its holder."""
    with archive.reading() as books:
        return len(books.find(words, PAGE))


def percentile(times: list[float], share: float) -> float:
    """Return the time that a share of the times does not exceed."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def figure(name: str, value: float, floor: float) -> dict[str, object]:
    """Return a figure as the benchmarks print it."""
    is_ok = value <= max(20.0, 1.5 * floor)
    return {
        "name": name,
        "value": round(value, 3),
        "floor": round(floor, 3),
        "ratio": round(value / floor, 2),
        "reach": "<= max(20 ms, 1.5x)",
        "ok": is_ok,
    }


def main() -> int:
    """Measure and print the figures."""
    items = int(sys.argv[1]) if len(sys.argv) > 1 else ITEMS
    with tempfile.TemporaryDirectory(prefix="archroom-find-") as folder:
        archive = open_archive(f"sqlite:///{Path(folder) / 'books.db'}", RealClock(), create=True)
        stock(archive, items)
        finder = Finder(archive, archive.clock)
        floors: list[float] = []
        pages: list[float] = []
        whole: list[float] = []
        for words in queries(QUERIES):
            page(archive, words)
            floors.append(milliseconds(lambda: raw(archive, words)))  # noqa: B023  # called at once
            pages.append(milliseconds(lambda: page(archive, words)))  # noqa: B023  # called at once
            whole.append(milliseconds(lambda: finder.find(words)))  # noqa: B023  # called at once
        archive.close()
    figures = [
        figure(f"find: first {PAGE} of {items:,} items, p95", percentile(pages, 0.95), percentile(floors, 0.95)),
        figure(
            f"find: the same with people and count, {items:,} items, p95", percentile(whole, 0.95), percentile(floors, 0.95)
        ),
    ]
    for found in figures:
        print(json.dumps(found), flush=True)
    spread = {share: round(percentile(pages, share), 2) for share in (0.5, 0.9, 0.99, 1.0)}
    print(f"pages: {spread} ms", file=sys.stderr)
    return 0 if all(found["ok"] for found in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
