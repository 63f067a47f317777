"""A warehouse system's end of the Stow link, written from the vendor's table alone, before any other code of it was read.

What the table calls a bit at offset 5.3 is taken as value 8 of byte 5. Nothing here knows of archroom or the simulator.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass

START_OPENING, REQUEST_STATUS = 1, 2
LENGTH = 20
STATES = ("connected", "automatic", "released", "manual", "night", "moving", "power")
ALARMS = (
    *("front curtain", "back curtain", "side curtain", "emergency shutdown"),
    *("under-drive", "front detection", "load master", "relay 1 off"),
    *("slave emergency", "slave under-drive", "slave curtain", "relay 2 off", "load slave"),
)


@dataclass(frozen=True)
class Told:
    """One reply, field by field; names of the bits that are set."""

    aisle: int
    started: bool
    asked_status: bool
    version: tuple[int, int]
    count: int
    states: frozenset[str]
    carriages: int
    trucks: int
    alarms: frozenset[str]
    lit: tuple[int, ...]
    to_open: int
    opened_last: int
    drive_error: tuple[int, int]
    carriage_error: tuple[int, int]


def _set_bits(data: bytes) -> list[int]:
    return [place for place in range(8 * len(data)) if data[place // 8] >> place % 8 & 1]


def told_by(reply: bytes) -> Told:
    """Twenty bytes as the table has them."""
    assert len(reply) == LENGTH, reply
    return Told(
        aisle=reply[0],
        started=bool(reply[1] & START_OPENING),
        asked_status=bool(reply[1] & REQUEST_STATUS),
        version=(reply[2], reply[3]),
        count=reply[4],
        states=frozenset(STATES[place] for place in _set_bits(reply[5:6])),
        carriages=reply[6],
        trucks=reply[7],
        alarms=frozenset(ALARMS[place] for place in _set_bits(reply[8:10])),
        lit=tuple(place + 1 for place in _set_bits(reply[10:14])),
        to_open=reply[14],
        opened_last=reply[15],
        drive_error=(reply[16], reply[17]),
        carriage_error=(reply[18], reply[19]),
    )


class StowHost:
    """Asks, and waits at most 5 s for the answer as the vendor's example does."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._connection = socket.create_connection(address, timeout=5.0)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def status(self) -> Told:
        """``00 02``."""
        return self._ask(0, REQUEST_STATUS)

    def open_aisle(self, aisle: int) -> Told:
        """``05 01`` for aisle 5."""
        return self._ask(aisle, START_OPENING)

    def _ask(self, aisle: int, flags: int) -> Told:
        self._connection.sendall(bytes((aisle, flags)))
        reply = b""
        while len(reply) < LENGTH:
            part = self._connection.recv(LENGTH - len(reply))
            assert part, "it hung up in the middle of a reply"
            reply += part
        return told_by(reply)
