"""Lines to the shelving that are none, are taken, fall silent, speak late or speak for another, at the command line.

Each command ends with a sentence and exit code 6; nothing is written to what is no controller, and the books stay true. What
the driver and the server do in each case, frame by frame, is proved in tests/wire and tests/shelving.
"""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import tty
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest
from command_line import Cli, Ran
from commissioned import commission_here
from far_end import FarEnd
from paper_controller import PaperBus, with_crc
from shelving_room import until

from archroom import config
from archroom.shelving.notice_board import is_alive, read_board
from archroom.wiring import House
from hardware_sim.running import RunningSimulator

ROOM_FILE = Path(__file__).parents[2] / "archroom" / "rooms" / "small.toml"
UNIT = 1
OPEN = ("aisle", "open", "1/3", "--clear", "1", "--by", "Ann Lee")
READ = 3


@pytest.fixture
def lined(house: Cli, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Cli]]:
    """Connect the house to a line; what was started for it ends with the test."""

    def connect(url: str) -> Cli:
        monkeypatch.setenv("ARCHROOM_SHELVING", url)
        return house

    yield connect
    settings = config.load().config
    with House(settings) as opened:
        opened.dismiss_shelving()
    board = read_board(settings.run_folder)
    if board is not None and is_alive(board.pid):  # one whose line was pulled does not know that nothing moves
        os.kill(board.pid, signal.SIGTERM)
        assert until(lambda: not is_alive(board.pid), 10.0)


def told(ran: Ran) -> str:
    """The sentence of a command that was refused by the shelving."""
    assert ran.code == 6, ran
    assert (ran.json["exit"], ran.json["error"]) == (6, ran.json["error"])
    assert "unexpected" not in ran.json["message"]
    return str(ran.json["message"])


def block_of(ran: Ran) -> dict[str, object]:
    """How the one block stands."""
    assert ran.code == 0, ran
    (block,) = ran.json["blocks"]
    assert isinstance(block, dict)
    return block


def assert_books_as_before(cli: Cli, before: object) -> None:
    """The ledger is true, and nothing but refused motions was added."""
    assert cli("ledger", "verify").code == 0
    assert cli("--json", "room").json["counts"] == before


NO_LINES = {
    "missing": ("serial:///dev/ttyUSB77?baud=9600", "no port"),
    "plain file": ("serial://plain", "not a serial port"),
    "folder": ("serial://folder", "not a serial port"),
    "device of another kind": ("serial:///dev/null", "not a serial port"),
    "nobody listens": ("tcp://127.0.0.1:9", "Nothing listens"),
}


@pytest.mark.parametrize("kind", NO_LINES)
def test_what_is_no_line_is_told_and_left_alone(lined: Callable[[str], Cli], tmp_path: Path, kind: str) -> None:
    (tmp_path / "plain").write_text("precious")
    (tmp_path / "folder").mkdir()
    url, words = NO_LINES[kind]
    cli = lined(url.replace("://plain", f"://{tmp_path}/plain").replace("://folder", f"://{tmp_path}/folder"))
    before = cli("--json", "room").json["counts"]
    block = block_of(cli("--json", "aisle", "status"))
    assert (block["trust"], block["movable"], words in str(block["why_not"])) == ("lost", False, True)
    assert words in told(cli("--json", *OPEN))
    assert (tmp_path / "plain").read_text() == "precious"
    assert_books_as_before(cli, before)


def test_a_line_that_another_server_has_is_told_with_its_name(lined: Callable[[str], Cli], tmp_path: Path) -> None:
    master, slave = pty.openpty()
    tty.setraw(slave)
    url = f"serial://{os.ttyname(slave)}"
    cli = lined(url)
    environment = {**os.environ, "ARCHROOM_HOME": str(tmp_path / "other"), "LOGNAME": "olga"}
    command = [sys.executable, "-m", "archroom", "--json", "--shelving", url, "shelving", "serve"]
    subprocess.run([sys.executable, "-m", "archroom", "init", "small"], env=environment, check=True, capture_output=True)
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        first = json.loads(server.stdout.readline())
        assert first.get("blocks") == [1], first
        said = told(cli("--json", "aisle", "status"))
        assert "olga" in said or str(server.pid) in said
        assert told(cli("--json", *OPEN)) == said
        server.terminate()
    os.close(master)
    os.close(slave)


