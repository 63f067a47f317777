"""All profiles by name. The reference controller and the climate sensors beside it are no plain makes."""

from __future__ import annotations

from hardware_sim.plain_room import Profile
from hardware_sim.profiles.climate import CLIMATE
from hardware_sim.profiles.fatek_coils import FATEK_COILS
from hardware_sim.profiles.mjj_web import MJJ_WEB
from hardware_sim.profiles.stow_wms import STOW_WMS
from hardware_sim.profiles.wkl import WKL
from hardware_sim.profiles.z5 import Z5

REFERENCE = "reference"
PLAIN_PROFILES: dict[str, Profile] = {profile.name: profile for profile in (FATEK_COILS, STOW_WMS, Z5, WKL, MJJ_WEB)}
PROFILE_NAMES = (REFERENCE, *PLAIN_PROFILES, CLIMATE)
