"""Plants faults in what decides about motion, one at a time, and tells which of them no test notices.

`python tests/support/mutation.py [--sample N] [--only PART] [--jobs N]` prints the survivors and the score. Each fault is
tried in a process of its own, forked where nothing of archroom was imported, by the tests of its module, the nearest first.
A fault that makes tests hang counts as noticed: a run may take many times what it takes unchanged.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import random
import signal
import sys
import tempfile
import tomllib
import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from mutants import mutants, planted

ROOT = Path(__file__).parents[2]
SURVIVORS = ROOT / "tests" / "proof" / "survivors.toml"
LONGEST_S = 240
"""Beyond every sound run: all of a module's tests take about 25 s."""
PRELOADED = ("_hypothesis_pytestplugin", "hypothesis.stateful", "hypothesis.strategies", "pymodbus.framer", "pymodbus.pdu",
             "pytest_timeout")  # fmt: skip
"""What most children need and no fault is planted in."""
OPTIONS = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--timeout", "60",
           "-W", "ignore::pytest.PytestAssertRewriteWarning")  # fmt: skip
"""The warning is of plugins that were imported before pytest began."""


def _tests(folder: str, names: str) -> tuple[str, ...]:
    return tuple(f"tests/{folder}/test_{name}.py" for name in names.split())


_SUPERVISOR = _tests(
    "supervisor",
    "rules watch link_bounds motion_bounds motion_course stop_frames stops handshake openings mishaps actions plan_bounds "
    "plans gate_bounds gate",
)
_BY_HAND = _tests("supervisor", "supervisor_bounds supervisor_sights time_passes")
_PLAIN = _tests(
    "supervisor", "plain_rules plain_positions plain_whole_block plain_bounds plain_supervisor_bounds plain_controllers"
)
_MODBUS = _tests(
    "wire",
    "line_bounds transaction_bounds frame_bounds transactions frames bad_frames golden_frames_driver reference_map passages "
    "frame_fuzz faulty_line",
)
_FRAMED = _tests("wire", "line_bounds framed_exchange framed_drivers stow_driver transcripts passages faulty_framed")
_FACTS = ("tests/wire/test_reference_map.py", *_tests("supervisor", "supervisor_bounds"), *_SUPERVISOR)
_COMMISSIONING = _tests("core", "commissioning commissioning_bounds")
TESTS: dict[str, tuple[str, ...]] = {
    "core/actions": ("tests/core/test_block_views.py", *_FACTS),
    "core/arming": _tests("supervisor", "gate_bounds gate"),
    "core/commissioning": _COMMISSIONING,
    "core/commissioning_rules": _COMMISSIONING,
    "core/controllers": _FACTS,
    "core/gaps": ("tests/supervisor/test_plan_bounds.py", "tests/supervisor/test_plans.py", *_SUPERVISOR),
    "core/people_holds": ("tests/core/test_people_holds.py", *_tests("supervisor", "gate_bounds gate")),
    "core/plain/facts": ("tests/supervisor/test_plain_facts.py", *_PLAIN),
    "core/plain/motion": _PLAIN,
    "core/plain/rules": _PLAIN,
    "core/plain/supervisor": (
        *_tests("supervisor", "plain_supervisor_bounds plain_supervisor_trust time_passes"),
        *_PLAIN,
    ),
    "core/plain/watch": _PLAIN,
    "core/shelving": _FACTS,
    "core/supervisor/supervisor": (*_BY_HAND, *_SUPERVISOR),
    "core/supervisor/base": (*_BY_HAND, *_SUPERVISOR, *_PLAIN),
    "core/supervisor/gate": ("tests/supervisor/test_gate_bounds.py", "tests/supervisor/test_gate.py", *_SUPERVISOR),
    "core/supervisor/link": ("tests/supervisor/test_link_bounds.py", *_SUPERVISOR),
    "core/supervisor/motion": (
        "tests/supervisor/test_motion_bounds.py",
        "tests/supervisor/test_motion_course.py",
        *_SUPERVISOR,
    ),
    "core/supervisor/notices": _SUPERVISOR,
    "core/supervisor/numbering": ("tests/supervisor/test_link_bounds.py", *_SUPERVISOR),
    "core/supervisor/plans": ("tests/supervisor/test_plan_bounds.py", "tests/supervisor/test_plans.py", *_SUPERVISOR),
    "core/supervisor/polls": ("tests/supervisor/test_link_bounds.py", *_SUPERVISOR),
    "core/supervisor/rules": _SUPERVISOR,
    "core/supervisor/stop": ("tests/supervisor/test_stop_frames.py", "tests/supervisor/test_stops.py", *_SUPERVISOR),
    "core/supervisor/tickets": ("tests/supervisor/test_link_bounds.py", *_SUPERVISOR),
    "core/supervisor/watch": ("tests/supervisor/test_link_bounds.py", "tests/supervisor/test_watch.py", *_SUPERVISOR),
    "drivers/checksums": ("tests/wire/test_checksums.py", *_MODBUS),
    "drivers/delimited": _FRAMED,
    "drivers/framed_exchange": _FRAMED,
    "drivers/framed_state": _FRAMED,
    "drivers/line_state": _MODBUS,
    "drivers/modbus_frames": (*_tests("wire", "frame_bounds frames bad_frames"), *_MODBUS),
    "drivers/pulses": ("tests/wire/test_pulses.py", "tests/wire/test_map_driver.py"),
    "drivers/timing": (*_MODBUS, *_FRAMED),
    "drivers/transactions": ("tests/wire/test_transaction_bounds.py", *_MODBUS),
}
"""What is mutated, and what must notice: each test file once, in the order in which they are run."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault of one module, as a person reads it."""

    module: str
    line: int
    what: str
    code: str
    number: int

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is listed by, wherever the line stands."""
        return (self.module, self.code, self.what)

    def __str__(self) -> str:
        return f"{self.module}.py:{self.line}: {self.code}   [{self.what}]"


class _PlantedLoader(importlib.machinery.SourceFileLoader):
    """Loads a module with one fault planted, past any compiled copy of it."""

    number: int

    def get_code(self, fullname: str) -> types.CodeType:
        path = self.get_filename(fullname)
        return compile(planted(self.get_data(path).decode(), self.number), path, "exec")


class _Planting(importlib.abc.MetaPathFinder):
    """Finds one module in its place, to be loaded with a fault."""

    def __init__(self, fault: Fault) -> None:
        self._name = "archroom." + fault.module.replace("/", ".")
        self._loader = _PlantedLoader(self._name, str(source_of(fault.module)))
        self._loader.number = fault.number

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._loader.path, loader=self._loader)


def source_of(module: str) -> Path:
    """Return where a module's text is."""
    return ROOT / "archroom" / f"{module}.py"


