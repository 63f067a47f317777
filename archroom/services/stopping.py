"""Stopping the shelving: the stop goes first, whatever state the books are in; its event is written afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from archroom.core.acts import Act, ActKind, Performer
from archroom.errors import ArchroomError

if TYPE_CHECKING:
    from archroom.core.ports import Archive
    from archroom.core.shelving import StopReport

Stop: TypeAlias = "Callable[[], list[StopReport]]"


def record_stop(archive: Archive, performer: Performer, reports: Sequence[StopReport]) -> int | None:
    """Write the event of a stop that was sent; returns its number, or None if the books do not take it.

    A stop is never less valid for want of its record, so an error of the books is told by None and not raised.
    """
    if not any(report.is_sent for report in reports):
        return None
    facts: dict[str, str | int] = {
        "blocks": " ".join(str(report.block) for report in reports if report.is_sent),
        "standstill": " ".join(str(report.block) for report in reports if report.is_standstill_seen),
    }
    try:
        with archive.writing() as books:
            return books.commit(Act(ActKind.MOTION_STOPPED, facts=facts), performer).seq
    except ArchroomError:
        return None
