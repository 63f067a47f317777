"""A post of a plain controller: an order that its driver cannot say did not begin, and ends no bus."""

from __future__ import annotations

from typing import cast

import pytest
from supervised_room import block_of

from archroom.core.plain.facts import Order, OrderKind
from archroom.core.plain.supervisor import PlainSupervisor
from archroom.core.supervisor.wishes import Frame, Lane, Wish
from archroom.drivers.framed_line import FramedLine
from archroom.drivers.plain import OrderNotBegun
from archroom.drivers.profile_reading import shipped_profile
from archroom.drivers.stow_driver import StowDriver
from archroom.drivers.wire_settings import StowSettings
from archroom.shelving.posts import PlainPost


@pytest.mark.parametrize("aisle", [0, 20])
def test_an_aisle_that_the_wire_has_no_number_for_is_not_opened_and_ends_no_bus(aisle: int) -> None:
    profile = shipped_profile("stow-wms")
    settings = profile.settings
    assert isinstance(settings, StowSettings)
    assert settings.aisle_offset == 0, "aisle 0 of a room has no number there"
    nothing_is_sent = cast(FramedLine, None)
    supervisor = PlainSupervisor(block_of(), profile.capabilities, lambda: "t1")
    post = PlainPost(supervisor, StowDriver(nothing_is_sent, 1, profile, settings))
    wish = Wish(Frame.ORDER, Lane.COMMAND, 0.0, order=Order(OrderKind.OPEN, aisle=aisle))
    with pytest.raises(OrderNotBegun, match="does not say which aisle"):
        post.speak(wish)
