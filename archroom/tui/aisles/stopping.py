"""Stop: each press in a thread of its own, queued behind nothing, and what became of it in words that claim no more.

The stop of this program is not an emergency stop; wherever standstill was not seen, the words send the person to the red
button.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from threading import Thread
from typing import TYPE_CHECKING, Final

from textual.content import Content
from textual.message import Message as Posted

from archroom.errors import ArchroomError, Message, say
from archroom.tui.glyphs import UNICODE, Glyphs
from archroom.tui.messages import StopFailed, StopReported
from archroom.tui.text import row, width_of, words, wrapped
from archroom.tui.work import unforeseen

if TYPE_CHECKING:
    from archroom.core.shelving import StopReport

LATE_S: Final = 0.6
"""Without a report after this time the person is sent to the red button."""
NEWS_S: Final = 20.0
"""How long a stop that was seen to its end stays on the screen."""
_ROOMY: Final = 24
"""Columns from which a shape and a margin stand before the words."""
MOST_IN_FLIGHT: Final = 8
"""Stops that are being sent at once; a held-down key asks for more, and each of these repeats itself already."""


class Stage(Enum):
    """How far a stop has come."""

    NONE = "none"
    SENDING = "sending"
    LATE = "late"
    REPORTED = "reported"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class StopState:
    """What is known of the last stop."""

    number: int = 0
    """Which press it belongs to."""
    stage: Stage = Stage.NONE
    reports: tuple[StopReport, ...] = ()
    reason: Message | None = None

    @property
    def is_news(self) -> bool:
        """Whether there is something to show."""
        return self.stage is not Stage.NONE

    @property
    def is_ended(self) -> bool:
        """Whether no report is awaited any more, so that a person may put the line away."""
        return self.stage in (Stage.REPORTED, Stage.FAILED)

    @property
    def worst(self) -> Message:
        """The sentence that matters most."""
        return self._sentences()[0][0]

    @property
    def is_seen_to_stand(self) -> bool:
        """Whether every block was seen to stand still."""
        return self.stage is Stage.REPORTED and all(report.is_sent and report.is_standstill_seen for report in self.reports)

    def lines(self, width: int, screen_height: int, glyphs: Glyphs = UNICODE) -> list[Content]:
        """Return what is to be shown in lines of a width; a low screen gets the first line only."""
        most = 1 if screen_height < 12 else 5
        lines: list[str] = []
        for said, is_good in self._sentences():
            lead = f" {glyphs.yes if is_good else glyphs.no} " if width >= _ROOMY else ""
            told = wrapped(words(said), width - width_of(lead))
            lines += [f"{lead if index == 0 else ' ' * width_of(lead)}{line}" for index, line in enumerate(told)]
        return [row((line, "bold")) for line in lines[:most]]

    def _sentences(self) -> list[tuple[Message, bool]]:
        match self.stage:
            case Stage.SENDING:
                return [(say("STOP is being sent. This is not an emergency stop."), True)]
            case Stage.LATE:
                return [(say("USE THE RED BUTTON. No answer to STOP yet."), False)]
            case Stage.FAILED:
                return [(say("USE THE RED BUTTON if anything moves. {reason}", reason=self.reason or ""), False)]
            case Stage.REPORTED if self.is_seen_to_stand:
                return [(say("STOPPED. All blocks were seen to stand still. This is not an emergency stop."), True)]
            case Stage.REPORTED:
                return sorted((_of_block(report) for report in self.reports), key=lambda told: told[1])
            case Stage.NONE:
                return []


def _of_block(report: StopReport) -> tuple[Message, bool]:
    why = report.reason or ""
    if not report.is_sent:
        return say("USE THE RED BUTTON. STOP was not sent to block {block}. {why}", block=report.block, why=why), False
    if not report.is_standstill_seen:
        return (
            say("USE THE RED BUTTON. Block {block} was not seen to stand after STOP. {why}", block=report.block, why=why),
            False,
        )
    return say("Block {block}: stopped, seen to stand still.", block=report.block), True


class Stopper:
    """Sends stops and posts what became of them."""

    def __init__(self, send: Callable[[], list[StopReport]], post: Callable[[Posted], bool]) -> None:
        self._send = send
        self._post = post
        self._in_flight = 0
        self._number = 0

    def press(self) -> int:
        """Send a stop at once, in a thread that waits for nothing; returns its number, by which it will report."""
        if self._in_flight < MOST_IN_FLIGHT:
            self._in_flight += 1
            self._number += 1
            self._start(self._number)
        return self._number

    def landed(self) -> None:
        """Take note that a stop has reported or failed."""
        self._in_flight -= 1

    def _start(self, number: int) -> None:
        try:
            Thread(target=self._run, args=(number,), name=f"stop-{number}", daemon=True).start()
        except RuntimeError:
            self._post(StopFailed(number, say("The system starts no further thread.")))

    def _run(self, number: int) -> None:
        try:
            self._post(StopReported(number, self._send()))
        except ArchroomError as error:
            self._post(StopFailed(number, error.message))
        except Exception as error:
            self._post(StopFailed(number, unforeseen(error)))
