"""What has happened with each unit of a line since it was opened, for the eyes of a technician."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class UnitCounters:
    """Counts of one unit."""

    sent: int = 0
    matched: int = 0
    exceptions: int = 0
    silent: int = 0
    crc: int = 0
    """Answers with a wrong CRC or checksum."""
    strange: int = 0
    """Answers of another unit, to another question, cut short, garbage, echoes."""
    late: int = 0
    """Whole frames thrown away while the line was being drained."""
