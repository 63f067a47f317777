"""`python -m archroom.shelving SPEC RUN_FOLDER STATE_FOLDER [LOCK_FOLDER]`: the server as a client starts it on demand.

Its one line on stdout says that it listens, or why it cannot; then stdout is closed.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from archroom.errors import ArchroomError, Message
from archroom.shelving.codec import Json, encode
from archroom.shelving.log_file import keep_log
from archroom.shelving.server import Server, serve
from archroom.shelving.spec import Places, read_spec
from archroom.shelving.starting import LOG_NAME

_log = logging.getLogger(__name__)


def main(arguments: Sequence[str]) -> int:
    """Run the server; returns its exit code."""
    spec_file, run_folder, state_folder, *rest = (Path(argument) for argument in arguments)
    places = Places(run_folder, state_folder, rest[0] if rest else None)
    try:
        serve(read_spec(spec_file), places, partial(_announce, state_folder / LOG_NAME), _complain)
    except ArchroomError as error:
        _complain(error.message)
        _say({"ok": False, "error": type(error).__name__, "message": encode(error.message)})
        return error.exit_code
    return 0


def _announce(log_file: Path, server: Server) -> None:
    keep_log(log_file)
    for sentence in server.found_open:
        _log.warning("%s", sentence)
    _say({"ok": True, "address": server.address})


def _complain(message: Message) -> None:
    _log.warning("%s", message.english())


def _say(fields: dict[str, Json]) -> None:
    """Say the one line; whoever waited for it may have gone."""
    try:
        os.write(1, json.dumps(fields).encode() + b"\n")
    except OSError:
        _log.warning("nobody waits for the shelving server any more")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
