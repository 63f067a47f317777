"""Every way a run can end: refusals, Ctrl-C, a reader that goes away, and what nobody foresaw. Never a traceback."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Cli

from archroom import __version__
from archroom.cli import find
from archroom.cli.job import Job
from archroom.cli.output import Output, visible
from archroom.config import sqlite_url
from archroom.errors import say

HOSTILE = (
    "\x1b[31mred",
    "\x1b]52;c;aGk=\x07clip",
    "\x1b]0;title\x1b\\",
    "\x9b31mC1",
    "paid\rOPEN",
    "back\b\b",
    "\u202egnp.exe",
    "\u2066isolated",
    "lone \ud800 surrogate",
    "two\u2028lines",
    "nul\x00",
)


def test_help_goes_to_stdout_and_is_no_error(cli: Cli) -> None:
    ran = cli("--help")
    assert (ran.code, ran.err) == (0, "")
    assert "archroom demo" in ran.out


def test_the_version_is_told(cli: Cli) -> None:
    assert cli("--version").out == f"archroom {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("fnid",), "invalid choice: 'fnid'"),
        (("find",), "the following arguments are required: WORDS"),
        (("find", "x", "--limit", "ten"), "ten is not a whole number from 1 to 1000"),
        (("find", "x", "--limit", "0"), "0 is not a whole number from 1 to 1000"),
        (("find", "x", "--limit", "1e3"), "1e3 is not a whole number"),
        (("find", "x", "--limit", "٣"), "٣ is not a whole number"),
        (("lend", "a", "b", "--due", "31/02/2026"), "31/02/2026 is not a date"),
        (("lend", "a", "b", "--due", "2026-02-30"), "2026-02-30 is not a date"),
        (("lend", "a", "b", "--due", "today"), "today is not a date"),
        (("aisle", "open"), "one of the arguments"),
        (("aisle",), "the following arguments are required"),
        (("--lim", "find", "x"), "--lim"),
        (("--db", "books.db", "room"), "--db cannot be books.db"),
        (("--shelving", "/dev/ttyS0", "aisle", "status"), "--shelving cannot be /dev/ttyS0"),
        (("--lang", "fr", "room"), "--lang cannot be fr"),
        (("--as", "", "room"), "--as needs a value"),
    ],
)
def test_arguments_that_cannot_be_meant_are_one_sentence(cli: Cli, arguments: tuple[str, ...], told: str) -> None:
    ran = cli(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert told in ran.err
    assert len(ran.err.splitlines()) == 1


def test_with_json_a_refusal_is_one_object(cli: Cli) -> None:
    for arguments in (("--json", "find"), ("find", "--json"), ("find", "x", "--limit", "0", "--json")):
        ran = cli(*arguments)
        assert (ran.code, ran.err) == (2, "")
        assert ran.json["error"] == "usage_error"
        assert ran.json["exit"] == 2


def test_json_after_two_dashes_is_a_word(room: Cli) -> None:
    ran = room("find", "--", "--json")
    assert (ran.code, ran.out, ran.err) == (0, "", "Nothing found.\n")


@pytest.mark.parametrize("arguments", [("--as", "Ann", "--json", "room"), ("room", "--as", "Ann", "--json")])
def test_global_options_stand_before_or_after_the_command(room: Cli, arguments: tuple[str, ...]) -> None:
    assert room(*arguments).json["rooms"] == ["R1"]


def test_a_command_word_as_a_value_is_not_taken_for_the_command(room: Cli) -> None:
    assert room("--as", "find", "room").code == 0


def test_what_nobody_foresaw_is_a_sentence_and_stands_in_the_log(
    room: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(job: Job) -> int:
        raise ZeroDivisionError("forged\n2026-01-01 INFO login ok \x1b[2J")

    monkeypatch.setattr(find, "_find", fail)
    log = tmp_path / "home" / "state" / "archroom.log"
    ran = room("--db", sqlite_url(tmp_path / "home" / "data" / "archroom.db") + "?password=secret", "find", "x", "--json")
    assert ran.code == 70
    assert ran.json["error"] == "unexpected"
    assert str(log) in ran.json["message"]
    (line,) = log.read_text().splitlines()
    assert "ZeroDivisionError" in json.loads(line)["traceback"]
    assert "\x1b" not in line
    assert "secret" not in line


def test_a_log_that_cannot_be_written_hides_nothing(room: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(job: Job) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(find, "_find", fail)
    state = tmp_path / "home" / "state"
    state.parent.mkdir(exist_ok=True)
    state.write_text("a file where the folder should be")
    ran = room("find", "x")
    assert ran.code == 70
    assert "ZeroDivisionError" in ran.err
    assert "cannot be written" in ran.err


def test_ctrl_c_is_told_and_has_its_own_code(room: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(job: Job) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(find, "_find", interrupted)
    ran = room("find", "x", "--json")
    assert (ran.code, ran.json["error"]) == (130, "interrupted")


def test_a_reader_that_goes_away_ends_the_command_quietly(room: Cli) -> None:
    """As with `archroom scan | head -1`."""
    code = room("--json", "person", "add", "Ann").json["code"]
    process = subprocess.Popen(
        [sys.executable, "-m", "archroom", "scan"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write(f"{code}\n")
    process.stdin.flush()
    assert process.stdout.readline() == "Ann: nothing out. Scan what they borrow.\n"
    process.stdout.close()
    process.stdin.write(f"{code}\n" * 3)
    process.stdin.close()
    assert process.wait(30) == 141
    assert process.stderr.read() == ""
    process.stderr.close()


def heed_interrupts() -> None:
    """Let a child be interrupted also where the tests run in a shell's background, which leaves SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupted_process_says_so(room: Cli) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "archroom", "--json", "scan"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("XYZ\n")
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["act"] == "refused"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, ""), out
    assert json.loads(out)["error"] == "interrupted"


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_from_outside_reaches_the_terminal_as_a_command(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert not set(shown) & set("\u202e\u2066")


@pytest.mark.parametrize("text", ["[/]", "[bold]x", "{name}", "%s%n", "  two  blanks", "王小明", "\\[x]"])
def test_harmless_text_is_printed_as_it_is(text: str) -> None:
    out = io.StringIO()
    Output(out, io.StringIO(), False).line(text)
    assert out.getvalue() == text + "\n"


@pytest.mark.parametrize("text", HOSTILE)
def test_arguments_are_shown_harmlessly(room: Cli, text: str) -> None:
    argument = text.replace("\x00", "")
    for arguments in (("show", argument), (argument,), ("--as", argument, "lend", argument, argument)):
        ran = room(*arguments)
        assert ran.code in (2, 0)
        assert all(line.isprintable() for line in ran.err.splitlines())


def test_a_stdout_without_unicode_gets_json_that_can_be_read(room: Cli) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "archroom", "--json", "person", "add", "王小明"]
    ran = subprocess.run(command, capture_output=True, env=environment, timeout=60, check=True)
    assert ran.stdout.isascii()
    assert json.loads(ran.stdout)["name"] == "王小明"


def test_narration_is_not_data(room: Cli) -> None:
    note = say("{count} of {count}", count=3)
    out, err = io.StringIO(), io.StringIO()
    Output(out, err, True).note(note)
    assert (out.getvalue(), err.getvalue()) == ("", "3 of 3\n")
