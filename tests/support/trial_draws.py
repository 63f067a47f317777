"""Draws trials: from a number, the text of a scenario in which people, programs, sensors, power and the line misbehave.

What is drawn is text that a person can read and play again; nothing else goes into a trial. Each kind of trouble is one row
of `TROUBLES`, and brings along how it ends, so that the room comes back to life for the next.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from staged_room import SETTINGS, Setting

from archroom.core.rooms import Block

EPISODE_S = (6.0, 26.0)
"""From one opening to the next."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What a trouble may be drawn from."""

    random: Random
    block: Block
    prefix: str
    """`block N ` where there are several."""

    def aisle(self) -> int:
        """One that can be entered."""
        return self.random.choice(self.block.aisles)

    def carriage(self) -> int:
        """A mobile one."""
        return self.random.choice([unit.number for unit in self.block.carriages if unit.is_mobile])

    def at(self, at_s: float, act: str) -> str:
        """A line."""
        return f"at {at_s:.2f}s {self.prefix}{act}"


Trouble = Callable[[Draw, float], list[str]]
"""The lines of something that goes wrong at a time, and of its end."""


def for_a_while(begins: str, ends: str, least_s: float = 0.02, most_s: float = 6.0, *, resets: bool = False) -> Trouble:
    """Something that begins, and ends after a while; `N` is a carriage, `K` an aisle."""

    def lines(draw: Draw, at_s: float) -> list[str]:
        ends_s = at_s + draw.random.choice((draw.random.uniform(least_s, 0.5), draw.random.uniform(least_s, most_s)))
        carriage, aisle = str(draw.carriage()), str(draw.aisle())
        named = [act.replace("N", carriage).replace("K", aisle) for act in (begins, ends)]
        found = [draw.at(at_s, named[0]), draw.at(ends_s, named[1])]
        return [*found, draw.at(ends_s + draw.random.uniform(0.1, 3.0), "reset")] if resets else found

    return lines


def once(*acts: str) -> Trouble:
    """One of these acts."""

    def lines(draw: Draw, at_s: float) -> list[str]:
        act = draw.random.choice(acts).replace("N", str(draw.carriage())).replace("K", str(draw.aisle()))
        return [draw.at(at_s, act)]

    return lines


def _visit(draw: Draw, at_s: float) -> list[str]:
    name, stays_s = draw.random.choice(("bo", "cai", "dee")), draw.random.uniform(0.5, 15.0)
    left_s = at_s + stays_s
    return [
        draw.at(at_s, f"person {name} enters aisle {draw.aisle()}"),
        draw.at(left_s, f"person {name} leaves"),
        draw.at(left_s + 1.0, "reset"),
    ]


def _visit_in_motion(draw: Draw, at_s: float) -> list[str]:
    name, aisle = draw.random.choice(("eli", "fay")), draw.aisle()
    after = f"{draw.random.uniform(0.0, 4.0):.2f}s after {draw.prefix}carriage {draw.carriage()} moving"
    time = draw.random.randint(1, 9)
    return [
        f"{after} time {time}: person {name} enters aisle {aisle}",
        draw.at(at_s + 20.0, f"person {name} leaves"),
        draw.at(at_s + 21.0, "reset"),
    ]


def _at_a_state(draw: Draw, _at_s: float) -> list[str]:
    state = draw.random.choice(("selected", "warning", "moving", "stopping"))
    later = f"{draw.random.uniform(0.0, 2.0):.2f}s after {draw.prefix}state {state} time {draw.random.randint(1, 9)}"
    act = draw.random.choice(("e-stop press", "power off", "mode local", "enable off", "desk stops", "desk goes away"))
    undone = {"e-stop press": "e-stop release", "power off": "power on", "mode local": "mode automatic"}
    undone["enable off"] = "enable on"
    lines = [f"{later}: {act}"]
    if act in undone:
        again = later.replace("s after", "s after", 1)
        seconds, rest = again.split("s after", 1)
        lines += [f"{float(seconds) + 2.0:.2f}s after{rest}: {undone[act]}"]
        lines += [f"{float(seconds) + 4.0:.2f}s after{rest}: reset"]
    return lines


