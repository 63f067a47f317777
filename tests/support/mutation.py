"""Plants faults in what decides about motion, one at a time, and tells which of them no test notices.

`python tests/support/mutation.py [--sample N] [--only PART] [--jobs N]` prints the survivors and the score. Each fault is
tried in a process of its own, forked where nothing of archroom was imported, by the tests of that module, quickest first.
A fault that makes tests hang counts as noticed: the time a run may take is many times what it takes unchanged.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
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
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from mutants import mutants, planted

ROOT = Path(__file__).parents[2]
SURVIVORS = ROOT / "tests" / "proof" / "survivors.toml"
LONGEST_S = 240
"""Beyond every sound run: all of a module's tests take about 25 s."""

_SUPERVISOR = tuple(
    f"tests/supervisor/test_{name}.py"
    for name in ("rules", "watch", "motion_course", "stops", "handshake", "openings", "mishaps", "actions", "gate", "plans")
)
_LINE = ("tests/wire/test_transactions.py", "tests/wire/test_frames.py", "tests/wire/test_bad_frames.py",
         "tests/wire/test_golden_frames_driver.py", "tests/wire/test_reference_map.py", "tests/wire/test_frame_fuzz.py",
         "tests/wire/test_faulty_line.py")  # fmt: skip
_FRAMED = ("tests/wire/test_framed_exchange.py", "tests/wire/test_framed_drivers.py", "tests/wire/test_transcripts.py",
           "tests/wire/test_faulty_framed.py")  # fmt: skip
TESTS: dict[str, tuple[str, ...]] = {
    "core/arming": ("tests/supervisor/test_gate.py",),
    "core/commissioning": ("tests/core/test_commissioning.py",),
    "core/commissioning_rules": ("tests/core/test_commissioning.py",),
    "core/gaps": ("tests/supervisor/test_plans.py", *_SUPERVISOR),
    "core/people_holds": ("tests/core/test_people_holds.py", "tests/supervisor/test_gate.py"),
    "core/plain_motion": ("tests/supervisor/test_plain_controllers.py",),
    "core/plain_rules": ("tests/supervisor/test_plain_controllers.py",),
    "core/plain_supervisor": ("tests/supervisor/test_plain_controllers.py",),
    "core/plain_watch": ("tests/supervisor/test_plain_controllers.py",),
    "core/shelving": _SUPERVISOR,
    "core/supervisor": _SUPERVISOR,
    "core/supervisor_base": (*_SUPERVISOR, "tests/supervisor/test_plain_controllers.py"),
    "core/supervisor_gate": ("tests/supervisor/test_gate.py", *_SUPERVISOR),
    "core/supervisor_link": ("tests/supervisor/test_handshake.py", *_SUPERVISOR),
    "core/supervisor_motion": ("tests/supervisor/test_motion_course.py", *_SUPERVISOR),
    "core/supervisor_notices": _SUPERVISOR,
    "core/supervisor_numbering": _SUPERVISOR,
    "core/supervisor_plans": ("tests/supervisor/test_plans.py", *_SUPERVISOR),
    "core/supervisor_polls": ("tests/supervisor/test_openings.py", *_SUPERVISOR),
    "core/supervisor_rules": _SUPERVISOR,
    "core/supervisor_stop": ("tests/supervisor/test_stops.py", *_SUPERVISOR),
    "core/supervisor_tickets": ("tests/supervisor/test_openings.py", *_SUPERVISOR),
    "core/supervisor_watch": ("tests/supervisor/test_watch.py", *_SUPERVISOR),
    "drivers/checksums": ("tests/wire/test_checksums.py", *_LINE),
    "drivers/delimited": _FRAMED,
    "drivers/framed_exchange": _FRAMED,
    "drivers/framed_state": _FRAMED,
    "drivers/line_state": _LINE,
    "drivers/modbus_frames": ("tests/wire/test_frames.py", "tests/wire/test_bad_frames.py", *_LINE),
    "drivers/timing": (*_LINE, *_FRAMED),
    "drivers/transactions": _LINE,
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


def sample(size: int) -> list[Fault]:
    """Return so many faults of all modules, drawn by what the sources are: the same as long as they stay."""
    sources = b"".join(source_of(module).read_bytes() for module in TESTS)
    draw = random.Random(hashlib.sha256(sources).digest())
    everything = [fault for module in TESTS for fault in faults_of(module)]
    return sorted(draw.sample(everything, min(size, len(everything))))


def is_noticed(fault: Fault, tests: Sequence[str]) -> bool:
    """Plant a fault in a fresh process and tell whether one of the tests fails; without tests nothing is noticed."""
    child = os.fork()
    if child == 0:
        os._exit(_try(fault, tests))
    _, status = os.waitpid(child, 0)
    return status != 0


def _try(fault: Fault, tests: Sequence[str]) -> int:
    """In the child: run the tests on the planted module; 0 if they all pass."""
    signal.alarm(LONGEST_S)
    with open(os.devnull, "w", encoding="utf-8") as nowhere, tempfile.TemporaryDirectory() as folder:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = folder
        os.chdir(ROOT)
        sys.dont_write_bytecode = True
        sys.meta_path.insert(0, _Planting(fault))
        options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--timeout", "60", "--basetemp", folder + "/t"]
        return int(pytest.main([*options, *dict.fromkeys(tests)])) if tests else 0


def survivors_among(faults: Iterable[Fault], jobs: int) -> list[Fault]:
    """Return the faults that none of their modules' tests notices."""
    tried = list(faults)
    with ThreadPoolExecutor(jobs) as pool:
        noticed = pool.map(lambda fault: is_noticed(fault, TESTS[fault.module]), tried)
        return [fault for fault, is_killed in zip(tried, noticed, strict=True) if not is_killed]


def reasons() -> dict[tuple[str, str, str], str]:
    """Return why known survivors are none to worry about, by module, code and what is changed in it."""
    listed = tomllib.loads(SURVIVORS.read_text(encoding="utf-8"))["survivor"]
    return {(entry["module"], entry["code"], entry["what"]): entry["why"] for entry in listed}


def main() -> int:
    """Try faults and print the survivors, those without a listed reason first; 1 if fewer than 95% were noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, help="so many, drawn by what the sources are")
    parser.add_argument("--only", default="", help="only modules whose name begins so")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    drawn = sample(asked.sample) if asked.sample else [fault for module in TESTS for fault in faults_of(module)]
    faults = [fault for fault in drawn if fault.module.startswith(asked.only)]
    survivors = survivors_among(faults, asked.jobs)
    known = reasons()
    for fault in sorted(survivors, key=lambda one: ((one.module, one.code, one.what) in known, one)):
        print(fault, "  ", known.get((fault.module, fault.code, fault.what), "NO REASON LISTED"))
    share = 1 - len(survivors) / max(len(faults), 1)
    print(f"{len(faults)} faults, {len(faults) - len(survivors)} noticed: {share:.1%}")
    return 0 if share >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main())
