"""The technician's bench: counters of each unit with their likely cause, and the frames of a bus as they pass.

It only looks, and only while somebody looks at it: the watch ends with the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from textual import on
from textual.binding import Binding

from archroom.core.bench import BusCounts
from archroom.errors import Message, say
from archroom.tui import marks, messages
from archroom.tui.bench import drawing
from archroom.tui.bench.asking import BenchAsking
from archroom.tui.bench.frames import PassedFrames
from archroom.tui.bench.recording import Recording, bundle_written
from archroom.tui.forms import Box, FilterForm
from archroom.tui.scrolling import Scroll
from archroom.tui.situation import Chosen, Where
from archroom.tui.text import Line, sentence_lines, words
from archroom.tui.watching import LinesScreen, first_shown
from archroom.tui.work import Lane

if TYPE_CHECKING:
    from archroom.tui.app import ArchroomApp

LOOKS_A_COUNT: Final = 7
"""Counters are asked for once in so many looks."""


class BenchScreen(LinesScreen):
    """What a technician sees of the buses."""

    WHERE = Where.BENCH
    TITLE_TEXT = say("Technician's bench")
    LOOK_S = 0.3
    """How often frames are asked for."""
    BINDINGS = [
        Binding("left", "turn(-1)", show=False),
        Binding("right", "turn(1)", show=False),
        Binding("enter", "filter", show=False),
        Binding("pageup", "scroll_answers(-1)", show=False),
        Binding("pagedown", "scroll_answers(1)", show=False),
        Binding("home", "turn_frames(-1)", show=False),
        Binding("end", "turn_frames(1)", show=False),
    ]

    def __init__(self, house: ArchroomApp) -> None:
        super().__init__(house)
        self._buses: list[BusCounts] = []
        self._bus = 0
        self._frames = PassedFrames()
        self._trouble: Message | None = None
        self._looks = 0
        self._lane = Lane(self, "bench", say("Asking the buses"))
        self.asking = BenchAsking(self)
        self.recording = Recording(self)
        self._scroll = Scroll()
        self._bundling = Lane(self, "bundle", say("The bundle"))

    @property
    def last(self) -> int:
        """All units at the top, then each; the frames of the chosen one alone are shown."""
        return len(self._units)

    def on_screen_suspend(self) -> None:
        """Look no more; what passes meanwhile is not shown."""
        bench = self.house.services.bench
        self._lane.start(lambda: _looked_away(bench.look_away))

    def on_unmount(self) -> None:
        """Let no scan and no recording go on for an app that is left."""
        self.asking.end()
        self.recording.end()

    def chosen(self) -> Chosen:
        """Return the bus, whether it is asked something, and whether frames are recorded."""
        bus = None if self._counts is None else self._counts.number
        return Chosen(bus=bus, is_bus_asked=self.asking.is_under_way, is_recording=self.recording.is_under_way)

    def look(self) -> None:
        """Ask for frames, and once in a while for counters, unless an answer is still awaited."""
        bench = self.house.services.bench
        if not bench.is_set_up or self._lane.is_busy:
            return
        counts = self._counts
        wants_counters = counts is None or self._looks % LOOKS_A_COUNT == 0
        self._looks += 1
        bus = 1 if counts is None else counts.number
        self._lane.start(
            lambda: messages.BusesSeen(bench.counters() if wants_counters else None, bus, bench.look(bus)),
            messages.BusesFailed,
        )

    def do_scan_bus(self) -> None:
        """Ask which units are scanned."""
        if self._counts is not None:
            self.asking.scan(self._counts.number)

    def do_end_scan(self) -> None:
        """Ask no further unit."""
        self.asking.end()

    def do_read_register(self) -> None:
        """Ask what is read."""
        if self._counts is not None:
            self.asking.read(self._counts.number, self.unit)

    def do_write_register(self) -> None:
        """Ask what is written, and by whom."""
        if self._counts is not None:
            self.asking.write(self._counts.number, self.unit)

    def do_filter_frames(self) -> None:
        """Ask what must stand in the frames that are shown."""

        def answered(values: tuple[str, ...] | None) -> None:
            if values is not None:
                self._frames.text = values[0]
                self.show_situation()

        said = say("Only frames are shown in whose meaning a text stands, or some bytes, as: 01 03. Empty: all.")
        box = Box(say("Text or bytes"), self._frames.text)
        self.house.push_screen(FilterForm(self.house, [(said, "")], [box], lambda _: None), answered)

    def do_record_frames(self) -> None:
        """Record what passes on the bus from now on."""
        if self._counts is not None:
            self.recording.begin(self._counts.number)

    def do_end_recording(self) -> None:
        """Record no more."""
        self.recording.end()

    def do_write_bundle(self) -> None:
        """Write a bundle, unless one is just being written."""
        files = self.house.bench_files
        if self._bundling.is_busy:
            self.house.tell(say("A bundle is being written: wait for its end."), "warning")
            return
        self._bundling.start(lambda: bundle_written(files), lambda reason: messages.BundleEnded(reason, False))
        self.house.tell(say("The bundle is being written."))

    def action_turn(self, step: int) -> None:
        """Go to another bus."""
        turned = min(max(self._bus + step, 0), max(len(self._buses) - 1, 0))
        if turned != self._bus:
            self._bus, self.at = turned, 0
            self._frames.clear()
        self.show_situation()

    def action_filter(self) -> None:
        """Show only what is wrong, or everything again."""
        self._frames.is_errors_only = not self._frames.is_errors_only
        self.show_situation()

    def action_scroll_answers(self, pages: int) -> None:
        """Show older answers, or newer ones."""
        self._scroll.turn(pages)
        self.show_situation()

    def action_turn_frames(self, pages: int) -> None:
        """Show older frames, or newer ones."""
        self._frames.turn(pages)
        self.show_situation()

    def lines(self, width: int, height: int) -> list[Line]:
        """Return what the page shows in so many rows."""
        head = sentence_lines(self._said(), width)
        counts = self._counts
        if counts is None:
            return head
        lines = [*head, drawing.heading(width)]
        rows = max(1, (height - len(lines)) // 3)
        first = first_shown(max(self.at - 1, 0), len(self._units), rows)
        for index, unit in list(enumerate(self._units, 1))[first : first + rows]:
            chosen = index == self.at
            lines.append(drawing.unit_line(unit, counts.units.get(unit), chosen, width, self.house.glyphs))
        if self.unit is not None:
            lines += drawing.cause_lines(self.unit, counts.units, width)
        lines += self._answer_lines(width, (height - len(lines)) // 2)
        room = max(height - len(lines) - 1, 0)
        lost = [drawing.lost_line(self._frames.lost, width)] if self._frames.lost else []
        return [*lines, [("", "")], *lost, *self._frame_lines(width, room - len(lost))]

    @on(messages.BusesSeen)
    def _show_seen(self, event: messages.BusesSeen) -> None:
        event.stop()
        self._trouble = None
        chosen = self.unit
        if event.buses is not None:
            self._buses = event.buses
            self._bus = min(self._bus, max(len(event.buses) - 1, 0))
        counts = self._counts
        if event.seen is not None and counts is not None and event.bus == counts.number:
            self._frames.take(event.seen)
        self.at = self._units.index(chosen) + 1 if chosen in self._units else 0
        self.show_situation()

    @on(messages.BusesFailed)
    def _show_trouble(self, event: messages.BusesFailed) -> None:
        event.stop()
        self._trouble = event.reason
        self.show_situation()

    @on(messages.UnitAsked)
    def _show_asked(self, event: messages.UnitAsked) -> None:
        event.stop()
        self.asking.asked_unit = event.unit
        self.show_situation()

    @on(messages.BusAnswered)
    def _show_answer(self, event: messages.BusAnswered) -> None:
        event.stop()
        self.asking.take(event)
        self.show_situation()

    @on(messages.FramesRecorded)
    def _show_recorded(self, event: messages.FramesRecorded) -> None:
        event.stop()
        self.recording.take(event)
        self.show_situation()

    @on(messages.RecordEnded)
    def _show_record_ended(self, event: messages.RecordEnded) -> None:
        event.stop()
        self._tell(self.recording.close(event.reason), event.reason is None)

    @on(messages.BundleEnded)
    def _show_bundle(self, event: messages.BundleEnded) -> None:
        event.stop()
        self._tell(event.message, event.is_written)

    # -- inside

    @property
    def _counts(self) -> BusCounts | None:
        return self._buses[self._bus] if self._bus < len(self._buses) else None

    @property
    def _units(self) -> list[int]:
        """Those that are counted, and those that were only heard."""
        counts = self._counts
        return [] if counts is None else sorted(counts.units.keys() | self._frames.units)

    @property
    def unit(self) -> int | None:
        """The unit under the cursor, None for all."""
        return self._units[self.at - 1] if 0 < self.at <= len(self._units) else None

    def _tell(self, message: Message, is_good: bool) -> None:
        """Tell what came of something on this screen, and where another is up there too."""
        self.asking.note(message, is_good)
        if self.house.where is not Where.BENCH:
            self.house.tell(message, "information" if is_good else "error", 12.0)
        self.show_situation()

    def _said(self) -> list[tuple[Message, str]]:
        if not self.house.services.bench.is_set_up:
            return [(say("No shelving is connected to this machine."), marks.MUTED)]
        if self._trouble is not None:
            return [(self._trouble, marks.BAD), *self.recording.said()]
        counts = self._counts
        if counts is None:
            return [(say("The buses are being asked."), marks.MUTED)]
        said = [(drawing.bus_title(counts.number, len(self._buses), counts.url, self._frames.is_errors_only), marks.PLAIN)]
        if counts.problem is not None:
            said.append((counts.problem, marks.BAD))
        if counts.foreign_frames:
            said.append((counts.foreign, marks.CAREFUL))
        said += [*self._frames.said(), *self.recording.said()]
        keys = say("Arrows: unit and bus. Enter: what is wrong, or all. F1: scan, write, record.")
        return [*said, (keys, marks.MUTED)]

    def _answer_lines(self, width: int, rows: int) -> list[Line]:
        """Return the newest answers to what was asked, with their time, under a blank line."""
        lines: list[Line] = []
        for answer in self.asking.answers:
            at = f"{self.house.local(answer.at):%H:%M:%S} "
            told = sentence_lines([(answer.message, answer.tone)], width - len(at))
            lines += [[(at if first else " " * len(at), marks.MUTED), *line] for first, line in _with_first(told)]
        if self.asking.asked_unit is not None:
            lines += sentence_lines([(say("Unit {unit} is being asked.", unit=self.asking.asked_unit), marks.MUTED)], width)
        return [[("", "")], *self._scroll.part(lines, max(rows - 1, 1), width)] if lines and rows > 0 else []

    def _frame_lines(self, width: int, rows: int) -> list[Line]:
        if rows <= 0:
            return []
        shown = self._frames.shown(self.unit, rows)
        if not shown:
            return [[(words(say("Nothing has passed that is to be shown.")), marks.MUTED)]]
        return [drawing.frame_line(one, width, self.house.glyphs, self.house.local) for one in shown]


def _with_first(lines: list[Line]) -> list[tuple[bool, Line]]:
    return [(index == 0, line) for index, line in enumerate(lines)]


def _looked_away(look_away: Callable[[], None]) -> messages.BusesSeen:
    look_away()
    return messages.BusesSeen(None, 0, None)
