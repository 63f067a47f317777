"""The word, shape and tone of every state of the climate; apart from `marks`, because the first screen needs none."""

from __future__ import annotations

from typing import Final

from archroom.core.climate import AlarmState, Freshness
from archroom.errors import say
from archroom.tui.marks import BAD, CAREFUL, GOOD, MUTED, Mark

FRESHNESS: Final = {
    Freshness.LIVE: Mark(say("LIVE"), "yes", GOOD),
    Freshness.STALE: Mark(say("STALE"), "unknown", CAREFUL),
    Freshness.NEVER: Mark(say("UNKNOWN"), "unknown", BAD),
    Freshness.UNCONFIRMED: Mark(say("SCALE?"), "waiting", CAREFUL),
}

ALARMS: Final = {
    AlarmState.RAISED: Mark(say("ALARM"), "no", BAD),
    AlarmState.ACKNOWLEDGED: Mark(say("ACKNOWLEDGED"), "waiting", CAREFUL),
    AlarmState.GONE: Mark(say("GONE"), "unknown", CAREFUL),
    AlarmState.CLOSED: Mark(say("OVER"), "quiet", MUTED),
}
