"""Deferred imports and borders, proved by running: static rules cannot see an import inside a function."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("textual", "rich", "pymodbus", "serial", "peewee", "PIL", "zxingcpp", "pypdfium2", "barcode", "qrcode", "psycopg")


def modules_after(code: str) -> set[str]:
    """The top-level modules that are loaded once a fresh interpreter has run `code`."""
    script = f"import sys\n{code}\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}), sep='\\n')"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    return set(run.stdout.split("\n"))


def run_main(*arguments: str) -> str:
    """Code that runs the command line and outlives its exit."""
    return f"from archroom.__main__ import main\ntry:\n    main({list(arguments)!r})\nexcept SystemExit:\n    pass\n"


@pytest.mark.parametrize(
    "arguments", [("--help",), ("find", "--help"), ("aisle", "--help"), ("label", "--help"), ("where",)]
)
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert modules_after(run_main(*arguments)).isdisjoint(HEAVY)


@pytest.mark.parametrize("package", ["archroom.core", "archroom.services", "archroom.labels", "archroom.drivers"])
def test_a_package_by_itself_loads_nothing_heavy(package: str) -> None:
    loaded = modules_after(f"import importlib\nimportlib.import_module({package!r})")
    assert loaded.isdisjoint({"textual", "pymodbus", "peewee", "psycopg", "zxingcpp"})


def test_the_simulator_loads_nothing_of_archroom_nor_its_libraries() -> None:
    assert modules_after("import hardware_sim.__main__").isdisjoint({"archroom", "pymodbus", "textual", "peewee"})


def test_the_check_sees_a_heavy_import() -> None:
    assert "barcode" in modules_after("import barcode")
