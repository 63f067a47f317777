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
from archroom.tui.messages import ArmingAsked, BlockSeen, OpeningAsked, OpeningEnded, OpeningFailed
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
        self._arming: Future[tuple[str, ...] | None] | None = None
        self.is_under_way = False
        """Whether an opening was asked for that has not come to its end."""

    def ask(self, chosen: Chosen) -> None:
        """Ask for the aisle of a thing, or for the chosen one."""
        self.is_under_way = True
        self._lane.start(lambda: self._carry_out(chosen), OpeningFailed)

    def ended(self) -> None:
        """Take note that the opening came to its end, or failed."""
        self.is_under_way = False
        self._question = self._arming = None

    def give_up(self) -> None:
        """Answer a question that still waits with nothing, so that its worker ends."""
        for question in (self._question, self._arming):
            if question is not None and not question.done():
                question.cancel()

    def _carry_out(self, chosen: Chosen) -> Posted:
        aisles = self._services.aisles
        block, aisle = chosen.aisle or aisles.aisle_for(chosen.code)
        outcome = aisles.open(
            self._performer, block, aisle, self._confirmed, self._seen, lambda _refusal: self._is_armed_now(block)
        )
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

    def _is_armed_now(self, block: int) -> bool:
        """Wait on the worker's thread for a person to say whether the block is armed, and arm it."""
        view = next((view for view in self._services.aisles.views() if view.block == block), None)
        if view is None:
            return False
        answer: Future[tuple[str, ...] | None] = Future()
        self._arming = answer
        self._post(ArmingAsked(view, answer))
        try:
            acknowledged = answer.result()
        except CancelledError:
            return False
        if acknowledged is None:
            return False
        self._services.claims.arm(self._performer, block, acknowledged=acknowledged)
        return True

    def _seen(self, view: BlockView) -> None:
        self._post(BlockSeen(view, self._now_s()))
