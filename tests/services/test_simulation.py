"""What is usually tried at a simulator, by the state it is in; and that a real one takes every act."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archroom.core.simulation import SimulatedBlock, SimulatedPerson, SimulatedRoom
from archroom.drivers.simulator_channel import SimulatorChannel
from archroom.errors import PortUnavailable, Refused
from archroom.services.simulation import NAMES, SimulatedAct, Simulation, typed_act, usual_acts
from hardware_sim.running import RunningSimulator

ROOM_FILE = Path(__file__).parents[2] / "archroom" / "rooms" / "small.toml"


def acts(block: SimulatedBlock, aisle: int = 2, line_faults: int = 0, speed: float = 1.0) -> list[str]:
    """The sentences of what is offered."""
    room = SimulatedRoom(speed, {block.number: block}, line_faults)
    return [act.what.english() for act in usual_acts(room, block.number, aisle)]


def test_each_switch_offers_its_other_way() -> None:
    at_rest = acts(SimulatedBlock(1))
    tripped = acts(SimulatedBlock(1, (), False, True, True, frozenset({2})), line_faults=3, speed=4.0)
    for one, other in (
        ("Press the emergency stop", "Release the emergency stop"),
        ("Break the light beam of aisle 2", "Clear the light beam of aisle 2"),
        ("Cut the line of the block", "Mend the line of the block"),
        ("Cut the power of the block", "Give the block its power again"),
        ("Damage the next 5 answers on the line", "Damage no more answers"),
        ("Run 4 times as fast as steel", "Run as fast as steel"),
    ):
        assert (one in at_rest, other in at_rest) == (True, False)
        assert (one in tripped, other in tripped) == (False, True)


def test_whoever_walks_in_is_nobody_who_is_inside() -> None:
    people = tuple(SimulatedPerson(name, 1, True, False) for name in NAMES)
    assert acts(SimulatedBlock(1, people[:1]))[0] == f"{NAMES[1]} walks into aisle 2"
    assert acts(SimulatedBlock(1, people))[0] == f"P{len(NAMES) + 1} walks into aisle 2"
    assert f"{NAMES[0]} walks out of aisle 1" in acts(SimulatedBlock(1, people[:1]))


@pytest.fixture
def simulation() -> Iterator[Simulation]:
    """A simulator of the small room, at its control channel."""
    with RunningSimulator(ROOM_FILE, tcp="127.0.0.1:0", control="127.0.0.1:0") as running:
        yield Simulation(SimulatorChannel(running.endpoints["control"].rpartition("/")[2]))


def named(simulation: Simulation, words: str) -> SimulatedAct:
    """What is offered now and holds some words."""
    return next(act for act in usual_acts(simulation.room(), 1, 1) if words in act.what.english())


@pytest.mark.parametrize(
    ("there", "back"),
    [
        ("walks into aisle 1", "walks out of aisle 1"),
        ("unseen by the detectors", "walks out of aisle 1"),
        ("Press the emergency stop", "Release the emergency stop"),
        ("Break the light beam", "Clear the light beam"),
        ("Cut the line", "Mend the line"),
        ("Cut the power", "Give the block its power"),
        ("Damage the next", "Damage no more"),
        ("Run 12 times", "Run as fast as steel"),
    ],
)
def test_the_simulator_takes_every_usual_act_and_its_way_back(simulation: Simulation, there: str, back: str) -> None:
    before = simulation.room()
    simulation.carry_out(named(simulation, there))
    assert simulation.room() != before
    simulation.carry_out(named(simulation, back))
    assert simulation.room() == before


def test_the_simulator_says_itself_what_it_does_not_know(simulation: Simulation) -> None:
    for line in ("fire at=3", "person ana jumps"):
        with pytest.raises(Refused, match="The simulator refuses"):
            simulation.carry_out(typed_act(line))
    assert simulation.carry_out(typed_act("reset")).english() == "Done."
    assert simulation.carry_out(typed_act("e-stop release")).english() == "It is played."


def test_a_simulator_that_is_not_there_is_said() -> None:
    with pytest.raises(PortUnavailable, match="No simulator answers"):
        Simulation(SimulatorChannel("127.0.0.1:1")).room()
