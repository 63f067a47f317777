"""How a line keeps time: what a character takes, how long it must be silent, how long an answer may take. Pure.

Figures: Modbus over Serial Line 1.02, 2.5.1.1 (3.5 characters, 1.75 ms above 19,200 baud, 11 bits a character); the rest
from docs/shelving-protocol.md and docs/drivers.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

BITS_PER_CHARACTER = 11
SILENT_CHARACTERS = 3.5
FAST_BAUD = 19_200
"""Above this baud the silence no longer shrinks with the character."""
FAST_SILENCE_S = 0.00175
SLOW_BAUD = 9_600
"""At this baud and below a device is given longer to answer."""
SLOW_ANSWER_S = 0.150
ANSWER_S = 0.100
DRAIN_S = 0.250
LISTEN_S = 1.0
"""How long a line is heard out before the first frame: a master polls at least once a second."""
NEARBY_LISTEN_S = DRAIN_S
"""The same on a pseudo-terminal and at a gateway of this very machine, which a simulator is behind, or who knows of us."""


class Framing(Enum):
    """How a Modbus message is wrapped."""

    RTU = "rtu"
    """Unit, PDU, CRC-16: serial lines, and gateways that pass those frames on over TCP."""
    MBAP = "mbap"
    """Transaction number, length, unit, PDU: Modbus TCP."""


@dataclass(frozen=True, slots=True)
class LineTiming:
    """The rules of time of one line, in seconds."""

    framing: Framing
    character_s: float
    """What one character takes on the wire; 0 on a network stream."""
    silence_s: float
    """Silence kept before each request."""
    answer_s: float
    """Longest wait, wire time apart, until an answer begins."""
    drain_s: float = DRAIN_S
    """Silence kept after a failure, while whatever comes is thrown away."""
    has_echo: bool = False
    """Whether the adapter gives back each character that is sent (some two-wire adapters)."""

    @property
    def is_stream(self) -> bool:
        """Whether this is a network stream, on which silence means nothing."""
        return self.character_s == 0

    def wire_s(self, count: int) -> float:
        """Return what so many characters take on the wire."""
        return count * self.character_s


def serial_timing(baud: int, has_echo: bool = False) -> LineTiming:
    """Return the rules for an RTU line of this baud."""
    character_s = BITS_PER_CHARACTER / baud
    silence_s = FAST_SILENCE_S if baud > FAST_BAUD else SILENT_CHARACTERS * character_s
    answer_s = SLOW_ANSWER_S if baud <= SLOW_BAUD else ANSWER_S
    return LineTiming(Framing.RTU, character_s, silence_s, answer_s, has_echo=has_echo)


def stream_timing(framing: Framing, has_echo: bool = False) -> LineTiming:
    """Return the rules for a network stream; RTU frames keep a fast line's silence, since gateways cut them by it."""
    return LineTiming(framing, 0.0, FAST_SILENCE_S if framing is Framing.RTU else 0.0, ANSWER_S, has_echo=has_echo)
