"""Draws trials of controllers of other makes, and of a seed which make it is of.

What the simulator models of a make and its wire is drawn; the rest it refuses.
"""

from __future__ import annotations

import re
from random import Random

from plain_conduct import Make
from plain_installation import MAKES
from trial_draws import (
    EPISODE_S,
    FAULTS_OF_ALL,
    TROUBLES_OF_ALL,
    Draw,
    Trouble,
    drawn,
    for_a_while,
    holds,
    link,
    noise,
    once,
)

EVERY = 12
"""Of so many seeds in a row each other make has one, the register map the rest."""


FUNCTIONS: dict[Make, tuple[int, ...]] = {
    Make.FATEK_COILS: (1, 5, 6),
    Make.Z5: (0x81, 0x8B, 0x8C, 0x8F),
    Make.WKL: (1, 4),
    Make.MJJ_WEB: (),
    Make.STOW_WMS: (1, 2),
}
"""The command codes of a make that a fault may be bound to."""
_OF_MODBUS = ("wrong unit 9", "exception 4", "exception 6")


def _mended(lines: list[str], make: Make) -> list[str]:
    """The lines, and what a person does after them where the make asks for more than a reset.

    The coil of manual operation stays set until power comes anew. An alarm of a Z5 counts until the block is seen to move
    again, and no simulated cabinet is moved by its own panel: in its place the server begins anew.
    """
    found: list[str] = []
    for line in lines:
        found.append(line)
        if make is Make.FATEK_COILS and line.endswith("mode automatic"):
            found += [_later(line, 0.5, "mode automatic", "power off"), _later(line, 1.0, "mode automatic", "power on")]
        elif make is Make.Z5 and line.endswith("reset"):
            found.append(_later(line, 0.1, "reset", "server dies for 0.10s"))
    return found


def _later(line: str, by_s: float, act: str, instead: str) -> str:
    """The same time and condition, so much later, with another act."""
    later = re.sub(r"\d+\.\d\d(?=s )", lambda found: f"{float(found[0]) + by_s:.2f}", line, count=1)
    return later.removesuffix(act) + instead


def _opening(draw: Draw, at_s: float) -> list[str]:
    chance, more = draw.random.random(), ""
    if chance < 0.05:
        more = " confirming nothing"
    elif chance < 0.10:
        more = " alone"
    elif chance < 0.13:
        more = " attended by Ana"
    return [draw.at(at_s, f"desk opens aisle {draw.aisle()}{more}")]


def _opening_on_a_full_disk(draw: Draw, at_s: float) -> list[str]:
    return [
        draw.at(at_s, f"desk opens aisle {draw.aisle()}"),
        f"at {at_s + 0.5:.2f}s journal full",
        f"at {at_s + 4.0:.2f}s journal well",
    ]


WISHES: tuple[tuple[int, Trouble], ...] = (
    (12, _opening),
    (2, _opening_on_a_full_disk),
    (2, once("desk closes aisle K")),
    (2, once("desk ventilates aisle K")),
)
TROUBLES: tuple[tuple[int, Trouble], ...] = (
    *TROUBLES_OF_ALL,
    (3, for_a_while("jam carriage N on", "jam carriage N off", resets=True)),
    (3, for_a_while("mode local", "mode automatic")),
    (2, for_a_while("enable off", "enable on")),
    (3, for_a_while("power off", "power on")),
    (3, for_a_while("silent on", "silent off")),
)


def drawn_plain(seed: int, make: Make, minutes: float = 5.0) -> str:
    """The text of a trial with controllers of this make."""
    random = Random(f"{make.value} {seed}")
    setting = MAKES[make.value]
    faults = link((*FAULTS_OF_ALL, *(_OF_MODBUS if make is Make.FATEK_COILS else ())), FUNCTIONS[make])
    weights, troubles = zip(*TROUBLES, (8, faults), (4, noise(faults)), strict=True)
    often, wishes = zip(*WISHES, strict=True)
    lines = [f"room {make.value}"]
    at_s = random.uniform(1.0, 4.0)
    while at_s < 60.0 * minutes - 25.0:
        block = random.choice(setting.blocks)
        draw = Draw(random, block, f"block {block.number} " if len(setting.blocks) > 1 else "")
        (wish,) = random.choices(wishes, often)
        lines += wish(draw, at_s)
        for _ in range(random.choice((0, 0, 1, 1, 2))):
            (trouble,) = random.choices(troubles, weights)
            lines += _mended(trouble(draw, at_s + random.uniform(-1.0, 14.0)), make)
        at_s += random.uniform(*EPISODE_S)
    lines += holds(Random(f"holds of {make.value} {seed}"), setting.blocks, 60.0 * minutes - 25.0)
    return "\n".join(lines) + "\n"


def make_of(seed: int) -> Make | None:
    """The make that a number is of; None: the register map."""
    turn = seed % EVERY
    return list(Make)[turn] if turn < len(Make) else None


def drawn_of_any(seed: int, minutes: float = 5.0) -> str:
    """The text of a trial of whatever make this number is of."""
    make = make_of(seed)
    return drawn(seed, minutes) if make is None else drawn_plain(seed, make, minutes)
