"""What is set once in a controller, and read from its identity block. Frozen; a change takes a boot."""

from __future__ import annotations

from dataclasses import dataclass

from hardware_sim import registers
from hardware_sim.registers import WatchdogMode


@dataclass(frozen=True, slots=True)
class Settings:
    """What is set once in a controller: the identity block and the times behind it."""

    serial: str = "SIMULATE"
    magic: int = registers.MAGIC
    map_version: int = registers.MAP_VERSION
    kind: int = 1
    block: int | None = None
    """What BLOCK says when it is not the truth."""
    watchdog_ms: int = 1000
    watchdog_mode: WatchdogMode = WatchdogMode.WRITES
    scan_ms: int = 20
    warning_ms: int = 1000
    capabilities: int = registers.ALL_CAPABILITIES
    """As the identity block tells it; bits that the document does not define are told and mean nothing."""

    def __post_init__(self) -> None:
        if self.scan_ms < 1:
            raise ValueError("a scan takes 1 ms at least")
        if len(self.serial) != 8 or not self.serial.isascii():
            raise ValueError("a serial number is 8 ASCII characters")
