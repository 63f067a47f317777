"""Stopping the shelving of this machine: through its server, and past it where it does not take the stop at once.

A program that only stops loads nothing else of the server's client.
"""

from __future__ import annotations

from dataclasses import dataclass

from archroom.core.stop_reports import StopReport
from archroom.errors import PortUnavailable, say
from archroom.shelving.asking import raise_error, send
from archroom.shelving.codec import decode
from archroom.shelving.endpoint import Gone, connect
from archroom.shelving.notice_board import Board, is_frozen, read_board
from archroom.shelving.spec import Places, ServerSpec

TAKEN_WITHIN_S = 0.2
"""How long a stop waits for the server before it goes past it; with the port's opening that stays under 300 ms."""
REPORTED_WITHIN_S = 3.5


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the server says became of a stop."""

    ok: bool
    reports: tuple[StopReport, ...] | None = None


def stop_shelving(spec: ServerSpec, places: Places, block: int | None, by: str) -> list[StopReport]:
    """Stop one block or all: no login, no question; past the server if it does not take it at once.

    Raises PortUnavailable if there is no shelving here.
    """
    board = read_board(places.run_folder)
    if board is None and not spec.buses:
        raise PortUnavailable(say("No mobile shelving is set up on this machine."))
    reports = None if board is None or is_frozen(board.pid) else _stop_through(board, block, by)
    served = board.buses if board is not None else ()
    carriages = {one.number: len(one.carriages) for one in spec.blocks}
    direct = tuple(bus for bus in spec.buses if bus.url not in {one.url for one in served})
    if reports is None:
        carriages |= board.carriages if board is not None else {}
        direct += served
    if direct:
        from archroom.shelving.direct import stop_past_server

        reports = (reports or []) + stop_past_server(direct, carriages, block)
    return reports or []


def _stop_through(board: Board, block: int | None, by: str) -> list[StopReport] | None:
    """Stop through the server; None if it does not take it, or does not say in time what became of it."""
    try:
        lines = connect(board.address, board.token, TAKEN_WITHIN_S)
    except PortUnavailable:
        return None
    try:
        send(lines, "stop", block=block, by=by)
        taken = lines.receive(TAKEN_WITHIN_S)
        if taken is None:
            return None
        raise_error(taken)
        reported = lines.receive(REPORTED_WITHIN_S)
        return None if reported is None else list(decode(_Answer, reported).reports or ())
    except (Gone, ValueError):
        return None
    finally:
        lines.close()
