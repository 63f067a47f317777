"""Attended motion through a real server: controllers of other makes open an aisle while a second person is at it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from commissioned import commission_plain
from profile_texts import profile_text
from shelving_room import ShelvingRoom, until

from archroom.core.shelving import Action, BlockView, Outcome, OutcomeKind, Ticket, Trust, Wanted
from archroom.errors import MotionRefused, NotArmed
from archroom.exchange.roomfile import sample_room
from archroom.shelving.client import ShelvingClient

WIRES = {"fatek-coils": "tcp", "stow-wms": "tcp", "z5": "udp", "wkl": "tcp", "mjj-web": "http"}
CHANGES = {
    "stow-wms": {'alarm_bits_inverted = "unknown"': 'alarm_bits_inverted = "no"'},
    "mjj-web": {
        "writing = false": "writing = true",
        'opens_with = "none"': 'opens_with = "low"',
        "orders = []": 'orders = ["open"]',
    },
}
"""What a site has found out and set."""
SEES_IT_OPEN = ("stow-wms", "z5", "wkl", "mjj-web")
CLOSED_UP = [
    ("z5", Action.CLOSE, OutcomeKind.DONE),
    ("fatek-coils", Action.VENTILATE, OutcomeKind.UNKNOWN),
    ("fatek-coils", Action.CLOSE, OutcomeKind.UNKNOWN),
]
"""No controller can show that carriages are spread, and one tells no places at all."""
WANTED = Wanted(Action.OPEN, 4)


@contextmanager
def served(tmp_path: Path, name: str, speed: float = 20.0) -> Iterator[ShelvingRoom]:
    """A room of a make whose blocks may be moved with attendance, and a server in this process."""
    text = profile_text(name)
    for old, new in CHANGES.get(name, {}).items():
        assert old in text
        text = text.replace(old, new)
    own = tmp_path / "own.toml"
    own.write_text(text, encoding="utf-8")
    blocks = sample_room("small").blocks
    with ShelvingRoom(tmp_path, WIRES[name], blocks, speed=speed, warning_ms=100, profile=name, served_as=str(own)) as room:
        commission_plain(room.places.state_folder, blocks, str(own))
        room.start_server()
        yield room


def moved(
    client: ShelvingClient,
    ticket: Ticket,
    clear: tuple[int, ...],
    attendant: str = "Ben",
    views: list[BlockView] | None = None,
) -> Outcome:
    """Use a ticket, observed."""
    return client.go(ticket, clear, "Ana", (views if views is not None else []).append, attendant=attendant)


@pytest.mark.parametrize("name", WIRES)
def test_an_aisle_opens_while_a_second_person_is_there(name: str, tmp_path: Path) -> None:
    with served(tmp_path, name) as room:
        client = room.ready_client()
        ticket = client.select(1, WANTED, "Ana")
        assert ticket.needs_attendant
        tells = name in ("z5", "wkl", "mjj-web")
        assert (ticket.narrows, bool(ticket.candidates)) == ((1,), False) if tells else ((), True)
        views: list[BlockView] = []
        outcome = moved(client, ticket, (1,), views=views)
        assert room.wait_until(lambda truth: truth["open_aisles"] == [4], 20.0)
        if name in SEES_IT_OPEN:
            assert outcome.kind is OutcomeKind.DONE, outcome.reason.english()
            assert client.views()[0].open_aisles() == (4,)
        else:
            assert outcome.kind is OutcomeKind.UNKNOWN, outcome
            assert "does not tell which aisle is open" in outcome.reason.english()
        assert all(view.motion == ticket.id for view in views)
        (intent,) = [entry for entry in room.journal() if entry["kind"] == "intent"]
        assert (intent["by"], intent["attendant"], intent["confirmed_clear"]) == ("Ana", "Ben", [1])
        assert len([entry for entry in room.journal() if entry["kind"] == "end"]) == 1


@pytest.mark.parametrize(("name", "action", "kind"), CLOSED_UP)
def test_a_block_closes_up_and_is_spread_where_the_profile_says_so(
    name: str, action: Action, kind: OutcomeKind, tmp_path: Path
) -> None:
    with served(tmp_path, name) as room:
        client = room.ready_client()
        ticket = client.select(1, Wanted(action, 3), "Ana")
        assert ticket.needs_attendant
        outcome = moved(client, ticket, (1,))
        assert outcome.kind is kind, outcome.reason.english()
        assert room.wait_until(lambda truth: truth["open_aisles"] == [] and truth["still"] is True, 20.0)


def test_what_no_profile_can_do_is_refused(tmp_path: Path) -> None:
    with served(tmp_path, "wkl") as room:
        client = room.ready_client()
        for action in (Action.CLOSE, Action.VENTILATE, Action.JOG, Action.LOCK):
            with pytest.raises(MotionRefused, match="cannot"):
                client.select(1, Wanted(action, 2, 20 if action is Action.JOG else 0), "Ana")


def test_nothing_moves_without_the_second_person_or_without_arming(tmp_path: Path) -> None:
    with served(tmp_path, "z5") as room:
        client = room.believing_client()
        with pytest.raises(NotArmed):
            client.select(1, WANTED, "Ana")
        client.arm(1, "Ana")
        for attendant, why in (("", "a second person"), ("ana ", "another one")):
            outcome = moved(client, client.select(1, WANTED, "Ana"), (1,), attendant)
            assert (outcome.kind, why in outcome.reason.english()) == (OutcomeKind.REFUSED, True), outcome
        outcome = moved(client, client.select(1, WANTED, "Ana"), (2,))
        assert outcome.kind is OutcomeKind.REFUSED, "another aisle was said to be clear than the one that closes"
        assert not [entry for entry in room.journal() if entry["kind"] == "intent"]
        assert room.truth()["open_aisles"] == [1]


def test_whoever_is_in_an_aisle_keeps_it_as_it_is_and_ends_a_motion(tmp_path: Path) -> None:
    with served(tmp_path, "z5", speed=2.0) as room:
        client = room.ready_client()
        client.hold(1, 2, "Cleo")
        with pytest.raises(MotionRefused, match="Cleo"):
            client.select(1, WANTED, "Ana")
        client.release(1, 2, "Cleo", ["Cleo"])
        ticket = client.select(1, WANTED, "Ana")
        found: list[Outcome] = []
        beside = threading.Thread(target=lambda: found.append(moved(client, ticket, (1,))), daemon=True)
        beside.start()
        assert until(lambda: client.views()[0].motion == ticket.id, 5.0)
        room.wait_until_moving()
        client.hold(1, 1, "Cleo")
        beside.join(20.0)
        (outcome,) = found
        assert outcome.kind is OutcomeKind.UNKNOWN
        assert "the person at the aisle must stop it" in outcome.reason.english()
        view = client.views()[0]
        assert not view.arming.is_armed, "somebody must look and arm anew"
        assert view.holds[0].person == "Cleo"


def test_a_stop_ends_a_motion_where_the_controller_has_one(tmp_path: Path) -> None:
    with served(tmp_path, "fatek-coils", speed=2.0) as room:
        client = room.ready_client()
        ticket = client.select(1, WANTED, "Ana")
        found: list[Outcome] = []
        beside = threading.Thread(target=lambda: found.append(moved(client, ticket, (1,))), daemon=True)
        beside.start()
        room.wait_until_moving()
        (report,) = client.stop()
        assert (report.is_sent, report.is_standstill_seen) == (True, True)
        beside.join(10.0)
        assert found[0].kind is OutcomeKind.ABORTED
        assert room.truth()["still"] is True
        assert room.truth()["open_aisles"] != [4]


def test_a_controller_that_falls_silent_leaves_the_end_unknown_and_is_asked_nothing_twice(tmp_path: Path) -> None:
    with served(tmp_path, "wkl", speed=2.0) as room:
        client = room.ready_client()
        ticket = client.select(1, WANTED, "Ana")
        found: list[Outcome] = []
        beside = threading.Thread(target=lambda: found.append(moved(client, ticket, (1,))), daemon=True)
        beside.start()
        room.wait_until_moving()
        room.simulator.control("silent", unit=1, on=True)
        beside.join(20.0)
        assert found[0].kind is OutcomeKind.UNKNOWN
        room.simulator.control("silent", unit=1, on=False)
        assert until(lambda: client.views()[0].trust is Trust.GOOD, 20.0)
        assert not client.views()[0].arming.is_armed


@pytest.mark.parametrize(("old", "new", "holds"), [("# ", "# As always: ", True), ('title = "', 'title = "Another ', False)])
def test_a_profile_that_was_edited_is_another_one(tmp_path: Path, old: str, new: str, holds: bool) -> None:
    with served(tmp_path, "wkl"):
        own = tmp_path / "own.toml"
    text = "# A profile.\n" + own.read_text(encoding="utf-8")
    assert old in text
    own.write_text(text.replace(old, new, 1), encoding="utf-8")
    blocks = sample_room("small").blocks
    with ShelvingRoom(tmp_path, WIRES["wkl"], blocks, speed=20.0, profile="wkl", served_as=str(own)) as room:
        room.start_server()
        client = room.believing_client()
        if holds:
            assert client.arm(1, "Ana").is_armed
        else:
            with pytest.raises(MotionRefused, match="another controller, or another setting"):
                client.arm(1, "Ana")
