"""Listening before talking: a line that is opened is heard out first, and nothing is sent while another master talks on it.

Two whole frames within the listening are a conversation of others: one alone may be the answer to whoever had the line
before us. Sans-IO. One master a pair: Modbus over Serial Line 1.02, 2.1.
"""

from __future__ import annotations

from typing import Final

from archroom.drivers.line_state import MOST_BYTES
from archroom.drivers.modbus_frames import whole_frames
from archroom.drivers.timing import Framing

QUIET_S: Final = 5.0
"""How long a line on which another master talked must be without a whole frame before it counts as free."""
FRAMES_OF_A_CONVERSATION: Final = 2


class Ear:
    """What is heard of a line that was just opened; the line is free at `free_at` unless more is heard."""

    def __init__(self, framing: Framing, now: float, listen_s: float) -> None:
        self.free_at = now + listen_s
        self.hears_master = False
        """Whether another master talks, or did until just now."""
        self._framing = framing
        self._heard = bytearray()

    def hear(self, data: bytes, now: float) -> bool:
        """Take in what came; returns whether another master was found just now."""
        self._heard += data
        del self._heard[:-MOST_BYTES]
        frames = sum(1 for _ in whole_frames(bytes(self._heard), self._framing))
        if self.hears_master and frames:
            self.free_at = now + QUIET_S
            self._heard.clear()
        if self.hears_master or frames < FRAMES_OF_A_CONVERSATION:
            return False
        self.hears_master, self.free_at = True, now + QUIET_S
        self._heard.clear()
        return True