def _crank(draw: Draw, at_s: float) -> list[str]:
    by_mm = draw.random.choice((-1, 1)) * draw.random.randint(5, 400)
    return [
        draw.at(at_s, "mode hand crank"),
        draw.at(at_s + 0.5, f"crank carriage {draw.carriage()} by {by_mm}mm"),
        draw.at(at_s + draw.random.uniform(1.0, 20.0), "mode automatic"),
    ]


FAULTS_OF_ALL = (
    *("lose", "drop", "late 20ms", "late 90ms", "late 140ms", "late 300ms", "garbage 00ff17", "garbage 0103", "duplicate"),
    *("corrupt", "truncate 4 bytes", "split 15ms", "split 200ms", "glue", "echo"),
)
"""What may happen on any wire."""
_FAULTS = (*FAULTS_OF_ALL[:9], "wrong unit 9", *FAULTS_OF_ALL[9:], "exception 6", "exception 4")


def link(faults: tuple[str, ...], functions: tuple[int, ...]) -> Trouble:
    """One of these faults, of the next requests, or of those of one function."""

    def lines(draw: Draw, at_s: float) -> list[str]:
        fault = draw.random.choice(faults)
        function = draw.random.choice(("", "", *(f" of function {number}" for number in functions)))
        count = draw.random.choice((1, 1, 2, 3, 5, 12))
        return [draw.at(at_s, f"link {fault}{function} for {count} replies")]

    return lines


def noise(once: Trouble) -> Trouble:
    """Many faults within a while."""

    def lines(draw: Draw, at_s: float) -> list[str]:
        count = draw.random.randint(5, 15)
        return [line for _ in range(count) for line in once(draw, at_s + draw.random.uniform(0.0, 20.0))]

    return lines


_link = link(_FAULTS, (3, 6, 16))


def _second_master(draw: Draw, at_s: float) -> list[str]:
    lines = [draw.at(at_s, f"second master {draw.random.choice(('opens', 'selects'))} aisle {draw.aisle()}")]
    if draw.random.random() < 0.5:
        act = draw.random.choice(("stops", "falls silent"))
        lines.append(draw.at(at_s + draw.random.uniform(0.0, 5.0), f"second master {act}"))
    return lines


def _server_dies(draw: Draw, at_s: float) -> list[str]:
    return [f"at {at_s:.2f}s server dies for {draw.random.uniform(0.05, 5.0):.2f}s"]


def _silent_desk(draw: Draw, at_s: float) -> list[str]:
    return [f"at {at_s:.2f}s desk falls silent", f"at {at_s + draw.random.uniform(0.3, 6.0):.2f}s desk comes back"]


def _full_disk(draw: Draw, at_s: float) -> list[str]:
    return [f"at {at_s:.2f}s journal full", f"at {at_s + draw.random.uniform(0.5, 8.0):.2f}s journal well"]


def _odd_controller(draw: Draw, at_s: float) -> list[str]:
    bad, good = draw.random.choice(
        (("kind 2", "kind 1"), ("block 9", f"block {draw.block.number}"), ("watchdog 3s", "watchdog 1s"))
        + (("warning 200ms", "warning 2s"), ("magic 7", "magic 16722"))
    )
    return [draw.at(at_s, f"configure {bad}"), draw.at(at_s + draw.random.uniform(1.0, 9.0), f"configure {good}")]


def _opening(draw: Draw, at_s: float) -> list[str]:
    chance, confirmed = draw.random.random(), ""
    if chance < 0.06:
        confirmed = " confirming nothing"
    elif chance < 0.12:
        confirmed = f" confirming aisle {draw.aisle()}"
    return [draw.at(at_s, f"desk opens aisle {draw.aisle()}{confirmed}")]


def _jog(draw: Draw, at_s: float) -> list[str]:
    by_mm = draw.random.choice((-1, 1)) * draw.random.choice((5, 20, 50, 200, 700))
    if draw.random.random() < 0.5:
        return [draw.at(at_s, f"desk jogs carriage {draw.carriage()} by {by_mm}mm")]
    lets_go_s = at_s + draw.random.uniform(1.5, 8.0)
    return [draw.at(at_s, f"desk holds carriage {draw.carriage()} by {by_mm}mm"), f"at {lets_go_s:.2f}s desk lets go"]


