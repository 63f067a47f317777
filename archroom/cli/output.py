"""All of stdout, stderr, --json and the exit code is decided here.

stdout is data: plain lines, or with --json exactly one object for each command (`scan`: one a line), also for errors. stderr
is narration. Plain lines pass `visible` and objects hold escapes, so no text from outside can steer a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TextIO

from archroom.core.cleaning import clean
from archroom.errors import ArchroomError, Message
from archroom.texts import render

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]

_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What a terminal obeys, or cannot be written, and JSON would leave as it is; there an escape stands for it."""

EXIT_DONE = 0
EXIT_UNEXPECTED = 70
"""Something happened that nobody foresaw; the log has the particulars."""
EXIT_INTERRUPTED = 130
EXIT_NO_READER = 141
"""Whoever read our output went away."""


class Output:
    """One process's way to say things."""

    def __init__(self, stdout: TextIO, stderr: TextIO, is_json: bool) -> None:
        self.is_json = is_json
        self._stdout = stdout
        self._stderr = stderr

    def result(self, shape: Mapping[str, Json], lines: Iterable[str]) -> None:
        """Print what a command found or did: the object with --json, else the lines."""
        if self.is_json:
            self.object_line(shape)
            return
        for line in lines:
            print(visible(line), file=self._stdout, flush=True)

    def object_line(self, shape: Mapping[str, Json]) -> None:
        """Print one JSON object on a line of its own, at once."""
        import json  # plain lines need none of it

        is_unicode = (getattr(self._stdout, "encoding", None) or "utf-8").lower().replace("-", "") == "utf8"
        text = json.dumps(shape, ensure_ascii=not is_unicode)
        print(_STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text), file=self._stdout, flush=True)

    def line(self, text: str) -> None:
        """Print one plain line of data at once."""
        print(visible(text), file=self._stdout, flush=True)

    def note(self, message: Message) -> None:
        """Narrate."""
        self.narrate(render(message))

    def narrate(self, text: str) -> None:
        """Narrate what is in the person's language already."""
        print(visible(text), file=self._stderr, flush=True)

    def failed(self, error: ArchroomError) -> int:
        """Say what was refused or went wrong, and return its exit code."""
        places = {name: getattr(error, name) for name in ("line", "column", "seq") if getattr(error, name, 0)}
        return self.ended(error_word(error), error.message, error.exit_code, places)

    def ended(self, word: str, message: Message, exit_code: int, places: Mapping[str, int] | None = None) -> int:
        """Say how a command ended without doing what it was asked, and return the exit code."""
        sentence = render(message)
        if self.is_json:
            self.object_line({"error": word, "message": sentence, "exit": exit_code, **(places or {})})
        else:
            self.narrate(f"archroom: {sentence}")
        return exit_code

    @property
    def is_narrated_to_a_person(self) -> bool:
        """Whether stderr is a terminal, so that a progress bar makes sense."""
        return self._stderr.isatty()

    @contextmanager
    def progress(self, title: Message) -> Iterator[Callable[[int], None]]:
        """Give a function that is told how much has been done; draws a bar on stderr where that is a terminal.

        How much there is in all is not known before it is done, so the bar runs and the number beside it says how far.
        """
        if not self.is_narrated_to_a_person:
            yield _no_progress
            return
        from rich.console import Console  # loaded for a person who waits only
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(file=self._stderr)
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.completed}", markup=False),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task(visible(render(title)), total=None)

            def advance(done: int) -> None:
                bar.update(task, completed=done)

            yield advance


def visible(text: str) -> str:
    """Return text that a terminal shows and never obeys; blanks between words are kept."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(part if part.isspace() and part.isprintable() else clean(part) for part in re.split("( +)", text))


def error_word(error: ArchroomError) -> str:
    """Return the word for a kind of error that --json gives: `held_by_other` for HeldByOther, also for its finer kinds."""
    kind = next(kind for kind in type(error).__mro__ if kind.__module__ == ArchroomError.__module__)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()


def _no_progress(done: int) -> None:
    """Take no note of progress: nobody looks."""
