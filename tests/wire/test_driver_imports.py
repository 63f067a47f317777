"""pymodbus stays behind one file, and whoever only needs a port or a frame's registers does not load it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def importers_of(package: str, folder: Path) -> list[str]:
    """Files under a folder that import a package."""
    found = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module]
            if any(name.partition(".")[0] == package for name in names):
                found.add(path.relative_to(folder).as_posix())
    return sorted(found)


def test_only_one_file_imports_pymodbus() -> None:
    assert importers_of("pymodbus", ROOT / "archroom") == ["drivers/modbus_frames.py"]


def test_a_port_is_opened_and_a_register_named_without_pymodbus() -> None:
    program = (
        "import sys; from archroom.drivers import modbus, ports, reference, timing, wires;"
        "print([name for name in ('pymodbus', 'asyncio') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert run.stdout.strip() == "[]"


def test_a_stop_past_the_server_loads_no_other_wire_and_no_supervisor() -> None:
    """What is loaded before a profile is known; the driver of its own wire comes after it."""
    program = (
        "import sys; from archroom.shelving import plain_direct;"
        "unwanted = ('pymodbus', 'archroom.core.plain.supervisor', 'archroom.core.supervisor.supervisor',"
        " 'archroom.shelving.bus');"
        "print([name for name in sys.modules if name in unwanted or name.endswith(('_driver', '.line'))])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert run.stdout.strip() == "[]"
    every = program.replace("plain_direct;", "bus;")
    assert every != program
    run = subprocess.run([sys.executable, "-c", every], capture_output=True, text=True, cwd=ROOT, check=True)
    assert "archroom.core.plain.supervisor" in run.stdout, "the check itself sees what is loaded"


def test_the_search_for_imports_finds_them(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("import pymodbus.framer\n")
    (tmp_path / "b.py").write_text("def f():\n    from pymodbus import client\n")
    (tmp_path / "c.py").write_text("import pymodbus_other\n")
    assert importers_of("pymodbus", tmp_path) == ["a.py", "b.py"]
