"""How long steel runs on after a stop: from the key, and from the frame, to the moment when nothing moves any more.

One block at full speed at 19,200 baud beside a dead unit; the stop comes through the server. The floor is what physics and
the controller's scan take: one scan of 20 ms and v/a = 40 mm/s / 200 mm/s^2. The simulator's truth is looked at all
the time, so a figure is late by up to one look, which is told.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic

from archroom.core.shelving import Action, OutcomeKind, Ticket, Wanted
from archroom.shelving.client import VERSION, ShelvingClient
from archroom.shelving.endpoint import Lines, connect
from archroom.shelving.notice_board import read_board
from benchmarks.stop import LIVING, Tap, shelving

OPENED = (6,) * 6 + (0,) * 4 + (6,) * 4 + (0,) * 4 + (6,) * 2
"""What is opened each time: never so near to its end that nothing would come to full speed."""
FULL_SPEED_MM_S = 39.5
SCAN_S = 0.02
BRAKING_S = 40 / 200
FRAME_S = 8 * 11 / 19_200
"""The controller knows of a stop when its last character is in."""
LONGEST_S = 20.0
LOOK_EVERY_S = 0.004
LATE_S = 0.025
"""What two looks at the truth may take on a machine that does something else too."""


class Steel:
    """The speeds of the living block's carriages, from the simulator's truth."""

    def __init__(self, control: str) -> None:
        self._lines: Lines = connect(f"tcp:{control}", "")
        self._pause = threading.Event()
        self.longest_look_s = 0.0

    def fastest(self) -> float:
        """Return the speed of the fastest carriage."""
        began_s = monotonic()
        self._lines.send({"do": "state", "unit": LIVING})
        answer = self._lines.receive(2.0)
        assert answer is not None
        assert answer["ok"] is True, answer
        self.longest_look_s = max(self.longest_look_s, monotonic() - began_s)
        units = answer["units"]
        assert isinstance(units, dict)
        return max(abs(float(speed)) for speed in units[str(LIVING)]["speeds"])

    def wait_until(self, is_so: Callable[[float], bool]) -> float:
        """Wait until the speed of the fastest carriage is so; return when that was."""
        ends_s = monotonic() + LONGEST_S
        while not is_so(speed := self.fastest()):
            if monotonic() > ends_s:
                raise TimeoutError(f"the fastest carriage runs at {speed} mm/s")
            self._pause.wait(LOOK_EVERY_S)
        return monotonic()


def stopped(client: ShelvingClient, tap: Tap, steel: Steel, address: tuple[str, str], opens: int) -> tuple[float, float]:
    """Open an aisle, stop it at full speed; return the seconds from the key and from the frame to standstill."""
    ticket = client.select(LIVING, Wanted(Action.OPEN, opens), "benchmark")
    opening = threading.Thread(target=_go, args=(client, ticket))
    opening.start()
    steel.wait_until(lambda speed: speed >= FULL_SPEED_MM_S)
    pressed_s = monotonic()
    lines = connect(*address)
    lines.send({"v": VERSION, "do": "stop", "by": "benchmark"})
    sent_s = tap.first_stop_since(pressed_s)
    still_s = steel.wait_until(lambda speed: speed == 0)
    lines.close()
    opening.join()
    return still_s - pressed_s, still_s - sent_s


def _go(client: ShelvingClient, ticket: Ticket) -> None:
    outcome = client.go(ticket, ticket.answer, "benchmark", lambda view: None)
    if outcome.kind is not OutcomeKind.ABORTED:
        print(f"not stopped in its course: {outcome}", file=sys.stderr)


def figure(name: str, value_s: float, floor_s: float, reach_s: float) -> bool:
    """Print one figure; returns whether it was reached."""
    is_reached = value_s <= reach_s
    print(
        json.dumps(
            {
                "name": name,
                "value": round(1000 * value_s, 1),
                "floor": round(1000 * floor_s, 1),
                "ratio": round(value_s / floor_s, 2),
                "reach": f"at most {1000 * reach_s:.0f} ms",
                "ok": is_reached,
            }
        )
    )
    return is_reached


def main() -> int:
    """Measure and print; exits 1 if a figure was missed."""
    from_key: list[float] = []
    from_frame: list[float] = []
    with tempfile.TemporaryDirectory() as name, shelving(Path(name)) as room:
        board = read_board(room.places.run_folder)
        assert board is not None
        client, steel = ShelvingClient(room.spec, room.places), Steel(room.control)
        client.begin_commissioning(LIVING, "benchmark", "nobody but a simulator")  # whoever commissions moves it
        for opens in OPENED:
            client.arm(LIVING, "benchmark")
            key_s, frame_s = stopped(client, room.tap, steel, (board.address, board.token), opens)
            from_key.append(key_s)
            from_frame.append(frame_s)
    floor_s = SCAN_S + BRAKING_S
    print(f"one look at the truth takes at most {1000 * steel.longest_look_s:.1f} ms", file=sys.stderr)
    slack_s = FRAME_S + LATE_S
    are_reached = [
        figure(
            f"Stop at full speed, frame to standstill, worst of {len(OPENED)}", max(from_frame), floor_s, floor_s + slack_s
        ),
        figure(f"Stop at full speed, key to standstill, worst of {len(OPENED)}", max(from_key), floor_s, floor_s + 0.3),
    ]
    return 0 if all(are_reached) else 1


if __name__ == "__main__":
    sys.exit(main())
