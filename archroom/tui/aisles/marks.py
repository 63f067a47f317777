"""The word, shape and tone of every state of the shelving; apart from `marks`, because the first screen needs none."""

from __future__ import annotations

from typing import Final

from archroom.core.shelving import AisleState, OutcomeKind, Trust
from archroom.errors import say
from archroom.tui.marks import BAD, CAREFUL, GOOD, MUTED, Mark

AISLES: Final = {
    AisleState.CLOSED: Mark(say("CLOSED"), "quiet", MUTED),
    AisleState.PARTLY: Mark(say("PARTLY OPEN"), "unknown", CAREFUL),
    AisleState.OPENING: Mark(say("OPENING"), "out", CAREFUL),
    AisleState.OPEN: Mark(say("OPEN"), "yes", GOOD),
    AisleState.OCCUPIED: Mark(say("OCCUPIED"), "here", BAD),
    AisleState.CLOSING: Mark(say("CLOSING"), "back", CAREFUL),
    AisleState.UNKNOWN: Mark(say("UNKNOWN"), "unknown", BAD),
}

TRUST: Final = {
    Trust.GOOD: Mark(say("LIVE"), "yes", GOOD),
    Trust.STALE: Mark(say("STALE"), "unknown", CAREFUL),
    Trust.UNKNOWN: Mark(say("UNKNOWN"), "unknown", BAD),
    Trust.LOST: Mark(say("NO ANSWER"), "no", BAD),
}

OUTCOMES: Final = {
    OutcomeKind.DONE: Mark(say("OPEN"), "yes", GOOD),
    OutcomeKind.REFUSED: Mark(say("REFUSED"), "no", CAREFUL),
    OutcomeKind.ABORTED: Mark(say("STOPPED ON THE WAY"), "no", BAD),
    OutcomeKind.UNKNOWN: Mark(say("UNKNOWN"), "unknown", BAD),
}
OUTCOMES_OF_OTHERS: Final = OUTCOMES | {OutcomeKind.DONE: Mark(say("DONE"), "yes", GOOD)}
"""Of what is no opening."""
