"""What the controller of the chosen block cannot do is said in the palette, before anybody is asked anything."""

from __future__ import annotations

from dataclasses import replace

import pytest
from plain_rig import SIDES_AND_STOP

from archroom.core.plain.facts import OrderKind
from archroom.core.shelving import Action, BlockView, Trust
from archroom.tui.actions import ACTIONS
from archroom.tui.situation import Chosen, Situation, Where

BY_NAME = {action.name: action for action in ACTIONS}
NAMES = {
    "open_aisle": Action.OPEN,
    "close_aisles": Action.CLOSE,
    "ventilate": Action.VENTILATE,
    "lock": Action.LOCK,
    "unlock": Action.UNLOCK,
    "jog": Action.JOG,
}


def reason(name: str, cannot: frozenset[Action]) -> str:
    """Why an action may not be done on aisle 2 of block 1, by the palette."""
    why_not = BY_NAME[name].why_not
    assert why_not is not None
    said = why_not(Situation(Where.AISLES, Chosen(aisle=(1, 2), cannot=cannot)))
    return "" if said is None else said.english()


@pytest.mark.parametrize("name", NAMES)
def test_an_action_that_the_controller_cannot_do_says_so_and_any_other_is_offered(name: str) -> None:
    only = frozenset({NAMES[name]})
    assert reason(name, only).startswith("The controller of block 1 cannot ")
    assert [other for other in NAMES if reason(other, only)] == [name]


def test_what_a_make_cannot_do_follows_from_its_profile_and_no_make_is_locked_or_jogged_from_here() -> None:
    every = replace(SIDES_AND_STOP, orders=frozenset(OrderKind))
    opens = replace(SIDES_AND_STOP, orders=frozenset({OrderKind.OPEN}))
    view = BlockView(1, Trust.GOOD, 0.0, None, None, (), True, None)
    assert view.cannot == frozenset(), "nobody knows yet which controller it is"
    assert replace(view, capabilities=every).cannot == {Action.LOCK, Action.UNLOCK, Action.JOG}
    assert replace(view, capabilities=opens).cannot == frozenset(Action) - {Action.OPEN}
