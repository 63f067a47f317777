"""Journals as a server leaves them, recorded on a virtual clock: what tests of the replay begin from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from unittest.mock import patch

from staged_room import Stage
from world_clock import BEGIN_S

from archroom.shelving import journal
from archroom.shelving.spec import BusSpec, ServerSpec, write_spec

BEGAN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def recorded(text: str, folder: Path) -> Path:
    """Play a trial; returns the journal that its servers wrote, beside what they served."""
    stage = Stage(text, folder)

    class StageTime(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> StageTime:
            at = BEGAN + timedelta(seconds=stage.clock.now - BEGIN_S)
            return cls.fromisoformat(at.isoformat())

    with patch.object(journal, "datetime", StageTime):
        assert not stage.run().broken
    write_spec(ServerSpec.of([BusSpec("tcp://127.0.0.1:502")], stage.blocks), folder)
    return folder / journal.FILE_NAME
