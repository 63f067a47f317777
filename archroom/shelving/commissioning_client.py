"""The client's side of commissionings: one open connection each, whose end ends the commissioning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archroom.core.commissioning import Finding
from archroom.errors import PortUnavailable, say
from archroom.shelving.codec import Json, decode, encode
from archroom.shelving.endpoint import Gone, Lines

ANSWER_WITHIN_S = 4.0


class Commissionings:
    """The commissionings that this program has begun, by block."""

    def __init__(self) -> None:
        self._open: dict[int, tuple[Lines, str]] = {}

    def key(self, block: int) -> dict[str, Json]:
        """Return the field that lets an act belong to the commissioning of a block; nothing where there is none."""
        return {"commissioning": self._open[block][1]} if block in self._open else {}

    def keep(self, block: int, lines: Lines, answer: Mapping[str, object]) -> None:
        """Keep the connection on which a commissioning has begun."""
        self.end(block)
        self._open[block] = lines, decode(str, answer.get("key"))

    def ask_to_sign(self, block: int, findings: Sequence[Finding]) -> Mapping[str, object]:
        """Return what the server answers to the signing; raises PortUnavailable if the commissioning has ended."""
        ended = say("The commissioning of block {block} has ended.", block=block)
        if block not in self._open:
            raise PortUnavailable(ended)
        lines, _ = self._open[block]
        try:
            lines.send({"do": "sign", "findings": encode(tuple(findings))})
            answer = lines.receive(ANSWER_WITHIN_S)
        except Gone as error:
            raise PortUnavailable(ended) from error
        if answer is None:
            raise PortUnavailable(say("The shelving server does not answer."))
        return answer

    def end(self, block: int) -> None:
        """Hang up."""
        if block in self._open:
            lines, _ = self._open.pop(block)
            lines.close()
