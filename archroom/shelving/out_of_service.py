"""A bus whose serving has failed by a mistake of this program: shown as lost and only ever stopped, past its supervisors.

Nothing of what failed is asked again, since it may fail again; the server must be started anew. Whoever calls holds the lock
of the bus, but for `stop`, which uses the wire.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from archroom.core.plain.supervisor import PlainSupervisor
from archroom.core.shelving import BlockView, StopReport, Trust
from archroom.core.supervisor.view import aisle_states
from archroom.errors import Message, say
from archroom.shelving.direct import PATH, stop_past_server
from archroom.shelving.posts import AnySupervisor
from archroom.shelving.spec import BusSpec

TOLD_WITHIN_S = 2.0
"""Within the 2.5 s that the second answer to a stop may take."""

_log = logging.getLogger(__name__)


def failure_of(url: str) -> Message:
    """Return what a person is told of a port whose serving has failed."""
    return say(
        "Serving {port} has failed, and nothing there is read or moved any more. The log of the shelving server says why; "
        "start the server anew.",
        port=url,
    )


def give_up(supervisor: AnySupervisor, now: float, reason: Message) -> bool:
    """End what is under way at a block, whose supervisor may be what fails; returns whether something may move there."""
    supervisor.gate.disarm(reason)
    try:
        is_busy = supervisor.is_busy
        supervisor.port_lost(now, reason)
    except Exception as error:  # a block of which nothing can be told may move
        _log.error("Block %d cannot be given up.", supervisor.block.number, exc_info=error)
        return True
    return is_busy


@dataclass(slots=True)
class OutOfService:
    """What is left of a bus: its blocks as they are shown, and their stops."""

    spec: BusSpec
    carriages: Mapping[int, int]
    """By block."""
    reason: Message
    _asked: set[int] = field(default_factory=set)
    """Blocks that somebody wants stopped and that no frame was sent to yet."""
    _reports: dict[int, StopReport] = field(default_factory=dict)
    _is_sending: bool = False

    @property
    def is_asked(self) -> bool:
        """Whether a stop waits to be sent."""
        return bool(self._asked)

    @property
    def is_stopping(self) -> bool:
        """Whether a stop waits to be sent, or is being repeated until standstill is seen."""
        return self.is_asked or self._is_sending

    def ask_stop(self, blocks: Collection[int]) -> None:
        """Have blocks stopped."""
        self._asked |= set(blocks)
        for block in blocks:
            self._reports.pop(block, None)

    def take_asked(self) -> int | None:
        """Return the block to be stopped, None for all of the bus, and count it as being stopped."""
        asked, self._asked, self._is_sending = self._asked, set(), True
        return min(asked) if len(asked) == 1 else None

    def stop(self, block: int | None) -> list[StopReport]:
        """Stop a block or all; returns when standstill was seen, or what is known before whoever asked waits no longer."""
        return stop_past_server((self.spec,), self.carriages, block, TOLD_WITHIN_S)

    def put_reports(self, reports: Collection[StopReport]) -> None:
        """Take what became of a stop; one that was asked for anew meanwhile is not answered by it."""
        self._is_sending = False
        self._reports |= {report.block: report for report in reports if report.block not in self._asked}

    def report(self, block: int) -> StopReport:
        """Return what became of the last stop of a block."""
        return self._reports.get(block) or StopReport(block, False, False, PATH, self.reason)

    def view(self, supervisor: AnySupervisor, now: float) -> BlockView:
        """Return what may be shown of a block: who is in its aisles, and that nothing else is known."""
        block = supervisor.block
        capabilities = supervisor.can if isinstance(supervisor, PlainSupervisor) else None
        aisles = aisle_states(block, None)
        view = BlockView(block.number, Trust.LOST, None, None, None, aisles, False, self.reason, capabilities=capabilities)
        return supervisor.gate.shown(now, view)
