"""The people's side of a shelving on paper: the real gates of its blocks, with a clock of their own and no disk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from archroom.core.arming import Arming, Unfinished
from archroom.core.people_holds import Hold, Release
from archroom.core.rooms import Block
from archroom.core.shelving import BlockView
from archroom.core.supervisor.gate import Gate
from archroom.errors import ArchroomError

SINCE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class PaperGates:
    """Gates of some blocks, armed from the start."""

    def __init__(self, blocks: Iterable[Block], now: Callable[[], datetime] = lambda: SINCE) -> None:
        self.gates = {block.number: Gate(block) for block in blocks}
        self.refusal: ArchroomError | None = None
        """What every act of people is refused with."""
        self._now = now
        for number in self.gates:
            self.arm(number, "Olga Berg", 12)

    def hold(self, block: int, aisle: int, person: str, reason: str = "") -> Hold:
        self._refuse()
        return self.gates[block].hold(aisle, person, self._now(), reason)

    def release(self, block: int, aisle: int, person: str, by: Sequence[str], reason: str = "") -> Release:
        self._refuse()
        release = self.gates[block].permitted_release(aisle, person, tuple(by), reason)
        self.gates[block].release(release)
        return release

    def arm(self, block: int, by: str, hours: int, acknowledged: Sequence[str] = ()) -> Arming:
        self._refuse()
        return self.gates[block].arm(0.0, by, hours * 3600.0, acknowledged)

    def leave_unfinished(self, block: int, *unfinished: Unfinished) -> None:
        """Let it be as after the death of a server: disarmed, and with motions whose end nobody saw."""
        old = self.gates[block]
        self.gates[block] = Gate(old.block, old.holds, unfinished)

    def seen(self, view: BlockView) -> BlockView:
        """A view of a block with what people have said of it."""
        return self.gates[view.block].shown(0.0, view)

    def _refuse(self) -> None:
        if self.refusal is not None:
            raise self.refusal
