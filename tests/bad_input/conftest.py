"""The command line on a machine of its own for each test, as the tests of the command line have it."""

from __future__ import annotations

from tests.cli.conftest import cli, house, room

__all__ = ["cli", "house", "room"]
