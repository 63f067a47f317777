"""Opening an aisle from the app: one at a time, in a worker, with the question asked on the UI loop in between.

The worker waits for the answer at most as long as the ticket lives; a question that is left, or that outlives its ticket, is
answered with None, which moves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING

from textual.message import Message as Posted

from archroom.tui.actions import Chosen
from archroom.tui.messages import BlockSeen, OpeningAsked, OpeningEnded, OpeningFailed
from archroom.tui.work import Lane

if TYPE_CHECKING:
    from archroom.core.acts import Performer
    from archroom.core.shelving import BlockView, Ticket
    from archroom.services.house import Services


class Opening:
    """Asks for openings and tells how they end."""

    def __init__(
        self,
        services: Services,
        performer: Performer,
        lane: Lane,
        post: Callable[[Posted], bool],
        now_s: Callable[[], float],
    ) -> None:
        self._services = services
        self._performer = performer
        self._lane = lane
        self._post = post
        self._now_s = now_s
        self._question: Future[tuple[int, ...] | None] | None = None
        self.is_under_way = False
        """Whether an opening was asked for that has not come to its end."""

    def ask(self, chosen: Chosen) -> None:
        """Ask for the aisle of a thing, or for the chosen one."""
        self.is_under_way = True
        self._lane.start(lambda: self._carry_out(chosen), OpeningFailed)

    def ended(self) -> None:
        """Take note that the opening came to its end, or failed."""
        self.is_under_way = False
        self._question = None

    def give_up(self) -> None:
        """Answer a question that still waits with nothing, so that its worker ends."""
        if self._question is not None and not self._question.done():
            self._question.cancel()

    def _carry_out(self, chosen: Chosen) -> Posted:
        aisles = self._services.aisles
        block, aisle = chosen.aisle or aisles.aisle_for(chosen.code)
        outcome = aisles.open(self._performer, block, aisle, self._confirmed, self._seen)
        return OpeningEnded(block, aisle, outcome)

    def _confirmed(self, ticket: Ticket) -> tuple[int, ...] | None:
        """Wait on the worker's thread for the person's answer."""
        answer: Future[tuple[int, ...] | None] = Future()
        self._question = answer
        self._post(OpeningAsked(ticket, answer))
        try:
            return answer.result(timeout=ticket.life_s)
        except (TimeoutError, CancelledError):
            return None

    def _seen(self, view: BlockView) -> None:
        self._post(BlockSeen(view, self._now_s()))
