"""What can be chosen of the cabinet itself, whatever make it is."""

from __future__ import annotations

from collections.abc import Iterable

from hardware_sim.plain_orders import Act, PlainSettings
from hardware_sim.profiles.options import Options


def cabinet_settings(
    options: Options, abilities: Iterable[Act], *, needs_enable: bool = True, has_sides: bool = True, sleep_after_ms: int = 0
) -> PlainSettings:
    """Scan, warning, what silence of the host does (nothing, unless a limit is chosen), and how sides are told."""
    return PlainSettings(
        frozenset(abilities),
        scan_ms=options.whole("scan_ms", 1, 1000, 20),
        warning_ms=options.whole("warning_ms", 0, 60_000, 1000),
        silence_stop_ms=options.whole("silence_stop_ms", 0, 600_000, 0),
        sleep_after_ms=sleep_after_ms,
        needs_enable=options.truth("needs_enable", needs_enable),
        sides_by_neighbours=has_sides and options.choice("sides", "ends", "neighbours") == "neighbours",
    )
