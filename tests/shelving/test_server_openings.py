"""Openings through a real server process on each wire: done, refused, stopped, and what the plant makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest
from shelving_room import STANDSTILL_S, WIRES, ShelvingRoom, until

from archroom.core.shelving import Action, AisleState, BlockView, OutcomeKind, Trust, Wanted
from archroom.errors import MotionRefused
from archroom.shelving.bus import FIRST_READ_S
from archroom.shelving.client import ShelvingClient


@pytest.fixture(params=WIRES)
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ShelvingRoom]:
    """A room on each wire, its steel eight times as fast as real."""
    with ShelvingRoom(tmp_path, request.param, speed=8.0, warning_ms=400) as made:
        made.start_server()
        yield made


@pytest.fixture
def client(room: ShelvingRoom) -> ShelvingClient:
    """A client of a proved block."""
    return room.ready_client()


def test_an_aisle_opens(room: ShelvingRoom, client: ShelvingClient) -> None:
    opening = room.opening(client, 3)
    assert (opening.ticket.narrows, opening.ticket.moving_carriages) == ((0,), (1, 2, 3))
    outcome = opening.outcome()
    assert (outcome.kind, outcome.reason.english()) == (OutcomeKind.DONE, "Aisle 3 of block 1 is open.")
    assert AisleState.OPENING in {dict(view.aisles)[3] for view in opening.views}
    assert client.views()[0].open_aisles() == (3,)
    kinds = [entry["kind"] for entry in room.journal()]
    assert kinds.index("intent") < kinds.index("end")
    assert room.journal()[-1]["outcome"] == "done"


def test_what_must_not_move_is_refused_with_its_reason(room: ShelvingRoom, client: ShelvingClient) -> None:
    room.simulator.control("person_in", unit=1, aisle=0, name="Bo")
    assert until(lambda: dict(client.views()[0].aisles)[0] is AisleState.OCCUPIED, 2.0)
    with pytest.raises(MotionRefused, match="Somebody is in aisle 0"):
        client.select(1, Wanted(Action.OPEN, 3), "Ana")
    room.simulator.control("person_out", unit=1, name="Bo")
    assert until(lambda: dict(client.views()[0].aisles)[0] is AisleState.OPEN, 2.0)
    ticket = client.select(1, Wanted(Action.OPEN, 3), "Ana")
    outcome = client.go(ticket, (2,), "Ana", lambda view: None)
    assert outcome.kind is OutcomeKind.REFUSED
    assert "Nobody has confirmed that aisle 0 is clear" in outcome.reason.english()
    assert client.go(ticket, (0,), "Ana", lambda view: None).kind is OutcomeKind.REFUSED, "one ticket, one use"
    assert "intent" not in [entry["kind"] for entry in room.journal()]


def test_a_stop_ends_it(room: ShelvingRoom, client: ShelvingClient) -> None:
    opening = room.opening(client, 3)
    room.wait_until_moving()
    reports = client.stop()
    assert [(report.is_sent, report.is_standstill_seen, report.path) for report in reports] == [(True, True, "server")]
    room.wait_until_still(0.0)
    outcome = opening.outcome(3.0)
    assert outcome.kind is OutcomeKind.ABORTED
    assert "Stopped" in outcome.reason.english()


@pytest.mark.parametrize("wire", WIRES)
def test_a_server_that_has_just_started_reads_its_blocks_before_it_answers(tmp_path: Path, wire: str) -> None:
    with ShelvingRoom(tmp_path, wire) as room:
        room.start_server()
        client = room.client()
        client.arm(1, "Ana")
        assert client.select(1, Wanted(Action.OPEN, 3), "Ana").wanted.number == 3
        assert client.views()[0].trust is Trust.GOOD


@pytest.mark.parametrize("wire", WIRES)
def test_what_is_shown_first_was_read(tmp_path: Path, wire: str) -> None:
    with ShelvingRoom(tmp_path, wire) as room:
        room.start_server()
        assert room.client().views()[0].trust is Trust.GOOD


def test_a_unit_that_is_silent_from_the_start_is_not_waited_for_long(tmp_path: Path) -> None:
    with ShelvingRoom(tmp_path, silent=(1,)) as room:
        room.start_server()
        began_s = monotonic()
        view = room.client().views()[0]
        assert view.trust is Trust.LOST, view.why_not
        assert monotonic() - began_s < FIRST_READ_S


PLANT: list[tuple[str, dict[str, object], str]] = [
    ("person_in", {"aisle": 0, "name": "Bo"}, "omebody is in"),
    ("emergency_stop", {"pressed": True}, "emergency stop"),
]


@pytest.mark.parametrize(("verb", "fields", "words"), PLANT)
def test_what_the_plant_stops_is_told(
    room: ShelvingRoom, client: ShelvingClient, verb: str, fields: dict[str, object], words: str
) -> None:
    opening = room.opening(client, 3)
    room.wait_until_moving()
    room.simulator.control(verb, unit=1, **fields)
    room.wait_until_still(0.5)
    outcome = opening.outcome(3.0)
    assert outcome.kind is OutcomeKind.ABORTED
    assert words in outcome.reason.english()
    assert room.truth()["hits"] == 0


def power_cycle(room: ShelvingRoom) -> None:
    """The controller restarts."""
    room.simulator.control("power", unit=1, on=False)
    room.simulator.control("power", unit=1, on=True)


def cut(room: ShelvingRoom) -> None:
    """Nothing arrives any more."""
    room.simulator.control("silent", unit=1, on=True)


@pytest.mark.parametrize(("event", "words"), [(power_cycle, "was restarted"), (cut, "does not answer")])
def test_what_nobody_saw_the_end_of_is_unknown(
    room: ShelvingRoom, client: ShelvingClient, event: Callable[[ShelvingRoom], None], words: str
) -> None:
    opening = room.opening(client, 3)
    room.wait_until_moving()
    event(room)
    room.wait_until_still(STANDSTILL_S)
    outcome = opening.outcome(3.0)
    assert outcome.kind is OutcomeKind.UNKNOWN
    assert words in outcome.reason.english()
    room.simulator.control("silent", unit=1, on=False)
    assert until(lambda: client.views()[0].trust is Trust.GOOD, 10.0)
    room.wait_until_still(0.0)


def test_a_carriage_is_locked_through_the_server_and_nothing_moves(room: ShelvingRoom, client: ShelvingClient) -> None:
    before = room.truth()["positions"]
    ticket = client.select(1, Wanted(Action.LOCK, 3), "Ana")
    assert client.go(ticket, ticket.narrows, "Ana", lambda view: None).kind is OutcomeKind.DONE
    assert room.truth()["locked"] == [3]
    assert room.truth()["positions"] == before
    with pytest.raises(MotionRefused, match="locked carriages leave it"):
        client.select(1, Wanted(Action.OPEN, 4), "Ana")
    assert [entry["kind"] for entry in room.journal()][-2:] == ["intent", "end"]


def test_a_held_jog_lasts_as_long_as_its_key(room: ShelvingRoom, client: ShelvingClient) -> None:
    ticket = client.select(1, Wanted(Action.JOG, 1, -2000, is_held=True), "Ana")
    seen: list[int] = []

    def observe(view: BlockView) -> None:
        assert view.status is not None
        seen.append(view.status.positions_mm[0])

    outcome = client.go(ticket, ticket.narrows, "Ana", observe, lambda: not seen or seen[-1] > 700)
    assert outcome.kind is OutcomeKind.DONE, outcome.reason
    assert "has moved" in outcome.reason.english()
    room.wait_until_still(0.0)
    positions = room.truth()["positions"]
    assert isinstance(positions, list)
    assert 25 < positions[0] < 700, "it stopped where the key was let go, not at the end of its way"
