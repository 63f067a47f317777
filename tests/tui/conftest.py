"""What the app's tests share: a house of paper, and tests that are coroutines."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path

import pytest
from paper_bench import PaperBench
from tui_house import TuiHouse, tui_house


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine in a loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: value for name, value in pyfuncitem.funcargs.items() if name in wanted}))
    return True


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Say everything in English, with colours, whatever the machine's settings are."""
    monkeypatch.setenv("ARCHROOM_LANG", "en")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def house(tmp_path: Path) -> TuiHouse:
    """A small house with a few acts in its ledger."""
    return tui_house(tmp_path)


@pytest.fixture
def bench() -> PaperBench:
    """Two buses, one of them with a dead unit."""
    return PaperBench()
