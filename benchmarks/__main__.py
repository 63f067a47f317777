"""Run the benchmarks and tell each figure beside what it is to reach.

Each benchmark is a program of its own that prints one JSON line a figure: `name`, `value`, `floor`, `ratio`, `reach`, `ok`,
and `unit` where it is not ms. `python -m benchmarks [NAME ...] [--write]`; `--write` puts the table into docs/benchmarks.md,
replacing the rows of the benchmarks that were run. Exits 1 if a figure was missed or a benchmark failed.
"""

from __future__ import annotations

import argparse
import json
import platform
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import NotRequired, TypedDict

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
ORDER = ("importing", "scan", "find", "find_process", "plan", "app_start", "polls", "stop", "standstill", "simulator")
MARK = "<!-- rows -->"


class Figure(TypedDict):
    """One measured figure as a benchmark prints it; `floor` and `ratio` are null where a bound is absolute."""

    name: str
    value: float
    floor: float | None
    ratio: float | None
    reach: str | float
    ok: bool
    unit: NotRequired[str]


def figures_of(name: str) -> list[Figure] | None:
    """Run one benchmark and return its figures; None if it failed."""
    run = subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], cwd=HERE.parent, stdout=subprocess.PIPE, text=True)
    lines = [line for line in run.stdout.splitlines() if line.startswith("{")]
    if run.returncode not in (0, 1) or not lines:
        return None
    return [json.loads(line) for line in lines]


def row_of(benchmark: str, figure: Figure) -> str:
    """Return a figure as a row of the page's table."""
    unit = figure.get("unit", "ms")
    floor = "" if figure["floor"] is None else f"{figure['floor']:,.4g} {unit}"
    ratio = "" if figure["ratio"] is None else f"{figure['ratio']:.2f}"
    reached = "yes" if figure["ok"] else "**no**"
    value = f"{figure['value']:,.4g} {unit}"
    command = f"`python -m benchmarks.{benchmark}`"
    return f"| {figure['name']} | {value} | {floor} | {ratio} | {figure['reach']} | {reached} | {command} |"


def written(page: str, rows: dict[str, list[str]]) -> str:
    """Return the page with the rows of these benchmarks in place of those they had."""
    head, _, tail = page.partition(MARK + "\n")
    body, _, tail = tail.partition(MARK)
    kept = [row for row in body.splitlines()[2:] if not any(f"`python -m benchmarks.{name}`" in row for name in rows)]
    fresh = [row for name in rows for row in rows[name]]
    table = [
        "| what | measured | floor | ratio | reach | reached | command |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    return head + MARK + "\n" + "\n".join([*table, *_in_order([*kept, *fresh])]) + "\n" + MARK + tail


def _in_order(rows: list[str]) -> list[str]:
    places = {f"`python -m benchmarks.{name}`": place for place, name in enumerate(ORDER)}
    return sorted(rows, key=lambda row: next((place for command, place in places.items() if command in row), len(places)))


def main() -> int:
    """Run the named benchmarks, all by default."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ORDER))
    parser.add_argument("--write", action="store_true", help="put the figures into docs/benchmarks.md")
    chosen = parser.parse_args()
    rows: dict[str, list[str]] = {}
    is_good = True
    for name in chosen.names or ORDER:
        figures = figures_of(name)
        if figures is None:
            print(f"{name}: failed", file=sys.stderr)
            is_good = False
            continue
        rows[name] = [row_of(name, figure) for figure in figures]
        is_good = is_good and all(figure["ok"] for figure in figures)
        print(*rows[name], sep="\n", flush=True)
    if chosen.write:
        PAGE.write_text(written(PAGE.read_text(), rows))
        made = f"{date.today()}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.machine()}"
        print(f"docs/benchmarks.md written ({made})", file=sys.stderr)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
