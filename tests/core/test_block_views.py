"""What a block's controller cannot be asked to do, as its view tells."""

from __future__ import annotations

from plain_rig import SIDES_AND_STOP
from supervised_room import SupervisedBlock

from archroom.core.shelving import Action, BlockView, Trust


def unread() -> BlockView:
    """A block of which nothing is known."""
    return BlockView(1, Trust.UNKNOWN, None, None, None, (), False, None)


def test_of_a_block_that_was_never_read_nothing_is_said_to_be_impossible() -> None:
    assert unread().cannot == frozenset()


def test_a_controller_of_another_make_cannot_do_what_its_profile_does_not_order() -> None:
    view = BlockView(1, Trust.GOOD, 0.0, None, None, (), True, None, capabilities=SIDES_AND_STOP)
    assert view.cannot == frozenset(Action) - {Action.OPEN}


def test_a_controller_of_the_map_cannot_do_what_its_identity_leaves_out() -> None:
    rig = SupervisedBlock()
    assert rig.run(2.0, lambda: rig.view().identity is not None)
    identity = rig.view().identity
    assert identity is not None
    assert rig.view().cannot == frozenset(Action) - identity.capabilities
