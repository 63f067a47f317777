"""The app on a house of paper, to try by hand: `python tests/support/tui_try.py [large] [--many] [--ascii] [--hostile]`."""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from manual_clock import ManualClock
from tui_house import OPERATOR, add_hostile, tui_house

from archroom.tui.app import ArchroomApp


class PresentClock(ManualClock):
    """A clock that goes."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def main() -> None:
    """Open the app; the carriages take some seconds."""
    words = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        room, boxes = "large" if "large" in words else "small", 300 if "--many" in words else 30
        house = tui_house(Path(folder), room, PresentClock(datetime.now(UTC)), boxes)
        house.shelving.pace_s = 0.4
        if "--hostile" in words:
            add_hostile(house)
        glyphs = "ascii" if "--ascii" in words else "unicode"
        ArchroomApp(house.services, OPERATOR, house.make_label, house.write_record, glyphs=glyphs, now=house.clock.now).run()


if __name__ == "__main__":
    main()
