"""The technician's bench: counters of each unit with their likely cause, and the frames of a bus as they pass.

It only looks, and only while somebody looks at it: the watch ends with the screen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Final

from textual import on
from textual.binding import Binding
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from archroom.core.bench import BusCounts, SeenFrame
from archroom.errors import Message, say
from archroom.tui import bench_drawing, marks, messages
from archroom.tui.actions import Where
from archroom.tui.bench_drawing import Line
from archroom.tui.painted import Painted
from archroom.tui.screens import HouseScreen
from archroom.tui.text import row, words, wrapped
from archroom.tui.work import Lane

if TYPE_CHECKING:
    from archroom.tui.app import ArchroomApp

LOOK_S: Final = 0.3
"""How often frames are asked for."""
LOOKS_A_COUNT: Final = 7
"""Counters are asked for once in so many looks."""
MOST_FRAMES: Final = 500


class BenchPage(Painted):
    """All lines of the screen, divided up by the rows there are."""

    DEFAULT_CSS = """
    BenchPage { height: 1fr; padding: 0 2; }
    """

    def __init__(self, screen: BenchScreen) -> None:
        super().__init__()
        self._screen = screen

    def paint(self, width: int, height: int) -> list[Content]:
        """Return the lines."""
        return [row(*line) for line in self._screen.lines(width, max(height, 1))[: max(height, 1)]]


class BenchScreen(HouseScreen):
    """What a technician sees of the buses."""

    WHERE = Where.BENCH
    TITLE_TEXT = say("Technician's bench")
    BINDINGS = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("left", "turn(-1)", show=False),
        Binding("right", "turn(1)", show=False),
        Binding("enter", "filter", show=False),
    ]

    def __init__(self, house: ArchroomApp) -> None:
        super().__init__(house)
        self._buses: list[BusCounts] = []
        self._bus = 0
        self._at = 0
        """The row under the cursor: all units first, then each."""
        self._is_errors_only = False
        self._frames: deque[SeenFrame] = deque(maxlen=MOST_FRAMES)
        self._lost = 0
        self._trouble: Message | None = None
        self._looks = 0
        self._lane = Lane(self, "bench", say("Asking the buses"))
        self._poll: Timer | None = None

    def body(self) -> Iterable[Widget]:
        """Return the page."""
        yield BenchPage(self)

    def on_mount(self) -> None:
        """Begin to look."""
        self._poll = self.set_interval(LOOK_S, self._look)

    def on_screen_resume(self) -> None:
        """Look again as long as somebody looks."""
        if self._poll is not None:
            self._poll.resume()
        self._look()
        super().on_screen_resume()

    def on_screen_suspend(self) -> None:
        """Look no more; what passes meanwhile is not shown."""
        if self._poll is not None:
            self._poll.pause()
        bench = self.house.services.bench
        self._lane.start(lambda: _looked_away(bench.look_away))

    def show_situation(self) -> None:
        """Draw everything again."""
        super().show_situation()
        for page in self.query(BenchPage):
            page.refresh()

    def action_move(self, step: int) -> None:
        """Choose a unit, whose frames alone are shown; all at the top."""
        self._at = min(max(self._at + step, 0), len(self._units))
        self.show_situation()

    def action_turn(self, step: int) -> None:
        """Go to another bus."""
        turned = min(max(self._bus + step, 0), max(len(self._buses) - 1, 0))
        if turned != self._bus:
            self._bus, self._at, self._lost = turned, 0, 0
            self._frames.clear()
        self.show_situation()

    def action_filter(self) -> None:
        """Show only what is wrong, or everything again."""
        self._is_errors_only = not self._is_errors_only
        self.show_situation()

    def lines(self, width: int, height: int) -> list[Line]:
        """Return what the page shows in so many rows."""
        head = [[(line, tone)] for message, tone in self._said() for line in wrapped(words(message), width, 2)]
        counts = self._counts
        if counts is None:
            return head
        lines = [*head, bench_drawing.heading(width)]
        rows = max(1, (height - len(lines)) // 3)
        first = min(max(self._at - rows, 0), max(len(self._units) - rows, 0))
        for index, unit in list(enumerate(self._units, 1))[first : first + rows]:
            chosen = index == self._at
            lines.append(bench_drawing.unit_line(unit, counts.units[unit], chosen, width, self.house.glyphs))
        if self._unit is not None:
            lines += bench_drawing.cause_lines(self._unit, counts.units, width)
        room = max(height - len(lines) - 1, 0)
        lost = [bench_drawing.lost_line(self._lost, width)] if self._lost else []
        return [*lines, [("", "")], *lost, *self._frame_lines(width, room - len(lost))]

    @on(messages.BusesSeen)
    def _show_seen(self, event: messages.BusesSeen) -> None:
        event.stop()
        self._trouble = None
        if event.buses is not None:
            self._buses = event.buses
            self._bus = min(self._bus, max(len(event.buses) - 1, 0))
        counts = self._counts
        if event.seen is not None and counts is not None and event.bus == counts.number:
            self._frames.extend(event.seen.frames)
            self._lost += event.seen.lost
        self.show_situation()

    @on(messages.BusesFailed)
    def _show_trouble(self, event: messages.BusesFailed) -> None:
        event.stop()
        self._trouble = event.reason
        self.show_situation()

    # -- inside

    @property
    def _counts(self) -> BusCounts | None:
        return self._buses[self._bus] if self._bus < len(self._buses) else None

    @property
    def _units(self) -> list[int]:
        counts = self._counts
        return [] if counts is None else sorted(counts.units)

    @property
    def _unit(self) -> int | None:
        """The unit under the cursor, None for all."""
        return self._units[self._at - 1] if 0 < self._at <= len(self._units) else None

    def _said(self) -> list[tuple[Message, str]]:
        if not self.house.services.bench.is_set_up:
            return [(say("No shelving is connected to this machine."), marks.MUTED)]
        if self._trouble is not None:
            return [(self._trouble, marks.BAD)]
        counts = self._counts
        if counts is None:
            return [(say("The buses are being asked."), marks.MUTED)]
        said = [(bench_drawing.bus_title(counts.number, len(self._buses), counts.url, self._is_errors_only), marks.PLAIN)]
        if counts.problem is not None:
            said.append((counts.problem, marks.BAD))
        if counts.foreign_frames:
            said.append((counts.foreign, marks.CAREFUL))
        keys = say("Up and down choose a unit, left and right a bus; Enter shows only what is wrong, or everything.")
        return [*said, (keys, marks.MUTED)]

    def _frame_lines(self, width: int, rows: int) -> list[Line]:
        if rows <= 0:
            return []
        unit = self._unit
        wanted = [
            frame
            for frame in self._frames
            if (unit is None or frame.unit == unit) and (frame.verdict.is_error or not self._is_errors_only)
        ]
        if not wanted:
            return [[(words(say("Nothing has passed that is to be shown.")), marks.MUTED)]]
        return [bench_drawing.frame_line(one, width, self.house.glyphs, self.house.local) for one in wanted[-rows:]]

    def _look(self) -> None:
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


def _looked_away(look_away: Callable[[], None]) -> messages.BusesSeen:
    look_away()
    return messages.BusesSeen(None, 0, None)
