"""The control channel of a running simulator: one question a connection, a line of JSON each way (docs/simulator.md).

The simulator is another program; it has no steel, and nothing sent here reaches a controller of real shelving.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from typing import Final

from archroom.core.cleaning import clean
from archroom.core.simulation import Json
from archroom.errors import PortUnavailable, Refused, UsageError, say

ANSWER_WITHIN_S: Final = 10.0
LONGEST_ANSWER: Final = 4_000_000
LONGEST_REASON: Final = 500


class SimulatorChannel:
    """One simulator by its place; implements `core.simulation.SimulatorConsole`. Any thread may call."""

    def __init__(self, place: str) -> None:
        """`place` is HOST:PORT; whether it is one is asked with the first question."""
        self._place = place

    def ask(self, question: Mapping[str, Json]) -> dict[str, Json]:
        """Return what the simulator answers; raises Refused with its own sentence, PortUnavailable, UsageError."""
        host, _, port = self._place.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) <= 0xFFFF:
            raise UsageError(say("Name the control channel of the simulator: --control HOST:PORT."))
        try:
            with socket.create_connection((host, int(port)), ANSWER_WITHIN_S) as connection:
                connection.sendall(json.dumps(question).encode() + b"\n")
                line = connection.makefile("rb").readline(LONGEST_ANSWER)
            answer = json.loads(line)
        except (OSError, ValueError) as error:
            raise PortUnavailable(say("No simulator answers at {place}.", place=clean(self._place, 100))) from error
        if not isinstance(answer, dict):
            raise PortUnavailable(say("No simulator answers at {place}.", place=clean(self._place, 100)))
        if answer.get("ok") is not True:
            raise Refused(say("The simulator refuses: {why}", why=clean(str(answer.get("error", "")), LONGEST_REASON)))
        return answer
