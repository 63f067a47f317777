"""What tests of the wire share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from simulator_process import SimulatorProcess, running_simulator


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[SimulatorProcess]:
    """A running simulator of the small sample room."""
    with running_simulator(tmp_path) as process:
        yield process
