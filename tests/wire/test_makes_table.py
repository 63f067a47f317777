"""The table of docs/drivers.md that says what each make can do agrees with the profiles, which are what holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from archroom.core.plain.facts import Capabilities, OrderKind
from archroom.core.shelving import Action
from archroom.core.supervisor.rules import reference_capabilities
from archroom.drivers.profile import Proof
from archroom.drivers.profile_reading import SHIPPED, shipped_profile

PAGE = Path(__file__).parents[2] / "docs" / "drivers.md"
HEAD = "| make | open | close | ventilate | lock | jog | stop |"
ORDERS = (OrderKind.OPEN, OrderKind.CLOSE, OrderKind.VENTILATE, OrderKind.LOCK, OrderKind.JOG)
RESTS_ON = {Proof.OWN: "own map", Proof.USERS_CODE: "users' code", Proof.VENDORS_CODE: "a vendor's notes"}
MOVERS = tuple(name for name in SHIPPED if name != "climate-sensor")
SAYS = {True: "yes", False: "no", None: "unknown"}


def row(name: str, can: Capabilities, proof: Proof) -> str:
    """A make's row, as the code has it."""
    cells = [
        *(SAYS[order in can.orders] for order in ORDERS),
        SAYS[can.can_stop],
        can.position_sense.value,
        SAYS[can.tells_occupied],
        SAYS[can.stops_when_host_is_silent],
        SAYS[can.has_sequence_numbers],
        RESTS_ON[proof],
    ]
    return f"| `{name}` | {' | '.join(cells)} |"


def rows() -> list[str]:
    """The rows under the table's head."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith(HEAD)) + 2
    found = []
    for line in lines[first:]:
        if not line.startswith("|"):
            break
        found.append(line)
    return found


def test_every_make_has_its_row_and_no_other() -> None:
    expected = [row("reference", reference_capabilities(tuple(Action)), Proof.OWN)]
    expected += [row(name, (profile := shipped_profile(name)).capabilities, profile.proof) for name in MOVERS]
    assert rows() == expected, "\n".join(expected)


@pytest.mark.parametrize("name", MOVERS)
def test_what_none_has_shown_is_unknown_and_never_no_or_yes(name: str) -> None:
    assert shipped_profile(name).capabilities.stops_when_host_is_silent is None
