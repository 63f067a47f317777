"""The model, the controller and the codec do no IO and know no clock, so they run as well on a virtual one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import hardware_sim

PACKAGE = Path(hardware_sim.__file__).parent
PURE = (
    *("layout", "mechanics", "motions", "block", "registers", "settings", "orders", "tasks", "watchdog", "controller"),
    *("station", "modbus", "bus", "line_faults", "sessions", "fields", "commands", "unit_commands", "sensor_faults"),
    *(
        "rival",
        "phrases",
        "scenario",
        "player",
        "oracle",
        "judging",
        "line_commands",
        "track_commands",
        "sensors",
        "sensor_commands",
        "checksums",
    ),
    *("plain_orders", "plain_places", "plain_cabinet", "plain_commands", "plain_room", "faces", "profiles/options"),
    *(
        "profiles/settings",
        "profiles/fatek_coils",
        "profiles/stow_wms",
        "profiles/framing",
        "profiles/z5",
        "profiles/wkl",
        "profiles/mjj_web",
        "hypertext",
    ),
    *("profiles/climate", "profiles/catalogue"),
)
IMPURE = {
    *("time", "datetime", "os", "sys", "io", "pathlib", "socket", "select", "selectors", "threading", "queue"),
    *("asyncio", "subprocess", "signal", "logging", "pty", "ctypes", "serial", "pymodbus", "archroom"),
    *("hardware_sim.loop", "hardware_sim.wire", "hardware_sim.endpoints", "hardware_sim.control", "hardware_sim.running"),
}


def imports_of(module: str) -> set[str]:
    """The modules that a file imports, inside functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((PACKAGE / f"{module}.py").read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module))
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("module", PURE)
def test_a_pure_module_imports_nothing_impure(module: str) -> None:
    assert imports_of(module) & IMPURE == set()


def test_canary_the_check_sees_what_the_shell_imports() -> None:
    assert imports_of("running") & IMPURE >= {"os", "threading", "hardware_sim.loop"}


def test_only_the_station_knows_chance() -> None:
    assert [module for module in PURE if "random" in imports_of(module)] == ["station"]
