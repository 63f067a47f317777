"""MjjWebApi as a browser's program finds it: GETs that move steel, and a status of one digit per column."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from plain_wire import LOOPBACK, Golden, address, connected, golden, is_silent, play_golden, received, until

from hardware_sim import RunningSimulator


class Browser:
    """Asks the fixed column."""

    def __init__(self, url: str) -> None:
        self.connection = http.client.HTTPConnection(*address(url), timeout=2.0)

    def data(self, query: str) -> object:
        """The `data` of an answer."""
        self.connection.request("GET", f"/MjjWebApi?{query}")
        reply = self.connection.getresponse()
        assert (reply.status, reply.getheader("Content-Type")) == (200, "application/json; charset=utf-8")
        answer = json.loads(reply.read())
        assert answer.keys() == {"data"}
        return answer["data"]

    def status(self) -> dict[str, str]:
        """The one area's status."""
        areas = self.data("Op=GetMjjStatus")
        assert isinstance(areas, list)
        assert len(areas) == 1
        return dict(areas[0])


@contextmanager
def hosted(room_file: Path, speed: float = 50.0, **choices: str) -> Iterator[tuple[RunningSimulator, Browser]]:
    """A running fixed column and a browser; the warning takes 100 ms."""
    choices = {"warning_ms": "100", **choices}
    with RunningSimulator(room_file, http=LOOPBACK, speed=speed, profile="mjj-web", choices=choices) as simulator:
        browser = Browser(simulator.endpoints["http"])
        try:
            yield simulator, browser
        finally:
            browser.connection.close()


@pytest.mark.parametrize("session", golden("mjj-web"), ids=lambda session: session.name)
def test_the_golden_texts_are_answered_byte_by_byte(room_file: Path, session: Golden) -> None:
    with RunningSimulator(room_file, http=LOOPBACK, profile="mjj-web", choices=session.choices) as simulator:
        simulator.control("climate", unit=1, **session.climate)
        play_golden(session, simulator.endpoints["http"])


def test_a_column_goes_left_with_those_in_its_way(room_file: Path) -> None:
    with hosted(room_file) as (simulator, browser):
        assert browser.status()["ColumnStatus"] == "1222"
        assert browser.data("Op=LeftMove&ColumnNo=3") == "1"
        assert until(lambda: browser.status()["MJJZTLXName"] == "移动")
        assert until(lambda: browser.status()["ColumnStatus"] == "1112")
        assert browser.status()["COLNO"] == "3"
        assert simulator.wait_until(1, lambda truth: truth["open_aisles"] == [3] and truth["state"] == "idle", 5.0)
        assert browser.data("Op=RightMove&ColumnNo=2") == "1"
        assert until(lambda: browser.status()["ColumnStatus"] == "1222")


def test_a_column_alone_is_a_choice(room_file: Path) -> None:
    with hosted(room_file, move="single") as (simulator, browser):
        assert browser.data("Op=LeftMove&ColumnNo=3") == "1"
        assert browser.data("Op=LeftMove&ColumnNo=2") == "1"
        assert until(lambda: browser.status()["ColumnStatus"] == "1122")
        assert simulator.truth(1)["open_aisles"] == [2]


def test_in_a_block_numbered_from_the_right_left_is_up(room_file: Path) -> None:
    room_file.write_text(room_file.read_text().replace('numbered_from = "left"', 'numbered_from = "right"'))
    with hosted(room_file) as (_, browser):
        assert browser.status()["ColumnStatus"] == "2111"
        assert browser.data("Op=RightMove&ColumnNo=3") == "1"
        assert until(lambda: browser.status()["ColumnStatus"] == "2221")


def test_stop_close_ventilate(room_file: Path) -> None:
    with hosted(room_file) as (simulator, browser):
        simulator.control("speed", factor=2.0)
        assert browser.data("Op=LeftMove&ColumnNo=4") == "1"
        assert simulator.wait_until(1, lambda truth: bool(truth["moving"]), 5.0)
        assert browser.data("Op=Reset") == "0", "it moves"
        assert browser.data("Op=StopMove") == "1"
        assert simulator.wait_until(1, lambda truth: truth["still"] is True and truth["state"] == "idle", 2.0)
        simulator.control("speed", factor=50.0)
        assert browser.data("Op=Ventilate") == "1"
        assert until(lambda: browser.status()["IsVent"] == "1")
        assert browser.status()["ColumnStatus"] == "1333"
        assert browser.data("Op=Reset") == "1"
        assert until(lambda: browser.status()["ColumnStatus"] == "1111")
        assert browser.status()["IsVent"] == "0"


def test_a_locked_block_moves_only_when_unlocked(room_file: Path) -> None:
    with hosted(room_file) as (simulator, browser):
        assert browser.data("Op=Lock") == "1"
        assert until(lambda: browser.status()["IsLock"] == "1")
        assert browser.data("Op=LeftMove&ColumnNo=2") == "0"
        assert browser.data("Op=UnLock") == "1"
        assert until(lambda: browser.status()["IsLock"] == "0")
        assert browser.data("Op=LeftMove&ColumnNo=2") == "1"
        assert simulator.wait_until(1, lambda truth: truth["open_aisles"] == [2], 5.0)


def test_sleeping_columns_must_be_woken(room_file: Path) -> None:
    with hosted(room_file, sleep_after_ms="200") as (_, browser):
        assert until(lambda: browser.status()["IsPower"] == "1")
        assert browser.data("Op=LeftMove&ColumnNo=2") == "0"
        assert browser.data("Op=PowerOn_YDL") == "1"
        assert until(lambda: browser.data("Op=LeftMove&ColumnNo=2") == "1")


