"""A technician who reads and types: each question on stderr, each answer a line on stdin.

An empty line says that something was done; `s` skips the step, and what is neither a number nor that is asked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from archroom.cli.output import Output
from archroom.core.commissioning import Finding, Licence, Step
from archroom.core.commissioning_rules import may_be_repeated
from archroom.core.comparing import name_key
from archroom.core.shelving import Ticket
from archroom.errors import Message, say
from archroom.services.commissioning_steps import title_of
from archroom.services.commissioning_words import finding_message, licence_message
from archroom.services.technician import Task
from archroom.texts import render

LONGEST_ANSWER = 160
SKIP = "s"


class TypingTechnician:
    """The person at the command line, who speaks with the one at the shelving."""

    def __init__(self, stdin: BinaryIO, output: Output, by: str, witness: str) -> None:
        self._stdin = stdin
        self._output = output
        self._names = (by, witness)

    def expect(self, steps: Sequence[Step]) -> None:
        """Show what will be done, in which order."""
        titles = (render(title_of(step)) for step in steps)
        self._output.note(say("Steps, in this order: {steps}", steps="; ".join(titles)))

    def begin(self, step: Step, text: Message) -> None:
        """Show what the next step is."""
        self._output.note(say("--- {step}", step=text))

    def part(self, step: Step, text: Message) -> None:
        """Show what must be done now."""
        self._output.note(text)

    def do(self, step: Step, task: Task, text: Message) -> bool:
        """Wait until something was done."""
        return self._answer(say("{text}, then Enter", text=text)).casefold() != SKIP

    def ask_number(self, step: Step, text: Message) -> int | None:
        """Wait for a number."""
        while (typed := self._answer(text)).casefold() != SKIP:
            if typed.isascii() and typed.isdigit() and len(typed) <= 3:
                return int(typed)
        return None

    def ask_way(self, step: Step, text: Message) -> bool | None:
        """Wait for 1 or 2."""
        while (number := self.ask_number(step, text)) is not None:
            if number in (1, 2):
                return number == 1
        return None

    def confirm_clear(self, step: Step, ticket: Ticket) -> tuple[int, ...] | None:
        """Wait for the numbers of the aisles that close, all of them."""
        numbers = ", ".join(map(str, ticket.answer))
        if ticket.candidates:
            text = say(
                "Which aisles other than {aisle} stand open, even a little? If nobody is in any, type all their numbers. "
                "Anything else: no",
                aisle=ticket.wanted.number,
            )
        elif len(ticket.answer) > 1:
            text = say(
                "Are aisles {numbers} clear? Look into each, then type all these numbers. Anything else: no", numbers=numbers
            )
        else:
            text = say("Is aisle {numbers} clear? Look into it, then type its number. Anything else: no", numbers=numbers)
        typed = self._answer(text).replace(",", " ").split()
        if not all(part.isascii() and part.isdigit() and len(part) <= 3 for part in typed):
            return None
        return tuple(int(part) for part in typed) or None

    def wants_again(self, finding: Finding) -> bool:
        """Show what came of a step; one that could show more may be repeated."""
        self._output.note(finding_message(finding))
        if not may_be_repeated(finding):
            return False
        return self._answer(say("Once more? y: yes, Enter: go on")).casefold() == "y"

    def signs(self, findings: Sequence[Finding], licence: Licence, reason: Message) -> bool:
        """Show what came of it all, and have both names typed."""
        for finding in findings:
            self._output.note(finding_message(finding))
        self._output.note(licence_message(licence, reason))
        return all(
            name_key(self._answer(say("To sign, {name} types that name; anything else does not sign", name=name)))
            == name_key(name)
            for name in self._names
        )

    def _answer(self, text: Message) -> str:
        """Return what is typed; raises EOFError where nobody types any more."""
        self._output.note(say("{text}:", text=text))
        line = self._stdin.readline(LONGEST_ANSWER)
        if not line:
            return SKIP
        return line.decode("utf-8", "replace").strip()
