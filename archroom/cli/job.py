"""What a command works with: its arguments, the settings, the way to say things, and the house behind the services."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from archroom.cli.output import Output
from archroom.config import Settings
from archroom.core.performer import Performer
from archroom.wiring import House


@dataclass(frozen=True, slots=True)
class Job:
    """One command to be carried out."""

    args: argparse.Namespace
    settings: Settings
    output: Output
    stdin: BinaryIO
    house: House

    @property
    def performer(self) -> Performer:
        """Who acts, and where."""
        return self.house.performer


Handler = Callable[[Job], int]
