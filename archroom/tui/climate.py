"""The climate: what each sensor reads and how old that is, its past as a chart, and the alarms.

One cursor goes over sensors and alarms; the chart is that of the sensor under it, or of the alarm's.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from textual import on
from textual.binding import Binding
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from archroom.core.climate import Alarm, SensorView
from archroom.errors import Message, say
from archroom.tui import climate_drawing, marks, messages
from archroom.tui.actions import Chosen, Where
from archroom.tui.climate_drawing import Line, Past
from archroom.tui.climate_news import LOOK_S
from archroom.tui.painted import Painted
from archroom.tui.screens import HouseScreen
from archroom.tui.text import row, words, wrapped
from archroom.tui.work import Lane

if TYPE_CHECKING:
    from archroom.tui.app import ArchroomApp

DAY_S: Final = 86_400
SPANS: Final = (
    (DAY_S, say("24 hours")),
    (7 * DAY_S, say("7 days")),
    (90 * DAY_S, say("90 days")),
    (730 * DAY_S, say("2 years")),
)
"""The whiles that the chart can show."""
PAST_EVERY_S: Final = 60.0


class ClimatePage(Painted):
    """All lines of the screen, divided up by the rows there are."""

    DEFAULT_CSS = """
    ClimatePage { height: 1fr; padding: 0 2; }
    """

    def __init__(self, screen: ClimateScreen) -> None:
        super().__init__()
        self._screen = screen

    def paint(self, width: int, height: int) -> list[Content]:
        """Return the lines."""
        return [row(*line) for line in self._screen.lines(width, max(height, 1))[: max(height, 1)]]


class ClimateScreen(HouseScreen):
    """Temperature and humidity of the rooms."""

    WHERE = Where.CLIMATE
    TITLE_TEXT = say("Climate")
    BINDINGS = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("left", "widen(-1)", show=False),
        Binding("right", "widen(1)", show=False),
        Binding("enter", "note", show=False),
    ]

    def __init__(self, house: ArchroomApp) -> None:
        super().__init__(house)
        self._at = 0
        """The row under the cursor: sensors first, then alarms."""
        self._span = 0
        self._past: Past | None = None
        self._asked: tuple[str, int] | None = None
        self._asked_s = 0.0
        self._lane = Lane(self, "past", say("Reading the past of the climate"))
        self._poll: Timer | None = None

    def body(self) -> Iterable[Widget]:
        """Return the page."""
        yield ClimatePage(self)

    def on_mount(self) -> None:
        """Begin to ask."""
        self._poll = self.set_interval(LOOK_S, self._look)

    def on_screen_resume(self) -> None:
        """Ask again as long as somebody looks."""
        if self._poll is not None:
            self._poll.resume()
        self.house.climate.come_to()
        self._look()
        super().on_screen_resume()

    def on_screen_suspend(self) -> None:
        """Ask no more than somebody looks at."""
        if self._poll is not None:
            self._poll.pause()

    def chosen(self) -> Chosen:
        """Return the alarm under the cursor, else the newest of the chosen sensor that waits."""
        alarm = self._alarm
        return Chosen(alarm=alarm.number) if alarm is not None and alarm.acknowledged is None else Chosen()

    def show_situation(self) -> None:
        """Draw everything again."""
        super().show_situation()
        self._at = min(self._at, max(len(self._sensors) + len(self._alarms) - 1, 0))
        self._read_past()
        for page in self.query(ClimatePage):
            page.refresh()

    def action_move(self, step: int) -> None:
        """Move the cursor."""
        self._at = min(max(self._at + step, 0), max(len(self._sensors) + len(self._alarms) - 1, 0))
        self.show_situation()

    def action_widen(self, step: int) -> None:
        """Show a longer or a shorter while."""
        self._span = min(max(self._span + step, 0), len(SPANS) - 1)
        self.show_situation()

    def action_note(self) -> None:
        """Acknowledge the chosen alarm."""
        from archroom.tui.actions import BY_NAME

        self.house.perform(BY_NAME["acknowledge"])

    def lines(self, width: int, height: int) -> list[Line]:
        """Return what the page shows in so many rows."""
        head = self._head(width)
        if not self._sensors:
            return head
        rows = height - len(head) - 2
        sensor_rows = min(len(self._sensors), max(3, rows // 4))
        alarm_rows = min(len(self._alarms), max(3, rows // 4)) if self._alarms else 1
        lines = [*head, climate_drawing.heading(width), *self._sensor_lines(width, sensor_rows)]
        room = height - len(lines) - alarm_rows - 2
        view, local, glyphs = self._sensor, self._local, self.house.glyphs
        if view is not None and room > 0:
            drawn = climate_drawing.charts(self._past_of(view), view, SPANS[self._span][1], width, room, glyphs, local)
            lines += [[("", "")], *drawn]
        return [*lines, [("", "")], *self._alarm_lines(width, max(height - len(lines) - 1, 1))]

    @on(messages.ClimatePastRead)
    def _show_past(self, event: messages.ClimatePastRead) -> None:
        event.stop()
        self._past = event.past
        self.show_situation()

    # -- inside

    @property
    def _sensors(self) -> tuple[SensorView, ...]:
        view = self.house.climate.view
        return () if view is None else view.sensors

    @property
    def _alarms(self) -> tuple[Alarm, ...]:
        view = self.house.climate.view
        return () if view is None else view.alarms

    @property
    def _alarm(self) -> Alarm | None:
        at = self._at - len(self._sensors)
        if 0 <= at < len(self._alarms):
            return self._alarms[at]
        name = self._sensors[self._at].name if self._at < len(self._sensors) else ""
        return next((alarm for alarm in self._alarms if alarm.sensor == name and alarm.acknowledged is None), None)

    @property
    def _sensor(self) -> SensorView | None:
        if self._at < len(self._sensors):
            return self._sensors[self._at]
        alarm = self._alarm
        return next((one for one in self._sensors if alarm is not None and one.name == alarm.sensor), None)

    def _local(self, at_s: int) -> datetime:
        return self.house.local(datetime.fromtimestamp(at_s, UTC))

    def _head(self, width: int) -> list[Line]:
        return [[(line, tone)] for message, tone in self._said() for line in wrapped(words(message), width, 2)]

    def _said(self) -> list[tuple[Message, str]]:
        if not self.house.services.climate.is_set_up:
            return [(say("No sensor of temperature and humidity is set up on this machine."), marks.MUTED)]
        if self.house.climate.trouble is not None:
            return [(self.house.climate.trouble, marks.BAD)]
        if self.house.climate.view is None:
            return [(say("The sensors are being asked."), marks.MUTED)]
        return [(say("Up and down choose a sensor or an alarm, left and right how far back the chart goes."), marks.MUTED)]

    def _sensor_lines(self, width: int, rows: int) -> list[Line]:
        first = _first_shown(self._at, len(self._sensors), rows)
        news = self.house.climate
        return [
            climate_drawing.sensor_line(
                one, news.freshness(one), news.age_s(one), index == self._at, width, self.house.glyphs
            )
            for index, one in list(enumerate(self._sensors))[first : first + rows]
        ]

    def _alarm_lines(self, width: int, rows: int) -> list[Line]:
        if not self._alarms:
            return [[(words(say("No alarm.")), marks.MUTED)]]
        at = self._at - len(self._sensors)
        first = _first_shown(max(at, 0), len(self._alarms), rows)
        return [
            climate_drawing.alarm_line(alarm, index == at, width, self.house.glyphs, self._local)
            for index, alarm in list(enumerate(self._alarms))[first : first + rows]
        ]

    def _past_of(self, view: SensorView) -> Past | None:
        is_it = self._past is not None and self._past.sensor == view.name
        return self._past if is_it else None

    def _look(self) -> None:
        self.house.climate.ask()
        self.show_situation()

    def _read_past(self) -> None:
        view = self._sensor
        if view is None:
            return
        wanted, now_s = (view.name, self._span), self.house.now_s()
        if wanted == self._asked and now_s - self._asked_s < PAST_EVERY_S:
            return
        self._asked, self._asked_s = wanted, now_s
        to_s = int(self.house.now().timestamp())
        from_s = to_s - SPANS[self._span][0]
        climate = self.house.services.climate
        self._lane.start(
            lambda: messages.ClimatePastRead(
                Past(view.name, from_s, to_s, tuple(climate.history(view.name, from_s, to_s + 1)))
            )
        )


def _first_shown(at: int, count: int, rows: int) -> int:
    """Return the first of so many rows, so that the one under the cursor is among them."""
    return min(max(at - rows + 1, 0), max(count - rows, 0)) if at < count else max(count - rows, 0)
