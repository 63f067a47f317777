"""Giving a server that has just started the time to look once, so that a command does not answer that nothing is known."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from archroom.core.shelving import Trust

if TYPE_CHECKING:
    from archroom.core.climate import ClimateView
    from archroom.shelving.client import ShelvingClient

FIRST_LOOK_S = 3.0
LOOK_EVERY_S = 0.05


def wait_for_first_look(client: ShelvingClient) -> None:
    """Give the server the time to read each block once, or to find that it does not answer."""
    deadline = time.monotonic() + FIRST_LOOK_S
    while any(view.trust is Trust.UNKNOWN for view in client.views()) and time.monotonic() < deadline:
        time.sleep(LOOK_EVERY_S)  # the server tells nobody by itself; it is asked again, for 3 s at most


def climate_once_asked(client: ShelvingClient) -> ClimateView:
    """Return the climate once each sensor was asked, if that is soon."""
    view = client.climate()
    deadline = time.monotonic() + FIRST_LOOK_S
    while time.monotonic() < deadline and not all(sensor.is_asked for sensor in view.sensors):
        time.sleep(LOOK_EVERY_S)  # the server tells nobody by itself; it is asked again, for 3 s at most
        view = client.climate()
    return view
