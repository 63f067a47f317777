"""How `scan` cuts a stream of bytes into scans: every terminator, and no line that is kept beyond its limit."""

from __future__ import annotations

import io
import json
import os
import threading

import pytest
from command_line import Cli
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archroom.cli.output import Output
from archroom.cli.scan import LONGEST_LINE, ScanLine, scan_lines
from archroom.core.codes import Flaw, Unreadable, read_scan

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Examples take as long as a busy machine needs."""


def codes(stream: bytes) -> list[str]:
    """What a stream is read as, piped."""
    return [line.code for line in scan_lines(io.BytesIO(stream), is_live=False)]


class Dribble(io.RawIOBase):
    """A stream that gives a few bytes at a time, as a slow line does, and counts what is asked of it."""

    def __init__(self, data: bytes, pieces: list[int]) -> None:
        super().__init__()
        self._data = data
        self._pieces = iter(pieces)

    def read1(self, size: int) -> bytes:
        """Return the next few bytes."""
        count = min(size, next(self._pieces, 1))
        piece, self._data = self._data[:count], self._data[count:]
        return piece


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\t", b"\r\r", b"\n\n\n"])
def test_each_terminator_ends_one_scan(end: bytes) -> None:
    assert codes(b"A1" + end + b"B2" + end) == ["A1", "B2"]


def test_the_end_of_the_input_ends_a_scan() -> None:
    assert codes(b"A1\nB2") == ["A1", "B2"]


def test_blank_lines_say_nothing() -> None:
    assert codes("\n   \n\u3000\n".encode()) == []


def test_bytes_that_are_no_utf_8_are_a_scan_that_is_refused() -> None:
    (code,) = codes(b"B0000\xff\xfe1\n")
    assert read_scan(code) == Unreadable("B0000\ufffd\ufffd1", Flaw.NOT_ASCII)


def test_full_width_letters_stay_whole_over_two_reads() -> None:
    data = "Ｂ１\n".encode()
    for cut in range(1, len(data)):
        stream = Dribble(data, [cut, len(data)])
        assert [line.code for line in scan_lines(stream, False)] == ["Ｂ１"]  # type: ignore[arg-type]  # of a stream only read1 is called


@pytest.mark.parametrize("size", [LONGEST_LINE + 1, 1_000_000])
def test_a_line_that_is_too_long_is_one_refusal_and_the_next_is_read(size: int) -> None:
    first, second = codes(b"A" * size + b"\nB2\n")
    assert read_scan(first) == Unreadable("", Flaw.TOO_LONG)
    assert second == "B2"


def test_a_line_of_the_longest_length_is_handed_on() -> None:
    assert codes(b"A" * LONGEST_LINE) == ["A" * LONGEST_LINE]


def test_a_long_line_of_blanks_hides_no_code() -> None:
    (code,) = codes(b" " * LONGEST_LINE + b"B00000001X\n")
    assert read_scan(code) == Unreadable("", Flaw.TOO_LONG)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("+0 A1", ScanLine("A1", "A1", 0.0)),
        ("+61.5  A1", ScanLine("A1", "A1", 61.5)),
        ("+ A1", ScanLine("+ A1", "+ A1")),
        ("+1A1", ScanLine("+1A1", "+1A1")),
        ("+1e3 A1", ScanLine("+1e3 A1", "+1e3 A1")),
        ("+٣ A1", ScanLine("+٣ A1", "+٣ A1")),
        ("+9999999999 A1", ScanLine("+9999999999 A1", "+9999999999 A1")),
        ("+5 ", ScanLine("+5 ", "+5 ")),
    ],
)
def test_a_piped_line_may_say_when(line: str, read: ScanLine) -> None:
    assert list(scan_lines(io.BytesIO(line.encode()), is_live=False)) == [read]


def test_a_live_line_says_no_time() -> None:
    assert list(scan_lines(io.BytesIO(b"+5 A1\n"), is_live=True)) == [ScanLine("+5 A1", "+5 A1")]


@UNHURRIED
@given(
    st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=LONGEST_LINE)),
    st.lists(st.integers(1, 300)),
)
def test_how_the_bytes_arrive_makes_no_difference(lines: list[str], pieces: list[int]) -> None:
    data = "".join(line + "\n" for line in lines).encode()
    stream = Dribble(data, pieces)
    assert [line.shown for line in scan_lines(stream, True)] == lines  # type: ignore[arg-type]  # of a stream only read1 is called


@UNHURRIED
@given(st.binary(max_size=2000))
def test_no_line_is_longer_than_what_is_looked_at(data: bytes) -> None:
    assert all(len(line.code) <= LONGEST_LINE + 1 for line in scan_lines(io.BytesIO(data), False))


def test_an_answer_comes_before_the_next_line_is_there(room: Cli) -> None:
    """One line in, one line out, at once: a person waits for each answer."""
    from archroom import config
    from archroom.cli.job import Job
    from archroom.cli.program import command_tree
    from archroom.cli.scan import _scan
    from archroom.wiring import House

    code = room("--json", "person", "add", "Ann").json["code"]
    asked_fd, ask_fd = os.pipe()
    answer_fd, answered_fd = os.pipe()
    settings = config.load()
    with (
        os.fdopen(asked_fd, "rb") as asked,
        os.fdopen(ask_fd, "wb", buffering=0) as ask,
        os.fdopen(answer_fd, "r", encoding="utf-8") as answer,
        os.fdopen(answered_fd, "w", encoding="utf-8") as answered,
        House(settings.config) as house,
    ):
        job = Job(
            command_tree().parse_args(["--json", "scan"]), settings, Output(answered, io.StringIO(), True), asked, house
        )
        runner = threading.Thread(target=_scan, args=(job,))
        runner.start()
        ask.write(code.encode() + b"\n")
        first = json.loads(answer.readline())
        ask.write(b"XYZ\n")
        second = json.loads(answer.readline())
        ask.close()
        runner.join(10)
    assert (first["act"], second["act"]) == ("person", "refused")
    assert not runner.is_alive()
