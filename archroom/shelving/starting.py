"""Starts a shelving server on demand: detached, once, however many programs want it at the same time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from time import monotonic, sleep

from archroom.errors import Message, PortUnavailable, say
from archroom.shelving.codec import decode
from archroom.shelving.notice_board import is_alive, read_board
from archroom.shelving.spec import IDLE_EXIT_S, Places, ServerSpec, write_spec

MODULE = "archroom.shelving"
START_WITHIN_S = 20.0
LOOK_S = 0.05
LOG_NAME = "shelving.log"
_started: list[subprocess.Popen[bytes]] = []
"""Servers that this process started and that still ran when last looked at: held so that each is reaped at its end."""


def start_server(spec: ServerSpec, places: Places) -> None:
    """Start a server and return once it listens, or once another that was started meanwhile does.

    Raises PortUnavailable with the server's own reason.
    """
    spec = spec if spec.idle_exit_s is not None else replace(spec, idle_exit_s=IDLE_EXIT_S)
    folders = [str(places.run_folder), str(places.state_folder), *([str(places.lock_folder)] if places.lock_folder else [])]
    try:
        file = write_spec(spec, places.state_folder)
        with (places.state_folder / LOG_NAME).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", MODULE, str(file), *folders],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
    except OSError as error:
        raise PortUnavailable(
            say(
                "The shelving server cannot be started: {folder} takes no file ({reason}).",
                folder=str(places.state_folder),
                reason=error.strerror or type(error).__name__,
            )
        ) from error
    _started[:] = [one for one in (*_started, process) if one.poll() is None]
    threading.Thread(target=process.wait, name="end of the shelving server", daemon=True).start()
    try:
        line = _first_line(process)
    finally:
        if process.stdout is not None:
            process.stdout.close()
    if line.get("ok") is True:
        return
    if line.get("error") == "AlreadyRuns" and _wait_for_other(spec, places):
        return
    if "message" in line:
        raise PortUnavailable(decode(Message, line["message"]))
    log_file = str(places.state_folder / LOG_NAME)
    raise PortUnavailable(say("The shelving server could not be started; {file} says more.", file=log_file))


def _first_line(process: subprocess.Popen[bytes]) -> dict[str, object]:
    """Return what the server says of itself, nothing if it said nothing in time: then it is ended."""
    lines: list[bytes] = []
    stdout = process.stdout
    assert stdout is not None  # noqa: S101 - a pipe was asked for
    reader = threading.Thread(target=lambda: lines.append(stdout.readline()), name="first line", daemon=True)
    reader.start()
    reader.join(START_WITHIN_S)
    if not lines:
        process.kill()
        reader.join()
    try:
        found = json.loads(lines[0])
    except (ValueError, IndexError):
        return {}
    return found if isinstance(found, dict) else {}


def _wait_for_other(spec: ServerSpec, places: Places) -> bool:
    """Wait until the server that was first listens; returns whether it serves the same."""
    deadline_s = monotonic() + START_WITHIN_S
    while monotonic() < deadline_s:
        board = read_board(places.run_folder)
        if board is not None and board.pid != os.getpid() and is_alive(board.pid):
            return board.digest == spec.digest
        sleep(LOOK_S)
    return False
