"""What the question before an action says, and which typed numbers answer it: all aisles that narrow, or one carriage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from archroom.core.rooms import Block
from archroom.core.shelving import Action, BlockView, Ticket
from archroom.errors import Message, say

CARRIAGE_LIFE_S: Final = 60.0
"""How long the question for a carriage stands."""


@dataclass(frozen=True, slots=True)
class Asking:
    """One question in words."""

    narrows: Message | None
    """What narrows, told first and loudest."""
    effect: Message
    what_to_do: Message
    label: Message
    """Of the box in which the answer is typed."""
    answers: tuple[tuple[int, ...], ...]
    """Every answer that is one, each in order."""
    strange: Message | None
    """What is said to a number that is in no answer; `{typed}` stands for it."""
    life_s: float
    choices: tuple[int, ...] = ()
    """Where there are any, one of them or more is an answer, whatever stands in `answers`."""

    def is_answered_by(self, typed: tuple[int, ...]) -> bool:
        """Whether these numbers, in order, are an answer."""
        if self.choices:
            return 0 < len(typed) == len(set(typed)) and set(typed) <= set(self.choices)
        return typed in self.answers

    @property
    def most_numbers(self) -> int:
        """How many numbers the longest answer has."""
        return len(self.choices) or max(len(answer) for answer in self.answers)

    def wrong(self, typed: tuple[int, ...]) -> Message:
        """Return what is said to something typed that is no answer."""
        is_single = self.most_numbers == 1
        if not typed:
            return say("Type the number first.") if is_single else say("Type the numbers of all of them first.")
        known = {number for answer in self.answers for number in answer} | set(self.choices)
        strange = next((number for number in typed if number not in known), None)
        if strange is not None and self.strange is not None:
            return Message(self.strange.template, {"typed": strange})
        return say("These are not the numbers that are asked for. Look again.")


def asking_for(ticket: Ticket) -> Asking:
    """Return the question that a ticket asks."""
    if ticket.candidates:
        return _asking_which_closes(ticket)
    is_single = len(ticket.narrows) == 1
    return Asking(
        narrows=_narrows(ticket),
        effect=_effect(ticket),
        what_to_do=_what_to_do(ticket.narrows),
        label=say("number of the aisle that closes") if is_single else say("numbers of the aisles that narrow"),
        answers=(ticket.answer,),
        strange=say("Aisle {typed} does not close here. Look again.", typed=0),
        life_s=ticket.life_s,
    )


def _asking_which_closes(ticket: Ticket) -> Asking:
    """Return the question where only the person at the aisles can know which one is open."""
    return Asking(
        narrows=say("The open aisle of block {block} CLOSES; its controller does not tell which.", block=ticket.block),
        effect=_effect(ticket),
        what_to_do=say(
            "Go and look which aisles stand open, even a little. If nobody and nothing is in any, type all their numbers "
            "and press F9."
        ),
        label=say("numbers of the aisles that narrow"),
        answers=(),
        choices=ticket.candidates,
        strange=say("Aisle {typed} does not close here. Look again.", typed=0),
        life_s=ticket.life_s,
    )


def asking_for_carriage(action: Action, block: Block, view: BlockView | None) -> Asking:
    """Return the question which carriage of a block is jogged, locked or unlocked; its number is the yes too."""
    locked = view.status.locked_carriages if view is not None and view.status is not None else frozenset[int]()
    mobile = [unit.number for unit in block.carriages if unit.is_mobile]
    numbers = [number for number in mobile if (number in locked) is (action is Action.UNLOCK)] or mobile
    carriages = _list(tuple(numbers))
    if action is Action.JOG:
        effect = say("A carriage of block {block} moves a little at a time, by keys or mouse.", block=block.number)
        what_to_do = say("Type its number and press F9. Carriages: {carriages}.", carriages=carriages)
    elif action is Action.LOCK:
        effect = say("A carriage of block {block} is LOCKED: it stands still until it is unlocked.", block=block.number)
        what_to_do = say("Type its number and press F9. Carriages: {carriages}.", carriages=carriages)
    else:
        effect = say("A carriage of block {block} is UNLOCKED: it can move again.", block=block.number)
        what_to_do = say("If nobody works at it, type its number and press F9. Carriages: {carriages}.", carriages=carriages)
    return Asking(
        narrows=None,
        effect=effect,
        what_to_do=what_to_do,
        label=say("number of the carriage"),
        answers=tuple((number,) for number in numbers),
        strange=say("{typed} is none of these carriages.", typed=0),
        life_s=CARRIAGE_LIFE_S,
    )


def _narrows(ticket: Ticket) -> Message:
    if len(ticket.narrows) == 1:
        return say("Aisle {aisle} of block {block} CLOSES.", aisle=ticket.narrows[0], block=ticket.block)
    return say("Aisles {aisles} of block {block} NARROW.", aisles=_list(ticket.narrows), block=ticket.block)


def _effect(ticket: Ticket) -> Message:
    number, moving = ticket.wanted.number, _list(tuple(sorted(ticket.moving_carriages)))
    match ticket.wanted.action:
        case Action.CLOSE:
            return say(
                "The block closes up around aisle {aisle}; carriages that move: {moving}.", aisle=number, moving=moving
            )
        case Action.VENTILATE:
            return say("The block is spread for ventilation; carriages that move: {moving}.", moving=moving)
        case Action.JOG:
            return say("Carriage {carriage} moves {distance} mm.", carriage=number, distance=abs(ticket.wanted.jog_mm))
        case _:
            return say("Aisle {aisle} opens; carriages that move: {moving}.", aisle=number, moving=moving)


def _what_to_do(narrows: tuple[int, ...]) -> Message:
    if len(narrows) == 1:
        return say("Go and look. If nobody and nothing is in aisle {aisle}, type {aisle} and press F9.", aisle=narrows[0])
    aisles = _list(narrows)
    return say("Go and look. If nobody and nothing is in any of them, type {aisles} and press F9.", aisles=aisles)


def _list(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))
