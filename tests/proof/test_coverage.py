"""Every line and branch of what decides about motion is taken by the tests next to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from covering import FailingTests, not_taken

ROOT = Path(__file__).parents[2]
CORE = ROOT / "archroom" / "core"
DRIVERS = ROOT / "archroom" / "drivers"
DECIDING = (
    *sorted((CORE / "supervisor").glob("[a-z]*.py")),
    *(CORE / "plain" / f"{name}.py" for name in ("facts", "motion", "rules", "supervisor", "watch")),
    *(
        CORE / f"{name}.py"
        for name in "actions arming commissioning commissioning_rules gaps licensing people_holds shelving".split()
    ),
    *sorted(DRIVERS.glob("framed_*.py")),
    *(
        DRIVERS / f"{name}.py"
        for name in ("controller", "line_state", "map_driver", "modbus", "modbus_frames", "pulses", "transactions")
    ),
)
TIMED = "tests/wire/test_frame_fuzz.py::test_the_hardest_bytes_take_no_long_time"
"""What it asserts is no longer so where each line is counted."""
HALF_TAKEN = """
def half(number):
    if number > 0:
        number += 1
    if number == 7:
        return "never"
    return number
"""


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_every_line_and_branch_that_decides_about_motion_is_taken(tmp_path: Path) -> None:
    tests = ("tests/core", "tests/supervisor", "tests/wire", "--timeout=1200", f"--deselect={TIMED}")
    assert not_taken(DECIDING, tests, ROOT, tmp_path) == []


def test_all_that_decides_is_looked_at() -> None:
    assert {path.name for path in DECIDING} >= {"gate.py", "stop.py", "facts.py", "framed_exchange.py", "transactions.py"}


def test_a_branch_that_no_test_takes_is_found(tmp_path: Path) -> None:
    (tmp_path / "half.py").write_text(HALF_TAKEN)
    (tmp_path / "absent.py").write_text("")
    (tmp_path / "test_half.py").write_text("from half import half\ndef test_half(): assert half(1) == 2\n")
    files = (tmp_path / "half.py", tmp_path / "absent.py")
    assert not_taken(files, ("test_half.py",), tmp_path, tmp_path) == [
        "half.py:6",
        "half.py:3->5",
        "absent.py: never imported",
    ]


def test_tests_that_fail_are_told(tmp_path: Path) -> None:
    (tmp_path / "test_wrong.py").write_text("def test_wrong(): assert False\n")
    with pytest.raises(FailingTests, match="1 failed"):
        not_taken((), ("test_wrong.py",), tmp_path, tmp_path)
