"""A proved block on a virtual clock, for every test of the supervisor."""

from __future__ import annotations

import pytest
from supervised_room import SupervisedBlock


@pytest.fixture
def rig() -> SupervisedBlock:
    """A proved block with aisle 0 open."""
    made = SupervisedBlock()
    made.prove()
    return made