WISHES: tuple[tuple[int, Trouble], ...] = (
    (10, _opening),
    (2, once("desk closes aisle K")),
    (2, once("desk ventilates aisle K")),
    (3, _jog),
    (1, for_a_while("desk locks carriage N", "desk unlocks carriage N", 3.0, 25.0)),
)
"""What the desk asks for, and how often."""

TROUBLES_OF_ALL: tuple[tuple[int, Trouble], ...] = (
    (6, once("desk stops")),
    (4, _silent_desk),
    (3, once("desk goes away")),
    (4, _server_dies),
    (2, _full_disk),
    (6, _visit),
    (6, _visit_in_motion),
    (8, _at_a_state),
    (3, for_a_while("e-stop press", "e-stop release", resets=True)),
    (2, for_a_while("edge carriage N on", "edge carriage N off", resets=True)),
    (2, for_a_while("edge carriage N chatters", "edge carriage N off", resets=True)),
    (2, for_a_while("beam aisle K on", "beam aisle K off", resets=True)),
    (2, for_a_while("beam aisle K chatters", "beam aisle K off", resets=True)),
    (2, for_a_while("detector aisle K stuck occupied", "detector aisle K well", resets=True)),
    (2, for_a_while("detector aisle K chatters", "detector aisle K well", resets=True)),
)
"""What may go wrong with any make: how often, and what."""

TROUBLES: tuple[tuple[int, Trouble], ...] = (
    *TROUBLES_OF_ALL,
    (2, for_a_while("encoder carriage N frozen", "encoder carriage N well", resets=True)),
    (2, for_a_while("encoder carriage N off by 9mm", "encoder carriage N well", resets=True)),
    (2, for_a_while("encoder carriage N off by -600mm", "encoder carriage N well", resets=True)),
    (3, for_a_while("jam carriage N on", "jam carriage N off", resets=True)),
    (3, for_a_while("mode local", "mode automatic")),
    (2, for_a_while("enable off", "enable on")),
    (4, for_a_while("power off", "power on")),
    (4, for_a_while("silent on", "silent off")),
    (3, for_a_while("freeze on", "freeze off", 0.5)),
    (2, _odd_controller),
    (3, _crank),
    (4, _second_master),
    (8, _link),
    (4, noise(_link)),
)
"""What may go wrong with controllers of the register map."""


def drawn(seed: int, minutes: float = 5.0, rooms: dict[str, Setting] | None = None) -> str:
    """The text of a trial of so many simulated minutes."""
    random = Random(seed)
    settings = SETTINGS if rooms is None else rooms
    room = random.choice(list(settings))
    setting = settings[room]
    weights, troubles = zip(*TROUBLES, strict=True)
    often, wishes = zip(*WISHES, strict=True)
    lines = [f"room {room}"]
    at_s = random.uniform(1.0, 4.0)
    while at_s < 60.0 * minutes - 25.0:
        block = random.choice(setting.blocks)
        prefix = f"block {block.number} " if len(setting.blocks) > 1 else ""
        draw = Draw(random, block, prefix)
        (wish,) = random.choices(wishes, often)
        lines += wish(draw, at_s)
        for _ in range(random.choice((0, 1, 1, 2, 3))):
            (trouble,) = random.choices(troubles, weights)
            lines += trouble(draw, at_s + random.uniform(-1.0, 14.0))
        at_s += random.uniform(*EPISODE_S)
    lines += holds(Random(f"holds of {seed}"), setting.blocks, 60.0 * minutes - 25.0)
    return "\n".join(lines) + "\n"


def holds(random: Random, blocks: tuple[Block, ...], until_s: float) -> list[str]:
    """People who say that they are in an aisle, and most of them later that they are out again."""
    lines: list[str] = []
    for number in range(random.randint(0, 4)):
        block = random.choice(blocks)
        draw = Draw(random, block, f"block {block.number} " if len(blocks) > 1 else "")
        name, aisle, at_s = random.choice(("Gil", "Hana", "Ivo")) + str(number), draw.aisle(), random.uniform(0.0, until_s)
        lines.append(draw.at(at_s, f"desk holds aisle {aisle} for {name}"))
        if random.random() < 0.85:
            lines.append(draw.at(at_s + random.uniform(1.0, 30.0), f"desk releases aisle {aisle} of {name}"))
    return lines