def test_the_change_of_places_is_told_once(room_file: Path) -> None:
    with hosted(room_file) as (simulator, browser):
        assert browser.status()["COLUMNDWZT_CHANGED"] == "0"
        assert browser.data("Op=LeftMove&ColumnNo=2") == "1"
        assert simulator.wait_until(1, lambda truth: truth["open_aisles"] == [2] and truth["state"] == "idle", 5.0)
        assert [browser.status()["COLUMNDWZT_CHANGED"] for _ in range(2)] == ["1", "0"]


def test_an_alarm_and_the_mode_are_told(room_file: Path) -> None:
    with hosted(room_file) as (simulator, browser):
        simulator.control("emergency_stop", unit=1, pressed=True)
        assert until(lambda: browser.status()["IsBJ"] == "1")
        assert browser.data("Op=LeftMove&ColumnNo=2") == "0"
        simulator.control("mode", unit=1, mode="local")
        assert browser.status()["IsZDKJ"] == "0"


def test_values_may_be_numbers(room_file: Path) -> None:
    with hosted(room_file, values="number") as (_, browser):
        status: dict[str, object] = dict(browser.status())
        assert (status["Temp"], status["CO2"], status["IsLock"], status["ColumnStatus"]) == (20.0, 450, 0, "1222")


@pytest.mark.parametrize(
    "query", ["", "Op=Melt", "Op=LeftMove", "Op=LeftMove&ColumnNo=x", "Op=LeftMove&ColumnNo=0", "Op=LeftMove&ColumnNo=99"]
)
def test_what_it_does_not_know_is_answered_0(room_file: Path, query: str) -> None:
    with hosted(room_file) as (_, browser):
        assert browser.data(query) == "0"


def test_each_block_has_a_server_of_its_own(room_file: Path) -> None:
    with hosted(room_file) as (simulator, browser):
        assert browser.status()["QUNO"] == "1"
        other = Browser(simulator.endpoints["http_4"])
        assert (other.status()["QUNO"], other.status()["ColumnStatus"]) == ("4", "12")
        other.connection.close()


def test_it_runs_on_without_a_host_unless_chosen_otherwise(room_file: Path) -> None:
    with hosted(room_file) as (simulator, browser):
        assert browser.data("Op=LeftMove&ColumnNo=2") == "1"
        browser.connection.close()
        assert simulator.wait_until(1, lambda truth: truth["open_aisles"] == [2], 5.0)
    with hosted(room_file, speed=1.0, silence_stop_ms="400") as (simulator, browser):
        assert browser.data("Op=LeftMove&ColumnNo=2") == "1"
        assert simulator.wait_until(1, lambda truth: bool(truth["moving"]), 5.0)
        assert simulator.wait_until(1, lambda truth: truth["state"] == "idle", 2.0)
        assert simulator.truth(1)["open_aisles"] != [2]


def ended(connection: socket.socket) -> bytes:
    """Everything that comes until the other end closes."""
    data = b""
    while piece := connection.recv(4096):
        data += piece
    return data


@pytest.mark.parametrize("version", ["HTTP/1.1\r\nConnection: close", "HTTP/1.0"])
def test_who_wants_the_connection_closed_has_it_closed(room_file: Path, version: str) -> None:
    with hosted(room_file) as (simulator, _), connected(simulator.endpoints["http"]) as connection:
        connection.sendall(f"GET /MjjWebApi?Op=StopMove {version}\r\n\r\n".encode())
        assert ended(connection).endswith(b'\r\n\r\n{"data": "1"}')


def test_requests_may_come_in_pieces_slowly_and_in_a_heap(room_file: Path) -> None:
    request = b"GET /MjjWebApi?Op=StopMove HTTP/1.1\r\nHost: x\r\n\r\n"
    post = b"POST /MjjWebApi HTTP/1.1\r\nContent-Length: 9\r\n\r\nyear=2024"
    with hosted(room_file) as (simulator, _), connected(simulator.endpoints["http"]) as connection:
        connection.sendall(request[:20])
        assert is_silent(connection, 0.3)
        connection.sendall(request[20:] + post + request)
        replies = received(connection, 2 * 104 + 86)
        assert (replies.count(b"HTTP/1.1 200 OK"), replies.count(b"HTTP/1.1 405 ")) == (2, 1)


@pytest.mark.parametrize(
    "request_text",
    [
        "melt\r\n\r\n",
        "GET x HTTP/1.1\r\n\r\n",
        "GET / HTTP/2\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "x" * 9000,
    ],
)
def test_what_is_no_request_is_answered_400_and_hung_up_on(room_file: Path, request_text: str) -> None:
    with hosted(room_file) as (simulator, _), connected(simulator.endpoints["http"]) as connection:
        connection.sendall(request_text.encode())
        assert ended(connection).startswith(b"HTTP/1.1 400 ")


def test_line_faults_strike_here_too(room_file: Path) -> None:
    with hosted(room_file) as (simulator, browser):
        simulator.control("link", fault="corrupt")
        browser.connection.request("GET", "/MjjWebApi?Op=GetMjjStatus")
        with pytest.raises(json.JSONDecodeError):
            json.loads(browser.connection.getresponse().read())
        simulator.control("link", fault="drop")
        browser.connection.request("GET", "/MjjWebApi?Op=LeftMove&ColumnNo=2")
        assert simulator.wait_until(1, lambda truth: truth["open_aisles"] == [2], 5.0), "done, though nobody was told"