Answering = Callable[[bytes], list[tuple[float, bytes]]]


def silent(data: bytes) -> list[tuple[float, bytes]]:
    """A unit that is not there."""
    return []


def another_device(data: bytes) -> list[tuple[float, bytes]]:
    """A barcode scanner on the wrong plug."""
    return [(monotonic(), b"4006381333931\r\n")]


def answers_of(bus: PaperBus, data: bytes) -> list[bytes]:
    """What the controller on the line says to all that was asked."""
    return [reply for frame in bus.split(data) if (reply := bus.answer(frame))]


def answering_late(bus: PaperBus) -> Answering:
    """A unit that answers everything, but after its time is over."""
    return lambda data: [(monotonic() + 0.6, reply) for reply in answers_of(bus, data)]


def answering_for_another(bus: PaperBus) -> Answering:
    """A unit that hears number 1 and answers as number 2."""
    return lambda data: [(monotonic(), with_crc(b"\x02" + reply[1:-2])) for reply in answers_of(bus, data)]


UNITS: dict[str, tuple[Callable[[], Answering], str]] = {
    "silent": (lambda: silent, "answer"),
    "late": (lambda: answering_late(PaperBus(is_rtu=True)), "answer"),
    "another": (lambda: answering_for_another(PaperBus(is_rtu=True)), "answer"),
    "no controller": (lambda: another_device, "answer"),
}


@pytest.mark.parametrize("kind", UNITS)
def test_a_unit_that_does_not_answer_as_it_should_moves_nothing(lined: Callable[[str], Cli], kind: str) -> None:
    heard: list[bytes] = []
    make, words = UNITS[kind]
    answering = make()

    def take(data: bytes) -> list[tuple[float, bytes]]:
        heard.append(data)
        return answering(data)

    with FarEnd("socket", take) as far_end:
        cli = lined(far_end.url)
        before = cli("--json", "room").json["counts"]
        block = block_of(cli("--json", "aisle", "status"))
        assert (block["trust"], block["movable"]) in {("lost", False), ("unknown", False)}
        assert words in told(cli("--json", *OPEN))
        assert heard
        assert {frame[1] for frame in heard} == {READ}, "something was written"
        assert_books_as_before(cli, before)


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    """The small room's shelving on a pty, slow enough to be pulled on the way."""
    with RunningSimulator(ROOM_FILE, pty=True, speed=4.0) as running:
        yield running


def test_a_line_that_is_pulled_on_the_way_ends_the_motion_as_unknown(
    lined: Callable[[str], Cli], simulator: RunningSimulator
) -> None:
    commission_here()
    cli = lined(simulator.endpoints["pty"])
    assert block_of(cli("--json", "aisle", "status"))["trust"] == "good"
    opening = subprocess.Popen(
        [sys.executable, "-m", "archroom", "--json", *OPEN, "--arm"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    assert simulator.wait_until(UNIT, lambda truth: bool(truth["moving"]), 20.0)
    simulator.close()
    out, _ = opening.communicate(timeout=30)
    assert opening.returncode == 6
    assert json.loads(out)["outcome"] == "unknown"
    block = block_of(cli("--json", "aisle", "status"))
    assert (block["trust"], block["movable"]) == ("lost", False)
    stop = cli("--json", "aisle", "stop")
    assert (stop.code, stop.json["ok"]) == (6, False)
    told(cli("--json", *OPEN))
    assert cli("ledger", "verify").code == 0
