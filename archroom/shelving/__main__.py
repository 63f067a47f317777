"""`python -m archroom.shelving SPEC RUN_FOLDER STATE_FOLDER [LOCK_FOLDER]`: the server as a client starts it on demand.

Its one line on stdout says that it listens, or why it cannot; then stdout is closed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from archroom.errors import ArchroomError, Message
from archroom.shelving.codec import Json, encode
from archroom.shelving.server import Server, serve
from archroom.shelving.spec import Places, read_spec


def main(arguments: Sequence[str]) -> int:
    """Run the server; returns its exit code."""
    spec_file, run_folder, state_folder, *rest = (Path(argument) for argument in arguments)
    places = Places(run_folder, state_folder, rest[0] if rest else None)
    try:
        serve(read_spec(spec_file), places, _announce, _complain)
    except ArchroomError as error:
        _complain(error.message)
        _say({"ok": False, "error": type(error).__name__, "message": encode(error.message)})
        return error.exit_code
    return 0


def _announce(server: Server) -> None:
    for sentence in server.found_open:
        print(sentence, file=sys.stderr, flush=True)
    _say({"ok": True, "address": server.address})


def _complain(message: Message) -> None:
    print(message.english(), file=sys.stderr, flush=True)


def _say(fields: dict[str, Json]) -> None:
    """Say the one line; whoever waited for it may have gone."""
    try:
        os.write(1, json.dumps(fields).encode() + b"\n")
    except OSError:
        print("nobody waits for the shelving server any more", file=sys.stderr)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
