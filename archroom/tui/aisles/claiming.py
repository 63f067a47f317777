"""What people say of the shelving from the app: that a block may move, and who is in an aisle. Asked first, then kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from archroom.core.comparing import name_key
from archroom.core.scans import Step
from archroom.errors import Message, say
from archroom.tui import marks, messages
from archroom.tui.forms import Box, HoldForm, ReleaseForm
from archroom.tui.work import Lane

if TYPE_CHECKING:
    from archroom.core.people_holds import Hold
    from archroom.core.shelving import BlockView
    from archroom.services.claims import Claimed, Claims
    from archroom.tui.app import ArchroomApp


class Claiming:
    """Asks, says, and tells what became of it."""

    def __init__(self, house: ArchroomApp) -> None:
        self._house = house
        self._lane = Lane(house, "claims", say("What was said of the shelving"))

    def arm(self, block: int) -> None:
        """Ask whether a block is to be armed, as it was last seen."""
        seen = self._house.shelving.views.get(block)
        if seen is None:
            self._house.tell(say("Block {block} was not read yet.", block=block), "warning")
            return
        self.ask_arming(seen[0], lambda acknowledged: self._arm(block, acknowledged))

    def ask_arming(self, view: BlockView, answered: Callable[[tuple[str, ...] | None], None]) -> None:
        """Ask whether a block is to be armed; the answer is what is acknowledged with it, None for no."""
        from archroom.tui.aisles.arming import ArmScreen

        self._house.push_screen(ArmScreen(self._house, view), answered)

    def disarm(self, block: int) -> None:
        """Disarm a block at once."""
        self._say(lambda claims: claims.disarm(self._house.performer, block))

    def hold(self, block: int, aisle: int) -> None:
        """Ask who is in an aisle, and hold it for them."""
        title = say("Aisle {aisle} of block {block} stays as it is while somebody is in it.", aisle=aisle, block=block)
        lines = [(title, "bold"), *((self._held(hold), marks.MUTED) for hold in self._holds(block, aisle))]
        boxes = [Box(say("Who is in it"), self._house.performer.actor), Box(say("What for, if that matters"))]

        def answered(values: tuple[str, ...] | None) -> None:
            if values is not None:
                self._say(lambda claims: claims.hold(self._house.performer, block, aisle, values[0], values[1]))

        wrong = say("Type who is in the aisle.")
        self._house.push_screen(HoldForm(self._house, lines, boxes, lambda values: None if values[0] else wrong), answered)

    def release(self, block: int, aisle: int) -> None:
        """Ask whose hold of an aisle ends, and who says so."""
        holds = self._holds(block, aisle)
        if not holds:
            self._house.tell(say("Nobody holds aisle {aisle} of block {block}.", aisle=aisle, block=block), "warning")
            return
        operator = self._house.performer.actor
        own = next((hold for hold in holds if name_key(hold.person) == name_key(operator)), holds[0])
        how = say("A hold ends by the word of the person it names, or of two others with a reason.")
        lines = [*((self._held(hold), "bold") for hold in holds), (how, "")]
        boxes = [
            Box(say("Who is out of it"), own.person),
            Box(say("Who says so"), operator),
            Box(say("Who says so too, if it is not their own hold")),
            Box(say("Why it may end")),
        ]

        def answered(values: tuple[str, ...] | None) -> None:
            if values is not None:
                person, first, second, reason = values
                by = (first, second) if second else (first,)
                self._say(lambda claims: claims.release(self._house.performer, block, aisle, person, by, reason))

        self._house.push_screen(ReleaseForm(self._house, lines, boxes, _wrong_with_release), answered)

    def answered(self, message: Message, is_kept: bool) -> None:
        """Tell what is kept now, or why it is not."""
        mark = marks.NOTED if is_kept else marks.STEPS[Step.REFUSE]
        self._house.note(self._house.journal.note(mark, message), is_kept)
        self._house.shelving.read_views()

    def _arm(self, block: int, acknowledged: tuple[str, ...] | None) -> None:
        if acknowledged is not None:
            self._say(lambda claims: claims.arm(self._house.performer, block, acknowledged=acknowledged))

    def _holds(self, block: int, aisle: int) -> list[Hold]:
        seen = self._house.shelving.views.get(block)
        return [] if seen is None else [hold for hold in seen[0].holds if hold.aisle == aisle]

    def _held(self, hold: Hold) -> Message:
        return say("{name} is in it since {since}.", name=hold.person, since=f"{self._house.local(hold.since):%H:%M}")

    def _say(self, act: Callable[[Claims], Claimed]) -> None:
        house = self._house
        self._lane.start(
            lambda: messages.ClaimAnswered(act(house.services.claims).message, True),
            lambda reason: messages.ClaimAnswered(reason, False),
        )


def _wrong_with_release(values: tuple[str, ...]) -> Message | None:
    person, first, second, reason = values
    if not person or not first:
        return say("Type who is out of the aisle, and who says so.")
    is_own = not second and name_key(person) == name_key(first)
    if is_own or (second and reason):
        return None
    return say("The hold of somebody else ends by two names and a reason.")
