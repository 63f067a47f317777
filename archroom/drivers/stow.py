"""The Stow host link: requests of two or four bytes and answers of twenty, without a checksum or a begin. Pure.

What its sources disagree on is a setting; as long as nobody has settled the alarm bits, an answer speaks of an alarm.
Source: an integrator's notes and the vendor's own example, which both contradict the recorded answers in places.
"""

from __future__ import annotations

from collections.abc import Sequence

from archroom.core.controllers import Fault, Mode
from archroom.core.plain.facts import UNTRIED_BIT, Alarm, PlainStatus
from archroom.drivers.framed_exchange import FramedRequest
from archroom.drivers.framed_state import Remains, Span
from archroom.drivers.wire_settings import StowSettings
from archroom.errors import Message, say

REPLY_BYTES = 20
OPEN, ASK = 1, 2
"""Bits of the flags."""
UNSETTLED = "8.0-9.4"
"""Code of the alarm that stands for alarm bits which nobody has tried."""
MOST_AISLE = 19
_UNSETTLED_SAID = say(
    "what the alarm bits of its controller mean is not settled, so it does not move: commission it to see them, then settle "
    "alarm_bits_inverted in a profile of its own."
)
_FAULTS = {
    "8.0": Fault.BEAM,
    "8.1": Fault.BEAM,
    "8.2": Fault.BEAM,
    "8.3": Fault.ESTOP,
    "8.4": Fault.EDGE,
    "8.5": Fault.BEAM,
    "8.6": Fault.DRIVE,
    "8.7": Fault.ESTOP,
    "9.0": Fault.ESTOP,
    "9.1": Fault.EDGE,
    "9.2": Fault.BEAM,
    "9.3": Fault.ESTOP,
    "9.4": Fault.DRIVE,
}


_RELAYS = ("8.7", "9.3")
"""They fall with whatever trips, so they are told last, and not as a device that somebody pressed."""


class StowLanguage:
    """Twenty bytes are an answer, and one more is one too many."""

    shortest_bytes = 1
    most_bytes = 200

    def frames(self, data: bytes) -> Sequence[Span]:
        """Return the answers, one behind the other."""
        return tuple(Span(at, at + REPLY_BYTES) for at in range(0, len(data) - REPLY_BYTES + 1, REPLY_BYTES))

    def remains(self, data: bytes) -> Remains:
        """Nothing marks a frame, so anything shorter is cut short."""
        return Remains.CUT_SHORT

    def unit_of_push(self, frame: bytes) -> int | None:
        """Nothing is sent unasked."""
        return None


def request(unit: int, aisle: int, flags: int, settings: StowSettings) -> FramedRequest:
    """Return a request: `flags` are OPEN or ASK; the aisle is the controller's own number."""
    size = 2 if settings.is_long_request else 1
    frame = aisle.to_bytes(size, "little") + flags.to_bytes(size, "little")

    def answers(reply: bytes) -> bool:
        return not settings.echoes_request or (reply[0] == aisle and reply[1] & (OPEN | ASK) == flags)

    return FramedRequest(frame, unit, answers, is_read=flags == ASK)


def freshness(reply: bytes) -> int:
    """Return the count of messages, which wraps."""
    return reply[4]


def aisles(reply: bytes) -> tuple[int, int]:
    """Return which aisle is to open, 0 if none, and which opened last: it may have begun to close since."""
    return reply[14], reply[15]


def parse_status(reply: bytes, settings: StowSettings) -> PlainStatus:
    """Return what an answer says."""
    state = reply[5]
    is_automatic, is_manual = bool(state & 1 << 1), bool(state & 1 << 3)
    to_open, opened = aisles(reply)
    is_settled = bool(opened) and to_open in (0, opened)
    return PlainStatus(
        is_moving=bool(state & 1 << 5),
        mode=None if is_automatic is is_manual else Mode.AUTOMATIC if is_automatic else Mode.LOCAL,
        is_enabled=bool(state & 1 << 2) and bool(state & 1 << 6),
        alarms=_alarms(reply, settings),
        open_aisle=opened - settings.aisle_offset if is_settled else None,
        carriages=reply[6] if settings.counts_carriages else None,
        people_inside=reply[7],
        freshness=freshness(reply),
        others=(
            ("version", f"{reply[2]}.{reply[3]}"),
            ("night", "1" if state & 1 << 4 else "0"),
            ("connection", str(state & 1)),
            ("alarm-bits", reply[8:10].hex(" ")),
            ("lighting", reply[10:14].hex(" ")),
            ("opening", str(to_open)),
            ("drive-error", f"{reply[16]} {reply[17]}"),
            ("carriage-error", f"{reply[18]} {reply[19]}"),
            *(() if settings.alarm_bits_inverted is not None else _untried_bits(reply)),
        ),
    )


def _is_set(reply: bytes, code: str) -> bool:
    byte, bit = code.split(".")
    return bool(reply[int(byte)] >> int(bit) & 1)


def _untried_bits(reply: bytes) -> tuple[tuple[str, str], ...]:
    return tuple((UNTRIED_BIT + code, str(int(_is_set(reply, code)))) for code in _FAULTS)


def _alarms(reply: bytes, settings: StowSettings) -> tuple[Alarm, ...]:
    found: list[Alarm] = []
    inverted = settings.alarm_bits_inverted
    if inverted is None:
        found.append(Alarm(Fault.NONE, UNSETTLED, _UNSETTLED_SAID))
    else:
        for code, fault in _FAULTS.items():
            if _is_set(reply, code) is not inverted and code not in settings.meaningless:
                is_estop = code == "8.2" and settings.third_bit == "estop"
                said = _relay_said(code) if code in _RELAYS else None
                found.append(Alarm(Fault.ESTOP if is_estop else fault, code, said))
    for at in (17, 19):
        if reply[at] and str(at) not in settings.meaningless:
            found.append(Alarm(Fault.DRIVE, f"{at}: {reply[at - 1]} {reply[at]}"))
    return tuple(sorted(found, key=lambda alarm: alarm.code in _RELAYS))


def _relay_said(code: str) -> Message:
    return say(
        "a safety relay of its controller is off ({code}): something has tripped. Reset it at the shelving.", code=code
    )
