"""Which profile a bus is spoken by. Loads no driver: a STOP past the server needs the profile first of all."""

from __future__ import annotations

from pathlib import Path

from archroom.core.bus_urls import REFERENCE
from archroom.drivers.plain_drivers import check_carrier
from archroom.drivers.ports import parse_port
from archroom.drivers.profile import Profile, WireKind
from archroom.drivers.profile_reading import read_profile, shipped_profile
from archroom.errors import UsageError, say
from archroom.shelving.spec import BusSpec


def profile_of(spec: BusSpec) -> Profile | None:
    """Return a bus's profile, shipped or from a file; None for the reference map.

    Raises BadFile, UsageError for one of no controller, or that the bus's port cannot carry.
    """
    if spec.profile == REFERENCE:
        return None
    is_own = spec.profile.endswith(".toml")
    profile = read_profile(Path(spec.profile)) if is_own else shipped_profile(spec.profile)
    if profile.wire is WireKind.CLIMATE:
        raise UsageError(say("{profile} is no controller of shelving.", profile=profile.title))
    check_carrier(profile, parse_port(spec.url).carrier, spec.url)
    return profile
