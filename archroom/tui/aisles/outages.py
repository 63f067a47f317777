"""Taking the block of the chosen aisle out of order and back, and saying that the aisle was opened by hand: asked first.

The marks and sentences for it in the drawing of a block stand here too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from archroom.core.acts import ActKind, Performer
from archroom.core.outages import Outage
from archroom.errors import Message, say
from archroom.tui import marks, messages
from archroom.tui.forms import Box, FormScreen
from archroom.tui.marks import Mark
from archroom.tui.situation import Where
from archroom.tui.work import Lane

if TYPE_CHECKING:
    from archroom.services.outages import OrderSaid, Outages
    from archroom.tui.app import ArchroomApp

OUT_OF_ORDER: Final = marks.ACTS[ActKind.BLOCK_OUT_OF_ORDER]
BY_HAND: Final = marks.ACTS[ActKind.AISLE_OPENED_BY_HAND]


class OrderForm(FormScreen):
    """Who says it of a block, and why."""

    WHERE = Where.ORDER


class Ordering:
    """Asks, writes it into the books, and tells what became of it."""

    def __init__(self, house: ArchroomApp) -> None:
        self._house = house
        self._lane = Lane(house, "outages", say("What was said of the block"))

    def take_out(self, block: int) -> None:
        """Ask who takes a block out of order, and why."""
        what = say("Block {block} is taken out of order: nobody opens an aisle of it until it is back.", block=block)
        note = say("This is a note and no safety function: who works in it holds the aisle and locks off the mains.")
        boxes = [self._who(), Box(say("What is wrong with it"))]
        wrong = say("Type who says so, and what is wrong with it.")
        self._ask(
            [(what, "bold"), (note, marks.CAREFUL)],
            boxes,
            wrong,
            lambda outages, by, values: outages.take_out(by, block, values[1]),
        )

    def open_by_hand(self, block: int, aisle: int) -> None:
        """Ask who says that an aisle was opened by hand."""
        what = say(
            "Aisle {aisle} of block {block} stands open by hand: what is reached from it can be had again.",
            aisle=aisle,
            block=block,
        )
        self._ask([(what, "bold")], [self._who()], _NOBODY, lambda outages, by, _: outages.open_by_hand(by, block, aisle))

    def put_back(self, block: int) -> None:
        """Ask who puts a block back in order."""
        what = say("Block {block} is mended: its aisles may be opened again.", block=block)
        self._ask([(what, "bold")], [self._who()], _NOBODY, lambda outages, by, _: outages.put_back(by, block))

    def _who(self) -> Box:
        return Box(say("Who says so"), self._house.performer.actor)

    def _ask(
        self,
        lines: list[tuple[Message, str]],
        boxes: list[Box],
        wrong: Message,
        act: Callable[[Outages, Performer, tuple[str, ...]], OrderSaid],
    ) -> None:
        house = self._house

        def answered(values: tuple[str, ...] | None) -> None:
            if values is not None:
                performer = Performer(values[0], house.performer.terminal)
                self._lane.start(
                    lambda: messages.ClaimAnswered(act(house.services.outages, performer, values).message, True),
                    lambda reason: messages.ClaimAnswered(reason, False),
                )

        house.push_screen(OrderForm(house, lines, boxes, lambda values: None if all(values) else wrong), answered)


_NOBODY: Final = say("Type who says so.")


def sayings(outage: Outage | None) -> list[tuple[Mark, Message | None]]:
    """Return what is to be said of a block out of order, nothing of one in order."""
    if outage is None:
        return []
    since = say("Since {date}, says {name}: {why}", date=outage.since_on.isoformat(), name=outage.by, why=outage.why)
    said: list[tuple[Mark, Message | None]] = [(OUT_OF_ORDER, since)]
    if outage.open_aisle is not None:
        said.append((BY_HAND, say("Aisle {aisle}, says {name}", aisle=outage.open_aisle, name=outage.opened_by)))
    return said