def faults_of(module: str) -> Iterator[Fault]:
    """Yield the faults of a module."""
    text = source_of(module).read_text(encoding="utf-8")
    lines = text.splitlines()
    for number, mutant in enumerate(mutants(ast.parse(text))):
        yield Fault(module, mutant.line, mutant.what, lines[mutant.line - 1].strip(), number)


def everything() -> list[Fault]:
    """Return the faults of all modules."""
    return [fault for module in TESTS for fault in faults_of(module)]


def sample(size: int) -> list[Fault]:
    """Return so many faults that have no listed reason, drawn by what the sources are: the same as long as they stay."""
    sources = b"".join(source_of(module).read_bytes() for module in TESTS)
    draw = random.Random(hashlib.sha256(sources).digest())
    known = reasons()
    open_faults = [fault for fault in everything() if fault.key not in known]
    return sorted(draw.sample(open_faults, min(size, len(open_faults))))


def is_noticed(fault: Fault | None, tests: Sequence[str]) -> bool:
    """Plant a fault in a fresh process and tell whether one of the tests fails; without tests nothing is noticed.

    Without a fault it tells whether the tests fail by themselves.
    """
    child = os.fork()
    if child == 0:
        os._exit(_try(fault, tests))
    _, status = os.waitpid(child, 0)
    return status != 0


def _try(fault: Fault | None, tests: Sequence[str]) -> int:
    """In the child: run the tests on the planted module; 0 if they all pass."""
    signal.alarm(LONGEST_S)
    with open(os.devnull, "w", encoding="utf-8") as nowhere, tempfile.TemporaryDirectory() as folder:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = folder
        os.chdir(ROOT)
        sys.dont_write_bytecode = True
        if fault is not None:
            sys.meta_path.insert(0, _Planting(fault))
        return int(pytest.main([*OPTIONS, "--basetemp", folder + "/t", *dict.fromkeys(tests)])) if tests else 0


def survivors_among(faults: Iterable[Fault], jobs: int, tests: Mapping[str, Sequence[str]]) -> list[Fault]:
    """Return the faults that none of their modules' tests notices."""
    tried = list(faults)
    with ThreadPoolExecutor(jobs) as pool:
        noticed = pool.map(lambda fault: is_noticed(fault, tests.get(fault.module, ())), tried)
        return [fault for fault, is_killed in zip(tried, noticed, strict=True) if not is_killed]


def reasons(path: Path = SURVIVORS) -> dict[tuple[str, str, str], str]:
    """Return why known survivors are none to worry about, by module, code and what is changed in it."""
    listed = tomllib.loads(path.read_text(encoding="utf-8"))["survivor"]
    return {(entry["module"], entry["code"], entry["what"]): entry["why"] for entry in listed}


def outdated(listed: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return the listed survivors that are no fault of any source."""
    return sorted(set(listed) - {fault.key for fault in everything()})


def preload() -> None:
    """Import once what each child would import; not in a process that runs tests itself."""
    for name in PRELOADED:
        importlib.import_module(name)


def main() -> int:
    """Try faults and print the survivors, those without a listed reason first; 1 if fewer were noticed than asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, help="so many without a listed reason, drawn by what the sources are")
    parser.add_argument("--only", default="", help="only modules whose name begins so")
    parser.add_argument("--least", type=float, default=0.95, help="the share that must be noticed")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--without-tests", action="store_true", help="notice nothing: to see that this is found out")
    asked = parser.parse_args()
    preload()
    faults = [
        fault for fault in (sample(asked.sample) if asked.sample else everything()) if fault.module.startswith(asked.only)
    ]
    tests = {} if asked.without_tests else TESTS
    unchanged = [test for module in sorted({fault.module for fault in faults}) for test in tests.get(module, ())]
    if asked.sample:
        unchanged = unchanged[:1]
    if is_noticed(None, unchanged):
        print("The tests fail without any fault.")
        return 1
    survivors = survivors_among(faults, asked.jobs, tests)
    known = reasons()
    for fault in sorted(survivors, key=lambda one: (one.key in known, one)):
        print(fault, "  ", known.get(fault.key, "NO REASON LISTED"))
    share = 1 - len(survivors) / len(faults)
    print(f"{len(faults)} faults, {len(faults) - len(survivors)} noticed: {share:.1%}")
    return 0 if share >= asked.least else 1


if __name__ == "__main__":
    sys.exit(main())
