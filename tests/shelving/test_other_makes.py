"""Controllers of other makes behind a real server: what they tell is shown, what they do not tell or cannot do is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from profile_texts import profile_text
from shelving_room import ShelvingRoom, until
from supervised_room import block_of

from archroom.core.plain.facts import PositionSense
from archroom.core.sensors import Sensor
from archroom.core.shelving import Action, AisleState, Trust, Wanted
from archroom.errors import MotionRefused, PortUnavailable
from archroom.exchange.roomfile import sample_room
from archroom.shelving.spec import BusSpec, ServerSpec

WIRES = {"fatek-coils": "tcp", "stow-wms": "tcp", "z5": "udp", "wkl": "tcp", "mjj-web": "http", "map": "tcp"}
"""The wire of each profile; `map` is a file of one's own."""
STOPS = ("fatek-coils", "mjj-web", "map")
TELL_PLACES = ("z5", "wkl", "mjj-web")
"""`stow-wms` tells the aisle that was opened last, and none was yet; the others tell nothing of places."""


def served(tmp_path: Path, name: str, speed: float = 1.0) -> ShelvingRoom:
    """A room whose controllers are of a make."""
    simulated = "fatek-coils" if name == "map" else name
    profile = str(tmp_path / "own.toml") if name == "map" else name
    if name == "map":
        text = profile_text("fatek-coils").replace('name = "fatek-coils"', 'name = "of-ours"')
        (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    blocks = sample_room("small").blocks
    return ShelvingRoom(tmp_path, WIRES[name], blocks, speed=speed, warning_ms=100, profile=simulated, served_as=profile)


@pytest.fixture(params=WIRES)
def name(request: pytest.FixtureRequest) -> str:
    """Each profile in turn."""
    found: str = request.param
    return found


@pytest.fixture
def room(name: str, tmp_path: Path) -> Iterator[ShelvingRoom]:
    """A room of that make."""
    with served(tmp_path, name) as made:
        yield made


def test_what_is_told_is_shown_and_nothing_else(room: ShelvingRoom, name: str) -> None:
    room.start_server()
    client = room.believing_client()
    view = client.views()[0]
    assert view.capabilities is not None
    assert view.plain is not None
    assert (view.status, view.identity) == (None, None), "there is no register map to speak of"
    assert view.capabilities.can_stop is (name in STOPS)
    assert (view.capabilities.position_sense is not PositionSense.NOTHING) is (name in (*TELL_PLACES, "stow-wms"))
    states = set(dict(view.aisles).values())
    if name in TELL_PLACES:
        assert view.open_aisles() == (1,)
        assert states == {AisleState.OPEN, AisleState.CLOSED}
    else:
        assert states == {AisleState.UNKNOWN}
    assert view.plain.is_moving is (False if view.capabilities.tells_motion else None)
    assert view.why_not is not None
    assert view.is_movable is False
    before = room.truth()["positions"]
    for act in (lambda: client.select(1, Wanted(Action.OPEN, 3), "Ana"), lambda: client.arm(1, "Ana")):
        with pytest.raises(MotionRefused):
            act()
    assert room.truth()["positions"] == before


def test_a_stop_is_sent_where_there_is_one_and_never_claimed_where_there_is_none(room: ShelvingRoom, name: str) -> None:
    server = room.start_server()
    client = room.believing_client()
    through = client.stop()
    server.kill()
    server.wait()
    past = client.stop()
    assert [report.path for report in (*through, *past)] == ["server", "direct"]
    for report in (*through, *past):
        if name in STOPS:
            assert (report.is_sent, report.is_standstill_seen) == (True, name != "mjj-web"), report
        else:
            assert (report.is_sent, report.is_standstill_seen) == (False, False)
            assert "has no stop" in str(report.reason)


@pytest.mark.parametrize("name", ["z5", "map"])
def test_a_controller_that_falls_silent_and_comes_back_is_lost_and_believed_again(name: str, tmp_path: Path) -> None:
    with served(tmp_path, name) as room:
        room.start_server()
        client = room.believing_client()
        room.simulator.control("silent", unit=1, on=True)
        assert until(lambda: client.views()[0].trust is Trust.LOST, 10.0)
        room.simulator.control("silent", unit=1, on=False)
        assert until(lambda: client.views()[0].trust is Trust.GOOD, 10.0), client.views()


def test_a_profile_that_does_not_fit_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    with served(tmp_path, "z5") as room:
        bus = room.spec.buses[0]
        wrong = {
            "needs a port of udp://": replace(bus, url="tcp://127.0.0.1:9"),
            "is no controller of shelving": replace(bus, profile="climate-sensor", url="tcp://127.0.0.1:9"),
            "there is no profile": replace(bus, profile="of-nobody"),
            "nothing.toml": replace(bus, profile=str(tmp_path / "nothing.toml")),
        }
        for sentence, spec in wrong.items():
            with pytest.raises(PortUnavailable, match=f"(?i){sentence}"):
                room.client_of(ServerSpec.of([spec], room.blocks)).views()
        sensor = Sensor("depot", "R1", bus.url, 7, "climate-sensor", None)
        with pytest.raises(PortUnavailable, match="no sensor can answer"):
            room.client_of(ServerSpec.of([bus], room.blocks, sensors=[sensor])).views()


def test_two_makes_stand_beside_each_other(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    block = block_of(number=2)
    with served(tmp_path / "a", "wkl") as room, ShelvingRoom(tmp_path / "b", blocks=(block,)) as other:
        buses = [replace(room.spec.buses[0], units={1: 1}), BusSpec(other.spec.buses[0].url, {2: 2})]
        room.spec = ServerSpec.of(buses, [room.blocks[0], block])
        room.start_server()
        client = room.client()
        assert until(lambda: all(view.age_s is not None for view in client.views()), 10.0)
        kinds = {view.block: view.capabilities is not None for view in client.views()}
        assert kinds == {1: True, 2: False}
