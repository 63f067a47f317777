"""Who acts. Whoever stops the shelving loads nothing of what else can be done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Performer:
    """Who acts, and from where."""

    actor: str
    """Name of the operator, cleaned."""
    terminal: str
    """`host/name` of the terminal."""
