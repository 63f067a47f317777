"""What the app knows of the climate: asked for off the loop, and a new alarm is told on whatever screen is up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from archroom.core.acts import ActKind
from archroom.core.climate import ClimateView, Freshness, SensorView
from archroom.core.scans import Step
from archroom.errors import Message, say
from archroom.tui import marks, messages
from archroom.tui.situation import Where
from archroom.tui.work import Lane

if TYPE_CHECKING:
    from archroom.core.acts import Performer
    from archroom.tui.app import ArchroomApp

NEWS_S: Final = 30.0
"""How often the other screens ask, for new alarms."""
TOLD_S: Final = 20.0
OLD_S: Final = 10.0
"""An answer that is older shows nothing live any more."""


class ClimateNews:
    """The last answer, and which alarms were told."""

    def __init__(self, house: ArchroomApp) -> None:
        self._house = house
        self._lane = Lane(house, "climate", say("Asking for the climate"))
        self._acts = Lane(house, "acknowledge", say("The acknowledgement"))
        self._told: set[tuple[int, int]] = set()
        self._is_told_over = False
        """Whether a toast with news may still lie over a screen."""
        self.view: ClimateView | None = None
        self.trouble: Message | None = None
        """Why there was no answer at the last attempt."""
        self._seen_s = 0.0

    def begin(self) -> None:
        """Ask now, and from now on every so often."""
        if self._house.services.climate.is_set_up:
            self.ask()
            self._house.set_interval(NEWS_S, self.ask)

    def ask(self) -> None:
        """Ask, unless an answer is still awaited or there are no sensors."""
        if self._house.services.climate.is_set_up and not self._lane.is_busy:
            climate = self._house.services.climate
            self._lane.start(lambda: messages.ClimateRead(climate.view(), self._house.now_s()), messages.ClimateFailed)

    def ask_note(self, number: int | None) -> None:
        """Ask who acknowledges an alarm, and with which note."""
        from archroom.tui.climate.acknowledging import ask_acknowledgement

        alarms = self.view.waiting if self.view is not None else ()
        for alarm in alarms:
            if alarm.number == number:
                ask_acknowledgement(self._house, alarm)

    def acknowledge(self, performer: Performer, number: int, note: str) -> None:
        """Acknowledge an alarm, off the loop."""
        climate = self._house.services.climate
        self._acts.start(
            lambda: messages.AlarmAcknowledged(climate.acknowledge(performer, number, note).message, True),
            lambda reason: messages.AlarmAcknowledged(reason, False),
        )

    def hear(self, event: messages.ClimateRead | messages.ClimateFailed | messages.AlarmAcknowledged) -> None:
        """Take what a worker tells."""
        match event:
            case messages.ClimateRead():
                self._take(event.view, event.at_s)
            case messages.ClimateFailed():
                self.trouble = event.reason
            case messages.AlarmAcknowledged():
                mark = marks.ACTS[ActKind.CLIMATE_ACKNOWLEDGED] if event.is_kept else marks.STEPS[Step.REFUSE]
                self._house.note(self._house.journal.note(mark, event.message), event.is_kept)
                self.ask()
        self._house.show_situation()

    def _take(self, view: ClimateView, at_s: float) -> None:
        """Take an answer, and tell of alarms that are new to this app."""
        is_first = self.view is None
        self.view, self._seen_s, self.trouble = view, at_s, None
        waiting = view.waiting
        new = [alarm for alarm in waiting if (alarm.number, alarm.times) not in self._told]
        self._told |= {(alarm.number, alarm.times) for alarm in waiting}
        if new and self._house.where is not Where.CLIMATE:
            self._house.bell()
            self._house.tell(_told(len(waiting), is_first), "error", TOLD_S)
            self._is_told_over = True

    def come_to(self) -> None:
        """Take the news away from over the alarms that it tells of, also where it is told but not yet shown."""
        if self._is_told_over:
            self._is_told_over = False
            self._house.call_later(self._house.clear_notifications)

    def age_s(self, sensor: SensorView) -> float | None:
        """Return how old a sensor's values are by now."""
        return None if sensor.age_s is None else sensor.age_s + self._elapsed_s

    def freshness(self, sensor: SensorView) -> Freshness:
        """Return how far a sensor's values may be believed by now."""
        is_old = self._elapsed_s > OLD_S and sensor.freshness is Freshness.LIVE
        return Freshness.STALE if is_old else sensor.freshness

    @property
    def _elapsed_s(self) -> float:
        return max(0.0, self._house.now_s() - self._seen_s)


def _told(count: int, is_first: bool) -> Message:
    if is_first:
        return say("Climate alarms to be acknowledged: {count}. See them with ^T.", count=count)
    return say("A new climate alarm; to be acknowledged: {count}. See them with ^T.", count=count)
