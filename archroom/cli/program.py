"""One run of the program: reads the arguments, carries out the command, and answers for every way it can end.

No expected failure shows a traceback. What nobody foresaw is one sentence on stderr, with the particulars in the log.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, TextIO

from archroom import config, paths
from archroom.cli.arguments import OPTIONS_WITH_VALUE, Parser, build_parser
from archroom.cli.job import Job
from archroom.cli.output import EXIT_INTERRUPTED, EXIT_NO_READER, EXIT_UNEXPECTED, Output
from archroom.errors import ArchroomError, say
from archroom.texts import speak
from archroom.wiring import House

GROUPS = {
    "demo": ("demo",),
    "rooms": ("init", "room"),
    "intake": ("import", "place"),
    "find": ("find", "show"),
    "plan": ("plan",),
    "desk": ("lend", "return", "put", "bind", "undo"),
    "scan": ("scan",),
    "people": ("person",),
    "labels": ("label",),
    "aisles": ("aisle",),
    "climate": ("climate",),
    "shelving": ("shelving",),
    "simulator_console": ("simulator",),
    "ledger": ("ledger",),
    "storage": ("backup", "restore"),
    "where": ("where",),
}
"""The files of this package that hold commands, and the commands of each: a run loads only the one it needs."""
ALONE = {("aisle", "stop"): "aisle_stop"}
"""Commands that a run loads without the rest of their group."""


def run(argv: Sequence[str], stdin: BinaryIO, stdout: TextIO, stderr: TextIO) -> int:
    """Carry out one command line and return its exit code; no ArchroomError leaves here."""
    output = Output(stdout, stderr, "--json" in _before_words(argv))
    try:
        speak(_early_language(argv))
        with redirect_stdout(stdout):
            args = command_tree(argv).parse_args(argv)
        return _carry_out(args, stdin, output)
    except ArchroomError as error:
        return output.failed(error)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    except KeyboardInterrupt:
        return output.ended("interrupted", say("Interrupted."), EXIT_INTERRUPTED)
    except BrokenPipeError:
        _silence(stdout)
        return EXIT_NO_READER
    except Exception as error:
        return _unforeseen(error, argv, output)


def command_tree(argv: Sequence[str] | None = None) -> Parser:
    """Return the tree of commands in the person's language: the group of the command that `argv` names, else all of them.

    Where `argv` is nothing but global options, which opens the app, there is no command to be read.
    """
    named = (*_words(argv or ()), "", "")[:2]
    chosen = [ALONE[named]] if named in ALONE else [group for group, commands in GROUPS.items() if named[0] in commands]
    if not chosen and (argv is None or not _is_for_the_app(argv)):
        chosen = list(GROUPS)
    return build_parser([import_module(f"archroom.cli.{group}").add_commands for group in chosen])


def _carry_out(args: argparse.Namespace, stdin: BinaryIO, output: Output) -> int:
    options = config.Options(args.db, args.shelving, args.operator, args.terminal, args.lang)
    settings = config.load(options)
    speak(settings.config.language)
    with House(settings.config) as house:
        job = Job(args, settings, output, stdin, house)
        if args.handler is None:
            from archroom.cli import app  # the screen is loaded by nobody else

            return app.open_app(job)
        collect_garbage_again()
        code: int = args.handler(job)
        return code


def _early_language(argv: Sequence[str]) -> str:
    """Return the language asked for on the command line, which help and refusals of arguments are written in already."""
    words = _before_words(argv)
    asked = [word.partition("=")[2] for word in words if word.startswith("--lang=")]
    asked += [value for word, value in pairwise(words) if word == "--lang"]
    return next(filter(config.is_language, asked), "")


def _words(argv: Sequence[str]) -> list[str]:
    """Return the arguments that are neither global options nor their values."""
    found: list[str] = []
    words = iter(argv)
    for word in words:
        if word in OPTIONS_WITH_VALUE:
            next(words, None)
        elif not word.startswith("-"):
            found.append(word)
    return found


def collect_garbage_again() -> None:
    """Leave what was loaded alone from now on, and free what comes and goes."""
    gc.freeze()
    gc.enable()


def _is_for_the_app(argv: Sequence[str]) -> bool:
    """Return whether all arguments are global options with their values."""
    words = iter(argv)
    for word in words:
        if word.partition("=")[0] not in OPTIONS_WITH_VALUE:
            return False
        if "=" not in word:
            next(words, None)
    return True


def _before_words(argv: Sequence[str]) -> list[str]:
    """Return the arguments up to `--`, after which nothing is an option."""
    words = list(argv)
    return words[: words.index("--")] if "--" in words else words


def _silence(stdout: TextIO) -> None:
    """Let the interpreter's own flush at its end go nowhere, so that it does not complain of the closed pipe again."""
    if stdout is sys.stdout:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())


def _unforeseen(error: Exception, argv: Sequence[str], output: Output) -> int:
    log = _log_file()
    kind = type(error).__name__
    if _is_logged(log, error, argv):
        message = say("Something unexpected happened ({kind}). The particulars are in {file}.", kind=kind, file=str(log))
    else:
        message = say("Something unexpected happened ({kind}), and {file} cannot be written.", kind=kind, file=str(log))
    return output.ended("unexpected", message, EXIT_UNEXPECTED)


def _log_file() -> Path:
    """Return the log that `archroom where` names, the usual one if the settings cannot be read now."""
    try:
        return paths.log_file(config.load().config.state_folder)
    except Exception:  # what nobody foresaw may be in the reading of the settings itself
        return paths.log_file(paths.state_folder())


def _is_logged(log: Path, error: Exception, argv: Sequence[str]) -> bool:
    """Append one JSON line with the traceback; data in it cannot forge a line or steer a terminal."""
    import json
    import traceback
    from datetime import UTC, datetime

    entry = {
        "at": datetime.now(UTC).isoformat(),
        "command": [config.masked(word) for word in argv],
        "traceback": "".join(traceback.format_exception(error)),
    }
    try:
        paths.made(log.parent)
        with log.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(entry) + "\n")
    except OSError:
        return False
    return True
