"""What proving a block takes, said before it begins: the steps in their order, two people, and what must be at hand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from archroom.core.cleaning import clean
from archroom.core.commissioning import Step, StepKind, steps_of
from archroom.core.people_holds import LONGEST_NAME
from archroom.core.shelving import Trust
from archroom.errors import Message, say
from archroom.services.aisles import unattended
from archroom.services.commissioning import capabilities_of
from archroom.tui.commissioning.screen import CommissioningScreen
from archroom.tui.forms import Box, FormScreen
from archroom.tui.situation import Where
from archroom.tui.text import words

if TYPE_CHECKING:
    from archroom.core.rooms import Block
    from archroom.core.shelving import BlockView
    from archroom.tui.app import ArchroomApp


class PrepareForm(FormScreen):
    """What a commissioning takes, and who does it; a key that comes as fast as a scanner types is no answer."""

    WHERE = Where.PREPARE
    is_strict = True
    DEFAULT_CSS = """
    PrepareForm #form { width: 76; }
    """


def prepare(house: ArchroomApp, number: int) -> None:
    """Say what proving a block takes, ask who does it, and begin."""
    seen, block = house.shelving.views.get(number), house.shelving.blocks[number]
    if seen is None or seen[0].trust is not Trust.GOOD:
        house.tell(say("Block {block} was not read yet.", block=number), "warning")
        return
    boxes = [Box(say("Who gives the orders, at this screen"), house.performer.actor), Box(say("Who stands at the shelving"))]

    def wrong(values: tuple[str, ...]) -> Message | None:
        by, witness = values
        return unattended(number, witness, by) if by else say("Type who gives the orders.")

    def answered(values: tuple[str, ...] | None) -> None:
        if values is not None:
            by, witness = (clean(value, LONGEST_NAME) for value in values)
            house.push_screen(CommissioningScreen(house, block, by, witness))

    house.push_screen(PrepareForm(house, what_it_takes(block, seen[0]), boxes, wrong), answered)


def what_it_takes(block: Block, view: BlockView) -> list[tuple[Message, str]]:
    """Return what proving a block takes, each sentence in its style."""
    open_aisles = view.open_aisles()
    steps = steps_of(block, capabilities_of(view), open_aisles)
    is_told = view.plain is None or bool(open_aisles)
    groups = groupby(steps, key=lambda step: step.kind)
    order = "; ".join(words(_group(kind, list(group), is_told)) for kind, group in groups)
    return [
        (say("Block {block} is proved before it may be moved from here.", block=block.number), "bold"),
        (say("In this order: {steps}.", steps=order), ""),
        (
            say(
                "Two people who hear each other: one here, one at the shelving with a hand at the emergency stop; nobody "
                "else at the block."
            ),
            "",
        ),
        (say("At hand: the cabinet's key to reset the controller, the plug of the line, and a watch."), ""),
        (say("Each motion is asked for. F8 stops it; Esc ends it all: what moves is stopped, and nothing is signed."), ""),
    ]


def _group(kind: StepKind, steps: Sequence[Step], is_told: bool) -> Message:
    """Return what all neighbouring steps of a kind do; which aisles open depends on the open one, if that is told."""
    numbers = ", ".join(str(step.number) for step in steps)
    match kind:
        case StepKind.JOG:
            return say("jog carriages {numbers} by a hand's width", numbers=numbers)
        case StepKind.OPENING if not is_told:
            return say("open the lowest and the highest closed aisle")
        case StepKind.OPENING:
            return say("open aisles {numbers}", numbers=numbers)
        case StepKind.EDGE:
            return say("safety edges of carriages {numbers}", numbers=numbers)
        case StepKind.BEAM:
            return say("light beams of aisles {numbers}", numbers=numbers)
        case StepKind.IDENTITY:
            return say("identity of the controller")
        case StepKind.COUNT:
            return say("number of carriages")
        case StepKind.EMERGENCY_STOP:
            return say("emergency stop")
        case StepKind.PLUG:
            return say("the line parted while carriages move")
