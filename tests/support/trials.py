"""Runs trials and cuts down those that fail; `python tests/support/trials.py FILE` plays one again and tells what it broke.

A trial that breaks a rule is cut down by delta debugging over its lines, for as long as the same rule stays broken; what is
left is a scenario that a person can read.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from itertools import repeat
from pathlib import Path

from plain_draws import drawn_of_any
from staged_room import Stage, Verdict

MEMORY_DISK = Path("/dev/shm")
"""Where a journal's fsync costs nothing."""
MINUTES = 5.0


@dataclass(frozen=True, slots=True)
class Failure:
    """A trial that broke a rule."""

    seed: int
    sentence: str
    rule: StrEnum
    text: str
    """As it was drawn."""

    def told(self, text: str) -> str:
        """What a person needs to find out why; `text` is the trial cut down."""
        return f"seed {self.seed}: {self.sentence}\ncut down to {len(text.splitlines())} lines:\n{text}"


def judged(text: str, seconds: float | None = None, watch: Callable[[Stage], None] | None = None) -> Verdict:
    """Play a trial and judge it."""
    place = MEMORY_DISK if MEMORY_DISK.is_dir() else None
    with tempfile.TemporaryDirectory(dir=place, prefix="trial-") as folder:
        stage = Stage(text, Path(folder))
        if watch is not None:
            watch(stage)
        return stage.run(seconds)


def tried(
    seed: int, change: Callable[[str], str] = str, draw: Callable[[int, float], str] = drawn_of_any
) -> tuple[Verdict, Failure | None]:
    """Draw a trial, play it and judge it; `change` may plant a flaw in its text."""
    text = change(draw(seed, MINUTES))
    verdict = judged(text, 60.0 * MINUTES)
    if not verdict.broken:
        return verdict, None
    first = verdict.broken[0]
    return verdict, Failure(seed, str(first), first.rule, text)


def tried_in_parallel(seeds: Iterable[int], workers: int) -> Iterable[tuple[Verdict, Failure | None]]:
    """Play many trials in as many processes."""
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(tried, seeds, repeat(str), chunksize=10)


def shrunk(text: str, rule: StrEnum) -> str:
    """Cut a trial down to lines that all are needed to break a rule."""

    def breaks(lines: list[str]) -> bool:
        verdict = judged("\n".join([head, *lines]) + "\n")
        return bool(verdict.broken) and verdict.broken[0].rule is rule

    head, *lines = text.splitlines()
    if not breaks(lines):
        return text
    ended_s = judged(text).simulated_s
    early = [line for line in lines if not _is_after(line, ended_s)]
    lines = early if breaks(early) else lines
    return "\n".join([head, *minimized(lines, breaks)]) + "\n"


def _is_after(line: str, seconds: float) -> bool:
    """Whether a line says what happens at a later time than this."""
    words = line.split()
    return words[0] == "at" and float(words[1].removesuffix("s")) > seconds


def minimized(lines: list[str], breaks: Callable[[list[str]], bool]) -> list[str]:
    """Take lines away, ever smaller pieces of them, as long as it still breaks (delta debugging)."""
    pieces = 2
    while len(lines) >= 2:
        size = -(-len(lines) // pieces)
        for start in range(0, len(lines), size):
            rest = lines[:start] + lines[start + size :]
            if breaks(rest):
                lines, pieces = rest, max(2, pieces - 1)
                break
        else:
            if size == 1:
                break
            pieces = min(len(lines), 2 * pieces)
    return [] if len(lines) == 1 and breaks([]) else lines


def main(arguments: list[str]) -> int:
    """Play a file and tell what happens in it; 1 if a rule is broken."""

    def watch(stage: Stage) -> None:
        def note(what: str, text: str) -> None:
            if what not in ("sent", "answered", "end"):
                print(f"{stage.clock.now - 1000.0:9.3f} {what:10} {text}")
            stage.record(what, text)

        stage.note = note

    verdict = judged(Path(arguments[0]).read_text(encoding="utf-8"), None, watch)
    for broken in verdict.broken:
        print(broken)
    return 1 if verdict.broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
