"""One terminal's side of the scan loop: who works there, what is in hand, what was scanned last.

The hand empties by itself after a minute without a scan and when the performer changes. Time is counted from the opening of
the session, by the monotonic clock; a session that was once told the time with a scan keeps to what it is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from archroom.core.holdings import LENDABLE, Person, Place, PlaceKind, Standing, ThingKind
from archroom.core.scans import HAND_SECONDS, REPEAT_SECONDS, Hand
from archroom.errors import Message, say

if TYPE_CHECKING:
    from archroom.core.acts import Performer
    from archroom.core.ports import Clock
    from archroom.services.answers import Answer


class DeskSession:
    """What one terminal remembers between scans; used by one thread at a time."""

    def __init__(self, performer: Performer, is_live: bool, clock: Clock) -> None:
        self._performer = performer
        self._clock = clock
        self._opened_at_s = clock.monotonic()
        self._hand = Hand()
        self._told_s: float | None = None
        self._scanned_at_s: float | None = None
        self._last: tuple[str, Answer] | None = None
        self.is_live = is_live
        """Whether a person scans here now, so that a code read twice within 0.8 s counts once."""

    @property
    def performer(self) -> Performer:
        """Who works at this terminal; setting another empties the hand."""
        return self._performer

    @performer.setter
    def performer(self, performer: Performer) -> None:
        if performer != self._performer:
            self._hand, self._last = Hand(), None
        self._performer = performer

    @property
    def hand(self) -> Hand:
        """What is in hand now; nothing once a minute has passed without a scan."""
        return self._hand if self._is_within(HAND_SECONDS, self._now_s()) else Hand()

    def hint(self) -> Message:
        """Return one line that says what the next scan will do."""
        return hint_for(self.hand)

    def tell(self, at_s: float | None) -> None:
        """Take the time of a scan, in seconds on the session's own clock; a time that goes back is not believed."""
        if at_s is not None:
            self._told_s = max(at_s, self._told_s or 0.0)

    def repeated(self, value: str) -> Answer | None:
        """Return the answer to the same code a moment ago, if this is the scanner's second reading of it."""
        now_s = self._now_s()
        if not self.is_live or self._last is None or self._last[0] != value or not self._is_within(REPEAT_SECONDS, now_s):
            return None
        self._scanned_at_s = now_s
        return self._last[1]

    def remember(self, value: str, answer: Answer, hand: Hand) -> None:
        """Keep what a scan did and left in hand."""
        self._hand, self._last, self._scanned_at_s = hand, (value, answer), self._now_s()

    def _now_s(self) -> float:
        return self._clock.monotonic() - self._opened_at_s if self._told_s is None else self._told_s

    def _is_within(self, seconds: float, now_s: float) -> bool:
        return self._scanned_at_s is not None and now_s - self._scanned_at_s < seconds


def hint_for(hand: Hand) -> Message:
    """Return what the next scan will do with this in hand; total over hands."""
    if hand.is_override_armed:
        return say("OVERRIDE: scan the refused place or thing again to accept it. DONE gives up.")
    match hand.held:
        case None:
            return say("Scan a person to lend, a thing to see or return it, a shelf to put things on it.")
        case Person(name=name):
            return say("The next thing goes to {name}. DONE when finished.", name=name)
        case Place(kind=PlaceKind.SHELF, address=address):
            return say("Each thing scanned now is put on {place}. DONE when finished.", place=address)
        case Place(address=address):
            return say("Each thing scanned now goes to {place}. DONE when finished.", place=address)
        case Standing() as standing:
            return _hint_for_thing(standing)


def _hint_for_thing(standing: Standing) -> Message:
    title = standing.thing.title
    is_lendable = standing.held_by is None and standing.thing.whereabouts.custody in LENDABLE
    if not is_lendable:
        return say("A shelf puts {title} away.", title=title)
    if ThingKind.BOX.may_hold(standing.thing.kind):
        return say("A person borrows {title}; a shelf or a container puts it away.", title=title)
    return say("A person borrows {title}; a shelf puts it away.", title=title)
