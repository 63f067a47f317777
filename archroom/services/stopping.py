"""Stopping the shelving: the stop goes first, whatever state the books are in; its event is written afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from archroom.errors import ArchroomError, PortUnavailable, say

if TYPE_CHECKING:
    from archroom.core.performer import Performer
    from archroom.core.ports import Archive, Shelving
    from archroom.core.stop_reports import StopReport

Stop: TypeAlias = "Callable[[], list[StopReport]]"


class Stopper:
    """Stops this machine's shelving, for whoever asks."""

    def __init__(self, archive: Archive, shelving: Shelving | None) -> None:
        self._archive = archive
        self._shelving = shelving

    def stop(self, performer: Performer, block: int | None = None) -> list[StopReport]:
        """Stop one block or all, then write the event if the books take it; raises PortUnavailable without shelving."""
        if self._shelving is None:
            raise PortUnavailable(say("No shelving is connected to this machine."))
        reports = self._shelving.stop(block)
        record_stop(self._archive, performer, reports)
        return reports


def record_stop(archive: Archive, performer: Performer, reports: Sequence[StopReport]) -> int | None:
    """Write the event of a stop that was sent; returns its number, or None if the books do not take it.

    A stop is never less valid for want of its record, so an error of the books is told by None and not raised.
    """
    if not any(report.is_sent for report in reports):
        return None
    from archroom.core.acts import Act, ActKind  # no stop waits until it is loaded

    facts: dict[str, str | int] = {
        "blocks": " ".join(str(report.block) for report in reports if report.is_sent),
        "standstill": " ".join(str(report.block) for report in reports if report.is_standstill_seen),
    }
    try:
        with archive.writing() as books:
            return books.commit(Act(ActKind.MOTION_STOPPED, facts=facts), performer).seq
    except ArchroomError:
        return None
