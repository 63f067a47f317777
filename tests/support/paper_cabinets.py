"""Controllers of three makes on paper, to test the guarded exchange of frames against: each counts what it does.

Every answer differs from the one before, so that an old one is found out; every order that is carried out is written down.
They share no code with the drivers or the simulator.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

COLUMNS = {1: (2, 3, 4), 2: (2, 3)}
"""Columns of each area that are asked for their place."""


def crc8(data: bytes) -> int:
    """CRC-8 with polynomial 07."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc << 1 & 0xFF ^ (0x07 if crc & 0x80 else 0)
    return crc


class PaperCabinets:
    """What all three have in common."""

    units: tuple[int, ...] = tuple(COLUMNS)
    carriages = 4

    def __init__(self) -> None:
        self.carried_out: Counter[bytes] = Counter()
        """Orders by their frame."""
        self.asked = 0
        """Questions that were answered."""

    def split(self, data: bytes) -> Iterable[bytes]:
        """One write is one request."""
        return (data,) if data else ()

    def answer(self, frame: bytes) -> bytes:
        """Carry out one request; empty if nobody answers."""
        raise NotImplementedError

    def truth(self, unit: int, carriages: int) -> str:
        """How the last answers said that the unit stands, as a transcript writes it."""
        raise NotImplementedError


def words_of(digits: dict[int, int], carriages: int) -> str:
    """States of columns in words: 1 is right, and left is low."""
    words = {0: "both", 1: "high", 2: "low", 3: "between", 4: "locked"}
    return " ".join(words[digits[column]] if column in digits else "unknown" for column in range(1, carriages + 1))


class PaperZ5(PaperCabinets):
    """Each column steps on to another state with each answer."""

    def __init__(self) -> None:
        super().__init__()
        self.digits = {area: dict.fromkeys(columns, 0) for area, columns in COLUMNS.items()}

    def answer(self, frame: bytes) -> bytes:
        """Answer a status by the column's state, an opening by its receipt."""
        is_whole = len(frame) >= 8 and frame[0] == 0x55 and frame[-1] == 0x68 and len(frame) == frame[1] + 3
        if not is_whole or frame[-2] != crc8(frame[:-2]) or frame[3] not in COLUMNS:
            return b""
        area, column, command, data = frame[3], frame[4], frame[5], frame[6:-2]
        if command == 0x81 and column in self.digits[area]:
            if data:
                self.carried_out[frame] += 1
            self.asked += 1
            self.digits[area][column] = (self.digits[area][column] + 1) % 5
            return self._frame(area, column, 0x01, bytes((self.digits[area][column],)))
        if command in (0x84, 0x8F) and not data:
            self.carried_out[frame] += 1
            return self._frame(area, column, command, b"\x00")
        return b""

    def truth(self, unit: int, carriages: int) -> str:
        """How the last answers said that the columns stand."""
        return words_of(self.digits[unit], carriages)

    def _frame(self, area: int, column: int, command: int, data: bytes) -> bytes:
        body = bytes((0x55, 5 + len(data), 0x01, area, column, command)) + data
        return body + bytes((crc8(body), 0x68))


class PaperWkl(PaperCabinets):
    """All columns step on with each answer. Two columns, so that CRC-8 finds whatever a line does to a frame."""

    units = (1, 2)
    carriages = 3

    def __init__(self) -> None:
        super().__init__()
        self.digits = {unit: {2: 0, 3: 2} for unit in self.units}

    def answer(self, frame: bytes) -> bytes:
        """Answer a status by pairs, a movement by a result."""
        if len(frame) < 11 or frame[:6] != bytes((0x68, 0x55, 0, 192, 168, 1)) or frame[7] != 0x68 or frame[-1] != 0x16:
            return b""
        unit, command = frame[6], frame[8]
        if frame[-2] != crc8(frame[:-2]) or unit not in self.digits:
            return b""
        if command == 0x04 and len(frame) == 11:
            self.asked += 1
            digits = self.digits[unit]
            for column in digits:
                digits[column] = (digits[column] + 1) % 5
            return self._frame(unit, 0x84, bytes(byte for pair in digits.items() for byte in pair))
        if command == 0x01 and frame[9] == 4 and len(frame) == 16:
            self.carried_out[frame] += 1
            return self._frame(unit, 0x81, b"\x00")
        return b""

    def truth(self, unit: int, carriages: int) -> str:
        """How the last answer said that the columns stand."""
        return words_of(self.digits[unit], carriages)

    def _frame(self, unit: int, command: int, data: bytes) -> bytes:
        body = bytes((0x68, 0x55, 0, 192, 168, 1, unit, 0x68, command, len(data))) + data
        return body + bytes((crc8(body), 0x16))


class PaperStow(PaperCabinets):
    """Counts its messages, opens an aisle at once, and goes on to say that it is to open."""

    units = (1,)
    carriages = 6

    def __init__(self) -> None:
        super().__init__()
        self.messages = 0
        self.aisle = 0

    def answer(self, frame: bytes) -> bytes:
        """Answer twenty bytes to two."""
        if len(frame) != 2:
            return b""
        self.messages += 1
        if frame[1] & 1:
            self.carried_out[frame] += 1
            self.aisle = frame[0]
        else:
            self.asked += 1
        head = bytes((frame[0], frame[1], 2, 5, self.messages & 0xFF, 0x47, 6, 0, 0, 0))
        return head + bytes((0, 0, 0, 0, self.aisle, self.aisle, 0, 0, 0, 0))

    def truth(self, unit: int, carriages: int) -> str:
        """The count of the last answer and the aisle that it named."""
        return f"{self.messages & 0xFF} {self.aisle or None}"
