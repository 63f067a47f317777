"""The question that acknowledges an alarm of the climate: who takes note of it, and what was found or done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archroom.core.acts import Performer
from archroom.core.climate import Alarm
from archroom.errors import Message, say
from archroom.services.climate_words import STATES, alarm_in_words
from archroom.tui import marks
from archroom.tui.forms import Box, FormScreen
from archroom.tui.situation import Where

if TYPE_CHECKING:
    from archroom.tui.app import ArchroomApp


class AcknowledgeForm(FormScreen):
    """Dismisses itself with a name and a note."""

    WHERE = Where.ACKNOWLEDGE


def ask_acknowledgement(house: ArchroomApp, alarm: Alarm) -> None:
    """Ask for name and note, and acknowledge the alarm with them."""
    said = say("Alarm {number}, {state}: {what}", number=alarm.number, state=STATES[alarm.state], what=alarm_in_words(alarm))
    boxes = [Box(say("Who takes note of it"), house.performer.actor), Box(say("What was found or done"))]

    def answered(values: tuple[str, ...] | None) -> None:
        if values is not None:
            performer = Performer(values[0], house.performer.terminal)
            house.climate.acknowledge(performer, alarm.number, values[1])

    house.push_screen(AcknowledgeForm(house, [(said, marks.BAD)], boxes, _wrong_with), answered)


def _wrong_with(values: tuple[str, ...]) -> Message | None:
    return None if all(values) else say("An alarm is acknowledged by a name and a note.")
