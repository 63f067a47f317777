"""The tree of commands: each says one sentence and an example, and takes the global options before or after its name.

Building the tree loads no implementation: the groups of commands import what they need when they run.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import NoReturn

from archroom import __version__
from archroom.cli.job import Handler
from archroom.errors import Message, UsageError, say
from archroom.texts import render, tr

OPTIONS_WITH_VALUE = ("--db", "--shelving", "--as", "--terminal", "--lang")
"""The global options that take a value."""

_SAID_BY_ARGPARSE = (
    say("usage: "),
    say("options"),
    say("positional arguments"),
    say("show this help message and exit"),
    say("argument %(argument_name)s: %(message)s"),
    say("invalid choice: %(value)r (choose from %(choices)s)"),
    say("the following arguments are required: %s"),
    say("one of the arguments %s is required"),
    say("not allowed with argument %s"),
    say("unrecognized arguments: %s"),
    say("expected one argument"),
    say("expected at least one argument"),
    say("ignored explicit argument %r"),
)
"""The library's own phrases, marked here so that they are translated with ours; `texts.speak` makes it look them up."""


class Parser(argparse.ArgumentParser):
    """A parser that refuses as everything here refuses: by an error with a sentence."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError with what is wrong and where help is."""
        raise UsageError(say("{problem}. See: {program} --help", problem=message.rstrip("."), program=self.prog))


class Commands:
    """A level of the tree, to which groups add their commands."""

    def __init__(self, parser: Parser, title: str) -> None:
        self._subparsers = parser.add_subparsers(title=title, metavar=tr("COMMAND"), dest=argparse.SUPPRESS)
        parser.set_defaults(handler=None)

    def add(self, name: str, sentence: Message, example: str, handler: Handler) -> Parser:
        """Add a command; its sentence and example stand in its help."""
        parser = self._new(name, sentence, tr("Example: {example}", example=example))
        parser.set_defaults(handler=handler)
        return parser

    def group(self, name: str, sentence: Message, handler: Handler | None = None) -> Commands:
        """Add a command that has commands of its own, and return their level; `handler` is for the command alone."""
        parser = self._new(name, sentence, "")
        commands = Commands(parser, tr("commands"))
        commands._subparsers.required = handler is None
        parser.set_defaults(handler=handler)
        return commands

    def _new(self, name: str, sentence: Message, epilog: str) -> Parser:
        text = render(sentence)
        parser: Parser = self._subparsers.add_parser(
            name,
            help=text,
            description=text,
            epilog=epilog,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        _add_global_options(parser, is_root=False)
        return parser


def build_parser(groups: Sequence[Callable[[Commands], None]]) -> Parser:
    """Return the whole tree."""
    parser = Parser(
        prog="archroom",
        description=tr(
            "Knows where every box of an archive room stands, lends it by scan, and opens its aisle in the mobile shelving."
        ),
        epilog=tr("Without a command the app opens. Example: {example}", example="archroom demo"),
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    version_help = tr("show program's version number and exit")
    parser.add_argument("--version", action="version", version=f"archroom {__version__}", help=version_help)
    _add_global_options(parser, is_root=True)
    commands = Commands(parser, tr("commands"))
    for add_commands in groups:
        add_commands(commands)
    return parser


def whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    """Return a reader of whole numbers in ASCII digits within limits."""

    def read(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,9}", text) and lowest <= int(text) <= highest:
            return int(text)
        raise argparse.ArgumentTypeError(
            tr("{text} is not a whole number from {lowest} to {highest}", text=text[:40], lowest=lowest, highest=highest)
        )

    return read


def iso_date(text: str) -> date:
    """Return a date written as YYYY-MM-DD."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(tr("{text} is not a date; write it as 2026-12-31", text=text[:40]))


def _add_global_options(parser: Parser, is_root: bool) -> None:
    group = parser.add_argument_group(tr("for every command"))
    absent: object = None if is_root else argparse.SUPPRESS
    group.add_argument("--db", metavar="URL", default=absent, help=tr("the books: sqlite:///FILE or postgresql://..."))
    group.add_argument(
        "--shelving",
        metavar="URL",
        default=absent,
        help=tr("the mobile shelving: serial:///dev/...?baud=, socket://HOST:PORT (RTU over TCP) or tcp://HOST:PORT"),
    )
    group.add_argument("--as", metavar="NAME", dest="operator", default=absent, help=tr("who acts"))
    group.add_argument("--terminal", metavar="NAME", default=absent, help=tr("name of this terminal"))
    group.add_argument("--lang", metavar="en|zh", default=absent, help=tr("language"))
    group.add_argument(
        "--json",
        action="store_true",
        default=False if is_root else argparse.SUPPRESS,
        help=tr("print one JSON object instead of lines"),
    )
