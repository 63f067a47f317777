"""The word, shape and tone of every state, so that no state is told by colour alone and each has one word everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from archroom.core.acts import ActKind
from archroom.core.holdings import Custody
from archroom.core.outages import Reach
from archroom.core.scans import Step
from archroom.errors import Message, say
from archroom.tui.glyphs import Glyphs
from archroom.tui.text import words

GOOD: Final = "bold $text-success"
CAREFUL: Final = "bold $text-warning"
BAD: Final = "bold $text-error"
NEWS: Final = "bold $text-primary"
PLAIN: Final = "bold $foreground"
MUTED: Final = "$quiet"
FAINT: Final = "$faint"
KEY: Final = "bold $text-accent"
STOP: Final = "bold $foreground on $error-muted"
"""Styles of the tones; they are named by what they mean."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Mark:
    """How a state is shown: a word, the name of a shape in `Glyphs`, and a tone."""

    word: Message
    shape: str
    tone: str

    def shape_of(self, glyphs: Glyphs) -> str:
        """Return the shape."""
        shape: str = getattr(glyphs, self.shape)
        return shape

    def shown(self, glyphs: Glyphs) -> str:
        """Return shape and word."""
        return f"{self.shape_of(glyphs)} {words(self.word)}"


STEPS: Final = {
    Step.HOLD_PERSON: Mark(say("PERSON"), "out", NEWS),
    Step.SHOW: Mark(say("SHOWN"), "here", NEWS),
    Step.HERE: Mark(say("HERE"), "here", NEWS),
    Step.LEND: Mark(say("LENT"), "out", GOOD),
    Step.ALREADY: Mark(say("ALREADY"), "waiting", CAREFUL),
    Step.RETURN: Mark(say("RETURNED"), "back", GOOD),
    Step.PUT: Mark(say("PUT AWAY"), "yes", GOOD),
    Step.PUT_INTO: Mark(say("PUT INTO"), "yes", GOOD),
    Step.UNDO: Mark(say("UNDONE"), "back", CAREFUL),
    Step.DONE: Mark(say("DONE"), "yes", PLAIN),
    Step.STOP: Mark(say("STOPPED"), "yes", GOOD),
    Step.OVERRIDE: Mark(say("OVERRIDE"), "waiting", CAREFUL),
    Step.BIND: Mark(say("BOUND"), "yes", GOOD),
    Step.REFUSE: Mark(say("REFUSED"), "no", BAD),
}

STOPPED: Final = STEPS[Step.STOP]
NOT_STOPPED: Final = Mark(say("LOOK THERE"), "no", BAD)
NOTED: Final = Mark(say("NOTED"), "yes", GOOD)
FAILED: Final = Mark(say("FAILED"), "no", BAD)
REPEATED: Final = Mark(say("READ TWICE"), "quiet", MUTED)
OVERDUE: Final = Mark(say("OVERDUE"), "out", BAD)
GONE: Final = Mark(say("NOT IN FINDING AID"), "unknown", CAREFUL)
TO_SPLIT: Final = Mark(say("TO BE SPLIT"), "waiting", CAREFUL)
NOT_PLACED: Final = Mark(say("NO PLACE"), "unknown", CAREFUL)
PERSON: Final = Mark(say("PERSON"), "out", NEWS)
REACH: Final = {
    Reach.UNREACHABLE: Mark(say("UNREACHABLE"), "no", BAD),
    Reach.BY_HAND: Mark(say("BY HAND"), "yes", CAREFUL),
}
"""Where a block is out of order."""

ACTS: Final = {
    ActKind.HOUSE_FOUNDED: Mark(say("FOUNDED"), "here", PLAIN),
    ActKind.ROOM_BUILT: Mark(say("BUILT"), "here", PLAIN),
    ActKind.PERSON_ADDED: Mark(say("REGISTERED"), "here", PLAIN),
    ActKind.RECORDS_IMPORTED: Mark(say("TAKEN IN"), "here", PLAIN),
    ActKind.THINGS_PLACED: Mark(say("PLACED"), "yes", GOOD),
    ActKind.BARCODE_BOUND: STEPS[Step.BIND],
    ActKind.THING_LENT: STEPS[Step.LEND],
    ActKind.THING_RETURNED: STEPS[Step.RETURN],
    ActKind.THING_FOUND: Mark(say("FOUND"), "yes", GOOD),
    ActKind.THING_PUT: STEPS[Step.PUT],
    ActKind.THING_PUT_OVER: Mark(say("PUT AWAY"), "yes", CAREFUL),
    ActKind.ACT_UNDONE: STEPS[Step.UNDO],
    ActKind.MOTION_INTENDED: Mark(say("ASKED"), "waiting", PLAIN),
    ActKind.MOTION_ENDED: Mark(say("MOVED"), "here", PLAIN),
    ActKind.MOTION_REFUSED: STEPS[Step.REFUSE],
    ActKind.MOTION_STOPPED: STEPS[Step.STOP],
    ActKind.AISLE_HELD: Mark(say("HELD"), "here", CAREFUL),
    ActKind.AISLE_RELEASED: Mark(say("RELEASED"), "back", PLAIN),
    ActKind.BLOCK_ARMED: Mark(say("ARMED"), "yes", PLAIN),
    ActKind.BLOCK_DISARMED: Mark(say("DISARMED"), "no", CAREFUL),
    ActKind.BLOCK_COMMISSIONED: Mark(say("COMMISSIONED"), "here", PLAIN),
    ActKind.BLOCK_OUT_OF_ORDER: Mark(say("OUT OF ORDER"), "no", BAD),
    ActKind.AISLE_OPENED_BY_HAND: Mark(say("BY HAND"), "yes", CAREFUL),
    ActKind.BLOCK_IN_ORDER: Mark(say("IN ORDER"), "yes", GOOD),
    ActKind.CLIMATE_LIMITS_SET: Mark(say("LIMITS"), "here", PLAIN),
    ActKind.CLIMATE_ACKNOWLEDGED: Mark(say("ACKNOWLEDGED"), "yes", PLAIN),
    ActKind.ARCHIVE_RESTORED: Mark(say("RESTORED"), "here", CAREFUL),
}

CUSTODY: Final = {
    Custody.IN: Mark(say("IN"), "here", GOOD),
    Custody.STAGING: Mark(say("STAGING"), "waiting", CAREFUL),
    Custody.OUT: Mark(say("OUT"), "out", NEWS),
    Custody.READING_ROOM: Mark(say("READING ROOM"), "out", NEWS),
    Custody.IN_TRANSIT: Mark(say("IN TRANSIT"), "waiting", CAREFUL),
    Custody.MISSING: Mark(say("MISSING"), "no", BAD),
    Custody.DISPOSED: Mark(say("DISPOSED"), "no", MUTED),
}
