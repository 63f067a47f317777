"""Whether tests notice faults in what decides about motion, planted singly: a sample in the check, all in the proof."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import mutation
import pytest
from mutants import mutants, planted

SOURCE = """
def is_over(limit):
    if ready and (count + 1 > limit or not quiet):
        note("over", strict=True)
        say("{n} is over", n=count + 1)
        return [limit]
    raise ValueError(f"{count + 1}")
"""


def tried(*options: str) -> subprocess.CompletedProcess[str]:
    """Run the tester in a process that has not imported what it mutates."""
    program = [sys.executable, str(mutation.ROOT / "tests" / "support" / "mutation.py"), *options]
    return subprocess.run(program, capture_output=True, text=True, check=False, cwd=mutation.ROOT)


@pytest.mark.timeout(600)
def test_faults_in_what_decides_about_motion_are_noticed() -> None:
    result = tried("--sample", "12", "--least", "0.75")
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.proof
@pytest.mark.timeout(4 * 3600)
def test_95_of_100_faults_in_what_decides_about_motion_are_noticed() -> None:
    result = tried("--least", "0.95")
    print(result.stdout)
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_suite_that_notices_nothing_is_found_out() -> None:
    result = tried("--sample", "3", "--least", "0.75", "--without-tests")
    assert result.returncode == 1
    assert result.stdout.count("NO REASON LISTED") == 3, result.stdout + result.stderr


def test_what_is_listed_as_harmless_is_there_and_has_a_reason() -> None:
    listed = mutation.reasons()
    assert mutation.outdated(listed) == []
    assert all(why.endswith(".") for why in listed.values())


def test_a_listed_survivor_that_names_no_line_is_found(tmp_path: Path) -> None:
    (tmp_path / "survivors.toml").write_text(
        '[[survivor]]\nmodule = "core/gaps"\ncode = "no such line"\nwhat = "0 -> 1"\nwhy = "Nobody knows."\n'
    )
    assert mutation.outdated(mutation.reasons(tmp_path / "survivors.toml")) == [("core/gaps", "no such line", "0 -> 1")]


def test_every_file_of_tests_and_every_module_is_there() -> None:
    files = {file for files in mutation.TESTS.values() for file in files}
    assert [file for file in files if not (mutation.ROOT / file).is_file()] == []
    assert [module for module in mutation.TESTS if not mutation.source_of(module).is_file()] == []


def test_faults_are_planted_where_something_is_decided_and_nowhere_else() -> None:
    found = mutants(ast.parse(SOURCE))
    assert [(mutant.line, mutant.what) for mutant in found] == [
        (3, "x -> not x"),
        (3, "-> Or"),
        (3, "-> And"),
        (3, "Gt -> GtE"),
        (3, "Add -> Sub"),
        (3, "1 -> 2"),
        (3, "not x -> not not x"),
        (4, "Expr left out"),
        (5, "Expr left out"),
        (6, "return x -> return None"),
        (7, "Raise left out"),
    ]
    assert "count + 1 >= limit" in ast.unparse(planted(SOURCE, 3))
    assert "pass" in ast.unparse(planted(SOURCE, 10))
