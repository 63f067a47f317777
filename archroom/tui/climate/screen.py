"""The climate: what each sensor reads and how old that is, its past as a chart, and the alarms.

One cursor goes over sensors and alarms; the chart is that of the sensor under it, or of the alarm's.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from textual import on
from textual.binding import Binding

from archroom.core.climate import Alarm, SensorView
from archroom.errors import Message, say
from archroom.tui import marks, messages
from archroom.tui.climate import drawing
from archroom.tui.climate.drawing import Past
from archroom.tui.situation import Chosen, Where
from archroom.tui.text import Line, sentence_lines, words
from archroom.tui.watching import LinesScreen, first_shown
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


class ClimateScreen(LinesScreen):
    """Temperature and humidity of the rooms."""

    WHERE = Where.CLIMATE
    TITLE_TEXT = say("Climate")
    LOOK_S = 2.0
    BINDINGS = [
        Binding("left", "widen(-1)", show=False),
        Binding("right", "widen(1)", show=False),
        Binding("enter", "note", show=False),
    ]

    def __init__(self, house: ArchroomApp) -> None:
        super().__init__(house)
        self._span = 0
        self._past: Past | None = None
        self._asked: tuple[str, int] | None = None
        self._asked_s = 0.0
        self._lane = Lane(self, "past", say("Reading the past of the climate"))

    @property
    def last(self) -> int:
        """Sensors first, then alarms."""
        return len(self._sensors) + len(self._alarms) - 1

    def look(self) -> None:
        """Ask for the climate."""
        self.house.climate.ask()
        self.show_situation()

    def on_screen_resume(self) -> None:
        """Take the news away from over the alarms."""
        self.house.climate.come_to()

    def chosen(self) -> Chosen:
        """Return the alarm under the cursor, else the newest of the chosen sensor that waits."""
        alarm = self._alarm
        return Chosen(alarm=alarm.number) if alarm is not None and alarm.acknowledged is None else Chosen()

    def show_situation(self) -> None:
        """Draw everything again; the past is read if another one is to be shown."""
        self.at = min(self.at, max(self.last, 0))
        self._read_past()
        super().show_situation()

    def do_acknowledge(self) -> None:
        """Ask for the note to the chosen alarm."""
        self.house.climate.ask_note(self.chosen().alarm)

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
        head = sentence_lines(self._said(), width)
        if not self._sensors:
            return head
        rows = height - len(head) - 2
        sensor_rows = min(len(self._sensors), max(3, rows // 4))
        alarm_rows = min(len(self._alarms), max(3, rows // 4)) if self._alarms else 1
        lines = [*head, drawing.heading(width), *self._sensor_lines(width, sensor_rows)]
        room = height - len(lines) - alarm_rows - 2
        view, local, glyphs = self._sensor, self._local, self.house.glyphs
        if view is not None and room > 0:
            drawn = drawing.charts(self._past_of(view), view, SPANS[self._span][1], width, room, glyphs, local)
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
        at = self.at - len(self._sensors)
        if 0 <= at < len(self._alarms):
            return self._alarms[at]
        name = self._sensors[self.at].name if self.at < len(self._sensors) else ""
        return next((alarm for alarm in self._alarms if alarm.sensor == name and alarm.acknowledged is None), None)

    @property
    def _sensor(self) -> SensorView | None:
        if self.at < len(self._sensors):
            return self._sensors[self.at]
        alarm = self._alarm
        return next((one for one in self._sensors if alarm is not None and one.name == alarm.sensor), None)

    def _local(self, at_s: int) -> datetime:
        return self.house.local(datetime.fromtimestamp(at_s, UTC))

    def _said(self) -> list[tuple[Message, str]]:
        if not self.house.services.climate.is_set_up:
            return [(say("No sensor of temperature and humidity is set up on this machine."), marks.MUTED)]
        if self.house.climate.trouble is not None:
            return [(self.house.climate.trouble, marks.BAD)]
        if self.house.climate.view is None:
            return [(say("The sensors are being asked."), marks.MUTED)]
        return [(say("Up and down choose a sensor or an alarm, left and right how far back the chart goes."), marks.MUTED)]

    def _sensor_lines(self, width: int, rows: int) -> list[Line]:
        first = first_shown(self.at, len(self._sensors), rows)
        news = self.house.climate
        return [
            drawing.sensor_line(one, news.freshness(one), news.age_s(one), index == self.at, width, self.house.glyphs)
            for index, one in list(enumerate(self._sensors))[first : first + rows]
        ]

    def _alarm_lines(self, width: int, rows: int) -> list[Line]:
        if not self._alarms:
            return [[(words(say("No alarm.")), marks.MUTED)]]
        at = self.at - len(self._sensors)
        first = first_shown(max(at, 0), len(self._alarms), rows)
        return [
            drawing.alarm_line(alarm, index == at, width, self.house.glyphs, self._local)
            for index, alarm in list(enumerate(self._alarms))[first : first + rows]
        ]

    def _past_of(self, view: SensorView) -> Past | None:
        is_it = self._past is not None and self._past.sensor == view.name
        return self._past if is_it else None

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
