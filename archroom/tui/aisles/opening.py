"""What is asked of the shelving from the app: one thing at a time, in a worker, its question asked on the UI loop meanwhile.

The worker waits for the answer at most as long as the ticket lives; a question that is left, or that outlives its ticket, is
answered with None, which moves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING

from textual.message import Message as Posted

from archroom.tui.messages import ArmingAsked, AttendantAsked, BlockSeen, OpeningAsked, OpeningEnded, OpeningFailed
from archroom.tui.situation import Chosen
from archroom.tui.work import Lane

if TYPE_CHECKING:
    from archroom.core.acts import Performer
    from archroom.core.shelving import Action, BlockView, Ticket, Wanted
    from archroom.services.aisles import Confirm
    from archroom.services.house import Services
    from archroom.tui.aisles.grip import Grip, Looked


class Opening:
    """Asks for openings and whatever else is done to the shelving, and tells how that ends."""

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
        self._attending: Future[str | None] | None = None
        self._ticket_ends_s = 0.0
        self.is_under_way = False
        """Whether something was asked for that has not come to its end."""

    def ask(self, chosen: Chosen, action: Action) -> None:
        """Ask for something to be done to the aisle of a thing, or to the chosen one and those around it."""
        self.is_under_way = True

        def carry_out() -> Posted:
            block, aisle = chosen.aisle or self._services.aisles.aisle_for(chosen.code)
            return self._carry_out(block, action, aisle, self._confirmed)

        self._lane.start(carry_out, OpeningFailed)

    def ask_of_carriage(self, block: int, action: Action, carriage: int) -> None:
        """Lock or unlock a carriage whose number somebody has typed as the answer already."""
        self.is_under_way = True
        self._lane.start(lambda: self._carry_out(block, action, carriage, lambda _: (carriage,)), OpeningFailed)

    def jog(self, block: int, wanted: Wanted, looked: Looked, grip: Grip | None) -> None:
        """Move a carriage a little: one step, or as long as it is held.

        A step asks where nobody has looked within a minute; what is held never does, because an answer takes the hand away.
        """
        self.is_under_way = True

        def confirm(ticket: Ticket) -> tuple[int, ...] | None:
            if looked.covers(ticket.narrows):
                return ticket.narrows if grip is None or grip.is_held() else None
            answer = self._confirmed(ticket) if grip is None else None
            looked.add(answer or ())
            return answer

        def carry_out() -> Posted:
            from archroom.core.shelving import OutcomeKind

            ended = self._carried_out(block, wanted, confirm, None if grip is None else grip.is_held)
            if ended.outcome.kind is not OutcomeKind.DONE:
                looked.forget()
            return ended

        self._lane.start(carry_out, OpeningFailed)

    def ended(self) -> None:
        """Take note that it came to its end, or failed."""
        self.is_under_way = False
        self._question = self._arming = self._attending = None

    def give_up(self) -> None:
        """Answer a question that still waits with nothing, so that its worker ends."""
        for question in (self._question, self._arming, self._attending):
            if question is not None and not question.done():
                question.cancel()

    def _carry_out(self, block: int, action: Action, number: int, confirm: Confirm) -> Posted:
        from archroom.core.shelving import Wanted

        return self._carried_out(block, Wanted(action, number), confirm)

    def _carried_out(
        self, block: int, wanted: Wanted, confirm: Confirm, is_held: Callable[[], bool] | None = None
    ) -> OpeningEnded:
        outcome = self._services.aisles.carry_out(
            self._performer,
            block,
            wanted,
            lambda ticket: self._timed(ticket, confirm),
            self._seen,
            is_held,
            lambda _refusal: self._is_armed_now(block),
            self._attended if is_held is None else None,  # an answer would take the hand away
        )
        return OpeningEnded(block, wanted, outcome)

    def _timed(self, ticket: Ticket, confirm: Confirm) -> tuple[int, ...] | None:
        """Take note of when a ticket ends, and have it confirmed."""
        self._ticket_ends_s = self._now_s() + ticket.life_s
        return confirm(ticket)

    def _confirmed(self, ticket: Ticket) -> tuple[int, ...] | None:
        """Wait on the worker's thread for the person's answer."""
        answer: Future[tuple[int, ...] | None] = Future()
        self._question = answer
        self._post(OpeningAsked(ticket, answer))
        try:
            return answer.result(timeout=ticket.life_s)
        except (TimeoutError, CancelledError):
            return None

    def _attended(self, ticket: Ticket) -> str | None:
        """Wait on the worker's thread for the name of who is at the aisle."""
        answer: Future[str | None] = Future()
        self._attending = answer
        left_s = max(self._ticket_ends_s - self._now_s(), 0.0)
        self._post(AttendantAsked(ticket, left_s, answer))
        try:
            return answer.result(timeout=left_s)
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
