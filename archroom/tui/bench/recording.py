"""Recording the frames of one bus into a file, whatever is filtered from the screen and whatever screen is up.

It has a watch of its own, which lasts until somebody ends it, the file takes no more, or the app is left. A server that goes
away ends nothing: it is asked again.
"""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Final

from archroom.errors import Message, PortUnavailable, UsageError, say
from archroom.tui import marks, messages
from archroom.tui.work import Lane

if TYPE_CHECKING:
    from archroom.core.bench import Bench, BenchFiles
    from archroom.tui.bench.screen import BenchScreen

AGAIN_S: Final = 1.0
"""How long a server that has gone is left alone before it is asked again."""


class Recording:
    """At most one recording at a time; what it has come to is for the screen to show."""

    def __init__(self, screen: BenchScreen) -> None:
        self._screen = screen
        self._lane = Lane(screen, "record", say("The recording"))
        self._ended = Event()
        self.is_under_way = False
        """Whether frames are being recorded."""
        self.bus = 0
        """The bus whose frames are, or were."""
        self.file = ""
        self.count = 0
        self.lost = 0
        """Frames that the recording has missed, because it was too slow."""
        self.trouble: Message | None = None
        """Why nothing can be recorded just now."""

    def begin(self, bus: int) -> None:
        """Record the frames of a bus from now on, into a new file."""
        if self._lane.is_busy:
            self._screen.house.tell(say("The last recording is just ending: try again."), "warning")
            return
        self.is_under_way = True
        self.bus, self.file, self.count, self.lost, self.trouble = bus, "", 0, 0, None
        self._ended = ended = Event()
        bench, files = self._screen.house.services.bench, self._screen.house.bench_files
        self._lane.start(lambda: self._record(bench.connected(), files, bus, ended), messages.RecordEnded)
        self._screen.show_situation()

    def end(self) -> None:
        """Record no more."""
        self._ended.set()

    def take(self, event: messages.FramesRecorded) -> None:
        """Keep what the recording has come to."""
        self.file, self.trouble = event.file, event.trouble
        self.count += event.count
        self.lost += event.lost

    def said(self) -> list[tuple[Message, str]]:
        """Return what is to be said while frames are recorded, with its tone."""
        if not self.is_under_way:
            return []
        bus, count, file = self.bus, self.count, self.file
        told = say("Bus {bus} is recorded into {file}: {count} frames.", bus=bus, count=count, file=file)
        if self.lost:
            told = say("{what} Missed: {count}.", what=told, count=self.lost)
        return [(told, marks.NEWS), *([] if self.trouble is None else [(self.trouble, marks.BAD)])]

    def close(self, reason: Message | None) -> Message:
        """Take note of the end and return what is to be said of it; a reason is one that nobody asked for."""
        self.is_under_way = False
        if not self.file and reason is not None:
            return say("Nothing is recorded: {why}", why=reason)
        told = say("Bus {bus}: frames recorded: {count}, in {file}", bus=self.bus, count=self.count, file=self.file)
        if self.lost:
            told = say("{what}; missed: {count}", what=told, count=self.lost)
        return told if reason is None else say("{what}. {why}", what=told, why=reason)

    # -- on the worker's thread

    def _record(self, bench: Bench, files: BenchFiles | None, bus: int, ended: Event) -> messages.RecordEnded:
        """Write what passes until the end; raises Unreadable if the file takes no more, UsageError if there is none."""
        if files is None:
            raise UsageError(say("There is no folder for it."))
        record = files.new_record(bus)
        self._screen.post_message(messages.FramesRecorded(record.file, 0, 0, None))
        try:
            while not ended.is_set():
                try:
                    for seen in bench.watch(bus, lambda: not ended.is_set()):
                        record.write(seen.frames)
                        told = messages.FramesRecorded(record.file, len(seen.frames), seen.lost, seen.problem)
                        self._screen.post_message(told)
                except PortUnavailable as error:
                    self._screen.post_message(messages.FramesRecorded(record.file, 0, 0, error.message))
                    ended.wait(AGAIN_S)
        finally:
            record.close()
        return messages.RecordEnded(None)


def bundle_written(files: BenchFiles | None) -> messages.BundleEnded:
    """Write a bundle and return what is to be said of it; raises UsageError."""
    if files is None:
        raise UsageError(say("There is no folder for it."))
    written = files.write_bundle()
    told = say("The bundle is {file}, with {count} files in it.", file=written.file, count=len(written.contents))
    caution = say("Names of people and passwords are left out; look into it before you give it away.")
    return messages.BundleEnded(say("{what} {why}", what=told, why=caution), True)
