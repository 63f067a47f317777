"""The bar over long work: for a person who waits, and for nobody else."""

from __future__ import annotations

import io

import pytest

from archroom.cli.output import Output
from archroom.errors import say


class Terminal(io.StringIO):
    """A stream that a person looks at."""

    def isatty(self) -> bool:
        return True


def worked(stderr: io.StringIO) -> str:
    """What stderr got while seven boxes were done."""
    with Output(io.StringIO(), stderr, False).progress(say("Boxes")) as advance:
        advance(7)
    return stderr.getvalue()


def test_a_person_who_waits_sees_what_and_how_far(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    drawn = worked(Terminal())
    assert "Boxes" in drawn
    assert " 7 " in drawn


def test_nothing_is_drawn_where_nobody_looks() -> None:
    assert worked(io.StringIO()) == ""
