"""Readings on their way to the station: in their order, none told younger than it is, and never too many of them."""

from __future__ import annotations

from climate_days import START_S

from archroom.core.climate import RawValues
from archroom.errors import Message, say
from archroom.shelving.climate_inbox import MOST_KEPT, Inbox

REASON = say("Unit {unit} at {port} does not answer.", unit=1, port="here")
RAW = RawValues(200, 500, 10)


class PaperStation:
    """Writes down what it takes."""

    def __init__(self) -> None:
        self.taken: list[tuple[object, ...]] = []

    def take(self, name: str, temperature_c: float, humidity_percent: float, age_s: float = 0.0) -> None:
        """Take a reading."""
        self.taken.append((name, temperature_c, humidity_percent, age_s))

    def take_raw(self, name: str, raw: RawValues) -> None:
        """Take what has no scale."""
        self.taken.append((name, raw))

    def fail(self, name: str, reason: Message) -> None:
        """Take a failure."""
        self.taken.append((name, reason))


def test_what_waits_is_handed_on_in_its_order_and_grows_older() -> None:
    station, now = PaperStation(), [float(START_S)]
    inbox = Inbox(station, lambda: now[0])
    inbox.take("depot", 20.0, 50.0, 0.5)
    inbox.take_raw("hall", RAW)
    inbox.fail("depot", REASON)
    assert station.taken == [], "whoever puts something in waits for nothing"
    now[0] += 3.0
    inbox.hand_on(0.0)
    assert station.taken == [("depot", 20.0, 50.0, 3.5), ("hall", RAW), ("depot", REASON)]
    inbox.hand_on(0.0)
    assert len(station.taken) == 3


def test_the_oldest_go_when_too_many_wait() -> None:
    station = PaperStation()
    inbox = Inbox(station)
    for number in range(MOST_KEPT + 2):
        inbox.take_raw(str(number), RAW)
    inbox.hand_on(0.0)
    assert [station.taken[0][0], len(station.taken)] == ["2", MOST_KEPT]


def test_an_inbox_that_has_ended_lets_nobody_wait() -> None:
    station = PaperStation()
    inbox = Inbox(station)
    inbox.end()
    inbox.hand_on(3600.0)
    inbox.fail("depot", REASON)
    inbox.hand_on(3600.0)
    assert len(station.taken) == 1
