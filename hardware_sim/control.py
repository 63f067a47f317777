"""The control channel: one JSON object a line in, one a line out, on loopback TCP (``docs/simulator.md``).

Answers carry `ok`; what is refused carries `error`, a sentence. It is no part of the wire and has no login.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from hardware_sim.endpoints import Connection
from hardware_sim.fields import ControlError

MAX_LINE = 65_536

Answer = dict[str, object]


class ControlSession:
    """One client of the control channel."""

    __slots__ = ("_buffer", "_connection", "_execute")

    def __init__(self, connection: Connection, execute: Callable[[dict[str, object]], Answer]) -> None:
        self._connection = connection
        self._execute = execute
        self._buffer = bytearray()

    def hear(self, data: bytes) -> None:
        """Bytes from the client; each whole line is answered."""
        self._buffer += data
        while b"\n" in self._buffer:
            line, _, rest = self._buffer.partition(b"\n")
            self._buffer = rest
            if line.strip():
                self._connection.send(json.dumps(self._answer(bytes(line))).encode() + b"\n")
        if len(self._buffer) > MAX_LINE:
            self._connection.hang_up()

    def part(self) -> None:
        """The client has gone; what it did stays done."""

    def _answer(self, line: bytes) -> Answer:
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):
            return {"ok": False, "error": "not a JSON object"}
        if not isinstance(request, dict):
            return {"ok": False, "error": "not a JSON object"}
        try:
            return {"ok": True, **self._execute(request)}
        except ControlError as error:
            return {"ok": False, "error": str(error)}
