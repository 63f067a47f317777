"""The client's side of commissionings: one open connection each, whose end ends the commissioning."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

from archroom.core.commissioning import CommissioningRecord, Finding, FoundRecord
from archroom.errors import ArchroomError, PortUnavailable, say
from archroom.shelving.asking import ANSWER_WITHIN_S, raise_error, send
from archroom.shelving.codec import Json, decode, encode
from archroom.shelving.endpoint import Gone, Lines

SIGNED_WITHIN_S = 30.0
"""How long a disk may take to keep a record: it is synced, and the older one set aside."""


class CommissioningClient(ABC):
    """What a client of the server can do about commissionings."""

    def __init__(self) -> None:
        self._commissionings: dict[int, tuple[Lines, str]] = {}
        """The connection and the key of each block that this program commissions."""

    @abstractmethod
    def _ask(self, do: str, **fields: Json) -> Mapping[str, object]:
        """Return what the server answers."""

    @abstractmethod
    def _connected(self) -> Lines:
        """Return a connection to the server."""

    def begin_commissioning(self, block: int, by: str, witness: str) -> None:
        """Let this client, and no other, move a block without a licence until `end_commissioning`; raises MotionRefused."""
        self.end_commissioning(block)
        lines = self._connected()
        try:
            send(lines, "commission", block=block, by=by, witness=witness)
            answer = lines.receive(ANSWER_WITHIN_S)
            if answer is None:
                raise PortUnavailable(say("The shelving server does not answer."))
            raise_error(answer)
        except Gone as error:
            lines.close()
            raise PortUnavailable(say("The shelving server does not answer.")) from error
        except ArchroomError:
            lines.close()
            raise
        self._commissionings[block] = lines, decode(str, answer.get("key"))

    def sign_commissioning(self, block: int, findings: Sequence[Finding]) -> CommissioningRecord:
        """Have the record of a commissioning written, which ends it; raises MotionRefused, Unreadable, PortUnavailable."""
        ended = say("The commissioning of block {block} has ended.", block=block)
        under_way = self._commissionings.get(block)
        if under_way is None:
            raise PortUnavailable(ended)
        lines, _ = under_way
        try:
            send(lines, "sign", findings=encode(tuple(findings)))
            answer = lines.receive(SIGNED_WITHIN_S)
        except Gone as error:
            self.end_commissioning(block)
            raise PortUnavailable(ended) from error
        if answer is None:
            raise PortUnavailable(
                say(
                    "It is not known whether the commissioning of block {block} was signed: the shelving server has not "
                    "said so within {seconds} s. Look with: archroom shelving record {block}",
                    block=block,
                    seconds=round(SIGNED_WITHIN_S),
                )
            )
        raise_error(answer)
        self.end_commissioning(block)
        return decode(CommissioningRecord, answer.get("record"))

    def end_commissioning(self, block: int) -> None:
        """Let a commissioning end, from any thread; what moves is stopped."""
        under_way = self._commissionings.pop(block, None)
        if under_way is not None:
            under_way[0].close()

    def commissioning_record(self, block: int) -> FoundRecord:
        """Return the last record of a block."""
        return decode(FoundRecord, self._ask("record", block=block).get("found"))

    def _key(self, block: int) -> dict[str, Json]:
        """Return the field that lets an act belong to the commissioning of a block; nothing where there is none."""
        under_way = self._commissionings.get(block)
        return {} if under_way is None else {"commissioning": under_way[1]}
