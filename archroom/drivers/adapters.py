"""Which adapter a serial port is, by what it says of itself over USB: a port's name is whoever was plugged in first.

A port without such an identity (a built-in port, a pty, Windows without one) has none to compare. Nothing is opened.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from archroom.core.cleaning import clean
from archroom.drivers.ports import Carrier, parse_port
from archroom.errors import PortUnavailable, say

LONGEST = 60


@dataclass(frozen=True, slots=True)
class Adapter:
    """A USB adapter."""

    vendor: int
    product: int
    serial: str
    """Its serial number; empty for the many that have none, which then differ by make only."""

    @property
    def name(self) -> str:
        """As a person may compare it."""
        return f"{self.vendor:04x}:{self.product:04x} {self.serial}".rstrip()


def adapter_at(path: str) -> Adapter | None:
    """Return the adapter behind a serial port or a link to it, None where none tells of itself."""
    from serial.tools import list_ports

    device = os.path.realpath(path) if os.path.sep in path else path
    for port in list_ports.comports():
        if port.device in (device, path) and port.vid is not None and port.pid is not None:
            return Adapter(int(port.vid), int(port.pid), clean(port.serial_number or "", LONGEST))
    return None


def same_adapter(url: str, before: Adapter | None) -> Adapter | None:
    """Return the adapter at a port that is about to be opened, or opened again.

    Raises PortUnavailable if it is another than before, UsageError for no port.
    """
    address = parse_port(url)
    if address.carrier is not Carrier.SERIAL:
        return None
    if os.path.isabs(address.place) and not os.path.exists(address.place):
        return before
    found = adapter_at(address.place)
    if before is None or found == before:
        return found
    raise PortUnavailable(
        say(
            "At {port} is another adapter than before ({found}, not {expected}): nothing is sent to it.",
            port=address.name,
            found=found.name if found is not None else "-",
            expected=before.name,
        )
    )
