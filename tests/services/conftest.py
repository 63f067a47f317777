"""The small house, fresh for each test."""

from __future__ import annotations

import pytest
from small_house import SmallHouse, small_house


@pytest.fixture
def house() -> SmallHouse:
    """A house whose box stands at home on carriage 3 and whose other box was never placed."""
    return small_house()
